//! The queue of saves, what they ask, and what comes of them at the end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Key, Role, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use jiff::Timestamp;
use salon::domain::{ByteCount, RoomId, RoomKind, SaveJobId};
use salon::protocol::{
    ClashRule, Command, Event, SaveActivity, SaveChoices, SaveFailure, SaveReport, SaveSelection,
    SavedUntil, UnfinishedSave,
};
use salon::state::Action;

use super::scenes::{self, signed_in};
use super::shell::{Shell, harness};
use super::{click, press};

/// A save runs, and the queue is open.
fn running(activity: SaveActivity) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    scenes::advance_save(&mut shell, activity);
    let mut harness = harness(shell);
    harness.get_by_label_contains("311 of 1,243").click();
    harness.run_steps(5);
    harness
}

fn finished(report: SaveReport) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    let job = shell.state.saves.jobs.last().unwrap().id;
    let report = Box::new(report);
    shell.state.on_event(Event::SaveFinished { job, report });
    harness(shell)
}

fn saved(room: &str, folder: &str) -> SavedUntil {
    SavedUntil {
        room: RoomId::from(room),
        folder: PathBuf::from(folder),
        until: "2024-03-18T23:30:00Z".parse::<Timestamp>().unwrap(),
        choices: None,
    }
}

/// The folders that are being updated.
fn updated(harness: &Harness<'_, Shell>) -> Vec<PathBuf> {
    let orders = |command: &Command| match command {
        Command::StartSave { order, .. } => vec![(**order).clone()],
        Command::StartSaves(saves) => saves.iter().map(|(_, order)| order.clone()).collect(),
        _ => Vec::new(),
    };
    let orders = harness.state().sent.iter().flat_map(orders);
    let updates = orders.filter(|order| matches!(order.selection, SaveSelection::News { .. }));
    updates.map(|order| order.folder).collect()
}

#[test]
fn a_running_save_shows_its_numbers_and_opens_the_queue() {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    let mut harness = harness(shell);
    let words = "Saving 311 of 1,243 · 412 MB · 8.1 MB/s · 3 min left";
    harness.get_by_label_contains(words).click();
    harness.run_steps(3);
    harness.get_by_label("311 of 1,243 · 412 MB · 3 min left");
    harness.get_by_label("Saving, 8.1 MB/s");
    click(&mut harness, "Stop");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::CancelSave(_)))
    );
}

#[test]
fn a_save_is_paused_and_resumed_in_the_queue() {
    let mut harness = running(SaveActivity::Running);
    click(&mut harness, "Pause");
    harness.get_by_label("Paused");
    harness.get_by_label_contains("Paused at 311 of 1,243");
    click(&mut harness, "Resume");
    let is_it = |command: &Command| matches!(command, Command::ResumeSaves(_));
    assert!(harness.state().sent.iter().any(is_it));
    harness.get_by_role_and_label(Role::Button, "Pause");
}

#[test]
fn what_a_save_waits_for_is_said_in_words() {
    let until = Instant::now() + Duration::from_secs(42);
    for (activity, words) in [
        (SaveActivity::Queued, "Waits for the save before it"),
        (
            SaveActivity::Waiting { until },
            "The server asks for a pause, goes on in 4",
        ),
        (SaveActivity::Offline, "Offline, goes on by itself"),
        (
            SaveActivity::SignedOut,
            "Goes on after you have signed in again",
        ),
        (SaveActivity::Asking, "Waits for your answer"),
    ] {
        let harness = running(activity);
        harness.get_by_label_contains(words);
    }
}

#[test]
fn a_finished_save_says_what_failed_and_can_be_retried() {
    let mut harness = finished(scenes::report());
    harness.get_by_label("2 images saved, 1 already there, 1 failed");
    click(&mut harness, "See failures");
    harness.get_by_label("Deleted on the server");
    // The list grows from below: its place is final after some frames.
    harness.run_steps(5);
    click(&mut harness, "Retry 1 failed");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::RetrySave(_)))
    );
    // The same job, running again.
    assert_eq!(harness.state().state.saves.jobs.len(), 1);
    harness.get_by_role_and_label(Role::Button, "Pause");
}

#[test]
fn what_was_repaired_left_out_or_not_written_is_told() {
    let report = SaveReport {
        repaired_count: 1,
        left_out_count: 3,
        failed: Vec::new(),
        not_written: vec!["index.html is not Salon's and was left alone".to_owned()],
        ..scenes::report()
    };
    let mut harness = finished(report);
    let words = "2 images saved, 1 of them repaired, 1 already there, 3 left out";
    harness.get_by_label(words);
    click(&mut harness, "See failures");
    harness.get_by_label("index.html is not Salon's and was left alone");
    harness.run_steps(5);
    click(&mut harness, "Dismiss");
    assert!(harness.state().state.saves.jobs.is_empty());
}

#[test]
fn a_save_that_was_stopped_by_the_disk_can_be_tried_again() {
    let report = SaveReport {
        failed: Vec::new(),
        stopped_by: Some(SaveFailure::DoesNotFit(ByteCount(3_200_000_000))),
        ..scenes::report()
    };
    let mut harness = finished(report);
    harness.get_by_label("Stopped: 2 images saved, 1 already there");
    click(&mut harness, "See failures");
    harness.run_steps(5);
    click(&mut harness, "Try again");
    let is_it = |command: &Command| matches!(command, Command::RetrySave(_));
    assert!(harness.state().sent.iter().any(is_it));
}

#[test]
fn a_save_that_was_cancelled_is_over() {
    let report = SaveReport {
        is_cancelled: true,
        ..scenes::report()
    };
    let mut harness = finished(report);
    click(&mut harness, "See failures");
    harness.run_steps(5);
    harness.get_by_label("Stopped: 2 images saved, 1 already there, 1 failed");
    assert!(harness.query_by_label("Retry 1 failed").is_none());
    harness.get_by_role_and_label(Role::Button, "Dismiss");
}

#[test]
fn a_save_of_an_earlier_run_is_offered_and_goes_on_with_one_input() {
    let mut shell = signed_in(300);
    let unfinished = UnfinishedSave {
        job: SaveJobId(7),
        room: Box::new(scenes::room("support", RoomKind::Channel)),
        folder: PathBuf::from("/home/ana/Pictures/support"),
        choices: SaveChoices::default(),
        saved_count: 311,
        failed_count: 0,
        total_count: 1_243,
    };
    shell.state.on_event(Event::SavesRestored(vec![unfinished]));
    let mut harness = harness(shell);
    // It does not go by itself, as other messages do.
    harness.run_steps(50);
    harness.get_by_label("A save of #support stopped at 311 of 1,243");
    harness
        .get_by_label_contains("Paused at 311 of 1,243")
        .click();
    harness.run_steps(5);
    harness.get_by_label("Paused, of an earlier run");
    harness.get_by_role_and_label(Role::Button, "Dismiss");
    // Both the message and the queue offer it.
    let offer = harness
        .get_all_by_role_and_label(Role::Button, "Resume")
        .next();
    offer.unwrap().click();
    harness.run_steps(3);
    let is_it = |command: &Command| matches!(command, Command::ResumeSaves(them) if *them == [SaveJobId(7)]);
    assert!(harness.state().sent.iter().any(is_it));
    assert!(
        harness
            .query_by_label("A save of #support stopped at 311 of 1,243")
            .is_none()
    );
}

/// A save has come to a name that another file has.
fn asking() -> Harness<'static, Shell> {
    let mut harness = running(SaveActivity::Asking);
    let job = harness.state().state.saves.jobs.first().unwrap().id;
    let path = PathBuf::from("/home/ana/Pictures/photo.jpg");
    let event = Event::SaveAsks { job, path };
    harness.state_mut().state.on_event(event);
    harness.run_steps(3);
    harness
}

#[test]
fn a_taken_name_is_asked_about_once() {
    let mut harness = asking();
    harness.get_by_label("Another file is named photo.jpg");
    click(&mut harness, "Skip them");
    let rules = harness
        .state()
        .sent
        .iter()
        .find_map(|command| match command {
            Command::AnswerClash { rule, .. } => Some(*rule),
            _ => None,
        });
    assert_eq!(rules, Some(ClashRule::Skip));
    assert!(
        harness
            .query_by_label("Another file is named photo.jpg")
            .is_none()
    );
}

#[test]
fn leaving_the_question_pauses_the_save() {
    let mut harness = asking();
    press(&mut harness, Key::Escape);
    assert!(harness.state().state.saves.jobs[0].is_paused());
}

#[test]
fn what_is_new_in_a_saved_room_is_saved_with_one_input() {
    let mut shell = signed_in(300);
    let rooms = vec![saved("team-offsite", "/home/ana/Pictures/team-offsite")];
    shell.state.on_event(Event::SavedRoomsKnown(rooms));
    let mut harness = harness(shell);
    harness.get_by_label("37 new since you saved this room");
    click(&mut harness, "Save new");
    let expected = PathBuf::from("/home/ana/Pictures/team-offsite");
    assert_eq!(updated(&harness), [expected]);
    assert!(
        harness
            .query_by_label("37 new since you saved this room")
            .is_none()
    );
}

#[test]
fn what_is_new_can_be_hidden_and_the_folder_be_updated_all_the_same() {
    let mut shell = signed_in(300);
    let rooms = vec![saved("team-offsite", "/home/ana/Pictures/team-offsite")];
    shell.state.on_event(Event::SavedRoomsKnown(rooms));
    let mut harness = harness(shell);
    click(&mut harness, "Do not show what is new");
    assert!(harness.query_by_label("Save new").is_none());
    click(&mut harness, "Update folder");
    assert_eq!(updated(&harness).len(), 1);
}

#[test]
fn all_folders_are_updated_from_the_queue() {
    let mut shell = signed_in(300);
    let rooms = vec![
        saved("team-offsite", "/home/ana/Pictures/team-offsite"),
        saved("support", "/home/ana/Pictures/support"),
        saved("gone", "/home/ana/Pictures/gone"),
    ];
    shell.state.on_event(Event::SavedRoomsKnown(rooms));
    let mut harness = harness(shell);
    click(&mut harness, "Saves");
    harness.run_steps(5);
    click(&mut harness, "Update all folders");
    assert_eq!(updated(&harness).len(), 2);
}

fn close_window(harness: &mut Harness<'_, Shell>) {
    let viewports = &mut harness.input_mut().viewports;
    let window = viewports.entry(ViewportId::ROOT).or_default();
    window.events.push(ViewportEvent::Close);
    harness.step();
}

fn sent_to_window(harness: &Harness<'_, Shell>) -> Vec<ViewportCommand> {
    let windows = &harness.output().viewport_output;
    windows.get(&ViewportId::ROOT).unwrap().commands.clone()
}

#[test]
fn quitting_while_images_are_saved_loses_nothing_and_says_so() {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    let mut harness = harness(shell);
    close_window(&mut harness);
    assert!(sent_to_window(&harness).contains(&ViewportCommand::CancelClose));
    harness.run_steps(3);
    harness.get_by_label_contains("Nothing is lost if you quit");
    click(&mut harness, "Keep saving");
    assert!(harness.query_by_label("Pause and quit").is_none());
    close_window(&mut harness);
    harness.run_steps(3);
    // Enter means the first button, after which nothing holds the window any more.
    press(&mut harness, Key::Enter);
    assert!(harness.query_by_label("Pause and quit").is_none());
    close_window(&mut harness);
    assert!(!sent_to_window(&harness).contains(&ViewportCommand::CancelClose));
    // The backend pauses what runs when the program ends.
    assert!(harness.state().sent.is_empty());
}

#[test]
fn nothing_is_asked_where_all_saves_rest() {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    scenes::advance_save(&mut shell, SaveActivity::Paused);
    let mut harness = harness(shell);
    close_window(&mut harness);
    assert!(!sent_to_window(&harness).contains(&ViewportCommand::CancelClose));
}
