//! Which images have a copy on this computer: on their tiles, in the details, and as a filter.

use std::path::PathBuf;

use egui::accesskit::Toggled;
use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::domain::{RoomId, UploadId};
use salon::protocol::{Event, OpenTarget, SavedFiles};
use salon::state::{Action, Gallery, SavedFilter};

use super::scenes::{self, signed_in};
use super::shell::{Shell, harness};
use super::{CTRL, click, press};

/// A room of 300 images, all of them listed, of which these have a copy.
fn room(copies: &[usize]) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    for page in 1..3 {
        scenes::list(&mut shell, page, 300);
    }
    find(&mut shell, copies);
    harness(shell)
}

fn find(shell: &mut Shell, copies: &[usize]) {
    let file = |n: &usize| {
        let path = PathBuf::from(format!("/home/ana/Pictures/IMG_{n}.jpg"));
        (UploadId::from(format!("upload-{n}")), path)
    };
    let files = copies.iter().map(file).collect();
    let room = RoomId::from("team-offsite");
    let found = SavedFiles { room, files };
    shell.state.on_event(Event::SavedFilesFound(found));
}

fn gallery<'a>(harness: &'a Harness<'_, Shell>) -> &'a Gallery {
    harness.state().state.gallery.as_ref().unwrap()
}

/// Chooses in the bar that Ctrl+F opens.
fn choose(harness: &mut Harness<'_, Shell>, label: &str) {
    harness
        .get_by_role_and_label(Role::RadioButton, label)
        .click();
    harness.run_steps(4);
}

fn open_bar(harness: &mut Harness<'_, Shell>) {
    harness.key_press_modifiers(CTRL, Key::F);
    harness.run_steps(2);
}

fn has_bar(harness: &Harness<'_, Shell>) -> bool {
    let choice = harness.query_by_role_and_label(Role::RadioButton, "Not saved");
    choice.is_some()
}

fn is_saved(harness: &Harness<'_, Shell>, number: usize) -> bool {
    let name = format!("IMG_{number}.jpg, ");
    let tile = harness.get_by_label_contains(&name);
    let label = tile.accesskit_node().label().unwrap_or_default();
    label.ends_with(", saved")
}

#[test]
fn a_tile_says_that_its_image_is_saved_until_its_file_is_gone() {
    let mut harness = room(&[1, 3]);
    assert!(is_saved(&harness, 1) && !is_saved(&harness, 2) && is_saved(&harness, 3));
    find(harness.state_mut(), &[3]);
    harness.run_steps(2);
    assert!(!is_saved(&harness, 1) && is_saved(&harness, 3));
}

#[test]
fn the_details_say_where_the_copy_is_and_lead_there() {
    let mut harness = room(&[0]);
    press(&mut harness, Key::Home);
    press(&mut harness, Key::I);
    harness.run_steps(3);
    harness.get_by_label("/home/ana/Pictures/IMG_0.jpg");
    click(&mut harness, "Show in folder");
    let folder = PathBuf::from("/home/ana/Pictures");
    let is_it =
        |action: &Action| matches!(action, Action::Open(OpenTarget::Folder(it)) if *it == folder);
    assert!(harness.state().has(is_it));
    press(&mut harness, Key::ArrowRight);
    harness.run_steps(2);
    assert!(harness.query_by_label("Show in folder").is_none());
}

#[test]
fn the_bar_shows_what_is_not_saved_what_is_and_all() {
    let mut harness = room(&[1, 3, 250]);
    open_bar(&mut harness);
    choose(&mut harness, "Not saved");
    assert_eq!(gallery(&harness).len(), 297);
    harness.get_by_label("297 images");
    choose(&mut harness, "Saved");
    assert_eq!(gallery(&harness).len(), 3);
    assert!(is_saved(&harness, 250));
    choose(&mut harness, "All");
    assert_eq!(gallery(&harness).len(), 300);
    assert!(has_bar(&harness), "the bar goes from under the pointer");
}

#[test]
fn a_filter_and_a_name_are_looked_for_together() {
    let mut harness = room(&[7, 70]);
    open_bar(&mut harness);
    harness
        .get_by_role_and_label(Role::SearchInput, "Find images by file name")
        .type_text("g_7");
    harness.run_steps(3);
    choose(&mut harness, "Not saved");
    harness.get_by_label("9 images");
    press(&mut harness, Key::ArrowRight);
    assert!(harness.query_all_by_label_contains("1 selected").count() > 0);
}

#[test]
fn escape_ends_the_filter_and_takes_the_bar_away() {
    let mut harness = room(&[1]);
    open_bar(&mut harness);
    choose(&mut harness, "Saved");
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::Escape);
    harness.run_steps(2);
    assert_eq!(gallery(&harness).len(), 300);
    assert!(!has_bar(&harness));
}

#[test]
fn the_keyboard_reaches_the_choice_and_an_empty_bar_goes_when_it_is_left() {
    let mut harness = room(&[1, 2]);
    open_bar(&mut harness);
    // Past the button that clears the search, and "All".
    for _ in 0..3 {
        press(&mut harness, Key::Tab);
    }
    assert!(has_bar(&harness));
    let choice = harness.get_by_role_and_label(Role::RadioButton, "Not saved");
    assert!(choice.is_focused());
    press(&mut harness, Key::Space);
    harness.run_steps(2);
    assert_eq!(gallery(&harness).len(), 298);
}

#[test]
fn the_menu_of_an_image_filters_and_the_bar_says_so() {
    let mut harness = room(&[1, 2]);
    press(&mut harness, Key::Home);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run_steps(3);
    harness.get_by_label_contains("Show saved only").click();
    harness.run_steps(3);
    assert_eq!(gallery(&harness).len(), 2);
    let choice = harness.get_by_role_and_label(Role::RadioButton, "Saved");
    assert_eq!(choice.accesskit_node().toggled(), Some(Toggled::True));
}

#[test]
fn the_menu_of_the_keyboard_is_about_the_image_in_focus() {
    let mut harness = room(&[1, 2]);
    press(&mut harness, Key::Home);
    harness.key_press_modifiers(CTRL, Key::ArrowRight);
    harness.run_steps(2);
    let chosen = |harness: &Harness<'_, Shell>| -> Vec<_> {
        let chosen = gallery(harness).chosen();
        chosen.map(|upload| upload.id.clone()).collect()
    };
    let before = chosen(&harness);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run_steps(3);
    let focused = vec![gallery(&harness).focused().unwrap().id.clone()];
    assert_ne!(before, focused);
    assert_eq!(chosen(&harness), focused);
}

#[test]
fn when_nothing_is_left_to_save_the_grid_says_so_and_leads_back() {
    let all: Vec<usize> = (0..300).collect();
    let mut harness = room(&all);
    open_bar(&mut harness);
    choose(&mut harness, "Not saved");
    harness.get_by_label("Every image of #team-offsite is saved.");
    click(&mut harness, "Show all images");
    harness.run_steps(2);
    assert_eq!(gallery(&harness).find().filter(), SavedFilter::All);
    assert_eq!(gallery(&harness).len(), 300);
}

#[test]
fn when_nothing_is_saved_the_grid_says_so() {
    let mut harness = room(&[]);
    open_bar(&mut harness);
    choose(&mut harness, "Saved");
    harness.get_by_label("No image of #team-offsite is saved on this computer.");
}

#[test]
fn an_unlisted_rest_is_said_to_be_unsearched() {
    let mut shell = signed_in(300);
    find(&mut shell, &[1, 250]);
    let mut harness = harness(shell);
    open_bar(&mut harness);
    choose(&mut harness, "Saved");
    harness.get_by_label("1 image · 100 of 300 searched");
}
