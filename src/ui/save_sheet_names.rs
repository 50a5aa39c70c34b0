//! The part of the save sheet about sub-folders and file names.

use egui::{ComboBox, Id, Label, RichText, TextEdit, Ui};

use crate::protocol::{SaveChoices, SurveyError};
use crate::state::{FileNames, SaveSheet, SubFolders, choices_in, template_of};
use crate::ui::sign_in_fields::field_ui;
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::announce;

/// What a template can hold.
const WORDS: &str =
    "{date} {time} {user} {name} {id} {n} {room} {server} {ext} · / begins a folder";

/// All entries of a list, without scrolling.
const LIST_HEIGHT: f32 = 280.0;

/// What the lists call a template of one's own.
const CUSTOM: &str = "Custom…";

/// Drafts of this part.
#[derive(Debug, Default)]
pub(super) struct NamesView {
    is_started: bool,
    is_custom: bool,
    template: String,
    wants_focus: bool,
}

impl NamesView {
    /// Draws the part, and changes the choices as the person says.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        sheet: &SaveSheet,
        choices: &mut SaveChoices,
    ) {
        let (folders, names) = choices_in(&choices.template);
        if !std::mem::replace(&mut self.is_started, true) {
            self.is_custom = folders.is_none() || names.is_none();
            self.template.clone_from(&choices.template);
        }
        let folders = folders.unwrap_or(SubFolders::None);
        let names = names.unwrap_or(FileNames::Original);
        let chosen = ui.columns(2, |columns| {
            let [left, right] = columns else {
                return None;
            };
            let all = SubFolders::ALL.map(|it| (it, folder_words(it)));
            let left = self.list_ui(left, "Sub-folders", &all, folders);
            let all = FileNames::ALL.map(|it| (it, name_words(it)));
            let right = self.list_ui(right, "File name", &all, names);
            let left = left.map(|chosen| chosen.map(|folders| (folders, names)));
            let right = right.map(|chosen| chosen.map(|names| (folders, names)));
            left.or(right)
        });
        match chosen {
            Some(Choice::Known((folders, names))) => {
                self.is_custom = false;
                choices.template = template_of(folders, names);
                self.template.clone_from(&choices.template);
            }
            Some(Choice::Custom) => {
                self.is_custom = true;
                self.wants_focus = true;
            }
            None => {}
        }
        if self.is_custom {
            ui.add_space(space::XS);
            self.template_ui(ui, cx, sheet);
            choices.template.clone_from(&self.template);
        }
    }

    /// One list; what was chosen in it just now.
    fn list_ui<T: Copy + PartialEq>(
        &self,
        ui: &mut Ui,
        name: &str,
        all: &[(T, &str)],
        current: T,
    ) -> Option<Choice<T>> {
        let label = ui.label(name);
        let is_current = |it: T| !self.is_custom && it == current;
        let shown = all.iter().find(|(it, _)| is_current(*it));
        let shown = shown.map_or(CUSTOM, |(_, words)| words);
        let mut chosen = None;
        let list = ComboBox::from_id_salt(name)
            .selected_text(shown)
            .width(ui.available_width())
            .height(LIST_HEIGHT)
            .truncate()
            .show_ui(ui, |ui| {
                for (it, words) in all {
                    if ui.selectable_label(is_current(*it), *words).clicked() {
                        chosen = Some(Choice::Known(*it));
                    }
                }
                if ui.selectable_label(self.is_custom, CUSTOM).clicked() {
                    chosen = Some(Choice::Custom);
                }
            });
        list.response.labelled_by(label.id);
        chosen
    }

    fn template_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
        let label = ui.label("Template");
        let field = TextEdit::singleline(&mut self.template).id(template_id());
        let response = field_ui(ui, field).labelled_by(label.id);
        // Only now: the click in the list is one beside the field.
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        let (words, color) = match sheet.problem() {
            Some(SurveyError::Template(problem)) => (problem.as_str(), cx.palette.danger),
            Some(SurveyError::Storage(_)) | None => (WORDS, cx.palette.text_weak),
        };
        let words = ui.add(Label::new(RichText::new(words).small().color(color)).wrap());
        announce(ui, &words);
    }
}

/// What was chosen in a list.
#[derive(Debug, Clone, Copy)]
enum Choice<T> {
    Known(T),
    Custom,
}

impl<T> Choice<T> {
    fn map<U>(self, into: impl FnOnce(T) -> U) -> Choice<U> {
        match self {
            Self::Known(it) => Choice::Known(into(it)),
            Self::Custom => Choice::Custom,
        }
    }
}

const fn folder_words(folders: SubFolders) -> &'static str {
    match folders {
        SubFolders::None => "None",
        SubFolders::Day => "One for each day",
        SubFolders::Person => "One for each person",
        SubFolders::Room => "One for the room",
        SubFolders::ServerAndRoom => "Server, and room in it",
    }
}

const fn name_words(names: FileNames) -> &'static str {
    match names {
        FileNames::Original => "Original name",
        FileNames::Dated => "Date, time, person and name",
    }
}

fn template_id() -> Id {
    Id::unique("template field")
}
