//! Asks before so many files are copied that it takes time and room on the disk.

use egui::{Align, Label, Layout, RichText, Ui};

use crate::state::errand_message::files;
use crate::state::{Action, ImageAction};
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{dialog_ui, plain_button, primary_button, primary_ring};

const WIDTH: f32 = 440.0;

/// Draws the question, if it is asked.
pub(super) fn copy_question_ui(ui: &Ui, cx: ViewContext<'_>) {
    let Some(question) = cx.state.errands.question else {
        return;
    };
    let act = |action| cx.act(Action::OnImage(action));
    let is_left = dialog_ui(ui, cx.palette, "copy question", WIDTH, |ui| {
        let title = format!("Copy {}?", files(question.count));
        ui.label(RichText::new(title).size(theme::text::TITLE).strong());
        let words = format!(
            "For that {} are fetched and kept on this computer until Salon ends. To keep them, \
             save them.",
            question.bytes
        );
        ui.add(Label::new(words).wrap());
        ui.add_space(space::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let copy = ui.add(primary_button(cx.palette, "Copy"));
            if ui.memory(|memory| memory.focused().is_none()) {
                copy.request_focus();
            }
            primary_ring(ui, &copy, cx.palette);
            if copy.clicked() {
                act(ImageAction::ConfirmCopy);
            }
            if ui.add(plain_button("Cancel")).clicked() {
                act(ImageAction::LeaveCopy);
            }
        });
    });
    if is_left {
        act(ImageAction::LeaveCopy);
    }
}
