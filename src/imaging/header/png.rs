//! PNG: a list of chunks, each with its length.

use super::super::bytes::{array, be32, byte, position};
use super::super::{ColorModel, Colors};
use super::Header;
use crate::domain::PixelSize;

/// A part of the file; of one that goes on past the end, what there is.
pub(in super::super) struct Chunk<'a> {
    pub(in super::super) kind: [u8; 4],
    pub(in super::super) content: &'a [u8],
    is_cut: bool,
}

/// The chunks, up to and with the last.
pub(in super::super) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut next = Some(8_usize);
    std::iter::from_fn(move || {
        let at = next?;
        let (length, kind) = be32(bytes, at).zip(array::<4>(bytes, at + 4))?;
        let content_at = at + 8;
        let end = content_at.saturating_add(position(length));
        // A checksum follows.
        next = end.checked_add(4).filter(|_| &kind != b"IEND");
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
    let mut header = Header {
        is_incomplete: true,
        ..Header::default()
    };
    for chunk in chunks(bytes) {
        let content = chunk.content;
        match &chunk.kind {
            b"IHDR" => image_header(&mut header, content),
            // One colour, or entries of the palette, are transparent.
            b"tRNS" => {
                if let Some(colors) = &mut header.colors {
                    colors.has_alpha = true;
                }
            }
            b"acTL" => header.is_animated = be32(content, 0).is_some_and(|n_frames| n_frames > 1),
            b"eXIf" => {
                header.is_exif_missing = chunk.is_cut;
                // Some writers keep the prefix that JPEG has.
                header.exif = Some(content.strip_prefix(b"Exif\0\0").unwrap_or(content));
            }
            b"IEND" => header.is_incomplete = false,
            _ => {}
        }
    }
    header
}

fn image_header(header: &mut Header<'_>, content: &[u8]) {
    header.size = be32(content, 0)
        .zip(be32(content, 4))
        .map(|(width, height)| PixelSize::new(width, height));
    header.colors = byte(content, 9).and_then(colors);
    let is_palette = byte(content, 9) == Some(3);
    // A palette's entries have eight bits, however short its indices are.
    header.bits_per_channel = byte(content, 8).map(|depth| if is_palette { 8 } else { depth });
    header.compression = byte(content, 12).map(|interlace| match interlace {
        0 => "Deflate",
        _ => "Deflate, interlaced",
    });
}

const fn colors(kind: u8) -> Option<Colors> {
    Some(match kind {
        0 => Colors::opaque(ColorModel::Gray),
        2 => Colors::opaque(ColorModel::Rgb),
        3 => Colors::opaque(ColorModel::Palette),
        4 => Colors::transparent(ColorModel::Gray),
        6 => Colors::transparent(ColorModel::Rgb),
        _ => return None,
    })
}
