//! The coefficients of a progressive file's component, as scan after scan brings them.

use super::Refusal;
use super::bits::Bits;
use super::huffman::Huffman;
use super::restarts::Restarts;
use super::transform::LOW_PLACES;

/// What is known of a block besides its mean.
#[derive(Clone, Copy, Default)]
struct Block {
    /// The lowest 4 × 4 coefficients, row by row; the mean is kept elsewhere.
    low: [i16; 16],
    /// Which coefficients are known not to be zero, low or not: later scans have a bit for each.
    seen: u64,
}

/// The blocks of one component.
pub(super) struct Spectrum {
    blocks: Vec<Block>,
    /// Blocks beside and above each other.
    extent: (usize, usize),
    /// By the order in the file: how many of a coefficient's lowest bits are not known yet.
    n_unknown_bits: [u8; 64],
}

/// One scan's band of coefficients, and how it is coded.
pub(super) struct Band<'a> {
    pub(super) first: u8,
    pub(super) last: u8,
    /// Lowest bits that this scan leaves out.
    pub(super) n_left_out: u8,
    pub(super) huffman: &'a Huffman,
}

impl Spectrum {
    pub(super) fn new(extent: (usize, usize)) -> Self {
        Self {
            blocks: vec![Block::default(); extent.0 * extent.1],
            extent,
            n_unknown_bits: [u8::MAX; 64],
        }
    }

    /// How many bits are not known yet of those of the lowest `side` × `side` that are known
    /// worst.
    pub(super) fn n_unknown_bits(&self, side: usize) -> u8 {
        let low = LOW_PLACES.iter().zip(&self.n_unknown_bits).skip(1);
        low.filter(|(place, _)| **place % 4 < side && **place / 4 < side)
            .map(|(_, n)| *n)
            .max()
            .unwrap_or_default()
    }

    /// The lowest 4 × 4 coefficients of a block, each in the middle of what it may be; zeros for
    /// the blocks that only fill up the last MCUs.
    #[inline]
    pub(super) fn low(&self, column: usize, row: usize) -> [i32; 16] {
        let is_inside = column < self.extent.0;
        let block = self
            .blocks
            .get(row * self.extent.0 + column)
            .filter(|_| is_inside);
        let mut low = block.map_or([0; 16], |block| block.low.map(i32::from));
        for (place, n_unknown) in LOW_PLACES.iter().zip(&self.n_unknown_bits).skip(1) {
            if let Some(coefficient) = low.get_mut(*place) {
                *coefficient += coefficient.signum() * ((1 << (n_unknown & 15)) >> 1);
            }
        }
        low
    }

    /// Reads the first scan of a band.
    pub(super) fn begin(
        &mut self,
        bits: &mut Bits<'_>,
        band: &Band<'_>,
        restarts: Restarts,
    ) -> Result<(), Refusal> {
        self.each_block(bits, band, restarts, |block, bits, n_ended| {
            if *n_ended > 0 {
                *n_ended -= 1;
                return Ok(());
            }
            block.begin(bits, band, n_ended)
        })
    }

    /// Reads a scan that adds a bit to a band.
    pub(super) fn refine(
        &mut self,
        bits: &mut Bits<'_>,
        band: &Band<'_>,
        restarts: Restarts,
    ) -> Result<(), Refusal> {
        self.each_block(bits, band, restarts, |block, bits, n_ended| {
            block.refine(bits, band, n_ended)
        })
    }

    /// `read` gets each block with the number of blocks, from this one on, that have ended.
    fn each_block(
        &mut self,
        bits: &mut Bits<'_>,
        band: &Band<'_>,
        mut restarts: Restarts,
        read: impl Fn(&mut Block, &mut Bits<'_>, &mut u32) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut n_ended = 0;
        for row in self.blocks.chunks_exact_mut(self.extent.0.max(1)) {
            for block in row {
                if restarts.pass(bits)? {
                    n_ended = 0;
                }
                read(block, bits, &mut n_ended)?;
            }
            bits.check()?;
        }
        let band_places = usize::from(band.first)..=usize::from(band.last);
        for place in band_places {
            if let Some(n) = self.n_unknown_bits.get_mut(place) {
                *n = band.n_left_out;
            }
        }
        Ok(())
    }
}

impl Block {
    #[inline]
    fn begin(
        &mut self,
        bits: &mut Bits<'_>,
        band: &Band<'_>,
        n_ended: &mut u32,
    ) -> Result<(), Refusal> {
        let mut place = band.first;
        while place <= band.last {
            bits.refill();
            let symbol = band.huffman.symbol(bits)?;
            let (run, n_bits) = (symbol >> 4, symbol & 15);
            if n_bits == 0 && run < 15 {
                *n_ended = run_of_ended(bits, run) - 1;
                break;
            }
            place += run;
            if n_bits > 0 {
                if place > band.last {
                    return Err(Refusal::Unsuitable);
                }
                let value = bits.magnitude(n_bits.into());
                self.set(place, value << band.n_left_out);
            }
            place += 1;
        }
        Ok(())
    }

    #[inline]
    fn refine(
        &mut self,
        bits: &mut Bits<'_>,
        band: &Band<'_>,
        n_ended: &mut u32,
    ) -> Result<(), Refusal> {
        let unit = 1 << band.n_left_out;
        let mut place = band.first;
        while *n_ended == 0 && place <= band.last {
            bits.refill();
            let symbol = band.huffman.symbol(bits)?;
            let (run, n_bits) = (symbol >> 4, symbol & 15);
            let value = match n_bits {
                0 if run < 15 => {
                    *n_ended = run_of_ended(bits, run);
                    break;
                }
                0 => 0,
                1 if bits.take(1) == 1 => unit,
                1 => -unit,
                _ => return Err(Refusal::Unsuitable),
            };
            let end = self.zero_after(run, place, band.last);
            self.correct(bits, place, end, unit);
            if value != 0 {
                if end > band.last {
                    return Err(Refusal::Unsuitable);
                }
                self.set(end, value);
            }
            place = end + 1;
        }
        if *n_ended > 0 {
            self.correct(bits, place, band.last + 1, unit);
            *n_ended -= 1;
        }
        Ok(())
    }

    /// The place of the zero that has `run` zeros before it from `place` on; behind `last` when
    /// there are not as many.
    #[inline]
    fn zero_after(&self, run: u8, place: u8, last: u8) -> u8 {
        let mut zeros = !self.seen & places(place, last + 1);
        for _ in 0..run {
            zeros &= zeros.wrapping_sub(1);
        }
        u8::try_from(zeros.trailing_zeros()).map_or(last + 1, |at| at.min(last + 1))
    }

    /// Reads the next bit of each coefficient from `place` to before `end` that is not zero.
    #[inline]
    fn correct(&mut self, bits: &mut Bits<'_>, place: u8, end: u8, unit: i32) {
        /// Of the coefficients that are kept.
        const LOW: u64 = (1 << LOW_PLACES.len()) - 1;
        let mut pending = self.seen & places(place, end);
        bits.refill();
        while pending & LOW != 0 {
            let at = pending.trailing_zeros();
            pending &= pending - 1;
            // At most 24 of them: one refill serves all.
            if bits.take(1) == 1
                && let Some(low) = self.low_at(at as usize)
            {
                let step = if *low < 0 { -unit } else { unit };
                *low = i16::try_from(i32::from(*low) + step).unwrap_or(*low);
            }
        }
        bits.refill();
        bits.skip(pending.count_ones());
    }

    #[inline]
    fn set(&mut self, place: u8, value: i32) {
        self.seen |= 1_u64.checked_shl(place.into()).unwrap_or_default();
        if let Some(low) = self.low_at(place.into()) {
            *low = i16::try_from(value).unwrap_or_default();
        }
    }

    #[inline]
    fn low_at(&mut self, place: usize) -> Option<&mut i16> {
        LOW_PLACES.get(place).and_then(|at| self.low.get_mut(*at))
    }
}

/// How many blocks have ended, this one among them.
#[inline]
fn run_of_ended(bits: &mut Bits<'_>, n_bits: u8) -> u32 {
    (1 << n_bits) + bits.take(n_bits.into()).unsigned_abs()
}

/// From `first` to before `end`, which is 64 at most.
#[inline]
fn places(first: u8, end: u8) -> u64 {
    let below = |place: u8| match 1_u64.checked_shl(place.into()) {
        Some(bit) => bit - 1,
        None => u64::MAX,
    };
    below(end) & !below(first)
}
