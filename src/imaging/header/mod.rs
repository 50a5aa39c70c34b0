//! What a file announces before it is decoded: read by walking its structure, never by decoding.

pub(super) mod colr;
pub(super) mod gif;
pub(super) mod isobmff;
mod jpeg;
pub(super) mod jxl;
pub(super) mod png;
pub(super) mod riff;
pub(super) mod tiff;

use super::animation::Timing;
use super::bytes::{be16, be32, byte, le16, le32};
use super::{ColorModel, Colors};
use crate::domain::PixelSize;

/// What the structure of a file says. Everything is as announced, so it may be a lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// Columns and rows as stored, before any EXIF orientation.
    pub(super) size: Option<PixelSize>,
    /// What its pixels are made of.
    pub(super) colors: Option<Colors>,
    /// Bits of one colour channel.
    pub(super) bits_per_channel: Option<u8>,
    /// How many samples of colour there are for those of brightness, such as "4:2:0".
    pub(super) chroma: Option<&'static str>,
    /// How the pixels are packed, such as "Progressive" or "LZW".
    pub(super) compression: Option<&'static str>,
    /// Pictures beside each other, of which the first is shown.
    pub(super) n_pages: Option<u32>,
    /// Whether there is more than one frame.
    pub(super) is_animated: bool,
    /// When its frames are shown, where the structure tells it.
    pub(super) timing: Option<Timing>,
    /// What kind of its format it is, if that is one that nobody here decodes.
    pub(super) undecoded: Option<&'static str>,
    /// The EXIF data, as a TIFF structure.
    pub(super) exif: Option<&'a [u8]>,
    /// EXIF was announced but is not, or not whole, in these bytes.
    pub(super) is_exif_missing: bool,
    /// The structure ends before its format says it does.
    is_incomplete: bool,
    /// The coded data of a JPEG, whose end has to be searched for.
    scan: Option<&'a [u8]>,
    /// Memory that decoding needs beside the pixels: the coefficients of a progressive JPEG, the
    /// floating point of JPEG XL.
    pub(super) working_bytes: u64,
}

impl<'a> Header<'a> {
    /// What the bytes of a file, or its first ones, announce.
    ///
    /// `format` is what [`sniff`](super::sniff()) said. Formats without a walker here announce
    /// nothing.
    pub(super) fn read(format: &str, bytes: &'a [u8]) -> Self {
        match format {
            "JPEG" => jpeg::read(bytes),
            "PNG" => png::read(bytes),
            "GIF" => gif::read(bytes),
            "WebP" => riff::read(bytes),
            "HEIC" | "HEIF" | "AVIF" => isobmff::read(bytes),
            "JPEG XL" => jxl::read(bytes),
            "BMP" => bmp(bytes),
            "QOI" => Self {
                is_incomplete: !bytes.ends_with(&[0, 0, 0, 0, 0, 0, 0, 1]),
                ..big_endian_sides(bytes, 4, 8)
            },
            "PSD" | "PSB" => big_endian_sides(bytes, 18, 14),
            "TIFF" => tiff::read(bytes),
            _ => Self::default(),
        }
    }

    /// Whether the file ends before its format says it does. Reads all of a JPEG.
    pub(super) fn is_cut_short(&self) -> bool {
        self.is_incomplete || self.scan.is_some_and(|scan| !jpeg::has_end_marker(scan))
    }
}

fn bmp(bytes: &[u8]) -> Header<'_> {
    let size = if le32(bytes, 14) == Some(12) {
        le16(bytes, 18)
            .zip(le16(bytes, 20))
            .map(|(width, height)| PixelSize::new(width.into(), height.into()))
    } else {
        // A negative height means rows from the top.
        le32(bytes, 18)
            .zip(le32(bytes, 22))
            .map(|(width, height)| PixelSize::new(width, height.cast_signed().unsigned_abs()))
    };
    let bits_per_channel = match le16(bytes, 28) {
        Some(1 | 2 | 4 | 8 | 24 | 32) => Some(8),
        Some(16) => Some(5),
        _ => None,
    };
    Header {
        size,
        colors: bmp_colors(bytes),
        bits_per_channel,
        ..Header::default()
    }
}

/// Only headers of the later kinds have a mask for transparency, which counts where masks do.
fn bmp_colors(bytes: &[u8]) -> Option<Colors> {
    const BY_MASKS: [u32; 2] = [3, 6];
    let header_len = le32(bytes, 14)?;
    let bits_at = if header_len == 12 { 24 } else { 28 };
    let has_masks = header_len >= 56 && BY_MASKS.contains(&le32(bytes, 30)?);
    let has_alpha = has_masks && le32(bytes, 66)? != 0;
    Some(match le16(bytes, bits_at)? {
        1..=8 => Colors::opaque(ColorModel::Palette),
        _ => Colors {
            model: ColorModel::Rgb,
            has_alpha,
        },
    })
}

fn qoi_colors(bytes: &[u8]) -> Option<Colors> {
    let has_alpha = byte(bytes, 12)? == 4;
    let model = ColorModel::Rgb;
    Some(Colors { model, has_alpha })
}

fn psd_colors(bytes: &[u8]) -> Option<Colors> {
    let model = match be16(bytes, 24)? {
        0 | 1 | 8 => ColorModel::Gray,
        2 => ColorModel::Palette,
        3 => ColorModel::Rgb,
        4 => ColorModel::Cmyk,
        _ => return None,
    };
    Some(Colors::opaque(model))
}

fn big_endian_sides(bytes: &[u8], width_at: usize, height_at: usize) -> Header<'_> {
    let size = be32(bytes, width_at).zip(be32(bytes, height_at));
    let is_psd = height_at < width_at;
    let depth = be16(bytes, 22).and_then(|depth| u8::try_from(depth).ok());
    Header {
        size: size.map(|(width, height)| PixelSize::new(width, height)),
        colors: if is_psd {
            psd_colors(bytes)
        } else {
            qoi_colors(bytes)
        },
        bits_per_channel: if is_psd {
            depth
        } else {
            byte(bytes, 12).map(|_| 8)
        },
        ..Header::default()
    }
}
