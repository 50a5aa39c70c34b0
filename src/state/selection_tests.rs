//! What is selected, also of pages that are not read yet.

use super::fixtures::{in_room, listing, load_page, select, upload, wanted};
use super::*;
use crate::protocol::SaveSelection;

fn gallery(state: &AppState) -> &Gallery {
    state.gallery.as_ref().unwrap()
}

fn count(state: &AppState) -> usize {
    gallery(state).selection.count(&gallery(state).listing)
}

#[test]
fn selecting_all_asks_for_every_page_and_counts_what_is_not_listed_yet() {
    let mut state = in_room(1_243);
    let wanted = wanted(state.on_action(Action::SelectAll)).unwrap();
    assert_eq!(wanted.later.len(), 10, "a minute's budget at a time");
    let gallery = state.gallery.as_ref().unwrap();
    assert_eq!(gallery.selection.count(&gallery.listing), 1_243);
    assert!(!gallery.is_choice_known());
    let (selection, count, _) = gallery.save_selection().unwrap();
    assert!(matches!(selection, SaveSelection::WholeRoom { .. }));
    assert_eq!(count, 1_243);
}

#[test]
fn all_of_a_room_is_the_room_also_where_every_image_is_listed() {
    let mut state = in_room(10);
    state.on_action(Action::SelectAll);
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.listing.is_complete());
    let (selection, count, _) = gallery.save_selection().unwrap();
    assert!(matches!(selection, SaveSelection::WholeRoom { .. }));
    assert_eq!(count, 10);
}

#[test]
fn a_range_over_pages_that_were_not_read_is_filled_as_they_come() {
    let mut state = in_room(350);
    select(&mut state, 50, SelectHow::Only);
    let effects = select(&mut state, 260, SelectHow::Range);
    assert_eq!(count(&state), 211);
    let wanted = wanted(effects).unwrap();
    assert_eq!(wanted.later.len(), 2);
    load_page(&mut state, 1, 350);
    load_page(&mut state, 2, 350);
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.selection.pending().is_empty());
    assert_eq!(gallery.chosen().count(), 211);
    assert_eq!(count(&state), 211);
}

#[test]
fn an_image_taken_out_of_a_range_stays_out_when_its_pages_come() {
    let mut state = in_room(500);
    select(&mut state, 0, SelectHow::Only);
    select(&mut state, 400, SelectHow::Range);
    select(&mut state, 3, SelectHow::Toggle);
    select(&mut state, 250, SelectHow::Toggle);
    assert_eq!(count(&state), 399);
    for page in 1..5 {
        load_page(&mut state, page, 500);
    }
    assert_eq!(count(&state), 399);
    assert!(!gallery(&state).selection.contains(&upload(3).id));
    assert!(!gallery(&state).selection.contains(&upload(250).id));
    assert!(gallery(&state).selection.contains(&upload(251).id));
}

#[test]
fn an_unread_image_can_be_taken_out_of_everything() {
    let mut state = in_room(300);
    state.on_action(Action::SelectAll);
    select(&mut state, 150, SelectHow::Toggle);
    assert_eq!(count(&state), 299);
    load_page(&mut state, 1, 300);
    assert!(!gallery(&state).selection.contains(&upload(150).id));
    assert_eq!(count(&state), 299);
}

#[test]
fn inverting_a_range_that_is_not_read_yet_leaves_the_rest_of_the_room() {
    let mut state = in_room(300);
    select(&mut state, 50, SelectHow::Only);
    select(&mut state, 249, SelectHow::Range);
    state.on_action(Action::InvertSelection);
    assert_eq!(count(&state), 100);
    load_page(&mut state, 1, 300);
    load_page(&mut state, 2, 300);
    assert_eq!(count(&state), 100);
    assert!(!gallery(&state).selection.contains(&upload(120).id));
    assert!(gallery(&state).selection.contains(&upload(299).id));
}

#[test]
fn a_wish_for_the_whole_room_stays_short() {
    let mut state = in_room(100_000);
    let wanted = wanted(state.on_action(Action::SelectAll)).unwrap();
    let count = wanted.windows.len() + wanted.later.len();
    assert!(count <= 12, "{count}");
}

#[test]
fn choosing_a_hundred_thousand_positions_keeps_one_range() {
    let list = listing(100_000, &[]);
    let mut selection = Selection::default();
    selection.select(0, SelectHow::Only, &list);
    selection.select(99_999, SelectHow::Range, &list);
    assert_eq!(selection.count(&list), 100_000);
    assert_eq!(selection.pending().len(), 1);
    assert_eq!(selection.pending()[0], 100..100_000);
}

#[test]
fn a_cleared_selection_comes_back_with_undo() {
    let mut state = in_room(50);
    select(&mut state, 2, SelectHow::Only);
    select(&mut state, 5, SelectHow::Toggle);
    state.on_action(Action::ClearSelection);
    assert!(state.gallery.as_ref().unwrap().selection.is_empty());
    state.on_action(Action::UndoClear);
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.selection.contains(&upload(2).id) && gallery.selection.contains(&upload(5).id));
}

#[test]
fn a_rubber_band_given_up_leaves_the_selection_as_it_was() {
    let mut state = in_room(50);
    select(&mut state, 2, SelectHow::Only);
    state.on_action(Action::StartBand(BandKind::Replace));
    state.on_action(Action::Band {
        covered: vec![10..15, 20..25],
    });
    assert_eq!(count(&state), 10);
    state.on_action(Action::EndBand(BandEnd::GiveUp));
    assert_eq!(count(&state), 1);
}

#[test]
fn inverting_a_whole_room_but_one_leaves_the_one() {
    let list = listing(250, &[1, 2]);
    let mut selection = Selection::default();
    selection.select_all();
    selection.select(7, SelectHow::Toggle, &list);
    assert_eq!(selection.count(&list), 249);
    selection.invert();
    assert_eq!(selection.count(&list), 1);
    assert!(selection.contains(&upload(7).id));
}

#[test]
fn the_focus_stays_on_its_image_when_the_list_shifts() {
    let mut list = listing(250, &[1, 2]);
    let mut selection = Selection::default();
    selection.select(120, SelectHow::Only, &list);
    list.remove(&upload(3).id);
    selection.follow(&list);
    assert_eq!(selection.focus(), 119);
}
