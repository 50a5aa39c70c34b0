//! Damaged files: an error or a picture, soon, and never a panic that leaves the function.

use std::time::{Duration, Instant};

use salon::imaging::{ImageError, Target, decode, peek_size, read_metadata};

use super::{fixture, fixture_names};

/// Far above what any fixture takes (milliseconds), for machines that do much else.
const LONGEST: Duration = Duration::from_secs(20);

/// A damaged header can announce a hundred megapixels that decode in no time, but shrink slowly
/// where this crate is not optimised: these are decoded only.
const MOST_TO_SHRINK: u64 = 1_000_000;

const UNLIMITED: Target = Target::Full {
    max_edge_px: u32::MAX,
};

/// Not the tall one: it is one more PNG, and takes ten times as long as all others.
fn damaged_names() -> impl Iterator<Item = String> {
    fixture_names()
        .into_iter()
        .filter(|name| name != "10x4000.png")
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
        for _ in 0..300 {
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
