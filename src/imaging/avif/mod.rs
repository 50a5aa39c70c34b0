//! AVIF, by `oxideav-avif`, where this build has it: upright, as the format turns by itself.

mod budget;

use std::time::Duration;

use fast_image_resize::MulDiv;
use fast_image_resize::PixelType;
use fast_image_resize::images::Image;
use image::{DynamicImage, RgbImage, RgbaImage};
use oxideav_avif::{AvifError, AvifImage, AvifPixelFormat, DecodeOptions};

use super::animation::Animation;
use super::decode::{MAX_BYTES, Picture, unknown_kind};
use super::light::{self, Curve};
use super::{ImageError, cicp};
use crate::domain::PixelSize;

/// H.273: which numbers of its matrix the decoder takes for those that it does not know.
const BT_601: u8 = 6;

/// The primary picture; of a sequence the first.
pub(super) fn decode(bytes: &[u8], format: &str) -> Result<Picture, ImageError> {
    let explain = |error: AvifError| match error {
        AvifError::Unsupported(_) => unknown_kind(&format!("this kind of {format}")),
        AvifError::LimitExceeded(limit) => ImageError::TooLarge(limit),
        other => ImageError::Corrupt(other.to_string()),
    };
    let announced = oxideav_avif::info(bytes).map_err(explain)?;
    let size = PixelSize::new(announced.width, announced.height);
    if size.area() == 0 {
        return Err(ImageError::NoPixels);
    }
    let max_pixels = MAX_BYTES / bytes_of_a_pixel(announced.format);
    if size.area() > max_pixels {
        return Err(ImageError::TooLarge(format!("{size} pixels")));
    }
    budget::check(bytes, size)?;
    // As many pictures are decoded at a time as there are processors.
    let options = DecodeOptions::default()
        .with_threads(Some(1))
        .with_max_pixels(Some(max_pixels));
    let mut decoded = oxideav_avif::decode_with(bytes, &options).map_err(explain)?;
    let profile = decoded.metadata.icc.take();
    let (primaries, transfer) = (decoded.color.primaries, decoded.color.transfer);
    let mut image = pixels(&mut decoded).map_err(explain)?;
    drop(decoded);
    if is_premultiplied(bytes) {
        image = divided_by_alpha(image)?;
    }
    let original_size = PixelSize::new(image.width(), image.height());
    if original_size.area() == 0 {
        return Err(ImageError::NoPixels);
    }
    let curve = Curve::of(transfer).filter(|_| profile.is_none());
    if let Some(curve) = curve {
        light::to_srgb(&mut image, curve, primaries);
    }
    Ok(Picture {
        image,
        profile: match curve {
            Some(_) => None,
            None => profile.or_else(|| cicp::profile(primaries, transfer)),
        },
        original_size,
    })
}

/// Frames and their time, without a pixel of them.
pub(super) fn animation(bytes: &[u8]) -> Animation {
    let mut counted = Animation::default();
    let Ok(sequence) = oxideav_avif::parse_avis(bytes) else {
        return counted;
    };
    let ticks_per_second = f64::from(
        sequence
            .media_timescale
            .unwrap_or(sequence.timescale)
            .max(1),
    );
    for sample in &sequence.samples {
        let seconds = f64::from(sample.duration) / ticks_per_second;
        counted.add(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    }
    counted
}

/// What a pixel takes at the most: as it is decoded, twice while planes are put together, in
/// sixteen bits while they become red, green and blue, and in eight bits. Measured with 12
/// megapixels: 15 bytes for 4:2:0 in eight bits, 24 for 4:4:4 in ten, 34 with alpha in twelve.
fn bytes_of_a_pixel(format: AvifPixelFormat) -> u64 {
    let in_eight_bits = match (format.plane_count(), format.chroma_subsampling()) {
        (1, _) => 14,
        (_, (1, 1)) => 16,
        (_, (1, 0)) => 18,
        _ => 20,
    };
    let for_depth = if format.bytes_per_sample() > 1 { 6 } else { 0 };
    let for_alpha = if format.has_alpha() { 8 } else { 0 };
    in_eight_bits + for_depth + for_alpha
}

fn pixels(decoded: &mut AvifImage) -> Result<DynamicImage, AvifError> {
    let (width, height) = (decoded.width, decoded.height);
    let has_alpha = decoded.has_alpha();
    let read = |image: &AvifImage| {
        if has_alpha {
            image.try_to_rgba8()
        } else {
            image.try_to_rgb8()
        }
    };
    let bytes = match read(decoded) {
        Err(AvifError::Unsupported(_)) => {
            decoded.color = decoded.color.with_matrix(BT_601);
            read(decoded)?
        }
        other => other?,
    };
    let image = if has_alpha {
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    };
    image.ok_or_else(|| AvifError::invalid("fewer pixels than announced"))
}

/// Whether the colours are multiplied by alpha already.
fn is_premultiplied(bytes: &[u8]) -> bool {
    oxideav_avif::inspect(bytes).is_ok_and(|file| file.premultiplied_alpha)
}

fn divided_by_alpha(image: DynamicImage) -> Result<DynamicImage, ImageError> {
    let DynamicImage::ImageRgba8(pixels) = image else {
        return Ok(image);
    };
    let corrupt = |error: String| ImageError::Corrupt(error);
    let (width, height) = pixels.dimensions();
    let mut pixels = Image::from_vec_u8(width, height, pixels.into_raw(), PixelType::U8x4)
        .map_err(|error| corrupt(error.to_string()))?;
    MulDiv::new()
        .divide_alpha_inplace(&mut pixels)
        .map_err(|error| corrupt(error.to_string()))?;
    let pixels = RgbaImage::from_raw(width, height, pixels.into_vec());
    pixels
        .map(DynamicImage::ImageRgba8)
        .ok_or(ImageError::DecoderCrashed)
}
