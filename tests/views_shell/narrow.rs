//! Small windows: everything can be reached, and nothing is cut off. A window of 700 × 500 pixels
//! at a text size of 200 % is one of 350 × 250 points.

use egui::{Key, Modifiers, Rect, Role, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::state::Action;

use super::scenes::{choose, signed_in};
use super::shell::{Shell, harness_of};
use super::viewer::{answer_all, gallery};
use super::{click, press};

const SMALL: [[f32; 2]; 3] = [[700.0, 500.0], [480.0, 400.0], [350.0, 250.0]];

/// The viewer in a window of this size, with its controls and its picture.
fn viewer_in(size: [f32; 2]) -> Harness<'static, Shell> {
    viewer_of(size, signed_in(300))
}

/// The same with the details.
fn viewer_with_details_in(size: [f32; 2]) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::TogglePanel);
    viewer_of(size, shell)
}

fn viewer_of(size: [f32; 2], mut shell: Shell) -> Harness<'static, Shell> {
    shell.state.on_action(Action::OpenViewer(5));
    let mut harness = harness_of(size, shell);
    answer_all(&mut harness);
    for x in [60.0, 70.0] {
        harness.hover_at(pos2(x, 100.0));
        harness.step();
    }
    harness
}

/// Names and places of all buttons.
fn buttons(harness: &Harness<'_, Shell>) -> Vec<(String, Rect)> {
    let buttons = harness.get_all_by_role(Role::Button);
    let named = buttons.map(|node| {
        let name = node.accesskit_node().label().unwrap_or_default();
        (name, node.rect())
    });
    named.collect()
}

/// No button leaves the window, and none lies over another.
fn assert_whole(harness: &Harness<'_, Shell>, size: [f32; 2]) {
    let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(size[0], size[1]));
    let buttons = buttons(harness);
    for (index, (name, rect)) in buttons.iter().enumerate() {
        assert!(
            window.expand(0.5).contains_rect(*rect),
            "{size:?} {name}: {rect:?}"
        );
        for (other, place) in buttons.iter().skip(index + 1) {
            let overlap = rect.shrink(1.0).intersects(place.shrink(1.0));
            assert!(!overlap, "{size:?} {name} and {other}: {rect:?} {place:?}");
        }
    }
}

#[test]
fn the_buttons_of_the_viewer_stay_in_the_window_and_apart() {
    for size in SMALL {
        let harness = viewer_in(size);
        assert_whole(&harness, size);
    }
}

#[test]
fn what_has_no_room_in_the_viewer_is_in_its_menu() {
    let mut harness = viewer_in([480.0, 400.0]);
    assert!(harness.query_by_label("Rotate (R)").is_some());
    assert!(harness.query_by_label("Full screen (F)").is_none());
    click(&mut harness, "More");
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::MenuItem, "Full screen");
    harness
        .get_by_role_and_label(Role::MenuItem, "Flip upside down")
        .click();
    harness.run_steps(3);
    assert!(
        harness
            .query_by_role_and_label(Role::MenuItem, "Flip upside down")
            .is_none()
    );
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::TurnedView)),
        "it does what it says"
    );
}

#[test]
fn a_wide_window_has_no_such_menu() {
    let harness = viewer_in([1280.0, 800.0]);
    assert!(harness.query_by_label("More").is_none());
    harness.get_by_label("Full screen (F)");
}

#[test]
fn beside_the_details_an_image_keeps_a_place_to_be_looked_at() {
    for size in SMALL {
        let harness = viewer_with_details_in(size);
        let view = harness.get_by_label_contains("IMG_5.jpg, ").rect();
        assert!(view.width() >= 240.0, "{size:?}: {view:?}");
        assert!(view.height() >= 0.75 * size[1], "{size:?}: {view:?}");
        harness.get_by_label("From the file");
    }
}

#[test]
fn in_the_smallest_window_the_details_have_a_way_out_of_their_own() {
    let mut harness = viewer_with_details_in([350.0, 250.0]);
    click(&mut harness, "Hide details");
    assert!(harness.query_by_label("From the file").is_none());
    assert!(gallery(&harness).is_viewer_open);
}

#[test]
fn the_bar_of_the_grid_stays_in_the_window_and_its_menu_has_the_rest() {
    for size in SMALL {
        let harness = harness_of(size, signed_in(300));
        assert_whole(&harness, size);
    }
    let mut harness = harness_of([480.0, 400.0], signed_in(300));
    click(&mut harness, "More");
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::MenuItem, "Whole images")
        .click();
    harness.run_steps(3);
    let is_whole = |action: &Action| matches!(action, Action::SetLayout(_));
    assert!(harness.state().has(is_whole));
}

#[test]
fn the_bar_of_a_selection_does_so_too() {
    for size in SMALL {
        let mut shell = signed_in(300);
        choose(&mut shell, &[0, 1, 2]);
        let mut harness = harness_of(size, shell);
        assert_whole(&harness, size);
        harness.get_by_role_and_label(Role::Button, "Save");
        click(&mut harness, "More");
        harness.run_steps(2);
        harness
            .get_by_role_and_label(Role::MenuItem, "Select all")
            .click();
        harness.run_steps(3);
        assert_eq!(gallery(&harness).chosen_count(), 300, "{size:?}");
    }
}

#[test]
fn the_comparison_stays_in_the_window() {
    for size in SMALL {
        let mut shell = signed_in(300);
        choose(&mut shell, &[0, 1]);
        let mut harness = harness_of(size, shell);
        press(&mut harness, Key::C);
        answer_all(&mut harness);
        assert_whole(&harness, size);
    }
}

#[test]
fn every_row_of_the_help_sheet_is_inside_it() {
    for size in [[1280.0, 800.0], [700.0, 500.0], [480.0, 400.0]] {
        let mut harness = harness_of(size, signed_in(300));
        press(&mut harness, Key::F1);
        for row in [
            "Copy the image, or files if several are selected",
            "Give up a drag, clear selection or search",
            "What is behind transparent images",
            "The buttons of an image, then the next",
        ] {
            let rect = harness.get_by_label(row).rect();
            let keys = size[0] - 40.0;
            assert!(
                rect.left() > 20.0 && rect.right() < keys,
                "{size:?} {row}: {rect:?}"
            );
        }
        // The close button is in the window.
        let close = harness.get_by_role_and_label(Role::Button, "Close").rect();
        assert!(close.right() < size[0] && close.top() > 0.0, "{size:?}");
    }
}

#[test]
fn the_save_sheet_keeps_its_buttons_in_the_window() {
    for size in SMALL {
        let mut harness = harness_of(size, signed_in(300));
        harness.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::S);
        harness.run_steps(5);
        let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(size[0], size[1]));
        for name in ["Save", "Cancel"] {
            let rect = harness.get_by_role_and_label(Role::Button, name).rect();
            assert!(window.contains_rect(rect), "{size:?} {name}: {rect:?}");
        }
    }
}

/// How wide these words are in this size.
fn width_of(harness: &Harness<'_, Shell>, words: &str, size: f32) -> f32 {
    let font = egui::FontId::proportional(size);
    let galley = harness.ctx.fonts_mut(|fonts| {
        let color = egui::Color32::WHITE;
        fonts.layout_no_wrap(words.to_owned(), font, color)
    });
    galley.size().x
}

#[test]
fn the_name_of_a_room_and_its_count_are_whole_wherever_there_is_room() {
    let harness = harness_of([700.0, 500.0], signed_in(300));
    let name = harness.query_all_by_label("team-offsite");
    let name = name.map(|node| node.rect()).find(|it| it.left() > 232.0);
    let needed = width_of(&harness, "team-offsite", 16.0);
    assert!(name.unwrap().width() > needed - 1.0, "{name:?} {needed}");
    for size in SMALL {
        let harness = harness_of(size, signed_in(300));
        let count = harness.get_by_label("300 images").rect();
        let needed = width_of(&harness, "300 images", 12.0);
        assert!(count.width() > needed - 1.0, "{size:?}: {count:?} {needed}");
    }
}

#[test]
fn the_last_entry_of_a_menu_comes_into_sight_with_the_keyboard() {
    let size = [480.0, 400.0];
    let mut harness = viewer_in(size);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run_steps(2);
    let entry = |harness: &Harness<'_, Shell>| {
        harness
            .get_by_role_and_label(Role::MenuItem, "Details")
            .rect()
    };
    assert!(entry(&harness).bottom() > size[1], "it is not seen");
    press(&mut harness, Key::ArrowUp);
    harness.run_steps(20);
    let details = harness.get_by_role_and_label(Role::MenuItem, "Details");
    assert!(details.is_focused());
    let rect = details.rect();
    assert!(rect.bottom() < size[1] - 6.0, "{rect:?}");
    // The bar that shows there is more has a place beside it.
    assert!(rect.right() <= 480.0 - 20.0, "{rect:?}");
}

#[test]
fn what_has_no_room_over_compared_images_is_in_a_tooltip() {
    let mut shell = signed_in(300);
    choose(&mut shell, &[0, 1, 2]);
    let mut harness = harness_of([700.0, 500.0], shell);
    press(&mut harness, Key::C);
    answer_all(&mut harness);
    assert!(harness.query_by_label("1 of 300").is_none());
    let mut facts = harness.query_all_by_label("4000 × 3000 · 1 MB");
    let at = facts.next().unwrap().rect().center();
    drop(facts);
    harness.hover_at(at);
    harness.run_steps(6);
    harness.get_by_label("1 of 300");
}
