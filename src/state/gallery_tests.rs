//! The open room: its pages, what is asked for of them, and saves that wait for them.

use std::time::Duration;

use super::fixtures::{in_room, load_page, page, room, select, signed_in, upload, wanted};
use super::*;
use crate::domain::{ListingWindow, PageIndex, Person, UploadPage, UserId};
use crate::protocol::{ClientError, Command, Event, SaveSelection};

fn gallery(state: &AppState) -> &Gallery {
    state.gallery.as_ref().unwrap()
}

#[test]
fn a_change_of_the_open_room_wants_its_newest_page_and_one_of_another_room_nothing() {
    let mut state = in_room(500);
    let changed = |number: usize| Event::RoomChanged {
        room: room(number).id,
    };
    assert!(wanted(state.on_event(changed(1))).is_none());
    let wanted = wanted(state.on_event(changed(0))).unwrap();
    assert_eq!(wanted.anchor, None);
    assert_eq!(wanted.windows[0], ListingWindow::Page(PageIndex(0)));
    // What is known stays on the screen meanwhile, and so does the choice.
    assert_eq!(gallery(&state).listing.known_count(), 100);
}

#[test]
fn a_range_is_saved_whole_even_if_it_was_not_listed_yet() {
    let mut state = in_room(250);
    select(&mut state, 0, SelectHow::Only);
    select(&mut state, 249, SelectHow::Range);
    state.on_action(Action::SaveSelected);
    let effects = state.on_action(Action::ConfirmSave);
    assert!(started(effects).is_none(), "not before all of it is known");
    assert!(started(load_page(&mut state, 1, 250)).is_none());
    assert_eq!(started(load_page(&mut state, 2, 250)), Some(250));
    assert!(
        started(load_page(&mut state, 2, 250)).is_none(),
        "only once"
    );
}

#[test]
fn a_range_cleared_while_it_is_listed_is_not_saved() {
    let mut state = in_room(150);
    select(&mut state, 0, SelectHow::Only);
    select(&mut state, 149, SelectHow::Range);
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ConfirmSave);
    state.on_action(Action::ClearSelection);
    assert!(started(load_page(&mut state, 1, 150)).is_none());
}

fn started(effects: Vec<Effect>) -> Option<usize> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Send(Command::StartSave { order, .. }) => match order.selection {
            SaveSelection::Uploads(uploads) => Some(uploads.len()),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn an_empty_room_asks_the_server_again_on_reload() {
    let mut state = signed_in(1);
    state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Ok(UploadPage {
            uploads: Vec::new(),
            total: 0,
            hidden_count: 0,
            is_anchor_lost: false,
        }),
    });
    let wanted = wanted(state.on_action(Action::Reload)).unwrap();
    assert_eq!(wanted.windows, [ListingWindow::Page(PageIndex(0))]);
}

#[test]
fn what_was_drawn_for_the_room_before_is_not_wanted_in_this_one() {
    let mut state = in_room(1_000);
    let shown = Shown {
        room: Some(room(0).id),
        visible: 700..740,
        missing: Vec::new(),
    };
    state.on_action(Action::Show(shown.clone()));
    state.on_action(Action::OpenRoom(room(1).id));
    let effects = state.on_action(Action::Show(shown));
    assert!(wanted(effects).is_none());
}

#[test]
fn a_page_of_the_room_left_behind_is_dropped() {
    let mut state = in_room(250);
    let old = state.generation;
    state.on_action(Action::OpenRoom(room(1).id));
    state.on_event(Event::PageLoaded {
        generation: old,
        window: ListingWindow::Page(PageIndex(1)),
        anchor: None,
        result: Ok(page(1, 250)),
    });
    assert_eq!(state.gallery.unwrap().listing.known_count(), 0);
}

#[test]
fn a_room_that_was_left_is_there_at_once_and_asks_for_what_is_new() {
    let mut state = in_room(250);
    state.on_action(Action::OpenRoom(room(1).id));
    let effects = state.on_action(Action::OpenRoom(room(0).id));
    assert_eq!(state.gallery.as_ref().unwrap().listing.known_count(), 100);
    let wanted = wanted(effects).unwrap();
    assert_eq!(
        wanted.windows.first(),
        Some(&ListingWindow::Page(PageIndex(0)))
    );
    assert_eq!(wanted.anchor, None);
}

#[test]
fn only_what_is_on_screen_and_the_screen_after_it_is_asked_for() {
    let mut state = in_room(100_000);
    let shown = Shown {
        room: Some(room(0).id),
        visible: 50_000..50_040,
        missing: Vec::new(),
    };
    let wanted = wanted(state.on_action(Action::Show(shown))).unwrap();
    assert_eq!(wanted.windows, [ListingWindow::Page(PageIndex(500))]);
    assert_eq!(wanted.anchor, Some(upload(0).id));
}

#[test]
fn a_person_whose_name_is_known_is_named_in_every_room_and_on_every_page() {
    let mut state = in_room(250);
    let anna = Person {
        id: UserId::from("anna"),
        username: Some("anna".to_owned()),
        name: Some("Anna Schmidt".to_owned()),
    };
    state.on_event(Event::PeopleResolved(vec![anna.clone()]));
    load_page(&mut state, 1, 250);
    let gallery = state.gallery.as_ref().unwrap();
    for position in [0, 150] {
        let upload = gallery.upload_at(position).unwrap();
        assert_eq!(upload.uploader.as_ref(), Some(&anna));
    }
}

#[test]
fn a_room_without_access_says_so_and_does_not_ask_in_a_loop() {
    let mut state = signed_in(1);
    let effects = state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Err(ClientError::Forbidden),
    });
    assert!(wanted(effects).unwrap().windows.is_empty());
    assert_eq!(
        state.gallery.as_ref().unwrap().list_error,
        Some(ClientError::Forbidden)
    );
}

#[test]
fn a_pause_of_the_server_is_no_failure_of_the_room() {
    let mut state = signed_in(1);
    let retry_after = Duration::from_secs(42);
    state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Err(ClientError::RateLimited { retry_after }),
    });
    assert_eq!(state.gallery.as_ref().unwrap().list_error, None);
}
