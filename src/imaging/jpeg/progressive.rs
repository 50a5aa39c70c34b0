//! Progressive files: their first scans have the mean of every block, in a tenth of the bytes.

use super::Refusal;
use super::bits::Bits;
use super::huffman::Huffman;
use super::planes::Plane;
use super::restarts::Restarts;
use super::segments::{Component, Frame, Scan, Segments, Tables};
use super::transform::{dequantized, one};

/// What one component needs in a scan.
struct Lane<'a> {
    index: usize,
    dc: &'a Huffman,
    quantization: u16,
    /// Blocks of an MCU, beside and above each other.
    sampling: (usize, usize),
    previous_dc: i32,
    plane: Plane,
}

/// The planes with one sample a block, from the first scans that have the means.
///
/// `scan` is the first; others are read from `segments` as far as they are needed.
pub(super) fn decode<'a>(
    segments: &mut Segments<'a>,
    mut scan: Scan<'a>,
) -> Result<Vec<Plane>, Refusal> {
    let mut planes: Vec<Option<Plane>> = Vec::new();
    loop {
        let frame = segments.frame.as_ref().ok_or(Refusal::Unsuitable)?;
        planes.resize_with(frame.components.len(), || None);
        if scan.spectrum == (0, 0) && scan.approximation.0 == 0 {
            // Said before the work, since a file that is still coming is looked at repeatedly.
            if !scan.is_whole() {
                return Err(Refusal::Incomplete);
            }
            for (index, plane) in means(frame, &segments.tables, &scan)? {
                let slot = planes.get_mut(index).ok_or(Refusal::Unsuitable)?;
                // A second first scan of one component.
                if slot.replace(plane).is_some() {
                    return Err(Refusal::Unsuitable);
                }
            }
        }
        if planes.iter().all(Option::is_some) {
            return Ok(planes.into_iter().flatten().collect());
        }
        scan = segments.next_scan()?;
    }
}

/// The means that one scan has, with the places of their components in the frame.
fn means(frame: &Frame, tables: &Tables, scan: &Scan<'_>) -> Result<Vec<(usize, Plane)>, Refusal> {
    let is_alone = scan.components.len() == 1;
    let mut lanes = Vec::new();
    let mut n_blocks = 0;
    for scanned in &scan.components {
        let component = frame
            .components
            .get(scanned.index)
            .ok_or(Refusal::Unsuitable)?;
        let [quantization, ..] = tables.quantization(component)?;
        let (columns, rows) = extent(frame, component, is_alone);
        n_blocks += columns * rows;
        lanes.push((
            scanned.index,
            component,
            tables.dc(scanned.dc)?,
            *quantization,
        ));
    }
    // One bit a block at least.
    if n_blocks > 8 * scan.coded.len() as u64 {
        return Err(Refusal::Incomplete);
    }
    let mut lanes: Vec<Lane<'_>> = lanes
        .into_iter()
        .map(|(index, component, dc, quantization)| Lane {
            index,
            dc,
            quantization,
            sampling: match component.sampling {
                _ if is_alone => (1, 1),
                (h, v) => (h as usize, v as usize),
            },
            previous_dc: 0,
            plane: Plane::new(frame, component, 1),
        })
        .collect();
    let only = frame
        .components
        .get(lanes.first().map_or(0, |lane| lane.index));
    let (n_columns, n_rows) = match only.filter(|_| is_alone) {
        Some(component) => frame.n_blocks(component),
        None => frame.n_mcus(),
    };
    walk(
        &mut lanes,
        tables,
        scan,
        (n_columns as usize, n_rows as usize),
    )?;
    Ok(lanes
        .into_iter()
        .map(|lane| (lane.index, lane.plane))
        .collect())
}

/// Blocks of a component in a scan, beside and above each other.
fn extent(frame: &Frame, component: &Component, is_alone: bool) -> (u64, u64) {
    let (columns, rows) = if is_alone {
        frame.n_blocks(component)
    } else {
        let (columns, rows) = frame.n_mcus();
        (columns * component.sampling.0, rows * component.sampling.1)
    };
    (columns.into(), rows.into())
}

fn walk(
    lanes: &mut [Lane<'_>],
    tables: &Tables,
    scan: &Scan<'_>,
    (n_columns, n_rows): (usize, usize),
) -> Result<(), Refusal> {
    let n_left_out = scan.approximation.1;
    if n_left_out > 13 {
        return Err(Refusal::Unsuitable);
    }
    let mut bits = Bits::new(scan.coded);
    let mut restarts = Restarts::new(tables.restart_interval);
    for row in 0..n_rows {
        for column in 0..n_columns {
            if restarts.pass(&mut bits)? {
                lanes.iter_mut().for_each(|lane| lane.previous_dc = 0);
            }
            for lane in &mut *lanes {
                lane.mcu(&mut bits, column, row, n_left_out)?;
            }
        }
        bits.check()?;
    }
    Ok(())
}

impl Lane<'_> {
    #[inline]
    fn mcu(
        &mut self,
        bits: &mut Bits<'_>,
        column: usize,
        row: usize,
        n_left_out: u8,
    ) -> Result<(), Refusal> {
        let (h, v) = self.sampling;
        for y in v * row..v * (row + 1) {
            for x in h * column..h * (column + 1) {
                bits.refill();
                let n_bits = self.dc.symbol(bits)?;
                if n_bits > 15 {
                    return Err(Refusal::Unsuitable);
                }
                self.previous_dc = self.previous_dc.wrapping_add(bits.magnitude(n_bits.into()));
                // The bits left out are zeros or ones: half of the largest is their mean.
                let half = (1 << n_left_out) >> 1;
                let coefficient = (self.previous_dc.clamp(-0xFFFF, 0xFFFF) << n_left_out) + half;
                let mut low = [0; 16];
                let [dc, ..] = &mut low;
                *dc = dequantized(coefficient, self.quantization);
                self.plane.put(x, y, &one(&low));
            }
        }
        Ok(())
    }
}
