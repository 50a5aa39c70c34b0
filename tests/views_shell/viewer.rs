//! One image, large: turning it, going on with the same zoom, film strip and slide show.

use egui::{Key, Modifiers, Pos2, Rect, Role, TextureId, Vec2, ViewportId, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use salon::domain::{PixelSize, Upload};
use salon::protocol::{
    Backdrop, DownloadError, Event, ImageFailure, ImageRequest, ImageSize, ImageSubject,
    SlideInterval, WheelChoice,
};
use salon::state::{Action, Gallery, NoticeLevel};

use super::scenes::{self, Shell, harness, list_these, signed_in, upload};
use super::{click, press};

/// The viewer with an image of the room, whose picture is there.
pub(super) fn viewer_at(n: usize, shell: Shell) -> Harness<'static, Shell> {
    let mut shell = shell;
    shell.state.on_action(Action::OpenViewer(n));
    let mut harness = harness(shell);
    answer_all(&mut harness);
    wake(&mut harness);
    harness
}

/// The pointer moves: the controls are on screen.
fn wake(harness: &mut Harness<'_, Shell>) {
    for x in [200.0, 210.0] {
        harness.hover_at(pos2(x, 300.0));
        harness.step();
    }
}

fn viewer() -> Harness<'static, Shell> {
    viewer_at(5, signed_in(300))
}

/// Every picture comes that is asked for, until nothing is missing.
pub(super) fn answer_all(harness: &mut Harness<'_, Shell>) {
    let mut rounds = 0;
    loop {
        harness.run_steps(2);
        if harness.state_mut().answer(|_| true) == 0 {
            return;
        }
        rounds += 1;
        assert!(rounds < 10, "there is no end of what is missing");
    }
}

pub(super) fn gallery<'a>(harness: &'a Harness<'_, Shell>) -> &'a Gallery {
    harness.state().state.gallery.as_ref().unwrap()
}

/// Where the picture of an image is drawn large, and which corners of it are at the corners of
/// that, clockwise from the upper left. Of an image that is looked at closely only some parts are
/// drawn: where the others are follows from one of them.
pub(super) fn drawn(harness: &Harness<'_, Shell>, n: usize) -> Option<(Rect, Vec<Pos2>)> {
    let texture: TextureId = harness.state().texture(n)?.id;
    let shapes = &harness.output().shapes;
    let mut meshes = shapes.iter().filter_map(|clipped| match &clipped.shape {
        egui::Shape::Mesh(mesh) if mesh.texture_id == texture => Some(mesh),
        _ => None,
    });
    let mesh = meshes.next()?;
    let [first, second, _, last] = mesh.vertices.first_chunk().unwrap();
    // From a point of the picture to the window, along the two sides of the part.
    let (across, down) = (second.uv - first.uv, last.uv - first.uv);
    let to_window = |uv: Pos2| {
        let from = uv - first.uv;
        let along = |side: Vec2| from.dot(side) / side.length_sq();
        let at = first.pos
            + along(across) * (second.pos - first.pos)
            + along(down) * (last.pos - first.pos);
        // Parts differ by what numbers of 24 bits cannot tell.
        (at.to_vec2() * 32.0).round().to_pos2() / 32.0
    };
    let corners = [
        pos2(0.0, 0.0),
        pos2(1.0, 0.0),
        pos2(1.0, 1.0),
        pos2(0.0, 1.0),
    ];
    let rect = Rect::from_points(&corners.map(to_window));
    let around = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
    ];
    let of_picture = |at: Pos2| {
        let is_there = |uv: &Pos2| to_window(*uv).distance(at) < 0.5;
        corners.into_iter().find(is_there).unwrap()
    };
    Some((rect, around.map(of_picture).to_vec()))
}

pub(super) fn rect(harness: &Harness<'_, Shell>, n: usize) -> Rect {
    drawn(harness, n).unwrap().0
}

/// The one node of this role whose name begins so.
pub(super) fn named<'a>(harness: &'a Harness<'_, Shell>, role: Role, name: &str) -> Node<'a> {
    let begins = |node: &Node<'_>| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(name))
    };
    let mut found = harness.get_all_by_role(role).filter(begins);
    let first = found.next();
    assert!(first.is_some(), "{name} is not there");
    assert!(found.next().is_none(), "{name} is there twice");
    first.unwrap()
}

/// Turns the wheel over a place.
pub(super) fn wheel(harness: &mut Harness<'_, Shell>, at: Pos2, notches: f32) {
    harness.hover_at(at);
    harness.step();
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Wheel,
    });
    harness.run_steps(2);
}

/// Which point of a picture is at a place of the window, from 0 to 1 along each side.
pub(super) fn part_at(picture: Rect, at: Pos2) -> Vec2 {
    (at - picture.min) / picture.size()
}

fn choices(harness: &Harness<'_, Shell>) -> salon::protocol::ViewerChoices {
    harness.state().state.settings.viewer
}

/// The window fills the screen now.
fn fill_screen(harness: &mut Harness<'_, Shell>) {
    window(harness).fullscreen = Some(true);
    harness.run_steps(2);
}

fn window<'a>(harness: &'a mut Harness<'_, Shell>) -> &'a mut egui::ViewportInfo {
    let viewports = &mut harness.input_mut().viewports;
    viewports.entry(ViewportId::ROOT).or_default()
}

/// What the window was told about the whole screen in the last frame.
fn asked_for_full_screen(harness: &Harness<'_, Shell>) -> Option<bool> {
    let outputs = harness.output().viewport_output.values();
    let mut commands = outputs.flat_map(|output| &output.commands);
    commands.find_map(|command| match command {
        egui::ViewportCommand::Fullscreen(is_full) => Some(*is_full),
        _ => None,
    })
}

/// Presses a key; what the window is told about the whole screen then.
fn full_screen_after(harness: &mut Harness<'_, Shell>, key: Key) -> Option<bool> {
    harness.key_down(key);
    harness.step();
    let asked = asked_for_full_screen(harness);
    harness.key_up(key);
    harness.step();
    asked
}

#[test]
fn r_turns_the_view_and_it_fills_the_height_then() {
    let mut harness = viewer();
    let (before, corners) = drawn(&harness, 5).unwrap();
    assert!(before.width() > before.height());
    assert_eq!(corners.first(), Some(&pos2(0.0, 0.0)));
    press(&mut harness, Key::R);
    let (turned, corners) = drawn(&harness, 5).unwrap();
    assert!(turned.height() > turned.width(), "{turned:?}");
    assert!((turned.height() / turned.width() - 4.0 / 3.0).abs() < 0.01);
    assert_eq!(corners.get(1), Some(&pos2(0.0, 0.0)), "to the upper right");
    press(&mut harness, Key::H);
    let (_, corners) = drawn(&harness, 5).unwrap();
    assert_eq!(corners.first(), Some(&pos2(0.0, 0.0)));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::R);
    press(&mut harness, Key::V);
    let (back, _) = drawn(&harness, 5).unwrap();
    assert_eq!(back, before);
}

#[test]
fn the_view_stays_turned_until_the_viewer_is_left_and_that_is_told_once() {
    let mut harness = viewer();
    press(&mut harness, Key::R);
    harness.get_by_label("Only the view is turned");
    let turned = rect(&harness, 5);
    press(&mut harness, Key::ArrowRight);
    answer_all(&mut harness);
    let other = rect(&harness, 6);
    assert!(other.width() > other.height(), "each has its own turn");
    press(&mut harness, Key::ArrowLeft);
    assert_eq!(rect(&harness, 5), turned);
    let notices = harness.state().state.notices.iter();
    let told = notices.filter(|it| it.message.headline == "Only the view is turned");
    assert_eq!(told.count(), 1);
    press(&mut harness, Key::Escape);
    harness.state_mut().state.on_action(Action::OpenViewer(5));
    harness.run_steps(3);
    let again = rect(&harness, 5);
    assert!(again.width() > again.height());
}

#[test]
fn the_wheel_zooms_at_the_pointer_in_the_turned_view_too() {
    let mut harness = viewer();
    harness.key_press(Key::R);
    press(&mut harness, Key::V);
    press(&mut harness, Key::Num1);
    let at = rect(&harness, 5).center() + vec2(70.0, -40.0);
    for notches in [1.0, 3.0, -2.0] {
        let before = rect(&harness, 5);
        wheel(&mut harness, at, notches);
        let after = rect(&harness, 5);
        assert!((after.width() / before.width() - 1.3_f32.powf(notches)).abs() < 0.01);
        let moved = (part_at(after, at) - part_at(before, at)) * after.size();
        assert!(moved.length() < 1.5, "{moved:?}");
    }
}

#[test]
fn turning_keeps_what_is_in_the_middle() {
    let mut harness = viewer();
    press(&mut harness, Key::Num1);
    for _ in 0..3 {
        press(&mut harness, Key::ArrowRight);
        press(&mut harness, Key::ArrowDown);
    }
    let middle = harness.get_by_label_contains("IMG_5.jpg, ").rect().center();
    let before = part_at(rect(&harness, 5), middle);
    assert!(before.x > 0.51 && before.y > 0.51, "{before:?}");
    press(&mut harness, Key::R);
    let after = part_at(rect(&harness, 5), middle);
    assert!((after - vec2(1.0 - before.y, before.x)).length() < 0.001);
}

#[test]
fn buttons_turn_and_flip_too() {
    let mut harness = viewer();
    click(&mut harness, "Rotate (R)");
    let turned = rect(&harness, 5);
    assert!(turned.height() > turned.width());
    click(&mut harness, "Flip left to right (H)");
    click(&mut harness, "Flip upside down (V)");
    let (_, corners) = drawn(&harness, 5).unwrap();
    assert_eq!(corners.get(3), Some(&pos2(0.0, 0.0)), "to the lower left");
}

#[test]
fn with_l_zoom_and_place_stay_from_image_to_image() {
    let mut harness = viewer();
    press(&mut harness, Key::Num1);
    press(&mut harness, Key::ArrowDown);
    let zoomed = rect(&harness, 5);
    step_on(&mut harness);
    assert_ne!(
        rect(&harness, 6).size(),
        zoomed.size(),
        "usually it fits anew"
    );
    press(&mut harness, Key::L);
    let button = harness.get_by_role_and_label(Role::Button, "Keep the zoom (L)");
    let is_on = button.accesskit_node().toggled();
    assert_eq!(is_on, Some(egui::accesskit::Toggled::True));
    press(&mut harness, Key::Num1);
    press(&mut harness, Key::ArrowDown);
    step_on(&mut harness);
    assert_eq!(rect(&harness, 7), zoomed);
    press(&mut harness, Key::L);
    step_on(&mut harness);
    assert_ne!(rect(&harness, 8).size(), zoomed.size());
}

#[test]
fn of_an_image_of_another_size_the_same_part_is_seen() {
    let mut shell = signed_in(0);
    let sized = |n: usize, width, height| Upload {
        dimensions: Some(PixelSize::new(width, height)),
        ..upload(n)
    };
    let uploads = vec![sized(0, 4000, 3000), sized(1, 8000, 6000)];
    list_these(&mut shell, uploads);
    let mut harness = viewer_at(0, shell);
    press(&mut harness, Key::L);
    press(&mut harness, Key::Num1);
    for _ in 0..4 {
        press(&mut harness, Key::ArrowDown);
    }
    let middle = harness.get_by_label_contains("IMG_0.jpg, ").rect().center();
    let before = part_at(rect(&harness, 0), middle);
    harness.state_mut().state.on_action(Action::OpenViewer(1));
    answer_all(&mut harness);
    let after = rect(&harness, 1);
    assert!((after.width() - 8000.0).abs() < 1.0, "at 100 % as before");
    assert!((part_at(after, middle) - before).length() < 0.001);
}

/// Space goes on wherever an image that is cut off was moved to.
fn step_on(harness: &mut Harness<'_, Shell>) {
    press(harness, Key::Space);
    answer_all(harness);
}

#[test]
fn page_down_reads_on_in_a_tall_image_and_goes_to_the_next_at_its_end() {
    let mut shell = signed_in(0);
    let tall = Upload {
        dimensions: Some(PixelSize::new(1000, 4000)),
        ..upload(0)
    };
    list_these(&mut shell, vec![tall, upload(1), upload(2)]);
    let mut harness = viewer_at(0, shell);
    press(&mut harness, Key::W);
    let view = harness.get_by_label_contains("IMG_0.jpg, ").rect();
    assert!((rect(&harness, 0).top() - view.top()).abs() < 1.0);
    press(&mut harness, Key::PageDown);
    let moved = view.top() - rect(&harness, 0).top();
    assert!((moved - 0.9 * view.height()).abs() < 1.5, "{moved}");
    for _ in 0..20 {
        if (rect(&harness, 0).bottom() - view.bottom()).abs() < 1.0 {
            break;
        }
        press(&mut harness, Key::PageDown);
        assert_eq!(gallery(&harness).focus(), 0);
    }
    press(&mut harness, Key::PageDown);
    assert_eq!(gallery(&harness).focus(), 1);
}

#[test]
fn page_down_passes_over_ten_images_that_are_seen_whole() {
    let mut harness = viewer();
    press(&mut harness, Key::PageDown);
    assert_eq!(gallery(&harness).focus(), 15);
    press(&mut harness, Key::PageUp);
    assert_eq!(gallery(&harness).focus(), 5);
}

#[test]
fn the_first_step_tells_the_order() {
    let mut harness = viewer();
    press(&mut harness, Key::ArrowRight);
    harness.get_by_label("Next is the older image");
    assert!(choices(&harness).has_told_order);
}

#[test]
fn the_film_strip_shows_the_neighbours_and_leads_to_them() {
    let mut harness = viewer();
    assert!(harness.query_by_label("Film strip").is_none());
    press(&mut harness, Key::T);
    assert!(choices(&harness).is_film_strip_shown);
    answer_all(&mut harness);
    let strip = harness
        .get_by_role_and_label(Role::ListBox, "Film strip")
        .rect();
    let in_view = item(&harness, 5);
    assert!(
        (in_view.center().x - strip.center().x).abs() < 1.0,
        "centred"
    );
    let image = rect(&harness, 5);
    assert!(image.bottom() <= strip.top() + 0.5, "it covers nothing");
    let at = item(&harness, 8).center();
    click_at(&mut harness, at);
    assert_eq!(gallery(&harness).focus(), 8);
    answer_all(&mut harness);
    harness.run_steps(10);
    assert!((item(&harness, 8).center().x - strip.center().x).abs() < 1.0);
    let node = named(&harness, Role::ListBoxOption, "IMG_8.jpg");
    assert_eq!(node.accesskit_node().is_selected(), Some(true));
    assert_eq!(node.accesskit_node().position_in_set(), Some(9));
}

#[test]
fn the_film_strip_asks_for_what_is_on_it_and_for_nothing_else() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(50));
    let mut viewer = shell.state.settings.viewer;
    viewer.is_film_strip_shown = true;
    shell.state.on_action(Action::SetViewer(viewer));
    let mut harness = harness(shell);
    harness.run_steps(3);
    let asked = asked_thumbnails(&harness);
    assert!(asked.contains(&50) && asked.contains(&45) && asked.contains(&55));
    assert!(asked.len() < 25, "{asked:?}");
    // The wheel looks further, and the image in view stays.
    let strip = harness
        .get_by_role_and_label(Role::ListBox, "Film strip")
        .rect();
    wheel(&mut harness, strip.center(), -10.0);
    let asked = asked_thumbnails(&harness);
    // The image in view has no picture yet.
    assert!(asked.contains(&70) && !asked.contains(&51), "{asked:?}");
    assert_eq!(gallery(&harness).focus(), 50);
    wheel(&mut harness, strip.center(), 1000.0);
    assert!(
        asked_thumbnails(&harness).contains(&0),
        "it ends at the first"
    );
    press(&mut harness, Key::ArrowRight);
    harness.run_steps(10);
    assert!(
        asked_thumbnails(&harness).contains(&51),
        "back at the image"
    );
}

#[test]
fn an_image_that_is_looked_at_closely_stays_where_it_is_when_the_strip_comes() {
    let mut harness = viewer();
    press(&mut harness, Key::Num1);
    press(&mut harness, Key::ArrowDown);
    let before = rect(&harness, 5);
    press(&mut harness, Key::T);
    assert_eq!(rect(&harness, 5), before);
    press(&mut harness, Key::I);
    assert_eq!(rect(&harness, 5), before);
}

#[test]
fn a_held_arrow_keeps_the_place_in_sight() {
    let mut harness = viewer();
    // The image itself says it, too.
    let place =
        |harness: &Harness<'_, Shell>| harness.query_all_by_label_contains(" of 300").count() > 1;
    // Longer than the controls stay without anybody at work.
    for _ in 0..8 {
        harness.event(egui::Event::Key {
            key: Key::ArrowRight,
            physical_key: None,
            pressed: true,
            repeat: true,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(3);
        answer_all(&mut harness);
        assert!(place(&harness));
    }
    harness.run_steps(30);
    assert!(!place(&harness), "and then they go");
}

fn asked_thumbnails(harness: &Harness<'_, Shell>) -> Vec<usize> {
    let missing = harness.state().missing.iter();
    let thumbnails =
        missing.filter(|wanted| matches!(wanted.request.size, ImageSize::Thumbnail { .. }));
    let numbers = thumbnails.filter_map(|wanted| match &wanted.request.subject {
        ImageSubject::Upload(id) => id.as_str().strip_prefix("upload-")?.parse().ok(),
        _ => None,
    });
    numbers.collect()
}

fn item(harness: &Harness<'_, Shell>, n: usize) -> Rect {
    let name = format!("IMG_{n}.jpg, ");
    named(harness, Role::ListBoxOption, &name).rect()
}

pub(super) fn click_at(harness: &mut Harness<'_, Shell>, at: Pos2) {
    harness.hover_at(at);
    harness.step();
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        harness.step();
    }
    harness.run_steps(2);
}

#[test]
fn the_slide_show_goes_on_when_the_next_picture_is_there_and_not_before() {
    let mut harness = viewer();
    assert_eq!(full_screen_after(&mut harness, Key::P), Some(true));
    fill_screen(&mut harness);
    harness.run_steps(60);
    // Two came ahead.
    assert_eq!(gallery(&harness).focus(), 7, "never a blank slide");
    assert!(drawn(&harness, 7).is_some());
    answer_all(&mut harness);
    harness.run_steps(3);
    assert_eq!(gallery(&harness).focus(), 8, "it is due for long");
    answer_all(&mut harness);
    harness.run_steps(9);
    assert_eq!(gallery(&harness).focus(), 8, "four seconds are not five");
    harness.run_steps(10);
    assert_eq!(gallery(&harness).focus(), 9);
}

#[test]
fn a_slide_show_rests_and_goes_on_and_esc_gives_the_window_back() {
    let mut harness = viewer();
    press(&mut harness, Key::P);
    fill_screen(&mut harness);
    press(&mut harness, Key::Space);
    harness.get_by_label("Go on (P)");
    answer_all(&mut harness);
    harness.run_steps(60);
    assert_eq!(gallery(&harness).focus(), 5);
    wake(&mut harness);
    click(&mut harness, "3 seconds for each image");
    assert_eq!(choices(&harness).slide_interval, SlideInterval::Short);
    press(&mut harness, Key::P);
    answer_all(&mut harness);
    harness.run_steps(14);
    assert_eq!(gallery(&harness).focus(), 6);
    assert_eq!(full_screen_after(&mut harness, Key::Escape), Some(false));
    assert!(gallery(&harness).is_viewer_open);
}

#[test]
fn a_slide_show_passes_over_what_cannot_be_shown_and_says_when_it_is_over() {
    let mut harness = viewer_at(0, signed_in(3));
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(1).id),
        size: ImageSize::Full { max_edge_px: 5000 },
    };
    let error = ImageFailure::Download(DownloadError::Deleted);
    let event = Event::ImageFailed { request, error };
    harness.state_mut().state.on_event(event);
    press(&mut harness, Key::P);
    for _ in 0..24 {
        harness.state_mut().answer(|_| true);
        harness.step();
    }
    assert_eq!(gallery(&harness).focus(), 2);
    harness.run_steps(30);
    harness.get_by_label("The slide show is over");
    assert_eq!(gallery(&harness).focus(), 2);
    // Once more from the first.
    press(&mut harness, Key::P);
    assert_eq!(gallery(&harness).focus(), 0);
}

#[test]
fn a_slide_show_ends_with_the_viewer() {
    let mut harness = viewer();
    press(&mut harness, Key::P);
    fill_screen(&mut harness);
    harness.state_mut().state.on_action(Action::CloseViewer);
    harness.step();
    assert_eq!(asked_for_full_screen(&harness), Some(false));
}

#[test]
fn escape_leaves_the_full_screen_first_and_then_the_viewer() {
    let mut harness = viewer();
    assert_eq!(full_screen_after(&mut harness, Key::F), Some(true));
    fill_screen(&mut harness);
    assert_eq!(full_screen_after(&mut harness, Key::Escape), Some(false));
    assert!(gallery(&harness).is_viewer_open);
    window(&mut harness).fullscreen = Some(false);
    harness.run_steps(2);
    press(&mut harness, Key::Escape);
    assert!(!gallery(&harness).is_viewer_open);
}

#[test]
fn on_the_full_screen_nothing_is_beside_the_image() {
    let mut harness = viewer();
    let beside = "IMG_5.jpg · 4000 × 3000";
    assert!(harness.query_by_label_contains(beside).is_some());
    fill_screen(&mut harness);
    assert!(harness.query_by_label_contains(beside).is_none());
    press(&mut harness, Key::Backspace);
    assert!(harness.query_by_label_contains("100 listed").is_some());
}

#[test]
fn controls_leave_after_three_seconds_but_not_while_the_keyboard_is_in_them() {
    let mut harness = viewer();
    let button = "Rotate (R)";
    assert!(harness.query_by_label(button).is_some());
    harness.run_steps(7);
    assert!(harness.query_by_label(button).is_some(), "two seconds");
    harness.run_steps(8);
    assert!(harness.query_by_label(button).is_none(), "four seconds");
    harness.hover_at(pos2(600.0, 400.0));
    harness.run_steps(2);
    harness.get_by_label(button).focus();
    harness.run_steps(30);
    assert!(harness.query_by_label(button).is_some());
}

#[test]
fn b_changes_what_is_behind_transparent_images_and_is_remembered() {
    let mut harness = viewer();
    let mut seen = vec![choices(&harness).backdrop];
    for _ in 0..3 {
        press(&mut harness, Key::B);
        seen.push(choices(&harness).backdrop);
    }
    let (fields, dark, light) = (Backdrop::Checkerboard, Backdrop::Dark, Backdrop::Light);
    assert_eq!(seen, [fields, dark, light, fields]);
    click(&mut harness, "Behind the image: fields (B)");
    assert_eq!(choices(&harness).backdrop, dark);
}

#[test]
fn the_wheel_can_go_to_the_next_image_instead() {
    let mut harness = viewer();
    let mut viewer = choices(&harness);
    viewer.wheel = WheelChoice::Step;
    harness
        .state_mut()
        .state
        .on_action(Action::SetViewer(viewer));
    let before = rect(&harness, 5);
    let at = before.center();
    wheel(&mut harness, at, -1.0);
    assert_eq!(gallery(&harness).focus(), 6);
    wheel(&mut harness, at, 2.0);
    assert_eq!(gallery(&harness).focus(), 4);
}

#[test]
fn the_account_menu_offers_what_the_wheel_does() {
    let mut harness = harness(signed_in(10));
    press(&mut harness, Key::F10);
    click(&mut harness, "The wheel goes to the next image");
    assert_eq!(choices(&harness).wheel, WheelChoice::Step);
}

#[test]
fn a_narrow_viewer_keeps_the_buttons_that_matter_most() {
    let mut shell = signed_in(20);
    shell.state.on_action(Action::OpenViewer(3));
    let mut harness = scenes::harness_of([420.0, 600.0], shell);
    answer_all(&mut harness);
    wake(&mut harness);
    let view = harness.get_by_label_contains("IMG_3.jpg, ").rect();
    harness.get_by_label("Whole image (0)");
    assert!(harness.query_by_label("Flip upside down (V)").is_none());
    for button in harness.get_all_by_role(Role::Button) {
        assert!(view.expand(1.0).contains_rect(button.rect()), "{button:?}");
    }
}

#[test]
fn a_notice_of_the_viewer_is_information_and_no_warning() {
    let mut harness = viewer();
    press(&mut harness, Key::R);
    let mut notices = harness.state().state.notices.iter();
    assert!(notices.all(|notice| notice.level == NoticeLevel::Info));
}
