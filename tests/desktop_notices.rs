//! What the desktop hears of Salon, on a message bus of the test's own with a desktop that the
//! test plays itself.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use salon::backend::{BackendConfig, BackendHandle, FolderDialog, start};
use salon::protocol::{Command, Event, FolderChoice, UiEnd, Waker, channel};
use salon::rocketchat::Http;
use salon::storage::{Dirs, MemoryStore};
use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator};
use zbus::zvariant::OwnedValue;

#[path = "support/child_process.rs"]
mod child_process;
#[path = "support/private_bus.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod private_bus;

use private_bus::{DEADLINE, on_private_bus};

/// More than any test shows.
const CAPACITY: usize = 256;

/// A backend without a window.
struct Salon {
    ui: UiEnd,
    handle: BackendHandle,
    _home: TempDir,
}

impl Salon {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (ui, end) = channel(Waker::new(|_within| {}));
        let dirs = Dirs::under(home.path());
        let store = Arc::<MemoryStore>::default();
        let mut config = BackendConfig::new(dirs, store, Http::new().unwrap());
        config.follows_system_theme = false;
        config.folder_dialog = FolderDialog::Always(FolderChoice::Cancelled);
        Self {
            ui,
            handle: start(config, end).unwrap(),
            _home: home,
        }
    }

    fn send(&self, command: Command) {
        self.ui.commands.blocking_send(command).unwrap();
    }

    fn notify(&self, title: &str, text: &str) {
        self.send(Command::NotifyDesktop {
            title: title.to_owned(),
            text: text.to_owned(),
        });
    }
}

/// A notification as the desktop got it.
#[derive(Debug)]
struct Shown {
    app: String,
    icon: String,
    title: String,
    text: String,
    hints: HashMap<String, OwnedValue>,
    /// What it replaces, what can be done about it, how long it stays.
    rest: (u32, Vec<String>, i32),
}

/// Shows nothing, and tells the test.
struct Desktop {
    capabilities: &'static [&'static str],
    shown: SyncSender<Shown>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    fn get_capabilities(&self) -> Vec<&str> {
        self.capabilities.to_vec()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the desktops' interface has them"
    )]
    fn notify(
        &self,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expire_timeout: i32,
    ) -> u32 {
        let shown = Shown {
            app: app_name,
            icon: app_icon,
            title: summary,
            text: body,
            hints,
            rest: (replaces_id, actions, expire_timeout),
        };
        self.shown.send(shown).unwrap();
        1
    }
}

fn desktop(capabilities: &'static [&'static str]) -> (Connection, Receiver<Shown>) {
    let (shown, seen) = sync_channel(CAPACITY);
    let desktop = Desktop {
        capabilities,
        shown,
    };
    let bus = Builder::session()
        .unwrap()
        .serve_at("/org/freedesktop/Notifications", desktop)
        .unwrap()
        .name("org.freedesktop.Notifications")
        .unwrap()
        .build();
    (bus.unwrap(), seen)
}

#[test]
fn a_notification_is_from_salon_makes_no_sound_and_no_markup_of_a_name() {
    let test = "a_notification_is_from_salon_makes_no_sound_and_no_markup_of_a_name";
    on_private_bus(test, || {
        let (_bus, seen) = desktop(&["body", "body-markup", "body-images"]);
        let salon = Salon::start();
        salon.notify("3 images saved", "<img src='x'> & co");
        let shown = seen.recv_timeout(DEADLINE).expect("a notification");
        assert_eq!(shown.app, "Salon");
        assert_eq!(shown.icon, "salon");
        assert_eq!(shown.title, "3 images saved");
        assert_eq!(shown.text, "&lt;img src='x'&gt; &amp; co");
        assert_eq!(shown.rest, (0, Vec::new(), -1));
        let hint = |name: &str| &shown.hints[name];
        assert!(bool::try_from(hint("suppress-sound")).unwrap());
        let entry: &str = hint("desktop-entry").try_into().unwrap();
        assert_eq!(entry, "salon");
    });
}

#[test]
fn a_desktop_that_reads_no_markup_gets_none() {
    let test = "a_desktop_that_reads_no_markup_gets_none";
    on_private_bus(test, || {
        let (_bus, seen) = desktop(&["body"]);
        let salon = Salon::start();
        salon.notify("3 images saved", "a <b> & c");
        let shown = seen.recv_timeout(DEADLINE).expect("a notification");
        assert_eq!(shown.text, "a <b> & c");
    });
}

#[test]
fn without_a_desktop_everything_goes_on() {
    let test = "without_a_desktop_everything_goes_on";
    on_private_bus(test, || {
        let mut salon = Salon::start();
        salon.notify("3 images saved", "support");
        salon.send(Command::ShowTaskbarProgress(Some(0.5)));
        salon.send(Command::PickFolder { start: None });
        let event = salon.ui.events.blocking_recv();
        assert!(matches!(event, Some(Event::FolderPicked(_))), "{event:?}");
    });
}

/// The taskbar's end of the bus: a share for each signal, none where it is hidden.
fn taskbar() -> Receiver<Option<f64>> {
    let bus = Connection::session().unwrap();
    let rule = zbus::MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .interface("com.canonical.Unity.LauncherEntry")
        .unwrap()
        .member("Update")
        .unwrap()
        .build();
    let signals = MessageIterator::for_match_rule(rule, &bus, Some(CAPACITY)).unwrap();
    let (told, seen) = sync_channel(CAPACITY);
    let follow = move || {
        for signal in signals {
            let signal = signal.unwrap();
            let body = signal.body();
            let (application, properties): (String, HashMap<String, OwnedValue>) =
                body.deserialize().unwrap();
            assert_eq!(application, "application://salon.desktop");
            let is_visible = bool::try_from(&properties["progress-visible"]).unwrap();
            let share = f64::try_from(&properties["progress"]).unwrap();
            if told.send(is_visible.then_some(share)).is_err() {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("taskbar".to_owned());
    drop(thread.spawn(follow).unwrap());
    seen
}

#[test]
fn the_taskbar_hears_of_progress_and_of_its_end() {
    let test = "the_taskbar_hears_of_progress_and_of_its_end";
    on_private_bus(test, || {
        let told = taskbar();
        let salon = Salon::start();
        salon.send(Command::ShowTaskbarProgress(Some(0.25)));
        assert_eq!(told.recv_timeout(DEADLINE), Ok(Some(0.25)));
        salon.send(Command::ShowTaskbarProgress(None));
        assert_eq!(told.recv_timeout(DEADLINE), Ok(None));
    });
}

#[test]
fn the_taskbar_hears_the_latest_of_many_and_of_the_end_of_the_program() {
    let test = "the_taskbar_hears_the_latest_of_many_and_of_the_end_of_the_program";
    on_private_bus(test, || {
        let told = taskbar();
        let salon = Salon::start();
        for step in 1..=64_u8 {
            let share = f32::from(step) / 64.0;
            salon.send(Command::ShowTaskbarProgress(Some(share)));
        }
        let mut n_signals = 0;
        while told.recv_timeout(DEADLINE).expect("more progress") != Some(1.0) {
            n_signals += 1;
        }
        assert!(n_signals < 16, "{n_signals}");
        drop(salon.handle);
        assert_eq!(told.recv_timeout(Duration::from_secs(30)), Ok(None));
    });
}
