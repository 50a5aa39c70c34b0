//! The details (placeholder until the real ones are merged).

use crate::state::Gallery;
use crate::ui::view_context::ViewContext;

/// Draws them.
pub(super) fn details_panel_ui(ui: &mut egui::Ui, _cx: ViewContext<'_>, _gallery: &Gallery) {
    ui.label("Details");
}
