//! Chunks of a WebP that are metadata.

use bytes::Bytes;
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;

use super::{CopyError, XmpPlace, exif, packet};

const EXIF: [u8; 4] = *b"EXIF";
const XMP: [u8; 4] = *b"XMP ";
const EXTENDED: [u8; 4] = *b"VP8X";
const LOSSLESS: [u8; 4] = *b"VP8L";
const HAS_XMP: u8 = 0b100;
const HAS_ALPHA: u8 = 0b1_0000;

/// The packet, of the chunk that is one.
pub(super) fn packet(webp: &WebP) -> Option<Bytes> {
    webp.chunk_by_id(XMP)?.content().data().cloned()
}

pub(super) fn clean_chunk(chunk: &mut RiffChunk) -> Result<bool, CopyError> {
    let id = chunk.id();
    let RiffContent::Data(data) = chunk.content_mut() else {
        return Ok(false);
    };
    let mut contents = data.to_vec();
    let has_changed = match id {
        EXIF => exif::clean_block(&mut contents)?,
        XMP => packet::remove_position(&mut contents)?,
        _ => false,
    };
    if has_changed {
        *data = contents.into();
    }
    Ok(has_changed)
}

pub(super) fn set_packet(webp: &mut WebP, packet: &str) -> XmpPlace {
    if webp.chunk_by_id(EXTENDED).is_none() {
        let Some(header) = header(webp) else {
            return XmpPlace::NoRoom;
        };
        let header = RiffChunk::new(EXTENDED, RiffContent::Data(header));
        webp.chunks_mut().insert(0, header);
    }
    let packet = RiffContent::Data(Bytes::copy_from_slice(packet.as_bytes()));
    let chunks = webp.chunks_mut();
    let mut ids = chunks.iter_mut();
    match ids.find(|chunk| chunk.id() == XMP) {
        Some(old) => *old.content_mut() = packet,
        None => chunks.push(RiffChunk::new(XMP, packet)),
    }
    let header = chunks.iter_mut().find(|chunk| chunk.id() == EXTENDED);
    if let Some(RiffContent::Data(data)) = header.map(RiffChunk::content_mut) {
        let mut contents = data.to_vec();
        if let Some(flags) = contents.first_mut() {
            *flags |= HAS_XMP;
        }
        *data = contents.into();
    }
    XmpPlace::Written
}

/// What a file of the simple kind needs in front to have metadata: flags and size.
fn header(webp: &WebP) -> Option<Bytes> {
    let (width, height) = webp.dimensions()?;
    let lossless = webp.chunk_by_id(LOSSLESS);
    let lossless = lossless.and_then(|chunk| chunk.content().data());
    // Behind the signature: fourteen bits each of width and height, then whether there is alpha.
    let has_alpha =
        lossless.is_some_and(|data| data.get(4).is_some_and(|bits| bits & 0b1_0000 != 0));
    let flags = if has_alpha { HAS_ALPHA } else { 0 };
    let side = |side: u32| side.saturating_sub(1).to_le_bytes();
    let [w0, w1, w2, _] = side(width);
    let [h0, h1, h2, _] = side(height);
    Some(vec![flags, 0, 0, 0, w0, w1, w2, h0, h1, h2].into())
}
