//! Files of every format for the contact sheet, made of its painting, and how like it they have to
//! be. Nothing of Salon makes them: they are encoded here by others, or come from the reference
//! encoders of their formats.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::fixture;

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
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) mean: f64,
    pub(super) most: u8,
    pub(super) has_orientation: bool,
    pub(super) file: fn(&DynamicImage, u8) -> Vec<u8>,
}

pub(super) const KINDS: [Kind; 24] = [
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
    plain("PNG, interlaced", |image, _| interlaced(&image.to_rgb8())),
    plain("TIFF, 16 bits", |image, _| {
        let deep = DynamicImage::ImageRgb16(image.to_rgb16());
        written(&deep, ImageFormat::Tiff)
    }),
    plain("TIFF, two pages", |image, _| two_pages(image)),
    jpeg("JPEG, progressive", 1.0, |image, _| {
        inks(image, ColorType::Rgb)
    }),
    jpeg("JPEG, 4:2:0", 3.0, |image, _| {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 95);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        let (width, height) = sides(image);
        let rgb = image.to_rgb8();
        encoder
            .encode(rgb.as_raw(), width, height, ColorType::Rgb)
            .unwrap();
        file
    }),
    jpeg("JPEG, CMYK", 1.5, |image, _| inks(image, ColorType::Cmyk)),
    jpeg("JPEG, YCCK", 1.5, |image, _| {
        inks(image, ColorType::CmykAsYcck)
    }),
    Kind {
        name: "HDR",
        // Eight bits for the brightest of the three, and as many less for the others as they are
        // darker.
        mean: 3.0,
        most: 40,
        has_orientation: false,
        file: |image, _| {
            let mut linear = image.to_rgb32f();
            for channel in linear.iter_mut() {
                *channel = if *channel <= 0.04045 {
                    *channel / 12.92
                } else {
                    ((*channel + 0.055) / 1.055).powf(2.4)
                };
            }
            written(&DynamicImage::ImageRgb32F(linear), ImageFormat::Hdr)
        },
    },
    // For these there is no encoder here: they come from those of their formats.
    Kind {
        name: "WebP, lossy",
        mean: 2.0,
        most: 90,
        has_orientation: false,
        file: |_, _| fixture("painting.webp"),
    },
    Kind {
        name: "JPEG XL",
        mean: 0.5,
        most: 1,
        has_orientation: false,
        file: |_, _| fixture("painting.jxl"),
    },
    Kind {
        name: "HEIC",
        mean: 0.5,
        most: 6,
        has_orientation: true,
        file: |_, orientation| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/heic");
            std::fs::read(format!("{folder}/painting-{orientation}.heic")).unwrap()
        },
    },
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
pub(super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    let is_decoded = |kind: &&Kind| match kind.name {
        "AVIF" => cfg!(feature = "avif"),
        "HEIC" => cfg!(feature = "heic"),
        _ => true,
    };
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

/// With loss, at its most where an edge is hard.
const fn jpeg(name: &'static str, mean: f64, file: fn(&DynamicImage, u8) -> Vec<u8>) -> Kind {
    Kind {
        name,
        mean,
        most: 110,
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

fn sides(image: &DynamicImage) -> (u16, u16) {
    let side = |px: u32| u16::try_from(px).unwrap();
    (side(image.width()), side(image.height()))
}

/// A progressive JPEG of these colours, or a baseline one of inks of exactly these colours without black.
fn inks(image: &DynamicImage, kind: ColorType) -> Vec<u8> {
    let rgb = image.to_rgb8();
    let samples = if kind == ColorType::Rgb {
        rgb.into_raw()
    } else {
        let inks = |pixel: &image::Rgb<u8>| {
            let [red, green, blue] = pixel.0;
            [255 - red, 255 - green, 255 - blue, 0]
        };
        rgb.pixels().flat_map(inks).collect()
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    encoder.set_progressive(kind == ColorType::Rgb);
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    let (width, height) = sides(image);
    encoder.encode(&samples, width, height, kind).unwrap();
    file
}

/// Seven pictures, each of which fills gaps between the pixels of those before.
fn interlaced(image: &RgbImage) -> Vec<u8> {
    const PASSES: [[u32; 4]; 7] = [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
    ];
    let (width, height) = image.dimensions();
    let mut rows = Vec::new();
    for [left, top, across, down] in PASSES {
        for y in (top..height).step_by(down as usize) {
            rows.push(0);
            for x in (left..width).step_by(across as usize) {
                rows.extend(image.get_pixel(x, y).0);
            }
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&rows).unwrap();
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", [sides.as_slice(), &[8, 2, 0, 0, 1]].concat()),
        (b"IDAT", packed.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(&content);
        file.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        file.extend(kind);
        file.extend(content);
        file.extend(sum.sum().to_be_bytes());
    }
    file
}

/// Where the pixels of a TIFF are.
const STRIP_OFFSETS: u16 = 273;

/// The picture, and behind it another one.
fn two_pages(image: &DynamicImage) -> Vec<u8> {
    let mut other = image.clone();
    other.invert();
    let mut file = written(&other, ImageFormat::Tiff);
    let first = written(image, ImageFormat::Tiff);
    let number = |file: &[u8], at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let short = |file: &[u8], at: usize| u16::from_le_bytes(file[at..at + 2].try_into().unwrap());
    let base = u32::try_from(file.len()).unwrap();
    let second_at = number(&file, 4);
    let first_at = number(&first, 4) + base;
    file.extend(first);
    file[4..8].copy_from_slice(&first_at.to_le_bytes());
    // What its fields point at has moved with it.
    let mut at = first_at as usize;
    let n_fields = short(&file, at);
    at += 2;
    for _ in 0..n_fields {
        let (tag, kind, count) = (
            short(&file, at),
            short(&file, at + 2),
            number(&file, at + 4),
        );
        let bytes = match kind {
            1 | 2 => 1,
            3 => 2,
            5 => 8,
            _ => 4,
        } * count;
        assert!(tag != STRIP_OFFSETS || count == 1, "more than a strip");
        if bytes > 4 || tag == STRIP_OFFSETS {
            let moved = number(&file, at + 8) + base;
            file[at + 8..at + 12].copy_from_slice(&moved.to_le_bytes());
        }
        at += 12;
    }
    file[at..at + 4].copy_from_slice(&second_at.to_le_bytes());
    file
}
