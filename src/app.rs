//! The window: drains events, draws, performs effects. The only place that knows eframe.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::{TryRecvError, TrySendError};

use crate::backend::{self, BackendConfig, BackendHandle};
use crate::domain::LogInRequest;
use crate::protocol::{Command, Settings, UiEnd, Waker, channel};
use crate::state::{Action, AppState, Effect};
use crate::ui::{RootView, TextureStore, theme};

/// Leaves most of a 16 ms frame for drawing.
const DRAIN_BUDGET: Duration = Duration::from_millis(4);

/// How long the window may stay empty for what is read from this machine: that takes some 50 ms
/// at the most, and a keyring that is locked takes a person's time.
const FIRST_FRAME_WAITS: Duration = Duration::from_millis(150);

/// A moment that nobody notices.
const SOON: Duration = Duration::from_millis(60);

/// What the window starts with.
pub struct AppConfig {
    /// What was remembered.
    pub settings: Settings,
    /// Where pictures go when nothing else is known.
    pub default_folder: PathBuf,
    /// Everything the backend needs.
    pub backend: BackendConfig,
    /// Sign in with this at once: the embedded demo.
    pub log_in: Option<LogInRequest>,
    /// Begin with this server instead of the last session.
    pub offered_server: Option<String>,
    /// What went wrong before there was a window, such as damaged settings.
    pub trouble: Option<crate::protocol::StorageError>,
}

/// A Salon that works already and has no window yet: making one takes longer than reading what
/// was remembered.
pub struct Start {
    state: AppState,
    ring: UiEnd,
    backend: BackendHandle,
    window: Arc<OnceLock<egui::Context>>,
    offered_server: Option<String>,
    log_in: Option<LogInRequest>,
    trouble: Option<crate::protocol::StorageError>,
}

/// Salon's window.
pub struct SalonApp {
    state: AppState,
    root: RootView,
    textures: TextureStore,
    ring: UiEnd,
    window_size: Option<egui::Vec2>,
    /// The clipboard takes texts while a frame is made.
    text_to_copy: Option<String>,
    /// Dropped last: it waits for the backend to end.
    backend: Option<BackendHandle>,
}

impl Start {
    /// Starts the backend, and asks it for the last session.
    ///
    /// # Errors
    /// When the thread of the backend cannot be started.
    pub fn new(config: AppConfig) -> std::io::Result<Self> {
        let window = Arc::new(OnceLock::<egui::Context>::new());
        let waking = Arc::clone(&window);
        let waker = Waker::new(move |within| {
            // A window that is still to be made takes everything in with its first frame.
            if let Some(ctx) = waking.get() {
                ctx.request_repaint_after_for(within, egui::ViewportId::ROOT);
            }
        });
        let (ring, backend_end) = channel(waker);
        let backend = BackendConfig {
            thumbnail_cache_capacity: config.settings.thumbnail_cache,
            ..config.backend
        };
        let backend = backend::start(backend, backend_end)?;
        let (state, effects) = AppState::new(config.settings, config.default_folder);
        for effect in effects {
            if let Effect::Send(command) = effect {
                send(&ring, command);
            }
        }
        Ok(Self {
            state,
            ring,
            backend,
            window,
            offered_server: config.offered_server,
            log_in: config.log_in,
            trouble: config.trouble,
        })
    }

    /// Prepares the first frame of this window.
    pub fn open(self, ctx: &egui::Context) -> SalonApp {
        theme::set_options(ctx);
        theme::add_fonts(ctx);
        // The only one who sets it.
        self.window.set(ctx.clone()).ok();
        let mut app = SalonApp {
            state: self.state,
            root: RootView::default(),
            textures: TextureStore::new(ctx.clone()),
            ring: self.ring,
            window_size: None,
            text_to_copy: None,
            backend: Some(self.backend),
        };
        if let Some(server) = self.offered_server {
            let effects = app.state.offer_server(&server);
            app.perform(effects);
        }
        if let Some(request) = self.log_in {
            let effects = app.state.log_in_with(request);
            app.perform(effects);
        }
        if let Some(error) = self.trouble {
            let event = crate::protocol::Event::StorageTrouble(error);
            let effects = app.state.on_event(event);
            app.perform(effects);
        }
        app.root.apply_theme(ctx, &app.state);
        app.wait_for_the_last_room();
        app
    }
}

impl SalonApp {
    /// Waits a moment for what is known on this machine, so that the first frame shows it and
    /// nothing flashes by.
    fn wait_for_the_last_room(&mut self) {
        let begun = Instant::now();
        while self.state.is_restoring() && begun.elapsed() < FIRST_FRAME_WAITS {
            match self.ring.events.try_recv() {
                Ok(event) => {
                    let effects = self.state.on_event(event);
                    self.perform(effects);
                }
                Err(TryRecvError::Empty) => std::thread::sleep(Duration::from_millis(1)),
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }

    /// What the window shows; for tests.
    pub const fn state(&self) -> &AppState {
        &self.state
    }

    /// The pictures that the window has; for tests.
    pub const fn textures(&self) -> &TextureStore {
        &self.textures
    }

    /// Takes in what the backend found, for at most [`DRAIN_BUDGET`], and puts on the GPU what
    /// one frame has time for.
    fn drain_events(&mut self, ctx: &egui::Context) {
        // Arm before draining: an event sent meanwhile must wake us again.
        self.ring.waker.arm();
        let begun = Instant::now();
        // What is not taken in waits in the ring, and with it those who make more.
        while !self.textures.is_queue_full()
            && begun.elapsed() <= DRAIN_BUDGET
            && let Ok(event) = self.ring.events.try_recv()
        {
            let effects = self.state.on_event(event);
            self.perform(effects);
        }
        self.textures.upload_queued();
        if self.textures.has_queued() || !self.ring.events.is_empty() {
            ctx.request_repaint_of(egui::ViewportId::ROOT);
        }
    }

    /// Whether anybody looks at the window is known also while it is hidden and not drawn: then
    /// a save that ends is told by the desktop.
    fn follow_focus(&mut self, ctx: &egui::Context) {
        let has_focus =
            ctx.input(|input| input.raw.focused && input.viewport().visible() != Some(false));
        if has_focus == self.state.has_focus() {
            return;
        }
        let action = if has_focus {
            Action::FocusGained(Instant::now())
        } else {
            Action::FocusLost
        };
        self.act(vec![action]);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => send(&self.ring, command),
                Effect::Want(wanted) => {
                    self.ring.wanted.send_replace(wanted);
                }
                Effect::StoreTexture { request, image } => self.textures.queue(request, image),
                Effect::PictureMissing(request) => self.textures.mark_missing(request),
                Effect::CopyText(text) => self.text_to_copy = Some(text),
                Effect::DropTextures => self.textures.clear(),
            }
        }
    }

    fn act(&mut self, actions: Vec<Action>) {
        for action in actions {
            let action = match action {
                Action::ChangeSaveFolder(folder) => Action::ChangeSaveFolder(without_tilde(folder)),
                action => action,
            };
            let effects = self.state.on_action(action);
            self.perform(effects);
        }
    }
}

impl eframe::App for SalonApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.follow_focus(ctx);
        self.drain_events(ctx);
        self.root.apply_theme(ctx, &self.state);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        tracing::trace!(causes = ?ui.ctx().repaint_causes(), "a frame");
        let is_maximized = ui.input(|input| input.viewport().maximized.unwrap_or(false));
        if !is_maximized {
            self.window_size = Some(ui.ctx().content_rect().size());
        }
        let actions = self.root.ui(ui, &self.state, &self.textures);
        self.act(actions);
        if let Some(text) = self.text_to_copy.take() {
            ui.copy_text(text);
        }
        self.ring.waker.expect(self.root.awaited());
        if !self.root.awaited().is_empty() && !self.ring.events.is_empty() {
            // It came while this frame was made, when nobody awaited it.
            ui.ctx().request_repaint_after(SOON);
        }
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.root.ground().to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if let Some(size) = self.window_size {
            self.act(vec![Action::RememberWindowSize([size.x, size.y])]);
        }
        // Nobody looks at what is still found; the backend must not wait for room to report it.
        self.ring.events.close();
        // Ends the backend, which writes the settings first.
        self.backend.take();
    }
}

fn send(ring: &UiEnd, command: Command) {
    match ring.commands.try_send(command) {
        Ok(()) => {}
        Err(TrySendError::Full(command)) => {
            tracing::error!("the backend hangs, lost {command:?}");
        }
        Err(TrySendError::Closed(command)) => {
            tracing::error!("the backend is gone, lost {command:?}");
        }
    }
}

/// What a person means by `~/Pictures`.
fn without_tilde(typed: PathBuf) -> PathBuf {
    match (typed.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(below), Ok(home)) => home.join(below),
        _ => typed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder_only_where_it_stands_alone_in_front() {
        let home = etcetera::home_dir().unwrap();
        assert_eq!(
            without_tilde(PathBuf::from("~/Pictures")),
            home.join("Pictures")
        );
        assert_eq!(without_tilde(PathBuf::from("~")), home.join(""));
        assert_eq!(
            without_tilde(PathBuf::from("/a/~/b")),
            PathBuf::from("/a/~/b")
        );
        assert_eq!(
            without_tilde(PathBuf::from("~ana/b")),
            PathBuf::from("~ana/b")
        );
    }
}
