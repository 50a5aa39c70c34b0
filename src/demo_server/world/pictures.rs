//! Hangs the pictures: what was posted in which room, by whom and when.

use super::super::bytes::{Content, Encoding, PHOTOS, Painting};
use super::super::options::LibraryChoice;
use super::super::paint::{GRAPHICS, Motif, SCENES, SCREENS};
use super::ids::{id, mixed};
use super::strange::{ciphertexts, oddities};
use super::upload::PathStyle;
use super::{Upload, World};

/// `#team-offsite`, the room that tests page through.
const OFFSITE_LENGTH: u64 = 1243;

/// Different pictures in `#team-offsite`: painting all 1,243 takes minutes in a debug build.
const OFFSITE_PICTURES: u64 = 240;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Encoding a JPEG takes a quarter of a second in a debug build, so they are moderate.
const SIZES: [(u32, u32); 8] = [
    (960, 720),
    (960, 640),
    (720, 960),
    (1024, 576),
    (800, 800),
    (640, 960),
    (1280, 512),
    (900, 675),
];

/// Fills every room but the archive.
pub(super) fn hang(world: &mut World, library: LibraryChoice, newest: i64) {
    let offsite = match library {
        LibraryChoice::Full => OFFSITE_LENGTH,
        LibraryChoice::Small => 40,
    };
    series(world, "team-offsite", offsite, &SCENES, newest - HOUR);
    series(world, "support", 38, &SCREENS, newest - 2 * HOUR);
    series(world, "GENERAL", 24, &SCENES, newest - 5 * HOUR);
    series(world, "design", 30, &GRAPHICS, newest - 7 * HOUR);
    series(world, "board", 12, &[Motif::Chart], newest - 26 * HOUR);
    series(
        world,
        "summer-2024",
        20,
        &[Motif::Seaside],
        newest - 500 * DAY,
    );
    series(
        world,
        "research",
        9,
        &[Motif::Chart, Motif::Editor],
        newest - 3 * DAY,
    );
    series(world, "field-notes", 16, &SCENES, newest - 4 * DAY);
    series(
        world,
        "posters",
        14,
        &[Motif::Poster, Motif::Tiles],
        newest - 2 * DAY,
    );
    series(world, "book-club", 6, &[Motif::Poster], newest - 9 * DAY);
    direct_rooms(world, newest);
    photographs(world, newest - 3 * HOUR);
    oddities(world, newest - 4 * HOUR);
    ciphertexts(world, newest - 8 * HOUR);
}

fn series(world: &mut World, short: &str, length: u64, motifs: &[Motif], newest: i64) {
    let room = World::room_id(world.seed, short);
    let mut at = newest;
    for n in 0..length {
        let dice = mixed(world.seed, short, n);
        let upload = painted(world, &room, short, n, motifs, at);
        world.add_upload(upload);
        at -= pause(dice);
    }
}

/// People post in bursts: seconds within one, hours and days between. Every thirteenth image
/// shares its millisecond with the next, as when several are sent at once.
fn pause(dice: u64) -> i64 {
    let spread = i64::try_from(dice >> 40).unwrap_or(0);
    match dice % 13 {
        0 => 0,
        1..=9 => 2000 + spread % (4 * MINUTE),
        10 | 11 => HOUR + spread % (5 * HOUR),
        _ => 14 * HOUR + spread % (3 * DAY),
    }
}

fn painted(world: &World, room: &str, short: &str, n: u64, motifs: &[Motif], at: i64) -> Upload {
    let dice = mixed(world.seed, short, n);
    let picture = mixed(world.seed, short, n % OFFSITE_PICTURES);
    let motif = pick(motifs, picture, Motif::Landscape);
    let is_screen = SCREENS.contains(&motif) || GRAPHICS.contains(&motif);
    let encoding = match (is_screen, picture % 5) {
        (true, 0) => Encoding::WebP,
        (true, _) => Encoding::Png,
        (false, _) => Encoding::Jpeg,
    };
    let size = pick(&SIZES, picture >> 8, (1200, 900));
    let name_of = if is_screen { screen_name } else { camera_name };
    let name = name_of(short, n, dice, encoding);
    let mut upload = Upload::new(upload_id(world.seed, short, n), room, &name, at);
    encoding.media_type().clone_into(&mut upload.media_type);
    upload.user = author(world, dice);
    upload.content = Content::Painted(Painting::new(motif, picture, size, encoding));
    let format = encoding.media_type().trim_start_matches("image/");
    // About one in ten was never identified, as on servers that grew up.
    upload.identify = (dice % 10 != 3).then_some((format, size.0, size.1));
    if dice % 6 == 1 {
        upload.path_style = PathStyle::Ufs;
    }
    if dice % 8 == 5 {
        upload.description = Some(pick(&CAPTIONS, dice >> 12, "").to_owned());
    }
    upload
}

const CAPTIONS: [&str; 8] = [
    "From the top, just before sunset",
    "*Group picture*, take two",
    "Day two",
    "看起来不错！",
    "First draft, comments welcome",
    "🌅",
    "صورة من الرحلة",
    "Does anybody else see this?",
];

fn screen_name(short: &str, n: u64, dice: u64, encoding: Encoding) -> String {
    let extension = encoding.extension();
    match dice % 3 {
        0 => format!("Screenshot {short} {:03}.{extension}", 900 - n),
        1 => format!("image ({n}).{extension}"),
        _ => format!("{short}-{}.{extension}", dice % 1000),
    }
}

fn camera_name(short: &str, n: u64, dice: u64, encoding: Encoding) -> String {
    let extension = encoding.extension();
    match dice % 5 {
        0 | 1 => format!("IMG_{:04}.{extension}", 9000 - n),
        2 => format!("DSC{:05}.{extension}", 20_000 - n),
        3 => format!("PXL_{:08}.{extension}", 20_261_100 - n),
        _ => format!("{short} {:04}.{extension}", 2000 - n),
    }
}

fn direct_rooms(world: &mut World, newest: i64) {
    let rooms: Vec<String> = (0..3).map(|n| id(world.seed, "direct", n)).collect();
    for (n, room) in (0..).zip(rooms) {
        let mut at = newest - (11 + n) * HOUR;
        for k in 0..9 {
            let short = format!("direct-{n}");
            let upload = painted(world, &room, &short, k, &SCENES, at);
            at -= pause(mixed(world.seed, &short, k));
            world.add_upload(upload);
        }
    }
}

fn photographs(world: &mut World, newest: i64) {
    let room = World::room_id(world.seed, "photography");
    for (n, index) in (0..).zip(0..PHOTOS.len()) {
        let Some(photo) = PHOTOS.get(index) else {
            continue;
        };
        let at = newest - i64::try_from(n).unwrap_or(0) * 19 * HOUR;
        let mut upload = Upload::new(
            upload_id(world.seed, "photography", n),
            &room,
            photo.name,
            at,
        );
        "image/jpeg".clone_into(&mut upload.media_type);
        upload.user = author(world, mixed(world.seed, "photographer", n));
        upload.content = Content::Photo(index);
        upload.identify = Some(("jpeg", photo.width, photo.height));
        upload.description = Some(photo.caption.to_owned());
        world.add_upload(upload);
    }
}

/// The id of an upload of the library.
pub(super) fn upload_id(seed: u64, series: &str, n: u64) -> String {
    let text = id(seed, &format!("upload-{series}"), n);
    format!("U{}", text.get(1..).unwrap_or_default())
}

pub(super) fn author(world: &World, dice: u64) -> Option<String> {
    let index = usize::try_from(dice >> 32).unwrap_or(0) % world.people.len().max(1);
    world.people.get(index).map(|person| person.id.clone())
}

pub(super) fn pick<T: Copy>(list: &[T], dice: u64, fallback: T) -> T {
    let index = usize::try_from(dice).unwrap_or(0) % list.len().max(1);
    list.get(index).copied().unwrap_or(fallback)
}
