//! Baseline files: one walk through all blocks that keeps their lowest coefficients only.

use super::Refusal;
use super::bits::Bits;
use super::huffman::{Huffman, Skipper};
use super::planes::Plane;
use super::restarts::Restarts;
use super::segments::{Frame, Scan, Tables};
use super::transform::{LOW_PLACES, dequantized, four, one, two};

/// The shortest code twice, for the mean and for the end of the block.
const LEAST_BLOCK_BITS: u64 = 2;

/// What one component needs on the walk.
struct Lane<'a> {
    dc: &'a Huffman,
    ac: Skipper<'a>,
    quantization: &'a [u16; 64],
    sampling: (usize, usize),
    previous_dc: i32,
    plane: Plane,
}

/// The planes of a scan that has every component, each with so many samples a block.
pub(super) fn decode(
    frame: &Frame,
    tables: &Tables,
    scan: &Scan<'_>,
    sides: &[usize],
) -> Result<Vec<Plane>, Refusal> {
    // Files with a scan for each component are rare.
    if scan.components.len() != frame.components.len() || scan.spectrum != (0, 63) {
        return Err(Refusal::Unsuitable);
    }
    let (n_columns, n_rows) = frame.n_mcus();
    let n_mcu_blocks: u32 = frame
        .components
        .iter()
        .map(|it| it.sampling.0 * it.sampling.1)
        .sum();
    let n_blocks = u64::from(n_columns) * u64::from(n_rows) * u64::from(n_mcu_blocks);
    if n_blocks * LEAST_BLOCK_BITS > 8 * scan.coded.len() as u64 {
        return Err(Refusal::Incomplete);
    }
    let mut lanes = Vec::new();
    let components = frame.components.iter().zip(&scan.components).zip(sides);
    for ((component, scanned), side) in components {
        lanes.push(Lane {
            dc: tables.dc(scanned.dc)?,
            ac: Skipper::new(tables.ac(scanned.ac)?),
            quantization: tables.quantization(component)?,
            sampling: (component.sampling.0 as usize, component.sampling.1 as usize),
            previous_dc: 0,
            plane: Plane::new(frame, component, *side),
        });
    }
    let mut bits = Bits::new(scan.coded);
    let mut restarts = Restarts::new(tables.restart_interval);
    for row in 0..n_rows as usize {
        for column in 0..n_columns as usize {
            if restarts.pass(&mut bits)? {
                lanes.iter_mut().for_each(|lane| lane.previous_dc = 0);
            }
            for lane in &mut lanes {
                lane.mcu(&mut bits, column, row)?;
            }
        }
        bits.check()?;
    }
    Ok(lanes.into_iter().map(|lane| lane.plane).collect())
}

impl Lane<'_> {
    #[inline]
    fn mcu(&mut self, bits: &mut Bits<'_>, column: usize, row: usize) -> Result<(), Refusal> {
        let (h, v) = self.sampling;
        for y in v * row..v * (row + 1) {
            for x in h * column..h * (column + 1) {
                match self.plane.side {
                    1 => {
                        let low = self.block::<1>(bits)?;
                        let [dc, ..] = low;
                        self.plane.put(x, y, &one(dc));
                    }
                    2 => {
                        let low = self.block::<5>(bits)?;
                        self.plane.put(x, y, &two(&low));
                    }
                    _ => {
                        let low = self.block::<25>(bits)?;
                        self.plane.put(x, y, &four(&low));
                    }
                }
            }
        }
        Ok(())
    }

    /// The lowest 4 × 4 coefficients as far as they are among the first `N`; passes over others.
    #[inline]
    fn block<const N: usize>(&mut self, bits: &mut Bits<'_>) -> Result<[i32; 16], Refusal> {
        let mut low = [0; 16];
        bits.refill();
        let n_bits = self.dc.symbol(bits)?;
        if n_bits > 15 {
            return Err(Refusal::Unsuitable);
        }
        self.previous_dc = self.previous_dc.wrapping_add(bits.magnitude(n_bits.into()));
        let [dc_quantization, ..] = self.quantization;
        let [dc, ..] = &mut low;
        *dc = dequantized(self.previous_dc, *dc_quantization);

        let mut place = 1;
        while place < N {
            bits.refill();
            let symbol = self.ac.symbols().symbol(bits)?;
            let (run, n_bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, n_bits) {
                (0, 0) => return Ok(low),
                (1..15, 0) => return Err(Refusal::Unsuitable),
                _ => {}
            }
            place += run;
            let value = bits.magnitude(n_bits);
            if let Some(to) = LOW_PLACES.get(place).and_then(|at| low.get_mut(*at))
                && place < N
                && let Some(quantization) = self.quantization.get(place)
            {
                *to = dequantized(value, *quantization);
            }
            place += 1;
        }
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.ac.skip_rest(bits, place)?;
        Ok(low)
    }
}
