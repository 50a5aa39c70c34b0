//! The queue of saves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fixtures::{in_room, room, save_progress, save_report, signed_in, upload};
use super::*;
use crate::domain::{ByteCount, SaveJobId};
use crate::protocol::{
    ClashRule, Command, DownloadError, Event, SaveActivity, SaveChoices, SaveFailure, SaveOrder,
    SaveProgress, SaveReport, SaveSurvey, UnfinishedSave,
};

/// Those about saves themselves.
pub(super) fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let command = |effect| match effect {
        Effect::Send(
            Command::KeepSettings(_)
            | Command::ShowTaskbarProgress(_)
            | Command::NotifyDesktop { .. }
            | Command::FindSavedFiles { .. },
        ) => None,
        Effect::Send(command) => Some(command),
        _ => None,
    };
    effects.into_iter().filter_map(command).collect()
}

/// One image is selected, and the sheet is open; gives the number of its first question.
pub(super) fn asked() -> (AppState, u64) {
    let mut state = in_room(10);
    let effects = state.on_action(Action::SaveSelected);
    let survey = surveyed(effects).unwrap().0;
    (state, survey)
}

pub(super) fn surveyed(effects: Vec<Effect>) -> Option<(u64, Box<SaveOrder>)> {
    match commands(effects).pop() {
        Some(Command::SurveySave { survey, order }) => Some((survey, order)),
        _ => None,
    }
}

pub(super) fn started(effects: Vec<Effect>) -> Option<(SaveJobId, Box<SaveOrder>)> {
    match commands(effects).pop() {
        Some(Command::StartSave { job, order }) => Some((job, order)),
        _ => None,
    }
}

fn survey(lack: Option<u64>) -> SaveSurvey {
    SaveSurvey {
        count: 1,
        bytes: ByteCount(1000),
        there_count: 0,
        missing_bytes: ByteCount(1000),
        lack: lack.map(ByteCount),
        free: Some(ByteCount(118_000_000_000)),
        clash_count: 0,
        taken_count: 0,
        examples: vec![PathBuf::from("image-0.png")],
        is_partial: false,
    }
}

pub(super) fn answer(state: &mut AppState, survey: u64, lack: Option<u64>) -> Vec<Effect> {
    let result = Ok(Box::new(self::survey(lack)));
    state.on_event(Event::SaveSurveyed { survey, result })
}

pub(super) fn running() -> (AppState, SaveJobId) {
    let (mut state, _) = asked();
    let (job, _) = started(state.on_action(Action::ConfirmSave)).unwrap();
    (state, job)
}

pub(super) fn progress(saved_count: usize, activity: SaveActivity) -> SaveProgress {
    SaveProgress {
        activity,
        saved_bytes: ByteCount(500),
        total_bytes: ByteCount(1000),
        bytes_per_second: 100,
        ..save_progress(saved_count, 0, 10)
    }
}

fn report(failed: usize) -> Box<SaveReport> {
    let failure = |number| {
        let failure = SaveFailure::Download(DownloadError::Deleted);
        (Arc::new(upload(number)), failure)
    };
    Box::new(SaveReport {
        failed: (0..failed).map(failure).collect(),
        ..save_report(Vec::new())
    })
}

fn unfinished(job: u64, saved_count: usize) -> UnfinishedSave {
    UnfinishedSave {
        job: SaveJobId(job),
        room: Box::new(room(1)),
        folder: PathBuf::from("/there"),
        choices: SaveChoices::default(),
        saved_count,
        failed_count: 0,
        total_count: 1243,
    }
}

#[test]
fn jobs_of_two_runs_never_have_the_same_number() {
    let (_, first) = running();
    let (_, second) = running();
    assert_ne!(first, second);
    assert!(first.0 > 1_600_000_000_000_000, "{first:?}");
}

#[test]
fn a_save_is_paused_and_resumed() {
    let (mut state, job) = running();
    let sent = commands(state.on_action(Action::PauseSave(job)));
    assert!(matches!(&sent[..], [Command::PauseSave(it)] if *it == job));
    assert!(state.saves.jobs[0].is_paused());
    assert_eq!(state.saves.running().count(), 0);
    let sent = commands(state.on_action(Action::ResumeSaves(vec![job])));
    assert!(matches!(&sent[..], [Command::ResumeSaves(them)] if *them == [job]));
    assert!(state.saves.jobs[0].is_running());
}

#[test]
fn what_failed_is_tried_again_as_the_same_job() {
    let (mut state, job) = running();
    let report = report(2);
    state.on_event(Event::SaveFinished { job, report });
    assert!(!state.saves.jobs[0].is_running());
    let sent = commands(state.on_action(Action::RetrySave(job)));
    assert!(matches!(&sent[..], [Command::RetrySave(it)] if *it == job));
    assert!(state.saves.jobs[0].is_running());
    assert!(state.saves.jobs[0].report.is_none());
}

#[test]
fn a_save_that_is_over_can_be_dismissed_and_one_that_runs_cannot() {
    let (mut state, job) = running();
    assert!(commands(state.on_action(Action::DismissSaves(vec![job]))).is_empty());
    assert_eq!(state.saves.jobs.len(), 1);
    let report = report(0);
    state.on_event(Event::SaveFinished { job, report });
    let sent = commands(state.on_action(Action::DismissSaves(vec![job])));
    assert!(matches!(&sent[..], [Command::ForgetSave(it)] if *it == job));
    assert!(state.saves.jobs.is_empty());
}

#[test]
fn all_saves_that_left_nothing_to_do_are_dismissed_together() {
    let (mut state, job) = running();
    state.on_event(Event::SaveFinished {
        job,
        report: report(2),
    });
    assert_eq!(state.saves.finished().count(), 0, "two can be tried again");
    state.on_event(Event::SaveFinished {
        job,
        report: report(0),
    });
    let finished = state.saves.finished().collect();
    let sent = commands(state.on_action(Action::DismissSaves(finished)));
    assert!(matches!(&sent[..], [Command::ForgetSave(it)] if *it == job));
    assert!(state.saves.jobs.is_empty());
}

#[test]
fn a_name_that_is_taken_is_asked_about_once_for_the_whole_job() {
    let (mut state, job) = running();
    let path = PathBuf::from("/here/photo.jpg");
    state.on_event(Event::SaveAsks { job, path });
    let (asking, path) = state.saves.asking().unwrap();
    assert_eq!((asking.id, path), (job, Path::new("/here/photo.jpg")));
    let rule = ClashRule::Skip;
    let sent = commands(state.on_action(Action::AnswerClash { job, rule }));
    let is_it = |it: &Command| {
        matches!(
            it,
            Command::AnswerClash {
                rule: ClashRule::Skip,
                ..
            }
        )
    };
    assert!(sent.iter().any(is_it));
    assert!(state.saves.asking().is_none());
}

#[test]
fn a_save_of_an_earlier_run_is_offered_once_and_goes_on_with_one_input() {
    let (mut state, _) = running();
    state.on_event(Event::SavesRestored(vec![unfinished(7, 311)]));
    let restored = &state.saves.jobs[0];
    assert_eq!(restored.id, SaveJobId(7));
    assert!(restored.is_paused());
    assert_eq!(restored.origin, SaveOrigin::EarlierRun);
    let notice = state.notices.iter().last().unwrap().clone();
    let words = "A save of #Room 1 stopped at 311 of 1,243";
    assert_eq!(notice.message.headline, words);
    // The same session may tell of it again.
    state.on_event(Event::SavesRestored(vec![unfinished(7, 311)]));
    assert_eq!(state.saves.jobs.len(), 2);
    let Some(NoticeOffer::ResumeSaves(jobs)) = notice.offer else {
        panic!("nothing is offered");
    };
    let sent = commands(state.on_action(Action::ResumeSaves(jobs)));
    assert!(matches!(&sent[..], [Command::ResumeSaves(them)] if *them == [SaveJobId(7)]));
    assert_eq!(state.notices.iter().count(), 0);
}

#[test]
fn what_is_left_of_a_room_that_was_saved_whole_is_not_offered_any_longer() {
    let mut state = in_room(10);
    let here = |job| UnfinishedSave {
        room: Box::new(state.gallery.as_ref().unwrap().room.clone()),
        folder: PathBuf::from("/here"),
        ..unfinished(job, 3)
    };
    let elsewhere = unfinished(9, 3);
    let left = vec![here(7), here(8), elsewhere];
    state.on_event(Event::SavesRestored(left));
    state.on_action(Action::SelectAll);
    state.on_action(Action::SaveSelected);
    let here = PathBuf::from("/here");
    let (survey, _) = surveyed(state.on_action(Action::ChangeSaveFolder(here))).unwrap();
    answer(&mut state, survey, None);
    let (job, _) = started(state.on_action(Action::ConfirmSave)).unwrap();
    let report = report(0);
    let sent = commands(state.on_event(Event::SaveFinished { job, report }));
    assert!(matches!(
        &sent[..],
        [
            Command::ForgetSave(SaveJobId(7)),
            Command::ForgetSave(SaveJobId(8))
        ]
    ));
    let ids: Vec<_> = state.saves.jobs.iter().map(|job| job.id).collect();
    assert_eq!(ids, [SaveJobId(9), job]);
}

#[test]
fn several_saves_of_earlier_runs_are_offered_together() {
    let mut state = signed_in(2);
    let all = vec![unfinished(7, 0), unfinished(8, 5)];
    state.on_event(Event::SavesRestored(all));
    let notice = state.notices.iter().last().unwrap();
    let both = NoticeOffer::ResumeSaves(vec![SaveJobId(7), SaveJobId(8)]);
    assert_eq!(notice.offer, Some(both));
    state.on_action(Action::DismissSaves(vec![SaveJobId(7)]));
    assert_eq!(state.notices.iter().count(), 0);
    let both = vec![SaveJobId(7), SaveJobId(8)];
    let sent = commands(state.on_action(Action::ResumeSaves(both)));
    assert!(matches!(&sent[..], [Command::ResumeSaves(them)] if *them == [SaveJobId(8)]));
}

#[test]
fn what_was_told_of_an_account_is_withdrawn_when_it_is_left() {
    let (mut state, _) = running();
    state.on_event(Event::SavesRestored(vec![unfinished(7, 311)]));
    assert!(state.notices.iter().count() > 0);
    state.on_event(Event::SignedOut { keyring: None });
    assert_eq!(state.notices.iter().count(), 0);
}

#[test]
fn what_went_wrong_with_leaving_is_told_after_it() {
    let (mut state, _) = running();
    state.on_event(Event::SavesRestored(vec![unfinished(7, 311)]));
    let keyring = Some(crate::protocol::KeyringError::Locked);
    state.on_event(Event::SignedOut { keyring });
    let told: Vec<_> = state.notices.iter().map(|notice| notice.level).collect();
    assert_eq!(told, [NoticeLevel::Warning]);
}

#[test]
fn signing_out_forgets_jobs_and_what_was_remembered_of_rooms() {
    let (mut state, _) = running();
    let key = state.settings.accounts[0].key();
    assert!(state.settings.save_choices.contains_key(&key));
    state.on_event(Event::SignedOut { keyring: None });
    assert!(state.saves.jobs.is_empty());
    assert!(!state.settings.save_choices.contains_key(&key));
    assert!(!state.settings.save_folders.contains_key(&key));
}
