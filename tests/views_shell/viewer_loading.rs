//! What is seen of an image while its picture is on its way.

use egui::{Key, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::ImageSize;
use salon::state::Action;

use super::press;
use super::scenes::{choose, signed_in};
use super::shell::{Shell, harness};
use super::viewer::answer_all;

fn spinner(harness: &Harness<'_, Shell>) -> Option<Rect> {
    harness.query_by_label("Loading").map(|node| node.rect())
}

/// Only the thumbnails come.
fn answer_thumbnails(harness: &mut Harness<'_, Shell>) -> usize {
    let is_thumbnail = |size| matches!(size, ImageSize::Thumbnail { .. });
    let shell = harness.state_mut();
    shell.answer(|wanted| is_thumbnail(wanted.request.size))
}

#[test]
fn a_thumbnail_that_stands_in_says_that_more_comes_in_a_corner_that_stays() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(5));
    let mut harness = harness(shell);
    assert_eq!(answer_thumbnails(&mut harness), 1);
    // A step of the harness is a quarter of a second.
    harness.run_steps(2);
    let view = harness.get_by_label_contains("IMG_5.jpg, ").rect();
    let small = spinner(&harness).unwrap();
    assert!(view.contains_rect(small), "{small:?} in {view:?}");
    assert!(
        (small.center() - view.center()).length() > 300.0,
        "not on the image"
    );
    harness.run_steps(5);
    assert_eq!(spinner(&harness), Some(small));
    answer_all(&mut harness);
    assert_eq!(spinner(&harness), None);
}

#[test]
fn where_there_is_nothing_yet_the_sign_is_in_the_middle_and_not_at_once() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(5));
    let mut harness = harness(shell);
    harness.run_steps(2);
    let view = harness.get_by_label_contains("IMG_5.jpg, ").rect();
    let middle = spinner(&harness).unwrap().center();
    assert!((middle - view.center()).length() < 60.0);
    harness.state_mut().state.on_action(Action::OpenViewer(50));
    harness.step();
    assert_eq!(spinner(&harness), None, "the next one may come at once");
    harness.run_steps(2);
    assert!(spinner(&harness).is_some());
}

#[test]
fn each_image_side_by_side_says_that_more_comes() {
    let mut shell = signed_in(300);
    choose(&mut shell, &[2, 4]);
    let mut harness = harness(shell);
    answer_thumbnails(&mut harness);
    press(&mut harness, Key::C);
    answer_thumbnails(&mut harness);
    harness.run_steps(3);
    assert_eq!(harness.query_all_by_label("Loading").count(), 2);
    for node in harness.query_all_by_label("Loading") {
        assert_eq!(node.rect().size(), vec2(16.0, 16.0));
    }
    answer_all(&mut harness);
    assert_eq!(spinner(&harness), None);
}

#[test]
fn who_looks_closer_at_once_need_not_wait_for_the_whole_first() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(5));
    let mut harness = harness(shell);
    answer_thumbnails(&mut harness);
    harness.run_steps(2);
    let asks = |harness: &Harness<'_, Shell>, is_it: fn(ImageSize) -> bool| {
        let mut missing = harness.state().missing.iter();
        missing.position(|wanted| is_it(wanted.request.size))
    };
    let is_tile = |size| matches!(size, ImageSize::Tile(_));
    let is_whole = |size| matches!(size, ImageSize::Full { .. });
    assert_eq!(asks(&harness, is_tile), None, "the whole is enough");
    press(&mut harness, Key::Num1);
    let (whole, parts) = (asks(&harness, is_whole), asks(&harness, is_tile));
    assert!(whole.is_some() && whole < parts, "{whole:?}, {parts:?}");
}
