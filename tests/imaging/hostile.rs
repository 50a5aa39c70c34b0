//! Damaged files: an error or a picture, soon, and never a panic that leaves the function.

use std::time::{Duration, Instant};

use salon::imaging::{ImageError, Target, decode, peek_size, read_metadata};

use super::{FULL, fixture, fixture_names};

/// Far above what any fixture takes (milliseconds), far below what a person would notice as hung.
const LONGEST: Duration = Duration::from_secs(5);

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
    for name in fixture_names() {
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
    let mut n_crashes = 0;
    for name in fixture_names() {
        let bytes = fixture(&name);
        let mut random = fastrand::Rng::with_seed(42);
        for _ in 0..300 {
            let mut damaged = bytes.clone();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..damaged.len());
                damaged[at] = random.u8(..);
            }
            let ended = survive(&name, &damaged);
            if ended == Err(ImageError::DecoderCrashed) {
                println!("{name} crashed its decoder");
                n_crashes += 1;
            }
        }
    }
    println!("{n_crashes} crashes");
}

#[test]
fn zz() {
    let bytes = fixture("baseline.jpg");
    for name in [
        "baseline.jpg",
        "progressive.jpg",
        "rgb.tga",
        "rgb.ppm",
        "rgb.qoi",
        "rgb.bmp",
        "animated.gif",
        "lzw.tiff",
        "rgba.ico",
        "rgb.png",
    ] {
        let bytes = fixture(name);
        for n in (0..bytes.len()).step_by(1 + bytes.len() / 30) {
            println!("{name} {n} {:?}", survive("", &bytes[..n]));
        }
    }
    let _ = bytes;
}
