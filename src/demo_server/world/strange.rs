//! The strange uploads: one of every format, names that break saving, states that surprise.

use serde_json::json;

use super::super::bytes::{Content, Encoding, ODD_FILES, Painting};
use super::super::paint::{Motif, SCENES};
use super::ids::mixed;
use super::pictures::{HOUR, MINUTE, author, pick, upload_id};
use super::{Upload, World};

/// Fills `#formats`.
pub(super) fn oddities(world: &mut World, newest: i64) {
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
pub(super) fn ciphertexts(world: &mut World, newest: i64) {
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
