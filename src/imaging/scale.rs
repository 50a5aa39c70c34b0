//! Fewer pixels, well chosen.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageBuffer};

use super::ImageError;
use crate::domain::PixelSize;

/// The image in this size, by Lanczos3; unchanged when it is as small already.
///
/// Colours of transparent pixels do not bleed: they count by their alpha. Takes eight bits a
/// channel.
pub(super) fn shrink(image: DynamicImage, size: PixelSize) -> Result<DynamicImage, ImageError> {
    if size == PixelSize::new(image.width(), image.height()) {
        return Ok(image);
    }
    if layout(&image).is_none() {
        return resized(&image.into_rgba8().into(), size, FilterType::Lanczos3);
    }
    resized(&image, size, FilterType::Lanczos3)
}

/// The same, of a picture that stays.
pub(super) fn shrunk(image: &DynamicImage, size: PixelSize) -> Result<DynamicImage, ImageError> {
    resized(image, size, FilterType::Lanczos3)
}

/// The image at half its size: the mean of each four pixels.
pub(super) fn halved(image: &DynamicImage) -> Result<DynamicImage, ImageError> {
    let size = PixelSize::new(image.width().div_ceil(2), image.height().div_ceil(2));
    resized(image, size, FilterType::Box)
}

/// The image enlarged, softly.
pub(super) fn enlarged(image: &DynamicImage, size: PixelSize) -> Result<DynamicImage, ImageError> {
    resized(image, size, FilterType::Bilinear)
}

fn layout(image: &DynamicImage) -> Option<PixelType> {
    match image {
        DynamicImage::ImageLuma8(_) => Some(PixelType::U8),
        DynamicImage::ImageLumaA8(_) => Some(PixelType::U8x2),
        DynamicImage::ImageRgb8(_) => Some(PixelType::U8x3),
        DynamicImage::ImageRgba8(_) => Some(PixelType::U8x4),
        _ => None,
    }
}

fn resized(
    image: &DynamicImage,
    size: PixelSize,
    filter: FilterType,
) -> Result<DynamicImage, ImageError> {
    let layout = layout(image).ok_or(ImageError::DecoderCrashed)?;
    let from = ImageRef::new(image.width(), image.height(), image.as_bytes(), layout)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    let mut to = Image::new(size.width, size.height, layout);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize(&from, &mut to, &options)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    rebuild(size, layout, to.into_vec()).ok_or(ImageError::DecoderCrashed)
}

fn rebuild(size: PixelSize, layout: PixelType, pixels: Vec<u8>) -> Option<DynamicImage> {
    let PixelSize { width, height } = size;
    match layout {
        PixelType::U8 => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        PixelType::U8x2 => {
            ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageLumaA8)
        }
        PixelType::U8x3 => {
            ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
        }
        _ => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8),
    }
}
