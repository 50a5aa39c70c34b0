//! The marked segments of a file, as far as the scans need them.

use super::super::bytes::{be16, byte};
use super::Refusal;
use super::huffman::Huffman;
use crate::domain::PixelSize;

/// More than any MCU may have.
const MAX_BLOCKS_PER_MCU: u32 = 10;

/// Real files have 1 to 20; more would be work without end.
const MAX_SCANS: usize = 100;

/// What the frame header says.
pub(super) struct Frame {
    pub(super) size: PixelSize,
    pub(super) is_progressive: bool,
    pub(super) components: Vec<Component>,
    /// How many samples of the finest component are beside and above each other in an MCU.
    pub(super) largest: (u32, u32),
}

/// One colour plane.
pub(super) struct Component {
    id: u8,
    /// Blocks of an MCU, beside and above each other.
    pub(super) sampling: (u32, u32),
    quantization: usize,
}

/// One scan: what it is of, and its coded data, with all that follows in the file.
pub(super) struct Scan<'a> {
    pub(super) components: Vec<ScanComponent>,
    /// The first and the last coefficient.
    pub(super) spectrum: (u8, u8),
    /// Lowest bits that were left out before this scan, and that still are.
    pub(super) approximation: (u8, u8),
    pub(super) coded: &'a [u8],
}

/// A component of a scan: its place in the frame and its tables.
pub(super) struct ScanComponent {
    pub(super) index: usize,
    pub(super) dc: usize,
    pub(super) ac: usize,
}

/// The tables as they are in force at a scan.
#[derive(Default)]
pub(super) struct Tables {
    quantization: [Option<[u16; 64]>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    /// MCUs between restart markers; 0 for none.
    pub(super) restart_interval: usize,
}

impl Tables {
    /// The quantization of a component's coefficients, in the file's order.
    pub(super) fn quantization(&self, component: &Component) -> Result<&[u16; 64], Refusal> {
        let table = self.quantization.get(component.quantization);
        table.and_then(Option::as_ref).ok_or(Refusal::Unsuitable)
    }

    pub(super) fn dc(&self, index: usize) -> Result<&Huffman, Refusal> {
        let table = self.dc.get(index).and_then(Option::as_ref);
        table.ok_or(Refusal::Unsuitable)
    }

    pub(super) fn ac(&self, index: usize) -> Result<&Huffman, Refusal> {
        let table = self.ac.get(index).and_then(Option::as_ref);
        table.ok_or(Refusal::Unsuitable)
    }
}

/// Walks from segment to segment.
pub(super) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    n_scans: usize,
    pub(super) frame: Option<Frame>,
    pub(super) tables: Tables,
    /// Adobe's word on the colours: 0 for RGB, 1 for YCbCr.
    pub(super) adobe_transform: Option<u8>,
    profile_chunks: Vec<(u8, &'a [u8])>,
}

impl<'a> Segments<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 2,
            n_scans: 0,
            frame: None,
            tables: Tables::default(),
            adobe_transform: None,
            profile_chunks: Vec::new(),
        }
    }

    /// Reads on to the next scan; `None` at the end of the picture. Coded data on the way is
    /// passed over.
    pub(super) fn next_scan(&mut self) -> Result<Option<Scan<'a>>, Refusal> {
        loop {
            let (marker, content) = self.next_segment()?;
            match marker {
                0xC0..=0xC2 if self.frame.is_none() => {
                    self.frame = Some(frame(marker, content)?);
                }
                0xC4 => self.huffman_tables(content)?,
                // A second frame, arithmetic coding, lossless, hierarchical.
                0xC0..=0xCF => return Err(Refusal::Unsuitable),
                0xD9 => return Ok(None),
                0xDB => self.quantization_tables(content)?,
                0xDD => {
                    let interval = be16(content, 0).ok_or(Refusal::Unsuitable)?;
                    self.tables.restart_interval = interval.into();
                }
                0xE2 => self.profile_chunk(content),
                0xEE => {
                    if let Some(adobe) = content.strip_prefix(b"Adobe") {
                        self.adobe_transform = byte(adobe, 6);
                    }
                }
                0xDA => {
                    self.n_scans += 1;
                    if self.n_scans > MAX_SCANS {
                        return Err(Refusal::Unsuitable);
                    }
                    let frame = self.frame.as_ref().ok_or(Refusal::Unsuitable)?;
                    let coded = self.bytes.get(self.at..).unwrap_or_default();
                    return scan(frame, content, coded).map(Some);
                }
                _ => {}
            }
        }
    }

    /// The marker that comes next and its segment's content.
    fn next_segment(&mut self) -> Result<(u8, &'a [u8]), Refusal> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let start = rest
                .windows(2)
                .position(|pair| matches!(pair, [0xFF, code] if !matches!(code, 0 | 0xFF)))
                .ok_or(Refusal::Incomplete)?;
            let marker = byte(rest, start + 1).ok_or(Refusal::Incomplete)?;
            self.at += start + 2;
            match marker {
                0x01 | 0xD0..=0xD8 => continue,
                0xD9 => return Ok((marker, &[])),
                _ => {}
            }
            let length = be16(self.bytes, self.at).ok_or(Refusal::Incomplete)?;
            let length = usize::from(length);
            if length < 2 {
                return Err(Refusal::Unsuitable);
            }
            let content = self.bytes.get(self.at + 2..self.at + length);
            self.at += length;
            return Ok((marker, content.ok_or(Refusal::Incomplete)?));
        }
    }

    fn quantization_tables(&mut self, mut content: &[u8]) -> Result<(), Refusal> {
        while let [kind, rest @ ..] = content {
            let mut table = [0_u16; 64];
            let entry_bytes = if kind >> 4 == 0 { 1 } else { 2 };
            let (entries, rest) = rest
                .split_at_checked(64 * entry_bytes)
                .ok_or(Refusal::Unsuitable)?;
            for (entry, value) in entries.chunks_exact(entry_bytes).zip(&mut table) {
                *value = entry
                    .iter()
                    .fold(0, |high, low| high << 8 | u16::from(*low));
            }
            let index = usize::from(kind & 15);
            *self
                .tables
                .quantization
                .get_mut(index)
                .ok_or(Refusal::Unsuitable)? = Some(table);
            content = rest;
        }
        Ok(())
    }

    fn huffman_tables(&mut self, mut content: &[u8]) -> Result<(), Refusal> {
        while let [kind, rest @ ..] = content {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(Refusal::Unsuitable)?;
            let n_symbols = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest
                .split_at_checked(n_symbols)
                .ok_or(Refusal::Unsuitable)?;
            let tables = match kind >> 4 {
                0 => &mut self.tables.dc,
                1 => &mut self.tables.ac,
                _ => return Err(Refusal::Unsuitable),
            };
            let table = tables.get_mut(usize::from(kind & 15));
            *table.ok_or(Refusal::Unsuitable)? = Some(Huffman::new(counts, symbols)?);
            content = rest;
        }
        Ok(())
    }

    /// A profile longer than a segment comes in numbered pieces.
    fn profile_chunk(&mut self, content: &'a [u8]) {
        if let Some([number, _count, piece @ ..]) = content.strip_prefix(b"ICC_PROFILE\0")
            && self.profile_chunks.len() < usize::from(u8::MAX)
        {
            self.profile_chunks.push((*number, piece));
        }
    }

    /// The embedded ICC profile.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        let mut pieces = self.profile_chunks.clone();
        pieces.sort_by_key(|(number, _)| *number);
        let profile: Vec<u8> = pieces
            .iter()
            .flat_map(|(_, piece)| *piece)
            .copied()
            .collect();
        (!profile.is_empty()).then_some(profile)
    }
}

fn frame(marker: u8, content: &[u8]) -> Result<Frame, Refusal> {
    let (Some(height), Some(width)) = (be16(content, 1), be16(content, 3)) else {
        return Err(Refusal::Unsuitable);
    };
    let mut components = Vec::new();
    for entry in content.get(6..).unwrap_or_default().chunks_exact(3) {
        let [id, sampling, quantization] = entry else {
            return Err(Refusal::Unsuitable);
        };
        let sampling = (u32::from(sampling >> 4), u32::from(sampling & 15));
        components.push(Component {
            id: *id,
            sampling,
            quantization: (*quantization).into(),
        });
    }
    if let [only] = components.as_mut_slice() {
        // Of one component the blocks follow each other, whatever its sampling says.
        only.sampling = (1, 1);
    }
    let samplings = || components.iter().map(|component| component.sampling);
    let is_sampling_valid = samplings().all(|(h, v)| (1..=4).contains(&h) && (1..=4).contains(&v));
    let n_blocks: u32 = samplings().map(|(h, v)| h * v).sum();
    let largest = samplings().fold((1, 1), |(h, v), it| (h.max(it.0), v.max(it.1)));
    let is_suitable = byte(content, 0) == Some(8)
        && width > 0
        && height > 0
        && byte(content, 5).map(usize::from) == Some(components.len())
        && matches!(components.len(), 1 | 3)
        && is_sampling_valid
        && n_blocks <= MAX_BLOCKS_PER_MCU;
    if !is_suitable {
        return Err(Refusal::Unsuitable);
    }
    Ok(Frame {
        size: PixelSize::new(width.into(), height.into()),
        is_progressive: marker == 0xC2,
        components,
        largest,
    })
}

fn scan<'a>(frame: &Frame, content: &[u8], coded: &'a [u8]) -> Result<Scan<'a>, Refusal> {
    let (n_components, rest) = content.split_first().ok_or(Refusal::Unsuitable)?;
    let (entries, rest) = rest
        .split_at_checked(2 * usize::from(*n_components))
        .ok_or(Refusal::Unsuitable)?;
    let mut components: Vec<ScanComponent> = Vec::new();
    for entry in entries.chunks_exact(2) {
        let (id, tables) = (byte(entry, 0), byte(entry, 1).unwrap_or_default());
        let place = frame.components.iter().position(|it| Some(it.id) == id);
        let index = place.ok_or(Refusal::Unsuitable)?;
        if components.iter().any(|earlier| earlier.index >= index) {
            return Err(Refusal::Unsuitable);
        }
        components.push(ScanComponent {
            index,
            dc: usize::from(tables >> 4),
            ac: usize::from(tables & 15),
        });
    }
    let [first, last, approximation] = rest else {
        return Err(Refusal::Unsuitable);
    };
    if components.is_empty() {
        return Err(Refusal::Unsuitable);
    }
    Ok(Scan {
        components,
        spectrum: (*first, *last),
        approximation: (approximation >> 4, approximation & 15),
        coded,
    })
}

impl Scan<'_> {
    /// Whether the marker is there that ends the coded data.
    pub(super) fn is_whole(&self) -> bool {
        let mut pairs = self.coded.windows(2);
        pairs.any(|pair| matches!(pair, [0xFF, code] if !matches!(code, 0 | 0xD0..=0xD7 | 0xFF)))
    }
}

impl Frame {
    /// Whether the components are called R, G and B, as some encoders do that keep RGB.
    pub(super) fn is_named_rgb(&self) -> bool {
        let names = self.components.iter().map(|component| component.id);
        names.eq(*b"RGB")
    }

    /// MCUs of an interleaved scan, beside and above each other.
    pub(super) fn n_mcus(&self) -> (u32, u32) {
        (
            self.size.width.div_ceil(8 * self.largest.0),
            self.size.height.div_ceil(8 * self.largest.1),
        )
    }

    /// Blocks of one component's own scan, beside and above each other.
    pub(super) fn n_blocks(&self, component: &Component) -> (u32, u32) {
        let samples = |side: u32, sampling: u32, largest: u32| (side * sampling).div_ceil(largest);
        let (h, v) = component.sampling;
        (
            samples(self.size.width, h, self.largest.0).div_ceil(8),
            samples(self.size.height, v, self.largest.1).div_ceil(8),
        )
    }
}
