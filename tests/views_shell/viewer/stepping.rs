//! From image to image: with the same zoom, page by page, and what is told on the way.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::domain::{PixelSize, Upload};
use salon::protocol::WheelChoice;
use salon::state::Action;

use super::{answer_all, choices, gallery, part_at, rect, viewer, viewer_at, wheel};
use crate::scenes::{list_these, signed_in, tall, upload};
use crate::shell::{Shell, harness};
use crate::{click, press};

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
fn with_l_an_arrow_shows_the_same_place_of_the_next_image() {
    let mut harness = viewer();
    press(&mut harness, Key::L);
    press(&mut harness, Key::Num2);
    let zoomed = rect(&harness, 5);
    press(&mut harness, Key::ArrowRight);
    answer_all(&mut harness);
    assert_eq!(gallery(&harness).focus(), 6);
    assert_eq!(rect(&harness, 6), zoomed);
    press(&mut harness, Key::ArrowLeft);
    answer_all(&mut harness);
    assert_eq!(rect(&harness, 5), zoomed);
    press(&mut harness, Key::ArrowDown);
    assert_eq!(gallery(&harness).focus(), 5);
    assert!(rect(&harness, 5).top() < zoomed.top());
}

#[test]
fn with_ctrl_an_arrow_moves_a_zoomed_image_and_never_goes_on() {
    for is_kept in [false, true] {
        let mut harness = viewer();
        if is_kept {
            press(&mut harness, Key::L);
        }
        let right = |harness: &mut Harness<'_, Shell>| {
            harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowRight);
            harness.run_steps(3);
        };
        right(&mut harness);
        assert_eq!(gallery(&harness).focus(), 5, "nothing to move");
        press(&mut harness, Key::Num1);
        let before = rect(&harness, 5);
        right(&mut harness);
        assert!(rect(&harness, 5).left() < before.left());
        for _ in 0..60 {
            right(&mut harness);
        }
        assert_eq!(gallery(&harness).focus(), 5);
    }
}

#[test]
fn one_notch_of_the_wheel_zooms_by_three_tenths() {
    let mut harness = viewer();
    let before = rect(&harness, 5);
    for (notches, times) in [(1.0, 1.3), (-1.0, 1.0), (2.0, 1.69)] {
        wheel(&mut harness, before.center(), notches);
        let now = rect(&harness, 5).width() / before.width();
        assert!((now - times).abs() < 0.01, "{now}");
    }
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
    list_these(&mut shell, vec![tall(0), upload(1), upload(2)]);
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
