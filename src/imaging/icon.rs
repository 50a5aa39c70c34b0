//! The PNG inside an icon file.
//!
//! `image` reads icons, but refuses those whose PNG has no alpha channel: browsers show them.

use super::bytes::{byte, le16, le32, position};

/// The largest entry of an icon directory, when it is a PNG.
pub(super) fn embedded_png(bytes: &[u8]) -> Option<&[u8]> {
    if !bytes.starts_with(&[0, 0, 1, 0]) {
        return None;
    }
    let entries = bytes
        .get(6..)?
        .chunks_exact(16)
        .take(usize::from(le16(bytes, 4)?));
    let largest = entries.max_by_key(|entry| {
        // A side of 0 means 256.
        let side = |at| byte(entry, at).map_or(0, |side| u32::from(side.wrapping_sub(1)) + 1);
        (side(0) * side(1), le16(entry, 6))
    })?;
    let at = position(le32(largest, 12)?);
    let end = at
        .saturating_add(position(le32(largest, 8)?))
        .min(bytes.len());
    bytes
        .get(at..end)
        .filter(|content| content.starts_with(b"\x89PNG\r\n\x1A\n"))
}
