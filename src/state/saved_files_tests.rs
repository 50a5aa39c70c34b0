//! Which images have a copy on this machine: when that is looked for, and what a filter by it
//! shows.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::fixtures::{in_room, load_page, room, save_job, save_progress, save_report, upload};
use super::*;
use crate::domain::{ByteCount, SaveJobId};
use crate::protocol::{Command, Event, SaveReport, SavedFiles};

/// A room of 250 images, `image-0.png` to `image-249.png`, all of them listed.
fn whole_room() -> AppState {
    let mut state = in_room(250);
    load_page(&mut state, 1, 250);
    load_page(&mut state, 2, 250);
    state
}

fn gallery(state: &AppState) -> &Gallery {
    state.gallery.as_ref().unwrap()
}

fn path(number: usize) -> PathBuf {
    PathBuf::from(format!("/here/{number}.png"))
}

/// The disk has copies of these.
fn find(state: &mut AppState, numbers: &[usize]) -> Vec<Effect> {
    let files = numbers.iter().map(|n| (upload(*n).id, path(*n)));
    let files = files.collect();
    let room = room(0).id;
    state.on_event(Event::SavedFilesFound(SavedFiles { room, files }))
}

fn save(state: &mut AppState, numbers: &[usize]) -> Vec<Effect> {
    state.saves.jobs.push(save_job(1, room(0)));
    let saved = numbers.iter().map(|n| (upload(*n).id, path(*n)));
    let report = Box::new(save_report(saved.collect()));
    let job = SaveJobId(1);
    state.on_event(Event::SaveFinished { job, report })
}

fn looks(effects: &[Effect]) -> usize {
    let is_look = |effect: &&Effect| matches!(effect, Effect::Send(Command::FindSavedFiles { room: of }) if *of == room(0).id);
    effects.iter().filter(is_look).count()
}

fn has_tick(state: &AppState, number: usize) -> bool {
    gallery(state).copies().path(&upload(number).id).is_some()
}

fn shown(state: &AppState) -> Vec<usize> {
    let gallery = gallery(state);
    let number = |position: usize| {
        let id = gallery.upload_at(position).unwrap().id.to_string();
        id.trim_start_matches("up").parse().unwrap()
    };
    (0..gallery.len()).map(number).collect()
}

fn only(state: &mut AppState, filter: SavedFilter) {
    state.on_action(Action::ShowOnly(filter));
}

#[test]
fn the_disk_is_looked_at_when_a_room_is_opened_and_at_reload() {
    let mut state = in_room(10);
    find(&mut state, &[]);
    assert_eq!(looks(&state.on_action(Action::Reload)), 1);
    // One question at a time; the answer makes up for it.
    assert_eq!(looks(&state.on_action(Action::Reload)), 0);
    assert_eq!(looks(&find(&mut state, &[1])), 1);
    assert_eq!(looks(&find(&mut state, &[1])), 0);
    state.on_action(Action::OpenRoom(room(1).id));
    assert_eq!(looks(&state.on_action(Action::OpenRoom(room(0).id))), 1);
}

#[test]
fn who_comes_back_to_the_window_sees_what_is_there_now() {
    let mut state = in_room(10);
    find(&mut state, &[1, 2]);
    let start = Instant::now();
    let come_back = |state: &mut AppState, secs: u64| {
        let at = start + Duration::from_secs(secs);
        looks(&state.on_action(Action::FocusGained(at)))
    };
    assert_eq!(come_back(&mut state, 9), 0);
    state.on_action(Action::FocusLost);
    assert_eq!(come_back(&mut state, 20), 1);
    find(&mut state, &[2]);
    assert!(!has_tick(&state, 1) && has_tick(&state, 2));
    state.on_action(Action::FocusLost);
    assert_eq!(come_back(&mut state, 21), 0);
    state.on_action(Action::FocusLost);
    assert_eq!(come_back(&mut state, 30), 1);
}

#[test]
fn what_was_saved_is_known_to_be_saved() {
    let mut state = in_room(10);
    let at = |number: usize| PathBuf::from(format!("/here/{number}.png"));
    let report = SaveReport {
        saved: vec![(upload(1).id, at(1))],
        already_there: vec![(upload(2).id, at(2))],
        saved_bytes: ByteCount(1000),
        ..SaveReport::of_nothing(PathBuf::from("/here"))
    };
    let room = state.gallery.as_ref().unwrap().room.clone();
    state.saves.jobs.push(save_job(1, room));
    state.on_event(Event::SaveFinished {
        job: SaveJobId(1),
        report: Box::new(report),
    });
    let copies = state.gallery.as_ref().unwrap().copies();
    assert_eq!(copies.path(&upload(1).id), Some(at(1).as_path()));
    assert_eq!(copies.path(&upload(2).id), Some(at(2).as_path()));
    assert_eq!(copies.path(&upload(3).id), None);
}

#[test]
fn an_image_that_was_saved_has_its_tick_at_once_and_loses_it_with_its_file() {
    let mut state = in_room(10);
    find(&mut state, &[1]);
    assert_eq!(looks(&save(&mut state, &[2])), 1);
    assert!(has_tick(&state, 1) && has_tick(&state, 2));
    find(&mut state, &[1]);
    assert!(has_tick(&state, 1) && !has_tick(&state, 2));
}

#[test]
fn a_look_from_before_the_end_of_a_save_takes_no_tick_away() {
    let mut state = in_room(10);
    // The question of the opened room is still open.
    assert_eq!(looks(&save(&mut state, &[2])), 0);
    assert_eq!(looks(&find(&mut state, &[])), 1);
    assert!(has_tick(&state, 2));
    find(&mut state, &[]);
    assert!(!has_tick(&state, 2));
}

#[test]
fn a_long_save_shows_its_ticks_as_it_goes() {
    let mut state = whole_room();
    find(&mut state, &[]);
    state.saves.jobs.push(save_job(1, room(0)));
    let mut advance = |saved_count: usize| {
        let progress = save_progress(saved_count, 0, 250);
        let job = SaveJobId(1);
        looks(&state.on_event(Event::SaveAdvanced { job, progress }))
    };
    assert_eq!(advance(3), 0);
    assert_eq!(advance(30), 1);
    assert_eq!(advance(60), 0);
}

#[test]
fn what_is_found_in_a_room_left_behind_is_dropped() {
    let mut state = in_room(10);
    find(&mut state, &[1]);
    state.on_action(Action::OpenRoom(room(1).id));
    find(&mut state, &[1]);
    assert!(!has_tick(&state, 1));
    state.on_action(Action::OpenRoom(room(0).id));
    assert!(!has_tick(&state, 1) && !gallery(&state).copies().has_looked());
}

#[test]
fn the_filter_shows_images_with_a_copy_or_those_without() {
    let mut state = whole_room();
    find(&mut state, &[3, 5, 130]);
    only(&mut state, SavedFilter::Saved);
    assert_eq!(shown(&state), [3, 5, 130]);
    only(&mut state, SavedFilter::NotSaved);
    assert_eq!(shown(&state).len(), 247);
    assert_eq!(shown(&state)[..5], [0, 1, 2, 4, 6]);
    only(&mut state, SavedFilter::All);
    assert!(!gallery(&state).find().is_on());
    assert_eq!(shown(&state).len(), 250);
}

#[test]
fn text_and_filter_are_looked_for_together_and_end_one_by_one() {
    let mut state = whole_room();
    find(&mut state, &[3, 30, 31, 130]);
    state.on_action(Action::Find("-3".to_owned()));
    only(&mut state, SavedFilter::Saved);
    assert_eq!(shown(&state), [3, 30, 31]);
    only(&mut state, SavedFilter::NotSaved);
    assert_eq!(shown(&state), [32, 33, 34, 35, 36, 37, 38, 39]);
    state.on_action(Action::Find(String::new()));
    assert_eq!(shown(&state).len(), 246);
    state.on_action(Action::Find("-3".to_owned()));
    only(&mut state, SavedFilter::All);
    assert_eq!(shown(&state).len(), 11);
    only(&mut state, SavedFilter::Saved);
    state.on_action(Action::EndSearch);
    assert!(!gallery(&state).find().is_on());
    assert_eq!(gallery(&state).find().text(), "");
}

#[test]
fn an_image_that_is_saved_while_it_is_looked_at_stays_until_the_filter_is_chosen_again() {
    let mut state = whole_room();
    find(&mut state, &[0]);
    only(&mut state, SavedFilter::NotSaved);
    let version = gallery(&state).shown_version();
    save(&mut state, &[1, 2]);
    find(&mut state, &[0, 1, 2]);
    assert_eq!(shown(&state)[..3], [1, 2, 3]);
    assert!(has_tick(&state, 1));
    assert_eq!(gallery(&state).shown_version(), version);
    // It stays when more of the room is listed, too.
    load_page(&mut state, 2, 250);
    assert_eq!(shown(&state)[..3], [1, 2, 3]);
    only(&mut state, SavedFilter::NotSaved);
    assert_eq!(shown(&state)[..3], [3, 4, 5]);
}

#[test]
fn a_reload_lets_go_of_what_matches_no_longer() {
    let mut state = whole_room();
    find(&mut state, &[]);
    only(&mut state, SavedFilter::NotSaved);
    find(&mut state, &[0, 1]);
    assert_eq!(shown(&state)[0], 0);
    state.on_action(Action::Reload);
    assert_eq!(shown(&state)[0], 2);
}

#[test]
fn what_begins_to_match_joins_at_its_place() {
    let mut state = whole_room();
    find(&mut state, &[4, 8]);
    only(&mut state, SavedFilter::Saved);
    save(&mut state, &[6]);
    assert_eq!(shown(&state), [4, 6, 8]);
    only(&mut state, SavedFilter::NotSaved);
    // A file was deleted.
    find(&mut state, &[4, 6]);
    assert!(shown(&state).contains(&8));
}

#[test]
fn a_filter_that_is_on_before_the_disk_was_looked_at_shows_the_answer() {
    let mut state = whole_room();
    only(&mut state, SavedFilter::Saved);
    assert_eq!(shown(&state), [0; 0]);
    find(&mut state, &[7]);
    assert_eq!(shown(&state), [7]);
}

#[test]
fn images_that_turn_out_to_be_saved_leave_when_the_disk_is_looked_at_for_the_first_time() {
    let mut state = whole_room();
    only(&mut state, SavedFilter::NotSaved);
    find(&mut state, &[0, 1]);
    assert_eq!(shown(&state)[0], 2);
}

#[test]
fn everything_counts_and_chooses_what_the_filter_shows() {
    let mut state = whole_room();
    find(&mut state, &[3, 5, 130]);
    only(&mut state, SavedFilter::NotSaved);
    state.on_action(Action::SelectAll);
    assert_eq!(gallery(&state).chosen_count(), 247);
    let (_, count, bytes) = gallery(&state).save_selection().unwrap();
    assert_eq!((count, bytes.0), (247, 247_000));
    state.on_action(Action::OpenViewer(2));
    state.on_action(Action::StepViewer(ViewerStep::By(1)));
    assert_eq!(gallery(&state).focused().unwrap().id, upload(4).id);
    only(&mut state, SavedFilter::Saved);
    assert!(!gallery(&state).has_choice());
}

#[test]
fn the_rest_of_the_room_is_listed_while_a_filter_is_on() {
    let mut state = in_room(250);
    find(&mut state, &[1, 240]);
    only(&mut state, SavedFilter::Saved);
    assert_eq!(shown(&state), [1]);
    assert!(!gallery(&state).wanted(state.generation).later.is_empty());
    load_page(&mut state, 1, 250);
    load_page(&mut state, 2, 250);
    assert_eq!(shown(&state), [1, 240]);
}

#[test]
fn a_filter_ends_with_its_room() {
    let mut state = whole_room();
    only(&mut state, SavedFilter::Saved);
    state.on_action(Action::OpenRoom(room(1).id));
    assert_eq!(gallery(&state).find().filter(), SavedFilter::All);
    state.on_action(Action::OpenRoom(room(0).id));
    assert_eq!(gallery(&state).find().filter(), SavedFilter::All);
    assert_eq!(shown(&state).len(), 250);
}
