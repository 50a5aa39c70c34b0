//! How a thumbnail is made: the only place that decides it.

use super::ImageError;
use super::decode::{Picture, Source};

/// The picture of a file, with no side above `edge_px`, neither turned nor converted yet: both
/// are cheaper on few pixels.
///
/// Decodes every pixel and shrinks; a decoder that can decode at a smaller scale comes in here.
pub(super) fn decode(source: &Source<'_>, edge_px: u32) -> Result<Picture, ImageError> {
    source.decode()?.shrink(edge_px)
}
