//! The window with its state, without a backend: what the views say, and the pictures that come.

use egui_kittest::Harness;
use salon::domain::PixelSize;
use salon::protocol::{
    ClientError, Command, DecodedImage, Event, ImageRequest, ImageSize, ImageSubject, LogInRefusal,
    ServerIdentity, WantedImage,
};
use salon::state::{Action, AppState, Effect};
use salon::ui::{RootView, Texture, TextureStore, theme};

use super::scenes::{server, upload};

/// The window with its state, without a backend.
pub(super) struct Shell {
    /// The state.
    pub(super) state: AppState,
    /// Everything the views said, but for what is on screen.
    pub(super) actions: Vec<Action>,
    /// Everything the backend was told.
    pub(super) sent: Vec<Command>,
    /// The pictures that the last change of the screen lacked.
    pub(super) missing: Vec<WantedImage>,
    /// How large the pictures are that come: a few pixels stand for as many as were asked for.
    pub(super) picture_px: PixelSize,
    /// Red, green, blue and opacity of them.
    pub(super) picture_byte: u8,
    root: RootView,
    textures: Option<TextureStore>,
}

impl Shell {
    /// Whether such an action came.
    pub(super) fn has(&self, is_it: impl Fn(&Action) -> bool) -> bool {
        self.actions.iter().any(is_it)
    }

    /// The server refuses a log-in.
    pub(super) fn refuse(&mut self, refusal: LogInRefusal) {
        let (user, password) = ("ana".to_owned(), "x".to_owned().into());
        self.state
            .on_action(Action::SubmitPassword { user, password });
        let generation = self.state.generation;
        let error = ClientError::LogIn(refusal);
        self.state
            .on_event(Event::LogInFailed { generation, error });
    }

    /// The server at this address is Rocket.Chat.
    pub(super) fn answer_probe(&mut self, typed: &str) {
        let result = Ok(ServerIdentity {
            base: server(),
            version: "8.8".to_owned(),
            name: Some("Acme".to_owned()),
            is_form_log_in_hidden: false,
            user_hint: None,
        });
        let typed = typed.to_owned();
        self.state.on_event(Event::ServerProbed { typed, result });
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let textures = self
            .textures
            .get_or_insert_with(|| TextureStore::new(ui.ctx().clone()));
        for action in self.root.ui(ui, &self.state, textures) {
            if let Action::Show(shown) = &action {
                self.missing.clone_from(&shown.missing);
            } else {
                self.actions.push(action.clone());
            }
            let effects = self.state.on_action(action);
            self.sent.extend(effects.into_iter().filter_map(command));
        }
    }

    /// The picture of an image, the largest that is here.
    pub(super) fn texture(&self, n: usize) -> Option<Texture> {
        self.textures.as_ref()?.any_size(&upload(n).id)
    }

    /// The backend answers what is missing, as far as it is this; how many that were. Tiles never
    /// come: what they would show is seen in the picture of the whole.
    pub(super) fn answer(&mut self, is_it: impl Fn(&WantedImage) -> bool) -> usize {
        let is_tile = |wanted: &WantedImage| matches!(wanted.request.size, ImageSize::Tile(_));
        let (answered, missing) = std::mem::take(&mut self.missing)
            .into_iter()
            .partition::<Vec<_>, _>(|wanted| !is_tile(wanted) && is_it(wanted));
        self.missing = missing;
        for wanted in &answered {
            self.decode(wanted);
        }
        answered.len()
    }

    /// The backend answers all that is missing, with as many pixels as it would: how many
    /// pictures that were.
    pub(super) fn answer_in_full(&mut self, format: &'static str) -> usize {
        let wanted = std::mem::take(&mut self.missing);
        for wanted in &wanted {
            let told = wanted.upload.as_ref().and_then(|upload| upload.dimensions);
            let original_size = told.unwrap_or(PixelSize::new(8, 6));
            let size = match wanted.request.size {
                ImageSize::Full { max_edge_px } | ImageSize::Frame { max_edge_px, .. } => {
                    original_size.fit_within(max_edge_px)
                }
                ImageSize::Tile(tile) => tile.area_with_margin(original_size).unwrap().size,
                ImageSize::Thumbnail { edge_px } => original_size.fit_within(edge_px.into()),
                ImageSize::Metadata => continue,
            };
            let n_bytes = usize::try_from(size.area() * 4).unwrap();
            let image = DecodedImage {
                size,
                original_size,
                pixels: vec![200_u8; n_bytes].into(),
                format,
                is_animated: format == "GIF",
            };
            self.keep(wanted, image);
        }
        wanted.len()
    }

    /// How much all textures take, and how much they may.
    pub(super) fn texture_bytes(&self) -> (usize, usize) {
        let textures = self.textures.as_ref().unwrap();
        (textures.len_bytes(), textures.budget_bytes())
    }

    /// The picture of an upload in this size.
    pub(super) fn texture_in(&self, n: usize, size: ImageSize) -> Option<Texture> {
        let subject = ImageSubject::Upload(upload(n).id);
        self.textures.as_ref()?.get(&ImageRequest { subject, size })
    }

    /// A picture comes, of as many pixels as the server told.
    fn decode(&mut self, wanted: &WantedImage) {
        let told = wanted.upload.as_ref().and_then(|upload| upload.dimensions);
        let size = match wanted.request.size {
            ImageSize::Full { .. } | ImageSize::Tile(_) | ImageSize::Frame { .. } => {
                self.picture_px
            }
            ImageSize::Thumbnail { .. } | ImageSize::Metadata => {
                let edge_px = self.picture_px.longer_side() / 8;
                self.picture_px.fit_within(edge_px)
            }
        };
        let n_bytes = usize::try_from(size.area() * 4).unwrap();
        let image = DecodedImage {
            size,
            original_size: told.unwrap_or(size),
            pixels: vec![self.picture_byte; n_bytes].into(),
            format: "PNG",
            is_animated: false,
        };
        self.keep(wanted, image);
    }

    fn keep(&mut self, wanted: &WantedImage, image: DecodedImage) {
        let request = wanted.request.clone();
        for effect in self.state.on_event(Event::ImageDecoded { request, image }) {
            if let (Effect::StoreTexture { request, image }, Some(textures)) =
                (effect, &mut self.textures)
            {
                textures.store(request, &image);
            }
        }
    }
}

fn command(effect: Effect) -> Option<Command> {
    match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    }
}

pub(super) fn shell_of(state: AppState) -> Shell {
    Shell {
        state,
        actions: Vec::new(),
        sent: Vec::new(),
        missing: Vec::new(),
        picture_px: PixelSize::new(64, 48),
        picture_byte: 200,
        root: RootView::default(),
        textures: None,
    }
}

pub(super) fn harness(shell: Shell) -> Harness<'static, Shell> {
    harness_of([1280.0, 800.0], shell)
}

/// In a window of this size.
pub(super) fn harness_of(size: [f32; 2], shell: Shell) -> Harness<'static, Shell> {
    let mut harness = Harness::builder()
        .with_size(size)
        .allow_missing_glyphs()
        .with_context_setup(|ctx| {
            theme::add_fonts(ctx);
            theme::set_options(ctx);
        })
        .build_ui_state(|ui, shell: &mut Shell| shell.ui(ui), shell);
    harness.run_steps(3);
    harness
}
