//! Choosing images with pointer, keys, menu and screen reader.

use egui::{Key, Modifiers, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use salon::state::Action;

use crate::app::{TOTAL, harness};
use crate::gestures::{click, click_at, drag, drop, name_of, rect_of};

#[test]
fn a_click_selects_only_that_image_and_opens_nothing() {
    let mut harness = harness();
    click(&mut harness, 1, Modifiers::NONE);
    click(&mut harness, 2, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [2]);
    assert!(!harness.state().gallery().is_viewer_open);
}

#[test]
fn ctrl_toggles_and_shift_takes_the_range_across_days() {
    let mut harness = harness();
    click(&mut harness, 1, Modifiers::NONE);
    click(&mut harness, 3, Modifiers::COMMAND);
    assert_eq!(harness.state().chosen(), [1, 3]);
    click(&mut harness, 1, Modifiers::COMMAND);
    assert_eq!(harness.state().chosen(), [3]);
    click(&mut harness, 12, Modifiers::SHIFT);
    let range: Vec<usize> = (1..=12).collect();
    assert_eq!(harness.state().chosen(), range);
}

#[test]
fn ctrl_and_shift_add_a_range() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    click(&mut harness, 4, Modifiers::COMMAND);
    click(&mut harness, 6, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!(harness.state().chosen(), [0, 4, 5, 6]);
}

#[test]
fn the_check_circle_toggles_without_keys() {
    let mut harness = harness();
    for number in [0, 2] {
        let corner = rect_of(&harness, number).min + vec2(14.0, 14.0);
        click_at(&mut harness, corner, Modifiers::NONE);
    }
    assert_eq!(harness.state().chosen(), [0, 2]);
    let corner = rect_of(&harness, 0).min + vec2(14.0, 14.0);
    click_at(&mut harness, corner, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [2]);
}

#[test]
fn empty_space_clears_and_a_day_is_toggled_by_its_header() {
    let mut harness = harness();
    let header = harness
        .get_by_label_contains("Select Wednesday 20 March 2024")
        .rect();
    let words = pos2(header.left() + 40.0, header.center().y);
    click_at(&mut harness, words, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), (0..10).collect::<Vec<_>>());
    let right_of_header = pos2(600.0, header.center().y);
    click_at(&mut harness, right_of_header, Modifiers::NONE);
    assert!(harness.state().chosen().is_empty());
}

#[test]
fn a_rubber_band_selects_what_it_touches() {
    let mut harness = harness();
    let from = pos2(4.0, rect_of(&harness, 0).center().y);
    let to = rect_of(&harness, 1).center();
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [0, 1]);
    drop(&mut harness, to);
    assert_eq!(harness.state().chosen(), [0, 1]);
}

#[test]
fn a_band_that_is_given_up_leaves_the_selection_as_it_was() {
    let mut harness = harness();
    click(&mut harness, 6, Modifiers::NONE);
    let from = pos2(4.0, rect_of(&harness, 0).center().y);
    let to = rect_of(&harness, 1).center();
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [0, 1]);
    harness.key_press(Key::Escape);
    harness.step();
    harness.step();
    assert_eq!(harness.state().chosen(), [6]);
}

#[test]
fn a_drag_from_an_image_is_never_a_band() {
    let mut harness = harness();
    let from = rect_of(&harness, 0).center();
    let to = rect_of(&harness, 6).center();
    drag(&mut harness, from, to, Modifiers::NONE);
    drop(&mut harness, to);
    let is_band = |action: &Action| matches!(action, Action::StartBand(_));
    assert!(!harness.state().done.iter().any(is_band));
}

#[test]
fn a_screen_reader_selects_a_tile() {
    let mut harness = harness();
    harness.get_by_label_contains(&name_of(3)).click_accesskit();
    harness.run_steps(3);
    assert_eq!(harness.state().chosen(), [3]);
}

#[test]
fn the_menu_adds_everything_by_one_person() {
    let mut harness = harness();
    harness.get_by_label_contains(&name_of(4)).click_secondary();
    harness.run_steps(5);
    harness
        .get_by_label_contains("Select all by Bo Chen")
        .click();
    harness.run_steps(5);
    let by_bo: Vec<usize> = (0..TOTAL).filter(|number| number % 3 != 0).collect();
    assert_eq!(harness.state().chosen(), by_bo);
}
