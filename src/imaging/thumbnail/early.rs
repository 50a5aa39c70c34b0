//! A thumbnail before the whole file is there.

use super::super::decode::{Source, caught, finish};
use super::super::jpeg::{Jpeg, Refusal};
use super::super::sniff::sniff;
use super::super::{DecodedImage, ImageError, Target, decode};
use super::{Picture, is_too_large, preview, scaled, thumbnail_size};

/// Where cameras' previews end: in the one segment that EXIF is, which has 64 KiB at most.
const FIRST_LOOK_BYTES: u64 = 64 * 1024;

/// What comes before a picture may have this much, with colour profile and all; a file with more
/// of it is fetched whole.
const MOST_HEADER_BYTES: usize = 1024 * 1024;

/// Signatures are shorter.
const LEAST_BYTES: usize = 64;

/// What the first bytes of a file allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Early {
    /// A final thumbnail: the rest of the file need not be fetched.
    Ready(DecodedImage),
    /// Ask again once this many bytes of the file are there, which are more than now.
    AskAgainAt(u64),
    /// Only the whole file will do.
    NeedsWhole,
}

/// The thumbnail of a file, if its first bytes are enough for one.
///
/// `prefix` is as much of the file as came. They are enough with an embedded preview that is
/// large enough and of the picture's shape, with the first scans of a progressive JPEG when an
/// eighth of its size is large enough, and with the first frame of an animated GIF. The size of
/// the thumbnail is that which [`decode`](super::super::decode()) would give it: no side above
/// `edge_px` pixels, never enlarged.
///
/// The places to ask again at grow geometrically, so all looks together cost a small multiple of
/// the last one. Synchronous: milliseconds, for a worker thread.
pub fn early_thumbnail(prefix: &[u8], edge_px: u32) -> Early {
    caught(|| look(prefix, edge_px)).unwrap_or(Early::NeedsWhole)
}

fn look(prefix: &[u8], edge_px: u32) -> Result<Early, ImageError> {
    if prefix.len() < LEAST_BYTES {
        return Ok(Early::AskAgainAt(FIRST_LOOK_BYTES));
    }
    match sniff(prefix) {
        Some("JPEG") => jpeg(prefix, edge_px),
        Some("GIF") => gif(prefix, edge_px),
        _ => Ok(Early::NeedsWhole),
    }
}

fn jpeg(prefix: &[u8], edge_px: u32) -> Result<Early, ImageError> {
    let jpeg = match Jpeg::open(prefix) {
        Ok(jpeg) if is_too_large(jpeg.size()) => return Ok(Early::NeedsWhole),
        Ok(jpeg) => jpeg,
        Err(Refusal::Incomplete) if prefix.len() < MOST_HEADER_BYTES => return Ok(later(prefix)),
        Err(_) => return Ok(Early::NeedsWhole),
    };
    let source = Source::open(prefix)?;
    let size = thumbnail_size(jpeg.size(), edge_px);
    let from_preview = source
        .fields()
        .and_then(|fields| preview::thumbnail(fields, jpeg.size(), size));
    if let Some(picture) = from_preview {
        let profile = jpeg.profile();
        return finish(&source, Picture { profile, ..picture }).map(Early::Ready);
    }
    if !jpeg.is_progressive() {
        return Ok(Early::NeedsWhole);
    }
    match scaled(jpeg, edge_px) {
        Ok(picture) => finish(&source, picture).map(Early::Ready),
        Err(Refusal::Incomplete) => Ok(later(prefix)),
        Err(Refusal::Unsuitable) => Ok(Early::NeedsWhole),
    }
}

/// Only the start of a second frame tells that there is one, and that the first is whole.
fn gif(prefix: &[u8], edge_px: u32) -> Result<Early, ImageError> {
    if Source::open(prefix)?.header.is_animated {
        return decode(prefix, Target::Thumbnail { edge_px }).map(Early::Ready);
    }
    Ok(later(prefix))
}

/// Half as much again: less would look too often, more would fetch what is not needed.
fn later(prefix: &[u8]) -> Early {
    let n_bytes = prefix.len() as u64;
    Early::AskAgainAt((n_bytes + n_bytes / 2).max(FIRST_LOOK_BYTES))
}
