//! Sessions in the real keyring daemon, on a message bus of the test's own.
//!
//! Environment variables belong to the whole process, so each test runs itself again as a
//! child whose environment names a private bus and a home of its own; the child starts,
//! stops and kills the daemon.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use salon::domain::{AuthToken, TokenKind};
use salon::storage::{
    KeyringError, KeyringStore, KeyringThread, KnownAccount, SessionStore as _, StoredSession,
};

/// Set in the child of a test.
const IS_CHILD: &str = "SALON_TEST_ON_PRIVATE_BUS";

/// Only a hung daemon takes so long.
const DEADLINE: Duration = Duration::from_secs(30);

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
        assert!(started.elapsed() < DEADLINE / 3, "{:?}", started.elapsed());
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

/// Runs `test`, which calls this again in a child whose environment names a private bus
/// without any services; there `body` runs.
fn on_private_bus(test: &str, body: impl FnOnce()) {
    if std::env::var_os(IS_CHILD).is_some() {
        return body();
    }
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("bus.conf");
    let address = format!("unix:path={}", home.path().join("bus").display());
    fs::write(&config, BUS_CONFIG.replace("ADDRESS", &address)).unwrap();
    let mut bus = Started(
        Command::new("dbus-daemon")
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon (package dbus-daemon) is needed"),
    );
    let mut line = String::new();
    let stdout = bus.0.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert!(
        line.starts_with("unix:"),
        "dbus-daemon did not start: {line}"
    );
    assert_passed(
        &in_home(this_test(test), home.path(), &address)
            .output()
            .unwrap(),
    );
}

/// No service directories: the bus must not start a daemon or a password prompt by itself.
const BUS_CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>ADDRESS</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

fn this_test(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]);
    command
}

fn in_home(mut command: Command, home: &Path, bus_address: &str) -> Command {
    let runtime = home.join("run");
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&runtime)
        .unwrap();
    command
        .env(IS_CHILD, "1")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", runtime)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("DBUS_SESSION_BUS_ADDRESS", bus_address)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL");
    command
}

fn assert_passed(output: &Output) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "in the child: {text}"
    );
}

/// A process that ends with this value.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        // An error means that it has ended already.
        if self.0.kill().is_ok() {
            self.0.wait().unwrap();
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Keyring {
    Unlocked,
    Locked,
}

/// A running gnome-keyring-daemon that answers on the private bus.
struct Daemon(Started);

impl Daemon {
    fn start(keyring: Keyring) -> Self {
        wait_until("the last daemon has left the bus", || !has_service());
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if keyring == Keyring::Unlocked {
            command.arg("--unlock");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon (package gnome-keyring) is needed");
        child.stdin.take().unwrap().write_all(b"test").unwrap();
        let daemon = Self(Started(child));
        wait_until("the keyring daemon answers", has_service);
        daemon
    }

    fn signal(&self, signal: &str) {
        let pid = self.0.0.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &pid])
            .status();
        assert!(sent.unwrap().success());
    }
}

/// `secret-tool` says nothing about an entry that is not there, but complains about a
/// service that is not.
fn has_service() -> bool {
    let output = secret_tool(&["lookup", "nothing", "like-this"]);
    output.stderr.is_empty()
}

fn secret_tool(args: &[&str]) -> Output {
    Command::new("secret-tool")
        .args(args)
        .output()
        .expect("secret-tool (package libsecret-tools) is needed")
}

fn entry_text(account: &KnownAccount) -> Option<String> {
    let output = secret_tool(&["lookup", "service", "Salon", "username", &account.key()]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).unwrap())
}

fn entry_count() -> usize {
    let output = secret_tool(&["search", "--all", "service", "Salon"]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| line.starts_with("[/")).count()
}

fn put_entry(account: &KnownAccount, text: &str, more_attributes: &[&str]) {
    let mut child = Command::new("secret-tool")
        .args(["store", "--label", "test", "service", "Salon"])
        .args(["username", &account.key()])
        .args(more_attributes)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "still waiting until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
