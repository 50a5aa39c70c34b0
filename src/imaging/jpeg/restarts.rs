//! When a restart marker is due.

use super::Refusal;
use super::bits::Bits;

/// Counts the MCUs of a scan.
pub(super) struct Restarts {
    interval: usize,
    n_left: usize,
    number: u8,
}

impl Restarts {
    /// `interval`: MCUs from marker to marker, 0 for no markers.
    pub(super) fn new(interval: usize) -> Self {
        Self {
            interval,
            n_left: interval,
            number: 0,
        }
    }

    /// Asked before each MCU: passes over the marker before it and says whether there was one.
    #[inline]
    pub(super) fn pass(&mut self, bits: &mut Bits<'_>) -> Result<bool, Refusal> {
        if self.interval == 0 {
            return Ok(false);
        }
        let is_due = self.n_left == 0;
        if is_due {
            bits.restart(self.number)?;
            self.number = (self.number + 1) % 8;
            self.n_left = self.interval;
        }
        self.n_left -= 1;
        Ok(is_due)
    }
}
