//! Every format in every orientation beside each other, as a picture and as a thumbnail, and each
//! compared with the painting that it was made of.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, RgbImage, RgbaImage};
use salon::imaging::{Target, decode, peek_size, read_metadata};

use super::likeness::lanczos;
use super::{FULL, fixture};

/// No side the same, no corner like another, and nothing finer than a thumbnail can show.
fn painting() -> RgbImage {
    RgbImage::from_fn(96, 64, |x, y| {
        let across = u8::try_from(x * 255 / 95).unwrap();
        let down = u8::try_from(y * 255 / 63).unwrap();
        let is_mark = (8..32).contains(&x) && (8..24).contains(&y);
        image::Rgb(if is_mark {
            [20, 30, 40]
        } else {
            [across, down, 255 - across]
        })
    })
}

/// As a camera stores it that was held so: turned the other way than the viewer has to.
fn stored(painting: &RgbImage, orientation: u8) -> DynamicImage {
    let undo = match Orientation::from_exif(orientation).unwrap() {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        other => other,
    };
    let mut image = DynamicImage::ImageRgb8(painting.clone());
    image.apply_orientation(undo);
    image
}

/// EXIF with nothing but an orientation.
fn exif(orientation: u8) -> Vec<u8> {
    [
        b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
        &[orientation, 0, 0, 0, 0, 0, 0],
    ]
    .concat()
}

/// With EXIF where the format can have it.
fn encode(
    mut encoder: impl ImageEncoder,
    image: &DynamicImage,
    orientation: Option<u8>,
) -> image::ImageResult<()> {
    if let Some(orientation) = orientation {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
    }
    let (width, height) = (image.width(), image.height());
    encoder.write_image(image.as_bytes(), width, height, image.color().into())
}

/// A file of a format, and by how many of 255 steps its pixels may be off: on average, at most.
struct Kind {
    name: &'static str,
    mean: f64,
    most: u8,
    has_orientation: bool,
    file: fn(&DynamicImage, u8) -> Vec<u8>,
}

const KINDS: [Kind; 13] = [
    Kind {
        name: "JPEG",
        mean: 1.0,
        most: 25,
        has_orientation: true,
        file: |image, orientation| {
            let mut file = Vec::new();
            let encoder = JpegEncoder::new_with_quality(&mut file, 95);
            encode(encoder, image, Some(orientation)).unwrap();
            file
        },
    },
    Kind {
        name: "PNG",
        mean: 0.0,
        most: 0,
        has_orientation: true,
        file: |image, orientation| {
            let mut file = Vec::new();
            encode(PngEncoder::new(&mut file), image, Some(orientation)).unwrap();
            file
        },
    },
    Kind {
        name: "PNG, 16 bits",
        mean: 0.0,
        most: 0,
        has_orientation: true,
        file: |image, orientation| {
            let mut file = Vec::new();
            let deep = DynamicImage::ImageRgb16(image.to_rgb16());
            encode(PngEncoder::new(&mut file), &deep, Some(orientation)).unwrap();
            file
        },
    },
    Kind {
        name: "WebP",
        mean: 0.0,
        most: 0,
        has_orientation: true,
        file: |image, orientation| {
            let mut file = Vec::new();
            let encoder = WebPEncoder::new_lossless(&mut file);
            encode(encoder, image, Some(orientation)).unwrap();
            file
        },
    },
    Kind {
        name: "TIFF",
        mean: 0.0,
        most: 0,
        has_orientation: true,
        file: |image, orientation| {
            let mut file = Vec::new();
            encode(TiffEncoder::new(Cursor::new(&mut file)), image, None).unwrap();
            turned_tiff(file, orientation)
        },
    },
    Kind {
        name: "GIF",
        mean: 5.0,
        most: 40,
        has_orientation: false,
        file: |image, _| {
            let mut file = Vec::new();
            let (width, height) = (image.width(), image.height());
            GifEncoder::new_with_speed(&mut file, 1)
                .encode(
                    image.to_rgba8().as_raw(),
                    width,
                    height,
                    ExtendedColorType::Rgba8,
                )
                .unwrap();
            file
        },
    },
    plain("BMP", |image, _| written(image, ImageFormat::Bmp)),
    plain("TGA", |image, _| written(image, ImageFormat::Tga)),
    plain("QOI", |image, _| written(image, ImageFormat::Qoi)),
    plain("PNM", |image, _| written(image, ImageFormat::Pnm)),
    plain("ICO", |image, _| {
        written(
            &DynamicImage::ImageRgba8(image.to_rgba8()),
            ImageFormat::Ico,
        )
    }),
    plain("SVG", |image, _| drawn(&image.to_rgb8())),
    // There is no encoder here that turns: these come from libavif.
    Kind {
        name: "AVIF",
        mean: 2.0,
        most: 25,
        has_orientation: true,
        file: |_, orientation| fixture(&format!("painting-{orientation}.avif")),
    },
];

/// Those that this build decodes.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    let is_decoded = |kind: &&Kind| kind.name != "AVIF" || cfg!(feature = "avif");
    KINDS.iter().filter(is_decoded)
}

/// Without loss, and without a place for an orientation.
const fn plain(name: &'static str, file: fn(&DynamicImage, u8) -> Vec<u8>) -> Kind {
    Kind {
        name,
        mean: 0.0,
        most: 0,
        has_orientation: false,
        file,
    }
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    image.write_to(&mut Cursor::new(&mut file), format).unwrap();
    file
}

/// A drawing of one square for each pixel.
fn drawn(image: &RgbImage) -> Vec<u8> {
    let squares: Vec<String> = image
        .enumerate_pixels()
        .map(|(x, y, image::Rgb([r, g, b]))| {
            format!("<path d='M{x} {y}h1v1h-1z' fill='rgb({r},{g},{b})'/>")
        })
        .collect();
    let (width, height) = image.dimensions();
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' \
         shape-rendering='crispEdges'>{}</svg>",
        squares.concat()
    )
    .into_bytes()
}

/// The encoder of `image` writes no orientation into a TIFF: a field that Salon does not need
/// becomes one, with its place in the order of tags kept.
fn turned_tiff(mut file: Vec<u8>, orientation: u8) -> Vec<u8> {
    let directory = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let n_fields = u16::from_le_bytes(file[directory..directory + 2].try_into().unwrap());
    let mut fields: Vec<Vec<u8>> = (0..usize::from(n_fields))
        .map(|index| file[directory + 2 + 12 * index..][..12].to_vec())
        .collect();
    fields.push([&[0x12, 1, 3, 0, 1, 0, 0, 0, orientation][..], &[0; 3]].concat());
    fields.sort_by_key(|field| u16::from_le_bytes([field[0], field[1]]));
    let moved = u32::try_from(file.len()).unwrap();
    file[4..8].copy_from_slice(&moved.to_le_bytes());
    file.extend((n_fields + 1).to_le_bytes());
    file.extend(fields.concat());
    file.extend([0; 4]);
    file
}

/// What the viewer or the grid shows, on a sheet of its own size.
fn shown(name: &str, file: &[u8], target: Target) -> RgbaImage {
    let image = decode(file, target).unwrap_or_else(|error| panic!("{name}: {error}"));
    RgbaImage::from_raw(image.size.width, image.size.height, image.pixels.to_vec()).unwrap()
}

fn assert_alike(name: &str, found: &RgbaImage, expected: &RgbaImage, mean: f64, most: u8) {
    assert_eq!(found.dimensions(), expected.dimensions(), "{name}");
    let differences = || {
        let pairs = found.as_raw().iter().zip(expected.as_raw());
        pairs.map(|(a, b)| a.abs_diff(*b))
    };
    let sum: u64 = differences().map(u64::from).sum();
    let found_mean = sum as f64 / expected.as_raw().len() as f64;
    let found_most = differences().max().unwrap();
    assert!(
        found_mean <= mean && found_most <= most,
        "{name}: {found_mean:.2} on average, {found_most} at most"
    );
}

/// What Lanczos3 in eight bits may be off when it works on other channels or in another order.
const SHRINKING: u8 = 2;

#[test]
fn every_format_in_every_orientation_is_like_the_painting() {
    let painting = painting();
    let whole = DynamicImage::ImageRgb8(painting.clone());
    let small = lanczos(&whole, 96, 64, 48);
    // A drawing is not shrunk but drawn smaller, which weighs its edges otherwise.
    // Across the orientations, down the formats, each as a picture and as a thumbnail.
    let mut sheet = RgbaImage::new(8 * (96 + 48), u32::try_from(KINDS.len()).unwrap() * 64);
    for (row, kind) in (0_i64..).zip(kinds()) {
        for orientation in 1..=8 {
            let name = format!("{}, orientation {orientation}", kind.name);
            let as_stored = if kind.has_orientation {
                stored(&painting, orientation)
            } else {
                whole.clone()
            };
            let file = (kind.file)(&as_stored, orientation);
            // A drawing has as many pixels as one likes.
            let full = match kind.name {
                "SVG" => Target::Thumbnail { edge_px: 96 },
                _ => FULL,
            };
            let full = shown(&name, &file, full);
            assert_alike(&name, &full, &whole.to_rgba8(), kind.mean, kind.most);
            let thumbnail = shown(&name, &file, Target::Thumbnail { edge_px: 48 });
            let most = if kind.name == "SVG" {
                30
            } else {
                kind.most + SHRINKING
            };
            let mean = if kind.name == "SVG" {
                2.0
            } else {
                kind.mean + 0.5
            };
            assert_alike(&name, &thumbnail, &small, mean, most);
            for size in [peek_size(&file), read_metadata(&file).dimensions] {
                let size = size.unwrap_or_else(|| panic!("{name}: no size"));
                assert_eq!((size.width, size.height), (96, 64), "{name}");
            }
            let column = i64::from(orientation - 1) * (96 + 48);
            image::imageops::replace(&mut sheet, &full, column, row * 64);
            image::imageops::replace(&mut sheet, &thumbnail, column + 96, row * 64);
        }
    }
    // To look at: `CARGO_TARGET_TMPDIR` is in the target folder.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("contact-sheet.png");
    sheet.save(path).unwrap();
}

/// There is no encoder of JPEG XL in pure Rust: its files come from the reference encoder.
#[test]
fn jpeg_xl_in_every_orientation_is_like_the_jpeg_that_it_was_made_of() {
    for orientation in 1..=8 {
        let name = format!("orientation-{orientation}.jxl");
        let jpeg = fixture(&format!("orientation-{orientation}.jpg"));
        for target in [FULL, Target::Thumbnail { edge_px: 24 }] {
            let expected = shown(&name, &jpeg, target);
            let found = shown(&name, &fixture(&name), target);
            assert_alike(&name, &found, &expected, 2.0, 50);
        }
    }
}
