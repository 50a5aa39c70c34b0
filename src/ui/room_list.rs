//! The rooms at the left: account, filter, rows.

use egui::{EventFilter, Id, Key, Modifiers, RichText, ScrollArea, TextEdit, Ui};
use lucide_icons::Icon;

use crate::domain::Room;
use crate::state::{Action, RoomSearch, user_message};
use crate::ui::room_row::{RowMarks, find_row_ui, header_row_ui, room_row_ui, skeleton_ui};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{
    ICON_BUTTON_SIDE, icon_button_ui, late_spinner_ui, plain_button, trouble_ui,
};

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct RoomListView {
    filter: String,
    /// Which matching room Enter opens.
    cursor: usize,
    selects_all: bool,
    /// The row to bring into sight.
    scrolls_to_cursor: bool,
    /// A search for a public channel is under way.
    is_searching: bool,
}

/// What the keyboard asked for in the filter.
enum FilterKey {
    Open,
    Leave,
}

enum Row<'a> {
    Header(&'static str),
    Room(&'a Room, usize),
    FindPublic,
}

impl RoomListView {
    /// Puts the keyboard into the filter, with its text selected.
    pub(super) fn focus_filter(&mut self, ctx: &egui::Context) {
        ctx.memory_mut(|memory| memory.request_focus(filter_id()));
        self.selects_all = true;
    }

    /// Draws filter and rows.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let rooms = cx.state.rooms.matching(&self.filter);
        let key = self.filter_ui(ui, cx, rooms.len());
        let is_over = match key {
            Some(FilterKey::Open) => self.open(cx, &rooms),
            Some(FilterKey::Leave) => true,
            None => false,
        };
        let is_over = is_over || self.has_found(cx);
        if is_over {
            ui.memory_mut(|memory| memory.surrender_focus(filter_id()));
        }
        self.search_ui(ui, cx);
        if let Some(error) = &cx.state.rooms.error {
            trouble_ui(ui, cx.palette, &user_message::client(error));
            if ui.add(plain_button("Try again")).clicked() {
                cx.act(Action::Reload);
            }
        }
        if !cx.state.rooms.is_loaded {
            if cx.state.rooms.error.is_none() {
                skeleton_ui(ui, cx.palette);
            }
            return;
        }
        let rows = self.rows(&rooms);
        if rooms.is_empty() && self.filter.trim().is_empty() {
            let none = "You are in no room yet. Join one in the web client, or look for a public \
                        channel by its name above.";
            ui.label(RichText::new(none).color(cx.palette.text_weak));
            return;
        }
        self.rows_ui(ui, cx, &rows);
    }

    /// Whether the search has just opened its channel: like any other choice it is made.
    fn has_found(&mut self, cx: ViewContext<'_>) -> bool {
        let was_searching = self.is_searching;
        self.is_searching = matches!(cx.state.rooms.search, RoomSearch::Asking(_));
        let has_found = was_searching && cx.state.rooms.search == RoomSearch::Idle;
        if has_found {
            self.filter.clear();
            self.cursor = 0;
        }
        has_found
    }

    fn filter_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, count: usize) -> Option<FilterKey> {
        let id = filter_id();
        let key = if ui.memory(|memory| memory.has_focus(id)) {
            self.filter_keys(ui, count)
        } else {
            None
        };
        let hint = format!("Find a room ({})", key_of(ui.ctx(), Job::FindRoom));
        let before = self.filter.clone();
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            tab: false,
        };
        ui.horizontal(|ui| {
            let has_text = !self.filter.is_empty();
            let clear_width = if has_text {
                // One point too much and the panel grows with every frame.
                ICON_BUTTON_SIDE + ui.spacing().item_spacing.x
            } else {
                0.0
            };
            let mut output = TextEdit::singleline(&mut self.filter)
                .id(id)
                .hint_text(hint)
                .prefix(theme::icon(Icon::Search, text::BODY).color(cx.palette.text_weak))
                .event_filter(filter)
                .desired_width(ui.available_width() - clear_width)
                .margin(egui::Margin::symmetric(8, 6))
                .show(ui);
            output.response.widget_info(|| {
                let mut info =
                    egui::WidgetInfo::labeled(egui::Role::SearchInput, true, "Find a room");
                info.current_text_value = Some(before.clone());
                info
            });
            if std::mem::take(&mut self.selects_all) {
                let end = egui::text::CCursor::new(before.chars().count());
                let all = egui::text::CCursorRange::two(egui::text::CCursor::new(0), end);
                output.state.cursor.set_char_range(Some(all));
                output.state.store(ui.ctx(), id);
            }
            if has_text && icon_button_ui(ui, cx.palette, Icon::X, "Clear the filter", "").clicked()
            {
                self.filter.clear();
            }
        });
        if self.filter != before {
            self.cursor = 0;
        }
        key
    }

    /// Arrows move in the list while the text stays in the field.
    fn filter_keys(&mut self, ui: &Ui, count: usize) -> Option<FilterKey> {
        let take = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        // The last place is the search for a public channel, if it is offered.
        let last = (count + usize::from(self.offers_search())).saturating_sub(1);
        if take(Key::ArrowDown) {
            self.cursor = (self.cursor + 1).min(last);
            self.scrolls_to_cursor = true;
        }
        if take(Key::ArrowUp) {
            self.cursor = self.cursor.saturating_sub(1);
            self.scrolls_to_cursor = true;
        }
        if take(Key::Enter) {
            return Some(FilterKey::Open);
        }
        if take(Key::Escape) {
            if self.filter.is_empty() {
                return Some(FilterKey::Leave);
            }
            self.filter.clear();
            self.cursor = 0;
        }
        None
    }

    /// Whether a room was opened, so that the images get the keyboard.
    fn open(&mut self, cx: ViewContext<'_>, rooms: &[&Room]) -> bool {
        if let Some(room) = rooms.get(self.cursor) {
            cx.act(Action::OpenRoom(room.id.clone()));
            self.filter.clear();
            self.cursor = 0;
            return true;
        }
        if self.offers_search() {
            cx.act(Action::FindRoom(self.channel_name()));
        }
        false
    }

    fn offers_search(&self) -> bool {
        !self.channel_name().is_empty()
    }

    fn channel_name(&self) -> String {
        self.filter.trim().trim_start_matches('#').to_owned()
    }

    fn rows<'a>(&self, rooms: &[&'a Room]) -> Vec<Row<'a>> {
        let mut rows = Vec::with_capacity(rooms.len() + 3);
        let has_favorites = rooms.first().is_some_and(|room| room.is_favorite);
        let mut is_in_favorites = false;
        for (index, room) in rooms.iter().enumerate() {
            if has_favorites && self.filter.is_empty() {
                if index == 0 {
                    rows.push(Row::Header("Favorites"));
                } else if is_in_favorites && !room.is_favorite {
                    rows.push(Row::Header("Rooms"));
                }
                is_in_favorites = room.is_favorite;
            }
            rows.push(Row::Room(room, index));
        }
        if self.offers_search() {
            rows.push(Row::FindPublic);
        }
        rows
    }

    fn rows_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, rows: &[Row<'_>]) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let is_filtering = ui.memory(|memory| memory.has_focus(filter_id()));
        let open = cx.state.gallery.as_ref().map(|gallery| &gallery.room.id);
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("rooms");
        if std::mem::take(&mut self.scrolls_to_cursor) {
            area = area.vertical_scroll_offset(self.offset_of_cursor(ui, rows));
        }
        area.show_rows(ui, theme::ROW_HEIGHT, rows.len(), |ui, shown| {
            for row in rows.get(shown).unwrap_or_default() {
                match row {
                    Row::Header(title) => header_row_ui(ui, cx, title),
                    Row::Room(room, index) => {
                        let marks = RowMarks {
                            is_open: open == Some(&room.id),
                            is_at_cursor: is_filtering && *index == self.cursor,
                        };
                        if room_row_ui(ui, cx, room, marks).clicked() {
                            cx.act(Action::OpenRoom(room.id.clone()));
                        }
                    }
                    Row::FindPublic => {
                        let name = self.channel_name();
                        let rooms = rows.iter().filter(|row| matches!(row, Row::Room(..)));
                        let marks = RowMarks {
                            is_open: false,
                            is_at_cursor: is_filtering && self.cursor == rooms.count(),
                        };
                        if find_row_ui(ui, cx, &name, marks).clicked() {
                            cx.act(Action::FindRoom(name));
                        }
                    }
                }
            }
        });
    }

    /// A third of the way down, so that neighbours are in sight on both sides.
    fn offset_of_cursor(&self, ui: &Ui, rows: &[Row<'_>]) -> f32 {
        let at = rows
            .iter()
            .position(|row| matches!(row, Row::Room(_, index) if *index == self.cursor))
            .unwrap_or(rows.len());
        let top = at as f32 * theme::ROW_HEIGHT;
        (top - ui.available_height() / 3.0).max(0.0)
    }

    fn search_ui(&self, ui: &mut Ui, cx: ViewContext<'_>) {
        match &cx.state.rooms.search {
            RoomSearch::Asking(name) => {
                ui.horizontal(|ui| {
                    late_spinner_ui(ui, "room search", text::SMALL);
                    let line = format!("Looking for #{name}…");
                    ui.label(RichText::new(line).small().color(cx.palette.text_weak));
                });
            }
            RoomSearch::Failed(name, error) if *name == self.channel_name() => {
                let message = user_message::client(error);
                let headline = match error {
                    crate::protocol::ClientError::NotFound => {
                        format!("There is no public channel called “{name}”")
                    }
                    _ => message.headline,
                };
                ui.add(egui::Label::new(RichText::new(headline).small().strong()).wrap());
                let advice = RichText::new(message.advice)
                    .small()
                    .color(cx.palette.text_weak);
                ui.add(egui::Label::new(advice).wrap());
            }
            RoomSearch::Idle | RoomSearch::Failed(..) => {}
        }
    }
}

/// The filter's id, for moving between panes.
pub(super) fn filter_id() -> Id {
    Id::unique("room filter")
}
