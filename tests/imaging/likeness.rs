//! How like a picture is to another, and the picture that others have to be like.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbaImage};

/// A window's side in pixels, as in most measurements of structural similarity.
const WINDOW: u32 = 7;

/// Every window would say nothing more.
const STEP: usize = 3;

/// The reference: every pixel decoded, resized by Lanczos3 so that no side is above `edge_px`.
/// The sides are those of the file, which may differ from those of what is decoded.
pub(crate) fn lanczos(whole: &DynamicImage, width: u32, height: u32, edge_px: u32) -> RgbaImage {
    let size = salon::domain::PixelSize::new(width, height).fit_within(edge_px);
    let pixels = whole.to_rgba8();
    if (size.width, size.height) == pixels.dimensions() {
        return pixels;
    }
    let from = ImageRef::new(whole.width(), whole.height(), &pixels, PixelType::U8x4).unwrap();
    let mut to = Image::new(size.width, size.height, PixelType::U8x4);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&from, &mut to, &options).unwrap();
    RgbaImage::from_raw(size.width, size.height, to.into_vec()).unwrap()
}

/// Structural similarity of brightness, 1 for the same.
pub(crate) fn luma_ssim(pixels: &[u8], reference: &RgbaImage) -> f64 {
    ssim(pixels, reference, [0.299, 0.587, 0.114])
}

/// The least of the three colour channels' structural similarities.
pub(crate) fn least_channel_ssim(pixels: &[u8], reference: &RgbaImage) -> f64 {
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
        .map(|weights| ssim(pixels, reference, weights))
        .into_iter()
        .fold(1.0, f64::min)
}

fn ssim(pixels: &[u8], reference: &RgbaImage, weights: [f64; 3]) -> f64 {
    let (width, height) = reference.dimensions();
    assert_eq!(pixels.len(), reference.as_raw().len());
    let plane = |pixels: &[u8]| -> Vec<f64> {
        let weighted = |pixel: &[u8]| (0..3).map(|i| weights[i] * f64::from(pixel[i])).sum();
        pixels.chunks_exact(4).map(weighted).collect()
    };
    let (a, b) = (plane(pixels), plane(reference.as_raw()));
    // Small pictures are one window.
    let (across, down) = (WINDOW.min(width), WINDOW.min(height));
    let n_pixels = f64::from(across * down);
    let (mut sum, mut n_windows) = (0.0, 0.0);
    for top in (0..=height - down).step_by(STEP) {
        for left in (0..=width - across).step_by(STEP) {
            let (mut sum_a, mut sum_b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for row in top..top + down {
                for column in left..left + across {
                    let at = (row * width + column) as usize;
                    let (one, other) = (a[at], b[at]);
                    sum_a += one;
                    sum_b += other;
                    aa += one * one;
                    bb += other * other;
                    ab += one * other;
                }
            }
            let (mean_a, mean_b) = (sum_a / n_pixels, sum_b / n_pixels);
            let variances = (aa + bb) / n_pixels - mean_a * mean_a - mean_b * mean_b;
            let covariance = ab / n_pixels - mean_a * mean_b;
            let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
            sum += (2.0 * mean_a * mean_b + c1) * (2.0 * covariance + c2)
                / ((mean_a * mean_a + mean_b * mean_b + c1) * (variances + c2));
            n_windows += 1.0;
        }
    }
    sum / n_windows
}
