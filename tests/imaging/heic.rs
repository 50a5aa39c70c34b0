//! HEIC as phones and `heif-enc` write it: what Salon shows is what libheif shows. The files and
//! the references are made by `tests/fixtures/heic/make.py`, the references by libde265.

use std::path::Path;

use salon::domain::PixelSize;
use salon::imaging::{decode, peek_size, read_metadata};

use super::FULL;

/// A file, and by how many of 255 steps its pixels may be off: on average, at most. Both decoders
/// give the same planes; they differ in how one colour for two or four pixels is spread over these,
/// which is seen at the hard edge of the mark, and in the last bit of the conversion.
const KINDS: [(&str, f64, u8); 21] = [
    ("420", 2.0, 110),
    ("422", 2.0, 110),
    ("444", 0.6, 2),
    ("10-bit", 2.0, 110),
    ("12-bit", 0.6, 2),
    ("lossless", 0.1, 1),
    ("gray", 0.6, 1),
    ("alpha", 0.6, 2),
    ("display-p3", 1.0, 2),
    ("irot-1", 0.6, 2),
    ("irot-2", 0.6, 2),
    ("irot-3", 0.6, 2),
    ("imir-0", 0.6, 2),
    ("imir-1", 0.6, 2),
    ("irot-imir", 0.6, 2),
    ("turned-and-exif", 0.6, 2),
    ("exif-only", 0.6, 2),
    ("cropped", 0.6, 2),
    ("grid", 2.0, 110),
    ("grid-turned", 2.0, 110),
    ("overlay", 2.0, 110),
];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/heic")
}

fn heic(name: &str) -> Vec<u8> {
    file(&format!("{name}.heic"))
}

fn size_of(reference: &str) -> PixelSize {
    let reference = image::load_from_memory(&file(reference)).unwrap();
    PixelSize::new(reference.width(), reference.height())
}

fn all_names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "heic"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 26, "{names:?}");
    names
}

#[test]
fn heic_says_its_size_as_shown_in_every_build() {
    for (name, ..) in KINDS {
        let shown = size_of(&format!("{name}.png"));
        assert_eq!(peek_size(&heic(name)), Some(shown), "{name}");
        let metadata = read_metadata(&heic(name));
        assert_eq!(metadata.format, Some("HEIC"), "{name}");
        assert_eq!(metadata.dimensions, Some(shown), "{name}");
    }
    let profile = |name: &str| read_metadata(&heic(name)).color_profile;
    assert_eq!(profile("display-p3").as_deref(), Some("Display P3"));
    assert_eq!(profile("pq").as_deref(), Some("Rec. 2100 PQ"));
    assert_eq!(profile("444"), None);
}

#[cfg(not(feature = "heic"))]
#[test]
fn heic_is_named_in_a_build_without_its_decoder() {
    for name in all_names() {
        let refused = decode(&heic(&name), FULL).unwrap_err();
        assert_eq!(refused.to_string(), "no decoder for HEIC", "{name}");
    }
}

#[cfg(feature = "heic")]
mod decoded {
    use std::time::{Duration, Instant};

    use image::RgbaImage;
    use salon::imaging::{DecodedImage, ImageError, Target};

    use super::*;

    fn shown(name: &str) -> DecodedImage {
        decode(&heic(name), FULL).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn pixel(image: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
        let at = usize::try_from(4 * (y * image.size.width + x)).unwrap();
        image.pixels[at..at + 4].try_into().unwrap()
    }

    /// As pictures are kept for the screen: colours multiplied by alpha.
    fn premultiplied(mut reference: RgbaImage) -> RgbaImage {
        for image::Rgba([red, green, blue, alpha]) in reference.pixels_mut() {
            for channel in [red, green, blue] {
                let product = f64::from(*channel) * f64::from(*alpha) / 255.0;
                *channel = format!("{product:.0}").parse().unwrap();
            }
        }
        reference
    }

    /// How unlike these are, where that is more than they may be.
    fn unlike(
        (name, mean, most): (&str, f64, u8),
        found: &DecodedImage,
        expected: &RgbaImage,
    ) -> Option<String> {
        let size = (found.size.width, found.size.height);
        assert_eq!(size, expected.dimensions(), "{name}");
        let pairs = found.pixels.iter().zip(expected.as_raw());
        let differences: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
        let sum: u64 = differences.iter().copied().map(u64::from).sum();
        let found_mean = sum as f64 / differences.len() as f64;
        let found_most = differences.into_iter().max().unwrap();
        let is_unlike = found_mean > mean || found_most > most;
        is_unlike.then(|| format!("{name}: {found_mean:.2} on average, {found_most} at most"))
    }

    #[test]
    fn heic_of_every_kind_is_shown_as_libheif_shows_it() {
        let mut unlikes = Vec::new();
        for kind in KINDS {
            let (name, ..) = kind;
            let reference = image::load_from_memory(&file(&format!("{name}.png"))).unwrap();
            let reference = premultiplied(reference.to_rgba8());
            let image = shown(name);
            unlikes.extend(unlike(kind, &image, &reference));
            assert_eq!(image.format, "HEIC", "{name}");
            let small = decode(&heic(name), Target::Thumbnail { edge_px: 40 }).unwrap();
            assert_eq!(small.size.longer_side(), 40, "{name}");
            assert_eq!(small.original_size, image.size, "{name}");
        }
        assert_eq!(unlikes, [""; 0]);
    }

    #[test]
    fn heic_that_is_multiplied_by_its_alpha_looks_as_the_one_that_is_not() {
        let (plain, multiplied) = (shown("alpha"), shown("premultiplied"));
        for (x, y) in [(2, 2), (90, 9), (2, 40), (90, 60), (20, 16)] {
            let (one, other) = (pixel(&plain, x, y), pixel(&multiplied, x, y));
            let is_near = one.iter().zip(other).all(|(a, b)| a.abs_diff(b) <= 6);
            assert!(is_near, "{x}, {y}: {one:?} and {other:?}");
        }
    }

    #[test]
    fn heic_with_a_profile_that_is_none_is_shown_as_without() {
        assert_eq!(shown("broken-profile").pixels, shown("444").pixels);
    }

    #[test]
    fn heic_of_high_dynamic_range_keeps_its_darks_and_its_white() {
        let image = shown("pq");
        let [white, dark, bright] = [16, 48, 80].map(|x| pixel(&image, x, 32)[0]);
        // A tenth of white is 89 in sRGB.
        assert!(dark.abs_diff(89) <= 4, "{dark}");
        assert!((236..=250).contains(&white), "{white}");
        assert!(bright >= 252, "{bright}");
    }

    #[test]
    fn heic_whose_pictures_are_made_of_each_other_comes_to_an_end() {
        assert_eq!(shown("circle").pixels, shown("444").pixels);
    }

    /// Far above what any fixture takes (milliseconds), for machines that do much else.
    const LONGEST: Duration = Duration::from_secs(20);

    /// Runs everything that reads files; says how decoding ended.
    fn survive(name: &str, bytes: &[u8]) -> Result<(), ImageError> {
        let start = Instant::now();
        let ended = decode(bytes, Target::Thumbnail { edge_px: 40 }).map(|image| {
            assert!(image.size.longer_side() <= 40, "{name}: {image:?}");
            assert_eq!(image.pixels.len() as u64, 4 * image.size.area(), "{name}");
        });
        read_metadata(bytes);
        peek_size(bytes);
        assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
        assert_ne!(ended, Err(ImageError::DecoderCrashed), "{name}");
        ended
    }

    #[test]
    fn heic_cut_off_anywhere_is_an_error_or_a_picture() {
        for name in all_names() {
            let bytes = heic(&name);
            for n in 0..50 {
                survive(&name, &bytes[..bytes.len() * n / 50]).ok();
            }
            let short = &bytes[..bytes.len() - 10];
            assert_eq!(survive(&name, short), Err(ImageError::Truncated), "{name}");
        }
    }

    #[test]
    fn heic_with_flipped_bytes_is_an_error_or_a_picture() {
        for name in all_names() {
            let bytes = heic(&name);
            let mut random = fastrand::Rng::with_seed(42);
            for _ in 0..if cfg!(debug_assertions) { 200 } else { 1000 } {
                let mut damaged = bytes.clone();
                for _ in 0..random.usize(1..4) {
                    let at = random.usize(..damaged.len());
                    damaged[at] = random.u8(..);
                }
                survive(&name, &damaged).ok();
            }
        }
    }

    fn with(name: &str, kind: &[u8], at: usize, content: &[u8]) -> Vec<u8> {
        let mut bytes = heic(name);
        let mut n_changed = 0;
        for place in 0..bytes.len() - kind.len() {
            if bytes[place..].starts_with(kind) {
                bytes[place + at..place + at + content.len()].copy_from_slice(content);
                n_changed += 1;
            }
        }
        assert!(n_changed > 0, "{name} has no {kind:?}");
        bytes
    }

    #[test]
    fn heic_bombs_are_refused_before_they_are_decoded() {
        let side = |side: u32| [side.to_be_bytes(), side.to_be_bytes()].concat();
        let start = Instant::now();
        for (name, bytes) in [
            (
                "sixty thousand a side",
                with("444", b"ispe", 8, &side(60_000)),
            ),
            (
                "a hundred megapixels",
                with("444", b"ispe", 8, &side(10_000)),
            ),
            (
                "a grid without end",
                with("grid", &[0, 0, 1, 1, 0, 120, 0, 100], 4, &[0xFF; 4]),
            ),
            ("large, lying upon each other", heavy_overlay()),
            ("the same tile again and again", many_tiles()),
        ] {
            for target in [FULL, Target::Thumbnail { edge_px: 256 }] {
                let refused = decode(&bytes, target).err();
                let is_refused = matches!(
                    refused,
                    Some(ImageError::TooLarge(_) | ImageError::Corrupt(_))
                );
                assert!(is_refused, "{name}: {refused:?}");
            }
            read_metadata(&bytes);
        }
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
    }

    /// Two pictures that say that they are 6,000 pixels a side upon one that is as large.
    fn heavy_overlay() -> Vec<u8> {
        let side = 6_000_u32.to_be_bytes();
        with("overlay", b"ispe", 8, &[side, side].concat())
    }

    /// A grid of 256 times 256 tiles, all of them the first one, which says that it is large.
    fn many_tiles() -> Vec<u8> {
        let bytes = with(
            "grid",
            b"ispe",
            8,
            &[2_000_u32.to_be_bytes(), 2_000_u32.to_be_bytes()].concat(),
        );
        let refers = bytes.windows(4).position(|kind| kind == b"dimg").unwrap();
        // The list of tiles ends the boxes of references: it grows, and all around it.
        let list_at = refers + 6;
        let n_tiles = 256 * 256_usize;
        let extra = 2 * (n_tiles - 4 - 1);
        let mut out = bytes[..list_at].to_vec();
        out.extend(u16::try_from(n_tiles - 1).unwrap().to_be_bytes());
        for _ in 0..n_tiles - 1 {
            out.extend([0, 2]);
        }
        out.extend(&bytes[list_at + 2 + 8..]);
        for kind in [b"dimg", b"iref", b"meta"] {
            let at = out.windows(4).position(|it| it == kind).unwrap() - 4;
            let length = u32::from_be_bytes(out[at..at + 4].try_into().unwrap());
            let grown = length + u32::try_from(extra).unwrap();
            out[at..at + 4].copy_from_slice(&grown.to_be_bytes());
        }
        out
    }
}
