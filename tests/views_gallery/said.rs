//! What tiles and rooms say of themselves, also when there is nothing to show.

use egui::{Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::tz::TimeZone;
use salon::domain::{ListingWindow, PageIndex, Room, UploadId};
use salon::protocol::{
    ClientError, DownloadError, Event, ImageFailure, ImageRequest, ImageSize, ImageSubject,
};
use salon::state::Action;

use crate::app::{harness, harness_of, room, upload};
use crate::gestures::{click, click_at};

#[test]
fn a_failed_tile_says_why_and_tries_again_on_a_click() {
    let mut harness = harness();
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("id2")),
        size: ImageSize::Thumbnail { edge_px: 192 },
    };
    let error = ImageFailure::Download(DownloadError::Deleted);
    harness
        .state_mut()
        .on_event(Event::ImageFailed { request, error });
    harness.run_steps(8);
    let tile = harness
        .get_by_label_contains("failed: Deleted on the server")
        .rect();
    let icon = tile.center() - vec2(0.0, 16.0);
    click_at(&mut harness, icon, Modifiers::NONE);
    let is_retry = |action: &Action| matches!(action, Action::RetryImages(ids) if ids[..] == [UploadId::from("id2")]);
    assert!(harness.state().done.iter().any(is_retry));
}

#[test]
fn a_room_that_keeps_its_files_asks_for_no_picture() {
    let mut harness = harness();
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("id2")),
        size: ImageSize::Thumbnail { edge_px: 192 },
    };
    let error = ImageFailure::Download(DownloadError::Forbidden);
    harness
        .state_mut()
        .on_event(Event::ImageFailed { request, error });
    harness.run_steps(8);
    assert!(harness.state().missing.is_empty());
}

#[test]
fn empty_failed_and_encrypted_rooms_say_so() {
    let mut empty = harness_of(room());
    empty.state_mut().load(0, 0);
    empty.run_steps(8);
    empty.get_by_label("No images in #support yet.");

    let mut failed = harness_of(room());
    let event = Event::PageLoaded {
        generation: failed.state().state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Err(ClientError::TimedOut),
    };
    failed.state_mut().on_event(event);
    failed.run_steps(8);
    failed.get_by_label("The server does not answer");
    failed.get_by_label("Try again").click();
    failed.run_steps(8);
    let is_retry = |action: &Action| matches!(action, Action::RetryAllFailed);
    assert!(failed.state().done.iter().any(is_retry));

    let mut encrypted = harness_of(Room {
        is_encrypted: true,
        ..room()
    });
    encrypted.state_mut().load(0, 0);
    encrypted.run_steps(8);
    encrypted.get_by_label("This room is end-to-end encrypted");
}

#[test]
fn the_grid_is_a_list_with_a_name_and_tiles_start_with_what_differs() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    harness.get_by_label("Images in #support, newest first, 243");
    let time = upload(0).uploaded_at.unwrap().to_zoned(TimeZone::system());
    let spoken = time.strftime("%A %-d %B %Y %H:%M");
    let name = format!("image-000.jpg, from Anna Schmidt, {spoken}, selected");
    let tile = harness.get_by_label(&name);
    assert_eq!(tile.accesskit_node().role(), egui::Role::ListBoxOption);
}
