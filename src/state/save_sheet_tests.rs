//! The save sheet: what it asks, what it refuses and what it remembers.

use std::path::{Path, PathBuf};

use super::fixtures::{in_room, room, select, upload};
use super::saving_tests::{answer, asked, commands, progress, running, started, surveyed};
use super::*;
use crate::domain::ByteCount;
use crate::protocol::{
    Command, Event, FolderChoice, SaveActivity, SaveChoices, SaveSelection, SurveyError,
};

fn sheet(state: &AppState) -> &SaveSheet {
    state.saves.sheet.as_ref().unwrap()
}

#[test]
fn saving_takes_three_keys_and_no_dialog_of_the_system() {
    let mut state = in_room(10);
    state.on_action(Action::SelectAll);
    let (_, order) = surveyed(state.on_action(Action::SaveSelected)).unwrap();
    assert_eq!(order.folder, Path::new("/pictures/Room 0"));
    assert_eq!(order.choices, SaveChoices::default());
    let (_, order) = started(state.on_action(Action::ConfirmSave)).unwrap();
    assert_eq!(order.folder, Path::new("/pictures/Room 0"));
    assert!(state.saves.sheet.is_none());
}

#[test]
fn how_a_room_was_saved_is_remembered_for_it_and_offered_to_others() {
    let (mut state, _) = asked();
    let choices = SaveChoices {
        template: "{date}/{name}".to_owned(),
        has_index: true,
        ..SaveChoices::default()
    };
    let change = Action::ChangeSaveChoices(Box::new(choices.clone()));
    state.on_action(change);
    state.on_action(Action::ConfirmSave);
    let (_, order) = started(state.on_action(Action::SaveSelected)).unwrap();
    assert_eq!(order.choices, choices);
    let (_, order) = surveyed(state.on_action(Action::SaveSelectedAs)).unwrap();
    assert_eq!(order.choices, choices, "in its own room");
    let (room, key) = (room(0).id, state.settings.accounts[0].key());
    let kept = &state.settings.save_choices[&key][room.as_str()];
    assert_eq!(*kept, choices);
    assert_eq!(state.settings.last_save_choices, choices);
}

#[test]
fn only_the_answer_to_the_latest_question_counts() {
    let (mut state, first) = asked();
    let change = Action::ChangeSaveFolder(PathBuf::from("/elsewhere"));
    let (second, order) = surveyed(state.on_action(change)).unwrap();
    assert_eq!(order.folder, Path::new("/elsewhere"));
    answer(&mut state, first, Some(1));
    assert!(sheet(&state).survey.is_none());
    answer(&mut state, second, None);
    assert!(sheet(&state).known().is_some());
    // What was known stays until there is something newer.
    let change = Action::ChangeSaveFolder(PathBuf::from("/again"));
    assert!(surveyed(state.on_action(change.clone())).is_some());
    assert!(sheet(&state).known().is_some());
    assert!(
        surveyed(state.on_action(change)).is_none(),
        "nothing changed"
    );
}

#[test]
fn what_cannot_fit_is_refused_until_another_folder_was_looked_at() {
    let (mut state, first) = asked();
    answer(&mut state, first, Some(5_000));
    assert_eq!(sheet(&state).lack(), Some(ByteCount(5_000)));
    assert!(started(state.on_action(Action::ConfirmSave)).is_none());
    let change = Action::ChangeSaveFolder(PathBuf::from("/larger"));
    let (second, _) = surveyed(state.on_action(change)).unwrap();
    // Enter before the answer is there means: as soon as it is.
    assert!(started(state.on_action(Action::ConfirmSave)).is_none());
    let (_, order) = started(answer(&mut state, second, None)).unwrap();
    assert_eq!(order.folder, Path::new("/larger"));
}

#[test]
fn a_template_that_means_nothing_is_refused() {
    let (mut state, survey) = asked();
    let result = Err(SurveyError::Template("The template is empty".to_owned()));
    state.on_event(Event::SaveSurveyed { survey, result });
    assert!(sheet(&state).is_refused());
    assert!(started(state.on_action(Action::ConfirmSave)).is_none());
}

#[test]
fn a_folder_picked_in_the_dialog_of_the_system_is_put_on_the_sheet() {
    let (mut state, _) = asked();
    let sent = commands(state.on_action(Action::BrowseFolder));
    assert!(matches!(
        &sent[..],
        [Command::PickFolder { start: Some(_) }]
    ));
    let picked = FolderChoice::Picked(PathBuf::from("/picked"));
    assert!(surveyed(state.on_event(Event::FolderPicked(picked))).is_some());
    assert_eq!(sheet(&state).folder, Path::new("/picked"));
    assert_eq!(sheet(&state).n_picks, 1);
    state.on_event(Event::FolderPicked(FolderChoice::NoDialog));
    assert!(sheet(&state).has_no_dialog);
    state.on_event(Event::FolderPicked(FolderChoice::Cancelled));
    assert_eq!(sheet(&state).folder, Path::new("/picked"));
}

#[test]
fn one_sheet_at_a_time_and_it_can_be_left() {
    let (mut state, _) = asked();
    assert!(surveyed(state.on_action(Action::SaveSelected)).is_none());
    state.on_action(Action::LeaveSaveSheet);
    assert!(state.saves.sheet.is_none());
    assert!(surveyed(state.on_action(Action::SaveSelected)).is_some());
}

#[test]
fn the_time_is_told_once_a_save_had_a_speed() {
    let (mut state, job) = running();
    let progress = progress(5, SaveActivity::Running);
    state.on_event(Event::SaveAdvanced { job, progress });
    let (survey, _) = surveyed(state.on_action(Action::SaveSelectedAs)).unwrap();
    assert_eq!(sheet(&state).time_needed(state.saves.speed), None);
    answer(&mut state, survey, None);
    let time = sheet(&state).time_needed(state.saves.speed).unwrap();
    assert_eq!(time.as_secs(), 10);
    assert_eq!(sheet(&state).time_needed(None), None);
}

#[test]
fn saving_asks_for_a_folder_once_and_remembers_it_for_the_room() {
    let mut state = in_room(10);
    select(&mut state, 1, SelectHow::Only);
    let sent = commands(state.on_action(Action::SaveSelected));
    assert!(matches!(&sent[..], [Command::SurveySave { .. }]));
    state.on_action(Action::ChangeSaveFolder(PathBuf::from("/here")));
    let sent = commands(state.on_action(Action::ConfirmSave));
    assert!(
        sent.iter()
            .any(|command| matches!(command, Command::StartSave { .. }))
    );
    let sent = commands(state.on_action(Action::SaveSelected));
    let started = sent.iter().find_map(|command| match command {
        Command::StartSave { order, .. } => Some(order.folder.clone()),
        _ => None,
    });
    assert_eq!(started, Some(PathBuf::from("/here")));
}

#[test]
fn the_image_in_view_is_saved_alone_whatever_is_selected() {
    let mut state = in_room(10);
    state.on_action(Action::SelectAll);
    state.on_action(Action::OpenViewer(4));
    state.on_action(Action::StepViewer(ViewerStep::By(1)));
    let (selection, count, _) = state.gallery.as_ref().unwrap().save_selection().unwrap();
    assert_eq!(count, 1);
    let SaveSelection::Uploads(uploads) = selection else {
        panic!()
    };
    assert_eq!(uploads[0].id, upload(5).id);
}
