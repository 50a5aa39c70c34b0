//! Which images of a room have a copy on this machine's disks.

use std::collections::BTreeMap;
use std::path::PathBuf;

use salon::domain::{RoomId, SaveJobId};
use salon::protocol::{Command, Event, SaveChoices, SaveOrder, SaveSelection, SavedFiles};

use crate::support::TestBackend;
use crate::support::scripted_server::{PASSWORD, ScriptedServer};
use crate::*;

/// The copies of a room by the ids of their images.
async fn copies(backend: &mut TestBackend, room: &RoomId) -> BTreeMap<String, PathBuf> {
    backend.send(Command::FindSavedFiles { room: room.clone() });
    let files = backend
        .until("the copies", |event| match event {
            Event::SavedFilesFound(SavedFiles { room: of, files }) if of == room => {
                Some(files.clone())
            }
            _ => None,
        })
        .await;
    let files = files.into_iter();
    files.map(|(id, path)| (id.to_string(), path)).collect()
}

#[tokio::test]
async fn a_copy_counts_as_long_as_it_is_there_as_it_was_written() {
    let server = ScriptedServer::start(5);
    let (mut backend, room, listing) = listed(&server).await;
    assert_eq!(copies(&mut backend, &room.id).await, BTreeMap::new());
    let chosen = uploads(&listing);
    save(
        &backend,
        &room,
        SaveSelection::Uploads(chosen[..4].to_vec()),
    );
    let report = backend.saved().await;
    let mut saved: BTreeMap<_, _> = report
        .saved
        .iter()
        .map(|(id, path)| (id.to_string(), path.clone()))
        .collect();
    assert_eq!(saved.len(), 4);
    assert_eq!(copies(&mut backend, &room.id).await, saved);

    // Deleted, moved and changed.
    let ids: Vec<String> = saved.keys().take(3).cloned().collect();
    std::fs::remove_file(&saved[&ids[0]]).unwrap();
    std::fs::rename(&saved[&ids[1]], backend.path().join("elsewhere")).unwrap();
    std::fs::write(&saved[&ids[2]], b"shorter").unwrap();
    saved.retain(|id, _| !ids.contains(id));
    assert_eq!(copies(&mut backend, &room.id).await, saved);

    let elsewhere = RoomId::from("another room");
    assert_eq!(copies(&mut backend, &elsewhere).await, BTreeMap::new());
}

#[tokio::test]
async fn an_image_with_two_copies_has_one_until_both_are_gone() {
    let server = ScriptedServer::start(1);
    let (mut backend, room, listing) = listed(&server).await;
    let mut paths = Vec::new();
    for (job, folder) in [(1, "first"), (2, "second")] {
        let order = SaveOrder {
            room: Box::new(room.clone()),
            selection: SaveSelection::Uploads(uploads(&listing)),
            folder: backend.path().join(folder),
            choices: SaveChoices::default(),
        };
        backend.send(Command::StartSave {
            job: SaveJobId(job),
            order: Box::new(order),
        });
        let report = backend.saved().await;
        paths.push(report.saved[0].1.clone());
    }
    let one =
        |path: &PathBuf| BTreeMap::from([(uploads(&listing)[0].id.to_string(), path.clone())]);
    assert_eq!(copies(&mut backend, &room.id).await, one(&paths[1]));
    std::fs::remove_file(&paths[1]).unwrap();
    assert_eq!(copies(&mut backend, &room.id).await, one(&paths[0]));
    std::fs::remove_file(&paths[0]).unwrap();
    assert_eq!(copies(&mut backend, &room.id).await, BTreeMap::new());
}

#[tokio::test]
async fn what_an_earlier_run_saved_is_known() {
    let server = ScriptedServer::start(2);
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    assert_eq!(backend.saved().await.saved.len(), 2);
    backend.close();
    let mut backend = TestBackend::with(backend.folder, backend.store);
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    assert_eq!(copies(&mut backend, &room.id).await.len(), 2);
}
