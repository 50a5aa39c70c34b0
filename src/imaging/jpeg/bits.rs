//! The bits of a scan, most significant first, without the zero that follows each 0xFF.

use super::Refusal;

/// What a refill leaves at least: three of the longest codes, or one with its magnitude.
const REFILLED_BITS: u32 = 56;

/// The bits of one scan.
///
/// Past the end, or at a marker, there are zeros: [`Bits::check`] says whether any were used.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, from the top. Below `n_bits` are bits of bytes that are still in `rest`.
    buffer: u64,
    n_bits: u32,
    /// How many of the bits behind the last real one were made up.
    n_made_up: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(coded: &'a [u8]) -> Self {
        Self {
            rest: coded,
            buffer: 0,
            n_bits: 0,
            n_made_up: 0,
        }
    }

    /// Makes at least 56 bits ready.
    #[inline]
    pub(super) fn refill(&mut self) {
        if let Some(next) = self.rest.first_chunk::<8>() {
            let word = u64::from_be_bytes(*next);
            if !has_ff(word) {
                let n_bytes = (63 - self.n_bits) >> 3;
                self.buffer |= word >> self.n_bits;
                self.rest = self.rest.get(n_bytes as usize..).unwrap_or_default();
                self.n_bits |= REFILLED_BITS;
                return;
            }
        }
        self.refill_by_bytes();
    }

    #[cold]
    fn refill_by_bytes(&mut self) {
        self.buffer &= !(u64::MAX >> self.n_bits);
        while self.n_bits < REFILLED_BITS {
            let byte = match self.rest {
                [0xFF, 0, rest @ ..] => {
                    self.rest = rest;
                    0xFF
                }
                [0xFF, ..] | [] => {
                    self.n_made_up += 8;
                    0
                }
                [byte, rest @ ..] => {
                    self.rest = rest;
                    *byte
                }
            };
            self.buffer |= (u64::from(byte) << 56) >> self.n_bits;
            self.n_bits += 8;
        }
    }

    /// The next `N` bits, which stay. At most what the last refill left.
    #[inline]
    pub(super) fn peek<const N: u32>(&self) -> usize {
        const { assert!(N > 0 && N <= 16) };
        // Never fails: at most 16 bits.
        usize::try_from(self.buffer >> (64 - N)).unwrap_or_default()
    }

    /// Passes over `n` bits, at most 32 at a time and never more than the last refill left.
    #[inline]
    pub(super) fn skip(&mut self, n: u32) {
        self.buffer <<= n & 63;
        self.n_bits = self.n_bits.wrapping_sub(n) & 63;
    }

    /// A number of `n` bits, 16 at most, as it is.
    #[inline]
    pub(super) fn take(&mut self, n: u32) -> i32 {
        // Two shifts, since `n` may be 0.
        let value = (self.buffer >> 1) >> (63 - (n & 63));
        self.skip(n);
        i32::try_from(value).unwrap_or_default()
    }

    /// A magnitude of `n` bits, 16 at most: those that start with a zero are negative.
    #[inline]
    pub(super) fn magnitude(&mut self, n: u32) -> i32 {
        let is_negative = i32::from(self.buffer >> 63 == 0);
        let value = self.take(n);
        value - is_negative * ((1 << (n & 31)) - 1)
    }

    /// Whether all bits that were used were there.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.n_made_up > self.n_bits {
            return Err(Refusal::Incomplete);
        }
        Ok(())
    }

    /// Goes on behind the restart marker of this number, 0 to 7, which must be what comes next.
    pub(super) fn restart(&mut self, number: u8) -> Result<(), Refusal> {
        self.check()?;
        let mut rest = self.rest;
        while let [0xFF, 0xFF, ..] = rest {
            rest = rest.get(1..).unwrap_or_default();
        }
        match rest {
            [0xFF, code, rest @ ..] if *code == 0xD0 + (number & 7) => {
                *self = Self::new(rest);
                Ok(())
            }
            [] | [0xFF] => Err(Refusal::Incomplete),
            _ => Err(Refusal::Unsuitable),
        }
    }
}

/// Whether one of the eight bytes is 0xFF.
#[inline]
fn has_ff(word: u64) -> bool {
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    (!word).wrapping_sub(LOWEST) & word & HIGHEST != 0
}
