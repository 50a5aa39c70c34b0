//! The field that filters the open room by file name, and how much it has found.

use egui::{EventFilter, Id, Key, Modifiers, RichText, TextEdit, Ui};
use lucide_icons::Icon;

use crate::state::user_message::{grouped, images};
use crate::state::{Action, Gallery};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space, text};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{announce, icon_button_ui};

/// Width of the field in points, where there is room.
const FIELD_WIDTH: f32 = 320.0;

/// What is left for the words beside it, at least.
const WORDS_WIDTH: f32 = 120.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct FindBar {
    draft: String,
    /// The text that the state had in the last frame.
    seen: String,
    is_open: bool,
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
        self.say(cx, String::new());
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
            return;
        }
        let has_focus = ui.memory(|memory| memory.has_focus(field_id()));
        if has_focus {
            leave_with_keys(ui);
        }
        let frame = egui::Frame::new().inner_margin(egui::Margin {
            left: 12,
            right: 12,
            top: 0,
            bottom: 6,
        });
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_min_height(theme::BUTTON_HEIGHT);
                ui.spacing_mut().item_spacing.x = space::S;
                let before = self.draft.clone();
                self.field_ui(ui, cx);
                let is_cleared = icon_button_ui(ui, cx.palette, Icon::X, "Clear search", "Esc");
                let words = RichText::new(words(gallery, totals)).color(cx.palette.text_weak);
                let label = ui.add(egui::Label::new(words).truncate());
                announce(ui, &label);
                if is_cleared.clicked() {
                    self.close(cx);
                } else if self.draft != before {
                    self.say(cx, self.draft.clone());
                }
            });
        });
        let is_left = !ui.memory(|memory| memory.has_focus(field_id()));
        if has_focus && is_left && self.draft.is_empty() {
            self.is_open = false;
        }
    }

    /// The search may have been ended elsewhere, and another room has none.
    fn follow(&mut self, gallery: &Gallery) {
        let text = gallery.find().text();
        if text == self.seen {
            return;
        }
        text.clone_into(&mut self.seen);
        if text != self.draft {
            text.clone_into(&mut self.draft);
            self.is_open = !text.is_empty();
        }
    }

    fn say(&mut self, cx: ViewContext<'_>, text: String) {
        self.draft.clone_from(&text);
        cx.act(Action::Find(text));
    }

    fn field_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let id = field_id();
        let key = key_of(ui.ctx(), Job::FindImage);
        let width = (ui.available_width() - WORDS_WIDTH).clamp(120.0, FIELD_WIDTH);
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
