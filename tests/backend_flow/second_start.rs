//! A machine that knows an account already: what it knows is there before the server answers.

use std::time::Duration;

use crate::support::scripted_server::{Image, ScriptedServer};
use crate::support::{TestBackend, wish};
use crate::*;
use salon::domain::{Room, UploadId};
use salon::protocol::{
    Command, Connection, DownloadError, Event, Generation, KeyringStatus, Listing, SessionInfo,
    StorageError,
};

/// A backend that has read all of a room, and is closed.
async fn visited(server: &ScriptedServer) -> TestBackend {
    let (mut backend, room, mut listing) = listed(server).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    let is_named = |event: &Event| matches!(event, Event::PeopleResolved(_)).then_some(());
    if backend.passed(|event| is_named(event).is_some()) == 0 {
        backend.until("names", is_named).await;
    }
    backend.close();
    backend
}

/// The next run on the same machine.
pub(crate) fn again(first: TestBackend, server: &ScriptedServer) -> TestBackend {
    let TestBackend { folder, store, .. } = first;
    let next = TestBackend::with(folder, store);
    next.send(Command::ResumeSession {
        account: account(server),
        generation: Generation(1),
    });
    next
}

pub(crate) async fn restored(backend: &mut TestBackend) -> (SessionInfo, Vec<Room>, Vec<String>) {
    backend
        .until("what is known", |event| match event {
            Event::SessionRestored {
                session,
                rooms,
                people,
                ..
            } => {
                let names = people.iter().map(|one| one.display_name().to_owned());
                Some(((**session).clone(), rooms.clone(), names.collect()))
            }
            Event::SessionStarted { .. } => panic!("the server was asked first"),
            _ => None,
        })
        .await
}

async fn restored_listing(backend: &mut TestBackend, room: &Room) -> Listing {
    backend.send(Command::RestoreListing {
        room: room.id.clone(),
    });
    next_restored(backend).await
}

async fn next_restored(backend: &mut TestBackend) -> Listing {
    backend
        .until("a listing", |event| match event {
            Event::ListingRestored { listing, .. } => Some((**listing).clone()),
            _ => None,
        })
        .await
}

/// Told already, perhaps: what is kept here and that the server is away come in any order.
async fn offline(backend: &mut TestBackend) {
    let is_told =
        |event: &Event| matches!(event, Event::ConnectionChanged(Connection::Offline { .. }));
    if backend.passed(is_told) == 0 {
        let told = |event: &Event| is_told(event).then_some(());
        backend.until("offline", told).await;
    }
}

async fn confirmed(backend: &mut TestBackend) -> SessionInfo {
    backend
        .until("the server's word", |event| match event {
            Event::SessionConfirmed { session } => Some((**session).clone()),
            _ => None,
        })
        .await
}

fn ids(server: &ScriptedServer) -> Vec<UploadId> {
    let world = server.world();
    let ids = world.images.iter().map(|image| image.id.as_str());
    ids.map(UploadId::from).collect()
}

fn known(listing: &Listing) -> Vec<UploadId> {
    uploads(listing).iter().map(|one| one.id.clone()).collect()
}

#[tokio::test]
async fn all_that_was_seen_is_there_while_the_server_is_away() {
    let mut server = ScriptedServer::start(1_000);
    let first = visited(&server).await;
    server.stop();
    let mut backend = again(first, &server);
    let (session, rooms, people) = restored(&mut backend).await;
    assert_eq!(session.me.username.as_deref(), Some("ana"));
    assert_eq!(session.server_name.as_deref(), Some("Scripted"));
    assert_eq!(session.keyring, KeyringStatus::Kept);
    assert!(people.contains(&"Paula Poster".to_owned()), "{people:?}");
    let newest = restored_listing(&mut backend, &rooms[0]).await;
    assert_eq!(newest.len(), 1_000);
    assert_eq!(known(&newest), ids(&server)[..300]);
    let whole = next_restored(&mut backend).await;
    assert_eq!(known(&whole), ids(&server));
    let uploader = uploads(&whole)[999].uploader.clone().unwrap();
    assert_eq!(uploader.display_name(), "Paula Poster");
    offline(&mut backend).await;
}

#[tokio::test]
async fn a_server_that_never_answers_holds_nothing_up() {
    let server = ScriptedServer::start(150);
    let first = visited(&server).await;
    // Takes connections and is silent.
    server.world().before = Some(Box::new(|_, _| std::thread::sleep(Duration::from_mins(1))));
    let mut backend = again(first, &server);
    let (_, rooms, _) = restored(&mut backend).await;
    let listing = restored_listing(&mut backend, &rooms[0]).await;
    assert_eq!(listing.known_count(), 150);
    let answers = backend.passed(|event| matches!(event, Event::SessionConfirmed { .. }));
    assert_eq!(answers, 0);
}

#[tokio::test]
async fn a_server_that_comes_back_is_asked_for_all_and_what_changed_is_right() {
    let mut server = ScriptedServer::start(450);
    let first = visited(&server).await;
    server.stop();
    {
        let mut world = server.world();
        world.images.remove(200);
        for index in 0..3 {
            let mut posted = Image::new(10_000 + index);
            posted.millis = 1_700_000_060_000 + i64::try_from(index).unwrap();
            world.images.insert(0, posted);
        }
    }
    let mut backend = again(first, &server);
    let (_, rooms, _) = restored(&mut backend).await;
    let mut listing = restored_listing(&mut backend, &rooms[0]).await;
    listing.fill_from(next_restored(&mut backend).await);
    assert_eq!(listing.known_count(), 450);
    offline(&mut backend).await;
    server.listen();
    let session = confirmed(&mut backend).await;
    assert_eq!(session.me.username.as_deref(), Some("ana"));
    assert_eq!(backend.rooms().await.len(), 1);
    while !listing.is_complete() {
        backend.page(&rooms[0], &mut listing).await;
    }
    assert_eq!(known(&listing), ids(&server));
    backend.close();
    server.stop();
    let mut third = again(backend, &server);
    restored(&mut third).await;
    restored_listing(&mut third, &rooms[0]).await;
    let whole = next_restored(&mut third).await;
    assert_eq!(known(&whole), ids(&server));
}

#[tokio::test]
async fn a_restored_session_whose_token_died_asks_to_sign_in_over_what_is_shown() {
    let server = ScriptedServer::start(2);
    let first = visited(&server).await;
    server.world().token = None;
    let mut backend = again(first, &server);
    restored(&mut backend).await;
    let generation = backend
        .until("the end of the session", |event| match event {
            Event::SessionExpired { generation } => Some(*generation),
            _ => None,
        })
        .await;
    assert_eq!(generation, Generation(1));
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    assert_eq!(backend.rooms().await.len(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_that_is_known_is_shown() {
    let server = ScriptedServer::start(2);
    let first = visited(&server).await;
    first.store.remove(&account(&server)).unwrap();
    let mut backend = again(first, &server);
    backend
        .until("the form", |event| match event {
            Event::NoStoredSession { .. } => Some(()),
            Event::SessionRestored { .. } => panic!("shown without a token"),
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn names_that_are_known_are_not_asked_for_again() {
    let server = ScriptedServer::start(20);
    let first = visited(&server).await;
    let mut backend = again(first, &server);
    let (_, rooms, _) = restored(&mut backend).await;
    confirmed(&mut backend).await;
    backend.first_page(&rooms[0]).await;
    // Whatever the page led to has been asked for when another question is answered.
    assert_eq!(backend.rooms().await.len(), 1);
    assert_eq!(server.asked("users.presence"), 1);
}

#[tokio::test]
async fn a_library_that_is_damaged_costs_a_notice_and_the_first_start_again() {
    let server = ScriptedServer::start(20);
    let first = visited(&server).await;
    let files = walk(&first.path().join("data"));
    let file = files.iter().find(|path| path.ends_with("library.sqlite"));
    std::fs::write(file.unwrap(), vec![0x5a; 100_000]).unwrap();
    let mut backend = again(first, &server);
    let mut told = None;
    backend
        .until("a session", |event| {
            if let Event::StorageTrouble(error) = event {
                told = Some(error.clone());
            }
            matches!(event, Event::SessionStarted { .. }).then_some(())
        })
        .await;
    assert!(
        matches!(told, Some(StorageError::LibraryDamaged { .. })),
        "{told:?}"
    );
    assert_eq!(backend.rooms().await.len(), 1);
}

#[tokio::test]
async fn a_save_that_needs_the_server_waits_for_it() {
    let mut server = ScriptedServer::start(3);
    let first = visited(&server).await;
    server.stop();
    let mut backend = again(first, &server);
    let (_, rooms, _) = restored(&mut backend).await;
    let listing = restored_listing(&mut backend, &rooms[0]).await;
    offline(&mut backend).await;
    save(
        &backend,
        &rooms[0],
        SaveSelection::Uploads(uploads(&listing)),
    );
    backend.want_images(vec![wish(&uploads(&listing)[0], TILE)]);
    server.listen();
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 3, "{:?}", report.failed);
    let failed = backend.passed(|event| {
        matches!(
            event,
            Event::ImageFailed {
                error: ImageFailure::Download(DownloadError::Client(_)),
                ..
            }
        )
    });
    assert_eq!(failed, 0);
}
