//! Stepping through the viewer with a key held down: the whole app without a screen, against a
//! server on this machine.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use salon::app::{AppConfig, Start};
use salon::backend::BackendConfig;
use salon::domain::UploadId;
use salon::rocketchat::Http;
use salon::storage::{Dirs, MemoryStore, SessionStore, load_settings};
use tempfile::TempDir;

use super::app::App;
use super::support::log_in_request;
use super::support::scripted_server::{PASSWORD, ScriptedServer};

/// As a keyboard repeats a key.
const REPEAT: Duration = Duration::from_millis(33);

/// As a screen is drawn.
const FRAME: Duration = Duration::from_millis(16);

const HELD_FOR: Duration = Duration::from_secs(2);

/// A machine on which each image of a server's room was looked at once, and so is on the disk.
pub(crate) struct SeenRoom {
    server: ScriptedServer,
    home: TempDir,
    store: Arc<dyn SessionStore>,
    n_images: usize,
    window: [f32; 2],
    n_asked: usize,
}

impl SeenRoom {
    /// Looks at all images of the server, which has so many, in a window of this size.
    pub(crate) fn of(server: ScriptedServer, n_images: usize, window: [f32; 2]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let store: Arc<dyn SessionStore> = Arc::<MemoryStore>::default();
        let mut app = start(home.path(), &store, Some(&server), window);
        open_viewer(&mut app, n_images);
        look_at_all(&mut app, n_images);
        drop(app);
        let n_asked = server.asked("/file-upload/");
        Self {
            server,
            home,
            store,
            n_images,
            window,
            n_asked,
        }
    }

    /// Starts Salon anew: nothing is in memory.
    pub(crate) fn start(&self) -> App {
        start(self.home.path(), &self.store, None, self.window)
    }

    /// How many images an arrow that is held down shows in a second, from the disk.
    pub(crate) fn held_arrow(&self) -> f64 {
        let mut app = self.start();
        open_viewer(&mut app, self.n_images);
        until_shown(&mut app, 0);
        assert!(
            n_there(&app, self.n_images) < 10,
            "they are there before they are looked at"
        );
        let shown = images_a_second(&mut app);
        self.assert_from_disk();
        shown
    }

    pub(crate) fn assert_from_disk(&self) {
        let n_asked = self.server.asked("/file-upload/");
        assert_eq!(n_asked, self.n_asked, "it was not from the disk");
    }
}

/// Salon in a window of this size; with a server it signs in there, and without one it goes on
/// as the person who was signed in last.
fn start(
    home: &Path,
    store: &Arc<dyn SessionStore>,
    server: Option<&ScriptedServer>,
    size: [f32; 2],
) -> App {
    let dirs = Dirs::under(home);
    let (settings, trouble) = load_settings(&dirs);
    let mut backend = BackendConfig::new(dirs, Arc::clone(store), Http::new().unwrap());
    backend.follows_system_theme = false;
    let config = AppConfig {
        settings,
        default_folder: home.join("pictures"),
        backend,
        log_in: server.map(|server| log_in_request("ana", &server.url(), PASSWORD, None)),
        offered_server: None,
        trouble,
    };
    let harness = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .allow_missing_glyphs()
        .build_eframe(|creation| Start::new(config).unwrap().open(&creation.egui_ctx));
    App { harness }
}

/// Until the room with so many images is listed.
pub(crate) fn until_listed(app: &mut App, n_images: usize) {
    app.until("the room is listed", |state| {
        let gallery = state.gallery.as_ref();
        gallery.is_some_and(|gallery| gallery.listing.known_count() == n_images)
    });
    app.key(Modifiers::NONE, Key::Home);
}

/// Opens the first image of a room that has so many.
fn open_viewer(app: &mut App, n_images: usize) {
    until_listed(app, n_images);
    app.key(Modifiers::NONE, Key::Enter);
    app.until("the viewer is open", |state| {
        let gallery = state.gallery.as_ref();
        gallery.is_some_and(|gallery| gallery.is_viewer_open && gallery.focus() == 0)
    });
}

/// Once through all images, so that they are on the disk.
fn look_at_all(app: &mut App, n_images: usize) {
    for position in 0..n_images {
        if position > 0 {
            app.key(Modifiers::NONE, Key::ArrowRight);
        }
        until_shown(app, position);
    }
}

fn is_shown(app: &App, id: &UploadId) -> bool {
    app.harness.state().textures().largest_full(id).is_some()
}

/// How many of the images are there, made of their originals.
fn n_there(app: &App, n_images: usize) -> usize {
    let gallery = app.gallery();
    let uploads = (0..n_images).filter_map(|position| gallery.upload_at(position));
    uploads.filter(|upload| is_shown(app, &upload.id)).count()
}

fn until_shown(app: &mut App, position: usize) {
    let began = Instant::now();
    loop {
        app.harness.step();
        let focused = app.gallery().focused();
        let is_there = app.gallery().focus() == position
            && focused.is_some_and(|upload| is_shown(app, &upload.id));
        if is_there {
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "image {position} never comes"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// How many different images were on the screen in a second of a held arrow, made of their
/// originals.
fn images_a_second(app: &mut App) -> f64 {
    let mut seen = HashSet::new();
    let began = Instant::now();
    let mut repeated_at = began;
    let mut is_repeat = false;
    while began.elapsed() < HELD_FOR {
        let frame_began = Instant::now();
        if repeated_at.elapsed() >= REPEAT || !is_repeat {
            repeated_at = frame_began;
            app.harness.event(egui::Event::Key {
                key: Key::ArrowRight,
                physical_key: None,
                pressed: true,
                repeat: is_repeat,
                modifiers: Modifiers::NONE,
            });
            is_repeat = true;
        }
        // Keys change what the next frame draws.
        let drawn = app.gallery().focused().map(|upload| upload.id.clone());
        app.harness.step();
        seen.extend(drawn.filter(|id| is_shown(app, id)));
        std::thread::sleep(FRAME.saturating_sub(frame_began.elapsed()));
    }
    seen.len() as f64 / began.elapsed().as_secs_f64()
}
