//! Signing in and out, the keyring, and what belongs to this machine.

use std::sync::Arc;
use std::time::Duration;

use salon::protocol::{
    ClientError, Command, Event, FolderChoice, Generation, KeyringError, KeyringStatus,
    KnownAccount, LogInRefusal, OpenTarget,
};
use salon::storage::{DemoStore, SessionStore, StoredSession};

use crate::support::scripted_server::{CODE, PASSWORD, ScriptedServer};
use crate::support::{TestBackend, wish};
use crate::*;

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
            Event::KeyringChanged { status, .. } => Some(status.clone()),
            _ => None,
        })
        .await;
    assert_eq!(status, KeyringStatus::Kept);
    let rooms = backend.rooms().await;
    assert_eq!(rooms.len(), 1);
}

#[tokio::test]
async fn the_demo_never_says_that_its_session_is_kept() {
    let server = ScriptedServer::start(1);
    let store = Arc::<DemoStore>::default();
    let mut backend = TestBackend::with(tempfile::tempdir().unwrap(), store);
    backend.log_in(&server.url(), PASSWORD, None);
    let info = backend.session_started().await;
    assert_eq!(info.keyring, KeyringStatus::NotMeantToBe);
    let status = backend
        .until("the keyring", |event| match event {
            Event::KeyringChanged { status, .. } => Some(status.clone()),
            _ => None,
        })
        .await;
    assert_eq!(status, KeyringStatus::NotMeantToBe);
}

#[tokio::test]
async fn signing_out_forgets_everything() {
    let server = ScriptedServer::start(2);
    let (mut backend, _, listing) = listed(&server).await;
    backend.want_images(vec![wish(&uploads(&listing)[0], TILE)]);
    decoded(&mut backend).await;
    backend.send(Command::SignOut);
    assert_eq!(signed_out(&mut backend).await, None);
    assert_eq!(server.world().token, None);
    let account = account(&server);
    assert_eq!(backend.store.load(&account).unwrap(), None);
    let mut left: Vec<_> = walk(&backend.path().join("cache"));
    left.extend(walk(&backend.path().join("data")));
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

#[tokio::test]
async fn a_personal_access_token_survives_signing_out() {
    let server = ScriptedServer::start(1);
    let mut backend = TestBackend::start();
    backend.log_in_with_token(&server.url(), "pat");
    backend.session_started().await;
    backend.send(Command::SignOut);
    signed_out(&mut backend).await;
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
            Event::KeyringChanged { status, .. } => Some(status.clone()),
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
    // Nothing is known that could be shown.
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();
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
    next.send(Command::SignOut);
    assert_eq!(signed_out(&mut next).await, None);
    assert_eq!(next.store.load(&account(&server)).unwrap(), None);
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
async fn signing_out_needs_no_server() {
    let mut server = ScriptedServer::start(1);
    let (mut backend, _) = signed_in(&server).await;
    server.stop();
    backend.send(Command::SignOut);
    assert_eq!(signed_out(&mut backend).await, None);
    assert_eq!(backend.store.load(&account(&server)).unwrap(), None);
}
