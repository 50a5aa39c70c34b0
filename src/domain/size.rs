//! Sizes with their units.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// A number of bytes. `Display` writes it for people, in powers of 1000: "3.4 MB".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteCount(pub u64);

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = humansize::DECIMAL.decimal_places(1).decimal_zeroes(0);
        f.write_str(&humansize::format_size(self.0, options))
    }
}

impl Add for ByteCount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for ByteCount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for ByteCount {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self(0), Add::add)
    }
}

/// Width and height in image pixels, after the EXIF orientation was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PixelSize {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl PixelSize {
    /// A size of `width` columns and `height` rows.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Width divided by height; 1 for an image without area.
    pub fn aspect_ratio(self) -> f32 {
        if self.width == 0 || self.height == 0 {
            1.0
        } else {
            self.width as f32 / self.height as f32
        }
    }

    /// The longer side.
    pub const fn longer_side(self) -> u32 {
        if self.width > self.height {
            self.width
        } else {
            self.height
        }
    }

    /// The number of pixels.
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// The largest size of the same shape with no side above `edge_px`; never larger than itself.
    pub fn fit_within(self, edge_px: u32) -> Self {
        let longer = self.longer_side();
        if longer <= edge_px || longer == 0 {
            return self;
        }
        let scaled = |side: u32| {
            let rounded =
                (u64::from(side) * u64::from(edge_px) + u64::from(longer) / 2) / u64::from(longer);
            u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
        };
        Self::new(scaled(self.width), scaled(self.height))
    }
}

impl fmt::Display for PixelSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_counts_read_as_people_write_them() {
        assert_eq!(ByteCount(0).to_string(), "0 B");
        assert_eq!(ByteCount(3_400_000).to_string(), "3.4 MB");
        assert_eq!(ByteCount(2_000_000).to_string(), "2 MB");
    }

    #[test]
    fn fitting_keeps_the_shape_and_never_enlarges() {
        assert_eq!(
            PixelSize::new(4000, 3000).fit_within(400),
            PixelSize::new(400, 300)
        );
        assert_eq!(
            PixelSize::new(10, 4000).fit_within(100),
            PixelSize::new(1, 100)
        );
        assert_eq!(
            PixelSize::new(30, 20).fit_within(100),
            PixelSize::new(30, 20)
        );
    }
}
