//! The shell of the window: what keys and clicks turn into, and what is on screen.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "views_shell/backdrop.rs"]
mod backdrop;
#[path = "views_shell/badges.rs"]
mod badges;
#[path = "views_shell/comparing.rs"]
mod comparing;
#[path = "views_shell/details.rs"]
mod details;
#[path = "views_shell/finding.rs"]
mod finding;
#[path = "views_shell/keyboard.rs"]
mod keyboard;
#[path = "views_shell/large_pictures.rs"]
mod large_pictures;
#[path = "views_shell/messages.rs"]
mod messages;
#[path = "views_shell/narrow.rs"]
mod narrow;
#[path = "views_shell/notices.rs"]
mod notices;
#[path = "views_shell/room_list.rs"]
mod room_list;
#[path = "views_shell/save_groups.rs"]
mod save_groups;
#[path = "views_shell/save_queue.rs"]
mod save_queue;
#[path = "views_shell/save_sheet.rs"]
mod save_sheet;
#[path = "views_shell/saved.rs"]
mod saved;
#[path = "views_shell/scenes.rs"]
mod scenes;
#[path = "views_shell/shell.rs"]
mod shell;
#[path = "views_shell/shrunk.rs"]
mod shrunk;
#[path = "views_shell/signing_in.rs"]
mod signing_in;
#[path = "views_shell/troubles.rs"]
mod troubles;
#[path = "views_shell/viewer/mod.rs"]
mod viewer;
#[path = "views_shell/viewer_hands.rs"]
mod viewer_hands;
#[path = "views_shell/viewer_loading.rs"]
mod viewer_loading;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::OpenTarget;
use salon::state::Action;

use room_list::filtering;
use scenes::{choose, signed_in};
use shell::{Shell, harness};

const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn single_letters_do_nothing_while_typing() {
    let mut harness = filtering("");
    press(&mut harness, Key::I);
    harness.key_press_modifiers(CTRL, Key::A);
    harness.run_steps(2);
    let is_it = |action: &Action| matches!(action, Action::TogglePanel | Action::SelectAll);
    assert!(!harness.state().has(is_it));
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::I);
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::TogglePanel))
    );
}

#[test]
fn what_is_selected_is_counted_and_saved_from_the_bar() {
    let mut shell = signed_in(300);
    choose(&mut shell, &[0, 2, 4]);
    let mut harness = harness(shell);
    harness.get_by_label("3 selected · 3 MB");
    click(&mut harness, "Save");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::SaveSelected))
    );
}

#[test]
fn a_selection_that_is_not_listed_yet_counts_its_bytes_as_at_least() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::SelectAll);
    let harness = harness(shell);
    harness.get_by_label("300 selected · at least 100 MB");
}

#[test]
fn the_help_sheet_opens_with_f1_and_closes_with_escape() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::F1);
    harness.get_by_label("Save the selection, or the image in view");
    press(&mut harness, Key::Escape);
    let line = harness.query_by_label("Save the selection, or the image in view");
    assert!(line.is_none());
}

#[test]
fn how_much_of_the_disk_thumbnails_take_is_chosen_in_the_account_menu() {
    let mut harness = harness(signed_in(300));
    click(&mut harness, "Account of Ana Martins");
    click(&mut harness, "Keep up to 4 GiB of thumbnails");
    let chosen = harness.state().state.settings.thumbnail_cache;
    assert_eq!(chosen.0, 4 * 1024 * 1024 * 1024);
    // The menu stays, to compare.
    harness.get_by_label("Keep up to 256 MiB of thumbnails");
}

#[test]
fn a_pause_of_the_server_is_told_with_its_end_and_without_a_spinner() {
    let mut shell = signed_in(20_413);
    scenes::limit_rate(&mut shell);
    let mut harness = harness(shell);
    harness.get_by_label_contains("s. 100 of 20,413 listed.");
    assert!(harness.try_run().is_ok(), "the window must come to rest");
}

#[test]
fn refused_files_lead_to_the_room_in_the_browser() {
    let mut shell = signed_in(300);
    scenes::refuse_file(&mut shell);
    let mut harness = harness(shell);
    harness.get_by_label_contains("Join the room to see them");
    click(&mut harness, "Open in browser");
    let room = "https://chat.example.org/channel/team-offsite";
    let is_room =
        |action: &Action| matches!(action, Action::Open(OpenTarget::Web(it)) if it == room);
    assert!(harness.state().has(is_room));
}

#[test]
fn names_of_any_script_and_length_are_shown() {
    let mut harness = harness(signed_in(300));
    harness.get_by_label("田中, Анна, محمد");
    harness.get_by_label_contains("a-room-whose-name-is-much-longer");
    harness.run();
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut harness = harness(signed_in(300));
    harness.run();
    harness.state_mut().actions.clear();
    harness.run_steps(3);
    let actions = &harness.state().actions;
    assert!(actions.is_empty(), "{actions:?}");
    let outputs = harness.output().viewport_output.values();
    let delay = outputs.map(|output| output.repaint_delay).min();
    assert_eq!(delay, Some(std::time::Duration::MAX));
}

#[test]
fn in_the_viewer_the_keys_of_the_grid_are_asleep() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(3));
    let mut harness = harness(shell);
    harness.key_press_modifiers(CTRL, Key::A);
    press(&mut harness, Key::F5);
    let is_it = |action: &Action| matches!(action, Action::SelectAll | Action::Reload);
    assert!(!harness.state().has(is_it));
    harness.key_press_modifiers(CTRL, Key::S);
    harness.run_steps(2);
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::SaveSelected))
    );
}

fn press(harness: &mut Harness<'_, Shell>, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

fn click(harness: &mut Harness<'_, Shell>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run_steps(3);
}

fn type_into(harness: &mut Harness<'_, Shell>, role: Role, label: &str, text: &str) {
    harness.get_by_role_and_label(role, label).focus();
    harness.step();
    harness.get_by_role_and_label(role, label).type_text(text);
    harness.run_steps(2);
}
