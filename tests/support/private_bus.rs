//! A message bus of the test's own, and a gnome-keyring daemon on it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use salon::storage::KnownAccount;

use crate::child_process::{assert_passed, this_test};

/// Set in the child of a test.
pub(crate) const IS_CHILD: &str = "SALON_TEST_ON_PRIVATE_BUS";

/// Only a hung daemon takes so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Runs `test`, which calls this again in a child whose environment names a private bus
/// without any services; there `body` runs.
pub(crate) fn on_private_bus(test: &str, body: impl FnOnce()) {
    on_private_bus_within(DEADLINE * 4, test, body);
}

/// The same for a test that takes longer.
pub(crate) fn on_private_bus_within(limit: Duration, test: &str, body: impl FnOnce()) {
    if std::env::var_os(IS_CHILD).is_some() {
        end_if_hung(limit);
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

/// Calls to the keyring have no time limit of their own. Without the child the bus ends, and
/// with the bus the daemon.
fn end_if_hung(limit: Duration) {
    let watch = std::thread::Builder::new().name("watchdog".to_owned());
    let watching = watch.spawn(move || {
        std::thread::sleep(limit);
        std::process::abort();
    });
    drop(watching.unwrap());
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

pub(crate) fn in_home(mut command: Command, home: &Path, bus_address: &str) -> Command {
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

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyring {
    Unlocked,
    Locked,
}

/// A running gnome-keyring-daemon that answers on the private bus.
pub(crate) struct Daemon(Started);

impl Daemon {
    pub(crate) fn start(keyring: Keyring) -> Self {
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

    pub(crate) fn signal(&self, signal: &str) {
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

pub(crate) fn entry_text(account: &KnownAccount) -> Option<String> {
    let output = secret_tool(&["lookup", "service", "Salon", "username", &account.key()]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).unwrap())
}

pub(crate) fn entry_count() -> usize {
    let output = secret_tool(&["search", "--all", "service", "Salon"]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| line.starts_with("[/")).count()
}

pub(crate) fn put_entry(account: &KnownAccount, text: &str, more_attributes: &[&str]) {
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

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "still waiting until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
