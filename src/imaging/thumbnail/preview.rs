//! The preview that cameras embed in a photograph, where it can stand for the photograph.

use exif::Tag;
use image::ImageFormat;

use super::super::decode::{Picture, Source};
use super::super::exif::Fields;
use super::super::scale;
use crate::domain::PixelSize;

/// Of the photograph's shape but for rounding: others have black bars, or are of what the
/// photograph was before someone cropped it.
const MOST_DISTORTION: f64 = 0.01;

/// Cameras embed less than 2 megapixels; anybody may embed more than is decoded in a moment.
const MAX_PREVIEW_PIXELS: u64 = 4_000_000;

/// A thumbnail of `size` for the file of this size, out of its preview.
///
/// `None` when there is none that is large enough, of the same shape and stored the same way up.
pub(super) fn thumbnail(
    fields: &Fields,
    original_size: PixelSize,
    size: PixelSize,
) -> Option<Picture> {
    if !are_about(fields, original_size) {
        return None;
    }
    let source = Source::open(fields.preview()?).ok()?;
    let announced = source.header.size?;
    let is_usable = source.is_by_image(ImageFormat::Jpeg)
        && announced.width >= size.width
        && announced.height >= size.height
        && announced.area() <= original_size.area().min(MAX_PREVIEW_PIXELS)
        && has_shape_of(announced, original_size);
    if !is_usable {
        return None;
    }
    let preview = source.decode().ok()?;
    Some(Picture {
        image: scale::shrink(preview.image, size).ok()?,
        // Its colours are the photograph's, whose profile the caller knows.
        profile: None,
        original_size,
    })
}

/// Whether the fields describe a picture of this size: programs that crop or shrink may leave
/// them, and the preview, as the camera wrote them.
fn are_about(fields: &Fields, size: PixelSize) -> bool {
    let sides = (
        fields.number(Tag::PixelXDimension),
        fields.number(Tag::PixelYDimension),
    );
    let (Some(width), Some(height)) = sides else {
        return true;
    };
    // Some cameras give the sides as shown.
    [(width, height), (height, width)].contains(&(size.width, size.height))
}

fn has_shape_of(preview: PixelSize, original: PixelSize) -> bool {
    let scale = f64::from(original.width) / f64::from(preview.width);
    let expected_height = f64::from(original.height) / scale;
    let difference = (f64::from(preview.height) - expected_height).abs();
    difference <= 1.0_f64.max(MOST_DISTORTION * expected_height)
}
