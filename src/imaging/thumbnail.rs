//! How a thumbnail is made: the only place that decides it.

use super::ImageError;
use super::decode::{Picture, Source};

/// The picture of a file, with no side above `edge_px`, neither turned nor converted yet: both
/// are cheaper on few pixels.
///
/// Decodes every pixel and shrinks; a decoder that can decode at a smaller scale comes in here.
pub(super) fn decode(source: &Source<'_>, edge_px: u32) -> Result<Picture, ImageError> {
    source.decode()?.shrink(edge_px)
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
