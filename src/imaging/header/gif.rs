//! GIF: a screen, then blocks of chained sub-blocks.

use super::super::bytes::{byte, le16};
use super::super::{ColorModel, Colors};
use super::Header;
use crate::domain::PixelSize;

/// What the blocks say. The walk ends at the second frame: more is not needed.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let size = le16(bytes, 6).zip(le16(bytes, 8));
    let mut header = Header {
        size: size.map(|(width, height)| PixelSize::new(width.into(), height.into())),
        colors: Some(Colors::opaque(ColorModel::Palette)),
        bits_per_channel: Some(8),
        compression: Some("LZW"),
        is_incomplete: true,
        ..Header::default()
    };
    let mut n_frames = 0;
    let mut at = 13 + byte(bytes, 10).map_or(0, color_table_len);
    while let Some(introducer) = byte(bytes, at) {
        let blocks_at = match introducer {
            0x21 => {
                if n_frames == 0 && is_transparent(bytes, at) {
                    header.colors = Some(Colors::transparent(ColorModel::Palette));
                }
                at + 2
            }
            0x2C => {
                n_frames += 1;
                // Position, size, flags, the table, then the smallest code's size.
                at + 10 + byte(bytes, at + 9).map_or(0, color_table_len) + 1
            }
            0x3B => {
                header.is_incomplete = false;
                break;
            }
            _ => break,
        };
        if n_frames > 1 {
            header.is_animated = true;
            header.is_incomplete = false;
            break;
        }
        let Some(next) = after_sub_blocks(bytes, blocks_at) else {
            break;
        };
        at = next;
    }
    header
}

/// Whether this extension says that an entry of the table is transparent in the next frame. In
/// later frames that is what shows the frame before.
fn is_transparent(bytes: &[u8], at: usize) -> bool {
    let is_control = byte(bytes, at + 1) == Some(0xF9);
    is_control && byte(bytes, at + 3).is_some_and(|flags| flags & 1 == 1)
}

pub(in super::super) fn color_table_len(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

pub(in super::super) fn after_sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = byte(bytes, at)?;
        at += 1 + usize::from(length);
        if length == 0 {
            return Some(at);
        }
    }
}
