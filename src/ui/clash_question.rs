//! Asks what to do where another file has the name, once for a whole save.

use egui::{Align, Label, Layout, RichText, Ui};

use crate::domain::safe_display_name;
use crate::protocol::ClashRule;
use crate::state::Action;
use crate::ui::text;
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{dialog_ui, plain_button, primary_button, primary_ring};

const WIDTH: f32 = 480.0;

/// Draws the question of the first save that asks. Who leaves it pauses the save: it asks again
/// when it goes on.
pub(super) fn clash_question_ui(ui: &Ui, cx: ViewContext<'_>) {
    let Some((job, path)) = cx.state.saves.asking() else {
        return;
    };
    let id = format!("clash question {}", job.id.0);
    let is_left = dialog_ui(ui, cx.palette, &id, WIDTH, |ui| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = safe_display_name(&name.to_string_lossy());
        let title = format!("Another file is named {}", text::middle_elided(&name, 48));
        ui.add(Label::new(RichText::new(title).size(theme::text::TITLE).strong()).wrap());
        let place = format!("{}, in {}", text::room(&job.room), job.folder.display());
        let place = RichText::new(place).color(cx.palette.text_weak);
        ui.add(Label::new(place).truncate());
        ui.add_space(space::XS);
        let words = "What shall be done with all images of this save whose names are taken? \
                     With a number both files stay. What is overwritten cannot be brought back.";
        ui.add(Label::new(words).wrap());
        ui.add_space(space::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let answer = |rule| cx.act(Action::AnswerClash { job: job.id, rule });
            let number = ui.add(primary_button(cx.palette, "Number them"));
            if ui.memory(|memory| memory.focused().is_none()) {
                number.request_focus();
            }
            primary_ring(ui, &number, cx.palette);
            if number.clicked() {
                answer(ClashRule::Number);
            }
            if ui.add(plain_button("Skip them")).clicked() {
                answer(ClashRule::Skip);
            }
            if ui.add(plain_button("Overwrite them")).clicked() {
                answer(ClashRule::Overwrite);
            }
            if ui.add(plain_button("Pause")).clicked() {
                cx.act(Action::PauseSave(job.id));
            }
        });
    });
    if is_left {
        cx.act(Action::PauseSave(job.id));
    }
}
