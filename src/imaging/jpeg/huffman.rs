//! Huffman tables: one symbol at a time, or several that are only to be passed over.

use super::Refusal;
use super::bits::Bits;

/// Nearly all codes of photographs are this short.
const SHORT_BITS: u32 = 10;

/// Of 11 to 15 the fastest: longer ones pass over more at once, shorter ones stay in the cache.
const LOOK_AHEAD_BITS: u32 = 13;

/// One table of a file, for one symbol at a time.
pub(super) struct Huffman {
    /// By the next bits: the code's length and its symbol; 0 for what is longer or is no code.
    short: Box<[u16; 1 << SHORT_BITS]>,
    /// By length: the first code, as 16 bits from the top, that is longer.
    limits: [u32; 17],
    /// By length: the place of the first symbol, minus the first code.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// From the number of codes of each length, 1 to 16, and the symbols in that order.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Refusal> {
        let mut short = Box::new([0; 1 << SHORT_BITS]);
        let (mut limits, mut offsets) = ([0; 17], [0; 17]);
        let mut code: u32 = 0;
        let mut place: i32 = 0;
        let mut rest = symbols.iter();
        let by_length = limits.iter_mut().zip(&mut offsets).skip(1);
        for ((length, count), (limit, offset)) in (1_u8..).zip(counts).zip(by_length) {
            let length_bits = u32::from(length);
            *offset = place - code.cast_signed();
            for symbol in rest.by_ref().take(usize::from(*count)) {
                if code >> length_bits != 0 {
                    return Err(Refusal::Unsuitable);
                }
                if length_bits <= SHORT_BITS {
                    let first = (code << (SHORT_BITS - length_bits)) as usize;
                    let n = 1 << (SHORT_BITS - length_bits);
                    let entry = u16::from(length) << 8 | u16::from(*symbol);
                    short
                        .iter_mut()
                        .skip(first)
                        .take(n)
                        .for_each(|it| *it = entry);
                }
                code += 1;
                place += 1;
            }
            *limit = code << (16 - length_bits);
            code <<= 1;
        }
        Ok(Self {
            short,
            limits,
            offsets,
            symbols: symbols.to_vec(),
        })
    }

    /// The next symbol: up to 16 bits.
    #[inline]
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Refusal> {
        let entry = self.short.get(bits.peek::<SHORT_BITS>()).copied();
        let [length, symbol] = entry.unwrap_or_default().to_be_bytes();
        if length != 0 {
            bits.skip(length.into());
            return Ok(symbol);
        }
        let (symbol, length) = self.find(bits.peek::<16>()).ok_or(Refusal::Unsuitable)?;
        bits.skip(length);
        Ok(symbol)
    }

    /// The symbol whose code these 16 bits start with, and the length of that.
    fn find(&self, next: usize) -> Option<(u8, u32)> {
        let next = u32::try_from(next).ok()?;
        let by_length = (0_u32..).zip(self.limits.iter().zip(&self.offsets));
        let (length, (_, offset)) = by_length.skip(1).find(|(_, (limit, _))| next < **limit)?;
        let place = offset + (next >> (16 - length)).cast_signed();
        let symbol = self.symbols.get(usize::try_from(place).ok()?)?;
        Some((*symbol, length))
    }
}

/// A table of AC coefficients that passes over several symbols at a time.
///
/// By the next bits: how many bits their symbols take with all magnitudes, and how many
/// coefficients they stand for. The last magnitude may reach beyond the bits looked at.
pub(super) struct Skipper<'a> {
    symbols: &'a Huffman,
    steps: Box<[u16; 1 << LOOK_AHEAD_BITS]>,
}

/// In a step: what the end of a block adds to the coefficients passed over.
const END: u32 = 128;

/// A step that leads nowhere: a longer code, or none.
const NO_STEP: u16 = 0xFF00;

/// One block has this many coefficients.
const BLOCK: u32 = 64;

impl<'a> Skipper<'a> {
    pub(super) fn new(symbols: &'a Huffman) -> Self {
        let mut steps = Box::new([NO_STEP; 1 << LOOK_AHEAD_BITS]);
        for (next, step) in (0..).zip(steps.iter_mut()) {
            *step = look_ahead(symbols, next).unwrap_or(NO_STEP);
        }
        Self { symbols, steps }
    }

    /// The table for one symbol at a time.
    #[inline]
    pub(super) fn symbols(&self) -> &'a Huffman {
        self.symbols
    }

    /// Passes over the rest of a block whose next coefficient is the one at `place`.
    #[inline]
    pub(super) fn skip_rest(&self, bits: &mut Bits<'_>, mut place: u32) -> Result<(), Refusal> {
        while place < BLOCK {
            bits.refill();
            // A step takes 28 bits at most: one refill serves two.
            for _ in 0..2 {
                let step = self.steps.get(bits.peek::<LOOK_AHEAD_BITS>()).copied();
                let [n_places, n_bits] = step.unwrap_or(NO_STEP).to_be_bytes();
                let next = place + u32::from(n_places);
                if next < BLOCK {
                    bits.skip(n_bits.into());
                    place = next;
                } else if next == BLOCK || (END < next && next < END + BLOCK) {
                    bits.skip(n_bits.into());
                    return Ok(());
                } else {
                    place = self.one_symbol(bits, place)?;
                    break;
                }
            }
        }
        if place > BLOCK {
            return Err(Refusal::Unsuitable);
        }
        Ok(())
    }

    /// Where there is no step, or one into the next block.
    #[cold]
    fn one_symbol(&self, bits: &mut Bits<'_>, place: u32) -> Result<u32, Refusal> {
        bits.refill();
        let symbol = self.symbols.symbol(bits)?;
        let (run, n_bits) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, n_bits) {
            (0, 0) => return Ok(BLOCK),
            (1..15, 0) => return Err(Refusal::Unsuitable),
            _ => {}
        }
        bits.skip(n_bits);
        Ok(place + run + 1)
    }
}

/// The step for these bits: as many whole symbols as they hold.
fn look_ahead(symbols: &Huffman, next: usize) -> Option<u16> {
    let (mut n_bits, mut n_places) = (0, 0);
    while n_bits < LOOK_AHEAD_BITS {
        // What follows the bits looked at is taken for zeros, so a code may not reach into it.
        let ahead = (next << (16 - LOOK_AHEAD_BITS) << n_bits) & 0xFFFF;
        let Some((symbol, length)) = symbols.find(ahead) else {
            break;
        };
        let (run, magnitude) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let is_invalid = magnitude == 0 && !matches!(run, 0 | 15);
        if is_invalid || n_bits + length > LOOK_AHEAD_BITS {
            break;
        }
        if symbol == 0 {
            n_bits += length;
            n_places += END;
            break;
        }
        if n_places + run + 1 >= BLOCK {
            break;
        }
        n_bits += length + magnitude;
        n_places += run + 1;
    }
    let step = u16::try_from(n_places << 8 | n_bits).ok()?;
    (step != 0).then_some(step)
}
