//! Small planes of a picture: filled by the scans, resized on their own, joined to colours.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage, RgbImage};

use super::Refusal;
use super::segments::{Component, Frame};
use crate::domain::PixelSize;

/// Samples of a component, `side` × `side` of each block.
pub(super) struct Plane {
    samples: Vec<u8>,
    row_len: usize,
    pub(super) side: usize,
    /// What of the plane is the picture, in samples. The last ones may be so in part only.
    shown: (f64, f64),
}

/// How the planes make a colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Colors {
    YCbCr,
    Rgb,
}

impl Plane {
    /// With room for whole MCUs of this component.
    pub(super) fn new(frame: &Frame, component: &Component, side: usize) -> Self {
        let (columns, rows) = frame.n_mcus();
        let (h, v) = component.sampling;
        let row_len = columns as usize * h as usize * side;
        let shown = |length: u32, sampling: u32, largest: u32| {
            f64::from(length * sampling) * side as f64 / f64::from(8 * largest)
        };
        Self {
            samples: vec![128; row_len * rows as usize * v as usize * side],
            row_len,
            side,
            shown: (
                shown(frame.size.width, h, frame.largest.0),
                shown(frame.size.height, v, frame.largest.1),
            ),
        }
    }

    /// Sets the samples of the block in this column and row.
    #[inline]
    pub(super) fn put<const N: usize>(&mut self, column: usize, row: usize, block: &[[u8; N]; N]) {
        let mut at = row * N * self.row_len + column * N;
        for samples in block {
            if let Some(to) = self.samples.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
                *to = *samples;
            }
            at += self.row_len;
        }
    }

    fn resized(&self, size: PixelSize, resizer: &mut Resizer) -> Result<Vec<u8>, Refusal> {
        let broken = |_| Refusal::Unsuitable;
        let n_rows = self.samples.len() / self.row_len.max(1);
        let (Ok(row_len), Ok(n_rows)) = (u32::try_from(self.row_len), u32::try_from(n_rows)) else {
            return Err(Refusal::Unsuitable);
        };
        let from = ImageRef::new(row_len, n_rows, &self.samples, PixelType::U8).map_err(broken)?;
        let mut to = Image::new(size.width, size.height, PixelType::U8);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .crop(0.0, 0.0, self.shown.0, self.shown.1);
        match resizer.resize(&from, &mut to, &options) {
            Ok(()) => Ok(to.into_vec()),
            Err(_) => Err(Refusal::Unsuitable),
        }
    }
}

/// The picture in this size.
pub(super) fn join(
    planes: &[Plane],
    colors: Colors,
    size: PixelSize,
) -> Result<DynamicImage, Refusal> {
    let mut resizer = Resizer::new();
    let resized: Result<Vec<_>, _> = planes
        .iter()
        .map(|plane| plane.resized(size, &mut resizer))
        .collect();
    let PixelSize { width, height } = size;
    let joined = match <[Vec<u8>; 3]>::try_from(resized?) {
        Ok([first, second, third]) => {
            let pixels = first.iter().zip(&second).zip(&third);
            let rgb = pixels.flat_map(|((first, second), third)| match colors {
                Colors::Rgb => [*first, *second, *third],
                Colors::YCbCr => rgb(*first, *second, *third),
            });
            RgbImage::from_raw(width, height, rgb.collect()).map(DynamicImage::ImageRgb8)
        }
        Err(planes) => planes
            .into_iter()
            .next()
            .and_then(|gray| GrayImage::from_raw(width, height, gray))
            .map(DynamicImage::ImageLuma8),
    };
    joined.ok_or(Refusal::Unsuitable)
}

/// JFIF's colours, in 16 bits behind the point.
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let y = (i32::from(y) << 16) + (1 << 15);
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    [
        y + 91_881 * cr,
        y - 22_554 * cb - 46_802 * cr,
        y + 116_130 * cb,
    ]
    .map(|sample| clamped(sample >> 16))
}

/// The nearest value that a sample may have.
#[inline]
pub(super) fn clamped(sample: i32) -> u8 {
    u8::try_from(sample.clamp(0, 255)).unwrap_or_default()
}
