//! Hangs the pictures: what was posted in which room, by whom and when.

use serde_json::json;

use super::super::bytes::{Content, Encoding, ODD_FILES, PHOTOS, Painting};
use super::super::options::LibraryChoice;
use super::super::paint::{GRAPHICS, Motif, SCENES, SCREENS};
use super::ids::{id, mixed};
use super::upload::PathStyle;
use super::{Upload, World};

/// `#team-offsite`, the room that tests page through.
const OFFSITE_LENGTH: u64 = 1243;

/// Different pictures in `#team-offsite`: painting all 1,243 takes minutes in a debug build.
const OFFSITE_PICTURES: u64 = 300;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const SIZES: [(u32, u32); 8] = [
    (1200, 900),
    (1200, 800),
    (900, 1200),
    (1280, 720),
    (1000, 1000),
    (800, 1200),
    (1600, 640),
    (960, 720),
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
    let name = file_name(short, n, dice, encoding, is_screen);
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

fn file_name(short: &str, n: u64, dice: u64, encoding: Encoding, is_screen: bool) -> String {
    let extension = encoding.extension();
    if is_screen {
        return match dice % 3 {
            0 => format!("Screenshot {short} {:03}.{extension}", 900 - n),
            1 => format!("image ({n}).{extension}"),
            _ => format!("{short}-{}.{extension}", dice % 1000),
        };
    }
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

fn oddities(world: &mut World, newest: i64) {
    let room = World::room_id(world.seed, "formats");
    let mut at = newest;
    for (n, odd) in ODD_FILES.iter().enumerate() {
        at -= 7 * MINUTE;
        let mut upload = odd_upload(world, &room, odd.name, at);
        odd.media_type.clone_into(&mut upload.media_type);
        upload.content = Content::Odd(n);
        upload.identify = odd.identify;
        upload.description = (!odd.caption.is_empty()).then(|| odd.caption.to_owned());
        world.add_upload(upload);
    }
    for name in STRANGE_NAMES {
        at -= 7 * MINUTE;
        let upload = small_painting(world, &room, name, at);
        world.add_upload(upload);
    }
    let long = format!("{}.jpg", "a very long name ".repeat(14));
    let mut special = vec![
        small_painting(world, &room, &long, at - MINUTE),
        small_painting(world, &room, "lost-by-the-store.jpg", at - 2 * MINUTE),
        small_painting(world, &room, "by-nobody-known.jpg", at - 3 * MINUTE),
        small_painting(world, &room, "not-identified.jpg", at - 4 * MINUTE),
        small_painting(world, &room, "draft-never-sent.jpg", at - 5 * MINUTE),
        small_painting(world, &room, "hidden.jpg", at - 6 * MINUTE),
        small_painting(world, &room, "by-a-visitor.jpg", at - 7 * MINUTE),
    ];
    for upload in &mut special {
        match upload.name.as_str() {
            "lost-by-the-store.jpg" => upload.content = Content::Missing,
            "by-nobody-known.jpg" => upload.user = Some("deletedUser234567".to_owned()),
            "not-identified.jpg" => upload.identify = None,
            "draft-never-sent.jpg" => upload.expires_at = Some(newest + 20 * HOUR),
            "hidden.jpg" => upload.is_hidden = true,
            "by-a-visitor.jpg" => upload.user = None,
            _ => {}
        }
    }
    for upload in special {
        world.add_upload(upload);
    }
}

/// Names that break saving somewhere.
const STRANGE_NAMES: [&str; 22] = [
    "image.png",
    "IMAGE.PNG",
    "Ünïcödé – naïve café.jpg",
    "Unicode\u{0301} decomposed e\u{0301}.jpg",
    "会议照片（最终版）.jpg",
    "صورة جماعية.jpg",
    "\u{202e}gpj.exe.jpg",
    "🌈🏔️ top.jpg",
    "100%25 sure.jpg",
    "50% off.jpg",
    "what?*<>|\":.jpg",
    "../../../etc/passwd.jpg",
    "..\\..\\windows\\win.ini.jpg",
    "/absolute/path.jpg",
    "CON.jpg",
    "nul",
    "LPT1.png.jpg",
    "trailing dots...",
    " leading and trailing ",
    ".hidden",
    "line\nbreak\tand tab.jpg",
    "no-extension",
];

fn small_painting(world: &World, room: &str, name: &str, at: i64) -> Upload {
    let mut upload = odd_upload(world, room, name, at);
    let dice = mixed(world.seed, name, 1);
    let size = (640, 480);
    let encoding = if name.to_ascii_lowercase().ends_with(".png") {
        Encoding::Png
    } else {
        Encoding::Jpeg
    };
    let motif = if encoding == Encoding::Png {
        Motif::Tiles
    } else {
        pick(&SCENES, dice, Motif::Blend)
    };
    encoding.media_type().clone_into(&mut upload.media_type);
    upload.content = Content::Painted(Painting::new(motif, dice, size, encoding));
    upload.identify = Some((
        encoding.media_type().trim_start_matches("image/"),
        size.0,
        size.1,
    ));
    upload
}

fn odd_upload(world: &World, room: &str, name: &str, at: i64) -> Upload {
    let mut upload = Upload::new(upload_id(world.seed, name, 0), room, name, at);
    upload.user = author(world, mixed(world.seed, name, 2));
    upload
}

/// Encrypted files are opaque: `rooms.images` must not list them.
fn ciphertexts(world: &mut World, newest: i64) {
    let room = World::room_id(world.seed, "vault");
    for n in 0..5 {
        let name = format!(
            "{:064x}",
            u128::from(mixed(world.seed, "vault-name", n)) << 3
        );
        let at = newest - i64::try_from(n).unwrap_or(0) * HOUR;
        let mut upload = Upload::new(upload_id(world.seed, "vault", n), &room, &name, at);
        upload.user = author(world, mixed(world.seed, "vault", n));
        let seed = mixed(world.seed, "cipher", n);
        upload.content = Content::Noise {
            seed,
            byte_len: 20_000 + seed % 9000,
        };
        upload.encrypted = Some(json!({
            "algorithm": "rc.v1.aes-sha2", "ciphertext": "eyJhbGciOiJBbm90IGEgcmVhbCBjaXBoZXJ0ZXh0",
        }));
        world.add_upload(upload);
    }
}

/// The id of an upload of the library.
pub(super) fn upload_id(seed: u64, series: &str, n: u64) -> String {
    let text = id(seed, &format!("upload-{series}"), n);
    format!("U{}", text.get(1..).unwrap_or_default())
}

fn author(world: &World, dice: u64) -> Option<String> {
    let index = usize::try_from(dice >> 32).unwrap_or(0) % world.people.len().max(1);
    world.people.get(index).map(|person| person.id.clone())
}

fn pick<T: Copy>(list: &[T], dice: u64, fallback: T) -> T {
    let index = usize::try_from(dice).unwrap_or(0) % list.len().max(1);
    list.get(index).copied().unwrap_or(fallback)
}
