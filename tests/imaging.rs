//! Files as people post them, good and bad, through the public functions of `imaging`.

#[path = "imaging/hostile.rs"]
mod hostile;

use std::path::Path;
use std::time::{Duration, Instant};

use salon::domain::PixelSize;
use salon::imaging::{
    DecodedImage, ImageError, Target, decode, is_known_image, looks_like_html, peek_size,
    read_metadata, sniff,
};

type Color = [u8; 3];

const RED: Color = [220, 40, 40];
const GREEN: Color = [40, 180, 60];
const BLUE: Color = [40, 80, 220];
const YELLOW: Color = [240, 210, 40];
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

fn full(name: &str) -> DecodedImage {
    decode(&fixture(name), FULL).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pixel(image: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
    let at = 4 * (y * image.size.width + x) as usize;
    image.pixels[at..at + 4].try_into().unwrap()
}

fn assert_color(name: &str, found: [u8; 4], expected: Color, tolerance: u8) {
    let is_near = found
        .iter()
        .zip(expected)
        .all(|(a, b)| a.abs_diff(b) <= tolerance);
    assert!(
        is_near && found[3] == 255,
        "{name}: {found:?} is not near {expected:?}"
    );
}

/// Red, green, blue, yellow, from the top left row by row.
fn assert_corners(name: &str, image: &DecodedImage, tolerance: u8) {
    let (right, bottom) = (image.size.width - 3, image.size.height - 3);
    assert_eq!(image.pixels.len() as u64, image.size.area() * 4, "{name}");
    assert_color(name, pixel(image, 2, 2), RED, tolerance);
    assert_color(name, pixel(image, right, 2), GREEN, tolerance);
    assert_color(name, pixel(image, 2, bottom), BLUE, tolerance);
    assert_color(name, pixel(image, right, bottom), YELLOW, tolerance);
}

#[test]
fn every_orientation_is_turned_upright_in_every_size() {
    let names = [1, 2, 3, 4, 5, 6, 7, 8].map(|n| format!("orientation-{n}.jpg"));
    let others = [
        "orientation-6.png",
        "orientation-5.webp",
        "orientation-8.tiff",
    ];
    for name in names.iter().map(String::as_str).chain(others) {
        let image = full(name);
        assert_eq!(image.size, PixelSize::new(48, 32), "{name}");
        assert_eq!(image.original_size, PixelSize::new(48, 32), "{name}");
        assert_corners(name, &image, 6);
        let small = decode(&fixture(name), Target::Thumbnail { edge_px: 24 }).unwrap();
        assert_eq!(small.size, PixelSize::new(24, 16), "{name}");
        assert_eq!(small.original_size, PixelSize::new(48, 32), "{name}");
        assert_corners(name, &small, 8);
        assert_eq!(
            peek_size(&fixture(name)),
            Some(PixelSize::new(48, 32)),
            "{name}"
        );
        assert_eq!(
            read_metadata(&fixture(name)).dimensions,
            Some(PixelSize::new(48, 32)),
            "{name}"
        );
    }
}

#[test]
fn an_orientation_that_does_not_exist_is_no_orientation() {
    for name in [
        "orientation-0.jpg",
        "orientation-9.jpg",
        "orientation-65535.jpg",
    ] {
        assert_corners(name, &full(name), 6);
        assert_eq!(read_metadata(&fixture(name)).orientation, None, "{name}");
    }
}

#[test]
fn every_kind_of_file_shows_the_same_picture() {
    let exact = [
        "rgb.png",
        "rgb16.png",
        "interlaced.png",
        "still.gif",
        "rgb.bmp",
        "palette.bmp",
        "lzw.tiff",
        "cmyk.tiff",
        "rgb.qoi",
        "rgb.tga",
        "rle.tga",
        "rgb.ppm",
        "rgba.ico",
        "rgb.ico",
        "bitmap.ico",
        "srgb.png",
        "broken-profile.png",
        "rgb-with-gray-profile.png",
        "animation-after-picture.png",
    ];
    for name in exact {
        assert_corners(name, &full(name), 1);
    }
    let lossy = [
        "baseline.jpg",
        "progressive.jpg",
        "rgb-not-ycc.jpg",
        "restart-markers.jpg",
        "cmyk.jpg",
        "ycck.jpg",
        "no-end-marker.jpg",
        "trailing-bytes.jpg",
        "a-jpeg-named.png",
        "lossy.webp",
    ];
    for name in lossy {
        assert_corners(name, &full(name), 8);
    }
}

#[test]
fn the_format_is_judged_by_content_and_not_by_name() {
    assert_eq!(full("a-jpeg-named.png").format, "JPEG");
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
    let jxl = [b"\xFF\x0A".as_slice(), &[0x7F; 40]].concat();
    let files = [
        ("HEIC", fixture("turned.heic")),
        ("AVIF", fixture("small.avif")),
        ("SVG", fixture("drawing.svg")),
        ("TIFF", fixture("palette.tiff")),
        ("JPEG XL", jxl),
        (
            "JPEG XL",
            b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl ".to_vec(),
        ),
        (
            "PSD",
            b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x20\0\0\0\x30\0\x08\0\x03".to_vec(),
        ),
    ];
    for (format, bytes) in files {
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
        start.elapsed() < Duration::from_millis(500),
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

#[test]
fn the_sides_are_never_enlarged_and_never_vanish() {
    let narrow = decode(&fixture("10x4000.png"), Target::Thumbnail { edge_px: 256 }).unwrap();
    assert_eq!(narrow.size, PixelSize::new(1, 256));
    assert_eq!(narrow.original_size, PixelSize::new(10, 4000));
    assert_color("narrow", pixel(&narrow, 0, 100), BLUE, 1);
    let small = decode(&fixture("rgb.png"), Target::Thumbnail { edge_px: 1000 }).unwrap();
    assert_eq!(small.size, PixelSize::new(48, 32));
    let limited = decode(&fixture("10x4000.png"), Target::Full { max_edge_px: 2000 }).unwrap();
    assert_eq!(limited.size, PixelSize::new(5, 2000));
    let zero = decode(&fixture("rgb.png"), Target::Thumbnail { edge_px: 0 }).unwrap();
    assert_eq!(zero.size, PixelSize::new(1, 1));
}

#[test]
fn transparent_pixels_are_multiplied_by_their_alpha() {
    let image = full("palette-transparent.png");
    assert_eq!(pixel(&image, 45, 29), [0, 0, 0, 0]);
    assert_color("opaque", pixel(&image, 2, 2), RED, 1);
    for name in ["rgba.png", "alpha.webp", "display-p3-alpha.png"] {
        for target in [FULL, Target::Thumbnail { edge_px: 16 }] {
            let image = decode(&fixture(name), target).unwrap();
            for pixel in image.pixels.chunks_exact(4) {
                assert!(
                    pixel[..3].iter().all(|color| *color <= pixel[3]),
                    "{name}: {pixel:?}"
                );
            }
        }
    }
    // Alpha 135 at this row; 220 · 135 / 255 = 116.
    let faded = pixel(&full("rgba.png"), 2, 15);
    assert!(faded[3] > 100 && faded[3] < 150, "{faded:?}");
    assert!(
        faded[0].abs_diff((220 * u16::from(faded[3]) / 255) as u8) <= 1,
        "{faded:?}"
    );
}

#[test]
fn of_an_animation_the_first_frame_is_shown_and_the_rest_is_known() {
    for name in ["animated.gif", "animated.webp", "animated.png"] {
        let image = full(name);
        assert!(image.is_animated, "{name}");
        assert!(read_metadata(&fixture(name)).is_animated, "{name}");
        assert_eq!(image.size, PixelSize::new(48, 32));
        assert_color(name, pixel(&image, 20, 20), RED, 2);
    }
    for name in [
        "still.gif",
        "lossy.webp",
        "rgb.png",
        "baseline.jpg",
        "small-frame.gif",
    ] {
        assert!(!read_metadata(&fixture(name)).is_animated, "{name}");
    }
}

#[test]
fn a_frame_smaller_than_its_screen_is_put_in_its_place() {
    let image = full("small-frame.gif");
    assert_eq!(image.size, PixelSize::new(48, 32));
    assert_eq!(pixel(&image, 2, 2), [0, 0, 0, 0]);
    assert_eq!(pixel(&image, 20, 12)[3], 255);
    assert_eq!(pixel(&image, 24, 16), [0, 0, 0, 0]);
}
