//! A thumbnail from the beginning of a file, while the rest is still on its way.

use super::DecodedImage;

/// What the beginning of a file gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Early {
    /// As good as from the whole file: the rest need not come.
    Ready(DecodedImage),
    /// More can be said once so many bytes of the file are here.
    AskAgainAt(u64),
    /// Only the whole file gives a thumbnail.
    NeedsWhole,
}

/// The thumbnail of a file of which `prefix` is the beginning, fit into `edge_px`.
pub fn early_thumbnail(_prefix: &[u8], _edge_px: u32) -> Early {
    Early::NeedsWhole
}
