//! What hands do: pointer, keys and wheel.

use egui::{Key, Modifiers, Pos2, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use crate::app::App;

pub(crate) fn name_of(number: usize) -> String {
    format!("image-{number:03}.jpg, from")
}

pub(crate) fn rect_of(harness: &Harness<'_, App>, number: usize) -> Rect {
    harness.get_by_label_contains(&name_of(number)).rect()
}

pub(crate) fn click(harness: &mut Harness<'_, App>, number: usize, modifiers: Modifiers) {
    let at = rect_of(harness, number).center();
    click_at(harness, at, modifiers);
}

pub(crate) fn click_at(harness: &mut Harness<'_, App>, at: Pos2, modifiers: Modifiers) {
    harness.hover_at(at);
    harness.step();
    press(harness, at, &Button::Down, modifiers);
    press(harness, at, &Button::Up, modifiers);
    // Two clicks in a row are a double click otherwise.
    for _ in 0..10 {
        harness.step();
    }
}

pub(crate) enum Button {
    Down,
    Up,
}

pub(crate) fn press(
    harness: &mut Harness<'_, App>,
    at: Pos2,
    button: &Button,
    modifiers: Modifiers,
) {
    let pressed = matches!(button, Button::Down);
    let event = egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers,
    };
    if modifiers.is_none() {
        harness.event(event);
    } else {
        harness.event_modifiers(event, modifiers);
    }
    harness.step();
}

pub(crate) fn key(harness: &mut Harness<'_, App>, key: Key, modifiers: Modifiers) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(8);
}

pub(crate) fn drag(harness: &mut Harness<'_, App>, from: Pos2, to: Pos2, modifiers: Modifiers) {
    harness.hover_at(from);
    harness.step();
    press(harness, from, &Button::Down, modifiers);
    for part in 1..=5_u8 {
        harness.hover_at(from.lerp(to, f32::from(part) / 5.0));
        harness.step();
    }
}

pub(crate) fn drop(harness: &mut Harness<'_, App>, at: Pos2) {
    press(harness, at, &Button::Up, Modifiers::NONE);
    harness.run_steps(8);
}

/// The wheel over the middle of the grid, and what it sets moving comes to rest.
pub(crate) fn scroll(harness: &mut Harness<'_, App>, points: f32) {
    harness.hover_at(pos2(500.0, 600.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(40);
}
