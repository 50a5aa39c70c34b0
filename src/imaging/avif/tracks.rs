//! The tracks of a sequence. `oxideav-heif` reads all of them at once, and holds sixteen million
//! samples of each of four thousand: a few kilobytes can announce as many, which all are the same
//! bytes. So what there would be is counted first.

use std::time::Duration;

use oxideav_av1::Av1CodecConfig;
use oxideav_avif::{ColorInfo, Colr, color_signal_for};
use oxideav_heif::props::AuxKind;
use oxideav_heif::sequence::{Sample, SampleEntry, Track, parse_movie};
use oxideav_heif::{HeifError, HeifFile, props};

use super::super::ImageError;
use super::super::animation::MOST_PLAYED;
use super::super::bytes::{be32, position};
use super::super::header::isobmff::{MAX_BOXES, boxes};
use crate::domain::PixelSize;

/// Colours and alpha; a thumbnail of both, metadata and sound beside them.
const MOST_TRACKS: usize = 8;

/// Tables that say which samples belong together. Packed ones unfold to sixty thousand runs each.
const MOST_PACKED_GROUPS: usize = 16;

/// In which box the next one is, down to the tables of samples.
const WAY: [[u8; 4]; 5] = [*b"moov", *b"trak", *b"mdia", *b"minf", *b"stbl"];

/// What the file says of its sequence.
pub(super) struct Sequence {
    pub(super) colors: Pictures,
    /// How opaque they are: as many pictures, of one channel.
    pub(super) alpha: Option<Pictures>,
    /// Whether the colours are multiplied by alpha already.
    pub(super) is_premultiplied: bool,
    /// Columns and rows as shown.
    pub(super) size: PixelSize,
    pub(super) color: ColorInfo,
    /// Embedded, and so what counts beside numbers for the same colours.
    pub(super) profile: Option<Vec<u8>>,
    /// How long each picture is shown.
    pub(super) delays: Vec<Duration>,
    /// How often the sequence is; `None` for ever.
    pub(super) n_plays: Option<u32>,
}

/// The pictures of a track.
pub(super) struct Pictures {
    pub(super) samples: Vec<Sample>,
    /// What the decoder is told; `None` where that is not known here.
    pub(super) config: Option<Av1CodecConfig>,
}

impl Sequence {
    /// That of a file.
    ///
    /// # Errors
    ///
    /// [`ImageError::TooLarge`] for tracks of more than is ever played, [`ImageError::Corrupt`]
    /// where there is no sequence, or a damaged one.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ImageError> {
        check(bytes)?;
        let corrupt = |error: HeifError| ImageError::Corrupt(error.to_string());
        let file = HeifFile::parse_borrowed(bytes).map_err(corrupt)?;
        let movie = parse_movie(&file).map_err(corrupt)?;
        let tracks = movie.map(|movie| movie.tracks).unwrap_or_default();
        let (mut others, mut pictures): (Vec<_>, Vec<_>) = tracks.into_iter().partition(is_beside);
        if pictures.is_empty() {
            return Err(ImageError::Corrupt("no sequence of pictures".to_owned()));
        }
        let colors = pictures.swap_remove(0);
        let alpha = others.iter().position(|track| is_alpha_of(track, &colors));
        let alpha = alpha.map(|place| others.swap_remove(place));
        let premultiplied = colors.references_of(b"prem");
        let entry = entry_of(&colors);
        let ticks = f64::from(colors.timescale.max(1));
        let delay = |sample: &Sample| {
            let seconds = f64::from(sample.duration) / ticks;
            Duration::try_from_secs_f64(seconds).unwrap_or_default()
        };
        Ok(Self {
            is_premultiplied: alpha
                .as_ref()
                .is_some_and(|alpha| premultiplied.contains(&alpha.track_id)),
            size: PixelSize::new(colors.width, colors.height),
            color: color(entry),
            profile: entry.and_then(profile),
            delays: colors.samples.iter().map(delay).collect(),
            n_plays: n_plays(&colors),
            alpha: alpha.map(Pictures::of),
            colors: Pictures::of(colors),
        })
    }
}

impl Pictures {
    fn of(track: Track) -> Self {
        let config = entry_of(&track).and_then(|entry| entry.av1c.as_ref());
        Self {
            config: config.and_then(|config| Av1CodecConfig::parse(&config.raw)),
            samples: track.samples,
        }
    }
}

/// The bytes of a sample; `None` where they are not there.
pub(super) fn sample<'a>(bytes: &'a [u8], sample: &Sample) -> Option<&'a [u8]> {
    let start = usize::try_from(sample.offset).ok()?;
    let end = start.checked_add(position(sample.size))?;
    bytes.get(start..end)
}

/// Whether a track is no pictures, or such that belong to another's.
fn is_beside(track: &Track) -> bool {
    !track.is_visual() || !track.references_of(b"auxl").is_empty()
}

/// As `libavif` has it; its first versions did not write what kind of track it is.
fn is_alpha_of(track: &Track, colors: &Track) -> bool {
    let is_alpha = match track.aux_kind() {
        Some(kind) => kind == AuxKind::Alpha,
        None => &track.handler == b"auxv",
    };
    is_alpha && track.references_of(b"auxl").contains(&colors.track_id)
}

fn entry_of(track: &Track) -> Option<&SampleEntry> {
    let mut entries = track.sample_entries.iter();
    entries.find(|entry| &entry.entry_type == b"av01")
}

fn color(entry: Option<&SampleEntry>) -> ColorInfo {
    let colors = entry.map_or(&[][..], |entry| &entry.colr);
    let is_numbers = |colors: &&props::Colr| matches!(colors, props::Colr::Nclx { .. });
    let colors = colors.iter().find(is_numbers).or_else(|| colors.first());
    ColorInfo::from(color_signal_for(colors.cloned().map(Colr::from).as_ref()))
}

fn profile(entry: &SampleEntry) -> Option<Vec<u8>> {
    entry.colr.iter().find_map(|colors| match colors {
        props::Colr::Icc { profile, .. } => Some(profile.clone()),
        _ => None,
    })
}

/// An edit list repeats the whole until the length of its track is over. Where nothing is said,
/// for ever, as in browsers.
fn n_plays(track: &Track) -> Option<u32> {
    let once = track.edits.first()?.segment_duration;
    if !track.repeat_edits {
        return Some(1);
    }
    if track.track_duration == u64::MAX {
        return None;
    }
    let times = track.track_duration.div_ceil(once.max(1));
    u32::try_from(times.max(1)).ok()
}

/// Refuses a file whose tracks would be more than is ever played. None are fine.
pub(super) fn check(bytes: &[u8]) -> Result<(), ImageError> {
    Counted::default().inside(bytes, &WAY)
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
