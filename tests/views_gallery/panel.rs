//! The details panel.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::domain::{PixelSize, UploadId};
use salon::protocol::{
    DecodedImage, DownloadError, Event, Histogram, ImageFailure, ImageRequest, ImageSize,
    ImageSubject, Metadata, OpenTarget, Position, WantedImage,
};
use salon::state::Action;

use crate::app::{App, harness};
use crate::gestures::{Button, click, click_at, key, press};

/// A room with its panel open, and this image chosen.
fn panel_of(number: usize) -> Harness<'static, App> {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, number, Modifiers::NONE);
    harness
}

/// The file of this image was read.
fn file_says(harness: &mut Harness<'_, App>, number: usize, metadata: Metadata) {
    let upload = UploadId::from(format!("id{number}"));
    let metadata = Box::new(metadata);
    let event = Event::MetadataRead { upload, metadata };
    harness.state_mut().on_event(event);
    harness.run_steps(8);
}

#[test]
fn the_panel_shows_what_server_and_file_say_and_copies_it() {
    let mut harness = panel_of(3);
    let asks_for_metadata = |wanted: &WantedImage| wanted.request.size == ImageSize::Metadata;
    assert!(harness.state().missing.iter().any(asks_for_metadata));
    harness.get_by_label("Reading the file…");

    let metadata = Metadata {
        format: Some("PNG"),
        camera: Some("Pentax K-1".to_owned()),
        iso: Some(200),
        position: Some(Position {
            latitude: 48.1372,
            longitude: 11.5755,
            altitude_m: None,
        }),
        ..Metadata::default()
    };
    file_says(&mut harness, 3, metadata);
    for words in [
        "id3",
        "GridFS:Uploads",
        "Pentax K-1",
        "ISO 200",
        "PNG, posted as JPEG",
    ] {
        harness.get_by_label(words);
    }
    harness.get_by_label("Show on OpenStreetMap").click();
    harness.step();
    harness.step();
    let is_map = |action: &Action| {
        matches!(action, Action::Open(OpenTarget::Web(link))
            if link.starts_with("https://www.openstreetmap.org/?mlat=48.137200&mlon=11.575500"))
    };
    assert!(harness.state().done.iter().any(is_map));
}

#[test]
fn the_panel_draws_how_bright_an_image_is_and_says_it_in_words() {
    let mut harness = panel_of(3);
    let pixels: Vec<u8> = (0..100_u8)
        .flat_map(|n| if n < 60 { [0, 0, 0, 255] } else { [255; 4] })
        .collect();
    let size = PixelSize::new(10, 10);
    let histogram = Histogram::of(&DecodedImage {
        size,
        original_size: size,
        pixels: pixels.into(),
        format: "PNG",
        is_animated: false,
    });
    let metadata = Metadata {
        format: Some("PNG"),
        title: Some("Four corners".to_owned()),
        rating: Some(3),
        keywords: vec!["corner".to_owned(), "colour".to_owned()],
        histogram: Some(histogram),
        ..Metadata::default()
    };
    file_says(&mut harness, 3, metadata);
    for words in [
        "Four corners",
        "★★★☆☆ 3 of 5",
        "corner, colour",
        "Histogram",
    ] {
        harness.get_by_label(words);
    }
    let name = "Histogram: half of the pixels are darker than 1 %, 60 % black, 40 % white";
    let drawn = harness.get_by_label(name);
    assert_eq!(drawn.accesskit_node().role(), egui::Role::Image);
    assert!(drawn.rect().width() > 200.0);
}

#[test]
fn the_panel_hashes_the_file_when_asked_and_says_what_came_of_it() {
    let mut harness = panel_of(3);
    let ask = |harness: &mut Harness<'_, App>| {
        let button = harness.get_by_label("SHA-256").rect().center();
        click_at(harness, button, Modifiers::NONE);
        harness.run_steps(2);
    };
    ask(&mut harness);
    let asks = |harness: &Harness<'_, App>| {
        let done = harness.state().done.iter();
        done.filter(|action| matches!(action, Action::ComputeSha256(upload) if upload.id == UploadId::from("id3")))
            .count()
    };
    assert_eq!(asks(&harness), 1);
    harness.get_by_label("Computing SHA-256…");
    let answer = |result| Event::Sha256Computed {
        upload: UploadId::from("id3"),
        result,
    };
    let failed = answer(Err(ImageFailure::Download(DownloadError::Deleted)));
    harness.state_mut().on_event(failed);
    harness.run_steps(2);
    ask(&mut harness);
    assert_eq!(asks(&harness), 2);
    let digest = "ab".repeat(32);
    harness.state_mut().on_event(answer(Ok(digest.clone())));
    harness.run_steps(2);
    harness.get_by_label(&digest);
}

#[test]
fn the_panel_says_why_a_file_could_not_be_read() {
    let mut harness = panel_of(3);
    harness.get_by_label("Reading the file…");
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("id3")),
        size: ImageSize::Metadata,
    };
    let error = ImageFailure::Download(DownloadError::Deleted);
    harness
        .state_mut()
        .on_event(Event::ImageFailed { request, error });
    harness.run_steps(3);
    assert!(harness.query_by_label("Reading the file…").is_none());
    let reads = |wanted: &WantedImage| wanted.request.size == ImageSize::Metadata;
    assert!(!harness.state().missing.iter().any(reads));
}

#[test]
fn the_panel_copies_everything_as_json() {
    let mut harness = panel_of(3);
    let button = harness.get_by_label("Copy all as JSON").rect().center();
    harness.hover_at(button);
    harness.step();
    press(&mut harness, button, &Button::Down, Modifiers::NONE);
    press(&mut harness, button, &Button::Up, Modifiers::NONE);
    let commands = &harness.output().platform_output.commands;
    let text = commands
        .iter()
        .find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .expect("a text on the clipboard");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["id"], "id3");
    assert_eq!(json["bytes"], 1_000_000);
    assert_eq!(json["user"]["name"], "Anna Schmidt");
}

#[test]
fn several_chosen_images_are_summed_up() {
    let mut harness = panel_of(0);
    key(&mut harness, Key::ArrowRight, Modifiers::SHIFT);
    key(&mut harness, Key::ArrowRight, Modifiers::SHIFT);
    harness.get_by_label("3 images selected");
    harness.get_by_label("3 MB");
    harness.get_by_label("Bo Chen");
}
