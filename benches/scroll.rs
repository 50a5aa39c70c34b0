//! What a frame costs on the CPU while the 100,000-image room is scrolled: the whole window's
//! drawing and tessellation, without a GPU. Prints a table; fails when the limits are exceeded.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is a program of its own"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ThreadTime;
use egui::{Event as Input, Pos2, RawInput, Rect, Vec2};
use jiff::Timestamp;
use salon::domain::{
    AccountId, ByteCount, ListingWindow, PageIndex, Person, PixelSize, Room, RoomId, RoomKind,
    ServerUrl, TokenKind, Upload, UploadId, UploadPage, UserId,
};
use salon::protocol::{
    DecodedImage, Event, GridLayoutChoice, ImageRequest, ImageSize, KeyringStatus, SessionInfo,
    Settings,
};
use salon::state::{Action, AppState};
use salon::ui::{RootView, TextureStore, theme};

const IMAGES: usize = 100_000;
const WINDOW: Vec2 = Vec2::new(1280.0, 800.0);
const WARM_UP_FRAMES: usize = 120;
const FRAMES: usize = 2_000;
/// Thumbnails that arrive in one frame: two decoders at a hundred images a second each.
const ARRIVALS_PER_FRAME: usize = 4;
const MEDIAN_LIMIT: Duration = Duration::from_millis(4);
const P95_LIMIT: Duration = Duration::from_millis(8);

fn main() -> ExitCode {
    let mut is_within = true;
    println!(
        "{:<34} {:>10} {:>10} {:>10} {:>10}",
        "CPU of a frame, ms", "median", "95 %", "99 %", "worst"
    );
    for (name, layout, points_per_frame) in [
        (
            "square tiles, 37 points a frame",
            GridLayoutChoice::Square,
            37.0,
        ),
        (
            "whole images, 37 points a frame",
            GridLayoutChoice::Whole,
            37.0,
        ),
        (
            "square tiles, a screen a frame",
            GridLayoutChoice::Square,
            700.0,
        ),
    ] {
        let mut times = scroll(layout, points_per_frame);
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        let (median, p95) = (at(50), at(95));
        is_within &= median < MEDIAN_LIMIT && p95 < P95_LIMIT;
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{name:<34} {:>10.3} {:>10.3} {:>10.3} {:>10.3}",
            ms(median),
            ms(p95),
            ms(at(99)),
            ms(at(100))
        );
    }
    println!("limits: median {MEDIAN_LIMIT:?}, 95 % {P95_LIMIT:?}");
    if is_within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

struct Bench {
    ctx: egui::Context,
    state: AppState,
    root: RootView,
    textures: TextureStore,
    arriving: Vec<ImageRequest>,
    frame: u32,
}

fn scroll(layout: GridLayoutChoice, points_per_frame: f32) -> Vec<Duration> {
    let mut bench = Bench::new(layout);
    for _ in 0..WARM_UP_FRAMES {
        bench.frame(points_per_frame);
    }
    (0..FRAMES).map(|_| bench.frame(points_per_frame)).collect()
}

impl Bench {
    fn new(layout: GridLayoutChoice) -> Self {
        let ctx = egui::Context::default();
        theme::set_options(&ctx);
        theme::add_fonts(&ctx);
        let settings = Settings {
            grid_layout: layout,
            ..Settings::default()
        };
        let textures = TextureStore::new(ctx.clone());
        let mut bench = Self {
            ctx,
            state: AppState::new(settings, PathBuf::from("/pictures")).0,
            root: RootView::default(),
            textures,
            arriving: Vec::new(),
            frame: 0,
        };
        bench.open_room();
        bench
    }

    fn open_room(&mut self) {
        let generation = self.state.generation;
        let session = Box::new(session());
        self.state.on_event(Event::SessionStarted {
            generation,
            session,
        });
        let result = Ok(vec![room()]);
        self.state
            .on_event(Event::RoomsLoaded { generation, result });
        for index in 0..IMAGES / 100 {
            let first = index * 100;
            let uploads = (first..first + 100).map(upload).collect();
            let gallery = self.state.gallery.as_ref().unwrap();
            let anchor = gallery.listing.anchor().cloned();
            self.state.on_event(Event::PageLoaded {
                generation: self.state.generation,
                window: ListingWindow::Page(PageIndex(index)),
                anchor,
                result: Ok(UploadPage {
                    uploads,
                    total: IMAGES,
                    hidden_count: 0,
                    is_anchor_lost: false,
                }),
            });
        }
    }

    /// One frame as the window runs it; its CPU time on this thread.
    fn frame(&mut self, points: f32) -> Duration {
        self.frame += 1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, WINDOW)),
            time: Some(f64::from(self.frame) / 60.0),
            events: vec![
                Input::PointerMoved(Pos2::new(700.0, 500.0)),
                Input::MouseWheel {
                    source: egui::MouseWheelSource::Trackpad,
                    unit: egui::MouseWheelUnit::Point,
                    delta: Vec2::new(0.0, -points),
                    phase: egui::TouchPhase::Move,
                    modifiers: egui::Modifiers::NONE,
                },
            ],
            max_texture_side: Some(8192),
            ..RawInput::default()
        };
        let began = ThreadTime::now();
        for request in self.arriving.drain(..) {
            self.textures.store(request, &picture());
        }
        let (ctx, root, state, textures) = (
            self.ctx.clone(),
            &mut self.root,
            &self.state,
            &self.textures,
        );
        root.apply_theme(&ctx, state);
        let mut actions = Vec::new();
        let mut output = ctx.run_ui(input, |ui| actions = root.ui(ui, state, textures));
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = ctx.tessellate(shapes, output.pixels_per_point);
        assert!(!primitives.is_empty());
        output.textures_delta.clear();
        for action in actions {
            if let Action::Show(shown) = &action {
                let missing = shown.missing.iter().take(ARRIVALS_PER_FRAME);
                self.arriving = missing
                    .filter(|wanted| matches!(wanted.request.size, ImageSize::Thumbnail { .. }))
                    .map(|wanted| wanted.request.clone())
                    .collect();
            }
            self.state.on_action(action);
        }
        began.elapsed()
    }
}

fn picture() -> DecodedImage {
    DecodedImage {
        size: PixelSize::new(256, 192),
        original_size: PixelSize::new(4032, 3024),
        pixels: Arc::from(vec![200; 256 * 192 * 4]),
        format: "JPEG",
        is_animated: false,
    }
}

fn upload(number: usize) -> Upload {
    let seconds = 1_790_000_000 - 700 * i64::try_from(number).unwrap();
    let width = 800 + u32::try_from(number % 7).unwrap() * 400;
    Upload {
        id: UploadId::from(format!("upload{number}")),
        room: RoomId::from("room"),
        name: format!("IMG_{number:06}.jpg"),
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(2_300_000)),
        dimensions: Some(PixelSize::new(width, 1500)),
        identified_format: None,
        user: Some(UserId::from("ana")),
        uploader: None,
        uploaded_at: Timestamp::from_second(seconds).ok(),
        updated_at: None,
        store: None,
        description: None,
        path: None,
        etag: None,
    }
}

fn room() -> Room {
    Room {
        id: RoomId::from("room"),
        subscription: None,
        kind: RoomKind::Channel,
        is_team: false,
        discussion_of: None,
        title: "archive".to_owned(),
        slug: Some("archive".to_owned()),
        other_username: None,
        topic: None,
        avatar_etag: None,
        is_favorite: false,
        is_archived: false,
        is_encrypted: false,
        is_hidden: false,
        unread_count: 0,
        last_activity: None,
    }
}

fn session() -> SessionInfo {
    let server = ServerUrl::parse_base("https://chat.example.org/").unwrap();
    let me = Person {
        id: UserId::from("ana"),
        username: Some("ana".to_owned()),
        name: Some("Ana".to_owned()),
    };
    SessionInfo {
        account: AccountId {
            server,
            user: me.id.clone(),
        },
        me,
        server_name: None,
        server_version: None,
        token_kind: TokenKind::LogIn,
        must_change_password: false,
        keyring: KeyringStatus::Kept,
    }
}
