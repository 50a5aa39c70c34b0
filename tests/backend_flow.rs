//! Commands in, events out, against a server on this machine.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where it fails"
)]

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use salon::domain::{ListingWindow, PageIndex, Room, Upload};
use salon::protocol::{
    ClientError, Command, Connection, DownloadError, Event, FolderChoice, Generation, ImageFailure,
    ImageSize, KeyringError, KeyringStatus, KnownAccount, Listing, LogInRefusal, OpenTarget,
    SaveFailure, SaveSelection,
};
use salon::storage::{SessionStore, StorageError, StoredSession};

use support::scripted_server::{Behaviour, CODE, Image, PASSWORD, ScriptedServer, png};
use support::{JOB, TestBackend, names_in, wish};

const TILE: ImageSize = ImageSize::Thumbnail { edge_px: 168 };

async fn signed_in(server: &ScriptedServer) -> (TestBackend, Room) {
    let mut backend = TestBackend::start();
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    let rooms = backend.rooms().await;
    (backend, rooms.into_iter().next().unwrap())
}

async fn listed(server: &ScriptedServer) -> (TestBackend, Room, Listing) {
    let (mut backend, room) = signed_in(server).await;
    let listing = backend.first_page(&room).await;
    (backend, room, listing)
}

fn uploads(listing: &Listing) -> Vec<Arc<Upload>> {
    listing.known().cloned().collect()
}

fn whole_room(room: &Room, listing: &Listing) -> SaveSelection {
    SaveSelection::WholeRoom {
        room: room.clone(),
        listing: Box::new(listing.clone()),
        except: HashSet::new(),
    }
}

fn save(backend: &TestBackend, selection: SaveSelection) -> std::path::PathBuf {
    let folder = backend.path().join("saved");
    backend.send(Command::StartSave {
        job: JOB,
        selection,
        folder: folder.clone(),
    });
    folder
}

async fn decoded(backend: &mut TestBackend) {
    backend
        .until("a picture", |event| match event {
            Event::ImageDecoded { .. } => Some(()),
            Event::ImageFailed { error, .. } => panic!("{error:?}"),
            _ => None,
        })
        .await;
}

async fn failure(backend: &mut TestBackend) -> ImageFailure {
    backend
        .until("a failure", |event| match event {
            Event::ImageFailed { error, .. } => Some(error.clone()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_code_is_asked_for_and_then_the_session_starts_and_is_kept() {
    let server = ScriptedServer::start(3);
    server.world().needs_code = true;
    let mut backend = TestBackend::start();
    backend.log_in(&server.url(), PASSWORD, None);
    let error = backend
        .until("a refusal", |event| match event {
            Event::LogInFailed { error, .. } => Some(error.clone()),
            _ => None,
        })
        .await;
    assert!(matches!(
        error,
        ClientError::LogIn(LogInRefusal::TwoFactorRequired(_))
    ));
    backend.log_in(&server.url(), PASSWORD, Some(CODE));
    let info = backend.session_started().await;
    assert_eq!(info.keyring, KeyringStatus::Waiting);
    assert_eq!(info.server_name.as_deref(), Some("Scripted"));
    let status = backend
        .until("the keyring", |event| match event {
            Event::KeyringChanged(status) => Some(status.clone()),
            _ => None,
        })
        .await;
    assert_eq!(status, KeyringStatus::Kept);
    let rooms = backend.rooms().await;
    assert_eq!(rooms.len(), 1);
}

#[tokio::test]
async fn every_image_of_a_long_room_is_listed_once() {
    let server = ScriptedServer::start(1243);
    let (mut backend, room, mut listing) = listed(&server).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    assert_eq!(listing.known_count(), 1243);
    assert_eq!(server.asked("rooms.images"), 13);
}

#[tokio::test]
async fn the_budget_is_never_overrun_and_waiting_for_it_is_announced() {
    let server = ScriptedServer::start(600);
    server.world().limiter = Some((3, Duration::from_secs(2)));
    let (mut backend, room, mut listing) = listed(&server).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    assert_eq!(listing.known_count(), 600);
    assert_eq!(server.world().refusals, 0);
    let waits = backend.passed(|event| {
        matches!(
            event,
            Event::ConnectionChanged(Connection::RateLimited { .. })
        )
    });
    assert!(waits >= 1, "{waits}");
    assert_eq!(server.asked("rooms.images"), 6);
}

#[tokio::test]
async fn uploaders_are_named_once() {
    let server = ScriptedServer::start(150);
    let (mut backend, room, mut listing) = listed(&server).await;
    // The names may come before or after the page.
    let named = |event: &Event| match event {
        Event::PeopleResolved(people) => people[0].name.clone(),
        _ => None,
    };
    let name = match backend.passed.iter().find_map(named) {
        Some(name) => name,
        None => backend.until("names", named).await,
    };
    assert_eq!(name, "Paula Poster");
    backend.page(&room, &mut listing).await;
    backend.passed.clear();
    assert_eq!(server.asked("users.presence"), 1);
}

#[tokio::test]
async fn a_server_fault_while_listing_is_retried_and_a_lasting_one_is_told() {
    let server = ScriptedServer::start(3);
    let (mut backend, room) = signed_in(&server).await;
    server.world().listing_failures = vec![500, 500];
    let listing = backend.first_page(&room).await;
    assert_eq!(listing.known_count(), 3);
    server.world().listing_failures = vec![500; 50];
    backend.want_windows(&room, &listing, vec![ListingWindow::Page(PageIndex(0))]);
    let error = backend
        .until("a failure", |event| match event {
            Event::PageLoaded { result, .. } => result.clone().err(),
            _ => None,
        })
        .await;
    assert_eq!(error, ClientError::ServerFault { status: 500 });
}

#[tokio::test]
async fn a_lost_network_is_announced_and_work_goes_on_by_itself() {
    let mut server = ScriptedServer::start(250);
    let (mut backend, room, mut listing) = listed(&server).await;
    server.stop();
    backend.want_windows(&room, &listing, listing.all_missing_windows());
    let connection = |event: &Event| match event {
        Event::ConnectionChanged(connection) => Some(*connection),
        _ => None,
    };
    let now = backend.until("offline", connection).await;
    assert!(matches!(now, Connection::Offline { .. }), "{now:?}");
    server.listen();
    let now = backend.until("online", connection).await;
    assert_eq!(now, Connection::Online);
    for _ in 0..2 {
        let (window, anchor, page) = backend.page_loaded().await;
        listing.merge(window, anchor.as_ref(), page);
    }
    assert_eq!(listing.known_count(), 250);
}

#[tokio::test]
async fn each_file_is_fetched_once_however_many_sizes_are_wanted() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    backend.want_images(vec![
        wish(upload, TILE),
        wish(upload, ImageSize::Full { max_edge_px: 4096 }),
        wish(upload, ImageSize::Metadata),
    ]);
    decoded(&mut backend).await;
    decoded(&mut backend).await;
    let mut metadata = backend.passed(|event| matches!(event, Event::MetadataRead { .. }));
    while metadata < 2 {
        backend
            .until("metadata", |event| {
                matches!(event, Event::MetadataRead { .. }).then_some(())
            })
            .await;
        metadata += 1;
    }
    assert_eq!(server.asked("/file-upload/"), 1);
}

#[tokio::test]
async fn the_disk_cache_serves_the_next_run() {
    let server = ScriptedServer::start(2);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = Arc::clone(&uploads(&listing)[0]);
    backend.want_images(vec![wish(&upload, TILE)]);
    decoded(&mut backend).await;
    backend.close();
    let TestBackend { folder, store, .. } = backend;
    let account = account(&server);
    let mut next = TestBackend::with(folder, store);
    next.send(Command::ResumeSession {
        account,
        generation: Generation(1),
    });
    let info = next.session_started().await;
    assert_eq!(info.keyring, KeyringStatus::Kept);
    next.want_images(vec![wish(&upload, TILE)]);
    decoded(&mut next).await;
    assert_eq!(server.asked("/file-upload/"), 1);
}

#[tokio::test]
async fn the_servers_thumbnail_is_used_when_it_is_large_enough() {
    let server = ScriptedServer::start(2);
    for (index, edge) in [(0, 480), (1, 100)] {
        let mut world = server.world();
        world.images[index].edges = (4000, 3000);
        let mut thumb = Image::new(index);
        thumb.id = format!("thumb{index}");
        thumb.original = Some(world.images[index].id.clone());
        thumb.bytes = png(edge, edge * 3 / 4, index);
        thumb.edges = (edge, edge * 3 / 4);
        world.thumbs.push(thumb);
    }
    let (mut backend, _, listing) = listed(&server).await;
    let wishes = uploads(&listing)
        .iter()
        .map(|one| wish(one, TILE))
        .collect();
    backend.want_images(wishes);
    decoded(&mut backend).await;
    decoded(&mut backend).await;
    assert_eq!(server.asked("/file-upload/thumb0"), 1);
    assert_eq!(server.asked("/file-upload/image00000"), 0);
    assert_eq!(server.asked("/file-upload/thumb1"), 0);
    assert_eq!(server.asked("/file-upload/image00001"), 1);
    assert_eq!(server.asked("channels.files"), 1);
}

#[tokio::test]
async fn each_way_in_which_bytes_fail_is_told_apart() {
    let server = ScriptedServer::start(5);
    let behaviours = [
        Behaviour::Forbidden,
        Behaviour::Missing,
        Behaviour::Html,
        Behaviour::CutShort,
        Behaviour::Garbage,
    ];
    for (image, behaviour) in server.world().images.iter_mut().zip(behaviours) {
        image.behaviour = behaviour;
    }
    let (mut backend, _, listing) = listed(&server).await;
    for (upload, behaviour) in uploads(&listing).iter().zip(behaviours) {
        backend.want_images(vec![wish(upload, TILE)]);
        let failure = failure(&mut backend).await;
        let is_right = match behaviour {
            Behaviour::Forbidden => failure == ImageFailure::Download(DownloadError::Forbidden),
            Behaviour::Missing => failure == ImageFailure::Download(DownloadError::Deleted),
            Behaviour::Html => failure == ImageFailure::Download(DownloadError::HtmlInsteadOfImage),
            Behaviour::CutShort => matches!(
                failure,
                ImageFailure::Download(DownloadError::WrongLength { .. })
            ),
            Behaviour::Garbage => matches!(failure, ImageFailure::Decode(_)),
            Behaviour::Good => false,
        };
        assert!(is_right, "{behaviour:?}: {failure:?}");
    }
}

#[tokio::test]
async fn work_for_images_that_left_the_screen_is_dropped() {
    let mut server = ScriptedServer::start(60);
    server.gate = Arc::new(tokio::sync::Semaphore::new(0));
    server.stop();
    server.listen();
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    backend.want_images(uploads[..40].iter().map(|one| wish(one, TILE)).collect());
    while server.asked("/file-upload/") < 6 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    backend.want_images(vec![wish(&uploads[50], TILE)]);
    while server.asked("image00050") < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.gate.add_permits(100);
    decoded(&mut backend).await;
    backend.want_images(Vec::new());
    // One that waited for its turn may just have got it.
    let asked = server.asked("/file-upload/");
    assert!(asked <= 10, "{asked}");
    let others = backend.passed(|event| matches!(event, Event::ImageDecoded { .. }));
    assert_eq!(others, 0);
}

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
    let folder = save(&backend, whole_room(&room, &listing));
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
    let (mut backend, _, listing) = listed(&server).await;
    save(&backend, SaveSelection::Uploads(uploads(&listing)));
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
        world.images[4].behaviour = Behaviour::Garbage;
    }
    let (mut backend, _, listing) = listed(&server).await;
    let folder = save(&backend, SaveSelection::Uploads(uploads(&listing)));
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
    save(&backend, whole_room(&room, &listing));
    assert_eq!(backend.saved().await.saved.len(), 5);
    let folder = save(&backend, whole_room(&room, &listing));
    let report = backend.saved().await;
    assert_eq!(report.already_there.len(), 5);
    assert_eq!(names_in(&folder).len(), 5);
}

#[tokio::test]
async fn a_cancelled_save_leaves_only_what_is_complete() {
    let mut server = ScriptedServer::start(40);
    server.gate = Arc::new(tokio::sync::Semaphore::new(5));
    server.stop();
    server.listen();
    let (mut backend, _, listing) = listed(&server).await;
    let folder = save(&backend, SaveSelection::Uploads(uploads(&listing)));
    backend
        .until("five files", |event| match event {
            Event::SaveAdvanced { progress, .. } => (progress.saved_count == 5).then_some(()),
            _ => None,
        })
        .await;
    backend.send(Command::CancelSave(JOB));
    let report = backend.saved().await;
    assert!(report.is_cancelled);
    assert_eq!(report.saved.len(), 5);
    let names = names_in(&folder);
    assert_eq!(names.len(), 5, "{names:?}");
}

#[tokio::test]
async fn a_folder_that_goes_ends_the_save_and_not_the_program() {
    let mut server = ScriptedServer::start(40);
    server.gate = Arc::new(tokio::sync::Semaphore::new(5));
    server.stop();
    server.listen();
    let (mut backend, _, listing) = listed(&server).await;
    let folder = save(&backend, SaveSelection::Uploads(uploads(&listing)));
    backend
        .until("five files", |event| match event {
            Event::SaveAdvanced { progress, .. } => (progress.saved_count == 5).then_some(()),
            _ => None,
        })
        .await;
    std::fs::remove_dir_all(&folder).unwrap();
    server.gate.add_permits(100);
    let report = backend.saved().await;
    assert!(
        matches!(
            report.stopped_by,
            Some(SaveFailure::Storage(StorageError::FolderGone { .. }))
        ),
        "{:?}",
        report.stopped_by
    );
    assert_eq!(backend.rooms().await.len(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    backend.send(Command::StartSave {
        job: JOB,
        selection: SaveSelection::Uploads(uploads(&listing)),
        folder: "/proc/nowhere".into(),
    });
    let report = backend.saved().await;
    assert!(report.stopped_by.is_some());
}

#[tokio::test]
async fn signing_out_forgets_everything() {
    let server = ScriptedServer::start(2);
    let (mut backend, _, listing) = listed(&server).await;
    backend.want_images(vec![wish(&uploads(&listing)[0], TILE)]);
    decoded(&mut backend).await;
    backend.send(Command::SignOut);
    let keyring = backend
        .until("the end", |event| match event {
            Event::SignedOut { keyring } => Some(keyring.clone()),
            _ => None,
        })
        .await;
    assert_eq!(keyring, None);
    assert_eq!(server.world().token, None);
    let account = account(&server);
    assert_eq!(backend.store.load(&account).unwrap(), None);
    let left: Vec<_> = walk(&backend.path().join("cache"));
    assert!(left.is_empty(), "{left:?}");
    backend.send(Command::ResumeSession {
        account,
        generation: Generation(2),
    });
    backend
        .until("nothing stored", |event| {
            matches!(event, Event::NoStoredSession { keyring: None, .. }).then_some(())
        })
        .await;
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
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

#[tokio::test]
async fn a_personal_access_token_survives_signing_out() {
    let server = ScriptedServer::start(1);
    let mut backend = TestBackend::start();
    backend.log_in_with_token(&server.url(), "pat");
    backend.session_started().await;
    backend.send(Command::SignOut);
    backend
        .until("the end", |event| {
            matches!(event, Event::SignedOut { .. }).then_some(())
        })
        .await;
    assert_eq!(server.asked("logout"), 0);
}

#[tokio::test]
async fn only_the_newest_question_about_a_server_is_answered() {
    let server = ScriptedServer::start(0);
    let mut backend = TestBackend::start();
    for typed in ["1", "12", "127"] {
        backend.send(Command::ProbeServer {
            server: salon::domain::ServerUrl::parse_base(&server.url()).unwrap(),
            typed: typed.to_owned(),
        });
    }
    let (typed, result) = backend
        .until("an answer", |event| match event {
            Event::ServerProbed { typed, result } => Some((typed.clone(), result.clone())),
            _ => None,
        })
        .await;
    assert_eq!(typed, "127");
    assert_eq!(result.unwrap().name.as_deref(), Some("Scripted"));
    assert_eq!(server.asked("/api/info"), 1);
}

#[tokio::test]
async fn settings_that_wait_are_written_at_the_end() {
    let mut backend = TestBackend::start();
    let settings = salon::storage::Settings {
        tile_edge_points: 99.0,
        ..Default::default()
    };
    backend.send(Command::KeepSettings(Box::new(settings)));
    backend.close();
    let dirs = salon::storage::Dirs::under(backend.path());
    let (read, trouble) = salon::storage::load_settings(&dirs);
    assert_eq!(trouble, None);
    assert!((read.tile_edge_points - 99.0).abs() < f32::EPSILON);
}

#[tokio::test]
async fn a_save_waits_for_the_network_and_fails_nothing() {
    let mut server = ScriptedServer::start(30);
    server.gate = Arc::new(tokio::sync::Semaphore::new(10));
    server.stop();
    server.listen();
    let (mut backend, _, listing) = listed(&server).await;
    save(&backend, SaveSelection::Uploads(uploads(&listing)));
    backend
        .until("ten files", |event| match event {
            Event::SaveAdvanced { progress, .. } => (progress.saved_count == 10).then_some(()),
            _ => None,
        })
        .await;
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

/// A keyring that waits for a password nobody types.
#[derive(Default)]
struct StuckStore;

impl StuckStore {
    fn wait<T>() -> Result<T, KeyringError> {
        std::thread::sleep(Duration::from_secs(3));
        Err(KeyringError::Locked)
    }
}

impl SessionStore for StuckStore {
    fn load(&self, _: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
        Self::wait()
    }

    fn keep(&self, _: &KnownAccount, _: &StoredSession) -> Result<(), KeyringError> {
        Self::wait()
    }

    fn remove(&self, _: &KnownAccount) -> Result<(), KeyringError> {
        Self::wait()
    }
}

#[tokio::test]
async fn a_keyring_that_waits_holds_nothing_up() {
    let server = ScriptedServer::start(1);
    let folder = tempfile::tempdir().unwrap();
    let mut backend = TestBackend::with(folder, Arc::new(StuckStore));
    backend.send(Command::ResumeSession {
        account: account(&server),
        generation: Generation(1),
    });
    let slow = backend
        .until("the keyring", |event| match event {
            Event::NoStoredSession { keyring, .. } => Some(keyring.clone()),
            _ => None,
        })
        .await;
    assert_eq!(slow, Some(KeyringError::Slow));
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    assert_eq!(backend.rooms().await.len(), 1);
    let status = backend
        .until("the keyring", |event| match event {
            Event::KeyringChanged(status) => Some(status.clone()),
            _ => None,
        })
        .await;
    assert_eq!(status, KeyringStatus::NotKept(KeyringError::Slow));
}

#[tokio::test]
async fn a_server_that_is_away_at_the_start_is_asked_again_without_the_keyring() {
    let mut server = ScriptedServer::start(1);
    let (mut backend, _) = signed_in(&server).await;
    backend.close();
    let TestBackend { folder, store, .. } = backend;
    server.stop();
    let mut next = TestBackend::with(folder, Arc::clone(&store));
    let resume = || Command::ResumeSession {
        account: account(&server),
        generation: Generation(1),
    };
    next.send(resume());
    next.until("a failure", |event| match event {
        Event::LogInFailed { error, .. } => Some(error.clone()),
        _ => None,
    })
    .await;
    store.remove(&account(&server)).unwrap();
    let again = resume();
    server.listen();
    next.send(again);
    next.session_started().await;
}

#[tokio::test]
async fn a_stored_token_that_died_is_told_as_such() {
    let server = ScriptedServer::start(1);
    let (mut backend, _) = signed_in(&server).await;
    backend.close();
    let TestBackend { folder, store, .. } = backend;
    server.world().token = None;
    let mut next = TestBackend::with(folder, store);
    next.send(Command::ResumeSession {
        account: account(&server),
        generation: Generation(7),
    });
    let generation = next
        .until("the end of the session", |event| match event {
            Event::SessionExpired { generation } => Some(*generation),
            _ => None,
        })
        .await;
    assert_eq!(generation, Generation(7));
}

#[tokio::test]
async fn folders_are_picked_and_opened_off_the_window() {
    let mut backend = TestBackend::start();
    backend.send(Command::PickFolder { start: None });
    backend
        .until("a folder", |event| {
            matches!(event, Event::FolderPicked(FolderChoice::Picked(_))).then_some(())
        })
        .await;
    let target = OpenTarget::Folder(backend.path().join("gone"));
    backend.send(Command::Open(target.clone()));
    let failed = backend
        .until("a failure", |event| match event {
            Event::OpenFailed(target) => Some(target.clone()),
            _ => None,
        })
        .await;
    assert_eq!(failed, target);
}

#[tokio::test]
async fn clearing_the_cache_tells_how_much_it_was() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    backend.want_images(vec![wish(&uploads(&listing)[0], TILE)]);
    decoded(&mut backend).await;
    backend.send(Command::ClearCache);
    let freed = backend
        .until("the end", |event| match event {
            Event::CacheCleared { freed } => Some(freed.0),
            _ => None,
        })
        .await;
    assert_eq!(freed, server.world().images[0].bytes.len() as u64);
}

fn account(server: &ScriptedServer) -> KnownAccount {
    KnownAccount {
        server: server.url(),
        user_id: "me".to_owned(),
        username: "ana".to_owned(),
        last_room: None,
    }
}
