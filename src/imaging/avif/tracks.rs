//! The tracks of a sequence. `oxideav-avif` reads all of them at once, and holds sixteen million
//! samples of each of four thousand: a few kilobytes can announce as many, which all are the same
//! bytes. So what there would be is counted first.

use oxideav_avif::{AvifError, AvisMeta, parse_avis};

use super::super::ImageError;
use super::super::animation::MOST_PLAYED;
use super::super::bytes::{be32, position};
use super::super::header::colr;
use super::super::header::isobmff::{MAX_BOXES, boxes, find};

/// Colours and alpha; a thumbnail of both, metadata and sound beside them.
const MOST_TRACKS: usize = 8;

/// Tables that say which samples belong together. Packed ones unfold to sixty thousand runs each.
const MOST_PACKED_GROUPS: usize = 16;

/// In which box the next one is, down to the tables of samples.
const WAY: [[u8; 4]; 5] = [*b"moov", *b"trak", *b"mdia", *b"minf", *b"stbl"];

/// What the file says of its sequence.
pub(super) fn sequence(bytes: &[u8]) -> Result<AvisMeta, ImageError> {
    check(bytes)?;
    parse_avis(bytes).map_err(|error: AvifError| ImageError::Corrupt(error.to_string()))
}

/// Refuses a file whose tracks would be more than is ever played. None are fine.
pub(super) fn check(bytes: &[u8]) -> Result<(), ImageError> {
    Counted::default().inside(bytes, &WAY)
}

/// The profile of the first track, which may stand beside numbers for the same colours.
pub(super) fn profile(bytes: &[u8]) -> Option<&[u8]> {
    let tables = WAY
        .iter()
        .try_fold(bytes, |outer, kind| find(outer, *kind))?;
    // Version, flags and a count; then what all pictures have, of fixed length.
    let entry = find(find(tables, *b"stsd")?.get(8..)?, *b"av01")?;
    colr::profile(entry.get(78..)?)
}

#[derive(Default)]
struct Counted {
    tracks: usize,
    packed_groups: usize,
}

impl Counted {
    /// Every box of the names on the way, also where only the first of them counts.
    fn inside(&mut self, bytes: &[u8], way: &[[u8; 4]]) -> Result<(), ImageError> {
        for (index, (kind, content)) in boxes(bytes).enumerate() {
            if index + 1 == MAX_BOXES {
                return Err(too_large("boxes", MAX_BOXES));
            }
            match way.split_first() {
                Some((next, rest)) if *next == kind => {
                    self.tracks += usize::from(&kind == b"trak");
                    if self.tracks > MOST_TRACKS {
                        return Err(too_large("tracks", self.tracks));
                    }
                    self.inside(content, rest)?;
                }
                Some(_) => {}
                None => self.table(kind, content)?,
            }
        }
        Ok(())
    }

    fn table(&mut self, kind: [u8; 4], content: &[u8]) -> Result<(), ImageError> {
        let n_samples = match &kind {
            b"stsz" | b"stz2" => be32(content, 8).map_or(0, position),
            b"stts" | b"ctts" => in_runs(content),
            b"csgp" => {
                self.packed_groups += 1;
                if self.packed_groups > MOST_PACKED_GROUPS {
                    return Err(too_large("groups of samples", self.packed_groups));
                }
                0
            }
            _ => 0,
        };
        if n_samples > MOST_PLAYED {
            return Err(too_large("frames", n_samples));
        }
        Ok(())
    }
}

/// So many samples with this number, so many with that.
fn in_runs(content: &[u8]) -> usize {
    let n_runs = be32(content, 4).map_or(0, position);
    let runs = content.get(8..).unwrap_or_default().chunks_exact(8);
    runs.take(n_runs)
        .filter_map(|run| be32(run, 0))
        .fold(0, |sum, n| sum.saturating_add(position(n)))
}

fn too_large(what: &str, n: usize) -> ImageError {
    ImageError::TooLarge(format!("a sequence of {n} {what}"))
}
