//! Saves: every image once, whatever happens meanwhile.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use salon::domain::SaveJobId;
use salon::protocol::{
    Command, Connection, DownloadError, Event, SaveChoices, SaveFailure, SaveOrder, SaveSelection,
};

use crate::support::scripted_server::{Behaviour, Image, PASSWORD, ScriptedServer};
use crate::support::{JOB, names_in};
use crate::*;

#[tokio::test]
async fn a_whole_room_that_changes_meanwhile_is_saved_once_each() {
    let server = ScriptedServer::start(450);
    let mut listings = 0;
    server.world().before = Some(Box::new(move |world, path| {
        if !path.ends_with("rooms.images") {
            return;
        }
        listings += 1;
        if listings == 3 {
            // Two that were listed already go, and a new one comes.
            world.images.drain(10..12);
            let mut new = Image::new(0);
            new.id = "newcomer".to_owned();
            new.millis += 60_000;
            world.images.insert(0, new);
        }
    }));
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    let report = backend.saved().await;
    assert_eq!(report.stopped_by, None);
    let ids: HashSet<_> = report.saved.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(ids.len(), report.saved.len());
    // Those that went may have been saved before they went.
    let gone = report.failed.len();
    assert_eq!(report.saved.len() + gone, 450, "{:?}", report.failed);
    for (_, failure) in &report.failed {
        assert_eq!(*failure, SaveFailure::Download(DownloadError::Deleted));
    }
    assert_eq!(names_in(&folder).len(), report.saved.len());
    let progress = backend.last_progress();
    assert!(progress.is_total_final);
    assert_eq!(progress.total_count, 450);
}

#[tokio::test]
async fn a_token_that_dies_in_the_middle_costs_nothing_that_was_begun() {
    let server = ScriptedServer::start(60);
    let mut files = 0;
    server.world().before = Some(Box::new(move |world, path| {
        files += usize::from(path.starts_with("/file-upload/"));
        if files == 20 {
            files += 1;
            world.token = None;
        }
    }));
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    backend
        .until("the end of the session", |event| {
            matches!(event, Event::SessionExpired { .. }).then_some(())
        })
        .await;
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 60, "{:?}", report.failed);
    let expired = backend.passed(|event| matches!(event, Event::SessionExpired { .. }));
    assert_eq!(expired, 0, "told more than once");
}

#[tokio::test]
async fn a_save_reports_what_failed_and_leaves_no_trace_of_it() {
    let server = ScriptedServer::start(8);
    {
        let mut world = server.world();
        world.images[1].behaviour = Behaviour::Missing;
        world.images[2].behaviour = Behaviour::Html;
        world.images[3].behaviour = Behaviour::CutShort;
        world.images[4].behaviour = Behaviour::GarbageOfNoSize;
        world.images[5].behaviour = Behaviour::Garbage;
    }
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    let report = backend.saved().await;
    let failures: Vec<_> = report.failed.iter().map(|(_, failure)| failure).collect();
    assert!(
        matches!(
            failures[..],
            [
                SaveFailure::Download(DownloadError::Deleted),
                SaveFailure::Download(DownloadError::HtmlInsteadOfImage),
                SaveFailure::Download(DownloadError::WrongLength { .. }),
                SaveFailure::NotAnImage,
            ]
        ),
        "{failures:?}"
    );
    assert_eq!(report.saved.len(), 4);
    let mut order = report.saved.iter().map(|(id, _)| id.to_string());
    assert!(order.by_ref().is_sorted());
    assert_eq!(names_in(&folder).len(), 4);
    // A format nobody knows is saved as it is, once its length is right to the byte.
    let unknown = std::fs::read(&report.saved[1].1).unwrap();
    assert_eq!(unknown, vec![0xa5_u8; server.world().images[5].bytes.len()]);
    let first = std::fs::read(&report.saved[0].1).unwrap();
    assert_eq!(first, server.world().images[0].bytes);
    let modified = std::fs::metadata(&report.saved[0].1).unwrap();
    let modified = filetime::FileTime::from_last_modification_time(&modified);
    assert_eq!(modified.unix_seconds(), 1_700_000_000);
}

#[tokio::test]
async fn saving_again_finds_everything_there_already() {
    let server = ScriptedServer::start(5);
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, whole_room(&listing));
    assert_eq!(backend.saved().await.saved.len(), 5);
    let folder = backend.path().join("saved");
    save_as(
        &backend,
        SaveJobId(2),
        &room,
        (whole_room(&listing), folder.clone()),
    );
    let report = backend.saved().await;
    assert_eq!(report.already_there.len(), 5);
    assert_eq!(names_in(&folder).len(), 5);
}

#[tokio::test]
async fn a_cancelled_save_leaves_only_what_is_complete() {
    let server = gated(40, 5);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    saved_count(&mut backend, 5).await;
    backend.send(Command::CancelSave(JOB));
    let report = backend.saved().await;
    assert!(report.is_cancelled);
    assert_eq!(report.saved.len(), 5);
    let names = names_in(&folder);
    assert_eq!(names.len(), 5, "{names:?}");
}

#[tokio::test]
async fn a_folder_that_goes_ends_the_save_and_not_the_program() {
    let server = gated(40, 5);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    saved_count(&mut backend, 5).await;
    std::fs::remove_dir_all(&folder).unwrap();
    server.gate.add_permits(100);
    let report = backend.saved().await;
    assert_folder_gone(report.stopped_by.as_ref());
    // Everything that is not in the folder is named, so that it can be tried again.
    assert_eq!(report.saved.len() + report.failed.len(), 40);
    assert!(report.failed.len() > 30, "{}", report.failed.len());
    for (_, failure) in &report.failed {
        assert_folder_gone(Some(failure));
    }
    assert_eq!(backend.rooms().await.len(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let server = ScriptedServer::start(1);
    let (mut backend, room, listing) = listed(&server).await;
    let selection = SaveSelection::Uploads(uploads(&listing));
    save_into(&backend, &room, selection, "/proc/nowhere".into());
    let report = backend.saved().await;
    let failure = report.stopped_by.unwrap();
    assert_eq!(
        report.failed,
        [(Arc::clone(&uploads(&listing)[0]), failure)]
    );
}

#[tokio::test]
async fn a_save_waits_for_the_network_and_fails_nothing() {
    let mut server = gated(30, 10);
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    saved_count(&mut backend, 10).await;
    server.stop();
    backend
        .until("offline", |event| {
            matches!(event, Event::ConnectionChanged(Connection::Offline { .. })).then_some(())
        })
        .await;
    server.gate.add_permits(100);
    server.listen();
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 30, "{:?}", report.failed);
}

#[tokio::test]
async fn signing_out_ends_a_save_and_leaves_only_what_is_complete() {
    let server = gated(20, 3);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    saved_count(&mut backend, 3).await;
    backend.send(Command::SignOut);
    signed_out(&mut backend).await;
    assert_eq!(names_in(&folder).len(), 3);
    // Nothing is told of a save whose account is gone: its number may be in use again.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let late = backend.passed(|event| matches!(event, Event::SaveFinished { .. }));
    assert_eq!(late, 0);
}

#[tokio::test]
async fn closing_the_window_in_the_middle_of_a_save_leaves_no_part() {
    let server = gated(20, 3);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    saved_count(&mut backend, 3).await;
    let asked_at = std::time::Instant::now();
    backend.close();
    assert!(asked_at.elapsed() < Duration::from_secs(40));
    assert_eq!(names_in(&folder).len(), 3);
}

#[tokio::test]
async fn a_file_that_changed_on_the_way_is_fetched_again() {
    let server = ScriptedServer::start(3);
    server.world().images[1].behaviour = Behaviour::Corrupted;
    let mut fetched = 0;
    server.world().before = Some(Box::new(move |world, path| {
        fetched += usize::from(path.contains("image00001"));
        if fetched == 2 {
            world.images[1].behaviour = Behaviour::Good;
        }
    }));
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    let report = backend.saved().await;
    assert_eq!(report.failed, []);
    let file = std::fs::read(&report.saved[1].1).unwrap();
    assert_eq!(file, server.world().images[1].bytes);
    assert_eq!(server.asked("/file-upload/image00001"), 2);
}

#[tokio::test]
async fn a_file_that_always_changes_on_the_way_is_not_saved() {
    let server = ScriptedServer::start(1);
    server.world().images[0].behaviour = Behaviour::Corrupted;
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, SaveSelection::Uploads(uploads(&listing)));
    let report = backend.saved().await;
    let failure = report.failed.first().map(|(_, failure)| failure.clone());
    assert_eq!(
        failure,
        Some(SaveFailure::Download(DownloadError::WrongDigest))
    );
    assert_eq!(names_in(&folder), [""; 0]);
}

#[tokio::test]
async fn what_is_written_beside_a_copy_links_to_where_others_find_the_server() {
    let server = ScriptedServer::start(1);
    server.world().site_url = Some("https://chat.example.org/team");
    let (mut backend, room, listing) = listed(&server).await;
    let folder = backend.path().join("saved");
    let order = Box::new(SaveOrder {
        room: Box::new(room),
        selection: SaveSelection::Uploads(uploads(&listing)),
        folder: folder.clone(),
        choices: SaveChoices {
            has_sidecars: true,
            has_credit: true,
            ..SaveChoices::default()
        },
    });
    backend.send(Command::StartSave { job: JOB, order });
    let report = backend.saved().await;
    assert_eq!(report.failed, []);
    let link = "https://chat.example.org/team/channel/general";
    for name in names_in(&folder) {
        let file = std::fs::read(folder.join(&name)).unwrap();
        assert!(String::from_utf8_lossy(&file).contains(link), "{name}");
    }
    assert_eq!(names_in(&folder).len(), 2);
}
