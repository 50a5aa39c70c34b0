//! Where a copy of the image is on this machine.

use egui::Ui;

use crate::domain::{Upload, safe_display_name};
use crate::protocol::OpenTarget;
use crate::state::{Action, Gallery};
use crate::ui::detail_rows::{Row, heading_ui, row_ui};
use crate::ui::view_context::ViewContext;

/// Draws the file's place and the way there, if there is a copy.
pub(super) fn saved_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, upload: &Upload) {
    let Some(path) = gallery.copies().path(&upload.id) else {
        return;
    };
    heading_ui(ui, cx, "On this computer");
    // In full: it may be copied for another program, which knows no `~`.
    let whole = safe_display_name(&path.to_string_lossy());
    row_ui(ui, cx, &Row::new("Saved to", whole));
    if let Some(folder) = path.parent()
        && ui.button("Show in folder").clicked()
    {
        cx.act(Action::Open(OpenTarget::Folder(folder.to_path_buf())));
    }
}
