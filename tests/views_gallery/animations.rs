//! Moving images in the viewer.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::domain::{PixelSize, UploadId};
use salon::protocol::{
    DecodedImage, Event, ImageError, ImageFailure, ImageSize, Metadata, Playback, WantedImage,
};

use crate::app::{App, gray, harness};
use crate::gestures::{click, key};
use crate::viewing::full_requests;

/// Image 5 in the viewer, with three frames of 120 ms.
fn viewer_of_moving() -> Harness<'static, App> {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    for request in full_requests(harness.state()) {
        let image = DecodedImage {
            is_animated: true,
            format: "GIF",
            ..gray(PixelSize::new(300, 200))
        };
        harness
            .state_mut()
            .on_event(Event::ImageDecoded { request, image });
    }
    let playback = Some(Playback {
        delays: vec![std::time::Duration::from_millis(120); 3],
        n_plays: None,
    });
    harness.state_mut().on_event(Event::MetadataRead {
        upload: UploadId::from("id5"),
        metadata: Box::new(Metadata {
            playback,
            ..Metadata::default()
        }),
    });
    harness.run_steps(2);
    harness
}

/// The frames that are asked for come; answers which.
fn frames_come(harness: &mut Harness<'_, App>) -> Vec<u32> {
    let mut indices = Vec::new();
    for wanted in harness.state().missing.clone() {
        let ImageSize::Frame { index, max_edge_px } = wanted.request.size else {
            continue;
        };
        assert_eq!(max_edge_px, 300);
        let request = wanted.request;
        let image = gray(PixelSize::new(300, 200));
        harness
            .state_mut()
            .on_event(Event::ImageDecoded { request, image });
        indices.push(index);
    }
    indices
}

#[test]
fn an_animation_plays_pauses_and_steps() {
    let mut harness = viewer_of_moving();
    assert_eq!(frames_come(&mut harness), [0, 1, 2]);
    for label in [
        "Frame 1 of 3",
        "Frame 2 of 3",
        "Frame 3 of 3",
        "Frame 1 of 3",
    ] {
        let mut n_steps = 0;
        while harness.query_by_label(label).is_none() {
            harness.step();
            n_steps += 1;
            // 120 ms in steps of 50, and one in which it begins.
            assert!(n_steps <= 4, "{label}");
        }
    }
    key(&mut harness, Key::K, Modifiers::NONE);
    harness.get_by_label("Play (K)");
    let at_rest = |harness: &Harness<'_, App>| {
        ["Frame 1 of 3", "Frame 2 of 3", "Frame 3 of 3"]
            .iter()
            .position(|label| harness.query_by_label(label).is_some())
            .unwrap()
    };
    let rests = at_rest(&harness);
    harness.run_steps(10);
    assert_eq!(at_rest(&harness), rests);
    key(&mut harness, Key::Period, Modifiers::NONE);
    assert_eq!(at_rest(&harness), (rests + 1) % 3);
    key(&mut harness, Key::Comma, Modifiers::NONE);
    key(&mut harness, Key::Comma, Modifiers::NONE);
    assert_eq!(at_rest(&harness), (rests + 2) % 3);
    // It is over with the image.
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    harness.run_steps(4);
    assert!(harness.query_by_label("Play (K)").is_none());
    let is_frame = |wanted: &&WantedImage| matches!(wanted.request.size, ImageSize::Frame { .. });
    assert_eq!(harness.state().missing.iter().filter(is_frame).count(), 0);
}

#[test]
fn a_damaged_end_leaves_the_frames_before_it() {
    let mut harness = viewer_of_moving();
    let last = harness
        .state()
        .missing
        .iter()
        .find(|wanted| matches!(wanted.request.size, ImageSize::Frame { index: 2, .. }));
    let request = last.unwrap().request.clone();
    frames_come(&mut harness);
    let error = ImageFailure::Decode(ImageError::Truncated);
    harness.state_mut().fails(request, error);
    harness.run_steps(30);
    let is_there = |label| harness.query_by_label(label).is_some();
    assert!(is_there("Frame 1 of 2") || is_there("Frame 2 of 2"));
    assert!(
        harness
            .state()
            .gallery()
            .failure(&UploadId::from("id5"))
            .is_none()
    );
}
