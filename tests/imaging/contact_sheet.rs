//! Every format in every orientation beside each other, as a picture and as a thumbnail, and each
//! compared with the painting that it was made of.

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage, RgbaImage};
use salon::imaging::{Target, decode, peek_size, read_metadata};

use super::contact_kinds::{KINDS, kinds};
use super::likeness::lanczos;
use super::{FULL, fixture};

/// No side the same, no corner like another, and nothing finer than a thumbnail can show.
fn painting() -> RgbImage {
    RgbImage::from_fn(96, 64, |x, y| {
        let across = u8::try_from(x * 255 / 95).unwrap();
        let down = u8::try_from(y * 255 / 63).unwrap();
        let is_mark = (8..32).contains(&x) && (8..24).contains(&y);
        image::Rgb(if is_mark {
            [20, 30, 40]
        } else {
            [across, down, 255 - across]
        })
    })
}

/// As a camera stores it that was held so: turned the other way than the viewer has to.
fn stored(painting: &RgbImage, orientation: u8) -> DynamicImage {
    let undo = match Orientation::from_exif(orientation).unwrap() {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        other => other,
    };
    let mut image = DynamicImage::ImageRgb8(painting.clone());
    image.apply_orientation(undo);
    image
}

/// What the viewer or the grid shows, on a sheet of its own size.
fn shown(name: &str, file: &[u8], target: Target) -> RgbaImage {
    let image = decode(file, target).unwrap_or_else(|error| panic!("{name}: {error}"));
    RgbaImage::from_raw(image.size.width, image.size.height, image.pixels.to_vec()).unwrap()
}

/// How unlike these are, where that is more than they may be.
fn unlike(
    name: &str,
    found: &RgbaImage,
    expected: &RgbaImage,
    (mean, most): (f64, u8),
) -> Option<String> {
    assert_eq!(found.dimensions(), expected.dimensions(), "{name}");
    let differences = || {
        let pairs = found.as_raw().iter().zip(expected.as_raw());
        pairs.map(|(a, b)| a.abs_diff(*b))
    };
    let sum: u64 = differences().map(u64::from).sum();
    let found_mean = sum as f64 / expected.as_raw().len() as f64;
    let found_most = differences().max().unwrap();
    let is_unlike = found_mean > mean || found_most > most;
    is_unlike.then(|| format!("{name}: {found_mean:.2} on average, {found_most} at most"))
}

/// What Lanczos3 in eight bits may be off when it works on other channels or in another order.
const SHRINKING: u8 = 2;

#[test]
fn every_format_in_every_orientation_is_like_the_painting() {
    let painting = painting();
    let whole = DynamicImage::ImageRgb8(painting.clone());
    let small = lanczos(&whole, 96, 64, 48);
    // A drawing is not shrunk but drawn smaller, which weighs its edges otherwise.
    // Across the orientations, down the formats, each as a picture and as a thumbnail.
    let mut sheet = RgbaImage::new(8 * (96 + 48), u32::try_from(KINDS.len()).unwrap() * 64);
    let mut unlikes = Vec::new();
    for (row, kind) in (0_i64..).zip(kinds()) {
        for orientation in 1..=8 {
            let name = format!("{}, orientation {orientation}", kind.name);
            let as_stored = if kind.has_orientation {
                stored(&painting, orientation)
            } else {
                whole.clone()
            };
            let file = (kind.file)(&as_stored, orientation);
            // A drawing has as many pixels as one likes.
            let full = match kind.name {
                "SVG" => Target::Thumbnail { edge_px: 96 },
                _ => FULL,
            };
            let full = shown(&name, &file, full);
            let as_kind = (kind.mean, kind.most);
            unlikes.extend(unlike(&name, &full, &whole.to_rgba8(), as_kind));
            let thumbnail = shown(&name, &file, Target::Thumbnail { edge_px: 48 });
            let as_small = match kind.name {
                "SVG" => (2.0, 30),
                _ => (kind.mean + 0.5, kind.most.saturating_add(SHRINKING)),
            };
            let small_name = format!("{name}, small");
            unlikes.extend(unlike(&small_name, &thumbnail, &small, as_small));
            for size in [peek_size(&file), read_metadata(&file).dimensions] {
                let size = size.unwrap_or_else(|| panic!("{name}: no size"));
                assert_eq!((size.width, size.height), (96, 64), "{name}");
            }
            let column = i64::from(orientation - 1) * (96 + 48);
            image::imageops::replace(&mut sheet, &full, column, row * 64);
            image::imageops::replace(&mut sheet, &thumbnail, column + 96, row * 64);
        }
    }
    // To look at: `CARGO_TARGET_TMPDIR` is in the target folder.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("contact-sheet.png");
    sheet.save(path).unwrap();
    assert_eq!(unlikes, [""; 0]);
}

/// There is no encoder of JPEG XL in pure Rust: its files come from the reference encoder.
#[test]
fn jpeg_xl_in_every_orientation_is_like_the_jpeg_that_it_was_made_of() {
    for orientation in 1..=8 {
        let name = format!("orientation-{orientation}.jxl");
        let jpeg = fixture(&format!("orientation-{orientation}.jpg"));
        for target in [FULL, Target::Thumbnail { edge_px: 24 }] {
            let expected = shown(&name, &jpeg, target);
            let found = shown(&name, &fixture(&name), target);
            assert_eq!(unlike(&name, &found, &expected, (2.0, 50)), None);
        }
    }
}
