//! `salon inspect`, as a person and a script use it: the real program on real files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests, which share what they read"
)]

#[path = "support/bombs.rs"]
mod bombs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/images")
        .join(name)
}

fn inspect(file: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salon"));
    command.arg("inspect").arg(file).args(more);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
}

/// The value on the line of this label.
fn value(output: &Output, label: &str) -> Option<String> {
    let text = text(&output.stdout);
    let mut lines = text.lines();
    lines.find_map(|line| {
        let rest = line.strip_prefix(label)?;
        rest.starts_with("  ").then(|| rest.trim().to_owned())
    })
}

#[test]
fn everything_that_a_camera_wrote_is_told_with_its_times_as_they_are() {
    let output = inspect(&fixture("camera.jpg"), &[]);
    assert_code(&output, 0);
    for (label, expected) in [
        ("Format", "JPEG"),
        ("Size", "48 × 32"),
        ("Size as stored", "32 × 48"),
        ("Camera", "NIKON D90"),
        ("Lens", "35mm f/2.8"),
        ("Exposure", "1/125 s · f/2.8 · ISO 400 · 35 mm"),
        ("Taken", "Monday 17 June 2024, 06:59:23 (+02:00)"),
        ("Artist", "Nobody"),
        ("Copyright", "CC0"),
        ("Software", "Salon's fixtures"),
        ("Orientation", "6 (turned right)"),
        ("Bits per channel", "8"),
        ("Compression", "Baseline"),
    ] {
        assert_eq!(value(&output, label).as_deref(), Some(expected), "{label}");
    }
    let position = value(&output, "Position").unwrap();
    assert!(position.starts_with("33.85983° S, 151.2"), "{position}");
    assert!(position.ends_with(", \u{2212}12.5 m"), "{position}");
    assert_eq!(
        value(&output, "File size").as_deref(),
        Some("1.2 kB (1,225 bytes)")
    );
    let small = inspect(&fixture("gray1.png"), &[]);
    let size = fs::metadata(fixture("gray1.png")).unwrap().len();
    assert_eq!(value(&small, "File size"), Some(format!("{size} bytes")));
    let file = fs::read(fixture("camera.jpg")).unwrap();
    let digest = Sha256::digest(&file);
    let sha256 = digest
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    assert_eq!(value(&output, "SHA-256"), Some(sha256));
}

#[test]
fn what_each_format_tells_of_its_coding_is_told() {
    for (name, label, expected) in [
        ("small-2x2.jpg", "Chroma subsampling", "4:2:0"),
        ("small-1x1.jpg", "Chroma subsampling", "4:4:4"),
        ("small-2x1.jpg", "Chroma subsampling", "4:2:2"),
        ("small-4x1.jpg", "Chroma subsampling", "4:1:1"),
        ("progressive.jpg", "Compression", "Progressive"),
        ("interlaced.png", "Compression", "Deflate, interlaced"),
        ("rgb16.png", "Bits per channel", "16"),
        ("lossy.webp", "Compression", "Lossy"),
        ("lossy.webp", "Chroma subsampling", "4:2:0"),
        ("orientation-5.webp", "Compression", "Lossless"),
        ("lzw.tiff", "Compression", "LZW"),
        ("display-p3.png", "Colour profile", "Display P3"),
        ("animated.gif", "Animated", "3 frames, 0.3 s"),
        ("animated.png", "Animated", "3 frames, 0.3 s"),
        ("animated.webp", "Animated", "3 frames, 0.3 s"),
        ("animated.jxl", "Animated", "3 frames, 0.3 s"),
        ("display-p3.jxl", "Colour profile", "Display P3"),
        ("rgb16.jxl", "Bits per channel", "16"),
        ("corners.svg", "Size", "48 × 32"),
        ("pages.tiff", "Pages", "3, the first is shown"),
        ("a-jpeg-named.png", "Format", "JPEG"),
        ("captions.jpg", "Rating", "★★★★☆ 4 of 5"),
        ("captions.jpg", "Title", "Four corners & more"),
        ("captions.png", "Keywords", "corner, colour"),
        ("iptc.jpg", "Artist", "Ada"),
    ] {
        let output = inspect(&fixture(name), &[]);
        assert_code(&output, 0);
        assert_eq!(value(&output, label).as_deref(), Some(expected), "{name}");
    }
    for name in ["rgb-not-ycc.jpg", "gray.jpg", "cmyk.jpg", "rgb.jxl"] {
        let output = inspect(&fixture(name), &[]);
        assert_eq!(value(&output, "Chroma subsampling"), None, "{name}");
    }
}

#[test]
fn what_its_pixels_are_made_of_is_told_by_each_format() {
    for (name, expected) in [
        ("rgb-not-ycc.jpg", "RGB"),
        ("small-2x2.jpg", "RGB"),
        ("gray.jpg", "Gray"),
        ("cmyk.jpg", "CMYK"),
        ("ycck.jpg", "YCCK"),
        ("rgb.png", "RGB"),
        ("rgba.png", "RGB, with transparency"),
        ("gray1.png", "Gray"),
        ("palette-transparent.png", "Palette, with transparency"),
        ("still.gif", "Palette"),
        ("lossy.webp", "RGB"),
        ("alpha.webp", "RGB, with transparency"),
        ("rgb.bmp", "RGB"),
        ("palette.bmp", "Palette"),
        ("cmyk.tiff", "CMYK"),
        ("palette.tiff", "Palette"),
        ("lzw.tiff", "RGB"),
        ("rgb.ico", "RGB"),
        ("rgba.ico", "RGB, with transparency"),
        ("rgb.jxl", "RGB"),
        ("gray.jxl", "Gray"),
        ("rgba.jxl", "RGB, with transparency"),
        ("rgb.qoi", "RGB"),
        ("rgb.tga", "RGB"),
        ("rgb.ppm", "RGB"),
        ("half.hdr", "RGB"),
    ] {
        let output = inspect(&fixture(name), &[]);
        assert_code(&output, 0);
        assert_eq!(
            value(&output, "Colour").as_deref(),
            Some(expected),
            "{name}"
        );
    }
    // A drawing has no pixels of its own.
    let drawing = inspect(&fixture("corners.svg"), &[]);
    assert_eq!(value(&drawing, "Colour"), None);
    let output = inspect(&fixture("rgba.png"), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["file"]["color_model"], "rgb");
    assert_eq!(json["file"]["has_transparency"], true);
}

#[cfg(feature = "avif")]
#[test]
fn an_avif_file_tells_what_it_is() {
    for (name, label, expected) in [
        ("rgba.avif", "Colour", "RGB, with transparency"),
        ("gray.avif", "Colour", "Gray"),
        ("rgb10.avif", "Colour", "RGB"),
        ("chroma-422.avif", "Chroma subsampling", "4:2:2"),
        ("gray.avif", "Chroma subsampling", "4:0:0"),
        ("rgb12.avif", "Bits per channel", "12"),
        ("rgb10.avif", "Compression", "AV1"),
        ("display-p3.avif", "Colour profile", "Display P3"),
        ("display-p3-by-number.avif", "Colour profile", "Display P3"),
        ("pq.avif", "Colour profile", "Rec. 2100 PQ"),
        ("animated.avif", "Animated", "3 frames, 0.3 s"),
        ("painting-6.avif", "Size", "96 × 64"),
        ("captions.avif", "Rating", "★★★★☆ 4 of 5"),
    ] {
        let output = inspect(&fixture(name), &[]);
        assert_code(&output, 0);
        assert_eq!(value(&output, label).as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn a_script_gets_one_object() {
    let output = inspect(&fixture("camera.jpg"), &["--json"]);
    assert_code(&output, 0);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["bytes"], 1225);
    assert_eq!(json["problem"], Value::Null);
    assert_eq!(json["file"]["width"], 48);
    assert_eq!(json["file"]["stored_width"], 32);
    assert_eq!(json["file"]["taken_at"], "2024-06-17T06:59:23");
    assert_eq!(json["file"]["taken_at_offset"], "+02:00");
    assert_eq!(json["file"]["position"]["altitude_m"], -12.5);
    let shares = json["file"]["histogram"]["red"].as_array().unwrap();
    let sum: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
    assert!(shares.len() == 16 && (sum - 1.0).abs() < 0.01, "{shares:?}");
    let output = inspect(&fixture("animated.gif"), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["file"]["frames"], 3);
    assert_eq!(json["file"]["animation_seconds"], 0.3);
}

#[test]
fn the_thumbnail_is_upright_of_the_size_asked_for_and_over_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("small.png");
    let arguments = ["--thumbnail", out.to_str().unwrap(), "--size", "24"];
    let written = inspect(&fixture("orientation-6.jpg"), &arguments);
    assert_code(&written, 0);
    let png = fs::read(&out).unwrap();
    let told = format!("{}: 24 × 16, {} bytes\n", out.display(), png.len());
    assert_eq!(text(&written.stderr), told);
    let thumbnail = image::load_from_memory_with_format(&png, image::ImageFormat::Png).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (24, 16));
    // Red, the corner at the top left.
    let corner = thumbnail.to_rgb8().get_pixel(2, 2).0;
    assert!(corner[0] > 200 && corner[1] < 60, "{corner:?}");

    let again = inspect(&fixture("orientation-1.jpg"), &arguments);
    assert_code(&again, 5);
    assert!(text(&again.stderr).contains("is there already"));
    assert_eq!(fs::read(&out).unwrap(), png);
    for name in ["small.jpg", "small.webp"] {
        let other = folder.path().join(name);
        let arguments = ["--thumbnail", other.to_str().unwrap()];
        let refused = inspect(&fixture("rgb.png"), &arguments);
        assert_code(&refused, 2);
        let errors = text(&refused.stderr);
        assert!(
            errors.contains("ends in .png") && !other.exists(),
            "{errors}"
        );
    }
    let nowhere = folder.path().join("no/such/folder.png");
    let nowhere = ["--thumbnail", nowhere.to_str().unwrap()];
    assert_code(&inspect(&fixture("rgb.png"), &nowhere), 5);
}

#[test]
fn a_drawing_is_drawn_as_large_as_its_thumbnail_is_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("drawing.png");
    let arguments = [
        "--json",
        "--thumbnail",
        out.to_str().unwrap(),
        "--size",
        "256",
    ];
    let output = inspect(&fixture("corners.svg"), &arguments);
    assert_code(&output, 0);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["file"]["width"], 48);
    let drawn = image::open(&out).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (256, 171));
}

#[test]
fn what_cannot_be_shown_is_told_with_a_sentence_and_what_is_known_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let png = fs::read(fixture("rgb.png")).unwrap();
    for (path, sentence) in [
        (
            file("page.jpg", b"<html></html>"),
            "This file is not an image",
        ),
        (file("nothing.png", b""), "An empty file"),
        (
            file("half.png", &png[..png.len() / 2]),
            "The image is cut off",
        ),
        (fixture("bomb.png"), "Too large to show safely"),
    ] {
        let output = inspect(&path, &[]);
        assert_code(&output, 1);
        let errors = text(&output.stderr);
        assert!(
            errors.starts_with(&format!("salon: {sentence}")),
            "{errors}"
        );
        assert!(value(&output, "SHA-256").is_some());
        let json: Value = serde_json::from_slice(&inspect(&path, &["--json"]).stdout).unwrap();
        assert!(json["problem"].as_str().unwrap().starts_with(sentence));
    }
    let mut damaged = png;
    damaged[45] ^= 0xFF;
    let damaged = inspect(&file("damaged.png", &damaged), &[]);
    assert_code(&damaged, 1);
    let errors = text(&damaged.stderr);
    let told = "salon: The image is damaged. The decoder says “";
    assert!(errors.starts_with(told), "{errors}");
    let half = inspect(&folder.path().join("half.png"), &[]);
    assert_eq!(value(&half, "Size").as_deref(), Some("48 × 32"));
    let missing = inspect(&folder.path().join("nobody"), &[]);
    assert_code(&missing, 5);
    assert!(text(&missing.stderr).contains("Cannot read"));
    assert_code(&inspect(folder.path(), &[]), 5);
}

/// What a decode may take twice, once for the pixels and once beside them, and half a gigabyte for
/// the program itself. Beyond it nothing can be allocated, which ends the program at once.
#[cfg(target_os = "linux")]
const MOST_KIBIBYTES: u32 = 2 * 512 * 1024 + 512 * 1024;

#[cfg(target_os = "linux")]
fn inspect_in_little_memory(file: &Path) -> Output {
    let script = format!("ulimit -v {MOST_KIBIBYTES}; exec \"$0\" inspect \"$1\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_salon")])
        .arg(file);
    command.output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_takes_more_memory_than_a_decode_may() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in bombs::bombs() {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let output = inspect_in_little_memory(&path);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
        assert!(
            errors.contains("Too large to show safely"),
            "{name}: {errors}"
        );
    }
    for entry in fs::read_dir(fixture("")).unwrap() {
        let path = entry.unwrap().path();
        let output = inspect_in_little_memory(&path);
        let errors = text(&output.stderr);
        let is_an_end = matches!(output.status.code(), Some(0 | 1));
        assert!(is_an_end, "{}: {errors}", path.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_damaged_file_takes_more_memory_than_a_decode_may() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged");
    let mut random = fastrand::Rng::with_seed(23);
    for entry in fs::read_dir(fixture("")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        for n in 0..4 {
            // Headers are at the start, and so is what announces sizes.
            let at = random.usize(..bytes.len().min(200 * (n + 1)));
            bytes[at] = random.u8(..);
            fs::write(&damaged, &bytes).unwrap();
            let output = inspect_in_little_memory(&damaged);
            let errors = text(&output.stderr);
            let is_an_end = matches!(output.status.code(), Some(0 | 1));
            assert!(is_an_end, "{} with {at} changed: {errors}", path.display());
        }
    }
}
