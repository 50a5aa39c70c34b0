//! What stays in place while the grid changes, and what is brought into sight.

use egui::Rect;

use crate::domain::UploadId;
use crate::state::Gallery;
use crate::ui::grid_layout::narrow;
use crate::ui::grid_tile::Tile;
use crate::ui::grid_view::GridView;
use crate::ui::theme::space;
use crate::ui::thumbnail_grid::ThumbnailGrid;

/// What the keyboard brings into view keeps this distance from the upper edge: the floating
/// date is there.
const REVEAL_MARGIN: f32 = 44.0;

/// An image that stays where it is on screen while the layout changes around it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub position: usize,
    pub id: Option<UploadId>,
    /// The held point within the tile, from 0 at its upper edge to 1.
    pub fraction: f32,
    /// Points below the upper edge of the pane.
    pub screen_y: f32,
}

/// Where the grid was when a search began, to be there again when it ends.
#[derive(Debug, Clone)]
pub(super) struct LeftForSearch {
    held: Option<Held>,
    /// Upper edge of the pane then: a bar over it may come and go.
    pane_top: f32,
    focus: Option<UploadId>,
}

impl ThumbnailGrid {
    /// The search began, changed or ended; answers what stays in place. What is found is shown
    /// from its beginning. The room is shown as it was left, unless the focus has moved to an
    /// image that was found: then that comes into sight.
    pub(super) fn change_search(&mut self, gallery: &Gallery, pane: Rect) -> Option<Held> {
        self.held = None;
        self.band = None;
        let focus = gallery.selection.focus_id();
        if self.left_for_search.is_none() {
            self.left_for_search = Some(LeftForSearch {
                held: self.first_visible(),
                pane_top: self.view.map_or(pane, |view| view.pane).top(),
                focus: focus.cloned(),
            });
        }
        self.wanted_offset = Some(0.0);
        if gallery.find().is_on() {
            return None;
        }
        let left = self.left_for_search.take()?;
        if left.focus.as_ref() != focus {
            return None;
        }
        self.seen_reveal = gallery.reveal;
        let mut held = left.held?;
        held.screen_y += left.pane_top - pane.top();
        Some(held)
    }

    /// The image that stays in place when nothing else is held. At the very top nothing is:
    /// what comes in above is what one wants to see there.
    pub(super) fn first_visible(&self) -> Option<Held> {
        let view = self.view?;
        if view.is_at_top() {
            return None;
        }
        let row = self
            .layout
            .row(self.layout.rows_between(view.heights()).start)?;
        self.hold(view, row.range.start, 0.0)
    }

    /// Where the first row begins that is not cut at the upper edge of the pane, or the day above
    /// it.
    pub(super) fn first_whole(&self) -> Option<f64> {
        let view = self.view?;
        let is_whole = |top: &f64| *top >= view.offset - 0.5;
        let mut rows = self.layout.rows_between(view.heights());
        rows.find_map(|row| {
            let row = self.layout.row(row)?;
            let section = self.layout.section_of(row.range.start)?;
            let day = (section.range.start == row.range.start).then_some(section.top);
            day.filter(is_whole)
                .or_else(|| Some(row.top).filter(is_whole))
        })
    }

    /// The image that stays in place while images come and go: the one at which the keyboard is,
    /// or the first one of a day that begins on the screen. What comes is of a day above it,
    /// whose rows are filled anew.
    pub(super) fn looked_at(&self, gallery: &Gallery) -> Option<Held> {
        let view = self.view.filter(|view| !view.is_at_top())?;
        let focus = gallery.selection.focus_id();
        let (first, shown) = &self.shown;
        let focused = shown
            .iter()
            .position(|id| id.is_some() && id.as_ref() == focus);
        if let Some(index) = focused.filter(|_| self.is_ring_shown) {
            return self.hold(view, first + index, 0.0);
        }
        let mut rows = self.layout.rows_between(view.heights());
        let position = rows.find_map(|row| {
            let first = self.layout.row(row)?.range.start;
            let section = self.layout.section_of(first)?;
            let is_seen = section.top >= view.offset;
            (is_seen && section.range.start == first).then_some(first)
        })?;
        self.hold(view, position, 0.0)
    }

    fn shown_id(&self, position: usize) -> Option<UploadId> {
        let (first, ids) = &self.shown;
        ids.get(position.checked_sub(*first)?)?.clone()
    }

    pub(super) fn remember_ids(&mut self, tiles: &[Tile]) {
        let (first, ids) = &mut self.shown;
        *first = self.visible.start;
        ids.clear();
        ids.extend(
            tiles
                .iter()
                .map(|tile| tile.upload.as_ref().map(|upload| upload.id.clone())),
        );
    }

    pub(super) fn hold(&self, view: GridView, position: usize, fraction: f32) -> Option<Held> {
        let tile = self.layout.tile(position)?;
        let y = tile.top + f64::from(tile.height * fraction) - view.offset;
        Some(Held {
            position,
            id: self.shown_id(position),
            fraction,
            screen_y: narrow(y),
        })
    }

    pub(super) fn keep_in_place(&mut self, gallery: &Gallery, held: &Held) {
        let moved_to = held.id.as_ref().and_then(|id| gallery.position(id));
        let position = moved_to.unwrap_or(held.position);
        let position = position.min(self.layout.len().saturating_sub(1));
        let Some(tile) = self.layout.tile(position) else {
            return;
        };
        let y = tile.top + f64::from(tile.height * held.fraction);
        self.wanted_offset = Some((y - f64::from(held.screen_y)).max(0.0));
    }

    pub(super) fn reveal(&mut self, gallery: &Gallery, pane: Rect) {
        if self.seen_reveal == gallery.reveal {
            return;
        }
        self.seen_reveal = gallery.reveal;
        self.is_ring_shown = true;
        let focus = gallery.focus();
        let (Some(tile), Some(section)) = (self.layout.tile(focus), self.layout.section_of(focus))
        else {
            return;
        };
        let shown = self.wanted_offset.or_else(|| Some(self.view?.offset));
        let offset = shown.unwrap_or(0.0);
        let is_first_row = (tile.top - section.top - f64::from(section.header)).abs() < 1.0;
        let above = if is_first_row {
            section.top
        } else {
            tile.top - f64::from(REVEAL_MARGIN)
        };
        if gallery.reveal_at_top == gallery.reveal {
            self.wanted_offset = Some(above.max(0.0));
            return;
        }
        let bottom = tile.top + f64::from(tile.height + space::M);
        let page = f64::from(pane.height());
        if above < offset {
            self.wanted_offset = Some(above.max(0.0));
        } else if bottom > offset + page {
            // A tile higher than the pane is shown from its top.
            self.wanted_offset = Some((bottom - page).min(above).max(0.0));
        }
    }
}
