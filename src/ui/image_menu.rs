//! The menu of an image: one list of entries, wherever the image is seen.

use egui::Ui;

use crate::state::errand_message::files;
use crate::state::user_message::images;
use crate::state::{Action, ImageAction};
use crate::ui::menu::{self, Opened, entry_ui};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::view_context::ViewContext;

/// About the image that fills the window.
pub(super) fn viewer_menu_ui(ui: &mut Ui, cx: ViewContext<'_>, opened: Opened) {
    menu::menu_ui(ui, menu::WIDTH, opened, |ui| {
        entries_ui(ui, cx, 1, |_| {});
    });
}

/// Draws the entries; `count` images are chosen. What only one place offers comes before the last.
pub(super) fn entries_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    count: usize,
    only_here: impl FnOnce(&mut Ui),
) {
    save_entries_ui(ui, cx, count);
    ui.separator();
    file_entries_ui(ui, cx, count);
    ui.separator();
    only_here(ui);
    let label = if cx.state.settings.is_panel_open {
        "Hide details"
    } else {
        "Details"
    };
    let details = key_of(ui.ctx(), Job::TogglePanel);
    entry_ui(ui, label, &details, || cx.act(Action::TogglePanel));
}

fn save_entries_ui(ui: &mut Ui, cx: ViewContext<'_>, count: usize) {
    let (save, save_as) = (key_of(ui.ctx(), Job::Save), key_of(ui.ctx(), Job::SaveAs));
    let label = if count > 1 {
        format!("Save {}", images(count))
    } else {
        "Save".to_owned()
    };
    entry_ui(ui, &label, &save, || cx.act(Action::SaveSelected));
    entry_ui(ui, "Save to…", &save_as, || {
        cx.act(Action::SaveSelectedAs);
    });
}

/// Its message, copies, other programs.
fn file_entries_ui(ui: &mut Ui, cx: ViewContext<'_>, count: usize) {
    let act = |action| cx.act(Action::OnImage(action));
    let key = |ui: &Ui, job| key_of(ui.ctx(), job);
    let (show, copy, link) = (
        key(ui, Job::ShowMessage),
        key(ui, Job::Copy),
        key(ui, Job::CopyLink),
    );
    entry_ui(ui, "Show in the chat", &show, || {
        act(ImageAction::ShowMessage);
    });
    if count > 1 {
        let label = format!("Copy {}", files(count));
        entry_ui(ui, &label, &copy, || act(ImageAction::CopyFiles));
    } else {
        entry_ui(ui, "Copy image", &copy, || act(ImageAction::CopyPixels));
        entry_ui(ui, "Copy file", "", || act(ImageAction::CopyFiles));
    }
    entry_ui(ui, "Copy link to the file", &link, || {
        act(ImageAction::CopyFileLink);
    });
    entry_ui(ui, "Copy link to the message", "", || {
        act(ImageAction::CopyMessageLink);
    });
    entry_ui(ui, "Copy link to the room", "", || {
        act(ImageAction::CopyRoomLink);
    });
    entry_ui(ui, "Open with the default app", "", || {
        act(ImageAction::OpenCopy);
    });
    entry_ui(ui, "Open in the browser", "", || {
        act(ImageAction::OpenInBrowser);
    });
}
