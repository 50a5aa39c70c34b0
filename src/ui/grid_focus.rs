//! The keyboard in the grid.

use egui::{EventFilter, Ui};

use crate::state::{Action, BandEnd, Gallery, MoveHow, SelectHow};
use crate::ui::grid_keys::{self, GridKey, Motion};
use crate::ui::grid_mouse::key_menu_id;
use crate::ui::thumbnail_grid::{ThumbnailGrid, grid_id};
use crate::ui::view_context::ViewContext;

impl ThumbnailGrid {
    /// Takes the keys that belong to the grid. Only called when no dialog, field or viewer is
    /// before it.
    pub fn keys(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let id = grid_id();
        // An open menu has the keys.
        if egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        match ui.memory(|memory| memory.focused()) {
            None => ui.memory_mut(|memory| memory.request_focus(id)),
            Some(focused) if focused == id => {}
            Some(_) => return,
        }
        // Else egui would carry the focus to another widget.
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            tab: false,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let can_move = !gallery.is_empty() && self.layout.len() == gallery.len();
        let can_escape = self.band.is_some()
            || gallery.going_to_date().is_some()
            || gallery.has_choice()
            || gallery.find().is_on();
        let mut asked = Vec::new();
        ui.input_mut(|input| {
            input.events.retain(|event| {
                let egui::Event::Key {
                    key,
                    pressed: true,
                    modifiers,
                    ..
                } = event
                else {
                    return true;
                };
                match grid_keys::meaning(*key, *modifiers) {
                    Some(GridKey::Escape) if !can_escape => true,
                    Some(asks) if can_move || asks == GridKey::Escape => {
                        asked.push(asks);
                        false
                    }
                    Some(_) | None => true,
                }
            });
        });
        let mut focus = gallery.focus();
        for key in asked {
            match key {
                GridKey::Escape => self.escape(cx, gallery),
                key => self.key(ui, cx, key, &mut focus),
            }
        }
    }

    fn key(&mut self, ui: &Ui, cx: ViewContext<'_>, key: GridKey, focus: &mut usize) {
        match key {
            GridKey::Go(motion, how) => self.go(cx, motion, how, focus),
            GridKey::Toggle => {
                self.is_ring_shown = true;
                cx.act(Action::Select {
                    position: *focus,
                    how: SelectHow::Toggle,
                });
            }
            GridKey::Open => cx.act(Action::OpenViewer(*focus)),
            GridKey::Escape => {}
            GridKey::Menu => {
                self.menu_position = Some(*focus);
                // It is about the selection, as with the mouse.
                let is_outside = |gallery: &Gallery| {
                    let upload = gallery.upload_at(*focus);
                    upload.is_some_and(|upload| !gallery.selection.contains(&upload.id))
                };
                if cx.state.gallery.as_ref().is_some_and(is_outside) {
                    let (position, how) = (*focus, SelectHow::Only);
                    cx.act(Action::Select { position, how });
                }
                // Where the keyboard will be again when the menu is closed.
                self.is_ring_shown = true;
                egui::Popup::open_id(ui.ctx(), key_menu_id());
            }
        }
    }

    /// What was begun last is given up first.
    fn escape(&mut self, cx: ViewContext<'_>, gallery: &Gallery) {
        if self.band.take().is_some() {
            cx.act(Action::EndBand(BandEnd::GiveUp));
        } else if gallery.going_to_date().is_some() {
            cx.act(Action::StayHere);
        } else if gallery.has_choice() {
            cx.act(Action::ClearSelection);
        } else {
            cx.act(Action::EndSearch);
        }
    }

    fn go(&mut self, cx: ViewContext<'_>, motion: Motion, how: MoveHow, focus: &mut usize) {
        let column_x = match self.column_x {
            Some(x) if motion.is_vertical() => x,
            _ => grid_keys::column_of(&self.layout, *focus),
        };
        let page = self.view.map_or(400.0, |view| view.pane.height());
        let to = grid_keys::target(&self.layout, *focus, motion, column_x, page);
        self.column_x = motion.is_vertical().then_some(column_x);
        self.is_ring_shown = true;
        *focus = to;
        cx.act(Action::MoveFocus { to, how });
    }

    pub(super) fn forget_column(&mut self) {
        self.column_x = None;
    }
}
