//! Finding a room by typing.

use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::domain::RoomId;
use salon::state::Action;

use crate::scenes::signed_in;
use crate::shell::{Shell, harness};
use crate::{CTRL, press};

#[test]
fn a_room_is_found_by_typing_and_opened_with_enter() {
    let mut harness = filtering("supp");
    press(&mut harness, Key::Enter);
    let room = RoomId::from("support");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::OpenRoom(id) if *id == room))
    );
}

#[test]
fn arrows_in_the_filter_move_among_the_rooms() {
    let mut harness = filtering("");
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::OpenRoom(_)))
    );
}

#[test]
fn a_name_that_matches_no_room_can_be_looked_up_as_a_public_channel() {
    let mut harness = filtering("#nowhere");
    harness.get_by_label("Look for a public channel called “nowhere”");
    press(&mut harness, Key::Enter);
    let is_it = |action: &Action| matches!(action, Action::FindRoom(name) if name == "nowhere");
    assert!(harness.state().has(is_it));
}

#[test]
fn escape_clears_the_filter_first_and_leaves_it_then() {
    let mut harness = filtering("supp");
    press(&mut harness, Key::Escape);
    assert!(filter(&harness).is_focused());
    assert_eq!(filter(&harness).value().unwrap_or_default(), "");
    press(&mut harness, Key::Escape);
    assert!(!filter(&harness).is_focused());
}

/// The keyboard is in the filter of the room list, with this text.
pub(crate) fn filtering(text: &str) -> Harness<'static, Shell> {
    let mut harness = harness(signed_in(300));
    harness.key_press_modifiers(CTRL, Key::K);
    harness.run_steps(2);
    assert!(filter(&harness).is_focused());
    filter(&harness).type_text(text);
    harness.run_steps(2);
    harness
}

fn filter<'a>(harness: &'a Harness<'_, Shell>) -> egui_kittest::Node<'a> {
    harness.get_by_role_and_label(Role::SearchInput, "Find a room")
}
