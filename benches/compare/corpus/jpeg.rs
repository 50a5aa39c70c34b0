//! JPEG files as phones and cameras write them.

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::scene::resized;
use crate::Outcome;

/// How a baseline JPEG is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Baseline {
    pub(super) quality: u8,
    pub(super) sampling: SamplingFactor,
    /// MCUs between restart markers.
    pub(super) restart_interval: Option<u16>,
    /// EXIF orientation, 1 to 8; `None` writes no EXIF at all.
    pub(super) orientation: Option<u8>,
    /// Longer side of the thumbnail in the EXIF.
    pub(super) preview_px: Option<u32>,
}

impl Baseline {
    pub(super) fn plain(quality: u8) -> Self {
        Self {
            quality,
            sampling: SamplingFactor::R_4_2_0,
            restart_interval: None,
            orientation: None,
            preview_px: None,
        }
    }

    /// The file of a picture that is upright: it is stored turned, so that the orientation
    /// makes it upright again.
    pub(super) fn file(self, upright: RgbImage) -> Outcome<Vec<u8>> {
        let stored = stored(upright, self.orientation.unwrap_or(1));
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_sampling_factor(self.sampling);
        if let Some(interval) = self.restart_interval {
            encoder.set_restart_interval(interval);
        }
        if let Some(orientation) = self.orientation {
            let preview = self.preview_px.map(|edge| preview(&stored, edge));
            let exif = exif(orientation, preview.transpose()?.as_deref());
            encoder.add_exif_metadata(&exif)?;
        }
        let (width, height) = (stored.width(), stored.height());
        encoder.encode(
            stored.as_raw(),
            width.try_into()?,
            height.try_into()?,
            ColorType::Rgb,
        )?;
        Ok(file)
    }
}

fn stored(upright: RgbImage, orientation: u8) -> RgbImage {
    let back = match orientation {
        3 => Orientation::Rotate180,
        6 => Orientation::Rotate270,
        8 => Orientation::Rotate90,
        _ => return upright,
    };
    let mut turned = DynamicImage::from(upright);
    turned.apply_orientation(back);
    turned.into_rgb8()
}

fn preview(picture: &RgbImage, edge: u32) -> Outcome<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    let side = |px: u32| (px * edge).div_ceil(longer).max(1);
    let whole = (0.0, 0.0, f64::from(width), f64::from(height));
    let small = resized(picture, whole, (side(width), side(height)));
    Baseline::plain(80).file(small)
}

/// A TIFF header with two directories: the picture's, and its thumbnail's.
fn exif(orientation: u8, preview: Option<&[u8]>) -> Vec<u8> {
    const ASCII: u16 = 2;
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let make = b"Salon corpus\0";
    let make_at = 8 + 2 + 2 * 12 + 4;
    let second_at = make_at + make.len().next_multiple_of(2);
    let preview_at = second_at + 2 + 3 * 12 + 4;
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: usize, value: usize| {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(le(count));
        bytes.extend(le(value));
        bytes
    };
    let first = [
        entry(0x010f, ASCII, make.len(), make_at),
        entry(0x0112, SHORT, 1, usize::from(orientation)),
    ];
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(first.concat());
    tiff.extend(le(preview.map_or(0, |_| second_at)));
    tiff.extend(make);
    tiff.resize(second_at, 0);
    if let Some(preview) = preview {
        let second = [
            entry(0x0103, SHORT, 1, 6),
            entry(0x0201, LONG, 1, preview_at),
            entry(0x0202, LONG, 1, preview.len()),
        ];
        tiff.extend(3_u16.to_le_bytes());
        tiff.extend(second.concat());
        tiff.extend(le(0));
        tiff.extend(preview);
    }
    tiff
}

fn le(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(0).to_le_bytes()
}
