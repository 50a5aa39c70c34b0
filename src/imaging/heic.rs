//! HEIC, by `heifer`, where this build has it: upright and in sRGB.

use heifer::{Error, Options};
use image::{DynamicImage, RgbaImage};

use super::ImageError;
use super::decode::{MAX_BYTES, Picture, no_decoder};
use crate::domain::PixelSize;

/// Four bytes of a pixel, and six of its planes while they are put together.
const BYTES_OF_A_PIXEL: u64 = 10;

/// Every pixel of the primary picture.
pub(super) fn decode(
    bytes: &[u8],
    announced: Option<PixelSize>,
    format: &str,
) -> Result<Picture, ImageError> {
    let max_pixels = MAX_BYTES / BYTES_OF_A_PIXEL;
    if let Some(size) = announced.filter(|size| size.area() > max_pixels) {
        return Err(ImageError::TooLarge(format!("{size} pixels")));
    }
    // As many pictures are decoded at a time as there are processors.
    let options = Options {
        max_threads: 1,
        max_pixels,
    };
    let picture = heifer::decode_srgb_rgba8(bytes, &options).map_err(|error| match error {
        Error::Unsupported(_) => no_decoder(format),
        other => ImageError::Corrupt(other.to_string()),
    })?;
    let size = PixelSize::new(picture.width, picture.height);
    if size.area() == 0 {
        return Err(ImageError::NoPixels);
    }
    let pixels = RgbaImage::from_raw(size.width, size.height, picture.data);
    Ok(Picture {
        image: DynamicImage::ImageRgba8(pixels.ok_or(ImageError::DecoderCrashed)?),
        profile: None,
        original_size: size,
    })
}
