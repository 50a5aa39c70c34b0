//! The film strip of the neighbours.

use egui::{Key, Modifiers, Rect, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::protocol::{ImageSize, ImageSubject};
use salon::state::Action;

use super::{answer_all, choices, click_at, gallery, named, rect, viewer, viewer_at, wheel};
use crate::press;
use crate::scenes::{list, signed_in};
use crate::shell::{Shell, harness};

#[test]
fn the_film_strip_shows_the_neighbours_and_leads_to_them() {
    let mut harness = viewer();
    assert!(harness.query_by_label("Film strip").is_none());
    press(&mut harness, Key::T);
    assert!(choices(&harness).is_film_strip_shown);
    answer_all(&mut harness);
    let strip = harness
        .get_by_role_and_label(Role::ListBox, "Film strip")
        .rect();
    let in_view = item(&harness, 5);
    assert!(
        (in_view.center().x - strip.center().x).abs() < 1.0,
        "centred"
    );
    let image = rect(&harness, 5);
    assert!(image.bottom() <= strip.top() + 0.5, "it covers nothing");
    let at = item(&harness, 8).center();
    click_at(&mut harness, at);
    assert_eq!(gallery(&harness).focus(), 8);
    answer_all(&mut harness);
    harness.run_steps(10);
    assert!((item(&harness, 8).center().x - strip.center().x).abs() < 1.0);
    let node = named(&harness, Role::ListBoxOption, "IMG_8.jpg");
    assert_eq!(node.accesskit_node().is_selected(), Some(true));
    assert_eq!(node.accesskit_node().position_in_set(), Some(9));
}

#[test]
fn the_film_strip_asks_for_what_is_on_it_and_for_nothing_else() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(50));
    let mut viewer = shell.state.settings.viewer;
    viewer.is_film_strip_shown = true;
    shell.state.on_action(Action::SetViewer(viewer));
    let mut harness = harness(shell);
    harness.run_steps(3);
    let asked = asked_thumbnails(&harness);
    assert!(asked.contains(&50) && asked.contains(&45) && asked.contains(&55));
    assert!(asked.len() < 25, "{asked:?}");
    // The wheel looks further, and the image in view stays.
    let strip = harness
        .get_by_role_and_label(Role::ListBox, "Film strip")
        .rect();
    wheel(&mut harness, strip.center(), -10.0);
    let asked = asked_thumbnails(&harness);
    // The image in view has no picture yet.
    assert!(asked.contains(&70) && !asked.contains(&51), "{asked:?}");
    assert_eq!(gallery(&harness).focus(), 50);
    wheel(&mut harness, strip.center(), 1000.0);
    assert!(
        asked_thumbnails(&harness).contains(&0),
        "it ends at the first"
    );
    press(&mut harness, Key::ArrowRight);
    harness.run_steps(10);
    assert!(
        asked_thumbnails(&harness).contains(&51),
        "back at the image"
    );
}

#[test]
fn a_film_strip_that_has_room_for_all_images_stands_still() {
    let mut shell = signed_in(5);
    let mut choices = shell.state.settings.viewer;
    choices.is_film_strip_shown = true;
    shell.state.on_action(Action::SetViewer(choices));
    let mut harness = viewer_at(0, shell);
    let strip = harness
        .get_by_role_and_label(Role::ListBox, "Film strip")
        .rect();
    let before = [0, 4].map(|n| item(&harness, n));
    let middle = before[0].union(before[1]).center();
    assert!((middle.x - strip.center().x).abs() < 1.0, "centred");
    for notches in [-3.0, 3.0] {
        wheel(&mut harness, strip.center(), notches);
        assert_eq!([0, 4].map(|n| item(&harness, n)), before);
    }
    press(&mut harness, Key::End);
    answer_all(&mut harness);
    assert_eq!([0, 4].map(|n| item(&harness, n)), before);
}

#[test]
fn the_far_end_of_the_film_strip_stays_at_its_edge() {
    let mut shell = signed_in(100);
    let mut choices = shell.state.settings.viewer;
    choices.is_film_strip_shown = true;
    shell.state.on_action(Action::SetViewer(choices));
    let mut harness = viewer_at(10, shell);
    let strip = |harness: &Harness<'_, Shell>| {
        let strip = harness.get_by_role_and_label(Role::ListBox, "Film strip");
        strip.rect()
    };
    let middle = strip(&harness).center();
    wheel(&mut harness, middle, -1000.0);
    let is_at_edge = |harness: &Harness<'_, Shell>, n| {
        let rest = strip(harness).right() - item(harness, n).right();
        (0.0..10.0).contains(&rest)
    };
    assert!(is_at_edge(&harness, 99));
    // A wider window.
    harness.set_size(vec2(1600.0, 800.0));
    harness.run_steps(2);
    assert!(is_at_edge(&harness, 99));
    // Most of the images are deleted meanwhile.
    list(harness.state_mut(), 0, 40);
    harness.run_steps(2);
    assert_eq!(gallery(&harness).focus(), 10);
    assert!(is_at_edge(&harness, 39));
}

#[test]
fn an_image_that_is_looked_at_closely_stays_where_it_is_when_the_strip_comes() {
    let mut harness = viewer();
    press(&mut harness, Key::Num1);
    press(&mut harness, Key::ArrowDown);
    let before = rect(&harness, 5);
    press(&mut harness, Key::T);
    assert_eq!(rect(&harness, 5), before);
    press(&mut harness, Key::I);
    assert_eq!(rect(&harness, 5), before);
}

#[test]
fn a_held_arrow_keeps_the_place_in_sight() {
    let mut harness = viewer();
    // The image itself says it, too.
    let place =
        |harness: &Harness<'_, Shell>| harness.query_all_by_label_contains(" of 300").count() > 1;
    // Longer than the controls stay without anybody at work.
    for _ in 0..8 {
        harness.event(egui::Event::Key {
            key: Key::ArrowRight,
            physical_key: None,
            pressed: true,
            repeat: true,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(3);
        answer_all(&mut harness);
        assert!(place(&harness));
    }
    harness.run_steps(30);
    assert!(!place(&harness), "and then they go");
}

fn asked_thumbnails(harness: &Harness<'_, Shell>) -> Vec<usize> {
    let missing = harness.state().missing.iter();
    let thumbnails =
        missing.filter(|wanted| matches!(wanted.request.size, ImageSize::Thumbnail { .. }));
    let numbers = thumbnails.filter_map(|wanted| match &wanted.request.subject {
        ImageSubject::Upload(id) => id.as_str().strip_prefix("upload-")?.parse().ok(),
        _ => None,
    });
    numbers.collect()
}

fn item(harness: &Harness<'_, Shell>, n: usize) -> Rect {
    let name = format!("IMG_{n}.jpg, ");
    named(harness, Role::ListBoxOption, &name).rect()
}
