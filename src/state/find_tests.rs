//! Searching a room by file name: what is shown, and what is done to it.

use super::fixtures::{in_room, load_page, page, room, select, upload};
use super::*;
use crate::domain::{ListingWindow, UploadId};
use crate::protocol::{Command, Event, SaveSelection, Wanted};

fn gallery(state: &AppState) -> &Gallery {
    state.gallery.as_ref().unwrap()
}

/// A room of 350 images, `image-0.png` to `image-349.png`, of which so many pages are read.
fn room_of(pages: usize) -> AppState {
    let mut state = in_room(350);
    for index in 1..pages {
        load_page(&mut state, index, 350);
    }
    state
}

fn find(state: &mut AppState, text: &str) {
    state.on_action(Action::Find(text.to_owned()));
}

fn shown(state: &AppState) -> Vec<String> {
    let gallery = gallery(state);
    (0..gallery.len())
        .map(|position| gallery.upload_at(position).unwrap().id.to_string())
        .collect()
}

fn chosen(state: &AppState) -> Vec<String> {
    let chosen = gallery(state).chosen();
    chosen.map(|upload| upload.id.to_string()).collect()
}

fn wanted(state: &AppState) -> Wanted {
    gallery(state).wanted(state.generation)
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let numbers = numbers.into_iter();
    numbers.map(|number| format!("up{number}")).collect()
}

fn saved(effects: Vec<Effect>) -> Option<Vec<UploadId>> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Send(Command::StartSave { order, .. }) => match order.selection {
            SaveSelection::Uploads(uploads) => {
                Some(uploads.iter().map(|upload| upload.id.clone()).collect())
            }
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn names_are_found_in_the_order_of_the_room_without_regard_to_case() {
    let mut state = room_of(4);
    find(&mut state, " GE-12 ");
    assert_eq!(shown(&state), ids([12].into_iter().chain(120..130)));
    find(&mut state, "ge-129.p");
    assert_eq!(shown(&state), ids([129]));
    find(&mut state, "nothing like it");
    assert_eq!(shown(&state), ids([]));
    assert!(gallery(&state).focused().is_none());
    find(&mut state, "  ");
    assert_eq!(gallery(&state).len(), 350);
}

#[test]
fn the_rest_of_the_room_is_listed_while_a_search_is_on() {
    let mut state = room_of(1);
    assert!(wanted(&state).later.is_empty());
    find(&mut state, "-25");
    assert_eq!(shown(&state), ids([25]));
    assert_eq!(wanted(&state).later.len(), 3);
    load_page(&mut state, 2, 350);
    assert_eq!(shown(&state), ids([25].into_iter().chain(250..260)));
    find(&mut state, "");
    assert!(wanted(&state).later.is_empty());
}

#[test]
fn what_is_on_screen_of_a_search_does_not_ask_for_the_pages_in_between() {
    let mut state = room_of(1);
    load_page(&mut state, 3, 350);
    find(&mut state, "5.png");
    state.on_action(Action::Show(Shown {
        room: Some(room(0).id),
        visible: 0..15,
        missing: Vec::new(),
    }));
    assert_eq!(wanted(&state).windows, Vec::<ListingWindow>::new());
}

#[test]
fn the_focus_stays_on_its_image_or_goes_to_the_nearest() {
    let mut state = room_of(4);
    let focus = |state: &AppState| gallery(state).focused().unwrap().id.to_string();
    select(&mut state, 125, SelectHow::Only);
    find(&mut state, "-12");
    assert_eq!(focus(&state), "up125");
    assert_eq!(gallery(&state).focus(), 6);
    find(&mut state, "-1");
    assert_eq!(focus(&state), "up125");
    find(&mut state, "-131");
    assert_eq!(focus(&state), "up131");
    find(&mut state, "0.png");
    assert_eq!(focus(&state), "up130");
    find(&mut state, "4.png");
    assert_eq!(focus(&state), "up124");
    find(&mut state, "");
    assert_eq!(focus(&state), "up125");
}

#[test]
fn the_viewer_goes_through_what_was_found() {
    let mut state = room_of(4);
    find(&mut state, "0.png");
    state.on_action(Action::OpenViewer(2));
    let in_view = |state: &AppState| gallery(state).focused().unwrap().id.to_string();
    assert_eq!(in_view(&state), "up20");
    state.on_action(Action::StepViewer(ViewerStep::By(1)));
    assert_eq!(in_view(&state), "up30");
    state.on_action(Action::StepViewer(ViewerStep::Last));
    assert_eq!(in_view(&state), "up340");
    state.on_action(Action::StepViewer(ViewerStep::By(1)));
    assert_eq!(in_view(&state), "up340");
    state.on_action(Action::StepViewer(ViewerStep::First));
    assert_eq!(in_view(&state), "up0");
}

#[test]
fn a_range_takes_only_what_was_found() {
    let mut state = room_of(4);
    find(&mut state, "0.png");
    select(&mut state, 1, SelectHow::Only);
    select(&mut state, 4, SelectHow::Range);
    assert_eq!(chosen(&state), ids([10, 20, 30, 40]));
    state.on_action(Action::MoveFocus {
        to: 0,
        how: MoveHow::Extend,
    });
    assert_eq!(chosen(&state), ids([0, 10]));
    select(&mut state, 9, SelectHow::Toggle);
    select(&mut state, 11, SelectHow::AddRange);
    assert_eq!(chosen(&state), ids([0, 10, 90, 100, 110]));
    find(&mut state, "");
    assert_eq!(chosen(&state), ids([0, 10, 90, 100, 110]));
}

#[test]
fn the_rubber_band_takes_only_what_was_found() {
    let mut state = room_of(4);
    find(&mut state, "0.png");
    state.on_action(Action::StartBand(BandKind::Replace));
    let covered = vec![0..2, 5..7];
    state.on_action(Action::Band { covered });
    state.on_action(Action::EndBand(BandEnd::Keep));
    assert_eq!(chosen(&state), ids([0, 10, 50, 60]));
}

#[test]
fn what_is_chosen_and_not_found_does_not_take_part() {
    let mut state = room_of(4);
    select(&mut state, 7, SelectHow::Only);
    select(&mut state, 20, SelectHow::Toggle);
    find(&mut state, "0.png");
    assert_eq!(gallery(&state).chosen_count(), 1);
    let (_, count, bytes) = gallery(&state).save_selection().unwrap();
    assert_eq!((count, bytes.0), (1, 1000));
    find(&mut state, "1.png");
    assert!(!gallery(&state).has_choice());
    find(&mut state, "");
    assert_eq!(chosen(&state), ids([7, 20]));
}

#[test]
fn everything_is_every_match() {
    let mut state = room_of(4);
    select(&mut state, 7, SelectHow::Only);
    find(&mut state, "-34");
    state.on_action(Action::SelectAll);
    let matches = || ids([34].into_iter().chain(340..350));
    assert_eq!(chosen(&state), matches());
    state.on_action(Action::InvertSelection);
    assert_eq!(gallery(&state).chosen_count(), 0);
    state.on_action(Action::InvertSelection);
    assert_eq!(gallery(&state).chosen_count(), 11);
    find(&mut state, "");
    assert_eq!(chosen(&state), matches());
}

#[test]
fn in_a_room_chosen_whole_a_search_counts_and_inverts_its_matches_only() {
    let mut state = room_of(4);
    state.on_action(Action::SelectAll);
    select(&mut state, 30, SelectHow::Toggle);
    select(&mut state, 31, SelectHow::Toggle);
    find(&mut state, "0.png");
    assert_eq!(gallery(&state).chosen_count(), 34);
    state.on_action(Action::InvertSelection);
    assert_eq!(chosen(&state), ids([30]));
    find(&mut state, "");
    assert_eq!(gallery(&state).chosen_count(), 350 - 1 - 34);
}

#[test]
fn everything_takes_in_matches_that_are_listed_later_but_what_was_taken_out_stays_out() {
    let mut state = room_of(1);
    find(&mut state, "5.png");
    state.on_action(Action::SelectAll);
    select(&mut state, 2, SelectHow::Toggle);
    assert_eq!(gallery(&state).chosen_count(), 9);
    assert!(!gallery(&state).is_choice_known());
    for index in 1..4 {
        load_page(&mut state, index, 350);
    }
    assert_eq!(gallery(&state).chosen_count(), 34);
    assert!(!chosen(&state).contains(&"up25".to_owned()));
    assert!(gallery(&state).is_choice_known());
}

#[test]
fn every_match_is_saved_once_the_room_is_searched_whole() {
    let mut state = room_of(1);
    find(&mut state, "5.png");
    state.on_action(Action::SelectAll);
    state.on_action(Action::SaveSelected);
    assert!(saved(state.on_action(Action::ConfirmSave)).is_none());
    for index in 1..3 {
        assert!(saved(load_page(&mut state, index, 350)).is_none());
    }
    let all = saved(load_page(&mut state, 3, 350)).unwrap();
    let expected = (0..35).map(|ten| upload(ten * 10 + 5).id);
    assert_eq!(all, expected.collect::<Vec<_>>());
}

#[test]
fn a_save_that_waits_for_a_search_is_not_made_of_another_one() {
    let mut state = room_of(1);
    find(&mut state, "5.png");
    state.on_action(Action::SelectAll);
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ConfirmSave);
    find(&mut state, "");
    for index in 1..4 {
        assert!(saved(load_page(&mut state, index, 350)).is_none());
    }
    let is_told = |notice: &Notice| notice.message.headline == "Nothing was saved";
    assert!(state.notices.iter().any(is_told));
}

#[test]
fn a_search_ends_with_its_room() {
    let mut state = room_of(2);
    find(&mut state, "5.png");
    state.on_action(Action::OpenRoom(room(1).id));
    assert!(!gallery(&state).find().is_on());
    state.on_action(Action::OpenRoom(room(0).id));
    assert_eq!(gallery(&state).find().text(), "");
    assert_eq!(gallery(&state).len(), 350);
}

#[test]
fn what_was_found_follows_a_list_that_is_read_anew() {
    let mut state = room_of(4);
    find(&mut state, "7.png");
    select(&mut state, 2, SelectHow::Only);
    state.on_action(Action::Reload);
    assert_eq!(shown(&state).len(), 35);
    // Two images were deleted: one that was found, and one before it.
    let mut answer = page(0, 348);
    answer
        .uploads
        .retain(|upload| !matches!(upload.id.as_str(), "up3" | "up7"));
    state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: wanted(&state).windows[0],
        anchor: None,
        result: Ok(answer),
    });
    assert_eq!(shown(&state)[..2], ids([17, 27]));
    assert_eq!(chosen(&state), ids([27]));
    assert_eq!(gallery(&state).focus(), 1);
}
