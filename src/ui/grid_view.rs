//! Which part of the room is on screen, and how places of the one become places of the other.

use std::ops::Range;

use egui::{Pos2, Rect, pos2, vec2};

use crate::ui::grid_layout::{TileSpan, narrow};

/// Which way the grid moved last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// To older images.
    #[default]
    Down,
    /// To newer ones.
    Up,
}

/// A window onto the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GridView {
    /// The window, in points of the screen.
    pub pane: Rect,
    /// The left edge of the tiles on screen.
    pub left: f32,
    /// How far the room is scrolled.
    pub offset: f64,
}

impl Way {
    /// The other way.
    pub(super) const fn back(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

impl GridView {
    /// A place in the room.
    pub(super) fn to_content(self, at: Pos2) -> (f32, f64) {
        (
            at.x - self.left,
            f64::from(at.y - self.pane.top()) + self.offset,
        )
    }

    /// A place on the screen.
    pub(super) fn to_screen(self, x: f32, y: f64) -> Pos2 {
        pos2(self.left + x, self.pane.top() + narrow(y - self.offset))
    }

    /// A tile on the screen.
    pub(super) fn rect(self, tile: TileSpan) -> Rect {
        let size = vec2(tile.width, tile.height);
        Rect::from_min_size(self.to_screen(tile.left, tile.top), size)
    }

    /// Whether the newest images are at the upper edge.
    pub(super) fn is_at_top(self) -> bool {
        self.offset < 1.0
    }

    /// What is on screen.
    pub(super) fn heights(self) -> Range<f64> {
        self.offset..self.offset + f64::from(self.pane.height())
    }

    /// The screen below, or above.
    pub(super) fn heights_ahead(self, way: Way) -> Range<f64> {
        let Range { start, end } = self.heights();
        let page = end - start;
        if way == Way::Down {
            end..end + page
        } else {
            (start - page).max(0.0)..start
        }
    }
}
