//! WebP: a RIFF list of chunks; EXIF comes after the pixels.

use super::super::bytes::{array, byte, le16, le24, le32, position};
use super::super::{ColorModel, Colors};
use super::Header;
use crate::domain::PixelSize;

const HAS_EXIF: u8 = 0b1000;
const HAS_ANIMATION: u8 = 0b10;
const HAS_ALPHA: u8 = 0b1_0000;

/// Place, size, duration and flags of a frame, before its chunks.
pub(in super::super) const FRAME_HEADER_LEN: usize = 16;

/// A part of the file; of one that goes on past the end, what there is.
pub(in super::super) struct Chunk<'a> {
    pub(in super::super) kind: [u8; 4],
    pub(in super::super) content: &'a [u8],
    is_cut: bool,
}

/// The chunks that start `at` a place: 12 for those of a file, 16 for those in a frame.
pub(in super::super) fn chunks(bytes: &[u8], at: usize) -> impl Iterator<Item = Chunk<'_>> {
    let mut next = Some(at);
    std::iter::from_fn(move || {
        let at = next?;
        let (kind, length) = array::<4>(bytes, at).zip(le32(bytes, at + 4))?;
        let content_at = at + 8;
        let end = content_at.saturating_add(position(length));
        // Chunks start at even places.
        next = end.checked_next_multiple_of(2);
        let content = bytes.get(content_at..end.min(bytes.len()));
        Some(Chunk {
            kind,
            content: content.unwrap_or_default(),
            is_cut: end > bytes.len(),
        })
    })
}

/// What the chunks say.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let announced_end = le32(bytes, 4).map_or(usize::MAX, |n| position(n).saturating_add(8));
    let mut header = Header {
        colors: Some(Colors::opaque(ColorModel::Rgb)),
        bits_per_channel: Some(8),
        is_incomplete: announced_end > bytes.len(),
        ..Header::default()
    };
    let mut n_frames = 0;
    for chunk in chunks(bytes, 12) {
        let content = chunk.content;
        match &chunk.kind {
            b"VP8X" => extended(&mut header, content),
            b"VP8 " | b"VP8L" => {
                // What came before said it of all frames.
                if header.size.is_none() && is_lossless_with_alpha(&chunk) {
                    header.colors = Some(Colors::transparent(ColorModel::Rgb));
                }
                header.size = header.size.or_else(|| coded_size(&chunk));
                coding(&mut header, chunk.kind);
            }
            b"ANMF" => {
                n_frames += 1;
                let coded = chunks(content, FRAME_HEADER_LEN);
                coded.for_each(|chunk| coding(&mut header, chunk.kind));
            }
            b"EXIF" => {
                header.is_exif_missing = chunk.is_cut;
                header.exif = Some(content.strip_prefix(b"Exif\0\0").unwrap_or(content));
            }
            _ => {}
        }
    }
    header.is_exif_missing &= header.is_incomplete;
    // One frame alone does not move, whatever was announced.
    header.is_animated &= n_frames > 1 || header.is_incomplete;
    header
}

/// Lossy WebP has one sample of colour for four pixels, lossless one for each.
fn coding(header: &mut Header<'_>, kind: [u8; 4]) {
    match (&kind, header.compression) {
        (b"VP8 ", None) => {
            header.compression = Some("Lossy");
            header.chroma = Some("4:2:0");
        }
        (b"VP8L", None) => header.compression = Some("Lossless"),
        (b"VP8 ", Some("Lossless")) | (b"VP8L", Some("Lossy")) => {
            header.compression = Some("Lossy and lossless");
        }
        _ => {}
    }
}

fn coded_size(chunk: &Chunk<'_>) -> Option<PixelSize> {
    match &chunk.kind {
        b"VP8 " => lossy_size(chunk.content),
        _ => lossless_size(chunk.content),
    }
}

fn extended(header: &mut Header<'_>, content: &[u8]) {
    let flags = byte(content, 0).unwrap_or_default();
    header.is_animated = flags & HAS_ANIMATION != 0;
    let has_alpha = flags & HAS_ALPHA != 0;
    header.colors = Some(Colors {
        model: ColorModel::Rgb,
        has_alpha,
    });
    header.is_exif_missing = flags & HAS_EXIF != 0;
    header.size = le24(content, 4)
        .zip(le24(content, 7))
        .map(|(width, height)| PixelSize::new(width + 1, height + 1));
}

/// A bit behind the two sides.
fn is_lossless_with_alpha(chunk: &Chunk<'_>) -> bool {
    let packed = le32(chunk.content, 1).filter(|_| &chunk.kind == b"VP8L");
    packed.is_some_and(|packed| packed >> 28 & 1 == 1)
}

fn lossy_size(content: &[u8]) -> Option<PixelSize> {
    if content.get(3..6)? != b"\x9D\x01\x2A" {
        return None;
    }
    let side = |at| le16(content, at).map(|side| u32::from(side & 0x3FFF));
    Some(PixelSize::new(side(6)?, side(8)?))
}

fn lossless_size(content: &[u8]) -> Option<PixelSize> {
    let packed = le32(content, 1).filter(|_| byte(content, 0) == Some(0x2F))?;
    Some(PixelSize::new(
        (packed & 0x3FFF) + 1,
        ((packed >> 14) & 0x3FFF) + 1,
    ))
}
