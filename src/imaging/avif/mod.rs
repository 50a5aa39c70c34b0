//! AVIF, by `oxideav-avif`, where this build has it: upright, as the format turns by itself.

mod budget;
mod coded;
mod frames;
mod tracks;

use image::{DynamicImage, RgbImage, RgbaImage};
use oxideav_avif::{AvifError, AvifImage, AvifPixelFormat, ColorInfo, DecodeOptions};

pub(super) use self::frames::{AvifFrames, bytes_to_play, timing};
use super::decode::{MAX_BYTES, Picture, no_decoder_of_kind};
use super::light::{self, Curve};
use super::{ImageError, alpha, cicp};
use crate::domain::PixelSize;

/// H.273: which numbers of its matrix the decoder takes for those that it does not know.
const BT_601: u8 = 6;

/// The primary picture; of a sequence the first.
pub(super) fn decode(bytes: &[u8], format: &str) -> Result<Picture, ImageError> {
    let explain = |error: AvifError| match error {
        AvifError::Unsupported(_) => no_decoder_of_kind(format),
        AvifError::LimitExceeded(limit) => ImageError::TooLarge(limit),
        other => ImageError::Corrupt(other.to_string()),
    };
    tracks::check(bytes)?;
    let announced = oxideav_avif::info(bytes).map_err(explain)?;
    let size = PixelSize::new(announced.width, announced.height);
    if size.area() == 0 {
        return Err(ImageError::NoPixels);
    }
    let max_pixels = MAX_BYTES / bytes_of_a_pixel(announced.format);
    if size.area() > max_pixels {
        return Err(ImageError::TooLarge(format!("{size} pixels")));
    }
    budget::check(bytes, size, max_pixels)?;
    if announced.is_sequence
        && let Some(picture) = frames::first_with_alpha(bytes, format)
    {
        return Ok(picture);
    }
    // As many pictures are decoded at a time as there are processors.
    let options = DecodeOptions::default()
        .with_threads(Some(1))
        .with_max_pixels(Some(max_pixels));
    let mut decoded = oxideav_avif::decode_with(bytes, &options).map_err(explain)?;
    let profile = decoded.metadata.icc.take();
    let color = decoded.color;
    let mut image = pixels(&mut decoded).map_err(explain)?;
    drop(decoded);
    if is_premultiplied(bytes) {
        image = alpha::divided(image)?;
    }
    let original_size = PixelSize::new(image.width(), image.height());
    if original_size.area() == 0 {
        return Err(ImageError::NoPixels);
    }
    if profile.is_some() {
        return Ok(Picture {
            image,
            profile,
            original_size,
        });
    }
    Ok(Picture {
        image: in_srgb(image, color),
        profile: profile_of(color.primaries, color.transfer),
        original_size,
    })
}

/// Of high dynamic range, what a screen shows; else as it is.
fn in_srgb(mut image: DynamicImage, color: ColorInfo) -> DynamicImage {
    if let Some(curve) = Curve::of(color.transfer) {
        light::to_srgb(&mut image, curve, color.primaries);
    }
    image
}

/// The profile that stands for these numbers, where [`in_srgb`] leaves it to one.
fn profile_of(primaries: u8, transfer: u8) -> Option<Vec<u8>> {
    match Curve::of(transfer) {
        Some(_) => None,
        None => cicp::profile(primaries, transfer),
    }
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

/// Pieces of files, for the tests of all that counts them.
#[cfg(test)]
mod tests {
    use oxideav_av1::{ObuIter, ObuType};

    /// The coded picture of a file.
    pub(super) fn coded(file: &[u8]) -> Vec<u8> {
        let header = oxideav_avif::parse_header(file).unwrap();
        let id = header.meta.primary_item_id.unwrap();
        header.item_data(id).unwrap().into_owned()
    }

    /// What comes before the first frame, and the rest.
    pub(super) fn split(data: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let head = ObuIter::new(data).map(Result::unwrap);
        let head = head.take_while(|unit| unit.obu_type != ObuType::Frame);
        let at: usize = head.map(|unit| unit.header_len + unit.payload_len).sum();
        (data[..at].to_vec(), data[at..].to_vec())
    }
}
