//! The field that filters the open room by file name, the choice of saved images or others, and
//! how much was found.

use egui::{EventFilter, Id, Key, Modifiers, RichText, TextEdit, Ui};
use lucide_icons::Icon;

use crate::state::user_message::{grouped, images};
use crate::state::{Action, Gallery, SavedFilter};
use crate::ui::saved_choice::{self, saved_choice_ui};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space, text};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{ICON_BUTTON_SIDE, announce, icon_button_ui};

/// Width of the field in points, where there is room.
const FIELD_WIDTH: f32 = 320.0;

/// The field is never narrower: its hint fits.
const MIN_FIELD_WIDTH: f32 = 160.0;

/// What is left for the words beside it, where there is room: "1,234 images · 1,234 of 100,000
/// searched".
const WORDS_WIDTH: f32 = 264.0;

/// With less for the words, there are two rows.
const MIN_WORDS_WIDTH: f32 = 110.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct FindBar {
    draft: String,
    filter: SavedFilter,
    /// The text and the filter that the state had in the last frame.
    seen: (String, SavedFilter),
    is_open: bool,
    /// The keyboard was in it in the last frame.
    has_keyboard: bool,
    /// The button that clears it.
    clear_id: Option<Id>,
    /// The field is to get the keyboard, with all of its text selected.
    wants_focus: bool,
}

impl FindBar {
    /// Opens the bar, with the keyboard in its field.
    pub(super) const fn open(&mut self) {
        self.is_open = true;
        self.wants_focus = true;
    }

    /// Whether the bar is on screen.
    pub(super) const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Takes the bar away, and the search with it.
    pub(super) fn close(&mut self, cx: ViewContext<'_>) {
        self.is_open = false;
        self.draft.clear();
        self.filter = SavedFilter::All;
        cx.act(Action::EndSearch);
    }

    /// Draws the bar if it is open.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        totals: &Totals,
    ) {
        self.follow(gallery);
        if !self.is_open {
            self.has_keyboard = false;
            return;
        }
        let had_keyboard = self.has_keyboard;
        if ui.memory(|memory| memory.has_focus(field_id())) {
            leave_with_keys(ui);
        }
        let frame = egui::Frame::new().inner_margin(egui::Margin {
            left: 12,
            right: 12,
            top: 0,
            bottom: 6,
        });
        let bar = frame.show(ui, |ui| self.rows_ui(ui, cx, gallery, totals));
        let focused = ui.memory(|memory| memory.focused());
        let has_keyboard = focused.is_some_and(|id| {
            id == field_id() || Some(id) == self.clear_id || saved_choice::is_part(id)
        });
        let is_left = had_keyboard && !has_keyboard;
        let is_empty = self.draft.is_empty() && self.filter == SavedFilter::All;
        // Who clicks into it is not done with it.
        if is_left && is_empty && !ui.rect_contains_pointer(bar.response.rect) {
            self.is_open = false;
        }
        self.has_keyboard = has_keyboard && self.is_open;
    }

    /// One row, or two where there is little room.
    fn rows_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, totals: &Totals) {
        let words = RichText::new(words(gallery, totals)).color(cx.palette.text_weak);
        let words_ui = |ui: &mut Ui| {
            let label = ui.add(egui::Label::new(words).truncate());
            announce(ui, &label);
        };
        let beside = saved_choice::WIDTH + ICON_BUTTON_SIDE + 3.0 * space::S;
        if ui.available_width() >= MIN_FIELD_WIDTH + beside + MIN_WORDS_WIDTH {
            row_ui(ui, |ui| {
                self.search_ui(ui, cx, beside + WORDS_WIDTH);
                self.choice_ui(ui, cx);
                words_ui(ui);
            });
        } else {
            ui.spacing_mut().item_spacing.y = space::XS;
            row_ui(ui, |ui| self.search_ui(ui, cx, ICON_BUTTON_SIDE + space::S));
            row_ui(ui, |ui| {
                self.choice_ui(ui, cx);
                words_ui(ui);
            });
        }
    }

    fn choice_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        if let Some(filter) = saved_choice_ui(ui, cx, self.filter) {
            self.filter = filter;
            cx.act(Action::ShowOnly(filter));
        }
    }

    /// The field and what ends the search, of which so much room is left for others.
    fn search_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, beside: f32) {
        let before = self.draft.clone();
        let width = (ui.available_width() - beside).clamp(MIN_FIELD_WIDTH, FIELD_WIDTH);
        self.field_ui(ui, cx, width);
        let is_cleared = icon_button_ui(ui, cx.palette, Icon::X, "Clear search", "Esc");
        self.clear_id = Some(is_cleared.id);
        if is_cleared.clicked() {
            self.close(cx);
        } else if self.draft != before {
            cx.act(Action::Find(self.draft.clone()));
        }
    }

    /// The search may have been ended elsewhere, and another room has none.
    fn follow(&mut self, gallery: &Gallery) {
        let find = gallery.find();
        let (text, filter) = (find.text(), find.filter());
        if text == self.seen.0 && filter == self.seen.1 {
            return;
        }
        self.seen = (text.to_owned(), filter);
        if text != self.draft || filter != self.filter {
            text.clone_into(&mut self.draft);
            self.filter = filter;
            self.is_open = find.is_on();
        }
    }

    fn field_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, width: f32) {
        let id = field_id();
        let key = key_of(ui.ctx(), Job::FindImage);
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            tab: false,
        };
        let before = self.draft.clone();
        let mut output = TextEdit::singleline(&mut self.draft)
            .id(id)
            .hint_text(format!("File name ({key})"))
            .prefix(theme::icon(Icon::Search, text::BODY).color(cx.palette.text_weak))
            .event_filter(filter)
            .desired_width(width)
            .margin(egui::Margin::symmetric(8, 6))
            .show(ui);
        output.response.widget_info(|| {
            let name = "Find images by file name";
            let mut info = egui::WidgetInfo::labeled(egui::Role::SearchInput, true, name);
            info.current_text_value = Some(before.clone());
            info
        });
        // Only now: the click on the button that opens it is one beside the field.
        if std::mem::take(&mut self.wants_focus) {
            output.response.request_focus();
            let end = egui::text::CCursor::new(before.chars().count());
            let all = egui::text::CCursorRange::two(egui::text::CCursor::new(0), end);
            output.state.cursor.set_char_range(Some(all));
            output.state.store(ui.ctx(), id);
        }
    }
}

fn row_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::BUTTON_HEIGHT);
        ui.spacing_mut().item_spacing.x = space::S;
        content(ui);
    });
}

/// Escape leaves the field, and so do the keys that go on to what was found.
fn leave_with_keys(ui: &Ui) {
    let take = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let leaves = [Key::Escape, Key::Enter, Key::ArrowDown];
    if leaves.map(take).contains(&true) {
        ui.memory_mut(|memory| memory.surrender_focus(field_id()));
    }
}

/// "37 images", "No images · 1,200 of 100,000 searched".
fn words(gallery: &Gallery, totals: &Totals) -> String {
    if !gallery.find().is_on() {
        return String::new();
    }
    let is_filtered = gallery.find().filter() != SavedFilter::All;
    if gallery.is_empty() && is_filtered && !gallery.copies().has_looked() {
        return "Looking which are saved…".to_owned();
    }
    let found = match gallery.len() {
        0 => "No images".to_owned(),
        count => images(count),
    };
    if totals.is_complete() {
        return found;
    }
    let listing = &gallery.listing;
    let (known, all) = (grouped(listing.known_count()), grouped(listing.len()));
    format!("{found} · {known} of {all} searched")
}

fn field_id() -> Id {
    Id::unique("find images")
}
