//! Entries of menus about an image: its message, copies, other programs.

use egui::{Button, ScrollArea, Ui};

use crate::state::errand_message::files;
use crate::state::{Action, ImageAction};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;

/// Width of the menu in points.
const WIDTH: f32 = 250.0;

/// About the image that fills the window.
pub(super) fn viewer_menu_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    in_window(ui, WIDTH, |ui| {
        let save = key_of(ui.ctx(), Job::Save);
        entry_ui(ui, "Save", &save, || cx.act(Action::SaveSelected));
        ui.separator();
        entries_ui(ui, cx, 1);
    });
}

/// A menu that is as high as it needs, and scrolls where the window is lower than that.
pub(super) fn in_window(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    ui.set_width(width);
    let height = ui.ctx().content_rect().height() - 4.0 * space::M;
    ScrollArea::vertical()
        .max_height(height)
        .min_scrolled_height(height)
        .show(ui, content);
}

/// Draws them; `count` images are chosen.
pub(super) fn entries_ui(ui: &mut Ui, cx: ViewContext<'_>, count: usize) {
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

/// One entry of a menu, as wide as it; a press closes the menu.
pub(super) fn entry_ui(ui: &mut Ui, label: &str, shortcut: &str, act: impl FnOnce()) {
    let button = Button::new(label).shortcut_text(shortcut).truncate();
    let width = ui.available_width();
    if ui.add(button.min_size(egui::vec2(width, 28.0))).clicked() {
        act();
        ui.close();
    }
}
