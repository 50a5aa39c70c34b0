//! Thumbnails as they are kept on disk: small, and fast to read again.

use std::io::Cursor;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use jpeg_encoder::{ColorType, Encoder as JpegEncoder, SamplingFactor};

use super::sniff::SIGNATURES;
use super::{DecodedImage, ImageError, Target, decode};
use crate::domain::PixelSize;

/// At 256 px nobody sees a difference from there on, and the files grow quickly.
const JPEG_QUALITY: u8 = 85;

/// Formats that [`sniff`](super::sniff()) names without a signature.
const OTHER_FORMATS: [&str; 10] = [
    "WebP", "BMP", "ICO", "CUR", "PNM", "SVG", "TGA", "AVIF", "HEIC", "HEIF",
];

/// What a kept thumbnail cannot say itself: it is about the file it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFile<'a> {
    /// After its orientation was applied.
    pub original_size: PixelSize,
    /// As [`DecodedImage::format`].
    pub format: &'a str,
    /// Whether it has more than one frame.
    pub is_animated: bool,
}

/// A thumbnail as a file: JPEG, or PNG when some of it is transparent.
///
/// # Errors
///
/// When its pixels are not as many as its size says.
pub fn encode_thumbnail(image: &DecodedImage) -> Result<Vec<u8>, ImageError> {
    let is_opaque = image
        .pixels
        .chunks_exact(4)
        .all(|pixel| pixel.ends_with(&[255]));
    if is_opaque {
        return encode_jpeg(image);
    }
    encode_png(image)
}

/// An image as a PNG file, every pixel as it is.
///
/// # Errors
///
/// When its pixels are not as many as its size says.
pub fn encode_png(image: &DecodedImage) -> Result<Vec<u8>, ImageError> {
    let PixelSize { width, height } = image.size;
    let mut file = Vec::new();
    let pixels = image.pixels.to_vec();
    let mut pixels = Image::from_vec_u8(width, height, pixels, PixelType::U8x4)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    MulDiv::new()
        .divide_alpha_inplace(&mut pixels)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    let encoder = PngEncoder::new_with_quality(
        Cursor::new(&mut file),
        CompressionType::Fast,
        PngFilter::Adaptive,
    );
    let written = encoder.write_image(pixels.buffer(), width, height, ExtendedColorType::Rgba8);
    written.map_err(|error| ImageError::Corrupt(error.to_string()))?;
    Ok(file)
}

/// With SIMD: the encoder of `image` took more of a worker's time than anything else did where
/// the server has thumbnails.
fn encode_jpeg(image: &DecodedImage) -> Result<Vec<u8>, ImageError> {
    let side = |side_px: u32| {
        u16::try_from(side_px).map_err(|error| ImageError::Corrupt(error.to_string()))
    };
    let (width, height) = (side(image.size.width)?, side(image.size.height)?);
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file, JPEG_QUALITY);
    // Colored text on screenshots blurs with less.
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let written = encoder.encode(&image.pixels, width, height, ColorType::Rgba);
    written.map_err(|error| ImageError::Corrupt(error.to_string()))?;
    Ok(file)
}

/// A thumbnail that was kept, with no side above `edge_px`.
///
/// # Errors
///
/// When the bytes are damaged, or show a file of a format that is not known here.
pub fn decode_thumbnail(
    bytes: &[u8],
    shown: &ShownFile<'_>,
    edge_px: u32,
) -> Result<DecodedImage, ImageError> {
    let format = format_named(shown.format).ok_or_else(|| ImageError::NoDecoder {
        format: shown.format.to_owned(),
    })?;
    let image = decode(bytes, Target::Thumbnail { edge_px })?;
    Ok(DecodedImage {
        original_size: shown.original_size,
        format,
        is_animated: shown.is_animated,
        ..image
    })
}

/// The same image with no side above `edge_px`.
///
/// # Errors
///
/// When its pixels are not as many as its size says.
pub fn shrink_thumbnail(image: DecodedImage, edge_px: u32) -> Result<DecodedImage, ImageError> {
    let size = image.size.fit_within(edge_px.max(1));
    if size == image.size {
        return Ok(image);
    }
    let (width, height) = (image.size.width, image.size.height);
    let from = ImageRef::new(width, height, &image.pixels, PixelType::U8x4)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    let mut to = Image::new(size.width, size.height, PixelType::U8x4);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        // The colours are multiplied already.
        .use_alpha(false);
    Resizer::new()
        .resize(&from, &mut to, &options)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    let mut pixels = to.into_vec();
    // A sharp edge overshoots, but no colour is brighter than its alpha.
    for pixel in pixels.chunks_exact_mut(4) {
        if let [red, green, blue, alpha] = pixel {
            for color in [red, green, blue] {
                *color = (*color).min(*alpha);
            }
        }
    }
    Ok(DecodedImage {
        size,
        pixels: pixels.into(),
        ..image
    })
}

fn format_named(name: &str) -> Option<&'static str> {
    let signed = SIGNATURES.iter().map(|(_, _, name)| *name);
    signed.chain(OTHER_FORMATS).find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    const EDGE: Target = Target::Thumbnail { edge_px: 64 };

    fn kept_and_read(image: &DecodedImage) -> DecodedImage {
        let file = encode_thumbnail(image).unwrap();
        let shown = ShownFile {
            original_size: image.original_size,
            format: image.format,
            is_animated: image.is_animated,
        };
        decode_thumbnail(&file, &shown, 64).unwrap()
    }

    fn mean_difference(one: &DecodedImage, other: &DecodedImage) -> f64 {
        let pairs = one.pixels.iter().zip(other.pixels.iter());
        let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / one.pixels.len() as f64
    }

    #[test]
    fn every_thumbnail_comes_back_as_it_was() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(image) = decode(&std::fs::read(&path).unwrap(), EDGE) else {
                continue;
            };
            let read = kept_and_read(&image);
            assert_eq!(read.size, image.size, "{}", path.display());
            assert_eq!(read.original_size, image.original_size);
            assert_eq!(read.format, image.format);
            assert_eq!(read.is_animated, image.is_animated);
            let difference = mean_difference(&image, &read);
            // Some fixtures are as good as noise, of which no JPEG keeps more.
            assert!(difference < 7.0, "{}: {difference}", path.display());
            count += 1;
        }
        assert!(count > 10, "{count} images were tried");
    }

    #[test]
    fn what_is_transparent_stays_transparent() {
        let image = decode(&fixture("display-p3-alpha.png"), EDGE).unwrap();
        let read = kept_and_read(&image);
        let alphas = |image: &DecodedImage| -> Vec<u8> {
            image.pixels.iter().skip(3).step_by(4).copied().collect()
        };
        assert_eq!(alphas(&read), alphas(&image));
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        let image = decode(&fixture("rgb.png"), EDGE).unwrap();
        let shown = ShownFile {
            original_size: image.original_size,
            format: "PNG",
            is_animated: false,
        };
        assert!(decode_thumbnail(b"no picture", &shown, 64).is_err());
    }

    #[test]
    fn a_shrunken_thumbnail_has_no_colour_above_its_alpha() {
        let pixels: Vec<u8> = (0..100_u32 * 100)
            .flat_map(|at| {
                let alpha = if at % 7 < 3 { 0 } else { 200 };
                [alpha, alpha / 2, alpha, alpha]
            })
            .collect();
        let image = DecodedImage {
            size: PixelSize::new(100, 100),
            original_size: PixelSize::new(400, 400),
            pixels: pixels.into(),
            format: "PNG",
            is_animated: false,
        };
        let small = shrink_thumbnail(image, 33).unwrap();
        assert_eq!(small.size, PixelSize::new(33, 33));
        assert_eq!(small.original_size, PixelSize::new(400, 400));
        for pixel in small.pixels.chunks_exact(4) {
            assert!(pixel[..3].iter().all(|color| *color <= pixel[3]));
        }
    }
}
