//! The rubber band: a rectangle over the grid, drawn from empty space.

use std::ops::Range;

use egui::{CornerRadius, Modifiers, Painter, Pos2, Rect, Stroke, StrokeKind};

use crate::state::{Action, BandKind};
use crate::ui::grid_layout::GridLayout;
use crate::ui::grid_view::GridView;
use crate::ui::view_context::ViewContext;

/// So far inside the edges of the pane scrolling begins, in points.
const EDGE: f32 = 28.0;

/// Points a second for each point that the pointer is beyond [`EDGE`].
const SPEED: f32 = 14.0;

/// A band that is being drawn. It begins at a place of the room, not of the screen.
#[derive(Debug)]
pub(super) struct Band {
    start: (f32, f64),
    covered: Vec<Range<usize>>,
}

impl Band {
    /// Begins a band; with Ctrl it adds to the selection.
    pub(super) fn start(
        cx: ViewContext<'_>,
        view: GridView,
        at: Pos2,
        modifiers: Modifiers,
    ) -> Self {
        let kind = if modifiers.command {
            BandKind::Add
        } else {
            BandKind::Replace
        };
        cx.act(Action::StartBand(kind));
        Self {
            start: view.to_content(at),
            covered: Vec::new(),
        }
    }

    /// The pointer moved, or the grid below it. Answers how fast to scroll, in points a second.
    pub(super) fn stretch(
        &mut self,
        cx: ViewContext<'_>,
        layout: &GridLayout,
        view: GridView,
        at: Pos2,
    ) -> f32 {
        let (x, y) = view.to_content(at);
        let columns = self.start.0.min(x)..self.start.0.max(x);
        let heights = self.start.1.min(y)..self.start.1.max(y);
        let covered = layout.covered(columns, heights);
        if covered != self.covered {
            self.covered.clone_from(&covered);
            cx.act(Action::Band { covered });
        }
        let below = (at.y - (view.pane.bottom() - EDGE)).max(0.0);
        let above = (view.pane.top() + EDGE - at.y).max(0.0);
        (below - above) * SPEED
    }

    /// Draws it.
    pub(super) fn band_ui(&self, painter: &Painter, cx: ViewContext<'_>, view: GridView, at: Pos2) {
        let corner = view.to_screen(self.start.0, self.start.1);
        let rect = Rect::from_two_pos(corner, at).intersect(view.pane.expand(4.0));
        let accent = cx.palette.accent;
        painter.rect(
            rect,
            CornerRadius::same(2),
            accent.gamma_multiply(0.16),
            Stroke::new(1.0, accent),
            StrokeKind::Inside,
        );
    }
}
