//! The sheet on which a save is prepared: where to, which names, what it would do.

use std::path::{Path, PathBuf};

use egui::{Id, Label, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::protocol::{SaveChoices, SurveyError};
use crate::state::{Action, SaveSheet, user_message};
use crate::ui::save_sheet_more::more_ui;
use crate::ui::save_sheet_names::NamesView;
use crate::ui::save_sheet_preview::{preview_ui, summary_ui};
use crate::ui::sign_in_fields::take_enter;
use crate::ui::text;
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{
    announce, dialog_from_top_ui, plain_button, primary_button, primary_ring,
};

const WIDTH: f32 = 600.0;

/// Of the window, around the sheet's content: its own edges, and a bit of what is below.
const EDGES: f32 = 80.0;

/// Title, preview, summary and buttons, before they were drawn for the first time.
const USUAL_FIXED_HEIGHT: f32 = 240.0;

/// Lower windows scroll also what the save would do: only title and buttons are always in view.
const LOW_WINDOW: f32 = 480.0;

/// Of the button beside the field, so that the field comes first and takes the rest.
const BROWSE_WIDTH: f32 = 96.0;

/// Drafts, and what else belongs to the screen only.
#[derive(Debug, Default)]
pub(super) struct SaveSheetView {
    is_started: bool,
    folder: String,
    n_picks: u64,
    problem: Option<&'static str>,
    names: NamesView,
    /// Stays as it is from sheet to sheet.
    is_more_open: bool,
    /// Whether the last frame had no room for all fields.
    is_scrolling: bool,
    /// How much the last frame took for what is always in view. The fields scroll in what is left.
    fixed_height: Option<f32>,
    /// Where Enter presses what has the keyboard instead of beginning the save.
    keeps_enter: Vec<Id>,
}

impl SaveSheetView {
    /// Draws the sheet if there is one.
    pub(super) fn ui(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        let Some(sheet) = &cx.state.saves.sheet else {
            if self.is_started {
                *self = Self {
                    is_more_open: self.is_more_open,
                    ..Self::default()
                };
            }
            return;
        };
        let screen = ui.ctx().content_rect();
        let width = WIDTH.min(screen.width() - 2.0 * space::XL - 48.0);
        let is_left = dialog_from_top_ui(ui, cx.palette, "save sheet", width, |ui| {
            let is_confirmed = self.takes_enter(ui);
            title_ui(ui, cx, sheet);
            let fixed = self.fixed_height.unwrap_or(USUAL_FIXED_HEIGHT);
            let is_low = screen.height() < LOW_WINDOW;
            let least = if is_low { 32.0 } else { 96.0 };
            let height = (screen.height() - EDGES - fixed).max(least);
            let fields = ScrollArea::vertical()
                .auto_shrink([false, true])
                .min_scrolled_height(height)
                .max_height(height)
                .show(ui, |ui| {
                    self.fields_ui(ui, cx, sheet);
                    if is_low {
                        outlook_ui(ui, cx, sheet);
                    }
                });
            if !is_low {
                outlook_ui(ui, cx, sheet);
            }
            ui.add_space(space::XS);
            self.buttons_ui(ui, cx, sheet);
            let shown = fields.inner_rect.height().min(fields.content_size.y);
            self.is_scrolling = fields.content_size.y > shown + 1.0;
            self.fixed_height = Some(ui.min_rect().height() - shown);
            if is_confirmed {
                self.confirm(ui, cx);
            }
        });
        if is_left {
            cx.act(Action::LeaveSaveSheet);
        }
    }

    /// Enter begins the save from every field. Whoever is on another button, or in a list that is
    /// open, means that one.
    fn takes_enter(&mut self, ui: &Ui) -> bool {
        let focused = ui.memory(|memory| memory.focused());
        let is_button = focused.is_some_and(|id| self.keeps_enter.contains(&id));
        self.keeps_enter.clear();
        !is_button && !egui::Popup::is_any_open(ui.ctx()) && take_enter(ui)
    }

    fn fields_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
        if self.is_scrolling {
            // The scroll bar floats over the content.
            ui.set_max_width(ui.available_width() - space::M);
        }
        self.folder_ui(ui, cx, sheet);
        ui.add_space(space::XS);
        let mut choices = sheet.choices.clone();
        self.names.ui(ui, cx, sheet, &mut choices);
        ui.add_space(space::XS);
        let toggle = more_ui(ui, cx, &mut choices, &mut self.is_more_open);
        self.keeps_enter.push(toggle.id);
        if choices != sheet.choices {
            cx.act(Action::ChangeSaveChoices(Box::new(choices)));
        }
    }

    fn folder_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
        let label = ui.label("Folder");
        let is_new = !std::mem::replace(&mut self.is_started, true);
        if is_new || self.n_picks != sheet.n_picks {
            self.n_picks = sheet.n_picks;
            self.folder = sheet.folder.display().to_string();
            self.problem = None;
        }
        ui.horizontal(|ui| {
            let width = ui.available_width() - BROWSE_WIDTH - ui.spacing().item_spacing.x;
            let field = TextEdit::singleline(&mut self.folder)
                .id(folder_id())
                .desired_width(width)
                // As high as the button beside it.
                .margin(egui::Margin::symmetric(10, 9));
            let response = ui.add(field).labelled_by(label.id);
            if is_new {
                response.request_focus();
                select_all(ui, &self.folder);
            }
            if response.changed() {
                self.problem = None;
                if folder_problem(&self.folder).is_none() {
                    let folder = PathBuf::from(self.folder.trim());
                    cx.act(Action::ChangeSaveFolder(folder));
                }
            }
            let browse = plain_button("Browse…").min_size(vec2(BROWSE_WIDTH, theme::BUTTON_HEIGHT));
            let browse = ui.add_enabled(!sheet.has_no_dialog, browse);
            self.keeps_enter.push(browse.id);
            if browse.clicked() {
                cx.act(Action::BrowseFolder);
            }
        });
        let (words, color) = match (self.problem, sheet.problem()) {
            (Some(problem), _) => (problem.to_owned(), cx.palette.danger),
            (None, Some(SurveyError::Storage(error))) => {
                let message = user_message::storage(error);
                let words = format!("{}. {}", message.headline, message.advice);
                (words, cx.palette.danger)
            }
            (None, _) if sheet.has_no_dialog => {
                let words = "This system has no dialog for folders. Type the folder here.";
                (words.to_owned(), cx.palette.text_weak)
            }
            (None, _) => return,
        };
        let words = ui.add(Label::new(RichText::new(words).small().color(color)).wrap());
        announce(ui, &words);
    }

    fn buttons_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
        // Of this height and no other: the sheet must become lower again.
        let size = vec2(ui.available_width(), theme::BUTTON_HEIGHT);
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            let save = primary_button(cx.palette, "Save");
            let save = ui.add_enabled(!sheet.is_refused(), save);
            primary_ring(ui, &save, cx.palette);
            if save.clicked() {
                self.confirm(ui, cx);
            }
            let cancel = ui.add(plain_button("Cancel"));
            self.keeps_enter.push(cancel.id);
            if cancel.clicked() {
                cx.act(Action::LeaveSaveSheet);
            }
        });
    }

    fn confirm(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        self.problem = folder_problem(&self.folder);
        if self.problem.is_none() {
            cx.act(Action::ConfirmSave);
        } else {
            ui.memory_mut(|memory| memory.request_focus(folder_id()));
        }
    }
}

/// What the save would do.
fn outlook_ui(ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
    preview_ui(ui, cx, sheet);
    summary_ui(ui, cx, sheet);
}

/// "Save 1,243 images of #team-offsite".
fn title_ui(ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
    let images = user_message::images(sheet.total());
    let title = format!("Save {images} of {}", text::room(&sheet.room));
    let title = RichText::new(title).size(theme::text::TITLE).strong();
    ui.add(Label::new(title.color(cx.palette.text)).truncate());
    ui.add_space(space::S);
}

/// Why nothing can be saved into what was typed.
fn folder_problem(typed: &str) -> Option<&'static str> {
    let path = typed.trim();
    let is_home = path == "~" || path.starts_with("~/");
    if path.is_empty() {
        Some("Type the folder to save into")
    } else if !is_home && !Path::new(path).is_absolute() {
        Some("Type the whole path, beginning with / or ~")
    } else {
        None
    }
}

/// So that typing replaces the suggestion.
fn select_all(ui: &Ui, path: &str) {
    let id = folder_id();
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let end = egui::text::CCursor::new(path.chars().count());
    let all = egui::text::CCursorRange::two(egui::text::CCursor::new(0), end);
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), id);
}

fn folder_id() -> Id {
    Id::unique("folder field")
}

/// How choices that differ from the usual are called where they are folded away.
pub(super) fn unusual_words(choices: &SaveChoices) -> String {
    let usual = SaveChoices::default();
    let mut words = Vec::new();
    for (is_on, what) in [
        (
            choices.on_clash != usual.on_clash,
            "other rule for taken names",
        ),
        (choices.has_sidecars, "JSON files"),
        (choices.has_index, "index.json"),
        (choices.has_page, "index.html"),
        (choices.strips_position, "without position"),
        (choices.has_credit, "with credit"),
        (choices.corrects_extensions, "extensions corrected"),
    ] {
        if is_on {
            words.push(what);
        }
    }
    words.join(", ")
}
