//! WebP: a RIFF list of chunks; EXIF comes after the pixels.

use super::super::bytes::{array, byte, le16, le24, le32, position};
use super::Header;
use crate::domain::PixelSize;

const HAS_EXIF: u8 = 0b1000;
const HAS_ANIMATION: u8 = 0b10;

/// What the chunks say.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let announced_end = le32(bytes, 4).map_or(usize::MAX, |n| position(n).saturating_add(8));
    let mut header = Header {
        bits_per_channel: Some(8),
        is_incomplete: announced_end > bytes.len(),
        ..Header::default()
    };
    let mut at: usize = 12;
    while let Some((kind, length)) = array::<4>(bytes, at).zip(le32(bytes, at + 4)) {
        let content_at = at + 8;
        let end = content_at.saturating_add(position(length));
        let content = bytes
            .get(content_at..end.min(bytes.len()))
            .unwrap_or_default();
        match &kind {
            b"VP8X" => extended(&mut header, content),
            b"VP8 " => header.size = header.size.or_else(|| lossy_size(content)),
            b"VP8L" => header.size = header.size.or_else(|| lossless_size(content)),
            b"EXIF" => {
                header.is_exif_missing = end > bytes.len();
                header.exif = Some(content.strip_prefix(b"Exif\0\0").unwrap_or(content));
            }
            _ => {}
        }
        // Chunks start at even places.
        let Some(next) = end.checked_next_multiple_of(2) else {
            break;
        };
        at = next;
    }
    header.is_exif_missing &= header.is_incomplete;
    header
}

fn extended(header: &mut Header<'_>, content: &[u8]) {
    let flags = byte(content, 0).unwrap_or_default();
    header.is_animated = flags & HAS_ANIMATION != 0;
    header.is_exif_missing = flags & HAS_EXIF != 0;
    header.size = le24(content, 4)
        .zip(le24(content, 7))
        .map(|(width, height)| PixelSize::new(width + 1, height + 1));
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
