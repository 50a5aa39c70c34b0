//! Damaged files: an error or a picture, soon, and never a panic that leaves the function.

use std::time::{Duration, Instant};

use salon::imaging::{
    Canvas, Early, FrameReader, ImageError, Target, Tile, decode, decode_view, early_thumbnail,
    peek_size, read_metadata,
};

use super::bombs::bombs;
use super::{fixture, fixture_names, has_extension};

/// Far above what any fixture takes (milliseconds), for machines that do much else.
const LONGEST: Duration = Duration::from_secs(20);

/// A damaged header can announce a hundred megapixels that decode in no time, but shrink slowly
/// where this crate is not optimised: these are decoded only.
const MOST_TO_SHRINK: u64 = 1_000_000;

const UNLIMITED: Target = Target::Full {
    max_edge_px: u32::MAX,
};

/// Not the large ones: they are no other kinds of file, and take ten times as long as all others.
/// Of JPEG XL and AVIF in eight orientations one is enough.
fn damaged_names() -> impl Iterator<Item = String> {
    let is_one_of_many = |name: &String| {
        let is_turned = name.starts_with("orientation-") && has_extension(name, &["jxl"]);
        (is_turned && name != "orientation-6.jxl")
            || (name.starts_with("painting-") && name != "painting-6.avif")
    };
    fixture_names().into_iter().filter(move |name| {
        fixture(name).len() < 10_000 && name != "10x4000.png" && !is_one_of_many(name)
    })
}

/// JPEGs, each of which goes through Salon's own decoder at one scale at least.
fn damaged_jpegs() -> impl Iterator<Item = String> {
    let is_one_of_many =
        |name: &String| name.starts_with("orientation-") && name != "orientation-6.jpg";
    damaged_names().filter(move |name| has_extension(name, &["jpg"]) && !is_one_of_many(name))
}

/// For most of the pictures an eighth, a quarter and a half are just enough for these.
const EDGES: [u32; 3] = [5, 10, 20];

/// As a thumbnail, from the whole and from what came so far.
fn survive_as_thumbnail(name: &str, bytes: &[u8], edges: &[u32]) {
    let start = Instant::now();
    for &edge_px in edges {
        match decode(bytes, Target::Thumbnail { edge_px }) {
            Ok(image) => {
                assert!(image.size.longer_side() <= edge_px, "{name}: {image:?}");
                assert_eq!(image.pixels.len() as u64, 4 * image.size.area(), "{name}");
            }
            Err(error) => assert_ne!(error, ImageError::DecoderCrashed, "{name}"),
        }
        match early_thumbnail(bytes, edge_px) {
            Early::Ready(image) => {
                assert!(image.size.longer_side() <= edge_px, "{name}: {image:?}");
            }
            Early::AskAgainAt(next) => assert!(next > bytes.len() as u64, "{name}: {next}"),
            Early::NeedsWhole => {}
        }
    }
    assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
}

/// Runs everything that reads files; says how decoding ended.
fn survive(name: &str, bytes: &[u8]) -> Result<(), ImageError> {
    let start = Instant::now();
    let whole = decode(bytes, UNLIMITED).map(|image| {
        assert_eq!(image.pixels.len() as u64, 4 * image.size.area(), "{name}");
        image.size.area()
    });
    if whole
        .as_ref()
        .is_ok_and(|area| (1..=MOST_TO_SHRINK).contains(area))
    {
        let thumbnail = decode(bytes, Target::Thumbnail { edge_px: 20 });
        assert!(thumbnail.is_ok(), "{name}: {thumbnail:?}");
    }
    read_metadata(bytes);
    peek_size(bytes);
    assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
    whole.map(|area| assert_ne!(area, 0, "{name}"))
}

/// Damaged copies of each file.
const N_FLIPPED: usize = 1000;

#[test]
fn every_file_cut_off_anywhere_is_an_error_or_a_picture() {
    for name in damaged_names() {
        let bytes = fixture(&name);
        for n in 0..50 {
            let cut = &bytes[..bytes.len() * n / 50];
            let ended = survive(&name, cut);
            assert_ne!(
                ended,
                Err(ImageError::DecoderCrashed),
                "{name} cut at {}",
                cut.len()
            );
        }
    }
}

#[test]
fn every_file_with_flipped_bytes_is_an_error_or_a_picture() {
    for name in damaged_names() {
        let bytes = fixture(&name);
        let mut random = fastrand::Rng::with_seed(42);
        for _ in 0..N_FLIPPED {
            let mut damaged = bytes.clone();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..damaged.len());
                damaged[at] = random.u8(..);
            }
            let ended = survive(&name, &damaged);
            assert_ne!(ended, Err(ImageError::DecoderCrashed), "{name}");
        }
    }
}

/// More than any damaged copy of a fixture can have.
const MOST_FRAMES: usize = 100;

/// Plays a file to its end.
fn survive_as_animation(name: &str, bytes: Vec<u8>) {
    let start = Instant::now();
    let Ok(mut reader) = FrameReader::open(bytes, 20) else {
        return;
    };
    let mut n_frames = 0;
    while let Some(frame) = reader.next_frame() {
        n_frames += 1;
        assert!(n_frames < MOST_FRAMES, "{name}: frames without end");
        let Ok(frame) = frame else {
            assert!(
                reader.next_frame().is_none(),
                "{name}: a frame upon a damaged one"
            );
            break;
        };
        assert!(frame.size.longer_side() <= 20, "{name}: {frame:?}");
        assert_eq!(frame.pixels.len() as u64, 4 * frame.size.area(), "{name}");
    }
    assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
}

#[test]
fn every_animation_cut_off_or_damaged_anywhere_comes_to_an_end() {
    let moving = |name: &String| has_extension(name, &["gif", "png", "webp", "jxl", "avif"]);
    let names = damaged_names().filter(|name| moving(name) && name.contains("anim"));
    let mut count = 0;
    for name in names {
        let bytes = fixture(&name);
        for n in 0..50 {
            survive_as_animation(&name, bytes[..bytes.len() * n / 50].to_vec());
        }
        let mut random = fastrand::Rng::with_seed(43);
        for _ in 0..N_FLIPPED {
            let mut damaged = bytes.clone();
            let at = random.usize(..damaged.len());
            damaged[at] = random.u8(..);
            survive_as_animation(&name, damaged);
        }
        count += 1;
    }
    assert!(count >= 9, "{count} animations were tried");
}

#[test]
fn whatever_is_shown_is_shown_alike_as_a_whole_and_in_parts() {
    let mut count = 0;
    for name in damaged_names() {
        let bytes = fixture(&name);
        let Ok(whole) = decode(&bytes, UNLIMITED) else {
            continue;
        };
        // A drawing has as many pixels as one likes.
        if whole.size != whole.original_size {
            continue;
        }
        let view = decode_view(&bytes, u32::MAX).unwrap();
        assert_eq!(view.image, whole, "{name}");
        let canvas = Canvas::decode(&bytes).unwrap();
        assert_eq!(canvas.size(), whole.size, "{name}");
        let tile = canvas.tile(Tile {
            level: 0,
            column: 0,
            row: 0,
        });
        if whole.size.longer_side() <= Tile::EDGE_PX {
            assert_eq!(tile.unwrap(), whole, "{name}");
        }
        let view = decode_view(&bytes, 20).unwrap();
        assert!(view.image.size.longer_side() <= 20, "{name}");
        assert_eq!(view.image.original_size, whole.original_size, "{name}");
        count += 1;
    }
    assert!(count > 30, "{count} pictures were tried");
}

#[test]
fn every_jpeg_cut_off_anywhere_is_an_error_or_a_thumbnail() {
    for name in damaged_jpegs() {
        let bytes = fixture(&name);
        for n in 0..50 {
            survive_as_thumbnail(&name, &bytes[..bytes.len() * n / 50], &EDGES);
        }
    }
}

#[test]
fn every_jpeg_with_flipped_bytes_is_an_error_or_a_thumbnail() {
    for name in damaged_jpegs() {
        let bytes = fixture(&name);
        let mut random = fastrand::Rng::with_seed(11);
        for n in 0..N_FLIPPED {
            let mut damaged = bytes.clone();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..damaged.len());
                damaged[at] = random.u8(..);
            }
            survive_as_thumbnail(&name, &damaged, &EDGES[n % 3..][..1]);
        }
    }
}

/// What a decode may take, and a debug build on a machine that does much else.
const LONGEST_REFUSAL: Duration = Duration::from_secs(5);

#[test]
fn a_bomb_of_any_format_is_refused_before_it_is_decoded() {
    for (name, bytes) in bombs() {
        let start = Instant::now();
        for target in [UNLIMITED, Target::Thumbnail { edge_px: 256 }] {
            let refused = decode(&bytes, target);
            assert!(
                matches!(refused, Err(ImageError::TooLarge(_))),
                "{name}: {refused:?}"
            );
        }
        read_metadata(&bytes);
        peek_size(&bytes);
        assert!(
            start.elapsed() < LONGEST_REFUSAL,
            "{name}: {:?}",
            start.elapsed()
        );
    }
}

/// Found by fuzzing: panics of decoders that are not ours.
#[test]
fn a_file_that_crashes_its_decoder_costs_one_picture_and_not_what_is_known_of_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/crashes");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let ended = survive(&path.to_string_lossy(), &bytes);
        assert!(ended.is_err(), "{}", path.display());
        let metadata = read_metadata(&bytes);
        assert!(metadata.dimensions.is_some(), "{}", path.display());
    }
}

#[test]
fn a_gif_without_a_frame_is_an_error_of_its_file() {
    let end: &[u8] = b"\x3B";
    let comment: &[u8] = b"\x21\xFE\x03abc\0\x3B";
    for rest in [end, comment, b""] {
        for sides in [[48_u16, 32], [1, 1], [0, 0], [65_535, 65_535]] {
            let [width, height] = sides.map(u16::to_le_bytes);
            let file = [b"GIF89a".as_slice(), &width, &height, &[0, 0, 0], rest].concat();
            let ended = survive("no frames", &file);
            assert!(ended.is_err(), "{sides:?}");
            assert_ne!(ended, Err(ImageError::DecoderCrashed), "{sides:?}");
            assert!(!read_metadata(&file).is_animated);
        }
    }
}

#[test]
fn a_profile_that_is_none_changes_nothing() {
    let mut random = fastrand::Rng::with_seed(5);
    let noise: Vec<u8> = (0..600).map(|_| random.u8(..)).collect();
    let mut with_signature = noise.clone();
    with_signature[..4].copy_from_slice(&600_u32.to_be_bytes());
    with_signature[36..40].copy_from_slice(b"acsp");
    for profile in [&b""[..], b"acsp", &noise, &with_signature] {
        for name in ["baseline.jpg", "rgb.png", "lossy.webp"] {
            let plain = decode(&fixture(name), UNLIMITED).unwrap();
            let file = with_profile(&fixture(name), profile);
            let image = decode(&file, UNLIMITED).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(image.pixels, plain.pixels, "{name}");
            assert_eq!(read_metadata(&file).color_profile, None, "{name}");
        }
    }
}

fn with_profile(file: &[u8], profile: &[u8]) -> Vec<u8> {
    use img_parts::{DynImage, ImageICC as _};
    let mut image = DynImage::from_bytes(file.to_vec().into()).unwrap().unwrap();
    image.set_icc_profile(Some(profile.to_vec().into()));
    let mut out = Vec::new();
    image.encoder().write_to(&mut out).unwrap();
    out
}

#[test]
fn a_jpeg_of_a_few_bytes_that_announces_the_largest_size_costs_nothing() {
    for name in ["baseline.jpg", "progressive.jpg", "small-2x2.jpg"] {
        let mut bytes = fixture(name);
        let frame = bytes
            .windows(2)
            .position(|pair| matches!(pair, [0xFF, 0xC0 | 0xC2]))
            .unwrap();
        for side in [13_000_u16, 65_535] {
            bytes[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
            bytes[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
            let start = Instant::now();
            let early = early_thumbnail(&bytes, 320);
            assert!(!matches!(early, Early::Ready(_)), "{name}: {early:?}");
            assert!(
                start.elapsed() < Duration::from_secs(1),
                "{name}: {:?}",
                start.elapsed()
            );
        }
    }
}

#[test]
fn a_photograph_without_its_lower_half_is_cut_off_and_one_without_its_end_marker_is_shown() {
    let mut random = fastrand::Rng::with_seed(1);
    let noise = image::GrayImage::from_fn(400, 300, |_, _| image::Luma([random.u8(..)]));
    let mut file = Vec::new();
    noise
        .write_to(
            &mut std::io::Cursor::new(&mut file),
            image::ImageFormat::Jpeg,
        )
        .unwrap();
    assert_eq!(
        survive("half", &file[..file.len() / 2]),
        Err(ImageError::Truncated)
    );
    assert_eq!(survive("unmarked", &file[..file.len() - 2]), Ok(()));
}
