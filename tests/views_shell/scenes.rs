//! States made by hand, through the same door as the backend's events.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use jiff::{SignedDuration, Timestamp};
use salon::domain::{
    AccountId, ByteCount, ListingWindow, PageIndex, Person, PixelSize, Room, RoomId, RoomKind,
    ServerUrl, SubscriptionId, TokenKind, Upload, UploadId, UploadPage, UserId,
};
use salon::protocol::{
    ClientError, Command, Connection, DecodedImage, DownloadError, Event, ImageFailure,
    ImageRequest, ImageSize, ImageSubject, KeyringStatus, LogInRefusal, SaveActivity, SaveFailure,
    SaveProgress, SaveReport, ServerIdentity, SessionInfo, Settings, TwoFactorChallenge,
    TwoFactorMethod, WantedImage,
};
use salon::state::{Action, AppState, Effect, SelectHow};
use salon::ui::{RootView, Texture, TextureStore, theme};

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

pub(super) fn new_state() -> AppState {
    AppState::new(Settings::default(), PathBuf::from("/home/ana/Pictures")).0
}

pub(super) fn signed_out_at(address: &str) -> Shell {
    let mut shell = shell_of(new_state());
    shell
        .state
        .on_action(Action::TypeServer(address.to_owned()));
    shell.answer_probe(address);
    shell
}

/// Signed in, with a room of `total` images open, the first hundred of them listed.
pub(super) fn signed_in(total: usize) -> Shell {
    let mut shell = shell_of(new_state());
    let state = &mut shell.state;
    let (generation, session) = (state.generation, Box::new(session()));
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    let (generation, result) = (state.generation, Ok(rooms()));
    state.on_event(Event::RoomsLoaded { generation, result });
    list(&mut shell, 0, total);
    shell
}

/// The server lists a page of the open room.
pub(super) fn list(shell: &mut Shell, page: usize, total: usize) {
    let first = page * 100;
    let uploads = (first..total.min(first + 100)).map(upload).collect();
    list_page(shell, page, (uploads, total));
}

/// The open room has these images and no others.
pub(super) fn list_these(shell: &mut Shell, uploads: Vec<Upload>) {
    let total = uploads.len();
    list_page(shell, 0, (uploads, total));
}

fn list_page(shell: &mut Shell, page: usize, (uploads, total): (Vec<Upload>, usize)) {
    let state = &mut shell.state;
    let listing = &state.gallery.as_ref().unwrap().listing;
    let answer = UploadPage {
        uploads,
        total,
        hidden_count: 0,
        is_anchor_lost: false,
    };
    let event = Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(page)),
        anchor: listing.anchor().cloned(),
        result: Ok(answer),
    };
    state.on_event(event);
}

/// These are selected, beside those that are.
pub(super) fn choose(shell: &mut Shell, positions: &[usize]) {
    for position in positions {
        let (position, how) = (*position, SelectHow::Toggle);
        shell.state.on_action(Action::Select { position, how });
    }
}

pub(super) fn session() -> SessionInfo {
    SessionInfo {
        account: AccountId {
            server: server(),
            user: UserId::from("ana-id"),
        },
        me: Person {
            id: UserId::from("ana-id"),
            username: Some("ana".to_owned()),
            name: Some("Ana Martins".to_owned()),
        },
        server_name: Some("Acme".to_owned()),
        server_version: Some("8.8".to_owned()),
        token_kind: TokenKind::LogIn,
        must_change_password: false,
        keyring: KeyringStatus::Kept,
    }
}

pub(super) fn challenge(method: TwoFactorMethod) -> LogInRefusal {
    LogInRefusal::TwoFactorRequired(TwoFactorChallenge {
        method,
        is_code_sent: true,
        code_expires_at: None,
        email_or_username: None,
    })
}

pub(super) fn start_save(shell: &mut Shell) {
    let state = &mut shell.state;
    state.on_action(Action::SelectAll);
    state.on_action(Action::SaveSelectedAs);
    let folder = PathBuf::from("/home/ana/Pictures");
    state.on_action(Action::ChangeSaveFolder(folder));
    state.on_action(Action::ConfirmSave);
    advance_save(shell, SaveActivity::Running);
}

pub(super) fn advance_save(shell: &mut Shell, activity: SaveActivity) {
    let progress = SaveProgress {
        activity,
        saved_count: 311,
        failed_count: 0,
        total_count: 1243,
        saved_bytes: ByteCount(412_000_000),
        total_bytes: ByteCount(1_740_000_000),
        bytes_per_second: 8_100_000,
        is_total_final: true,
    };
    let job = shell.state.saves.jobs.last().unwrap().id;
    let event = Event::SaveAdvanced { job, progress };
    shell.state.on_event(event);
}

pub(super) fn report() -> SaveReport {
    let folder = PathBuf::from("/home/ana/Pictures");
    let written = |n: usize| (upload(n).id, folder.join(upload(n).name));
    let failure = SaveFailure::Download(DownloadError::Deleted);
    SaveReport {
        saved: vec![written(0), written(1)],
        already_there: vec![written(2)],
        failed: vec![(Arc::new(upload(3)), failure)],
        saved_bytes: ByteCount(2_000_000),
        ..SaveReport::of_nothing(folder.clone())
    }
}

pub(super) fn limit_rate(shell: &mut Shell) {
    let until = Instant::now() + Duration::from_secs(42);
    let limited = Connection::RateLimited { until };
    shell.state.on_event(Event::ConnectionChanged(limited));
}

pub(super) fn refuse_file(shell: &mut Shell) {
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(1).id),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    let error = ImageFailure::Download(DownloadError::Forbidden);
    shell.state.on_event(Event::ImageFailed { request, error });
}

fn server() -> ServerUrl {
    ServerUrl::parse_base("https://chat.example.org/").unwrap()
}

fn rooms() -> Vec<Room> {
    let mut favorite = room("team-offsite", RoomKind::Channel);
    favorite.is_favorite = true;
    let mut direct = room("anna", RoomKind::Direct);
    "Anna Schmidt".clone_into(&mut direct.title);
    direct.other_username = Some("anna".to_owned());
    let mut group = room("group", RoomKind::GroupDirect);
    "田中, Анна, محمد".clone_into(&mut group.title);
    let long = "a-room-whose-name-is-much-longer-than-the-list-is-wide";
    vec![
        favorite,
        direct,
        group,
        room("support", RoomKind::Channel),
        room(long, RoomKind::PrivateGroup),
    ]
}

pub(super) fn room(name: &str, kind: RoomKind) -> Room {
    Room {
        subscription: Some(SubscriptionId::from(name)),
        slug: Some(name.to_owned()),
        ..Room::new(RoomId::from(name), kind, name)
    }
}

/// One an hour, the newest on 20 March 2024.
pub(super) fn upload(n: usize) -> Upload {
    let noon: Timestamp = "2024-03-20T12:00:00Z".parse().unwrap();
    let hours = SignedDuration::from_hours(i64::try_from(n).unwrap());
    Upload {
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(1_000_000)),
        dimensions: Some(PixelSize::new(4000, 3000)),
        uploaded_at: Some(noon - hours),
        ..Upload::new(
            UploadId::from(format!("upload-{n}")),
            RoomId::from("team-offsite"),
            format!("IMG_{n}.jpg"),
        )
    }
}

/// Higher than the window, however wide that is.
pub(super) fn tall(n: usize) -> Upload {
    Upload {
        dimensions: Some(PixelSize::new(1000, 4000)),
        ..upload(n)
    }
}
