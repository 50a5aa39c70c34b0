//! The way through the grid by keys and wheel, and what is asked for on it.

use egui::{Key, Modifiers, vec2};
use salon::domain::{Room, RoomId};
use salon::state::Gallery;

use crate::app::{TOTAL, harness, harness_of, room};
use crate::gestures::{click, key, rect_of, scroll};

#[test]
fn arrows_move_and_select_and_modifiers_change_that() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [1]);
    key(&mut harness, Key::ArrowRight, Modifiers::SHIFT);
    assert_eq!(harness.state().chosen(), [1, 2]);
    key(&mut harness, Key::ArrowRight, Modifiers::COMMAND);
    assert_eq!(
        (harness.state().focus(), harness.state().chosen().len()),
        (3, 2)
    );
    key(&mut harness, Key::Space, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [1, 2, 3]);
    key(&mut harness, Key::Escape, Modifiers::NONE);
    assert!(harness.state().chosen().is_empty());
    assert_eq!(harness.state().focus(), 3);
}

#[test]
fn down_keeps_the_column() {
    let mut harness = harness();
    click(&mut harness, 1, Modifiers::NONE);
    let x = rect_of(&harness, 1).center().x;
    for _ in 0..3 {
        key(&mut harness, Key::ArrowDown, Modifiers::NONE);
        let focus = harness.state().focus();
        assert!((rect_of(&harness, focus).center().x - x).abs() < 1.0);
    }
}

#[test]
fn page_down_moves_one_screen_and_keeps_the_focus_in_sight() {
    let mut harness = harness();
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    let focus = harness.state().focus();
    assert!((4..40).contains(&focus), "{focus}");
    let tile = rect_of(&harness, focus);
    assert!(tile.top() >= 0.0 && tile.bottom() <= 1200.0, "{tile:?}");
}

#[test]
fn end_goes_to_the_last_image_of_a_room_that_is_partly_read() {
    let mut harness = harness_of(room());
    harness.state_mut().load(0, TOTAL);
    harness.run_steps(8);
    key(&mut harness, Key::End, Modifiers::NONE);
    assert_eq!(harness.state().focus(), TOTAL - 1);
    assert!(harness.state().grid.visible().contains(&(TOTAL - 1)));
    harness.state_mut().load(2, TOTAL);
    harness.run_steps(8);
    assert_eq!(harness.state().focus(), TOTAL - 1);
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 0);
    assert!(harness.state().grid.visible().contains(&0));
}

#[test]
fn what_one_looks_at_stays_in_place_when_a_page_above_it_arrives() {
    let mut harness = harness_of(room());
    harness.state_mut().load(0, TOTAL);
    harness.state_mut().load(2, TOTAL);
    harness.run_steps(8);
    key(&mut harness, Key::End, Modifiers::NONE);
    let before = rect_of(&harness, TOTAL - 1);
    harness.state_mut().load(1, TOTAL);
    harness.run_steps(8);
    let after = rect_of(&harness, TOTAL - 1);
    assert!(
        (before.top() - after.top()).abs() < 1.0,
        "{before:?} {after:?}"
    );
}

#[test]
fn ctrl_and_wheel_change_the_size_and_keep_the_image_under_the_pointer() {
    let mut harness = harness();
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    let under_pointer = harness.state().grid.visible().start + 7;
    let at = rect_of(&harness, under_pointer).center();
    harness.hover_at(at);
    harness.step();
    let edge = harness.state().state.settings.tile_edge_points;
    harness.event_modifiers(
        egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, 2.0),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::COMMAND,
            source: egui::MouseWheelSource::Unknown,
        },
        Modifiers::COMMAND,
    );
    harness.run_steps(20);
    assert!(harness.state().state.settings.tile_edge_points > edge);
    let tile = rect_of(&harness, under_pointer);
    assert!(tile.y_range().contains(at.y), "{tile:?} {at:?}");
}

#[test]
fn the_wheel_scrolls_and_a_room_is_found_where_it_was_left() {
    let mut harness = harness();
    scroll(&mut harness, -3000.0);
    let left_at = harness.state().grid.visible();
    assert!(left_at.start > 40, "{left_at:?}");

    let first = harness.state_mut().state.gallery.take().unwrap();
    let id = RoomId::from("r2");
    harness.state_mut().state.gallery = Some(Gallery::new(Room { id, ..room() }));
    harness.state_mut().load(0, TOTAL);
    harness.run_steps(3);
    assert_eq!(harness.state().grid.visible().start, 0);

    harness.state_mut().state.gallery = Some(first);
    harness.run_steps(3);
    assert_eq!(harness.state().grid.visible(), left_at);
}

#[test]
fn tiles_on_screen_come_first_then_those_ahead_then_those_behind() {
    let mut harness = harness();
    for (wheel, is_down) in [(-3000.0, true), (600.0, false)] {
        scroll(&mut harness, wheel);
        let visible = harness.state().grid.visible();
        let places: Vec<usize> = harness
            .state()
            .missing
            .iter()
            .filter_map(|wanted| wanted.upload.as_ref()?.id.as_str().strip_prefix("id"))
            .map(|number| number.parse().unwrap())
            .collect();
        let parts = [
            visible.clone(),
            if is_down {
                visible.end..TOTAL
            } else {
                0..visible.start
            },
            if is_down {
                0..visible.start
            } else {
                visible.end..TOTAL
            },
        ];
        let part_of = |place: &usize| parts.iter().position(|part| part.contains(place)).unwrap();
        let order: Vec<usize> = places.iter().map(part_of).collect();
        assert!(order.is_sorted(), "{visible:?}: {places:?}");
        for part in 0..3 {
            // About a screen of each.
            let count = order.iter().filter(|at| **at == part).count();
            assert!(count * 3 > visible.len() * 2, "{part}: {places:?}");
            assert!(count < visible.len() * 2, "{part}: {places:?}");
        }
    }
}
