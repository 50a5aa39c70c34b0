//! Asks for a folder where the system has no dialog of its own.

use std::path::PathBuf;

use egui::{Id, RichText, TextEdit, Ui};

use crate::protocol::SaveSelection;
use crate::state::{Action, FolderQuestion, PendingSave, user_message};
use crate::ui::sign_in_fields::{enter, field_ui};
use crate::ui::theme::{space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{dialog_ui, plain_button, primary_button};

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct FolderQuestionView {
    path: String,
    is_started: bool,
    problem: Option<&'static str>,
}

impl FolderQuestionView {
    /// Whether the question is on screen.
    pub(super) fn is_asked(cx: ViewContext<'_>) -> bool {
        question(cx).is_some()
    }

    /// Draws the question if it is asked.
    pub(super) fn ui(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        let Some(pending) = question(cx) else {
            *self = Self::default();
            return;
        };
        let is_left = dialog_ui(ui, cx.palette, "folder question", 460.0, |ui| {
            ui.label(RichText::new("Save to a folder").size(text::TITLE).strong());
            let summary = summary(pending);
            ui.label(RichText::new(summary).color(cx.palette.text_weak));
            ui.add_space(space::S);
            self.field_ui(ui, cx, pending);
            ui.add_space(space::M);
            self.buttons_ui(ui, cx);
        });
        if is_left {
            cx.act(Action::CancelFolder);
        }
    }

    fn field_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, pending: &PendingSave) {
        let label = ui.label("Folder");
        let is_new = !self.is_started;
        if is_new {
            self.is_started = true;
            self.path = pending.suggested.display().to_string();
        }
        let response = field_ui(ui, TextEdit::singleline(&mut self.path).id(field_id()));
        let response = response.labelled_by(label.id);
        if is_new {
            response.request_focus();
            select_all(ui, &self.path);
        }
        if response.changed() {
            self.problem = None;
        }
        if let Some(problem) = self.problem {
            ui.label(RichText::new(problem).color(cx.palette.danger));
        }
        if response.lost_focus() && enter(ui) {
            self.confirm(ui, cx);
        }
    }

    fn buttons_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        ui.horizontal(|ui| {
            if ui.add(plain_button("Browse…")).clicked() {
                cx.act(Action::BrowseFolder);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(primary_button(cx.palette, "Save")).clicked() {
                    self.confirm(ui, cx);
                }
                if ui.add(plain_button("Cancel")).clicked() {
                    cx.act(Action::CancelFolder);
                }
            });
        });
    }

    fn confirm(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        let path = self.path.trim();
        let is_home = path == "~" || path.starts_with("~/");
        self.problem = if path.is_empty() {
            Some("Type the folder to save into")
        } else if !is_home && !std::path::Path::new(path).is_absolute() {
            Some("Type the whole path, beginning with / or ~")
        } else {
            cx.act(Action::ConfirmFolder(PathBuf::from(path)));
            None
        };
        if self.problem.is_some() {
            ui.memory_mut(|memory| memory.request_focus(field_id()));
        }
    }
}

/// "3 images, 4.2 MB": the bytes are a lower bound while the room is still being listed.
fn summary(pending: &PendingSave) -> String {
    let images = user_message::images(pending.count);
    let at_least = match &pending.selection {
        SaveSelection::Uploads(_) => "",
        SaveSelection::WholeRoom { .. } | SaveSelection::News { .. } => "at least ",
    };
    format!("{images}, {at_least}{}", pending.bytes)
}

fn question(cx: ViewContext<'_>) -> Option<&PendingSave> {
    let pending = cx.state.saves.pending.as_ref();
    pending.filter(|pending| pending.question == FolderQuestion::Field)
}

/// So that typing replaces the suggestion.
fn select_all(ui: &Ui, path: &str) {
    let id = field_id();
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let end = egui::text::CCursor::new(path.chars().count());
    let all = egui::text::CCursorRange::two(egui::text::CCursor::new(0), end);
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), id);
}

fn field_id() -> Id {
    Id::unique("folder field")
}
