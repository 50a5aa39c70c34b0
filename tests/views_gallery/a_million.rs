//! A room of a million images.

use egui::{Key, Modifiers, pos2};
use egui_kittest::Harness;

use crate::app::{App, harness_of, room};
use crate::gestures::{click, drag, drop, key, rect_of, scroll};

const MILLION: usize = 1_000_000;

/// Reads whatever is on screen.
fn load_visible(harness: &mut Harness<'_, App>) {
    let visible = harness.state().grid.visible();
    for page in visible.start / 100..=visible.end.saturating_sub(1) / 100 {
        harness.state_mut().load(page, MILLION);
    }
    harness.run_steps(8);
}

/// Scrolls down by so many points; how far the images went up.
fn moved_by_wheel(harness: &mut Harness<'_, App>, down: f32) -> f32 {
    let visible = harness.state().grid.visible();
    let number = usize::midpoint(visible.start, visible.end);
    let before = rect_of(harness, number).top();
    scroll(harness, -down);
    before - rect_of(harness, number).top()
}

fn million() -> Harness<'static, App> {
    let mut harness = harness_of(room());
    harness.state_mut().load(0, MILLION);
    harness.run_steps(8);
    harness
}

#[test]
fn a_million_images_scroll_by_exactly_what_was_asked_everywhere() {
    let mut harness = million();
    let is_exact = |moved: f32, asked: f32| (moved - asked).abs() < 0.001;
    let moved = moved_by_wheel(&mut harness, 1.0);
    assert!(is_exact(moved, 1.0), "at the top: {moved}");
    let track = pos2(993.0, 600.0);
    drag(&mut harness, track, track, Modifiers::NONE);
    drop(&mut harness, track);
    let middle = harness.state().grid.visible().start;
    assert!((400_000..600_000).contains(&middle), "{middle}");
    load_visible(&mut harness);
    for asked in [1.0, 1.0, -1.0, 37.0] {
        let moved = moved_by_wheel(&mut harness, asked);
        assert!(is_exact(moved, asked), "in the middle: {moved}");
    }
    key(&mut harness, Key::End, Modifiers::NONE);
    load_visible(&mut harness);
    let moved = moved_by_wheel(&mut harness, -1.0);
    assert!(is_exact(moved, -1.0), "at the end: {moved}");
}

#[test]
fn keys_and_scroll_bar_reach_the_first_and_the_last_of_a_million() {
    let mut harness = million();
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::End, Modifiers::NONE);
    assert_eq!(harness.state().focus(), MILLION - 1);
    assert_eq!(harness.state().grid.visible().end, MILLION);
    let before = harness.state().focus();
    key(&mut harness, Key::PageUp, Modifiers::NONE);
    let up = before - harness.state().focus();
    key(&mut harness, Key::PageUp, Modifiers::NONE);
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    assert!((5..100).contains(&up), "{up}");
    assert_eq!(harness.state().focus(), before - up);
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 0);
    assert_eq!(harness.state().grid.visible().start, 0);
    let (top, bottom) = (pos2(993.0, 10.0), pos2(993.0, 1185.0));
    drag(&mut harness, top, bottom, Modifiers::NONE);
    drop(&mut harness, bottom);
    assert_eq!(harness.state().grid.visible().end, MILLION);
    drag(&mut harness, bottom, top, Modifiers::NONE);
    drop(&mut harness, top);
    assert_eq!(harness.state().grid.visible().start, 0);
}
