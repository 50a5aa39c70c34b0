//! The whole app without a screen: the real window's code, backend and settings against a
//! demo server over real HTTP.

mod demo;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::app::{AppConfig, SalonApp, Start};
use salon::backend::{BackendConfig, FolderDialog};
use salon::protocol::FolderChoice;
use salon::rocketchat::Http;
use salon::state::{AppState, Gallery};
use salon::storage::{Dirs, SessionStore, load_settings};

pub(crate) use demo::Server;

/// More than a minute of the server's limiter; only a hang takes longer.
const DEADLINE: Duration = Duration::from_mins(5);

/// Salon, running without a screen.
pub(crate) struct App {
    pub(crate) harness: Harness<'static, SalonApp>,
}

impl App {
    /// Starts with what is remembered below `home`; saving asks for a folder in the window.
    pub(crate) fn start(home: &Path, store: Arc<dyn SessionStore>) -> Self {
        let dirs = Dirs::under(home);
        let (settings, trouble) = load_settings(&dirs);
        let mut backend = BackendConfig::new(dirs, store, Http::new().unwrap());
        backend.folder_dialog = FolderDialog::Always(FolderChoice::NoDialog);
        backend.follows_system_theme = false;
        let config = AppConfig {
            settings,
            default_folder: home.join("pictures"),
            backend,
            log_in: None,
            offered_server: None,
            trouble,
        };
        let harness = Harness::builder()
            .with_size([1180.0, 760.0])
            .allow_missing_glyphs()
            .build_eframe(|creation| Start::new(config).unwrap().open(&creation.egui_ctx));
        Self { harness }
    }

    pub(crate) fn state(&self) -> &AppState {
        self.harness.state().state()
    }

    pub(crate) fn gallery(&self) -> &Gallery {
        self.state().gallery.as_ref().expect("a room is open")
    }

    /// Draws frames until it is so.
    pub(crate) fn until(&mut self, what: &str, mut is_so: impl FnMut(&AppState) -> bool) {
        let began = Instant::now();
        loop {
            self.harness.step();
            if is_so(self.state()) {
                return;
            }
            let shown = || {
                let labels = self.harness.root().children_recursive();
                let labels = labels.filter_map(|node| node.accesskit_node().label());
                labels.collect::<Vec<_>>().join(" | ")
            };
            assert!(
                began.elapsed() < DEADLINE,
                "still waiting until {what}: {}",
                shown()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types into the field with this label.
    pub(crate) fn type_into(&mut self, label: &str, text: &str) {
        let is_field = |role| matches!(role, Role::TextInput | Role::PasswordInput);
        let field = self
            .harness
            .get_by(|node| is_field(node.role()) && node.label().as_deref() == Some(label));
        field.focus();
        self.harness.step();
        let field = self
            .harness
            .get_by(|node| is_field(node.role()) && node.label().as_deref() == Some(label));
        field.type_text(text);
        self.harness.step();
        self.harness.step();
    }

    pub(crate) fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.step();
        self.harness.step();
    }

    pub(crate) fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    /// Types the address of the server, and who signs in there as accounts of the demo do.
    pub(crate) fn sign_in(&mut self, server: &Server, user: &str) {
        self.type_into("Server", &server.demo.base_url());
        self.until("the server answered", |state| {
            state.sign_in.server().is_some()
        });
        self.type_into("User name or e-mail", user);
        self.type_into("Password", &format!("{user}-demo"));
        self.key(Modifiers::NONE, Key::Enter);
    }

    /// Ctrl+K, a name, Enter.
    pub(crate) fn open_room(&mut self, name: &str) {
        self.key(Modifiers::COMMAND, Key::K);
        self.harness.event(egui::Event::Text(name.to_owned()));
        self.harness.step();
        self.harness.step();
        self.key(Modifiers::NONE, Key::Enter);
        let wanted = name.to_owned();
        self.until("the room is open", |state| {
            state
                .gallery
                .as_ref()
                .is_some_and(|gallery| gallery.room.title == wanted)
        });
        self.until("its first images are listed", |state| {
            let gallery = state.gallery.as_ref();
            gallery.is_some_and(|gallery| gallery.listing.known_count() > 0)
        });
    }
}

impl App {
    /// Draws frames until something on the screen has an accessible name that begins so.
    pub(crate) fn until_label(&mut self, what: &str, start: &str) {
        let began = Instant::now();
        while !self.harness_has_label_starting_with(start) {
            assert!(began.elapsed() < DEADLINE, "still waiting until {what}");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether something on the screen has an accessible name that begins so.
    pub(crate) fn harness_has_label_starting_with(&self, start: &str) -> bool {
        let nodes = self.harness.root().children_recursive();
        nodes
            .filter_map(|node| node.accesskit_node().label())
            .any(|label| label.starts_with(start))
    }
}
