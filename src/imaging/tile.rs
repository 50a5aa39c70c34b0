//! The parts in which a picture is shown that is too large, or looked at too closely, to be shown
//! as a whole.
//!
//! Level 0 has the pixels of the file, each next level half as many along each side. A drawing has
//! levels before that, too, each with twice as many as the one after it. Every level
//! is cut into squares; a tile has one row or column of its neighbours along each side where
//! there is one, so that no seam is seen where colours are taken from between pixels.

use crate::domain::PixelSize;

/// One part of a picture, at one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// How often the picture was halved; below 0, how often a drawing was doubled.
    pub level: i8,
    /// From the left, counted in tiles.
    pub column: u16,
    /// From the top, counted in tiles.
    pub row: u16,
}

/// A rectangle of pixels at one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileArea {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// How large.
    pub size: PixelSize,
}

impl Tile {
    /// A megabyte each: a frame has time for a few, and a large window needs some forty.
    pub const EDGE_PX: u32 = 512;

    /// Beyond, nothing has more than a pixel.
    pub const MAX_LEVEL: i8 = 16;

    /// 32 pixels for one of a drawing: nobody looks closer.
    pub const MIN_LEVEL: i8 = -5;

    /// What of its neighbours a tile has along each side.
    pub(super) const MARGIN_PX: u32 = 1;

    /// Columns and rows of a picture of this size at a level.
    pub fn level_size(image: PixelSize, level: i8) -> PixelSize {
        let level = level.clamp(Self::MIN_LEVEL, Self::MAX_LEVEL);
        let factor = 1 << level.unsigned_abs();
        let side = |side: u32| {
            if level < 0 {
                side.saturating_mul(factor)
            } else {
                side.div_ceil(factor)
            }
        };
        PixelSize::new(side(image.width), side(image.height))
    }

    /// The pixels that this tile shows of a picture of this size; `None` outside of it.
    pub fn area(self, image: PixelSize) -> Option<TileArea> {
        self.with_margin(image, 0)
    }

    /// The pixels that its texture has: those it shows and a margin.
    pub fn area_with_margin(self, image: PixelSize) -> Option<TileArea> {
        self.with_margin(image, Self::MARGIN_PX)
    }

    fn with_margin(self, image: PixelSize, margin: u32) -> Option<TileArea> {
        let level = Self::level_size(image, self.level);
        let side = |index: u16, length: u32| {
            let start = u32::from(index) * Self::EDGE_PX;
            let end = (start + Self::EDGE_PX).min(length);
            let (first, last) = (start.saturating_sub(margin), (end + margin).min(length));
            (start < length).then(|| (first, last - first))
        };
        let (x, width) = side(self.column, level.width)?;
        let (y, height) = side(self.row, level.height)?;
        let size = PixelSize::new(width, height);
        Some(TileArea { x, y, size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_side_by_side_and_know_a_row_of_each_other() {
        let image = PixelSize::new(1300, 500);
        let tile = |column| Tile {
            level: 0,
            column,
            row: 0,
        };
        let area = |x, width| TileArea {
            x,
            y: 0,
            size: PixelSize::new(width, 500),
        };
        assert_eq!(tile(0).area(image), Some(area(0, 512)));
        assert_eq!(tile(2).area(image), Some(area(1024, 276)));
        assert_eq!(tile(3).area(image), None);
        assert_eq!(tile(0).area_with_margin(image), Some(area(0, 513)));
        assert_eq!(tile(1).area_with_margin(image), Some(area(511, 514)));
        assert_eq!(tile(2).area_with_margin(image), Some(area(1023, 277)));
    }

    #[test]
    fn each_level_has_half_the_pixels_along_a_side_and_at_least_one() {
        let image = PixelSize::new(12_001, 3);
        assert_eq!(Tile::level_size(image, 1), PixelSize::new(6001, 2));
        assert_eq!(Tile::level_size(image, 4), PixelSize::new(751, 1));
        assert_eq!(Tile::level_size(image, 100), PixelSize::new(1, 1));
        assert_eq!(Tile::level_size(image, -2), PixelSize::new(48_004, 12));
    }
}
