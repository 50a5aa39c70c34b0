//! The sheet on which a save is prepared.

use std::path::{Path, PathBuf};

use egui::{Key, Role};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use salon::domain::ByteCount;
use salon::protocol::{
    ClashRule, Command, Event, FolderChoice, SaveChoices, SaveSurvey, SurveyError,
};
use salon::state::{Action, SelectHow};

use super::scenes::signed_in;
use super::shell::{Shell, harness, harness_of};
use super::{CTRL, click, press};

/// The sheet is open for one image.
fn asked() -> Harness<'static, Shell> {
    opened(harness(one_selected()))
}

fn one_selected() -> Shell {
    let mut shell = signed_in(300);
    let (position, how) = (0, SelectHow::Only);
    shell.state.on_action(Action::Select { position, how });
    shell
}

/// Ctrl+S.
fn opened(mut harness: Harness<'static, Shell>) -> Harness<'static, Shell> {
    harness.key_press_modifiers(CTRL, Key::S);
    harness.run_steps(3);
    harness
}

fn folder<'a>(harness: &'a Harness<'_, Shell>) -> Node<'a> {
    harness.get_by_role_and_label(Role::TextInput, "Folder")
}

/// The button of the sheet; the bar above the grid has one of this name too.
fn save<'a>(harness: &'a Harness<'_, Shell>) -> Node<'a> {
    let buttons = harness.get_all_by_role_and_label(Role::Button, "Save");
    buttons.last().unwrap()
}

fn survey() -> SaveSurvey {
    SaveSurvey {
        count: 1_243,
        bytes: ByteCount(2_100_000_000),
        there_count: 17,
        missing_bytes: ByteCount(2_000_000_000),
        lack: None,
        free: Some(ByteCount(118_000_000_000)),
        clash_count: 12,
        taken_count: 0,
        examples: ["IMG_1.jpg", "IMG_2.jpg", "IMG_2 (2).jpg"]
            .map(PathBuf::from)
            .to_vec(),
        is_partial: false,
    }
}

/// The backend answers the last question.
fn answer(harness: &mut Harness<'_, Shell>, result: Result<SaveSurvey, SurveyError>) {
    let shell = harness.state_mut();
    let asked = shell.sent.iter().rev().find_map(|command| match command {
        Command::SurveySave { survey, .. } => Some(*survey),
        _ => None,
    });
    let event = Event::SaveSurveyed {
        survey: asked.unwrap(),
        result: result.map(Box::new),
    };
    shell.state.on_event(event);
    harness.run_steps(3);
}

fn choose(harness: &mut Harness<'_, Shell>, list: &str, entry: &str) {
    let list = harness.get_by_role_and_label(Role::ComboBox, list);
    list.click();
    harness.run_steps(3);
    click(harness, entry);
}

fn template(harness: &Harness<'_, Shell>) -> String {
    let sheet = harness.state().state.saves.sheet.as_ref().unwrap();
    sheet.choices.template.clone()
}

fn has_begun(harness: &Harness<'_, Shell>) -> bool {
    let mut sent = harness.state().sent.iter();
    sent.any(|command| matches!(command, Command::StartSave { .. }))
}

#[test]
fn ctrl_s_and_enter_save_without_another_question() {
    let mut harness = asked();
    assert!(folder(&harness).is_focused());
    let offered = folder(&harness).value().unwrap();
    assert_eq!(offered, "/home/ana/Pictures/team-offsite");
    let is_dialog = |command: &Command| matches!(command, Command::PickFolder { .. });
    assert!(!harness.state().sent.iter().any(is_dialog));
    press(&mut harness, Key::Enter);
    assert!(has_begun(&harness));
    assert!(harness.query_by_label("Folder").is_none());
    // The second time nothing is asked.
    harness.state_mut().sent.clear();
    harness.key_press_modifiers(CTRL, Key::S);
    harness.run_steps(3);
    assert!(has_begun(&harness));
}

#[test]
fn enter_begins_from_every_field_but_not_from_another_button() {
    let mut harness = asked();
    harness
        .get_by_role_and_label(Role::ComboBox, "File name")
        .focus();
    harness.step();
    press(&mut harness, Key::Enter);
    assert!(has_begun(&harness));

    let mut harness = asked();
    harness
        .get_by_role_and_label(Role::Button, "Cancel")
        .focus();
    harness.step();
    press(&mut harness, Key::Enter);
    assert!(!has_begun(&harness));
    assert!(harness.state().state.saves.sheet.is_none());
}

#[test]
fn the_folder_is_typed_over_and_a_relative_path_is_refused() {
    let mut harness = asked();
    // The suggestion is selected, so that typing replaces it.
    folder(&harness).type_text("pictures");
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    harness.get_by_label_contains("Type the whole path");
    assert!(folder(&harness).is_focused());
    assert!(!has_begun(&harness));
    harness.key_press_modifiers(CTRL, Key::A);
    harness.run_steps(2);
    folder(&harness).type_text("/tmp/pictures");
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    let started = harness
        .state()
        .sent
        .iter()
        .find_map(|command| match command {
            Command::StartSave { order, .. } => Some(order.folder.as_path()),
            _ => None,
        });
    assert_eq!(started, Some(Path::new("/tmp/pictures")));
}

#[test]
fn escape_leaves_the_sheet() {
    let mut harness = asked();
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::Escape);
    assert!(harness.state().state.saves.sheet.is_none());
    assert!(!has_begun(&harness));
}

#[test]
fn a_folder_can_be_picked_in_the_dialog_of_the_system_if_it_has_one() {
    let mut harness = asked();
    click(&mut harness, "Browse…");
    let is_it = |action: &Action| matches!(action, Action::BrowseFolder);
    assert!(harness.state().has(is_it));
    let picked = FolderChoice::Picked(PathBuf::from("/picked"));
    let event = Event::FolderPicked(picked);
    harness.state_mut().state.on_event(event);
    harness.run_steps(2);
    assert_eq!(folder(&harness).value().unwrap(), "/picked");
    let event = Event::FolderPicked(FolderChoice::NoDialog);
    harness.state_mut().state.on_event(event);
    harness.run_steps(2);
    harness.get_by_label_contains("This system has no dialog for folders");
}

#[test]
fn names_clashes_and_sums_are_shown_before_anything_is_written() {
    let mut harness = asked();
    answer(&mut harness, Ok(survey()));
    for name in ["IMG_1.jpg", "IMG_2.jpg", "IMG_2 (2).jpg"] {
        harness.get_by_label(name);
    }
    harness.get_by_label("12 get a number: others have the same name");
    harness.get_by_label("1,243 images, 2.1 GB, 17 already there, 118 GB free");
    // What is shown stays while the next answer is awaited.
    let place = harness.get_by_label("IMG_1.jpg").rect();
    choose(&mut harness, "Sub-folders", "One for each day");
    assert_eq!(harness.get_by_label("IMG_1.jpg").rect(), place);
    let examples = vec![PathBuf::from("2024-03-20/IMG_1.jpg")];
    let later = SaveSurvey {
        examples,
        clash_count: 0,
        is_partial: true,
        ..survey()
    };
    answer(&mut harness, Ok(later));
    let after = harness.get_by_label("2024-03-20/IMG_1.jpg").rect();
    assert_eq!(after.top().to_bits(), place.top().to_bits());
    harness.get_by_label_contains("1,243 images, at least 2.1 GB");
}

#[test]
fn what_does_not_fit_is_refused_with_the_missing_number() {
    let mut harness = asked();
    let lack = Some(ByteCount(3_200_000_000));
    answer(&mut harness, Ok(SaveSurvey { lack, ..survey() }));
    harness.get_by_label_contains("3.2 GB are missing");
    press(&mut harness, Key::Enter);
    save(&harness).click();
    harness.run_steps(3);
    assert!(!has_begun(&harness));
}

#[test]
fn names_are_chosen_from_lists_or_written_as_a_template() {
    let mut harness = asked();
    choose(&mut harness, "Sub-folders", "One for each person");
    assert_eq!(template(&harness), "{user}/{name}");
    choose(&mut harness, "File name", "Date, time, person and name");
    assert_eq!(template(&harness), "{user}/{date}_{time}_{user}_{name}");
    assert!(harness.query_by_label("Template").is_none());
    choose(&mut harness, "File name", "Custom…");
    let field = harness.get_by_role_and_label(Role::TextInput, "Template");
    assert!(field.is_focused());
    harness.key_press_modifiers(CTRL, Key::A);
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, "Template")
        .type_text("{day}");
    harness.run_steps(3);
    assert_eq!(template(&harness), "{day}");
    let problem = "{day} at character 1 is not known. Did you mean {date}?";
    let error = SurveyError::Template(problem.to_owned());
    answer(&mut harness, Err(error));
    harness.get_by_label(problem);
    press(&mut harness, Key::Enter);
    assert!(!has_begun(&harness));
}

#[test]
fn a_template_of_ones_own_is_remembered_as_one() {
    let mut shell = one_selected();
    let template = "{n} {name}".to_owned();
    shell.state.settings.last_save_choices = SaveChoices {
        template: template.clone(),
        ..SaveChoices::default()
    };
    let harness = opened(harness(shell));
    let field = harness.get_by_role_and_label(Role::TextInput, "Template");
    assert_eq!(field.value().unwrap(), template);
}

#[test]
fn more_choices_are_folded_away_and_told_of_when_they_are_unusual() {
    let mut harness = asked();
    assert!(harness.query_by_label("index.json").is_none());
    click(&mut harness, "More choices");
    harness
        .get_by_role_and_label(Role::CheckBox, "index.json")
        .click();
    harness.run_steps(3);
    harness
        .get_by_role_and_label(Role::CheckBox, "With credit")
        .click();
    harness.run_steps(3);
    choose(&mut harness, "If another file has the name", "Ask me once");
    let sheet = harness.state().state.saves.sheet.as_ref().unwrap();
    assert!(sheet.choices.has_index && sheet.choices.has_credit);
    assert_eq!(sheet.choices.on_clash, ClashRule::Ask);
    click(&mut harness, "More choices");
    harness.get_by_label("other rule for taken names, index.json, with credit");
}

#[test]
fn the_sheet_fits_small_windows_with_all_of_its_choices() {
    for size in [[1024.0, 700.0], [560.0, 420.0]] {
        let mut harness = opened(harness_of(size, one_selected()));
        click(&mut harness, "More choices");
        choose(&mut harness, "File name", "Custom…");
        let lack = Some(ByteCount(3_200_000_000));
        answer(&mut harness, Ok(SaveSurvey { lack, ..survey() }));
        harness.run_steps(5);
        let screen = harness.ctx.content_rect();
        assert!(screen.contains_rect(save(&harness).rect()), "{size:?}");
        let title = harness.get_by_label("Save 1,243 images of #team-offsite");
        assert!(screen.contains_rect(title.rect()), "{size:?}");
    }
}
