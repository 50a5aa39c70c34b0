//! Asks which date to go to.

use egui::{Id, RichText, TextEdit, Ui};
use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::state::{Action, DateTarget, parse_date};
use crate::ui::root_dialog::Dialog;
use crate::ui::sign_in_fields::{enter, field_ui};
use crate::ui::theme::{space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{announce, dialog_ui, plain_button, primary_button};

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct DateQuestion {
    text: String,
    is_started: bool,
    problem: Option<String>,
}

impl DateQuestion {
    /// Draws the question; closes it when it was answered or left.
    pub(super) fn ui(&mut self, ui: &Ui, cx: ViewContext<'_>, dialog: &mut Dialog) {
        let mut is_done = false;
        let is_left = dialog_ui(ui, cx.palette, "date question", 340.0, |ui| {
            ui.label(RichText::new("Go to date").size(text::TITLE).strong());
            ui.add_space(space::S);
            let is_submitted = self.field_ui(ui, cx);
            ui.add_space(space::M);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let go = ui.add(primary_button(cx.palette, "Go")).clicked();
                is_done = ui.add(plain_button("Cancel")).clicked();
                if go || is_submitted {
                    is_done |= self.submit(ui, cx);
                }
            });
        });
        if is_left || is_done {
            *self = Self::default();
            *dialog = Dialog::None;
        }
    }

    /// Whether Enter was pressed in the field.
    fn field_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) -> bool {
        let label = ui.label("Day, month or year");
        let field = TextEdit::singleline(&mut self.text).id(field_id());
        let response = field_ui(ui, field.hint_text("2025-11-04, Nov 2025, 2025"));
        let response = response.labelled_by(label.id);
        if !self.is_started {
            self.is_started = true;
            response.request_focus();
        }
        if response.changed() {
            self.problem = None;
        }
        let understood = parse_date(&self.text, Zoned::now().date());
        let words = match (&self.problem, understood) {
            (Some(problem), _) => RichText::new(problem).color(cx.palette.danger),
            (None, Ok(period)) => RichText::new(period.in_words()).color(cx.palette.text_weak),
            // Keeps the place, so that nothing moves while one types.
            (None, Err(_)) => RichText::new(" "),
        };
        let label = ui.add(egui::Label::new(words).wrap());
        announce(ui, &label);
        response.lost_focus() && enter(ui)
    }

    /// Whether the text is a date.
    fn submit(&mut self, ui: &Ui, cx: ViewContext<'_>) -> bool {
        match parse_date(&self.text, Zoned::now().date()) {
            Ok(period) => {
                let zone = TimeZone::system();
                cx.act(Action::GoToDate(DateTarget { period, zone }));
                true
            }
            Err(problem) => {
                self.problem = Some(problem.in_words());
                ui.memory_mut(|memory| memory.request_focus(field_id()));
                false
            }
        }
    }
}

fn field_id() -> Id {
    Id::unique("date to go to")
}
