//! The viewer (placeholder until the real one is merged).

use crate::state::Gallery;
use crate::ui::view_context::ViewContext;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Viewer;

impl Viewer {
    /// Draws it.
    pub(super) fn ui(&mut self, _ui: &mut egui::Ui, _cx: ViewContext<'_>, _gallery: &Gallery) {}

    /// Its keys.
    pub(super) fn keys(&mut self, _ui: &mut egui::Ui, _cx: ViewContext<'_>, _gallery: &Gallery) {}
}
