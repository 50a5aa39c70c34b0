//! How soon a photograph of 12 megapixels is looked at, from the disk cache and through the real
//! backend: the first pixels against decoding it at a quarter of its size and nothing else; all
//! pixels of what a window shows at 100 %, once they are wished for and the first pixels are
//! there, against decoding all of it by `image`. Median of five interleaved runs.
//!
//! The same in the window, from the key that opens the image until all pixels in view at 100 %
//! are on their way to the graphics card, with all that the window takes for itself: against both
//! decodes, that of the first pixels and that of all, one after the other. And how many such photographs a held arrow shows in a second.
//!
//! And the longest frame of the window while a photograph of 108 megapixels is opened, looked at
//! at 100 % and moved: the CPU time that the window's thread takes for it, and the time that
//! passes meanwhile, in which it may also wait for a lock or for a processor that is busy with
//! something else; both without what the driver does with the textures, of which a frame gets
//! 5 MB, or one picture of at most 16 MiB.
//!
//! Prints a table; fails when a limit is exceeded.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench is a program of its own"
)]

#[path = "../tests/support/app.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod app;
#[path = "../tests/support/held_key.rs"]
mod held_key;
#[path = "viewer/opening.rs"]
mod opening;
#[path = "compare/stats.rs"]
#[expect(dead_code, reason = "the comparison uses the rest")]
mod stats;
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod support;

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use egui::Key;
use egui_kittest::Harness;
use image::{ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use salon::app::{AppConfig, SalonApp, Start};
use salon::backend::BackendConfig;
use salon::domain::{PixelSize, Upload};
use salon::imaging::{Target, decode};
use salon::protocol::{Event, ImageSize, Settings, Tile, WantedImage};
use salon::rocketchat::Http;
use salon::storage::{Dirs, MemoryStore};

use support::scripted_server::{PASSWORD, ScriptedServer};
use support::{TestBackend, log_in_request, wish};

const SIZE: PixelSize = PixelSize::new(4032, 3024);
/// What a window of 1280 × 800 asks for.
const VIEW_EDGE_PX: u32 = 1152;
const QUARTER_EDGE_PX: u32 = 1008;
const RUNS: usize = 5;
const FIRST_PIXELS_LIMIT: f64 = 1.5;
const FULL_SHARPNESS_LIMIT: f64 = 1.3;
const LARGE: PixelSize = PixelSize::new(12_000, 9000);
/// Ten images a second, in milliseconds for each.
const HELD_ARROW_LIMIT: f64 = 100.0;
const LONGEST_FRAME_LIMIT: f64 = 50.0;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let is_soon = runtime.block_on(is_soon_sharp());
    let is_fluent = is_fluent();
    let is_smooth = is_smooth();
    if is_soon && is_fluent && is_smooth {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn is_soon_sharp() -> bool {
    let file = photograph(SIZE);
    println!("a photograph of {SIZE}, {} bytes", file.len());
    let server = ScriptedServer::start(1);
    server.world().images[0].bytes = file.clone().into();
    server.world().images[0].edges = (SIZE.width, SIZE.height);
    let (mut backend, upload) = signed_in(&server).await;
    let view = vec![wish(
        &upload,
        ImageSize::Full {
            max_edge_px: VIEW_EDGE_PX,
        },
    )];
    let tiles: Vec<_> = tiles_in_view()
        .map(|tile| wish(&upload, ImageSize::Tile(tile)))
        .collect();
    // Onto the disk.
    come(&mut backend, &view).await;
    let (mut first, mut quarter) = (Vec::new(), Vec::new());
    let (mut sharp, mut whole) = (Vec::new(), Vec::new());
    for round in 0..=RUNS {
        let alone = |what: &dyn Fn()| {
            let begun = Instant::now();
            what();
            begun.elapsed()
        };
        let quarter_alone = || {
            let target = Target::Thumbnail {
                edge_px: QUARTER_EDGE_PX,
            };
            black_box(decode(&file, target).unwrap());
        };
        let whole_alone = || {
            black_box(image::load_from_memory_with_format(&file, ImageFormat::Jpeg).unwrap());
        };
        let goes_first = stats::goes_first(round);
        let before = goes_first.then(|| (alone(&quarter_alone), alone(&whole_alone)));
        let seen = (
            come(&mut backend, &view).await,
            come(&mut backend, &tiles).await,
        );
        let after = before.unwrap_or_else(|| (alone(&quarter_alone), alone(&whole_alone)));
        // The first round warms up.
        if round > 0 {
            first.push(millis(seen.0));
            sharp.push(millis(seen.1));
            quarter.push(millis(after.0));
            whole.push(millis(after.1));
        }
    }
    assert_eq!(server.asked("/file-upload/"), 1, "it was not from the disk");
    let are_within = [
        row(
            "viewer_first_pixels_vs_quarter_decode",
            &first,
            ("quarter-scale decode", &quarter),
            FIRST_PIXELS_LIMIT,
        ),
        row(
            "viewer_full_sharpness_vs_full_decode",
            &sharp,
            ("image 0.25", &whole),
            FULL_SHARPNESS_LIMIT,
        ),
    ];
    !are_within.contains(&false)
}

/// Opens a photograph in the window's own code, and turns over many.
fn is_fluent() -> bool {
    let file = photograph(SIZE);
    let room = opening::Room::of(&file);
    let (mut opened, mut both) = (Vec::new(), Vec::new());
    for round in 0..=RUNS {
        let took = room.opens_sharp();
        let begun = Instant::now();
        let target = Target::Thumbnail {
            edge_px: QUARTER_EDGE_PX,
        };
        black_box(decode(&file, target).unwrap());
        black_box(image::load_from_memory_with_format(&file, ImageFormat::Jpeg).unwrap());
        // The first round warms up.
        if round > 0 {
            opened.push(millis(took));
            both.push(millis(begun.elapsed()));
        }
    }
    let is_soon = row(
        "viewer_opened_at_100_vs_both_decodes",
        &opened,
        ("quarter-scale and full decode", &both),
        FULL_SHARPNESS_LIMIT,
    );
    let shown: Vec<f64> = (0..RUNS).map(|_| room.held_arrow()).collect();
    let shown = stats::median(&shown).unwrap();
    let name = "viewer_held_arrow_12mp";
    let each = 1000.0 / shown;
    println!("{name:<40} {each:>8.1} ms  {shown:.1} images a second  (≤ {HELD_ARROW_LIMIT})");
    report(&serde_json::json!({ "name": name, "value": each, "unit": "ms", "runs": RUNS }));
    is_soon && each <= HELD_ARROW_LIMIT
}

/// Opens the largest photograph in the window's own code, looks closely and around.
fn is_smooth() -> bool {
    let server = ScriptedServer::start(1);
    server.world().images[0].bytes = photograph(LARGE).into();
    server.world().images[0].edges = (LARGE.width, LARGE.height);
    let home = tempfile::tempdir().unwrap();
    let mut harness = window(home.path(), &server);
    until(&mut harness, "the room is listed", |app| {
        let gallery = app.state().gallery.as_ref();
        gallery.is_some_and(|gallery| gallery.listing.known_count() == 1)
    });
    let (mut longest, mut longest_wall) = (Duration::ZERO, Duration::ZERO);
    let mut keys = vec![Key::Home, Key::Enter];
    keys.push(Key::Num1);
    keys.extend([Key::ArrowDown; 8]);
    keys.extend([Key::ArrowRight; 8]);
    keys.extend([Key::Plus, Key::Minus, Key::Num0]);
    for key in keys {
        harness.key_press(key);
        let begun = Instant::now();
        // Until everything that the key asks for has come: all pixels take a second or two.
        let rests = match key {
            Key::Enter | Key::Num1 => Duration::from_secs(4),
            _ => Duration::from_millis(150),
        };
        while begun.elapsed() < rests {
            let (cpu, wall) = (ThreadTime::now(), Instant::now());
            harness.step();
            longest = longest.max(cpu.elapsed());
            longest_wall = longest_wall.max(wall.elapsed());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let textures = harness.state().textures();
    let upload = harness.state().state().gallery.as_ref().unwrap().focused();
    assert!(textures.largest_full(&upload.unwrap().id).is_some());
    let tile_bytes = 12 * 4 * Tile::EDGE_PX.pow(2) as usize;
    assert!(textures.len_bytes() > tile_bytes, "no tiles came");
    let mut are_within = Vec::new();
    for (name, longest) in [
        ("viewer_longest_frame_108mp", longest),
        ("viewer_longest_frame_wall_108mp", longest_wall),
    ] {
        let longest = millis(longest);
        println!("{name:<40} {longest:>8.1} ms  (≤ {LONGEST_FRAME_LIMIT})");
        report(&serde_json::json!({ "name": name, "value": longest, "unit": "ms" }));
        are_within.push(longest <= LONGEST_FRAME_LIMIT);
    }
    !are_within.contains(&false)
}

fn window(home: &Path, server: &ScriptedServer) -> Harness<'static, SalonApp> {
    let dirs = Dirs::under(home);
    let store = Arc::<MemoryStore>::default();
    let mut backend = BackendConfig::new(dirs, store, Http::new().unwrap());
    backend.follows_system_theme = false;
    let config = AppConfig {
        settings: Settings::default(),
        default_folder: home.join("pictures"),
        backend,
        log_in: Some(log_in_request("ana", &server.url(), PASSWORD, None)),
        offered_server: None,
        trouble: None,
    };
    Harness::builder()
        .with_size([1280.0, 800.0])
        .with_step_dt(1.0 / 60.0)
        .allow_missing_glyphs()
        .build_eframe(|creation| Start::new(config).unwrap().open(&creation.egui_ctx))
}

fn until(harness: &mut Harness<'_, SalonApp>, what: &str, is_so: impl Fn(&SalonApp) -> bool) {
    let begun = Instant::now();
    while !is_so(harness.state()) {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

async fn signed_in(server: &ScriptedServer) -> (TestBackend, Arc<Upload>) {
    let mut backend = TestBackend::start();
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    let room = backend.rooms().await.into_iter().next().unwrap();
    let listing = backend.first_page(&room).await;
    let upload = listing.known().next().unwrap();
    (backend, upload)
}

/// How long until all of these are there. What was decoded for others is forgotten before.
async fn come(backend: &mut TestBackend, wishes: &[WantedImage]) -> Duration {
    backend.want_images(Vec::new());
    // The backend has seen that nothing is wanted before it sees this.
    tokio::time::sleep(Duration::from_millis(50)).await;
    backend.drain();
    let begun = Instant::now();
    backend.want_images(wishes.to_vec());
    let mut n_missing = wishes.len();
    let mut took = begun.elapsed();
    let is_view = matches!(wishes[0].request.size, ImageSize::Full { .. });
    let mut waits_for_metadata = is_view;
    while n_missing > 0 || waits_for_metadata {
        let is_picture = backend
            .until("a picture", |event| match event {
                Event::ImageDecoded { .. } => Some(true),
                Event::MetadataRead { .. } => Some(false),
                Event::ImageFailed { error, .. } => panic!("{error:?}"),
                _ => None,
            })
            .await;
        if is_picture {
            n_missing -= 1;
            took = begun.elapsed();
        } else {
            waits_for_metadata = false;
        }
    }
    took
}

/// What a window of 1280 × 800 shows of the middle at 100 %.
fn tiles_in_view() -> impl Iterator<Item = Tile> {
    let index = |px: u32| u16::try_from(px / Tile::EDGE_PX).unwrap();
    let (x, y) = ((SIZE.width - 1280) / 2, (SIZE.height - 800) / 2);
    let columns = index(x)..=index(x + 1279);
    let rows = index(y)..=index(y + 799);
    rows.flat_map(move |row| {
        columns.clone().map(move |column| Tile {
            level: 0,
            column,
            row,
        })
    })
}

fn row(name: &str, salon: &[f64], (peer, other): (&str, &[f64]), limit: f64) -> bool {
    let (value, peer_value) = (stats::median(salon).unwrap(), stats::median(other).unwrap());
    let ratio = value / peer_value;
    println!("{name:<40} {value:>8.1} ms  {peer}: {peer_value:>7.1} ms  {ratio:.3} (≤ {limit})");
    report(&serde_json::json!({
        "name": name, "value": value, "unit": "ms", "runs": RUNS,
        "peer": peer, "peer_value": peer_value,
    }));
    ratio <= limit
}

/// One line of JSON for the table of all benches.
fn report(line: &serde_json::Value) {
    let Some(path) = std::env::var_os("SALON_BENCH_JSON") else {
        return;
    };
    let mut file = std::fs::File::options();
    let mut file = file.create(true).append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// As a phone makes them: smooth shapes, fine detail, some noise; 4:2:0.
fn photograph(size: PixelSize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    let picture = RgbImage::from_fn(size.width, size.height, |x, y| {
        let (fx, fy) = (f64::from(x), f64::from(y));
        let shape = 120.0 + 70.0 * (fx / 310.0).sin() * (fy / 270.0).cos();
        let detail = 14.0 * ((fx + 0.3 * fy) / 5.0).sin();
        let noise = f64::from(random.u8(..12));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let level = |tint: f64| (shape * tint + detail + noise).clamp(0.0, 255.0) as u8;
        Rgb([level(1.0), level(0.8), level(0.6)])
    });
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 88);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let side = |px: u32| u16::try_from(px).unwrap();
    encoder
        .encode(
            &picture,
            side(size.width),
            side(size.height),
            ColorType::Rgb,
        )
        .unwrap();
    file
}
