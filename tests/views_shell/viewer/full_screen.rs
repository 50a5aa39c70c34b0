//! The whole screen for the image.

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use super::{answer_all, fill_screen, full_screen_after, gallery, rect, viewer, window};
use crate::press;

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
fn in_a_window_the_bar_lies_above_the_image_and_on_the_full_screen_over_it() {
    let mut harness = viewer();
    let back = "Back to the grid (Esc)";
    let (bar, image) = (harness.get_by_label(back).rect(), rect(&harness, 5));
    assert!(image.top() >= bar.bottom(), "{image:?} {bar:?}");
    // Three seconds later the bar is gone, and nothing has moved.
    harness.run_steps(16);
    assert!(harness.query_by_label(back).is_none());
    assert_eq!(rect(&harness, 5), image);
    fill_screen(&mut harness);
    answer_all(&mut harness);
    let image = rect(&harness, 5);
    assert!(image.top() <= bar.top(), "{image:?} {bar:?}");
}
