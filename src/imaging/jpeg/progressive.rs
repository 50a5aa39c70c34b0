//! Progressive files: their first scans have the mean of every block, in a tenth of the bytes;
//! for a larger scale a third of the bytes is enough.

use super::Refusal;
use super::bits::Bits;
use super::huffman::Huffman;
use super::planes::Plane;
use super::restarts::Restarts;
use super::segments::{Component, Frame, Scan, Segments, Tables};
use super::spectrum::{Band, Spectrum};
use super::transform::{dequantized, dequantized_block, four, one, two};

/// Lowest bits of coefficients that a thumbnail can do without: the scans that bring the last
/// ones are half of a file.
const MOST_UNKNOWN_BITS: u8 = 1;

/// More is left out by no encoder; coefficients have 11 bits.
const MOST_LEFT_OUT: u8 = 13;

/// What is known of one component.
struct Known {
    /// Samples of each block's side that are wanted.
    side: usize,
    /// The blocks' means, as coefficients.
    means: Option<Means>,
    /// The other coefficients, where more than the means is wanted.
    spectrum: Option<Spectrum>,
    quantization: [u16; 64],
}

/// One mean a block.
struct Means {
    of_blocks: Vec<i16>,
    row_len: usize,
    /// What the lowest bits amount to that are not known, on the whole.
    half: i32,
}

/// The planes, each with so many samples a block, from the first scans that are enough for them.
///
/// `scan` is the first; others are read from `segments` as far as they are needed.
pub(super) fn decode<'a>(
    segments: &mut Segments<'a>,
    first_scan: Scan<'a>,
    sides: &[usize],
) -> Result<Vec<Plane>, Refusal> {
    let mut known: Vec<Known> = sides.iter().copied().map(Known::nothing).collect();
    let mut next = Some(first_scan);
    while let Some(scan) = next {
        let frame = segments.frame.as_ref().ok_or(Refusal::Unsuitable)?;
        if is_needed(&known, &scan) {
            // Said before the work, since a file that is still coming is looked at repeatedly.
            if !scan.is_whole() {
                return Err(Refusal::Incomplete);
            }
            read(frame, &segments.tables, &scan, &mut known)?;
        }
        if known.iter().all(Known::is_enough) {
            break;
        }
        next = segments.next_scan()?;
    }
    let frame = segments.frame.as_ref().ok_or(Refusal::Unsuitable)?;
    let components = frame.components.iter().zip(&known);
    components
        .map(|(component, known)| known.plane(frame, component))
        .collect()
}

/// Later bits of the means are not read: they would change nothing that is seen.
fn is_needed(known: &[Known], scan: &Scan<'_>) -> bool {
    if scan.spectrum.0 == 0 {
        return scan.approximation.0 == 0;
    }
    let of_scan = scan.components.first().and_then(|it| known.get(it.index));
    of_scan.is_some_and(|known| known.side > 1)
}

fn read(
    frame: &Frame,
    tables: &Tables,
    scan: &Scan<'_>,
    known: &mut [Known],
) -> Result<(), Refusal> {
    let (first, last) = scan.spectrum;
    let (n_before, n_left_out) = scan.approximation;
    if n_left_out > MOST_LEFT_OUT {
        return Err(Refusal::Unsuitable);
    }
    if first == 0 {
        if last != 0 {
            return Err(Refusal::Unsuitable);
        }
        return read_means(frame, tables, scan, known);
    }
    let [scanned] = scan.components.as_slice() else {
        return Err(Refusal::Unsuitable);
    };
    let component = frame
        .components
        .get(scanned.index)
        .ok_or(Refusal::Unsuitable)?;
    let known = known.get_mut(scanned.index).ok_or(Refusal::Unsuitable)?;
    // The means come first; without them nothing says that the announced blocks are there.
    if known.means.is_none() || first > last || last > 63 {
        return Err(Refusal::Unsuitable);
    }
    let (columns, rows) = frame.n_blocks(component);
    let spectrum = known
        .spectrum
        .get_or_insert_with(|| Spectrum::new((columns as usize, rows as usize)));
    let band = Band {
        first,
        last,
        n_left_out,
        huffman: tables.ac(scanned.ac)?,
    };
    let mut bits = Bits::new(scan.coded);
    let restarts = Restarts::new(tables.restart_interval);
    if n_before == 0 {
        spectrum.begin(&mut bits, &band, restarts)
    } else {
        spectrum.refine(&mut bits, &band, restarts)
    }
}

/// What one component needs in a scan of means.
struct Lane<'a> {
    index: usize,
    huffman: &'a Huffman,
    /// Blocks of an MCU, beside and above each other.
    sampling: (usize, usize),
    previous: i32,
    means: Means,
}

fn read_means(
    frame: &Frame,
    tables: &Tables,
    scan: &Scan<'_>,
    known: &mut [Known],
) -> Result<(), Refusal> {
    let n_left_out = scan.approximation.1;
    let mut n_mcus = frame.n_mcus();
    let mut lanes = Vec::new();
    for scanned in &scan.components {
        let component = frame
            .components
            .get(scanned.index)
            .ok_or(Refusal::Unsuitable)?;
        let (mut h, mut v) = component.sampling;
        if scan.components.len() == 1 {
            (h, v) = (1, 1);
            n_mcus = frame.n_blocks(component);
        }
        let (row_len, n_rows) = (n_mcus.0 * h, n_mcus.1 * v);
        let n_blocks = u64::from(row_len) * u64::from(n_rows);
        // One bit a block at least.
        if n_blocks > 8 * scan.coded.len() as u64 {
            return Err(Refusal::Incomplete);
        }
        lanes.push(Lane {
            index: scanned.index,
            huffman: tables.dc(scanned.dc)?,
            sampling: (h as usize, v as usize),
            previous: 0,
            means: Means {
                of_blocks: vec![0; row_len as usize * n_rows as usize],
                row_len: row_len as usize,
                half: (1 << n_left_out) >> 1,
            },
        });
        let known = known.get_mut(scanned.index).ok_or(Refusal::Unsuitable)?;
        known.quantization = *tables.quantization(component)?;
    }
    let mut bits = Bits::new(scan.coded);
    let mut restarts = Restarts::new(tables.restart_interval);
    for row in 0..n_mcus.1 as usize {
        for column in 0..n_mcus.0 as usize {
            if restarts.pass(&mut bits)? {
                lanes.iter_mut().for_each(|lane| lane.previous = 0);
            }
            for lane in &mut lanes {
                lane.mcu(&mut bits, (column, row), n_left_out)?;
            }
        }
        bits.check()?;
    }
    for lane in lanes {
        let known = known.get_mut(lane.index).ok_or(Refusal::Unsuitable)?;
        // A second first scan of one component.
        if known.means.replace(lane.means).is_some() {
            return Err(Refusal::Unsuitable);
        }
    }
    Ok(())
}

impl Lane<'_> {
    #[inline]
    fn mcu(
        &mut self,
        bits: &mut Bits<'_>,
        (column, row): (usize, usize),
        n_left_out: u8,
    ) -> Result<(), Refusal> {
        let (h, v) = self.sampling;
        for y in v * row..v * (row + 1) {
            for x in h * column..h * (column + 1) {
                bits.refill();
                let n_bits = self.huffman.symbol(bits)?;
                if n_bits > 15 {
                    return Err(Refusal::Unsuitable);
                }
                self.previous = self.previous.wrapping_add(bits.magnitude(n_bits.into()));
                let mean = i16::try_from(self.previous.wrapping_shl(n_left_out.into()));
                if let Some(to) = self.means.of_blocks.get_mut(y * self.means.row_len + x) {
                    *to = mean.map_err(|_too_large| Refusal::Unsuitable)?;
                }
            }
        }
        Ok(())
    }
}

impl Known {
    fn nothing(side: usize) -> Self {
        Self {
            side,
            means: None,
            spectrum: None,
            quantization: [0; 64],
        }
    }

    fn is_enough(&self) -> bool {
        let spectrum = self.spectrum.as_ref();
        let is_spectrum_enough = self.side == 1
            || spectrum.is_some_and(|it| it.n_unknown_bits(self.side) <= MOST_UNKNOWN_BITS);
        self.means.is_some() && is_spectrum_enough
    }

    fn plane(&self, frame: &Frame, component: &Component) -> Result<Plane, Refusal> {
        let means = self.means.as_ref().ok_or(Refusal::Unsuitable)?;
        let mut plane = Plane::new(frame, component, self.side);
        for (row, of_row) in means
            .of_blocks
            .chunks_exact(means.row_len.max(1))
            .enumerate()
        {
            for (column, mean) in of_row.iter().enumerate() {
                let mean = i32::from(*mean) + means.half;
                if self.side == 1 {
                    let [factor, ..] = self.quantization;
                    plane.put(column, row, &one(dequantized(mean, factor)));
                    continue;
                }
                let spectrum = self.spectrum.as_ref();
                let mut low = spectrum.map_or([0; 16], |it| it.low(column, row));
                let [dc, ..] = &mut low;
                *dc = mean;
                let low = dequantized_block(&low, &self.quantization);
                match self.side {
                    2 => plane.put(column, row, &two(&low)),
                    _ => plane.put(column, row, &four(&low)),
                }
            }
        }
        Ok(plane)
    }
}
