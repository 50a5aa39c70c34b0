//! JPEG XL: a codestream, alone or in boxes.

use super::super::bytes::{be32, position};
use super::super::jxl::{WORKING_BYTES, announced, has_one_frame};
use super::{Header, isobmff};
use crate::domain::PixelSize;

/// What the header of the codestream says, and where the boxes around it keep EXIF.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let exif = isobmff::find(bytes, *b"Exif").and_then(exif_in_box);
    let Some(image) = announced(bytes) else {
        return Header {
            exif,
            is_incomplete: true,
            ..Header::default()
        };
    };
    let metadata = &image.image_header().metadata;
    let channels = image.pixel_format().channels() as u64;
    let size = PixelSize::new(image.width(), image.height());
    Header {
        exif,
        size: Some(size),
        bits_per_channel: u8::try_from(metadata.bit_depth.bits_per_sample()).ok(),
        is_animated: metadata.animation.is_some() && !has_one_frame(bytes),
        working_bytes: size.area().saturating_mul(channels * WORKING_BYTES),
        ..Header::default()
    }
}

/// Where the structure begins comes first.
fn exif_in_box(content: &[u8]) -> Option<&[u8]> {
    let offset = position(be32(content, 0)?);
    content.get(offset.checked_add(4)?..)
}
