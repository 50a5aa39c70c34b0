//! The slide show.

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::{
    DownloadError, Event, ImageFailure, ImageRequest, ImageSize, ImageSubject, SlideInterval,
};
use salon::state::Action;

use super::{
    answer_all, asked_for_full_screen, choices, drawn, fill_screen, full_screen_after, gallery,
    viewer, viewer_at, wake,
};
use crate::scenes::{signed_in, upload};
use crate::{click, press};

#[test]
fn the_slide_show_goes_on_when_the_next_picture_is_there_and_not_before() {
    let mut harness = viewer();
    assert_eq!(full_screen_after(&mut harness, Key::P), Some(true));
    fill_screen(&mut harness);
    harness.run_steps(60);
    // Two came ahead.
    assert_eq!(gallery(&harness).focus(), 7, "never a blank slide");
    assert!(drawn(&harness, 7).is_some());
    answer_all(&mut harness);
    harness.run_steps(3);
    assert_eq!(gallery(&harness).focus(), 8, "it is due for long");
    answer_all(&mut harness);
    harness.run_steps(9);
    assert_eq!(gallery(&harness).focus(), 8, "four seconds are not five");
    harness.run_steps(10);
    assert_eq!(gallery(&harness).focus(), 9);
}

/// The frame that turns to the next image drew the one before it.
#[test]
fn the_slide_show_draws_the_next_image_though_nobody_touches_anything() {
    let mut harness = viewer();
    press(&mut harness, Key::P);
    answer_all(&mut harness);
    let turned = (0..60).any(|_| {
        harness.step();
        gallery(&harness).focus() > 5
    });
    assert!(turned);
    let mut outputs = harness.output().viewport_output.values();
    assert!(outputs.any(|output| output.repaint_delay.is_zero()));
}

#[test]
fn a_slide_show_rests_and_goes_on_and_esc_gives_the_window_back() {
    let mut harness = viewer();
    press(&mut harness, Key::P);
    fill_screen(&mut harness);
    press(&mut harness, Key::Space);
    harness.get_by_label("Go on (P)");
    answer_all(&mut harness);
    harness.run_steps(60);
    assert_eq!(gallery(&harness).focus(), 5);
    wake(&mut harness);
    click(&mut harness, "3 seconds for each image");
    assert_eq!(choices(&harness).slide_interval, SlideInterval::Short);
    press(&mut harness, Key::P);
    answer_all(&mut harness);
    harness.run_steps(14);
    assert_eq!(gallery(&harness).focus(), 6);
    assert_eq!(full_screen_after(&mut harness, Key::Escape), Some(false));
    assert!(gallery(&harness).is_viewer_open);
}

#[test]
fn a_slide_show_passes_over_what_cannot_be_shown_and_says_when_it_is_over() {
    let mut harness = viewer_at(0, signed_in(3));
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(1).id),
        size: ImageSize::Full { max_edge_px: 5000 },
    };
    let error = ImageFailure::Download(DownloadError::Deleted);
    let event = Event::ImageFailed { request, error };
    harness.state_mut().state.on_event(event);
    press(&mut harness, Key::P);
    for _ in 0..24 {
        harness.state_mut().answer(|_| true);
        harness.step();
    }
    assert_eq!(gallery(&harness).focus(), 2);
    harness.run_steps(30);
    harness.get_by_label("The slide show is over");
    assert_eq!(gallery(&harness).focus(), 2);
    // Once more from the first.
    press(&mut harness, Key::P);
    assert_eq!(gallery(&harness).focus(), 0);
}

#[test]
fn a_slide_show_ends_with_the_viewer() {
    let mut harness = viewer();
    press(&mut harness, Key::P);
    fill_screen(&mut harness);
    harness.state_mut().state.on_action(Action::CloseViewer);
    harness.step();
    assert_eq!(asked_for_full_screen(&harness), Some(false));
}
