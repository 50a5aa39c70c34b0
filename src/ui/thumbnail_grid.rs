//! The grid (placeholder until the real one is merged).

use std::ops::Range;

use crate::state::Gallery;
use crate::ui::view_context::ViewContext;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct ThumbnailGrid;

impl ThumbnailGrid {
    /// Draws it.
    pub(super) fn ui(&mut self, ui: &mut egui::Ui, _cx: ViewContext<'_>, gallery: &Gallery) {
        let _ = (ui, gallery);
    }

    /// What is on screen.
    pub(super) fn visible(&self) -> Range<usize> {
        0..0
    }

    /// Its keys.
    pub(super) fn keys(&mut self, _ui: &mut egui::Ui, _cx: ViewContext<'_>, _gallery: &Gallery) {}
}
