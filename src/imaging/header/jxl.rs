//! JPEG XL: a codestream, alone or in boxes, some of which may be packed.

use std::borrow::Cow;
use std::io::Read as _;

use brotli_decompressor::Decompressor;

use super::super::bytes::{array, be32, position};
use super::super::jxl::{WORKING_BYTES, announced, timing};
use super::super::{ColorModel, Colors};
use super::{Header, isobmff};
use crate::domain::PixelSize;

/// Metadata has some kilobytes. A packed box of a kilobyte can be one of a gigabyte.
const MAX_UNPACKED_BYTES: u64 = 4 * 1024 * 1024;

/// What the unpacker reads at a time.
const BUFFER_BYTES: usize = 4096;

/// A box that holds another one, packed: its type, then what Brotli made of its content.
const PACKED: [u8; 4] = *b"brob";

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
    let format = image.pixel_format();
    let model = if format.has_black() {
        ColorModel::Cmyk
    } else if format.is_grayscale() {
        ColorModel::Gray
    } else {
        ColorModel::Rgb
    };
    let channels = format.channels() as u64;
    let size = PixelSize::new(image.width(), image.height());
    let is_one_frame = image.is_loading_done() && image.num_loaded_keyframes() == 1;
    Header {
        exif,
        size: Some(size),
        colors: Some(Colors {
            model,
            has_alpha: format.has_alpha(),
        }),
        bits_per_channel: u8::try_from(metadata.bit_depth.bits_per_sample()).ok(),
        is_animated: metadata.animation.is_some() && !is_one_frame,
        timing: timing(&image),
        working_bytes: size.area().saturating_mul(channels * WORKING_BYTES),
        ..Header::default()
    }
}

/// Where the structure begins comes first.
fn exif_in_box(content: &[u8]) -> Option<&[u8]> {
    let offset = position(be32(content, 0)?);
    content.get(offset.checked_add(4)?..)
}

/// The EXIF data of a file that has it packed.
pub(in super::super) fn packed_exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let unpacked = packed(bytes, *b"Exif")?;
    exif_in_box(&unpacked).map(<[u8]>::to_vec)
}

/// The XMP packet of a file that has it packed.
pub(in super::super) fn packed_xmp(bytes: &[u8]) -> Option<Vec<u8>> {
    packed(bytes, *b"xml ")
}

fn packed(bytes: &[u8], kind: [u8; 4]) -> Option<Vec<u8>> {
    let content = isobmff::boxes(bytes)
        .filter(|(outer, _)| *outer == PACKED)
        .find_map(|(_, content)| content.strip_prefix(&kind))?;
    let mut unpacked = Vec::new();
    // What came before the damage is worth having.
    let read = Decompressor::new(content, BUFFER_BYTES)
        .take(MAX_UNPACKED_BYTES)
        .read_to_end(&mut unpacked);
    read.ok();
    Some(unpacked)
}

/// The file without its packed boxes: the decoder would unpack them all, however large they
/// become, and needs none.
pub(in super::super) fn without_packed(bytes: &[u8]) -> Cow<'_, [u8]> {
    const IN_BOXES: &[u8] = b"\0\0\0\x0CJXL ";
    let is_packed = |(kind, _): &([u8; 4], &[u8])| *kind == PACKED;
    if !bytes.starts_with(IN_BOXES) || !whole_boxes(bytes).any(|it| is_packed(&it)) {
        return Cow::Borrowed(bytes);
    }
    let kept = whole_boxes(bytes).filter(|it| !is_packed(it));
    Cow::Owned(kept.flat_map(|(_, whole)| whole).copied().collect())
}

/// Each box with its header; what is none is the last one.
fn whole_boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let kind = array::<4>(bytes, 4).unwrap_or_default();
        let announced = match be32(bytes, 0) {
            Some(1) => array(bytes, 8).map(u64::from_be_bytes),
            length => length.map(u64::from).filter(|length| *length != 0),
        };
        let length = announced.and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length >= 8);
        let (whole, rest) = length
            .and_then(|length| bytes.split_at_checked(length))
            .unwrap_or((bytes, &[]));
        bytes = rest;
        Some((kind, whole))
    })
}
