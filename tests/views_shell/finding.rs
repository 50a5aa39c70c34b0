//! Finding images by name and going to a date, with keys and pointer.

use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use jiff::civil::date;
use jiff::tz::TimeZone;
use salon::state::{Action, Gallery};

use super::scenes::{self, signed_in};
use super::shell::{Shell, harness};
use super::{CTRL, click, press};

/// A room of 300 images, one an hour, all of them listed.
fn room() -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    for page in 1..3 {
        scenes::list(&mut shell, page, 300);
    }
    harness(shell)
}

fn gallery<'a>(harness: &'a Harness<'_, Shell>) -> &'a Gallery {
    harness.state().state.gallery.as_ref().unwrap()
}

fn field<'a>(harness: &'a Harness<'_, Shell>) -> Node<'a> {
    harness.get_by_role_and_label(Role::SearchInput, "Find images by file name")
}

fn date_field<'a>(harness: &'a Harness<'_, Shell>) -> Node<'a> {
    harness.get_by_role_and_label(Role::TextInput, "Day, month or year")
}

fn find(harness: &mut Harness<'_, Shell>, text: &str) {
    harness.key_press_modifiers(CTRL, Key::F);
    harness.run_steps(2);
    assert!(field(harness).is_focused());
    field(harness).type_text(text);
    harness.run_steps(3);
}

fn go_to(harness: &mut Harness<'_, Shell>, date: &str) {
    press(harness, Key::G);
    assert!(date_field(harness).is_focused());
    date_field(harness).type_text(date);
    harness.run_steps(2);
    press(harness, Key::Enter);
    harness.run_steps(4);
}

/// Whether the tile of this image is on screen.
fn is_on_screen(harness: &Harness<'_, Shell>, name: &str) -> bool {
    let screen = harness.ctx.content_rect();
    let name = format!("{name}, ");
    let tile = harness.query_by_label_contains(&name);
    tile.is_some_and(|tile| screen.contains_rect(tile.rect()))
}

fn scroll(harness: &mut Harness<'_, Shell>, points: f32) {
    wheel(harness, points);
    harness.run_steps(8);
}

fn wheel(harness: &mut Harness<'_, Shell>, points: f32) {
    harness.hover_at(egui::pos2(700.0, 400.0));
    harness.step();
    harness.event(egui::Event::MouseWheel {
        source: egui::MouseWheelSource::Trackpad,
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -points),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
    });
    harness.step();
}

#[test]
fn typing_filters_the_grid_and_escape_leaves_the_field_first_and_the_search_then() {
    let mut harness = room();
    find(&mut harness, "g_7");
    harness.get_by_label("11 images");
    assert_eq!(gallery(&harness).len(), 11);
    assert!(is_on_screen(&harness, "IMG_7.jpg"));
    assert!(!is_on_screen(&harness, "IMG_8.jpg"));
    press(&mut harness, Key::Escape);
    assert!(!field(&harness).is_focused());
    assert_eq!(gallery(&harness).len(), 11);
    press(&mut harness, Key::Escape);
    assert_eq!(gallery(&harness).len(), 300);
    assert!(
        harness
            .query_by_role_and_label(Role::SearchInput, "Find images by file name")
            .is_none()
    );
}

#[test]
fn a_slash_opens_the_field_and_is_not_typed_into_it() {
    let mut harness = room();
    harness.event(egui::Event::Text("/".to_owned()));
    press(&mut harness, Key::Slash);
    assert!(field(&harness).is_focused());
    assert_eq!(field(&harness).value().unwrap_or_default(), "");
}

#[test]
fn enter_goes_on_to_what_was_found() {
    let mut harness = room();
    find(&mut harness, "g_7");
    press(&mut harness, Key::Enter);
    assert!(!field(&harness).is_focused());
    press(&mut harness, Key::ArrowRight);
    let focused = gallery(&harness).focused().unwrap();
    assert_eq!(focused.name, "IMG_70.jpg");
    assert!(harness.query_all_by_label_contains("1 selected").count() > 0);
    press(&mut harness, Key::Enter);
    let place = harness.query_all_by_label_contains("2 of 11");
    assert!(place.count() > 0);
}

#[test]
fn an_unlisted_rest_is_said_to_be_unsearched() {
    let mut harness = harness(signed_in(300));
    find(&mut harness, "g_7");
    harness.get_by_label("11 images · 100 of 300 searched");
}

#[test]
fn nothing_found_is_said_and_one_click_away_from_everything() {
    let mut harness = room();
    find(&mut harness, "hedgehog");
    harness.get_by_label_contains("No image is named like “hedgehog”");
    press(&mut harness, Key::Escape);
    let buttons = harness.get_all_by_role_and_label(Role::Button, "Clear search");
    buttons.last().unwrap().click();
    harness.run_steps(3);
    assert_eq!(gallery(&harness).len(), 300);
    assert!(is_on_screen(&harness, "IMG_1.jpg"));
}

#[test]
fn escape_ends_a_search_that_found_nothing() {
    let mut harness = room();
    find(&mut harness, "hedgehog");
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::Escape);
    assert_eq!(gallery(&harness).len(), 300);
}

#[test]
fn the_button_opens_and_closes_the_search() {
    let mut harness = room();
    click(&mut harness, "Find images by file name");
    assert!(field(&harness).is_focused());
    field(&harness).type_text("g_7");
    harness.run_steps(3);
    click(&mut harness, "Find images by file name");
    assert_eq!(gallery(&harness).len(), 300);
}

#[test]
fn after_a_search_the_room_is_as_it_was_left() {
    let mut harness = room();
    scroll(&mut harness, 700.0);
    let before = harness.get_by_label_contains("IMG_30.jpg, ").rect();
    find(&mut harness, "g_7");
    assert!(is_on_screen(&harness, "IMG_7.jpg"));
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::Escape);
    harness.run_steps(4);
    let after = harness.get_by_label_contains("IMG_30.jpg, ").rect();
    assert_eq!(before, after);
}

#[test]
fn an_image_that_was_found_is_seen_among_its_neighbors_after_the_search() {
    let mut harness = room();
    find(&mut harness, "g_250");
    press(&mut harness, Key::Enter);
    press(&mut harness, Key::ArrowRight);
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::Escape);
    harness.run_steps(4);
    assert_eq!(gallery(&harness).len(), 300);
    assert!(is_on_screen(&harness, "IMG_250.jpg"));
    assert!(is_on_screen(&harness, "IMG_249.jpg"));
}

#[test]
fn g_asks_for_a_date_and_enter_goes_there() {
    let mut harness = room();
    harness.event(egui::Event::Text("g".to_owned()));
    press(&mut harness, Key::G);
    assert_eq!(date_field(&harness).value().unwrap_or_default(), "");
    press(&mut harness, Key::Escape);
    go_to(&mut harness, "10 March 2024");
    let focused = gallery(&harness).focused().unwrap();
    let position = gallery(&harness).focus();
    let day = |position: usize| {
        let time = gallery(&harness).upload_at(position).unwrap().uploaded_at;
        time.unwrap().to_zoned(TimeZone::system()).date()
    };
    assert_eq!(day(position), date(2024, 3, 10));
    assert_eq!(day(position - 1), date(2024, 3, 11));
    assert!(is_on_screen(&harness, &focused.name));
    assert!(!is_on_screen(&harness, "IMG_190.jpg"));
    assert!(gallery(&harness).selection.is_empty());
}

#[test]
fn what_is_no_date_is_told_in_place() {
    let mut harness = room();
    go_to(&mut harness, "soon");
    harness.get_by_label_contains("This is no date; type it as");
    assert!(date_field(&harness).is_focused());
    let went = |action: &Action| matches!(action, Action::GoToDate(_));
    assert!(!harness.state().has(went));
    date_field(&harness).type_text("er");
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("This is no date").is_none());
}

#[test]
fn a_date_that_has_to_be_looked_for_says_so_and_escape_gives_it_up() {
    let mut harness = harness(signed_in(300_000));
    go_to(&mut harness, "2019");
    harness.get_by_label_contains("Going to 2019");
    press(&mut harness, Key::Escape);
    assert!(gallery(&harness).going_to_date().is_none());
    assert!(harness.query_by_label_contains("Going to 2019").is_none());
}

#[test]
fn the_floating_date_leads_to_the_question() {
    let mut harness = room();
    // The date goes a second after the last movement.
    wheel(&mut harness, 900.0);
    let date = harness.get_by_label_contains("Go to date, now at ");
    date.click();
    harness.run_steps(3);
    assert!(date_field(&harness).is_focused());
}

#[test]
fn the_floating_date_does_not_repeat_the_header_below_it() {
    let mut harness = room();
    wheel(&mut harness, 8.0);
    let is_there = |harness: &Harness<'_, Shell>| {
        let date = harness.query_by_label_contains("Go to date, now at ");
        date.is_some()
    };
    assert!(!is_there(&harness));
    wheel(&mut harness, 120.0);
    assert!(is_there(&harness));
}

#[test]
fn the_field_hides_no_row_even_where_the_pointer_is_over_the_tiles() {
    let mut harness = room();
    harness.hover_at(egui::pos2(700.0, 400.0));
    harness.run_steps(4);
    harness.key_press_modifiers(CTRL, Key::F);
    harness.run_steps(4);
    let tile = harness.get_by_label_contains("IMG_0.jpg, ").rect();
    let field = field(&harness).rect();
    assert!(tile.top() > field.bottom() + 40.0, "{tile:?} {field:?}");
    // Nobody scrolled: there is no date to tell.
    let date = harness.query_by_label_contains("Go to date, now at ");
    assert!(date.is_none());
}

#[test]
fn a_bar_that_comes_moves_no_tile_under_a_pointer_that_moves() {
    let mut harness = room();
    let tile = |harness: &Harness<'_, Shell>| {
        let tile = harness.get_by_label_contains("IMG_0.jpg, ");
        tile.rect()
    };
    let before = tile(&harness);
    for y in [400.0, 402.0, 404.0, 406.0] {
        harness.hover_at(egui::pos2(700.0, y));
        if y > 401.0 {
            scenes::limit_rate(harness.state_mut());
        }
        harness.step();
    }
    let bar = "The server allows 10 list requests a minute";
    let bar = harness.get_by_label_contains(bar).rect();
    assert_eq!(tile(&harness), before);
    // Then nobody aims any longer.
    harness.run_steps(4);
    let tile = tile(&harness);
    assert!(tile.top() > bar.bottom() + 40.0, "{tile:?} {bar:?}");
}
