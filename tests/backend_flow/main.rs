//! Commands in, events out, against servers on this machine: one whose every answer a test
//! decides, and the demo server, which behaves as real ones do.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where it fails"
)]
#![expect(clippy::indexing_slicing, reason = "a test ends where it fails")]

mod changed_files;
#[path = "../support/child_process.rs"]
mod child_process;
#[cfg(target_os = "linux")]
mod clipboard;
#[cfg(target_os = "linux")]
mod handing_over;
mod images;
mod listing;
mod live;
mod messages;
mod resuming;
mod saved_files;
mod saving;
mod second_start;
mod sessions;
mod storage;
#[path = "../support/mod.rs"]
mod support;
mod thumbnails;
mod viewer;
mod whole_visit;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use salon::domain::{Room, SaveJobId, Upload};
use salon::protocol::{
    Command, DecodedImage, Event, ImageFailure, ImageSize, KnownAccount, Listing, SaveChoices,
    SaveOrder, SaveSelection,
};

use support::scripted_server::{PASSWORD, ScriptedServer};
use support::{JOB, TestBackend};

pub(crate) const TILE: ImageSize = ImageSize::Thumbnail { edge_px: 168 };

pub(crate) async fn signed_in(server: &ScriptedServer) -> (TestBackend, Room) {
    let mut backend = TestBackend::start();
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    let rooms = backend.rooms().await;
    (backend, rooms.into_iter().next().unwrap())
}

pub(crate) async fn listed(server: &ScriptedServer) -> (TestBackend, Room, Listing) {
    let (mut backend, room) = signed_in(server).await;
    let listing = backend.first_page(&room).await;
    (backend, room, listing)
}

pub(crate) fn uploads(listing: &Listing) -> Vec<Arc<Upload>> {
    listing.known().collect()
}

pub(crate) fn whole_room(listing: &Listing) -> SaveSelection {
    SaveSelection::WholeRoom {
        listing: Arc::new(listing.clone()),
        except: HashSet::new(),
    }
}

pub(crate) fn save(backend: &TestBackend, room: &Room, selection: SaveSelection) -> PathBuf {
    let folder = backend.path().join("saved");
    save_into(backend, room, selection, folder.clone());
    folder
}

pub(crate) fn save_into(
    backend: &TestBackend,
    room: &Room,
    selection: SaveSelection,
    folder: PathBuf,
) {
    save_as(backend, JOB, room, (selection, folder));
}

/// Each save has a number of its own.
pub(crate) fn save_as(
    backend: &TestBackend,
    job: SaveJobId,
    room: &Room,
    (selection, folder): (SaveSelection, PathBuf),
) {
    let order = Box::new(SaveOrder {
        room: Box::new(room.clone()),
        selection,
        folder,
        choices: SaveChoices::default(),
    });
    backend.send(Command::StartSave { job, order });
}

pub(crate) async fn decoded(backend: &mut TestBackend) -> DecodedImage {
    backend
        .until("a picture", |event| match event {
            Event::ImageDecoded { image, .. } => Some(image.clone()),
            Event::ImageFailed { error, .. } => panic!("{error:?}"),
            _ => None,
        })
        .await
}

pub(crate) async fn failure(backend: &mut TestBackend) -> ImageFailure {
    backend
        .until("a failure", |event| match event {
            Event::ImageFailed { error, .. } => Some(error.clone()),
            _ => None,
        })
        .await
}

pub(crate) fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

pub(crate) fn account(server: &ScriptedServer) -> KnownAccount {
    KnownAccount {
        server: server.url(),
        user_id: "me".to_owned(),
        username: "ana".to_owned(),
        last_room: None,
    }
}
