//! Segments of a JPEG that are metadata, and what may follow the picture.

use bytes::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};

use super::{CopyError, XmpPlace, after, exif, packet};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MORE_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Lists the other pictures of the file by how far they are behind it.
const MPF: &[u8] = b"MPF\0";
/// A segment says its length in two bytes, which count themselves.
const MAX_SEGMENT_BYTES: usize = 65_533;

/// The packet, of the segment that is one.
pub(super) fn packet(jpeg: &Jpeg) -> Option<Bytes> {
    let mut contents = jpeg.segments().iter().map(JpegSegment::contents);
    let segment = contents.find(|contents| contents.starts_with(XMP))?;
    Some(segment.slice(XMP.len()..))
}

pub(super) fn set_packet(jpeg: &mut Jpeg, packet: &str) -> XmpPlace {
    let contents = Bytes::from([XMP, packet.as_bytes()].concat());
    if contents.len() > MAX_SEGMENT_BYTES {
        return XmpPlace::NoRoom;
    }
    let segments = jpeg.segments_mut();
    let is_mpf = |segment: &JpegSegment| segment.contents().starts_with(MPF);
    let list_at = segments.iter().position(is_mpf).unwrap_or(usize::MAX);
    let old = segments
        .iter()
        .enumerate()
        .find(|(_, segment)| segment.contents().starts_with(XMP))
        .map(|(at, segment)| (at, segment.contents().len()));
    let segment = JpegSegment::new_with_contents(markers::APP1, contents.clone());
    match old {
        Some((at, length)) if at > list_at && length != contents.len() => return XmpPlace::NoRoom,
        Some((at, _)) => {
            if let Some(old) = segments.get_mut(at) {
                *old = segment;
            }
        }
        None => {
            // Behind JFIF and EXIF, which must come first, and before the list.
            let is_first = |segment: &JpegSegment| {
                segment.marker() == markers::APP0 || segment.contents().starts_with(exif::PREFIX)
            };
            let at = segments.iter().position(|segment| !is_first(segment));
            segments.insert(at.unwrap_or_default().min(list_at), segment);
        }
    }
    XmpPlace::Written
}

pub(super) fn clean_segment(segment: &mut JpegSegment, file: &Bytes) -> Result<bool, CopyError> {
    let marker = segment.marker();
    if marker == markers::APP1 {
        let mut contents = segment.contents().to_vec();
        let has_changed = clean_app1(&mut contents)?;
        if has_changed {
            *segment = JpegSegment::new_with_contents(marker, contents.into());
        }
        return Ok(has_changed);
    }
    if marker != markers::SOS {
        return Ok(false);
    }
    // What follows the scan may be other pictures, with fields of their own.
    let n_bytes = segment.len_with_entropy() - segment.len();
    let start = file.len().saturating_sub(n_bytes);
    let mut rest = file.slice(start..).to_vec();
    let has_changed = clean_rest(&mut rest)?;
    if has_changed {
        let contents = segment.contents().clone();
        *segment = JpegSegment::new_with_entropy(marker, contents, rest.into());
    }
    Ok(has_changed)
}

fn clean_app1(contents: &mut [u8]) -> Result<bool, CopyError> {
    if let Some(block) = after(contents, exif::PREFIX) {
        return exif::remove_position(block);
    }
    if let Some(packet) = after(contents, XMP) {
        return packet::remove_position(packet);
    }
    if contents.starts_with(MORE_XMP) && packet::may_hold_position(contents) {
        // The packet before it carries the hash of these parts.
        return Err(CopyError::Stuck("it is in an XMP extension"));
    }
    Ok(false)
}

/// In coded data 0xFF is followed by 0 or a restart, so what looks like a segment is one.
fn clean_rest(rest: &mut [u8]) -> Result<bool, CopyError> {
    let mut has_changed = false;
    let mut at = 0;
    while let Some(found) = find(rest.get(at..).unwrap_or_default(), &[0xFF, markers::APP1]) {
        at += found + 2;
        let length = rest.get(at..at + 2).and_then(|it| it.try_into().ok());
        let end = at + usize::from(u16::from_be_bytes(length.unwrap_or_default()));
        if let Some(contents) = rest.get_mut(at + 2..end) {
            has_changed |= clean_app1(contents)?;
        }
    }
    let Some(end) = find(rest, &[0xFF, markers::EOI]) else {
        return Ok(has_changed);
    };
    let behind = rest.get_mut(end..).unwrap_or_default();
    Ok(clean_film(behind) || has_changed)
}

/// Phones put a short film behind a photograph. Its box `©xyz` is where it was taken.
fn clean_film(bytes: &mut [u8]) -> bool {
    const PLACE: &[u8] = b"\xA9xyz";
    const MAX_PLACE_BYTES: usize = 1024;
    let mut has_changed = false;
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), PLACE) {
        at += found;
        let length = at.checked_sub(4).and_then(|start| bytes.get(start..at));
        let length = length.and_then(|it| it.try_into().ok());
        let length = usize::try_from(u32::from_be_bytes(length.unwrap_or_default()));
        let length = length.unwrap_or(usize::MAX);
        if (8..=MAX_PLACE_BYTES).contains(&length)
            && let Some(body) = bytes.get_mut(at..at + length - 4)
        {
            body.fill(0);
            // A box that every player passes over.
            if let Some(kind) = body.get_mut(..4) {
                kind.copy_from_slice(b"free");
            }
            has_changed = true;
        }
        at += 4;
    }
    has_changed
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}
