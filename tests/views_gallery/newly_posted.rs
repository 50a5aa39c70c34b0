//! Images that are posted while one looks at the room.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::ToSpan as _;
use salon::domain::{RoomId, Upload, UploadId};
use salon::protocol::Event;

use crate::app::{App, TOTAL, harness, upload};
use crate::gestures::{key, rect_of, scroll};

/// The same room after so many images were posted: the newest page is read again.
fn post(harness: &mut Harness<'_, App>, count: usize) {
    let app = harness.state_mut();
    app.on_event(Event::RoomChanged {
        room: RoomId::from("r1"),
    });
    let newer = (1..=count).rev().map(|number| Upload {
        id: UploadId::from(format!("new{number}")),
        name: format!("new-{number}.jpg"),
        uploaded_at: upload(0)
            .uploaded_at
            .map(|newest| newest + i64::try_from(number).unwrap().minutes()),
        ..upload(0)
    });
    let uploads = newer.chain((0..TOTAL).map(upload)).take(100).collect();
    app.load_these(0, TOTAL + count, uploads);
    harness.run_steps(8);
}

fn pill<'a>(harness: &'a Harness<'_, App>) -> Option<egui_kittest::Node<'a>> {
    harness.query_by_label_contains("above, show them")
}

#[test]
fn at_the_top_new_images_simply_appear() {
    let mut harness = harness();
    post(&mut harness, 3);
    assert!(harness.query_by_label_contains("new-3.jpg, from").is_some());
    assert_eq!(harness.state().grid.visible().start, 0);
    assert!(pill(&harness).is_none());
}

#[test]
fn scrolled_down_nothing_moves_and_a_pill_leads_to_what_is_new() {
    let mut harness = harness();
    scroll(&mut harness, -1500.0);
    let seen = harness.state().grid.visible().start + 10;
    let before = rect_of(&harness, seen);
    post(&mut harness, 3);
    let after = rect_of(&harness, seen);
    assert!(
        (before.top() - after.top()).abs() < 1.0,
        "{before:?} {after:?}"
    );
    let label = pill(&harness).unwrap().accesskit_node().label();
    assert_eq!(label.as_deref(), Some("3 new images above, show them"));
    post(&mut harness, 4);
    let label = pill(&harness).unwrap().accesskit_node().label();
    assert_eq!(label.as_deref(), Some("4 new images above, show them"));

    // By keyboard alone.
    pill(&harness).unwrap().focus();
    harness.run_steps(2);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    harness.run_steps(4);
    assert_eq!(harness.state().grid.visible().start, 0);
    assert!(pill(&harness).is_none());
    assert!(harness.query_by_label_contains("new-4.jpg, from").is_some());
    assert!(!harness.state().gallery().is_viewer_open);
    // The grid has the keyboard again.
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 0);
}

#[test]
fn the_pill_is_gone_once_one_has_scrolled_to_the_top() {
    let mut harness = harness();
    key(&mut harness, Key::End, Modifiers::NONE);
    post(&mut harness, 1);
    let label = pill(&harness).unwrap().accesskit_node().label();
    assert_eq!(label.as_deref(), Some("1 new image above, show them"));
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert!(pill(&harness).is_none());
    key(&mut harness, Key::End, Modifiers::NONE);
    assert!(pill(&harness).is_none());
}
