//! Takes the position out of a block of EXIF fields, in place.
//!
//! The block is a TIFF: directories of twelve-byte entries that point at each other and at
//! their values. Nothing in it can be believed, so every place is checked and every walk bounded.

use std::ops::Range;

use super::{CopyError, after, packet};

/// Before the block in a JPEG.
pub(super) const PREFIX: &[u8] = b"Exif\0\0";

const GPS_DIRECTORY: u16 = 0x8825;
/// EXIF, interoperability, and the directories of raw files.
const SUB_DIRECTORIES: [u16; 3] = [0x8769, 0xA005, 0x014A];
/// `XMLPacket`: XMP in the manner of TIFF.
const XMP_PACKET: u16 = 0x02BC;

/// A camera writes five; more are a loop or an attack.
const MAX_DIRECTORIES: usize = 32;

const ENTRY_BYTES: usize = 12;

/// Some writers keep the prefix that JPEG has.
pub(super) fn clean_block(block: &mut [u8]) -> Result<bool, CopyError> {
    match after(block, PREFIX) {
        Some(block) => remove_position(block),
        None => remove_position(block),
    }
}

/// Zeroes the GPS directory, its values, and what leads to it. Says whether there was any.
pub(super) fn remove_position(block: &mut [u8]) -> Result<bool, CopyError> {
    let tiff = Tiff::open(block)?;
    let mut survey = Survey::default();
    survey.walk(&tiff);
    let packets = survey.packets.clone();
    let has_position = !survey.pointers.is_empty();
    let sharers = |place: &Range<usize>| {
        let overlaps = |kept: &&Range<usize>| place.start < kept.end && kept.start < place.end;
        survey.kept.iter().filter(overlaps).count()
    };
    // A directory that is changed is itself among what is kept.
    if survey.wiped.iter().any(|place| sharers(place) > 0)
        || survey.changed.iter().any(|place| sharers(place) > 1)
    {
        return Err(CopyError::Stuck("it shares its place with other fields"));
    }
    let order = tiff.order;
    for range in &survey.wiped {
        if let Some(bytes) = block.get_mut(range.clone()) {
            bytes.fill(0);
        }
    }
    // From the last one, so that the places of the others stay right.
    survey.pointers.sort_unstable();
    for (directory, index) in survey.pointers.iter().rev() {
        remove_entry(block, order, *directory, *index);
    }
    let mut has_packet = false;
    for range in packets {
        if let Some(bytes) = block.get_mut(range) {
            has_packet |= packet::remove_position(bytes)?;
        }
    }
    Ok(has_position || has_packet)
}

/// What was found on the way through all directories.
#[derive(Default)]
struct Survey {
    /// Places that others need.
    kept: Vec<Range<usize>>,
    /// Places that hold the position.
    wiped: Vec<Range<usize>>,
    /// Directory and index of each entry that leads to a GPS directory.
    pointers: Vec<(usize, usize)>,
    /// The directories of these.
    changed: Vec<Range<usize>>,
    packets: Vec<Range<usize>>,
}

impl Survey {
    fn walk(&mut self, tiff: &Tiff<'_>) {
        let mut waiting = vec![tiff.first_directory];
        let mut seen = Vec::new();
        while let Some(at) = waiting.pop() {
            if seen.contains(&at) || seen.len() >= MAX_DIRECTORIES {
                continue;
            }
            seen.push(at);
            let Some(directory) = tiff.directory(at) else {
                continue;
            };
            self.kept.push(directory.place());
            waiting.extend(tiff.position(directory.place().end.saturating_sub(4)));
            for (index, entry) in tiff.entries(&directory).enumerate() {
                match entry.tag {
                    GPS_DIRECTORY => {
                        self.pointers.push((at, index));
                        if !self.changed.contains(&directory.place()) {
                            self.changed.push(directory.place());
                        }
                        self.gps(tiff, entry.value);
                    }
                    XMP_PACKET => self.packets.extend(entry.values),
                    tag => {
                        if SUB_DIRECTORIES.contains(&tag) {
                            // One inside the entry, several where it points.
                            let many = entry.values.clone().unwrap_or_default().step_by(4);
                            waiting.extend(
                                many.take(MAX_DIRECTORIES)
                                    .filter_map(|it| tiff.position(it)),
                            );
                            waiting.push(entry.value);
                        }
                        self.kept.extend(entry.values);
                    }
                }
            }
        }
        self.kept.push(0..8);
    }

    fn gps(&mut self, tiff: &Tiff<'_>, at: usize) {
        if let Some(directory) = tiff.directory(at) {
            // Some writers leave out the place of the next directory, which follows.
            let end = at + 2 + directory.n_entries * ENTRY_BYTES;
            self.wiped.push(at..end);
            let values = tiff.entries(&directory).filter_map(|entry| entry.values);
            self.wiped.extend(values);
        }
    }
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    first_directory: usize,
}

/// As far as it lies within the block.
struct Directory {
    at: usize,
    n_entries: usize,
    end: usize,
}

struct Entry {
    tag: u16,
    /// The last four bytes as a place.
    value: usize,
    /// Where the values are, when they do not fit into the entry.
    values: Option<Range<usize>>,
}

impl Directory {
    fn place(&self) -> Range<usize> {
        self.at..self.end
    }
}

impl<'a> Tiff<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, CopyError> {
        let order = match bytes.get(..4) {
            Some(b"II*\0") => ByteOrder::Little,
            Some(b"MM\0*") => ByteOrder::Big,
            _ => return Err(CopyError::Damaged("its EXIF fields have no beginning")),
        };
        let mut tiff = Self {
            bytes,
            order,
            first_directory: 0,
        };
        let first = tiff.position(4);
        tiff.first_directory = first.ok_or(CopyError::Damaged("its EXIF fields end early"))?;
        Ok(tiff)
    }

    /// The directory at `at`; where the block ends early, what there is of it.
    fn directory(&self, at: usize) -> Option<Directory> {
        let n_said = usize::from(self.short(at)?);
        let n_fitting = (self.bytes.len() - at - 2) / ENTRY_BYTES;
        let n_entries = n_said.min(n_fitting);
        let end = (at + 2 + n_entries * ENTRY_BYTES + 4).min(self.bytes.len());
        (at >= 8).then_some(Directory { at, n_entries, end })
    }

    fn entries(&self, directory: &Directory) -> impl Iterator<Item = Entry> {
        let first = directory.at + 2;
        (0..directory.n_entries).filter_map(move |index| self.entry(first + index * ENTRY_BYTES))
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let value = self.position(at + 8)?;
        let bytes_each: usize = match self.short(at + 2)? {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => 0,
        };
        let n_bytes = bytes_each.saturating_mul(self.position(at + 4)?);
        let end = value.saturating_add(n_bytes).min(self.bytes.len());
        Some(Entry {
            tag: self.short(at)?,
            value,
            values: (n_bytes > 4 && value < end).then_some(value..end),
        })
    }

    fn short(&self, at: usize) -> Option<u16> {
        short(self.bytes, self.order, at)
    }

    /// Four bytes as a place or a number.
    fn position(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let number = match self.order {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        };
        usize::try_from(number).ok()
    }
}

fn short(bytes: &[u8], order: ByteOrder, at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(match order {
        ByteOrder::Little => u16::from_le_bytes(bytes),
        ByteOrder::Big => u16::from_be_bytes(bytes),
    })
}

/// Moves the entries behind this one, and the place of the next directory, over it.
fn remove_entry(block: &mut [u8], order: ByteOrder, directory: usize, index: usize) {
    let Some(n_said) = short(block, order, directory) else {
        return;
    };
    let start = directory + 2 + index * ENTRY_BYTES;
    let end = (directory + 2 + usize::from(n_said) * ENTRY_BYTES + 4).min(block.len());
    if start + ENTRY_BYTES > end {
        return;
    }
    block.copy_within(start + ENTRY_BYTES..end, start);
    if let Some(rest) = block.get_mut(end - ENTRY_BYTES..end) {
        rest.fill(0);
    }
    let n_left = n_said.saturating_sub(1);
    let n_left = match order {
        ByteOrder::Little => n_left.to_le_bytes(),
        ByteOrder::Big => n_left.to_be_bytes(),
    };
    if let Some(count) = block.get_mut(directory..directory + 2) {
        count.copy_from_slice(&n_left);
    }
}
