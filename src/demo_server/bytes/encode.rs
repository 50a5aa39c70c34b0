//! Pictures as files of a length that was announced before they were painted.
//!
//! A listing names the size of every upload, and a listing must not paint. So each upload is
//! given a length, the picture is compressed until it fits, and what is left is filled with
//! comments, which every decoder skips.

use std::io::Cursor;

use flate2::Crc;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageResult};

use super::super::paint::Canvas;

/// The encodings that painted pictures come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Jpeg,
    Png,
    WebP,
}

impl Encoding {
    /// The media type an uploader declares.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// The usual ending of a file name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// A length that pictures of this size fit into, most of them at the first try. Measured
    /// on the painted motifs; `share` in 0..1 spreads lengths as real files spread.
    pub(crate) fn announced_length(self, width: u32, height: u32, share: f64) -> u64 {
        let n_pixels = u64::from(width) * u64::from(height);
        let (low, high) = match self {
            Self::Jpeg => (140, 260),
            Self::Png => (180, 340),
            Self::WebP => (160, 300),
        };
        let thousandths = low + scaled(high - low, share);
        // WebP chunks are padded to even lengths.
        (n_pixels * thousandths / 1000 + 4000) & !1
    }
}

/// The picture as a file of exactly `byte_len` bytes.
pub(crate) fn encoded(canvas: &Canvas, encoding: Encoding, byte_len: u64) -> Vec<u8> {
    let target = usize::try_from(byte_len).unwrap_or(usize::MAX);
    let mut smallest = Vec::new();
    for effort in 0..EFFORTS {
        match compressed(canvas, encoding, effort) {
            Ok(file) if fits(file.len(), target, encoding) => {
                return padded(file, encoding, target);
            }
            Ok(file) => smallest = file,
            Err(error) => tracing::warn!(%error, "a painted picture could not be encoded"),
        }
    }
    tracing::warn!(
        target,
        got = smallest.len(),
        "a painted picture exceeds its announced length"
    );
    smallest.resize(target, 0);
    smallest
}

/// Tries with ever coarser compression before giving up.
const EFFORTS: u8 = 6;

fn compressed(canvas: &Canvas, encoding: Encoding, effort: u8) -> ImageResult<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    let (width, height) = (canvas.width(), canvas.height());
    let color = ExtendedColorType::Rgb8;
    match encoding {
        Encoding::Jpeg => {
            let quality = 88_u8.saturating_sub(effort * 16).max(5);
            let encoder = JpegEncoder::new_with_quality(&mut file, quality);
            encoder.write_image(canvas.pixels(), width, height, color)?;
        }
        Encoding::Png => {
            let encoder = PngEncoder::new(&mut file);
            encoder.write_image(&coarser(canvas, effort), width, height, color)?;
        }
        Encoding::WebP => {
            let encoder = WebPEncoder::new_lossless(&mut file);
            encoder.write_image(&coarser(canvas, effort), width, height, color)?;
        }
    }
    Ok(file.into_inner())
}

/// Fewer shades compress better without loss.
fn coarser(canvas: &Canvas, effort: u8) -> Vec<u8> {
    if effort == 0 {
        return canvas.pixels().to_vec();
    }
    let mask = 0xff_u8 << (effort + 1).min(7);
    canvas.pixels().iter().map(|level| level & mask).collect()
}

fn fits(length: usize, target: usize, encoding: Encoding) -> bool {
    let smallest_filler = match encoding {
        Encoding::Jpeg => 4,
        Encoding::Png => 12,
        Encoding::WebP => 8,
    };
    length == target || length + smallest_filler <= target
}

fn padded(mut file: Vec<u8>, encoding: Encoding, target: usize) -> Vec<u8> {
    let missing = target.saturating_sub(file.len());
    if missing == 0 {
        return file;
    }
    let (at, filler) = match encoding {
        Encoding::Jpeg => (end_of_jfif_header(&file), jpeg_comments(missing)),
        Encoding::Png => (file.len().saturating_sub(PNG_END), png_chunk(missing)),
        Encoding::WebP => (file.len(), riff_chunk(missing)),
    };
    file.splice(at..at, filler);
    if encoding == Encoding::WebP {
        let riff_length = u32::try_from(file.len().saturating_sub(8))
            .unwrap_or(0)
            .to_le_bytes();
        if let Some(field) = file.get_mut(4..8) {
            field.copy_from_slice(&riff_length);
        }
    }
    file
}

/// The `IEND` chunk, always last.
const PNG_END: usize = 12;

/// JFIF wants its own segment first, so comments go behind it.
fn end_of_jfif_header(file: &[u8]) -> usize {
    match file.get(2..6) {
        Some([0xff, 0xe0, high, low]) => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    }
}

fn jpeg_comments(mut missing: usize) -> Vec<u8> {
    let mut filler = Vec::with_capacity(missing);
    while missing > 0 {
        let mut segment = missing.min(65_537);
        // A rest of one to three bytes could not hold another comment.
        if missing > segment && missing - segment < 4 {
            segment -= 4;
        }
        let length = u16::try_from(segment.saturating_sub(2)).unwrap_or(2);
        filler.extend([0xff, 0xfe]);
        filler.extend(length.to_be_bytes());
        filler.extend(note().take(segment.saturating_sub(4)));
        missing -= segment;
    }
    filler
}

fn png_chunk(missing: usize) -> Vec<u8> {
    let length = missing.saturating_sub(12);
    // Ancillary, private, safe to copy.
    let mut tagged = b"paDd".to_vec();
    tagged.extend(note().take(length));
    let mut crc = Crc::new();
    crc.update(&tagged);
    let mut chunk = u32::try_from(length).unwrap_or(0).to_be_bytes().to_vec();
    chunk.extend(tagged);
    chunk.extend(crc.sum().to_be_bytes());
    chunk
}

fn riff_chunk(missing: usize) -> Vec<u8> {
    let length = missing.saturating_sub(8);
    let mut chunk = b"PADD".to_vec();
    chunk.extend(u32::try_from(length).unwrap_or(0).to_le_bytes());
    chunk.extend(note().take(length));
    chunk
}

fn note() -> impl Iterator<Item = u8> {
    b"Painted by the demo server. ".iter().copied().cycle()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the share is clamped to 0..1 and the span is a few hundred"
)]
fn scaled(span: u64, share: f64) -> u64 {
    (span as f64 * share.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo_server::paint::{GRAPHICS, SCENES, SCREENS, paint};

    #[test]
    fn every_motif_has_exactly_its_announced_length_and_can_be_decoded() {
        let motifs = SCENES.iter().chain(&GRAPHICS).chain(&SCREENS);
        for (seed, motif) in (0..).zip(motifs) {
            let canvas = paint(*motif, seed, 300, 200);
            for encoding in [Encoding::Jpeg, Encoding::Png, Encoding::WebP] {
                let byte_len = encoding.announced_length(300, 200, 0.5);
                let file = encoded(&canvas, encoding, byte_len);
                assert_eq!(file.len() as u64, byte_len, "{motif:?} {encoding:?}");
                let decoded = image::load_from_memory(&file);
                assert_eq!(decoded.unwrap().width(), 300, "{motif:?} {encoding:?}");
            }
        }
    }

    #[test]
    fn comments_fill_any_gap() {
        for missing in [4, 5, 65_537, 65_538, 65_540, 65_541, 200_000] {
            assert_eq!(jpeg_comments(missing).len(), missing);
        }
    }
}
