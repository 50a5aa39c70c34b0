//! How a thumbnail is made: the only place that decides it.
//!
//! From the whole file always out of the picture itself: a JPEG at the smallest scale that
//! serves, anything else by decoding every pixel. From the file's first bytes also out of the
//! preview that cameras embed ([`preview`]), so that the rest need not be fetched ([`early`]):
//! previews are compressed hard, which only the bytes they save make up for.

mod early;
mod preview;

pub use early::{Early, early_thumbnail};

use image::ImageFormat;

use super::decode::{MAX_BYTES, Picture, Source};
use super::jpeg::{Jpeg, Refusal};
use super::sniff::Codec;
use super::{ImageError, svg};
use crate::domain::PixelSize;

/// The picture of a file, with no side above `edge_px`, neither turned nor converted yet: both
/// are cheaper on few pixels.
pub(super) fn decode(source: &Source<'_>, edge_px: u32) -> Result<Picture, ImageError> {
    if source.is_by_image(ImageFormat::Jpeg)
        && let Ok(picture) = Jpeg::open(source.bytes).and_then(|jpeg| scaled(jpeg, edge_px))
    {
        return Ok(picture);
    }
    if source.codec == Codec::Svg {
        return svg::thumbnail(source.bytes, edge_px);
    }
    // What Salon's own decoder refuses, this one decodes or explains.
    source.decode()?.shrink(edge_px)
}

/// The picture of a JPEG at an eighth, a quarter or half of its size, no side above `edge_px`;
/// `None` when that is less than three quarters of what was asked for, or of no use.
pub(super) fn quick(source: &Source<'_>, edge_px: u32) -> Option<Picture> {
    if !source.is_by_image(ImageFormat::Jpeg) {
        return None;
    }
    let jpeg = Jpeg::open(source.bytes).ok()?;
    scaled_edges(jpeg.size().longer_side(), edge_px).and_then(|edge_px| scaled(jpeg, edge_px).ok())
}

/// The longest side of the smallest scale that has three quarters of what is asked for: half as
/// much work again as for the next smaller one, for a difference that a second look shows.
fn scaled_edges(longer_px: u32, edge_px: u32) -> Option<u32> {
    let enough = u64::from(edge_px.min(longer_px)) * 3;
    let scales = [8, 4, 2].map(|denominator| longer_px / denominator);
    let edge = scales
        .into_iter()
        .find(|scaled| u64::from(*scaled) * 4 >= enough)?;
    Some(edge.min(edge_px))
}

fn scaled(jpeg: Jpeg<'_>, edge_px: u32) -> Result<Picture, Refusal> {
    let original_size = jpeg.size();
    if is_too_large(original_size) {
        return Err(Refusal::Unsuitable);
    }
    let profile = jpeg.profile();
    Ok(Picture {
        image: jpeg.shrunk(thumbnail_size(original_size, edge_px))?,
        profile,
        original_size,
    })
}

/// Such a file is refused, however little of it a thumbnail would need: it could not be opened.
fn is_too_large(size: PixelSize) -> bool {
    size.area() * 3 > MAX_BYTES
}

fn thumbnail_size(original: PixelSize, edge_px: u32) -> PixelSize {
    original.fit_within(edge_px.max(1))
}

#[cfg(test)]
mod tests {
    use image::imageops::FilterType;
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

    use super::super::{Target, decode};

    /// Rings that grow finer towards the edge, with noise and hard lines on them.
    fn test_picture() -> DynamicImage {
        let mut random = fastrand::Rng::with_seed(3);
        DynamicImage::ImageRgb8(RgbImage::from_fn(900, 600, |x, y| {
            let (dx, dy) = (f64::from(x) - 450.0, f64::from(y) - 300.0);
            let wave = 110.0 + 90.0 * (dx.mul_add(dx, dy * dy) / 900.0).cos();
            let line = if x % 97 < 2 || y % 61 < 2 { -60.0 } else { 0.0 };
            let sample = (wave + line + f64::from(random.u8(..30))).clamp(0.0, 255.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped"
            )]
            let sample = sample as u8;
            Rgb([sample, sample / 2, 255 - sample])
        }))
    }

    #[test]
    fn a_thumbnail_is_as_good_as_a_lanczos_reference() {
        let picture = test_picture();
        let mut file = Vec::new();
        picture
            .write_to(&mut std::io::Cursor::new(&mut file), ImageFormat::Png)
            .unwrap();
        let thumbnail = decode(&file, Target::Thumbnail { edge_px: 256 }).unwrap();
        let (width, height) = (thumbnail.size.width, thumbnail.size.height);
        let reference = picture
            .resize_exact(width, height, FilterType::Lanczos3)
            .into_rgba8();
        let squares: u64 = thumbnail
            .pixels
            .iter()
            .zip(reference.as_raw())
            .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
            .sum();
        let mean = squares as f64 / thumbnail.pixels.len() as f64;
        let psnr_db = 10.0 * (255.0 * 255.0 / mean).log10();
        assert!(psnr_db > 45.0, "{psnr_db} dB");
    }
}
