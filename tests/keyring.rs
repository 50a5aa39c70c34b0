//! Sessions in the real keyring daemon, on a message bus of the test's own.
//!
//! Environment variables belong to the whole process, so each test runs itself again as a
//! child whose environment names a private bus and a home of its own; the child starts,
//! stops and kills the daemon.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use salon::domain::{AuthToken, TokenKind};
use salon::storage::{
    KeyringError, KeyringStore, KeyringThread, KnownAccount, SessionStore as _, StoredSession,
};

#[path = "support/child_process.rs"]
mod child_process;
#[path = "support/demo.rs"]
mod demo;
#[path = "support/private_bus.rs"]
mod private_bus;

use child_process::{assert_passed, this_test};
use demo::Server;
use private_bus::{
    DEADLINE, Daemon, IS_CHILD, Keyring, entry_count, entry_text, in_home, on_private_bus,
    put_entry, wait_until,
};

fn account(user: &str) -> KnownAccount {
    KnownAccount {
        server: "https://chat.example.org/".to_owned(),
        user_id: user.to_owned(),
        username: format!("{user}.name"),
        last_room: None,
    }
}

fn session(token: &str) -> StoredSession {
    StoredSession {
        token: AuthToken::new(token.to_owned()),
        kind: TokenKind::PersonalAccess,
        username: "ana.name".to_owned(),
    }
}

#[test]
fn a_session_is_kept_in_one_entry_until_it_is_removed() {
    let test = "a_session_is_kept_in_one_entry_until_it_is_removed";
    on_private_bus(test, || {
        let _daemon = Daemon::start(Keyring::Unlocked);
        let (store, ana, bo) = (KeyringStore::default(), account("ana"), account("bo"));
        assert_eq!(store.load(&ana), Ok(None));
        store.keep(&ana, &session("old")).unwrap();
        store.keep(&ana, &session("t1")).unwrap();
        store.keep(&bo, &session("t2")).unwrap();
        assert_eq!(store.load(&ana), Ok(Some(session("t1"))));
        assert_eq!(store.load(&bo), Ok(Some(session("t2"))));
        assert_eq!(
            entry_text(&ana).as_deref(),
            Some(r#"{"version":1,"kind":"personal_access","username":"ana.name","token":"t1"}"#)
        );
        assert_eq!(entry_count(), 2);
        store.remove(&ana).unwrap();
        store.remove(&ana).unwrap();
        assert_eq!(store.load(&ana), Ok(None));
        assert_eq!(entry_text(&ana), None);
        assert_eq!(store.load(&bo), Ok(Some(session("t2"))));
    });
}

#[test]
fn a_second_process_finds_the_session() {
    const READER: &str = "SALON_TEST_READER";
    let test = "a_second_process_finds_the_session";
    if std::env::var_os(READER).is_some() {
        let found = KeyringStore::default().load(&account("ana"));
        assert_eq!(found, Ok(Some(session("t1"))));
        return;
    }
    on_private_bus(test, || {
        let _daemon = Daemon::start(Keyring::Unlocked);
        KeyringStore::default()
            .keep(&account("ana"), &session("t1"))
            .unwrap();
        assert_passed(&this_test(test).env(READER, "1").output().unwrap());
    });
}

#[test]
fn a_keyring_that_dies_is_missing_and_works_again_when_it_is_back() {
    let test = "a_keyring_that_dies_is_missing_and_works_again_when_it_is_back";
    on_private_bus(test, || {
        let daemon = Daemon::start(Keyring::Unlocked);
        let (store, ana) = (KeyringStore::default(), account("ana"));
        store.keep(&ana, &session("t1")).unwrap();
        drop(daemon);
        for _ in 0..2 {
            assert_missing(&store.load(&ana).unwrap_err());
            assert_missing(&store.keep(&ana, &session("t2")).unwrap_err());
            assert_missing(&store.remove(&ana).unwrap_err());
        }
        let daemon = Daemon::start(Keyring::Unlocked);
        assert_eq!(store.load(&ana), Ok(Some(session("t1"))));
        // Restarted between two calls: nobody needs to notice.
        drop(daemon);
        let _daemon = Daemon::start(Keyring::Unlocked);
        store.keep(&ana, &session("t3")).unwrap();
        assert_eq!(store.load(&ana), Ok(Some(session("t3"))));
        assert_eq!(entry_count(), 1);
    });
}

#[test]
fn a_keyring_that_was_never_there_is_missing_until_it_comes() {
    let test = "a_keyring_that_was_never_there_is_missing_until_it_comes";
    on_private_bus(test, || {
        let (store, ana) = (KeyringStore::default(), account("ana"));
        assert_missing(&store.load(&ana).unwrap_err());
        assert_missing(&store.keep(&ana, &session("t1")).unwrap_err());
        let _daemon = Daemon::start(Keyring::Unlocked);
        store.keep(&ana, &session("t1")).unwrap();
        assert_eq!(store.load(&ana), Ok(Some(session("t1"))));
    });
}

#[test]
fn without_a_message_bus_the_keyring_is_missing() {
    let home = tempfile::tempdir().unwrap();
    let test = "without_a_message_bus_the_keyring_is_missing";
    if std::env::var_os(IS_CHILD).is_some() {
        assert_missing(&KeyringStore::default().load(&account("ana")).unwrap_err());
        return;
    }
    for address in ["unix:path=/nowhere/bus", ""] {
        let output = in_home(this_test(test), home.path(), address).output();
        assert_passed(&output.unwrap());
    }
}

#[test]
fn a_locked_keyring_is_told_apart_and_loses_nothing() {
    let test = "a_locked_keyring_is_told_apart_and_loses_nothing";
    on_private_bus(test, || {
        let (store, ana) = (KeyringStore::default(), account("ana"));
        let daemon = Daemon::start(Keyring::Unlocked);
        store.keep(&ana, &session("t1")).unwrap();
        drop(daemon);
        let daemon = Daemon::start(Keyring::Locked);
        assert_eq!(store.load(&ana), Err(KeyringError::Locked));
        assert_eq!(store.keep(&ana, &session("t2")), Err(KeyringError::Locked));
        assert_eq!(
            store.keep(&account("bo"), &session("t3")),
            Err(KeyringError::Locked)
        );
        assert_eq!(store.remove(&ana), Err(KeyringError::Locked));
        drop(daemon);
        let _daemon = Daemon::start(Keyring::Unlocked);
        assert_eq!(store.load(&ana), Ok(Some(session("t1"))));
    });
}

#[test]
fn a_keyring_that_does_not_answer_is_slow_in_time_and_what_was_asked_is_done_later() {
    let test = "a_keyring_that_does_not_answer_is_slow_in_time_and_what_was_asked_is_done_later";
    on_private_bus(test, || {
        let daemon = Daemon::start(Keyring::Unlocked);
        let thread = KeyringThread::start(Arc::new(KeyringStore::default()));
        let (ana, bo) = (account("ana"), account("bo"));
        thread.keep(&bo, &session("t2"), DEADLINE).unwrap();
        daemon.signal("STOP");
        let timeout = Duration::from_millis(200);
        let started = Instant::now();
        assert_eq!(
            thread.keep(&ana, &session("t1"), timeout),
            Err(KeyringError::Slow)
        );
        assert_eq!(thread.load(&bo, timeout), Err(KeyringError::Slow));
        assert_eq!(thread.remove(&bo, timeout), Err(KeyringError::Slow));
        assert!(started.elapsed() < DEADLINE, "{:?}", started.elapsed());
        daemon.signal("CONT");
        wait_until("what was asked for is done", || {
            thread.load(&ana, DEADLINE) == Ok(Some(session("t1")))
                && thread.load(&bo, DEADLINE) == Ok(None)
        });
    });
}

#[test]
fn an_entry_that_cannot_be_read_is_replaced_only_by_a_new_session() {
    let test = "an_entry_that_cannot_be_read_is_replaced_only_by_a_new_session";
    on_private_bus(test, || {
        let _daemon = Daemon::start(Keyring::Unlocked);
        let (store, ana) = (KeyringStore::default(), account("ana"));
        for text in [r#"{"version":2,"sealed":"s3cret"}"#, "s3cret"] {
            put_entry(&ana, text, &[]);
            let Err(KeyringError::Unreadable(cause)) = store.load(&ana) else {
                panic!("{text} was understood");
            };
            assert!(!cause.contains("s3cret"), "{cause}");
            assert_eq!(entry_text(&ana).as_deref(), Some(text));
        }
        store.keep(&ana, &session("t1")).unwrap();
        assert_eq!(store.load(&ana), Ok(Some(session("t1"))));
        assert_eq!(entry_count(), 1);
    });
}

#[test]
fn two_entries_for_one_account_become_one() {
    let test = "two_entries_for_one_account_become_one";
    on_private_bus(test, || {
        let _daemon = Daemon::start(Keyring::Unlocked);
        let (store, ana) = (KeyringStore::default(), account("ana"));
        for again in ["t1", "t2"] {
            store.remove(&ana).unwrap();
            store.keep(&ana, &session("t0")).unwrap();
            put_entry(&ana, "another", &["made-by", "somebody"]);
            assert_eq!(entry_count(), 2);
            let unreadable = store.load(&ana);
            assert!(
                matches!(unreadable, Err(KeyringError::Unreadable(_))),
                "{unreadable:?}"
            );
            store.keep(&ana, &session(again)).unwrap();
            assert_eq!(store.load(&ana), Ok(Some(session(again))));
            assert_eq!(entry_count(), 1);
        }
        put_entry(&ana, "another", &["made-by", "somebody"]);
        store.remove(&ana).unwrap();
        assert_eq!(entry_count(), 0);
    });
}

fn assert_missing(error: &KeyringError) {
    assert!(matches!(error, KeyringError::Missing(_)), "{error:?}");
}

#[test]
fn the_command_line_signs_in_with_what_the_window_kept() {
    use salon::demo_server::{DemoOptions, LibraryChoice};
    use salon::storage::{Dirs, Settings, keep_settings};

    on_private_bus(
        "the_command_line_signs_in_with_what_the_window_kept",
        || {
            let _daemon = Daemon::start(Keyring::Unlocked);
            let options = DemoOptions {
                library: LibraryChoice::Small,
                ..DemoOptions::default()
            };
            let server = Server::start(options);
            let (user_id, token) = server.demo.admin().mint_session("ana").unwrap();
            let ana = KnownAccount {
                server: server.demo.base_url(),
                user_id,
                username: "ana".to_owned(),
                last_room: None,
            };
            let machine = tempfile::tempdir().unwrap();
            let settings = Settings {
                accounts: vec![ana.clone()],
                ..Settings::default()
            };
            keep_settings(&Dirs::under(machine.path()), &settings).unwrap();
            KeyringStore::default()
                .keep(&ana, &session(&token))
                .unwrap();
            let rooms = || {
                std::process::Command::new(env!("CARGO_BIN_EXE_salon"))
                    .args(["rooms", "--user", "ana", "--data-dir"])
                    .arg(machine.path())
                    .env_remove("SALON_TOKEN")
                    .output()
                    .unwrap()
            };
            let listed = rooms();
            assert!(listed.status.success(), "{listed:?}");
            assert!(String::from_utf8_lossy(&listed.stdout).contains("general"));
            KeyringStore::default().remove(&ana).unwrap();
            let refused = rooms();
            assert_eq!(refused.status.code(), Some(3), "{refused:?}");
        },
    );
}
