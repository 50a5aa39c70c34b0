//! Menus: how large they are, what their entries look like, and what keys do among them.

use egui::{
    Button, CornerRadius, FocusDirection, Id, Key, Modifiers, Popup, Pos2, Rect, Response, Role,
    ScrollArea, StrokeKind, Ui, WidgetInfo,
};

use crate::ui::theme::{self, space};

/// Width of menus about images, in points.
pub(super) const WIDTH: f32 = 264.0;

/// Height of an entry in points.
const ENTRY_HEIGHT: f32 = 28.0;

/// What opened a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// The first entry has the keyboard at once.
    ByKey,
    /// No entry has the keyboard until an arrow is pressed.
    ByPointer,
}

impl Opened {
    /// What pressed a button that opens a menu in this frame.
    pub(super) fn with(response: &Response) -> Self {
        let is_pointer = response
            .ctx
            .input(|input| input.pointer.any_released() || input.pointer.any_pressed());
        if is_pointer {
            Self::ByPointer
        } else {
            Self::ByKey
        }
    }
}

/// A menu at a place of something large, which [`Popup::open_id`] opens at a key.
pub(super) fn key_popup(ui: &Ui, id: Id, at: Pos2) -> Popup<'static> {
    Popup::new(id, ui.ctx().clone(), at, ui.layer_id())
        .kind(egui::PopupKind::Menu)
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .style(egui::containers::menu::menu_style)
        .open_memory(None)
}

/// The content of a menu: as high as it needs, and it scrolls where the window is lower.
pub(super) fn menu_ui(ui: &mut Ui, width: f32, opened: Opened, content: impl FnOnce(&mut Ui)) {
    let window = ui.ctx().content_rect().size();
    ui.set_width(width.min(window.x - 2.0 * space::L));
    let height = window.y - 4.0 * space::M;
    let id = ui.layer_id().id.with("is scrolling");
    let was_scrolling = ui.data(|data| data.get_temp(id).unwrap_or(false));
    // The style of menus leaves no room between words and the ring of the keyboard.
    ui.spacing_mut().button_padding.x = space::S;
    // Without it nobody would know that there are more entries.
    ui.spacing_mut().scroll.dormant_handle_opacity = 0.6;
    ui.spacing_mut().scroll.floating_width = 4.0;
    let area = ScrollArea::vertical()
        .max_height(height)
        .min_scrolled_height(height)
        // The bar stays at the edge of the menu.
        .auto_shrink([false, true])
        .show(ui, |ui| {
            if was_scrolling {
                // The scroll bar floats over the entries, and their keys are at the right.
                ui.set_max_width(ui.available_width() - space::L);
            }
            content(ui);
        });
    let is_scrolling = area.content_size.y > area.inner_rect.height() + 1.0;
    ui.data_mut(|data| data.insert_temp(id, is_scrolling));
    keys(ui, opened);
}

/// One entry, as wide as its menu; a press closes the menu.
pub(super) fn entry_ui(ui: &mut Ui, label: &str, shortcut: &str, act: impl FnOnce()) {
    let button = Button::new(label).shortcut_text(shortcut).truncate();
    let width = ui.available_width();
    let response = ui.add(button.min_size(egui::vec2(width, ENTRY_HEIGHT)));
    name(ui, &response, label, shortcut);
    show_focus(ui, &response);
    if response.clicked() {
        act();
        ui.close();
    }
}

/// An entry is called without its key, which has a property of its own.
fn name(ui: &Ui, response: &Response, label: &str, shortcut: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, label));
    if !shortcut.is_empty() {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_keyboard_shortcut(shortcut.to_owned());
        });
    }
}

/// The style of menus takes the ring of what has the keyboard away.
pub(super) fn show_focus(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let radius = CornerRadius::same(theme::RADIUS);
        let stroke = ui.visuals().selection.stroke;
        ui.painter()
            .rect_stroke(response.rect, radius, stroke, StrokeKind::Inside);
    }
    let id = revealed_id(ui);
    let revealed = ui.data(|data| data.get_temp::<Id>(id));
    if response.has_focus() && revealed != Some(response.id) {
        ui.data_mut(|data| data.insert_temp(id, response.id));
        // With what is around it, or its ring would be cut at the edge of the menu.
        ui.scroll_to_rect(response.rect.expand(space::S), None);
    }
}

/// Names the entry that was brought into sight last. Not whether it gained the keyboard in this
/// frame: what the arrows choose has it only in the next one.
fn revealed_id(ui: &Ui) -> Id {
    ui.layer_id().id.with("revealed")
}

/// What is remembered of a menu while it is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    seen_in: u64,
    /// What had the keyboard before.
    before: Option<Id>,
    wants_first: bool,
}

/// What keys do among the entries of a menu that were drawn by now: up and down go round, Home and
/// End to its ends, left and right along a row of several. Escape gives the keyboard back; that it
/// closes the menu, and that Enter and Space press an entry, is egui's.
///
/// egui moves among entries, too, but not while something behind the menu keeps the arrows for
/// itself, as the grid does.
pub(super) fn keys(ui: &Ui, opened: Opened) {
    let id = ui.layer_id().id.with("keys");
    let frame = ui.ctx().cumulative_frame_nr();
    let focused = ui.memory(|memory| memory.focused());
    let known = ui.data(|data| data.get_temp::<Open>(id));
    let known = known.filter(|open| frame.saturating_sub(open.seen_in) <= 1);
    if known.is_none() {
        ui.data_mut(|data| data.insert_temp(revealed_id(ui), Id::NULL));
        if let Some(focused) = focused {
            ui.memory_mut(|memory| memory.surrender_focus(focused));
        }
    }
    let mut open = known.unwrap_or(Open {
        seen_in: frame,
        before: focused,
        wants_first: opened == Opened::ByKey,
    });
    open.seen_in = frame;
    if !ui.is_sizing_pass() {
        let rows = rows(entries(ui));
        let mut target = None;
        if std::mem::take(&mut open.wants_first) {
            target = aim(&rows, None, Way::First);
        }
        if let Some(way) = pressed(ui) {
            target = aim(&rows, focused, way);
        }
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            target = open.before;
        }
        if let Some(target) = target {
            ui.memory_mut(|memory| memory.request_focus(target));
            ui.ctx().request_repaint_after(std::time::Duration::ZERO);
        }
    }
    ui.data_mut(|data| data.insert_temp(id, open));
}

/// Where to, among the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Down,
    Up,
    Left,
    Right,
    First,
    Last,
}

/// The key of this frame that moves; nothing else will see it.
fn pressed(ui: &Ui) -> Option<Way> {
    let keys = [
        (Key::ArrowDown, Way::Down),
        (Key::ArrowUp, Way::Up),
        (Key::ArrowLeft, Way::Left),
        (Key::ArrowRight, Way::Right),
        (Key::Home, Way::First),
        (Key::End, Way::Last),
    ];
    let way = ui.input_mut(|input| {
        let mut keys = keys.into_iter();
        let key = keys.find(|(key, _)| input.consume_key(Modifiers::NONE, *key));
        key.map(|(_, way)| way)
    })?;
    ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    Some(way)
}

/// What can have the keyboard in the layer of this menu, and where it is.
fn entries(ui: &Ui) -> Vec<(Id, Rect)> {
    ui.ctx().viewport(|viewport| {
        let widgets = viewport.this_pass.widgets.get_layer(ui.layer_id());
        let entries = widgets.filter(|it| it.enabled && it.sense.is_focusable());
        entries.map(|it| (it.id, it.rect)).collect()
    })
}

/// The entries from top to bottom; those beside each other from left to right.
fn rows(mut entries: Vec<(Id, Rect)>) -> Vec<Vec<Id>> {
    entries.sort_by(|(_, one), (_, other)| one.center().y.total_cmp(&other.center().y));
    let mut rows: Vec<Vec<(Id, Rect)>> = Vec::new();
    for entry in entries {
        let row = rows.last_mut().filter(|row| {
            let first = row.first();
            first.is_some_and(|(_, rect)| rect.y_range().contains(entry.1.center().y))
        });
        match row {
            Some(row) => row.push(entry),
            None => rows.push(vec![entry]),
        }
    }
    let in_order = |mut row: Vec<(Id, Rect)>| {
        row.sort_by(|(_, one), (_, other)| one.left().total_cmp(&other.left()));
        row.into_iter().map(|(id, _)| id).collect()
    };
    rows.into_iter().map(in_order).collect()
}

fn aim(rows: &[Vec<Id>], focused: Option<Id>, way: Way) -> Option<Id> {
    let in_row = |row: &Vec<Id>| row.iter().position(|id| Some(*id) == focused);
    let mut places = rows.iter().enumerate();
    let place = places.find_map(|(index, row)| Some((index, in_row(row)?)));
    let last = rows.len().checked_sub(1)?;
    let first_of = |row: usize| rows.get(row)?.first().copied();
    match (way, place) {
        (Way::First, _) | (Way::Down, None) => first_of(0),
        (Way::Last, _) | (Way::Up, None | Some((0, _))) => first_of(last),
        (Way::Down, Some((row, _))) if row == last => first_of(0),
        (Way::Down, Some((row, _))) => first_of(row + 1),
        (Way::Up, Some((row, _))) => first_of(row - 1),
        (Way::Left, Some((row, column))) => rows.get(row)?.get(column.checked_sub(1)?).copied(),
        (Way::Right, Some((row, column))) => rows.get(row)?.get(column + 1).copied(),
        (Way::Left | Way::Right, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{pos2, vec2};

    fn id(name: &str) -> Id {
        Id::unique(name)
    }

    /// Save; light, dark; quit. Rows of several are drawn from right to left.
    fn menu() -> Vec<Vec<Id>> {
        let at = |x, y| Rect::from_min_size(pos2(x, y), vec2(40.0, 28.0));
        rows(vec![
            (id("save"), at(0.0, 0.0)),
            (id("dark"), at(80.0, 33.0)),
            (id("light"), at(40.0, 31.0)),
            (id("quit"), at(0.0, 64.0)),
        ])
    }

    fn after(focused: &str, way: Way) -> Option<Id> {
        aim(&menu(), Some(id(focused)), way)
    }

    #[test]
    fn up_and_down_go_round() {
        assert_eq!(after("save", Way::Down), Some(id("light")));
        assert_eq!(after("dark", Way::Down), Some(id("quit")));
        assert_eq!(after("quit", Way::Down), Some(id("save")));
        assert_eq!(after("save", Way::Up), Some(id("quit")));
        assert_eq!(after("quit", Way::Up), Some(id("light")));
    }

    #[test]
    fn left_and_right_stay_in_their_row() {
        assert_eq!(after("light", Way::Right), Some(id("dark")));
        assert_eq!(after("dark", Way::Right), None);
        assert_eq!(after("dark", Way::Left), Some(id("light")));
        assert_eq!(after("save", Way::Left), None);
    }

    #[test]
    fn the_ends_are_reached_from_everywhere() {
        assert_eq!(after("dark", Way::First), Some(id("save")));
        assert_eq!(after("dark", Way::Last), Some(id("quit")));
        assert_eq!(aim(&menu(), None, Way::Down), Some(id("save")));
        assert_eq!(aim(&menu(), None, Way::Up), Some(id("quit")));
        assert_eq!(aim(&[], None, Way::Up), None);
    }
}
