//! The second start: what this machine knows is shown, and confirmed later.

use std::path::PathBuf;

use super::fixtures::{commands, in_room, listing, load_page, room, select, session, upload};
use super::*;
use crate::domain::{Person, RoomId, UserId};
use crate::protocol::{
    ClientError, Command, Connection, Event, KnownAccount, SessionInfo, Settings,
};

/// After the start on a machine that knows two rooms, the second of which was open last.
fn restored() -> (AppState, Vec<Effect>) {
    let settings = Settings {
        accounts: vec![KnownAccount {
            server: "https://chat.example.org/".to_owned(),
            user_id: "ana".to_owned(),
            username: "ana".to_owned(),
            last_room: Some("room1".to_owned()),
        }],
        ..Settings::default()
    };
    let (mut state, _resume) = AppState::new(settings, PathBuf::from("/pictures"));
    let effects = state.on_event(Event::SessionRestored {
        generation: state.generation,
        session: Box::new(session("ana")),
        rooms: vec![room(0), room(1)],
        people: vec![Person {
            id: UserId::from("anna"),
            username: None,
            name: Some("Anna Ahlberg".to_owned()),
        }],
    });
    (state, effects)
}

fn restore_listing(state: &mut AppState, total: usize, pages: &[usize]) {
    let room = state.gallery.as_ref().unwrap().room.id.clone();
    state.on_event(Event::ListingRestored {
        room,
        listing: Box::new(listing(total, pages)),
    });
}

#[test]
fn the_last_room_is_open_before_the_server_has_answered() {
    let (state, effects) = restored();
    assert!(matches!(state.phase, Phase::SignedIn));
    assert_eq!(state.rooms.iter().count(), 2);
    assert_eq!(state.gallery.unwrap().room.title, "Room 1");
    let sent = commands(effects);
    let restores = |command: &Command| matches!(command, Command::RestoreListing { room } if *room == RoomId::from("room1"));
    assert!(sent.iter().any(restores), "{sent:?}");
    // All of it is asked of the server as after a log-in.
    let asks = |command: &Command| matches!(command, Command::LoadRooms { .. });
    assert!(sent.iter().any(asks), "{sent:?}");
}

#[test]
fn what_is_known_of_the_room_is_shown_and_named() {
    let (mut state, _) = restored();
    restore_listing(&mut state, 250, &[1, 2]);
    let gallery = state.gallery.as_ref().unwrap();
    assert_eq!(
        (gallery.listing.len(), gallery.listing.known_count()),
        (250, 250)
    );
    load_page(&mut state, 0, 250);
    let newest = state.gallery.unwrap().upload_at(0).unwrap();
    assert_eq!(
        newest.uploader.as_ref().unwrap().display_name(),
        "Anna Ahlberg"
    );
}

#[test]
fn a_choice_made_from_what_is_known_stays_when_the_server_answers() {
    let (mut state, _) = restored();
    restore_listing(&mut state, 250, &[1, 2]);
    select(&mut state, 7, SelectHow::Only);
    load_page(&mut state, 0, 250);
    assert!(state.gallery.unwrap().selection.contains(&upload(7).id));
}

#[test]
fn what_is_known_of_a_room_that_was_left_does_not_come_into_another() {
    let mut state = in_room(20);
    state.on_event(Event::ListingRestored {
        room: RoomId::from("elsewhere"),
        listing: Box::new(listing(250, &[1])),
    });
    assert_eq!(state.gallery.unwrap().listing.len(), 20);
}

#[test]
fn a_room_is_asked_for_on_this_machine_once() {
    let mut state = in_room(20);
    let asked = |effects: Vec<Effect>| {
        let sent = commands(effects);
        let restores = |command: &&Command| matches!(command, Command::RestoreListing { .. });
        sent.iter().filter(restores).count()
    };
    assert_eq!(asked(state.on_action(Action::OpenRoom(room(1).id))), 1);
    assert_eq!(asked(state.on_action(Action::OpenRoom(room(0).id))), 0);
}

#[test]
fn what_the_server_says_of_the_person_counts_whichever_room_is_open() {
    let (mut state, _) = restored();
    state.on_action(Action::OpenRoom(room(0).id));
    let must_change_password = true;
    state.on_event(Event::SessionConfirmed {
        session: Box::new(SessionInfo {
            must_change_password,
            ..session("ana")
        }),
    });
    assert!(state.session.as_ref().unwrap().must_change_password);
    assert_eq!(state.notices.iter().count(), 1);
    state.on_event(Event::SessionConfirmed {
        session: Box::new(session("ben")),
    });
    assert_eq!(state.session.unwrap().me.username.as_deref(), Some("ana"));
}

#[test]
fn without_the_server_all_stays_and_the_state_says_since_when() {
    let (mut state, _) = restored();
    restore_listing(&mut state, 250, &[1, 2]);
    let since = jiff::Timestamp::UNIX_EPOCH;
    state.on_event(Event::ConnectionChanged(Connection::Offline { since }));
    state.on_event(Event::RoomsLoaded {
        generation: state.generation,
        result: Err(ClientError::ServerFault { status: 503 }),
    });
    assert_eq!(state.connection, Connection::Offline { since });
    assert_eq!(state.rooms.iter().count(), 2);
    assert_eq!(state.gallery.unwrap().listing.known_count(), 250);
}

#[test]
fn a_dead_token_asks_over_what_is_known() {
    let (mut state, _) = restored();
    restore_listing(&mut state, 250, &[1, 2]);
    state.on_event(Event::SessionExpired {
        generation: state.generation,
    });
    assert!(matches!(state.phase, Phase::Expired));
    assert_eq!(state.gallery.unwrap().listing.known_count(), 250);
}
