//! Transparency as files have it.

use fast_image_resize::images::Image;
use fast_image_resize::{MulDiv, PixelType};
use image::{DynamicImage, RgbaImage};

use super::ImageError;

/// Of colours that are multiplied by their alpha already, those that they were before.
pub(super) fn divided(image: DynamicImage) -> Result<DynamicImage, ImageError> {
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
