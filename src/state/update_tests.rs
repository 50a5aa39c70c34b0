//! What is new in rooms that were saved.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::fixtures::{in_room, load_page, room, signed_in};
use super::*;
use crate::domain::RoomId;
use crate::protocol::{Command, Event, SaveChoices, SaveOrder, SaveSelection, SavedUntil};

/// When the image of this number of the fixtures was posted.
fn posted(number: i64) -> Timestamp {
    Timestamp::from_second(2_000_000 - number).unwrap()
}

fn saved(number: usize, folder: &str, until: Timestamp) -> SavedUntil {
    SavedUntil {
        room: room(number).id,
        folder: PathBuf::from(folder),
        until,
        choices: None,
    }
}

fn started(effects: Vec<Effect>) -> Vec<SaveOrder> {
    let orders = |effect| match effect {
        Effect::Send(Command::StartSave { order, .. }) => vec![*order],
        Effect::Send(Command::StartSaves(saves)) => {
            saves.into_iter().map(|(_, order)| order).collect()
        }
        _ => Vec::new(),
    };
    effects.into_iter().flat_map(orders).collect()
}

fn folders(effects: Vec<Effect>) -> Vec<PathBuf> {
    let orders = started(effects).into_iter();
    orders.map(|order| order.folder).collect()
}

#[test]
fn what_came_since_the_room_was_saved_is_counted_and_saved_with_one_input() {
    let mut state = in_room(50);
    assert_eq!(state.news(), None);
    let saved = saved(0, "/here", posted(37));
    state.on_event(Event::SavedRoomsKnown(vec![saved]));
    let news = News {
        count: 37,
        is_partial: false,
    };
    assert_eq!(state.news(), Some(news));
    let orders = started(state.on_action(Action::SaveNews));
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].folder, Path::new("/here"));
    assert!(matches!(orders[0].selection, SaveSelection::News { .. }));
    // It is being saved now: there is nothing to offer, and nothing to begin twice.
    assert_eq!(state.news(), None);
    assert!(started(state.on_action(Action::SaveNews)).is_empty());
}

#[test]
fn a_folder_is_brought_up_to_date_as_it_was_saved_not_as_another_was_last() {
    let mut state = in_room(50);
    let published = SaveChoices {
        template: "{date}/{name}".to_owned(),
        strips_position: true,
        ..SaveChoices::default()
    };
    let saved = SavedUntil {
        choices: Some(published.clone()),
        ..saved(0, "/publish", posted(37))
    };
    state.on_event(Event::SavedRoomsKnown(vec![saved]));
    let elsewhere = SaveChoices {
        template: "{id}".to_owned(),
        ..SaveChoices::default()
    };
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ChangeSaveFolder(PathBuf::from("/tmp")));
    state.on_action(Action::ChangeSaveChoices(Box::new(elsewhere)));
    state.on_action(Action::ConfirmSave);
    let orders = started(state.on_action(Action::SaveNews));
    assert_eq!(orders[0].folder, Path::new("/publish"));
    assert_eq!(orders[0].choices, published);
}

#[test]
fn a_folder_of_which_it_is_not_known_is_saved_as_the_room_was_last() {
    let mut state = in_room(50);
    let before = saved(0, "/here", posted(37));
    state.on_event(Event::SavedRoomsKnown(vec![before]));
    let last = SaveChoices {
        template: "{id}".to_owned(),
        ..SaveChoices::default()
    };
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ChangeSaveChoices(Box::new(last.clone())));
    state.on_action(Action::ConfirmSave);
    let orders = started(state.on_action(Action::SaveNews));
    assert_eq!(orders[0].choices, last);
}

#[test]
fn a_page_that_is_still_to_come_makes_the_count_the_least() {
    let mut state = in_room(250);
    let saved = saved(0, "/here", posted(150));
    state.on_event(Event::SavedRoomsKnown(vec![saved]));
    let news = state.news().unwrap();
    assert!(news.is_partial);
    assert_eq!(news.count, 100);
    load_page(&mut state, 1, 250);
    let news = state.news().unwrap();
    assert!(!news.is_partial);
    assert_eq!(news.count, 150);
}

#[test]
fn nothing_new_is_not_told_and_the_folder_can_be_repaired_all_the_same() {
    let mut state = in_room(50);
    let saved = saved(0, "/here", posted(0));
    state.on_event(Event::SavedRoomsKnown(vec![saved]));
    assert_eq!(state.news(), None);
    assert_eq!(started(state.on_action(Action::SaveNews)).len(), 1);
}

#[test]
fn what_is_new_is_hidden_until_the_room_was_saved_again() {
    let mut state = in_room(50);
    let before = saved(0, "/here", posted(37));
    state.on_event(Event::SavedRoomsKnown(vec![before]));
    state.on_action(Action::HideNews);
    assert_eq!(state.news(), None);
    let later = saved(0, "/here", posted(5));
    state.on_event(Event::SavedRoomsKnown(vec![later]));
    assert_eq!(state.news().map(|news| news.count), Some(5));
}

#[test]
fn the_folder_a_room_was_saved_into_last_comes_first() {
    let mut state = in_room(50);
    let (old, new) = (saved(0, "/old", posted(40)), saved(0, "/new", posted(10)));
    state.on_event(Event::SavedRoomsKnown(vec![old, new]));
    let id = room(0).id;
    let folder = |state: &AppState| state.saved_room(&id).unwrap().folder.clone();
    assert_eq!(folder(&state), Path::new("/new"));
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ChangeSaveFolder(PathBuf::from("/old")));
    state.on_action(Action::ConfirmSave);
    assert_eq!(folder(&state), Path::new("/old"));
}

#[test]
fn a_folder_behind_a_link_is_the_one_of_the_ledger() {
    let mut state = in_room(50);
    let (other, last) = (saved(0, "/other", posted(5)), saved(0, "/real", posted(40)));
    state.on_event(Event::SavedRoomsKnown(vec![other, last]));
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ChangeSaveFolder(PathBuf::from("/link")));
    state.on_action(Action::ConfirmSave);
    let folder = PathBuf::from("/real");
    let job = state.saves.jobs[0].id;
    let effects = state.on_event(Event::SaveFolderFound { job, folder });
    let is_kept = |effect: &Effect| matches!(effect, Effect::Send(Command::KeepSettings(_)));
    assert!(effects.iter().any(is_kept));
    let saved = state.saved_room(&room(0).id).unwrap();
    assert_eq!(saved.folder, Path::new("/real"));
    // It is being saved into that folder.
    assert!(started(state.on_action(Action::SaveNews)).is_empty());
}

#[test]
fn all_folders_are_brought_up_to_date_but_those_of_rooms_that_are_gone() {
    let mut state = signed_in(3);
    assert!(!state.has_folders_to_update());
    let mut gone = saved(0, "/gone", posted(0));
    gone.room = RoomId::from("gone");
    let all = vec![saved(0, "/a", posted(0)), gone, saved(2, "/c", posted(0))];
    state.on_event(Event::SavedRoomsKnown(all));
    assert!(state.has_folders_to_update());
    let begun = folders(state.on_action(Action::UpdateFolders));
    assert_eq!(begun, ["/a", "/c"].map(PathBuf::from));
    assert!(folders(state.on_action(Action::UpdateFolders)).is_empty());
}

#[test]
fn more_folders_than_commands_may_wait_are_brought_up_to_date_with_one_command() {
    let mut state = signed_in(100);
    let folder = |number: usize| saved(number, &format!("/{number}"), posted(0));
    state.on_event(Event::SavedRoomsKnown((0..100).map(folder).collect()));
    let effects = state.on_action(Action::UpdateFolders);
    let is_start = |effect: &&Effect| matches!(effect, Effect::Send(Command::StartSaves(_)));
    assert_eq!(effects.iter().filter(is_start).count(), 1);
    assert_eq!(folders(effects).len(), 100);
    let job = state.saves.jobs[0].id;
    let progress = state.saves.jobs[0].progress.clone();
    let effects = state.on_event(Event::SaveAdvanced { job, progress });
    assert!(started(effects).is_empty());
}
