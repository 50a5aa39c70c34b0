//! Scrolls the grid. Not egui's scroll area: that counts in `f32` and knows the new height
//! one frame too late to keep an image in place while the list grows around it.

use std::time::Duration;

use egui::{CornerRadius, Id, Rect, Sense, Ui, Vec2, pos2, vec2};

use crate::ui::grid_layout::narrow;
use crate::ui::view_context::ViewContext;

/// Width of the bar in points, its click area included.
pub(super) const BAR_WIDTH: f32 = 14.0;

/// The handle is never shorter, or nobody could grab it in a room of 100,000 images.
const MIN_HANDLE: f32 = 36.0;

/// Who moved the pointer so lately, in seconds, may be about to press a tile.
const AIMS_SECS: f32 = 0.5;

/// How far a room is scrolled.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Scroller {
    top: f64,
    /// Where within the handle it was grabbed.
    grabbed: Option<f32>,
    /// How far the room may lie beyond its ends, where a bar above it came or went: tiles stay
    /// where they are, until somebody scrolls.
    slack: (f64, f64),
    /// Where to go once nobody is about to press anything.
    owed: Option<f64>,
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
        self.owed = None;
    }

    /// The upper edge of the pane moved down by so much. Nothing in it moves along, so that nobody
    /// hits another tile; but a bar that comes must not hide what begins at `whole`, the first
    /// thing that was not cut there, and one that goes leaves no gap.
    pub(super) fn pane_moved(&mut self, down: f32, whole: Option<f64>) {
        let before = self.top;
        self.top += f64::from(down);
        self.slack = (self.top.min(0.0), self.top);
        let least = before.min(self.top).max(0.0);
        let kept = whole.map_or(self.top, |whole| self.top.min(whole));
        let kept = kept.max(least);
        self.owed = ((kept - self.top).abs() > 0.5).then_some(kept);
    }

    /// Moves what was only left in place for somebody who aims at a tile, or says for how long it
    /// still stays there.
    pub(super) fn settle(&mut self, aims: Option<Duration>) -> Option<Duration> {
        let top = self.owed?;
        if aims.is_none() {
            self.go_to(top);
        }
        aims
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
            if delta != 0.0 {
                self.owed = None;
            }
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
            self.owed = None;
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

/// How long somebody is still taken to be about to press a tile. Whoever holds a button down ends
/// that by letting go.
pub(super) fn aims(ui: &Ui, pane: Rect) -> Option<Duration> {
    if !ui.rect_contains_pointer(pane) {
        return None;
    }
    let (is_down, rested) = ui.input(|input| {
        let pointer = &input.pointer;
        (pointer.any_down(), pointer.time_since_last_movement())
    });
    if is_down {
        return Some(Duration::from_secs_f32(AIMS_SECS));
    }
    let rest = AIMS_SECS - rested;
    (rest > 0.0).then(|| Duration::from_secs_f32(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a room that is scrolled so far lies after a bar of 46 points came; its first row with
    /// the day above it begins at 0, others follow every 100 points.
    fn after_a_bar(top: f64) -> f64 {
        let mut scroller = Scroller::default();
        scroller.go_to(top);
        scroller.pane_moved(46.0, Some((top / 100.0).ceil() * 100.0));
        assert_eq!(scroller.settle(None), None);
        scroller.top()
    }

    #[test]
    fn a_bar_that_comes_hides_no_row_that_was_whole() {
        assert_eq!(after_a_bar(0.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(after_a_bar(70.0).to_bits(), 100.0_f64.to_bits());
        let is_cut_anyway = after_a_bar(20.0);
        assert_eq!(is_cut_anyway.to_bits(), 66.0_f64.to_bits());
    }

    #[test]
    fn nothing_moves_while_somebody_aims() {
        let mut scroller = Scroller::default();
        scroller.pane_moved(46.0, Some(0.0));
        let aims = Some(Duration::from_millis(100));
        assert_eq!(scroller.settle(aims), aims);
        assert_eq!(scroller.top().to_bits(), 46.0_f64.to_bits());
        assert_eq!(scroller.settle(None), None);
        assert_eq!(scroller.top().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn a_bar_that_goes_leaves_no_gap() {
        let mut scroller = Scroller::default();
        scroller.go_to(20.0);
        scroller.pane_moved(-46.0, Some(100.0));
        assert_eq!(scroller.settle(None), None);
        assert_eq!(scroller.top().to_bits(), 0.0_f64.to_bits());
        scroller.go_to(220.0);
        scroller.pane_moved(-46.0, Some(300.0));
        assert_eq!(scroller.settle(None), None);
        assert_eq!(scroller.top().to_bits(), 174.0_f64.to_bits());
    }
}
