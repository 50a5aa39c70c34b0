//! Scrolls the grid. Not egui's scroll area: that counts in `f32` and knows the new height
//! one frame too late to keep an image in place while the list grows around it.

use egui::{CornerRadius, Id, Rect, Sense, Ui, Vec2, pos2, vec2};

use crate::ui::grid_layout::narrow;
use crate::ui::view_context::ViewContext;

/// Width of the bar in points, its click area included.
pub(super) const BAR_WIDTH: f32 = 14.0;

/// The handle is never shorter, or nobody could grab it in a room of 100,000 images.
const MIN_HANDLE: f32 = 36.0;

/// How far a room is scrolled.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Scroller {
    top: f64,
    /// Where within the handle it was grabbed.
    grabbed: Option<f32>,
    /// How far the room may lie beyond its ends, where a bar above it came or went: tiles stay
    /// where they are, until somebody scrolls.
    slack: (f64, f64),
}

impl Scroller {
    /// The height at the upper edge of the pane.
    pub(super) const fn top(&self) -> f64 {
        self.top
    }

    /// Goes somewhere; the next [`Self::scroll`] takes care of the ends.
    pub(super) fn go_to(&mut self, top: f64) {
        self.top = top;
        self.slack = (0.0, 0.0);
    }

    /// The same where no pointer is over the pane: a room at its very beginning stays there, or
    /// a bar would hide its first row.
    pub(super) fn pane_moved_alone(&mut self, down: f32) {
        if self.top != 0.0 {
            self.pane_moved(down);
        }
    }

    /// The upper edge of the pane moved down by so much: nothing in it moves along, so that
    /// nobody hits another tile.
    pub(super) fn pane_moved(&mut self, down: f32) {
        self.top += f64::from(down);
        self.slack = (self.top.min(0.0), self.top);
    }

    /// Takes in wheel and fingers.
    pub(super) fn scroll(&mut self, ui: &Ui, pane: Rect, height: f64) {
        if ui.rect_contains_pointer(pane) {
            let delta = ui.input_mut(|input| {
                let delta = input.smooth_scroll_delta.y;
                input.smooth_scroll_delta = Vec2::ZERO;
                delta
            });
            self.top -= f64::from(delta);
        }
        let furthest = (height - f64::from(pane.height())).max(0.0);
        let (before, behind) = self.slack;
        self.top = self.top.clamp(before, furthest.max(behind));
        // Slack that was scrolled away does not come back.
        self.slack = (self.top.min(0.0), self.top.min(behind));
    }

    fn share(&self, furthest: f64) -> f64 {
        (self.top / furthest).clamp(0.0, 1.0)
    }

    /// Draws the bar along the right edge and follows whoever drags it.
    pub(super) fn bar_ui(&mut self, ui: &Ui, cx: ViewContext<'_>, id: Id, pane: Rect, height: f64) {
        let page = f64::from(pane.height());
        if height <= page {
            self.grabbed = None;
            return;
        }
        let track = Rect::from_min_max(pos2(pane.right() - BAR_WIDTH, pane.top()), pane.max);
        let track = track.shrink2(vec2(0.0, 2.0));
        let length = narrow(page / height * f64::from(track.height())).max(MIN_HANDLE);
        let travel = f64::from((track.height() - length).max(1.0));
        let furthest = height - page;
        let response = ui.interact(track, id, Sense::drag() - Sense::FOCUSABLE);
        let handle_top = track.top() + narrow(self.share(furthest) * travel);
        if let Some(at) = response.interact_pointer_pos()
            && response.is_pointer_button_down_on()
        {
            let is_on_handle = (handle_top..handle_top + length).contains(&at.y);
            let grabbed = *self.grabbed.get_or_insert(if is_on_handle {
                at.y - handle_top
            } else {
                length / 2.0
            });
            let share = f64::from(at.y - grabbed - track.top()) / travel;
            self.top = share.clamp(0.0, 1.0) * furthest;
        } else {
            self.grabbed = None;
        }
        let handle_top = track.top() + narrow(self.share(furthest) * travel);
        let is_active = response.hovered() || self.grabbed.is_some();
        let width = if is_active { 8.0 } else { 5.0 };
        let handle = Rect::from_min_size(
            pos2(track.right() - width - 3.0, handle_top),
            vec2(width, length),
        );
        let color = match (self.grabbed.is_some(), is_active) {
            (true, _) => cx.palette.text_weak,
            (false, true) => cx.palette.edge,
            (false, false) => cx.palette.edge.gamma_multiply(0.6),
        };
        ui.painter()
            .rect_filled(handle, CornerRadius::same(4), color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_that_comes_hides_no_first_row_unless_somebody_points_at_it() {
        let mut at_the_top = Scroller::default();
        at_the_top.pane_moved_alone(46.0);
        assert_eq!(at_the_top.top().to_bits(), 0.0_f64.to_bits());
        at_the_top.pane_moved(46.0);
        assert_eq!(at_the_top.top().to_bits(), 46.0_f64.to_bits());
        at_the_top.pane_moved_alone(-46.0);
        assert_eq!(at_the_top.top().to_bits(), 0.0_f64.to_bits());
    }
}
