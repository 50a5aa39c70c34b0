//! What the targets in `fuzz/` do, without a fuzzer: damaged copies of the fixtures through every
//! path, for as many seconds each as `SALON_FUZZ_SECONDS` says; without it for a moment.
//!
//! What it finds is written into the folder of temporary files of the build, and fails.

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

use salon::imaging::peek_size;

use super::{fixture, fixture_names, has_extension};

#[path = "../../fuzz/fuzz_targets/paths/mod.rs"]
mod paths;

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

/// The fixtures with these extensions, those of HEIC and of APNG from their own folders, too.
fn seeds(extensions: &[&str]) -> Vec<Vec<u8>> {
    let names = fixture_names().into_iter();
    let pictures = names
        .filter(|name| has_extension(name, extensions))
        .map(|name| fixture(&name));
    let folders = [("heic", "heic"), ("apng", "png")].into_iter();
    let folders = folders.filter(|(_, extension)| extensions.contains(extension));
    let others = folders.flat_map(|(folder, extension)| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/");
        let entries = std::fs::read_dir(format!("{path}{folder}")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|it| it == extension))
            .collect();
        paths.sort();
        paths.into_iter().map(|path| std::fs::read(path).unwrap())
    });
    let seeds = pictures.chain(others);
    seeds.filter(|bytes| bytes.len() < 20_000).collect()
}

/// Runs one path over damaged copies of the fixtures with these extensions.
#[expect(
    clippy::print_stdout,
    reason = "how far it came is for whoever runs it for long"
)]
fn fuzz(path: &str, extensions: &[&str], run: fn(&[u8])) {
    let seeds = seeds(extensions);
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
        let ended = catch_unwind(|| run(&bytes));
        let took = began.elapsed();
        slowest = slowest.max(took);
        count += 1;
        if ended.is_err() || took > LONGEST {
            let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
            let found = folder.join(format!("found-{path}-{count}"));
            std::fs::write(&found, &bytes).unwrap();
            panic!("{path}: {ended:?} after {took:?}: {}", found.display());
        }
    }
    println!("{path}: {count} files, the slowest in {slowest:?}");
}

#[test]
fn jpeg() {
    fuzz("jpeg", &["jpg"], |bytes| paths::decodes(bytes, &["JPEG"]));
}

#[test]
fn png() {
    fuzz("png", &["png"], |bytes| paths::decodes(bytes, &["PNG"]));
}

#[test]
fn gif() {
    fuzz("gif", &["gif"], |bytes| paths::decodes(bytes, &["GIF"]));
}

#[test]
fn webp() {
    fuzz("webp", &["webp"], |bytes| paths::decodes(bytes, &["WebP"]));
}

#[test]
fn tiff() {
    fuzz("tiff", &["tiff"], |bytes| paths::decodes(bytes, &["TIFF"]));
}

#[test]
fn plain() {
    fuzz(
        "plain",
        &["bmp", "ico", "qoi", "tga", "ppm", "hdr"],
        |bytes| paths::decodes(bytes, &["BMP", "ICO", "CUR", "QOI", "TGA", "PNM", "HDR"]),
    );
}

#[test]
fn jxl() {
    fuzz("jxl", &["jxl"], |bytes| paths::ends(bytes, &["JPEG XL"]));
}

#[test]
fn avif() {
    fuzz("avif", &["avif"], |bytes| paths::decodes(bytes, &["AVIF"]));
}

#[cfg(feature = "heic")]
#[test]
fn heic() {
    // Those of both folders.
    assert!(seeds(&["heic"]).len() > 30);
    fuzz("heic", &["heic"], |bytes| {
        paths::decodes(bytes, &["HEIC", "HEIF"]);
    });
}

#[test]
fn svg() {
    fuzz("svg", &["svg"], |bytes| paths::decodes(bytes, &["SVG"]));
}

#[test]
fn frames() {
    fuzz("frames", &["gif", "png", "webp", "avif"], |bytes| {
        paths::plays(bytes, &["GIF", "PNG", "WebP", "AVIF"]);
    });
}

#[test]
fn parts() {
    fuzz("parts", &["svg", "jpg", "png", "tiff", "webp"], |bytes| {
        paths::parts(bytes, &["SVG", "JPEG", "PNG", "TIFF", "WebP"]);
    });
}

#[test]
fn early() {
    fuzz("early", &["jpg", "gif"], paths::looks_early);
}

#[test]
fn metadata() {
    fuzz(
        "metadata",
        &["jpg", "png", "webp", "tiff", "heic", "avif", "jxl"],
        paths::reads,
    );
}
