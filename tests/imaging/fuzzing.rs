//! What the targets in `fuzz/` do, without a fuzzer: damaged copies of the fixtures through every
//! path, for as many seconds each as `SALON_FUZZ_SECONDS` says; without it for a moment.
//!
//! What it finds is written into the folder of temporary files of the build, and fails.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

use salon::imaging::{
    Early, ImageError, Target, decode, early_thumbnail, peek_size, read_metadata,
};

use super::{fixture, fixture_names, has_extension};

/// What a decode may take of a processor.
const LONGEST: Duration = Duration::from_secs(5);

/// A build that is not optimised takes a minute to shrink what an optimised one does in a second.
const MOST_PIXELS: u64 = if cfg!(debug_assertions) {
    2_000_000
} else {
    u64::MAX
};

fn time() -> Duration {
    let seconds = std::env::var("SALON_FUZZ_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok());
    seconds.map_or(Duration::from_millis(100), Duration::from_secs)
}

/// Changes, cuts, repeats and mixes pieces, as fuzzers do.
fn damaged(random: &mut fastrand::Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.usize(..seeds.len())].clone();
    for _ in 0..=random.usize(..6) {
        if bytes.is_empty() {
            break;
        }
        let at = random.usize(..bytes.len());
        match random.u8(..9) {
            0 => bytes[at] = random.u8(..),
            1 => bytes[at] ^= 1 << random.u8(..8),
            2 => bytes[at] = *random.choice(&[0, 1, 0x7F, 0x80, 0xFE, 0xFF]).unwrap(),
            3 => bytes.truncate(at),
            4 => {
                let end = bytes.len().min(at + random.usize(..64));
                bytes.drain(at..end);
            }
            5 => {
                let end = bytes.len().min(at + random.usize(..64));
                let piece = bytes[at..end].repeat(random.usize(1..4));
                bytes.splice(at..at, piece);
            }
            6 => {
                let other = &seeds[random.usize(..seeds.len())];
                let from = random.usize(..other.len());
                let to = other.len().min(from + random.usize(..256));
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            7 => {
                let end = bytes.len().min(at + 4);
                for byte in &mut bytes[at..end] {
                    *byte = random.u8(..);
                }
            }
            _ => {
                let end = bytes.len().min(at + random.usize(..16));
                bytes[at..end].fill(*random.choice(&[0, 0xFF]).unwrap());
            }
        }
    }
    bytes
}

/// Runs one path over damaged copies of the fixtures with these extensions.
#[expect(
    clippy::print_stdout,
    reason = "how far it came is for whoever runs it for long"
)]
fn fuzz(path: &str, extensions: &[&str], run: fn(&[u8]) -> Result<(), String>) {
    let names = fixture_names().into_iter();
    let chosen = names.filter(|name| has_extension(name, extensions));
    let seeds: Vec<Vec<u8>> = chosen
        .map(|name| fixture(&name))
        .filter(|bytes| bytes.len() < 20_000)
        .collect();
    assert!(!seeds.is_empty());
    // Other seeds each time, unless the time is that of an ordinary check.
    let mut random = if time() < Duration::from_secs(1) {
        fastrand::Rng::with_seed(1)
    } else {
        fastrand::Rng::new()
    };
    let (start, mut count) = (Instant::now(), 0_u64);
    let mut slowest = Duration::ZERO;
    while start.elapsed() < time() {
        let bytes = damaged(&mut random, &seeds);
        if peek_size(&bytes).is_some_and(|size| size.area() > MOST_PIXELS) {
            continue;
        }
        let began = ThreadTime::now();
        let ended = run(&bytes);
        let took = began.elapsed();
        slowest = slowest.max(took);
        count += 1;
        let ended = ended.and_then(|()| {
            let is_soon = took < LONGEST;
            is_soon.then_some(()).ok_or_else(|| format!("{took:?}"))
        });
        if let Err(problem) = ended {
            let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
            let found = folder.join(format!("found-{path}-{count}"));
            std::fs::write(&found, &bytes).unwrap();
            panic!("{path}: {problem}: {}", found.display());
        }
    }
    println!("{path}: {count} files, the slowest in {slowest:?}");
}

/// A picture in full and a thumbnail, neither of which crashes.
fn decodes(bytes: &[u8]) -> Result<(), String> {
    let full = Target::Full { max_edge_px: 2048 };
    for target in [full, Target::Thumbnail { edge_px: 20 }] {
        match decode(bytes, target) {
            Ok(image) if image.pixels.len() as u64 != 4 * image.size.area() => {
                return Err("fewer pixels than its size".to_owned());
            }
            Err(ImageError::DecoderCrashed) => return Err("crashed".to_owned()),
            // Announced and empty, or large and plain: shrinking it takes longer than is worth it.
            Ok(image) if image.original_size.area() > 1_000_000 => break,
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

/// `jxl-oxide` panics on some files; each costs a picture. What matters is that it ends.
fn ends(bytes: &[u8]) -> Result<(), String> {
    decodes(bytes).or_else(|problem| (problem == "crashed").then_some(()).ok_or(problem))
}

/// What files say about themselves; never fails, and never sees a position that there is not.
fn reads(bytes: &[u8]) -> Result<(), String> {
    let metadata = read_metadata(bytes);
    peek_size(bytes);
    let position = metadata.position.map(|it| (it.latitude, it.longitude));
    let is_on_earth = position.is_none_or(|(latitude, longitude)| {
        (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)
    });
    let has_limits = metadata.keywords.len() <= 200
        && metadata
            .title
            .is_none_or(|title| title.chars().count() <= 2000)
        && metadata.rating.is_none_or(|stars| stars <= 5);
    if is_on_earth && has_limits {
        Ok(())
    } else {
        Err("values without sense".to_owned())
    }
}

fn looks_early(bytes: &[u8]) -> Result<(), String> {
    match early_thumbnail(bytes, 20) {
        Early::AskAgainAt(next) if next <= bytes.len() as u64 => Err("asks again".to_owned()),
        Early::Ready(image) if image.size.longer_side() > 20 => Err("too large".to_owned()),
        _ => Ok(()),
    }
}

#[test]
fn jpeg() {
    fuzz("jpeg", &["jpg"], decodes);
}

#[test]
fn png() {
    fuzz("png", &["png"], decodes);
}

#[test]
fn gif() {
    fuzz("gif", &["gif"], decodes);
}

#[test]
fn webp() {
    fuzz("webp", &["webp"], decodes);
}

#[test]
fn tiff() {
    fuzz("tiff", &["tiff"], decodes);
}

#[test]
fn plain() {
    let extensions = ["bmp", "ico", "qoi", "tga", "ppm", "hdr"];
    fuzz("plain", &extensions, decodes);
}

#[test]
fn jxl() {
    fuzz("jxl", &["jxl"], ends);
}

#[test]
fn avif() {
    fuzz("avif", &["avif"], decodes);
}

#[test]
fn heic() {
    fuzz("heic", &["heic"], decodes);
}

#[test]
fn svg() {
    fuzz("svg", &["svg"], decodes);
}

#[test]
fn early() {
    fuzz("early", &["jpg", "gif"], looks_early);
}

#[test]
fn metadata() {
    let extensions = ["jpg", "png", "webp", "tiff", "heic", "avif", "jxl"];
    fuzz("metadata", &extensions, reads);
}
