//! The SHA-256 of the file, once somebody asks for it: hashing reads all of it.

use std::sync::Arc;

use egui::{RichText, Ui};

use crate::domain::Upload;
use crate::state::{Action, FileAccess, FileDigest, Gallery, user_message};
use crate::ui::detail_rows::{Row, row_ui};
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;

/// Draws the button, or what came of it.
pub(super) fn digest_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, upload: &Arc<Upload>) {
    let weak = |words: String| RichText::new(words).color(cx.palette.text_weak);
    let failure = match gallery.digest(&upload.id) {
        Some(FileDigest::Known(digest)) => {
            row_ui(ui, cx, &Row::new("SHA-256", digest.clone()).mono());
            return;
        }
        Some(FileDigest::Computing) => {
            ui.label(weak("Computing SHA-256…".to_owned()));
            return;
        }
        Some(FileDigest::Failed(error)) => Some(error),
        None => None,
    };
    if gallery.access == FileAccess::Refused {
        return;
    }
    if let Some(error) = failure {
        let message = user_message::image(error);
        ui.label(weak(message.headline));
    }
    ui.add_space(space::XS);
    let button = ui.button("SHA-256").on_hover_text("Hash the original file");
    if button.clicked() {
        cx.act(Action::ComputeSha256(Arc::clone(upload)));
    }
}

/// As hexadecimal digits, where it is known.
pub(super) fn known<'a>(gallery: &'a Gallery, upload: &Upload) -> Option<&'a str> {
    match gallery.digest(&upload.id)? {
        FileDigest::Known(digest) => Some(digest.as_str()),
        FileDigest::Computing | FileDigest::Failed(_) => None,
    }
}
