//! What is said of an image beside it and below it.

use egui::{Key, Rect, pos2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use salon::domain::PixelSize;
use salon::protocol::{
    DownloadError, Event, ImageError, ImageFailure, ImageRequest, ImageSize, ImageSubject, Metadata,
};
use salon::state::{Action, SelectHow};

use super::press;
use super::scenes::{choose, signed_in, upload};
use super::shell::{Shell, harness, harness_of};
use super::viewer::{answer_all, wheel};

fn name_in_panel(harness: &Harness<'_, Shell>, name: &str) -> Rect {
    // The bar over the image names it, too.
    let mut nodes = harness.query_all_by_label(name);
    let in_panel = |node: &Node<'_>| node.rect().left() > 900.0;
    nodes.find(in_panel).unwrap().rect()
}

/// The panel in a low window, with the viewer on an image whose file was read.
fn low_viewer() -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(5));
    shell.state.on_action(Action::TogglePanel);
    file_says(&mut shell, 5);
    let mut harness = harness_of([1280.0, 400.0], shell);
    answer_all(&mut harness);
    harness
}

/// The file of this image was read.
fn file_says(shell: &mut Shell, n: usize) {
    let metadata = Metadata {
        format: Some("JPEG"),
        camera: Some("Pentax K-1".to_owned()),
        lens: Some("a lens".to_owned()),
        iso: Some(200),
        ..Metadata::default()
    };
    shell.state.on_event(Event::MetadataRead {
        upload: upload(n).id,
        metadata: Box::new(metadata),
    });
}

fn top_of(harness: &Harness<'_, Shell>, words: &str) -> f32 {
    harness.get_by_label(words).rect().top()
}

/// Turns the wheel over the panel.
fn scroll(harness: &mut Harness<'_, Shell>, notches: f32) {
    wheel(harness, pos2(1150.0, 200.0), notches);
    harness.run_steps(20);
}

#[test]
fn the_details_of_another_image_in_the_grid_begin_at_their_top() {
    let mut shell = signed_in(300);
    let only = |position| Action::Select {
        position,
        how: SelectHow::Only,
    };
    shell.state.on_action(Action::TogglePanel);
    shell.state.on_action(only(5));
    let mut harness = harness_of([1280.0, 400.0], shell);
    answer_all(&mut harness);
    let top = name_in_panel(&harness, "IMG_5.jpg").top();
    scroll(&mut harness, -10.0);
    let is_scrolled = |harness: &Harness<'_, Shell>| top_of(harness, "Posted") < top;
    assert!(is_scrolled(&harness));
    harness.state_mut().state.on_action(only(6));
    harness.run_steps(5);
    let another = name_in_panel(&harness, "IMG_6.jpg").top();
    assert!((another - top).abs() < 1.0, "{another}, not {top}");
}

#[test]
fn from_image_to_image_the_viewer_keeps_the_place_in_the_details() {
    let mut harness = low_viewer();
    for _ in 0..4 {
        scroll(&mut harness, -1.0);
    }
    let camera = top_of(&harness, "Camera");
    let is_there = |harness: &Harness<'_, Shell>| {
        let at = top_of(harness, "Camera");
        assert!((at - camera).abs() < 1.0, "{at}, not {camera}");
    };
    // Its file was read already.
    file_says(harness.state_mut(), 6);
    press(&mut harness, Key::ArrowRight);
    is_there(&harness);
    // Until this one is read there is less to say.
    press(&mut harness, Key::ArrowRight);
    answer_all(&mut harness);
    harness.get_by_label("Reading the file…");
    file_says(harness.state_mut(), 7);
    harness.run_steps(5);
    is_there(&harness);
    // What was scrolled meanwhile counts.
    press(&mut harness, Key::ArrowRight);
    answer_all(&mut harness);
    scroll(&mut harness, 100.0);
    let posted = top_of(&harness, "Posted");
    file_says(harness.state_mut(), 8);
    harness.run_steps(5);
    assert!((top_of(&harness, "Posted") - posted).abs() < 1.0);
}

#[test]
fn details_that_are_opened_anew_begin_at_their_top() {
    let mut harness = low_viewer();
    let posted = top_of(&harness, "Posted");
    scroll(&mut harness, -10.0);
    assert!(top_of(&harness, "Posted") < posted - 20.0);
    for _ in 0..2 {
        press(&mut harness, Key::I);
    }
    harness.run_steps(5);
    assert!((top_of(&harness, "Posted") - posted).abs() < 1.0);
}

#[test]
fn of_an_image_without_a_picture_the_details_say_what_is_known_below_the_reason() {
    let mut shell = signed_in(300);
    let picture = |n: usize| ImageRequest {
        subject: ImageSubject::Upload(upload(n).id),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    let fails = |request: ImageRequest, error: ImageFailure| Event::ImageFailed { request, error };
    let cut_off = ImageFailure::Decode(ImageError::Truncated);
    shell.state.on_event(fails(picture(5), cut_off));
    let gone = ImageFailure::Download(DownloadError::Deleted);
    shell.state.on_event(fails(picture(6), gone));
    shell.state.on_action(Action::OpenViewer(5));
    shell.state.on_action(Action::TogglePanel);
    let mut harness = harness(shell);
    let asks = |harness: &Harness<'_, Shell>, n: usize| {
        let mut missing = harness.state().missing.iter();
        missing.any(|wanted| {
            wanted.request.subject == ImageSubject::Upload(upload(n).id)
                && wanted.request.size == ImageSize::Metadata
        })
    };
    let in_panel = |harness: &Harness<'_, Shell>, words: &str| {
        let nodes = harness.query_all_by_label(words);
        let mut tops = nodes.map(|node| node.rect()).filter(|it| it.left() > 900.0);
        tops.next().map(|it| it.top())
    };
    assert!(
        asks(&harness, 5),
        "its bytes are there, and may say something"
    );
    assert!(in_panel(&harness, "The image is cut off").is_some());
    file_says(harness.state_mut(), 5);
    harness.run_steps(3);
    let reason = in_panel(&harness, "The image is cut off").unwrap();
    assert!(in_panel(&harness, "Pentax K-1").unwrap() > reason);
    assert!(!asks(&harness, 5));
    // Of one that did not come, nothing is known.
    press(&mut harness, Key::ArrowRight);
    assert!(in_panel(&harness, "Deleted on the server").is_some());
    assert!(!asks(&harness, 6));
}

#[test]
fn the_place_in_the_details_stays_while_the_image_does() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(5));
    shell.state.on_action(Action::TogglePanel);
    let mut harness = harness_of([1280.0, 400.0], shell);
    answer_all(&mut harness);
    let heading = |harness: &Harness<'_, Shell>| harness.get_by_label("On the server").rect().top();
    let posted = harness.get_by_label("Posted").rect().center();
    let before = heading(&harness);
    wheel(&mut harness, posted, -2.0);
    harness.run_steps(20);
    let scrolled = heading(&harness);
    assert!(scrolled < before - 10.0);
    harness.run_steps(10);
    assert!((heading(&harness) - scrolled).abs() < 0.5);
}

#[test]
fn while_the_viewer_is_open_the_bar_at_the_bottom_is_about_its_image() {
    let mut shell = signed_in(300);
    choose(&mut shell, &[2]);
    let mut harness = harness(shell);
    harness.get_by_label("1 of 300 selected · 1 MB");
    harness.state_mut().state.on_action(Action::OpenViewer(5));
    harness.run_steps(3);
    harness.get_by_label("IMG_5.jpg · 4000 × 3000 · 1 MB");
    assert!(harness.query_by_label_contains(" selected").is_none());
    press(&mut harness, Key::ArrowRight);
    harness.get_by_label("IMG_6.jpg · 4000 × 3000 · 1 MB");
    press(&mut harness, Key::Escape);
    harness.get_by_label("1 of 300 selected · 1 MB");
}

#[test]
fn an_image_that_the_server_took_for_one_on_its_side_is_told_as_it_is_seen() {
    let mut shell = signed_in(300);
    // The server says 4000 × 3000.
    shell.picture_px = PixelSize::new(480, 640);
    let mut harness = harness(shell);
    answer_all(&mut harness);
    let tile = harness.get_by_label_contains("IMG_1.jpg, ").rect().center();
    harness.hover_at(tile);
    harness.run_steps(6);
    harness.get_by_label("3000 × 4000 · 1 MB · JPEG");
    harness.state_mut().state.on_action(Action::OpenViewer(1));
    harness.run_steps(3);
    harness.get_by_label("IMG_1.jpg · 3000 × 4000 · 1 MB");
}
