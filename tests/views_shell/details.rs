//! What is said of an image beside it and below it.

use egui::{Key, Rect};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use salon::domain::PixelSize;
use salon::state::Action;

use super::press;
use super::scenes::{choose, signed_in};
use super::shell::{Shell, harness, harness_of};
use super::viewer::{answer_all, wheel};

fn name_in_panel(harness: &Harness<'_, Shell>, name: &str) -> Rect {
    // The bar over the image names it, too.
    let mut nodes = harness.query_all_by_label(name);
    let in_panel = |node: &Node<'_>| node.rect().left() > 900.0;
    nodes.find(in_panel).unwrap().rect()
}

#[test]
fn the_details_of_another_image_begin_at_their_top() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(5));
    shell.state.on_action(Action::TogglePanel);
    let mut harness = harness_of([1280.0, 400.0], shell);
    answer_all(&mut harness);
    let top = name_in_panel(&harness, "IMG_5.jpg").top();
    let posted = harness.get_by_label("Posted").rect().center();
    wheel(&mut harness, posted, -10.0);
    harness.run_steps(20);
    let scrolled = harness
        .query_by_label("IMG_5.jpg")
        .map(|it| it.rect().top());
    assert!(
        scrolled.is_none_or(|scrolled| scrolled < top - 20.0),
        "{scrolled:?}"
    );
    press(&mut harness, Key::ArrowRight);
    harness.run_steps(5);
    let another = name_in_panel(&harness, "IMG_6.jpg").top();
    assert!((another - top).abs() < 1.0, "{another}, not {top}");
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
