//! The right pixels from every kind of file.

use salon::domain::PixelSize;
use salon::imaging::{DecodedImage, Target, decode, peek_size, read_metadata};

use super::{FULL, fixture};

type Color = [u8; 3];

const RED: Color = [220, 40, 40];
const GREEN: Color = [40, 180, 60];
const BLUE: Color = [40, 80, 220];
const YELLOW: Color = [240, 210, 40];
fn full(name: &str) -> DecodedImage {
    decode(&fixture(name), FULL).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pixel(image: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
    let at = usize::try_from(4 * (y * image.size.width + x)).unwrap();
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
    let jpeg_xl = [1, 2, 3, 4, 5, 6, 7, 8].map(|n| format!("orientation-{n}.jxl"));
    let names = names.iter().chain(&jpeg_xl).map(String::as_str);
    let others = [
        "orientation-6.png",
        "orientation-5.webp",
        "orientation-8.tiff",
    ];
    for name in names.chain(others) {
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
        "pages.tiff",
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
        "rgb.jxl",
        "rgb16.jxl",
        "corners.svg",
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
        "cmyk-with-profile.jpg",
        "ycck.jpg",
        "no-end-marker.jpg",
        "trailing-bytes.jpg",
        "a-jpeg-named.png",
        "lossy.webp",
        "lossy.jxl",
        "recoded.jxl",
    ];
    for name in lossy {
        assert_corners(name, &full(name), 8);
    }
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
    for name in ["rgba.png", "alpha.webp", "display-p3-alpha.png", "rgba.jxl"] {
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
    let red = 220 * u16::from(faded[3]) / 255;
    assert!(u16::from(faded[0]).abs_diff(red) <= 1, "{faded:?}");
}

#[test]
fn of_an_animation_the_first_frame_is_shown_and_the_rest_is_known() {
    for name in [
        "animated.gif",
        "animated.webp",
        "animated.png",
        "animated.jxl",
    ] {
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

#[cfg(feature = "heic")]
#[test]
fn heic_is_shown_where_this_build_can() {
    let (name, file) = ("rgb.heic", fixture("rgb.heic"));
    let image = full(name);
    assert_eq!(image.size, PixelSize::new(48, 32));
    assert_corners(name, &image, 10);
    let small = decode(&file, Target::Thumbnail { edge_px: 24 }).unwrap();
    assert_corners(name, &small, 14);
    assert_eq!(peek_size(&file), Some(image.size));
}

#[cfg(not(feature = "heic"))]
#[test]
fn heic_is_named_where_this_build_cannot_show_it() {
    let error = decode(&fixture("rgb.heic"), FULL).unwrap_err();
    assert_eq!(error.to_string(), "no decoder for HEIC");
    assert_eq!(
        peek_size(&fixture("rgb.heic")),
        Some(PixelSize::new(48, 32))
    );
}
