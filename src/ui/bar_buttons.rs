//! The buttons of a bar. Where there is no room for all, the least wanted are in a menu behind
//! them.

use std::ops::Range;

use egui::{Popup, Response, Role, Ui, Vec2, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::ui::menu::{self, Opened};
use crate::ui::theme::{self, Palette, space, text};
use crate::ui::viewer_controls::{BUTTON, toggle_ui};
use crate::ui::widgets::{ICON_BUTTON_SIDE, IconButton, icon_toggle_ui};

/// What the menu of the others is called.
const MORE: &str = "More";

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct BarButton<W> {
    pub icon: Icon,
    /// What it does.
    pub name: &'static str,
    /// Its key, or nothing.
    pub key: String,
    pub is_on: Option<bool>,
    /// Those with the highest give way first.
    pub rank: u8,
    /// What it asks for.
    pub wish: W,
}

/// How buttons look.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look<'a> {
    /// Icons, light on a scrim.
    OnPicture,
    /// Icons on the ground of the window.
    Icons(&'a Palette),
    /// Words.
    Words(&'a Palette),
}

/// See the [module documentation](self).
#[derive(Debug)]
pub(super) struct Bar<'a, W> {
    look: Look<'a>,
    buttons: Vec<BarButton<W>>,
    is_shown: Vec<bool>,
    is_enabled: Vec<bool>,
    widths: Vec<f32>,
}

impl<'a, W: Clone> Bar<'a, W> {
    /// As many of them as there is room for, in points.
    pub(super) fn new(ui: &Ui, look: Look<'a>, buttons: Vec<BarButton<W>>, room: f32) -> Self {
        let width = |button: &BarButton<W>| width_of(ui, look, button.name);
        let widths: Vec<f32> = buttons.iter().map(width).collect();
        let ranks: Vec<u8> = buttons.iter().map(|button| button.rank).collect();
        let is_shown = fitting(&ranks, &widths, room, more_width(look));
        Self {
            look,
            is_enabled: vec![true; buttons.len()],
            buttons,
            is_shown,
            widths,
        }
    }

    /// The same where buttons that ask for such things can do nothing now.
    pub(super) fn disabling(mut self, is_in_vain: impl Fn(&W) -> bool) -> Self {
        let is_enabled = |button: &BarButton<W>| !is_in_vain(&button.wish);
        self.is_enabled = self.buttons.iter().map(is_enabled).collect();
        self
    }

    /// How many points it takes, with a gap behind each button.
    pub(super) fn width(&self) -> f32 {
        let shown = self.widths.iter().zip(&self.is_shown);
        let sum: f32 = shown
            .map(|(width, is_shown)| width * f32::from(u8::from(*is_shown)))
            .sum();
        if self.is_whole() {
            sum
        } else {
            sum + more_width(self.look)
        }
    }

    /// Whether there is room for all.
    pub(super) fn is_whole(&self) -> bool {
        self.is_shown.iter().all(|is_shown| *is_shown)
    }

    /// Draws all that have room, and the menu of the others; answers what was asked for.
    pub(super) fn ui(&self, ui: &mut Ui) -> Option<W> {
        let asked = self.part_ui(ui, 0..self.buttons.len());
        let more = self.more_ui(ui);
        asked.or(more)
    }

    /// Draws those of this part that have room.
    pub(super) fn part_ui(&self, ui: &mut Ui, part: Range<usize>) -> Option<W> {
        let mut asked = None;
        for (index, (button, is_shown, is_enabled)) in self.each().enumerate() {
            if !part.contains(&index) {
                continue;
            }
            // The keyboard stays on a button while others come and go.
            if !is_shown {
                ui.skip_ahead_auto_ids(1);
                continue;
            }
            let button_ui = |ui: &mut Ui| button_ui(ui, self.look, button);
            let response = ui.add_enabled_ui(is_enabled, button_ui).inner;
            if response.clicked() {
                asked = Some(button.wish.clone());
            }
        }
        asked
    }

    /// Each with whether it is shown, and whether it does anything.
    fn each(&self) -> impl Iterator<Item = (&BarButton<W>, bool, bool)> {
        let states = self.is_shown.iter().zip(&self.is_enabled);
        let buttons = self.buttons.iter().zip(states);
        buttons.map(|(button, (is_shown, is_enabled))| (button, *is_shown, *is_enabled))
    }

    /// Draws what opens the menu of those that have no room, if there are any.
    pub(super) fn more_ui(&self, ui: &mut Ui) -> Option<W> {
        if self.is_whole() {
            return None;
        }
        let more = BarButton {
            icon: Icon::Ellipsis,
            name: MORE,
            key: String::new(),
            is_on: None,
            rank: 0,
            wish: (),
        };
        let look = match self.look {
            Look::Words(palette) => Look::Icons(palette),
            look => look,
        };
        let response = button_ui(ui, look, &more);
        let opened = Opened::with(&response);
        let mut asked = None;
        let menu = Popup::menu(&response).accessible_name(MORE);
        menu.show(|ui| {
            menu::menu_ui(ui, menu::WIDTH, opened, |ui| {
                for (button, _, is_enabled) in self.each().filter(|(_, is_shown, _)| !is_shown) {
                    let entry_ui = |ui: &mut Ui| entry_ui(ui, button);
                    if ui.add_enabled_ui(is_enabled, entry_ui).inner {
                        asked = Some(button.wish.clone());
                        ui.close();
                    }
                }
            });
        });
        asked
    }
}

fn button_ui<W>(ui: &mut Ui, look: Look<'_>, button: &BarButton<W>) -> Response {
    let BarButton {
        icon,
        name,
        key,
        is_on,
        ..
    } = button;
    match look {
        Look::OnPicture => {
            let name = if key.is_empty() {
                (*name).to_owned()
            } else {
                format!("{name} ({key})")
            };
            toggle_ui(ui, *icon, &name, *is_on)
        }
        Look::Icons(palette) => {
            let button = IconButton {
                icon: *icon,
                name,
                key,
                is_on: *is_on,
            };
            icon_toggle_ui(ui, palette, button)
        }
        Look::Words(_) => {
            let button = egui::Button::new(*name).min_size(vec2(0.0, theme::BUTTON_HEIGHT));
            ui.add(button).on_hover_text(format!("{name} ({key})"))
        }
    }
}

fn entry_ui<W>(ui: &mut Ui, button: &BarButton<W>) -> bool {
    let label = (theme::icon(button.icon, text::TITLE), button.name);
    let is_on = button.is_on.unwrap_or_default();
    let entry = egui::Button::new(label)
        .shortcut_text(button.key.as_str())
        .selected(is_on)
        .min_size(vec2(ui.available_width(), ICON_BUTTON_SIDE));
    let response = ui.add(entry);
    response.widget_info(|| match button.is_on {
        Some(is_on) => WidgetInfo::selected(Role::MenuItem, ui.is_enabled(), is_on, button.name),
        None => WidgetInfo::labeled(Role::MenuItem, ui.is_enabled(), button.name),
    });
    menu::show_focus(ui, &response);
    response.clicked()
}

/// With the gap behind it.
fn width_of(ui: &Ui, look: Look<'_>, name: &str) -> f32 {
    match look {
        Look::OnPicture => BUTTON + space::XS,
        Look::Icons(_) => ICON_BUTTON_SIDE + space::XS,
        Look::Words(palette) => {
            let font = egui::TextStyle::Button.resolve(ui.style());
            let words = ui
                .painter()
                .layout_no_wrap(name.to_owned(), font, palette.text);
            let padding: Vec2 = ui.spacing().button_padding;
            words.size().x + 2.0 * padding.x + space::S
        }
    }
}

const fn more_width(look: Look<'_>) -> f32 {
    match look {
        Look::OnPicture => BUTTON + space::XS,
        Look::Icons(_) => ICON_BUTTON_SIDE + space::XS,
        Look::Words(_) => ICON_BUTTON_SIDE + space::S,
    }
}

/// Which of them are shown: all, or the most wanted ones beside the menu of the others.
fn fitting(ranks: &[u8], widths: &[f32], room: f32, more: f32) -> Vec<bool> {
    if widths.iter().sum::<f32>() <= room {
        return vec![true; widths.len()];
    }
    let mut wanted: Vec<usize> = (0..widths.len()).collect();
    wanted.sort_by_key(|index| ranks.get(*index));
    let mut is_shown = vec![false; widths.len()];
    let mut taken = more;
    for index in wanted {
        taken += widths.get(index).copied().unwrap_or_default();
        // None that is wanted less takes the place of a wider one: what gives way is foreseeable.
        if taken > room {
            break;
        }
        if let Some(is_shown) = is_shown.get_mut(index) {
            *is_shown = true;
        }
    }
    is_shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_shown_where_they_fit_without_a_menu() {
        assert_eq!(fitting(&[0, 2, 1], &[40.0; 3], 120.0, 40.0), [true; 3]);
    }

    #[test]
    fn the_least_wanted_give_way_first_and_the_menu_has_room() {
        let shown = |room| fitting(&[0, 2, 1], &[40.0; 3], room, 40.0);
        assert_eq!(shown(119.0), [true, false, false]);
        assert_eq!(shown(80.0), [true, false, false]);
        assert_eq!(shown(79.0), [false; 3]);
        let four = fitting(&[0, 3, 1, 2], &[40.0; 4], 159.0, 40.0);
        assert_eq!(four, [true, false, true, false]);
    }

    #[test]
    fn a_narrow_one_does_not_overtake_a_wider_one() {
        let shown = fitting(&[0, 1, 2], &[100.0, 90.0, 20.0], 160.0, 30.0);
        assert_eq!(shown, [true, false, false]);
    }
}
