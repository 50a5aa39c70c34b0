//! Damaged files: an error or a picture, soon, and never a panic that leaves the function.

use std::time::{Duration, Instant};

use salon::imaging::{ImageError, Target, decode, peek_size, read_metadata};

use super::{FULL, fixture, fixture_names};

/// Far above what any fixture takes (milliseconds), far below what a person would notice as hung.
const LONGEST: Duration = Duration::from_secs(5);

/// Not the tall one: it is one more PNG, and takes ten times as long as all others.
fn damaged_names() -> impl Iterator<Item = String> {
    fixture_names()
        .into_iter()
        .filter(|name| name != "10x4000.png")
}

/// Runs everything that reads files; says how decoding ended.
fn survive(name: &str, bytes: &[u8]) -> Result<(), ImageError> {
    let start = Instant::now();
    let whole = decode(bytes, FULL).map(|image| {
        assert_eq!(image.pixels.len() as u64, 4 * image.size.area(), "{name}");
        assert!(image.size.area() > 0, "{name}");
    });
    let thumbnail = decode(bytes, Target::Thumbnail { edge_px: 20 });
    assert_eq!(whole.is_ok(), thumbnail.is_ok(), "{name}");
    read_metadata(bytes);
    peek_size(bytes);
    assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
    whole
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
        let t0 = Instant::now();
        for _ in 0..300 {
            let mut damaged = bytes.clone();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..damaged.len());
                damaged[at] = random.u8(..);
            }
            let ended = survive(&name, &damaged);
            assert_ne!(ended, Err(ImageError::DecoderCrashed), "{name}");
        }
        println!("{name} {:?}", t0.elapsed());
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
