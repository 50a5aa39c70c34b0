//! What the desktop is told of saves.

use std::path::PathBuf;
use std::sync::Arc;

use super::fixtures::{in_room, room, save_job, save_progress, save_report, upload};
use super::*;
use crate::domain::SaveJobId;
use crate::protocol::{
    Command, DownloadError, Event, SaveActivity, SaveFailure, SaveReport, StorageError,
};

fn look_elsewhere(state: &mut AppState) {
    state.on_action(Action::FocusLost);
}

fn saved(count: usize) -> SaveReport {
    let path = |number: usize| PathBuf::from(format!("/here/{number}.png"));
    save_report((0..count).map(|n| (upload(n).id, path(n))).collect())
}

fn failed(number: usize) -> (Arc<crate::domain::Upload>, SaveFailure) {
    let failure = SaveFailure::Download(DownloadError::Deleted);
    (Arc::new(upload(number)), failure)
}

/// The notifications that the end of a save brings.
fn finish(state: &mut AppState, report: SaveReport) -> Vec<(String, String)> {
    state.saves.jobs.push(save_job(1, room(0)));
    let report = Box::new(report);
    let job = SaveJobId(1);
    notices(state.on_event(Event::SaveFinished { job, report }))
}

fn notices(effects: Vec<Effect>) -> Vec<(String, String)> {
    let notice = |effect| match effect {
        Effect::Send(Command::NotifyDesktop { title, text }) => Some((title, text)),
        _ => None,
    };
    effects.into_iter().filter_map(notice).collect()
}

fn taskbar(effects: Vec<Effect>) -> Vec<Option<f32>> {
    let share = |effect| match effect {
        Effect::Send(Command::ShowTaskbarProgress(share)) => Some(share),
        _ => None,
    };
    effects.into_iter().filter_map(share).collect()
}

fn told(title: &str, text: &str) -> Vec<(String, String)> {
    vec![(title.to_owned(), text.to_owned())]
}

#[test]
fn who_looks_elsewhere_is_told_how_a_save_ended() {
    let mut state = in_room(10);
    look_elsewhere(&mut state);
    let report = SaveReport {
        failed: vec![failed(7), failed(8), failed(9)],
        ..saved(1240)
    };
    assert_eq!(
        finish(&mut state, report),
        told("1,240 images saved, 3 failed", "Room 0")
    );
}

#[test]
fn a_save_that_stops_by_itself_says_why() {
    let mut state = in_room(10);
    look_elsewhere(&mut state);
    let path = PathBuf::from("/here");
    let failure = SaveFailure::Storage(StorageError::DiskFull { path });
    let reason = user_message::save(&failure).headline;
    let report = SaveReport {
        stopped_by: Some(failure),
        ..saved(1)
    };
    let text = format!("Room 0 \u{b7} {reason}");
    assert_eq!(
        finish(&mut state, report),
        told("Stopped: 1 image saved", &text)
    );
}

#[test]
fn what_was_there_already_is_told_apart() {
    let mut state = in_room(10);
    look_elsewhere(&mut state);
    let SaveReport { saved: there, .. } = saved(3);
    let report = SaveReport {
        already_there: there,
        ..saved(0)
    };
    assert_eq!(
        finish(&mut state, report),
        told("3 images already there", "Room 0")
    );
}

#[test]
fn nobody_is_told_who_looks_at_the_window_or_stopped_the_save() {
    let mut state = in_room(10);
    assert_eq!(finish(&mut state, saved(2)), []);
    look_elsewhere(&mut state);
    let report = SaveReport {
        is_cancelled: true,
        ..saved(2)
    };
    assert_eq!(finish(&mut state, report), []);
}

#[test]
fn an_update_tells_only_what_it_brought_and_what_went_wrong() {
    let mut state = in_room(10);
    look_elsewhere(&mut state);
    let mut finish = |report| {
        let mut job = save_job(1, room(0));
        job.origin = SaveOrigin::Update;
        state.saves.jobs = vec![job];
        let (job, report) = (SaveJobId(1), Box::new(report));
        notices(state.on_event(Event::SaveFinished { job, report }))
    };
    let SaveReport { saved: there, .. } = saved(3);
    let nothing_new = SaveReport {
        already_there: there,
        ..saved(0)
    };
    assert_eq!(finish(saved(0)), []);
    assert_eq!(finish(nothing_new.clone()), []);
    assert_eq!(finish(saved(2)).len(), 1);
    let with_failure = SaveReport {
        failed: vec![failed(7)],
        ..nothing_new.clone()
    };
    assert_eq!(finish(with_failure).len(), 1);
    let stopped = SaveReport {
        stopped_by: Some(SaveFailure::Download(DownloadError::Deleted)),
        ..nothing_new
    };
    assert_eq!(finish(stopped).len(), 1);
}

#[test]
fn a_save_that_asks_something_is_told_once() {
    let mut state = in_room(10);
    look_elsewhere(&mut state);
    state.saves.jobs.push(save_job(1, room(0)));
    let (job, path) = (SaveJobId(1), PathBuf::from("/here/1.png"));
    let effects = state.on_event(Event::SaveAsks { job, path });
    assert_eq!(
        notices(effects),
        told("A save waits for your answer", "Room 0")
    );
}

#[test]
fn the_taskbar_shows_all_running_saves_as_one_and_each_percent_once() {
    let mut state = in_room(10);
    state.saves.jobs.push(save_job(1, room(0)));
    state.saves.jobs.push(save_job(2, room(1)));
    let mut advance = |job: u64, saved_count: usize, failed_count: usize| {
        let progress = save_progress(saved_count, failed_count, 500);
        let job = SaveJobId(job);
        taskbar(state.on_event(Event::SaveAdvanced { job, progress }))
    };
    advance(1, 0, 0);
    assert_eq!(advance(2, 100, 0), [Some(0.1)]);
    assert_eq!(advance(2, 101, 0), []);
    assert_eq!(advance(1, 50, 49), [Some(0.2)]);
}

#[test]
fn the_taskbar_is_empty_when_every_save_is_over_or_rests() {
    let mut state = in_room(10);
    state.saves.jobs.push(save_job(1, room(0)));
    let job = SaveJobId(1);
    let mut progress = save_progress(250, 0, 500);
    let advanced = |progress| Event::SaveAdvanced { job, progress };
    assert_eq!(
        taskbar(state.on_event(advanced(progress.clone()))),
        [Some(0.5)]
    );
    progress.activity = SaveActivity::Paused;
    assert_eq!(taskbar(state.on_event(advanced(progress.clone()))), [None]);
    progress.activity = SaveActivity::Offline;
    assert_eq!(taskbar(state.on_event(advanced(progress))), [Some(0.5)]);
    let report = Box::new(saved(2));
    let effects = state.on_event(Event::SaveFinished { job, report });
    assert_eq!(taskbar(effects), [None]);
}
