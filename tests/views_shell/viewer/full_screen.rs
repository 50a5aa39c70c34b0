//! The whole screen for the image.

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use super::{fill_screen, full_screen_after, gallery, viewer, window};
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
