//! Turning and mirroring the view of an image; the file is never touched. Pure.

use egui::{Vec2, vec2};

use crate::domain::PixelSize;

/// How the view is turned: mirrored left to right first, then by quarter turns clockwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// From 0 to 3.
    quarters: u8,
    is_mirrored: bool,
}

/// What turns it further, as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turning {
    /// A quarter clockwise.
    Right,
    /// A quarter back.
    Left,
    /// Left becomes right.
    FlipHorizontally,
    /// Up becomes down.
    FlipVertically,
}

impl Turn {
    /// This turn and then another.
    pub(super) const fn then(self, turning: Turning) -> Self {
        // A mirror before a turn is the same as the turn back before the mirror.
        let (quarters, is_mirrored) = match turning {
            Turning::Right => (self.quarters + 1, self.is_mirrored),
            Turning::Left => (self.quarters + 3, self.is_mirrored),
            Turning::FlipHorizontally => (4 - self.quarters, !self.is_mirrored),
            Turning::FlipVertically => (6 - self.quarters, !self.is_mirrored),
        };
        Self {
            quarters: quarters % 4,
            is_mirrored,
        }
    }

    const fn is_on_its_side(self) -> bool {
        self.quarters % 2 == 1
    }

    /// The size as it is seen.
    pub(super) const fn size_px(self, size: PixelSize) -> PixelSize {
        if self.is_on_its_side() {
            PixelSize::new(size.height, size.width)
        } else {
            size
        }
    }

    /// Where a point of the image is seen. Both from 0 to 1 along each side.
    pub(super) fn to_view(self, image: Vec2) -> Vec2 {
        let mut point = image;
        if self.is_mirrored {
            point.x = 1.0 - point.x;
        }
        for _ in 0..self.quarters {
            point = vec2(1.0 - point.y, point.x);
        }
        point
    }

    /// Which point of the image is seen there.
    pub(super) fn to_image(self, view: Vec2) -> Vec2 {
        let mut point = view;
        for _ in 0..self.quarters {
            point = vec2(point.y, 1.0 - point.x);
        }
        if self.is_mirrored {
            point.x = 1.0 - point.x;
        }
        point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Turning; 4] = [
        Turning::Right,
        Turning::Left,
        Turning::FlipHorizontally,
        Turning::FlipVertically,
    ];

    /// Where a point of the view goes.
    fn moved(at: Vec2, turning: Turning) -> Vec2 {
        match turning {
            Turning::Right => vec2(1.0 - at.y, at.x),
            Turning::Left => vec2(at.y, 1.0 - at.x),
            Turning::FlipHorizontally => vec2(1.0 - at.x, at.y),
            Turning::FlipVertically => vec2(at.x, 1.0 - at.y),
        }
    }

    #[test]
    fn every_turn_moves_what_is_seen_and_not_what_was_there_first() {
        let at = vec2(0.125, 0.25);
        for first in ALL {
            for second in ALL {
                for third in ALL {
                    let turn = Turn::default().then(first).then(second).then(third);
                    let seen = moved(moved(moved(at, first), second), third);
                    assert_eq!(turn.to_view(at), seen, "{first:?} {second:?} {third:?}");
                    assert_eq!(turn.to_image(seen), at, "{first:?} {second:?} {third:?}");
                }
            }
        }
    }

    #[test]
    fn four_quarters_and_two_flips_are_nothing() {
        for turning in ALL {
            let twice = Turn::default().then(turning).then(turning);
            assert_eq!(twice.then(turning).then(turning), Turn::default());
        }
        let flip = Turn::default().then(Turning::FlipHorizontally);
        assert_eq!(flip.then(Turning::FlipHorizontally), Turn::default());
        let back = Turn::default().then(Turning::Right).then(Turning::Left);
        assert_eq!(back, Turn::default());
    }

    #[test]
    fn a_quarter_swaps_the_sides() {
        let size = PixelSize::new(400, 300);
        let quarter = Turn::default().then(Turning::Right);
        assert_eq!(quarter.size_px(size), PixelSize::new(300, 400));
        let flipped = quarter.then(Turning::FlipVertically);
        assert_eq!(flipped.size_px(size), PixelSize::new(300, 400));
        assert_eq!(quarter.then(Turning::Right).size_px(size), size);
    }
}
