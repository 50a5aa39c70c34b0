//! What hands do to an image that is shown large: keys held down, two fingers, a double click.

use egui::{Key, Modifiers, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::DoubleClickChoice;
use salon::state::Action;

use super::comparing::comparing;
use super::scenes::{list_these, signed_in, tall, upload};
use super::shell::{Shell, harness};
use super::viewer::{answer_all, asked_for_full_screen, gallery, part_at, rect, viewer_at};
use super::{click, press};

/// The key is down for so many repeats.
fn hold(harness: &mut Harness<'_, Shell>, key: Key, times: usize) {
    for _ in 0..times {
        harness.event(egui::Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: true,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(2);
    }
}

/// And now it is not any longer.
fn let_go(harness: &mut Harness<'_, Shell>, key: Key) {
    harness.key_up(key);
    harness.step();
}

fn view(harness: &Harness<'_, Shell>, n: usize) -> Rect {
    let name = format!("IMG_{n}.jpg, ");
    harness.get_by_label_contains(&name).rect()
}

#[test]
fn an_arrow_held_down_stops_at_the_edge_and_another_press_goes_on() {
    let mut harness = viewer_at(5, signed_in(300));
    press(&mut harness, Key::Num1);
    press(&mut harness, Key::ArrowRight);
    hold(&mut harness, Key::ArrowRight, 40);
    let_go(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 5);
    let right = view(&harness, 5).right();
    assert!((rect(&harness, 5).right() - right).abs() < 1.0);
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 6);
}

#[test]
fn page_down_held_stops_at_the_end_of_a_tall_image() {
    let mut shell = signed_in(0);
    list_these(&mut shell, vec![tall(0), upload(1), upload(2)]);
    let mut harness = viewer_at(0, shell);
    press(&mut harness, Key::W);
    hold(&mut harness, Key::PageDown, 20);
    let_go(&mut harness, Key::PageDown);
    assert_eq!(gallery(&harness).focus(), 0);
    assert!((rect(&harness, 0).bottom() - view(&harness, 0).bottom()).abs() < 1.0);
    press(&mut harness, Key::PageDown);
    assert_eq!(gallery(&harness).focus(), 1);
}

#[test]
fn an_arrow_that_has_nothing_to_move_turns_the_page_however_long_it_is_held() {
    let mut shell = signed_in(0);
    list_these(&mut shell, (0..6).map(tall).collect());
    let mut harness = viewer_at(0, shell);
    press(&mut harness, Key::W);
    press(&mut harness, Key::L);
    for position in 1..4 {
        hold(&mut harness, Key::ArrowRight, 1);
        assert_eq!(gallery(&harness).focus(), position);
        answer_all(&mut harness);
    }
}

#[test]
fn two_fingers_on_a_touchpad_zoom_at_the_pointer() {
    let mut harness = viewer_at(5, signed_in(300));
    press(&mut harness, Key::Num1);
    let before = rect(&harness, 5);
    let at = view(&harness, 5).center() + vec2(70.0, -40.0);
    harness.hover_at(at);
    harness.step();
    harness.event(egui::Event::Zoom(1.5));
    harness.run_steps(2);
    let after = rect(&harness, 5);
    assert!((after.width() / before.width() - 1.5).abs() < 0.01);
    let moved = (part_at(after, at) - part_at(before, at)) * after.size();
    assert!(moved.length() < 1.5, "{moved:?}");
}

#[test]
fn two_fingers_zoom_what_is_side_by_side() {
    let mut harness = comparing(&[2, 4]);
    let before = [2, 4].map(|n| rect(&harness, n).width());
    let at = view(&harness, 4).center();
    harness.hover_at(at);
    harness.step();
    harness.event(egui::Event::Zoom(2.0));
    harness.run_steps(3);
    for (n, before) in [2, 4].into_iter().zip(before) {
        let times = rect(&harness, n).width() / before;
        assert!((times - 2.0).abs() < 0.01, "{n}: {times}");
    }
}

/// A double click; what the window is told about the whole screen then.
fn double_click(harness: &mut Harness<'_, Shell>, at: Pos2) -> Option<bool> {
    harness.hover_at(at);
    harness.step();
    let mut asked = None;
    // A frame of the harness takes nearly as long as one may take for a second click.
    for of_frame in [&[true][..], &[false, true], &[false]] {
        let events = of_frame.iter().map(|pressed| egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed: *pressed,
            modifiers: Modifiers::NONE,
        });
        harness.input_mut().events.extend(events);
        harness.step();
        asked = asked.or_else(|| asked_for_full_screen(harness));
    }
    harness.run_steps(2);
    asked
}

#[test]
fn a_double_click_fills_the_screen_or_zooms_there_as_the_account_menu_says() {
    let mut harness = harness(signed_in(300));
    for (chosen, name) in [
        (DoubleClickChoice::Zoom, "A double click zooms"),
        (
            DoubleClickChoice::FullScreen,
            "A double click fills the screen",
        ),
    ] {
        press(&mut harness, Key::F10);
        click(&mut harness, name);
        press(&mut harness, Key::Escape);
        let viewer = harness.state().state.settings.viewer;
        assert_eq!(viewer.double_click, chosen);
    }
    harness.state_mut().state.on_action(Action::OpenViewer(5));
    answer_all(&mut harness);
    let whole = rect(&harness, 5);
    let at = whole.center() - vec2(100.0, 50.0);
    assert_eq!(double_click(&mut harness, at), Some(true));
    assert_eq!(rect(&harness, 5), whole);
    let mut viewer = harness.state().state.settings.viewer;
    viewer.double_click = DoubleClickChoice::Zoom;
    let state = &mut harness.state_mut().state;
    state.on_action(Action::SetViewer(viewer));
    harness.run_steps(3);
    assert_eq!(double_click(&mut harness, at), None);
    let closer = rect(&harness, 5);
    assert!((closer.width() - 4000.0).abs() < 1.0, "actual size");
    let moved = (part_at(closer, at) - part_at(whole, at)) * closer.size();
    assert!(moved.length() < 4.0, "{moved:?}");
}
