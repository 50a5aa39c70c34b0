//! The view turned and flipped.

use egui::{Key, Modifiers, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use salon::state::Action;

use super::{answer_all, drawn, part_at, rect, viewer, wheel};
use crate::{click, press};

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
