//! Files as people post them, good and bad, through the public functions of `imaging`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "the functions that tests share may panic as tests do"
)]

#[path = "imaging/apng.rs"]
mod apng;
#[cfg(feature = "avif")]
#[path = "imaging/avif.rs"]
mod avif;
#[cfg(feature = "avif")]
#[path = "imaging/avif_alpha.rs"]
mod avif_alpha;
#[cfg(feature = "avif")]
#[path = "imaging/avif_tracks.rs"]
mod avif_tracks;
#[path = "support/bombs.rs"]
mod bombs;
#[path = "imaging/colors.rs"]
mod colors;
#[path = "imaging/contact_kinds.rs"]
mod contact_kinds;
#[path = "imaging/contact_sheet.rs"]
mod contact_sheet;
#[path = "imaging/drawing_tiles.rs"]
mod drawing_tiles;
#[path = "imaging/drawings.rs"]
mod drawings;
#[path = "imaging/fuzzing.rs"]
mod fuzzing;
#[path = "imaging/heic.rs"]
mod heic;
#[path = "imaging/hostile.rs"]
mod hostile;
#[path = "imaging/kinds.rs"]
mod kinds;
#[path = "imaging/likeness.rs"]
mod likeness;
#[path = "imaging/limits.rs"]
mod limits;
#[path = "imaging/metadata.rs"]
mod metadata;
#[path = "imaging/moving.rs"]
mod moving;
#[path = "imaging/packed_boxes.rs"]
mod packed_boxes;
#[path = "imaging/pixels.rs"]
mod pixels;
#[path = "imaging/png_colors.rs"]
mod png_colors;
#[path = "imaging/thumbnails.rs"]
mod thumbnails;
#[path = "imaging/times.rs"]
mod times;

use std::path::Path;
use std::time::{Duration, Instant};

use salon::domain::PixelSize;
use salon::imaging::{
    ImageError, Target, decode, is_known_image, looks_like_html, peek_size, read_metadata, sniff,
};

const FULL: Target = Target::Full { max_edge_px: 8192 };

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/images")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of all fixtures that are images.
fn fixture_names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/images");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !has_extension(name, &["py", "md"]))
        .collect();
    names.sort();
    assert!(names.len() > 60);
    names
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default();
    extensions.iter().any(|known| extension == *known)
}

#[test]
fn the_format_is_judged_by_content_and_not_by_name() {
    assert_eq!(
        decode(&fixture("a-jpeg-named.png"), FULL).unwrap().format,
        "JPEG"
    );
    assert_eq!(sniff(&fixture("turned.heic")), Some("HEIC"));
    assert_eq!(sniff(&fixture("small.avif")), Some("AVIF"));
    assert_eq!(sniff(&fixture("drawing.svg")), Some("SVG"));
    assert_eq!(sniff(&fixture("rgba.ico")), Some("ICO"));
    for name in fixture_names() {
        assert!(is_known_image(&fixture(&name)), "{name}");
        assert!(!looks_like_html(&fixture(&name)), "{name}");
    }
}

#[test]
fn a_format_without_a_decoder_is_named() {
    let files = [
        ("HEIC", fixture("turned.heic")),
        ("AVIF", fixture("small.avif")),
        (
            "PSD",
            b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x20\0\0\0\x30\0\x08\0\x03".to_vec(),
        ),
    ];
    for (format, bytes) in files {
        let is_decoded = (cfg!(feature = "heic") && format == "HEIC")
            || (cfg!(feature = "avif") && format == "AVIF");
        if is_decoded {
            continue;
        }
        let expected = ImageError::NoDecoder {
            format: format.to_owned(),
        };
        assert_eq!(decode(&bytes, FULL), Err(expected));
    }
}

#[test]
fn what_is_no_image_says_so() {
    let mut random = fastrand::Rng::with_seed(7);
    let noise: Vec<u8> = (0..5000).map(|_| random.u8(..)).collect();
    assert_eq!(decode(&noise, FULL), Err(ImageError::NotAnImage));
    assert_eq!(
        decode(b"{\"success\":false}", FULL),
        Err(ImageError::NotAnImage)
    );
    assert_eq!(decode(b"", FULL), Err(ImageError::Empty));
    assert_eq!(read_metadata(&noise), salon::imaging::Metadata::default());
    assert_eq!(peek_size(&noise), None);
}

#[test]
fn an_image_without_a_side_has_no_pixels() {
    for name in ["no-width.png", "no-height.png"] {
        assert_eq!(
            decode(&fixture(name), FULL),
            Err(ImageError::NoPixels),
            "{name}"
        );
        assert_eq!(peek_size(&fixture(name)), None, "{name}");
    }
}

#[test]
fn a_bomb_is_refused_at_once() {
    let bomb = fixture("bomb.png");
    let start = Instant::now();
    for target in [FULL, Target::Thumbnail { edge_px: 256 }] {
        let refused = decode(&bomb, target);
        assert!(
            matches!(refused, Err(ImageError::TooLarge(_))),
            "{refused:?}"
        );
    }
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(peek_size(&bomb), Some(PixelSize::new(30_000, 30_000)));
    assert_eq!(
        read_metadata(&bomb).dimensions,
        Some(PixelSize::new(30_000, 30_000))
    );
}

#[test]
fn a_file_that_was_cut_off_is_told_from_one_that_is_broken() {
    for name in [
        "rgb.png",
        "progressive.jpg",
        "still.gif",
        "lossy.webp",
        "rgb.bmp",
        "rgb.qoi",
        "rgb.ppm",
        "lzw.tiff",
    ] {
        let bytes = fixture(name);
        let cut = &bytes[..bytes.len() / 2];
        assert_eq!(decode(cut, FULL), Err(ImageError::Truncated), "{name}");
    }
    let mut broken = fixture("rgb.png");
    let end = broken.len() - 30;
    broken[60..end].fill(0xAA);
    assert!(matches!(decode(&broken, FULL), Err(ImageError::Corrupt(_))));
}
