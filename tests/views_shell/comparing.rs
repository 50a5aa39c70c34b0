//! A few images side by side.

use egui::{Key, Modifiers, Rect, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::domain::{ByteCount, PixelSize, Upload};
use salon::state::Action;

use super::scenes::{choose, list_these, signed_in, upload};
use super::shell::{Shell, harness};
use super::viewer::{answer_all, click_at, drawn, gallery, named, part_at, rect, wheel};
use super::{click, press};

/// The grid with these chosen.
fn chosen(positions: &[usize]) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    choose(&mut shell, positions);
    harness(shell)
}

/// These side by side, their pictures there.
pub(super) fn comparing(positions: &[usize]) -> Harness<'static, Shell> {
    let mut harness = chosen(positions);
    press(&mut harness, Key::C);
    answer_all(&mut harness);
    harness
}

fn pane(harness: &Harness<'_, Shell>, n: usize) -> Rect {
    let name = format!("IMG_{n}.jpg, ");
    named(harness, Role::Image, &name).rect()
}

#[test]
fn c_shows_the_chosen_images_side_by_side() {
    let harness = comparing(&[4, 2]);
    harness.get_by_label("Comparing 2 images");
    let (left, right) = (pane(&harness, 2), pane(&harness, 4));
    assert!(left.right() < right.left() && (left.top() - right.top()).abs() < 0.1);
    for (n, pane) in [(2, left), (4, right)] {
        assert!(pane.expand(1.0).contains_rect(rect(&harness, n)));
    }
    assert!(harness.query_by_label("Find a room").is_none());
}

#[test]
fn a_new_comparison_begins_with_whole_images_and_tells_their_scale() {
    let mut harness = comparing(&[2, 4]);
    let whole = rect(&harness, 4);
    let scale = |harness: &Harness<'_, Shell>| {
        let percent = harness.get_all_by_role(Role::Button).filter_map(|node| {
            let label = node.accesskit_node().label()?;
            label.ends_with(" %").then_some(label)
        });
        percent.collect::<Vec<_>>()
    };
    let fitted = scale(&harness);
    assert_eq!(fitted.len(), 1);
    assert_ne!(fitted, ["100 %"]);
    press(&mut harness, Key::Num1);
    assert_eq!(scale(&harness), ["100 %"]);
    press(&mut harness, Key::L);
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::C);
    answer_all(&mut harness);
    assert_eq!(rect(&harness, 4), whole);
    assert_eq!(scale(&harness), fitted);
}

#[test]
fn one_zoom_is_for_all_until_l_loosens_it() {
    let mut harness = comparing(&[2, 4]);
    let at = pane(&harness, 4).center() + vec2(60.0, 30.0);
    let before = rect(&harness, 4);
    let part = part_at(before, at);
    wheel(&mut harness, at, 4.0);
    let (left, right) = (rect(&harness, 2), rect(&harness, 4));
    assert!(right.width() > 2.0 * before.width());
    assert!(
        (part_at(right, at) - part).length() < 0.002,
        "at the pointer"
    );
    assert_eq!(left.size(), right.size());
    let (seen_left, seen_right) = (
        part_at(left, pane(&harness, 2).center()),
        part_at(right, pane(&harness, 4).center()),
    );
    assert!((seen_left - seen_right).length() < 0.002, "the same part");
    press(&mut harness, Key::L);
    wheel(&mut harness, at, 1.0);
    assert_eq!(rect(&harness, 2), left);
    assert_ne!(rect(&harness, 4), right);
    press(&mut harness, Key::L);
    press(&mut harness, Key::Num0);
    assert_eq!(rect(&harness, 2).size(), rect(&harness, 4).size());
    assert_eq!(rect(&harness, 4), before);
}

#[test]
fn a_drag_moves_all() {
    let mut harness = comparing(&[2, 4, 6]);
    press(&mut harness, Key::Num1);
    let before: Vec<Rect> = [2, 4, 6].map(|n| rect(&harness, n)).into();
    let from = pane(&harness, 2).center();
    harness.drag_at(from);
    harness.step();
    harness.hover_at(from - vec2(80.0, 50.0));
    harness.step();
    harness.drop_at(from - vec2(80.0, 50.0));
    harness.run_steps(3);
    for (n, before) in [2, 4, 6].into_iter().zip(before) {
        let moved = rect(&harness, n).min - before.min;
        assert!(
            (moved - vec2(-80.0, -50.0)).length() < 2.5,
            "{n}: {moved:?}"
        );
    }
}

#[test]
fn what_is_larger_is_marked() {
    let mut shell = signed_in(0);
    let sized = |n: usize, width, bytes| Upload {
        dimensions: Some(PixelSize::new(width, 3000)),
        size: Some(ByteCount(bytes)),
        ..upload(n)
    };
    list_these(&mut shell, vec![sized(0, 4000, 500), sized(1, 2000, 900)]);
    shell.state.on_action(Action::SelectAll);
    let mut harness = harness(shell);
    press(&mut harness, Key::C);
    answer_all(&mut harness);
    harness.get_by_label_contains("IMG_0.jpg, 4000 × 3000, most pixels, 500 B, 1 of 2");
    harness.get_by_label_contains("IMG_1.jpg, 2000 × 3000, 900 B, largest file, 2 of 2");
}

#[test]
fn one_is_taken_out_of_the_selection_or_of_the_comparison() {
    let mut harness = comparing(&[2, 4, 6]);
    let at = pane(&harness, 4).center();
    click_at(&mut harness, at);
    assert_eq!(gallery(&harness).focus(), 4, "the details are about it");
    press(&mut harness, Key::X);
    assert_eq!(gallery(&harness).chosen_count(), 2);
    assert!(drawn(&harness, 4).is_some(), "it is still compared");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::X);
    harness.run_steps(3);
    harness.get_by_label("Comparing 2 images");
    assert!(harness.query_by_label_contains("IMG_4.jpg, ").is_none());
}

#[test]
fn arrows_go_to_the_image_beside_and_enter_opens_it_alone() {
    let mut harness = comparing(&[2, 4, 6]);
    press(&mut harness, Key::ArrowLeft);
    assert_eq!(gallery(&harness).focus(), 4);
    press(&mut harness, Key::ArrowLeft);
    press(&mut harness, Key::ArrowLeft);
    assert_eq!(gallery(&harness).focus(), 2);
    press(&mut harness, Key::Enter);
    assert!(gallery(&harness).is_viewer_open);
    harness.get_by_label_contains("IMG_2.jpg, ");
    press(&mut harness, Key::Escape);
    harness.get_by_label("Comparing 3 images");
    press(&mut harness, Key::Escape);
    assert!(gallery(&harness).shows_tiles());
    assert_eq!(gallery(&harness).chosen_count(), 3, "as it was left");
}

#[test]
fn arrows_choose_among_images_larger_than_their_panes_and_with_ctrl_they_move_all() {
    let mut harness = comparing(&[2, 4, 6]);
    press(&mut harness, Key::Num2);
    let before = [2, 4, 6].map(|n| rect(&harness, n));
    assert_eq!(gallery(&harness).focus(), 6);
    press(&mut harness, Key::ArrowLeft);
    assert_eq!(gallery(&harness).focus(), 4);
    assert_eq!([2, 4, 6].map(|n| rect(&harness, n)), before);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowLeft);
    harness.run_steps(3);
    assert_eq!(gallery(&harness).focus(), 4);
    for (n, before) in [2, 4, 6].into_iter().zip(before) {
        assert!(rect(&harness, n).left() > before.left() + 50.0, "{n}");
    }
}

#[test]
fn one_zoom_for_all_is_that_of_the_image_that_was_chosen() {
    let mut harness = comparing(&[2, 4]);
    press(&mut harness, Key::L);
    press(&mut harness, Key::Num2);
    assert_ne!(rect(&harness, 2).size(), rect(&harness, 4).size());
    press(&mut harness, Key::L);
    assert_eq!(rect(&harness, 2).size(), rect(&harness, 4).size());
    assert!((rect(&harness, 2).width() - 8000.0).abs() < 1.0);
}

#[test]
fn one_or_five_say_what_to_do() {
    let mut harness = chosen(&[3]);
    press(&mut harness, Key::C);
    harness.get_by_label("Only one image is selected");
    let mut harness = chosen(&[1, 2, 3, 4, 5]);
    assert!(harness.query_by_label("Compare").is_none());
    press(&mut harness, Key::C);
    harness.get_by_label("5 images are selected");
    assert!(gallery(&harness).shows_tiles());
}

#[test]
fn the_bar_of_the_selection_offers_it() {
    let mut harness = chosen(&[1, 2, 3]);
    click(&mut harness, "Compare");
    harness.get_by_label("Comparing 3 images");
    click(&mut harness, "Back to the grid (Esc)");
    assert!(gallery(&harness).shows_tiles());
}

#[test]
fn four_are_in_two_rows_and_the_help_sheet_lists_the_keys() {
    let mut harness = comparing(&[1, 2, 3, 4]);
    let (first, last) = (pane(&harness, 1), pane(&harness, 4));
    assert!(last.top() > first.bottom() && last.left() > first.right());
    press(&mut harness, Key::F1);
    harness.get_by_label("One zoom for all, or each its own");
}
