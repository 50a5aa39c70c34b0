//! Menus without a mouse: what has the keyboard, where arrows lead, and where it is afterwards.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::state::Action;

use super::comparing::comparing;
use super::press;
use super::scenes::signed_in;
use super::shell::{Shell, harness};
use super::viewer::{gallery, viewer_at};

fn open_menu(harness: &mut Harness<'_, Shell>) {
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run_steps(4);
}

/// The grid with the menu of its first image, opened by keyboard.
fn grid_menu() -> Harness<'static, Shell> {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::Home);
    open_menu(&mut harness);
    harness
}

fn choose(harness: &mut Harness<'_, Shell>, entry: &str) {
    harness.get_by_role_and_label(Role::MenuItem, entry).click();
    harness.run_steps(3);
}

/// The name of what has the keyboard.
fn focused(harness: &Harness<'_, Shell>) -> Option<String> {
    let mut nodes = harness.root().children_recursive();
    let node = nodes.find(|node| node.is_focused())?;
    node.accesskit_node().label()
}

/// All entries of the menu that is open, from top to bottom: as many as it takes to come round.
fn entries(harness: &mut Harness<'_, Shell>) -> Vec<String> {
    press(harness, Key::Home);
    let mut names = Vec::new();
    loop {
        let name = focused(harness).unwrap();
        if names.first() == Some(&name) {
            return names;
        }
        names.push(name);
        assert!(names.len() < 40, "there is no end: {names:?}");
        press(harness, Key::ArrowDown);
    }
}

#[test]
fn a_menu_opened_by_keyboard_begins_with_its_first_entry() {
    let mut harness = grid_menu();
    assert_eq!(focused(&harness).as_deref(), Some("Open"));
    press(&mut harness, Key::ArrowDown);
    assert_eq!(focused(&harness).as_deref(), Some("Save"));
    press(&mut harness, Key::ArrowUp);
    press(&mut harness, Key::ArrowUp);
    assert_eq!(
        focused(&harness).as_deref(),
        Some("Details"),
        "it goes round"
    );
    press(&mut harness, Key::ArrowDown);
    assert_eq!(focused(&harness).as_deref(), Some("Open"));
    press(&mut harness, Key::End);
    assert_eq!(focused(&harness).as_deref(), Some("Details"));
    press(&mut harness, Key::Home);
    assert_eq!(focused(&harness).as_deref(), Some("Open"));
    assert_eq!(gallery(&harness).focus(), 0, "the grid did not move");
}

#[test]
fn enter_and_space_choose_and_the_keyboard_is_in_the_grid_again() {
    for key in [Key::Enter, Key::Space] {
        let mut harness = grid_menu();
        press(&mut harness, Key::ArrowDown);
        press(&mut harness, key);
        let saves = |action: &Action| matches!(action, Action::SaveSelected);
        assert!(harness.state().has(saves), "{key:?}");
        assert!(harness.query_by_label("Copy image").is_none());
    }
    let mut harness = grid_menu();
    press(&mut harness, Key::End);
    press(&mut harness, Key::Enter);
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 1);
}

#[test]
fn escape_closes_the_menu_and_the_next_arrow_moves_from_the_tile_it_was_about() {
    let mut harness = grid_menu();
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("Copy image").is_none());
    assert_eq!(gallery(&harness).chosen_count(), 1, "nothing else is left");
    let tile = focused(&harness).unwrap();
    assert!(tile.starts_with("IMG_0.jpg"), "{tile}");
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 1);
}

#[test]
fn a_menu_opened_with_the_mouse_takes_arrows_too() {
    let mut harness = harness(signed_in(300));
    harness
        .get_by_label_contains("IMG_3.jpg,")
        .click_secondary();
    harness.run_steps(4);
    harness.get_by_label("Copy image");
    press(&mut harness, Key::ArrowDown);
    assert_eq!(focused(&harness).as_deref(), Some("Open"));
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 4);
}

#[test]
fn the_menu_key_opens_it_in_grid_and_viewer() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::Home);
    press(&mut harness, Key::Menu);
    harness.run_steps(2);
    assert_eq!(focused(&harness).as_deref(), Some("Open"));
    let mut harness = viewer_at(5, signed_in(300));
    press(&mut harness, Key::Menu);
    harness.run_steps(2);
    assert_eq!(focused(&harness).as_deref(), Some("Save"));
    press(&mut harness, Key::Escape);
    assert!(gallery(&harness).is_viewer_open, "only the menu is closed");
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 6);
}

#[test]
fn grid_and_viewer_offer_the_same_in_the_same_order() {
    let mut grid = grid_menu();
    let of_grid = entries(&mut grid);
    let mut viewer = viewer_at(5, signed_in(300));
    open_menu(&mut viewer);
    let of_viewer = entries(&mut viewer);
    assert!(of_viewer.contains(&"Save to…".to_owned()), "{of_viewer:?}");
    assert!(of_viewer.contains(&"Details".to_owned()), "{of_viewer:?}");
    let shared: Vec<&String> = of_grid.iter().filter(|it| of_viewer.contains(it)).collect();
    assert_eq!(shared, of_viewer.iter().collect::<Vec<_>>());
}

#[test]
fn the_details_are_shown_and_hidden_from_the_menu() {
    let mut harness = viewer_at(5, signed_in(300));
    let was_open = harness.state().state.settings.is_panel_open;
    assert!(!was_open);
    open_menu(&mut harness);
    choose(&mut harness, "Details");
    harness.get_by_label("Copy all as JSON");
    open_menu(&mut harness);
    choose(&mut harness, "Hide details");
    assert!(harness.query_by_label("Copy all as JSON").is_none());
}

#[test]
fn the_account_menu_is_walked_with_arrows_and_gives_the_keyboard_back() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::Home);
    press(&mut harness, Key::F10);
    harness.run_steps(2);
    assert_eq!(focused(&harness).as_deref(), Some("As the system"));
    press(&mut harness, Key::ArrowRight);
    assert_eq!(focused(&harness).as_deref(), Some("Light"));
    press(&mut harness, Key::ArrowUp);
    assert_eq!(focused(&harness).as_deref(), Some("Sign out…"));
    press(&mut harness, Key::ArrowUp);
    press(&mut harness, Key::ArrowUp);
    assert_eq!(focused(&harness).as_deref(), Some("Keyboard shortcuts"));
    press(&mut harness, Key::Escape);
    assert!(
        harness
            .query_by_role_and_label(Role::MenuItem, "Sign out…")
            .is_none()
    );
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 1, "the grid has the keyboard");
}

/// The names of what Tab leads to, from what has the keyboard now on.
fn tab_order(harness: &mut Harness<'_, Shell>, n: usize) -> Vec<String> {
    let after_tab = |_| {
        press(harness, Key::Tab);
        focused(harness).unwrap_or_default()
    };
    (0..n).map(after_tab).collect()
}

#[test]
fn in_the_comparison_tab_passes_the_buttons_of_an_image_as_they_are_read_and_goes_on() {
    let mut harness = comparing(&[2, 4]);
    press(&mut harness, Key::ArrowLeft);
    assert_eq!(gallery(&harness).focus(), 2);
    let order = tab_order(&mut harness, 4);
    let expected = [
        "Take out of the selection (X)",
        "Open alone (Enter)",
        "Take out of the comparison (Shift+X)",
    ];
    assert_eq!(order.iter().take(3).collect::<Vec<_>>(), expected);
    assert!(
        order.last().unwrap().starts_with("IMG_4.jpg, "),
        "{order:?}"
    );
    assert_eq!(gallery(&harness).focus(), 4, "keys are about it now");
}

#[test]
fn in_the_viewer_tab_goes_from_button_to_button_as_they_are_read() {
    let mut harness = viewer_at(5, signed_in(300));
    let order = tab_order(&mut harness, 9);
    let expected = [
        "Back to the grid (Esc)",
        "Add to the selection (X)",
        "Save (Ctrl+S)",
        "Details (I)",
        "Previous (Left)",
        "Next (Right)",
        "Zoom out (-)",
    ];
    assert_eq!(order.iter().take(7).collect::<Vec<_>>(), expected);
    // Arrows go on to the next image from there.
    press(&mut harness, Key::ArrowRight);
    assert_eq!(gallery(&harness).focus(), 6);
}

#[test]
fn the_help_sheet_has_every_arrow_that_does_something() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::F1);
    for arrow in ["\u{2190}", "\u{2192}", "\u{2191}", "\u{2193}"] {
        let count = |held: &str| {
            let key = format!("{held}{arrow}");
            harness.query_all_by_label(&key).count()
        };
        // In the grid, over one image, and over several.
        assert_eq!(count("Ctrl+"), 3, "{arrow}");
        assert_eq!(count("Shift+"), 1, "{arrow}");
    }
}
