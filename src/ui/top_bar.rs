//! The bar over the grid: the room and what is shown of it, or what is selected.

use egui::{Align, Layout, RichText, Slider, Ui};
use lucide_icons::Icon;

use crate::domain::{Room, safe_display_name};
use crate::protocol::{GridLayoutChoice, ThemeChoice};
use crate::state::{Action, Gallery, TILE_EDGE_POINTS, user_message};
use crate::ui::find_bar::FindBar;
use crate::ui::room_row::{kind_icon, kind_words};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space, text};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{IconButton, icon_button_ui, icon_toggle_ui, primary_button};

/// Draws the bar; answers what was asked of the window.
pub(super) fn top_bar_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    totals: &Totals,
    find_bar: &FindBar,
) -> Option<Job> {
    let mut asked = None;
    let size = egui::vec2(ui.available_width(), theme::TOP_BAR_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if gallery.has_choice() {
            selection_actions_ui(ui, cx, gallery);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                selection_ui(ui, cx, totals);
            });
        } else {
            asked = view_controls_ui(ui, cx, gallery, find_bar);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                title_ui(ui, cx, gallery);
            });
        }
    });
    asked
}

fn title_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let room = &gallery.room;
    let weak = cx.palette.text_weak;
    ui.spacing_mut().item_spacing.x = space::S;
    ui.label(theme::icon(kind_icon(room), text::ICON).color(weak))
        .on_hover_text(kind_words(room));
    let title = RichText::new(safe_display_name(&room.title))
        .size(text::TITLE)
        .strong();
    let facts = facts(room, gallery);
    // The title gives way to the count, which is short and never cut.
    let font = egui::FontId::proportional(text::BODY);
    let galley = ui.painter().layout_no_wrap(facts.clone(), font, weak);
    let kept = (ui.available_width() - galley.size().x - space::M).max(80.0);
    ui.scope(|ui| {
        ui.set_max_width(kept);
        let label = ui.add(egui::Label::new(title).truncate());
        if let Some(topic) = &room.topic {
            label.on_hover_text(safe_display_name(topic));
        }
    });
    ui.add(egui::Label::new(RichText::new(facts).color(weak)).truncate());
}

fn facts(room: &Room, gallery: &Gallery) -> String {
    let mut facts = Vec::new();
    if gallery.listing.is_started() {
        facts.push(user_message::images(gallery.listing.len()));
    }
    if room.subscription.is_none() {
        facts.push("you have not joined this room".to_owned());
    }
    if room.is_archived {
        facts.push("archived".to_owned());
    }
    facts.join(" · ")
}

/// From right to left.
fn view_controls_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    find_bar: &FindBar,
) -> Option<Job> {
    let mut asked = None;
    panel_toggle_ui(ui, cx);
    let key = key_of(ui.ctx(), Job::Reload);
    if icon_button_ui(ui, cx.palette, Icon::RefreshCw, "Reload", &key).clicked() {
        cx.act(Action::Reload);
    }
    if cx.state.saved_room(&gallery.room.id).is_some() {
        let update = icon_button_ui(ui, cx.palette, Icon::FolderSync, "Update folder", "");
        if update.clicked() {
            cx.act(Action::SaveNews);
        }
    }
    theme_ui(ui, cx);
    ui.add_space(space::XS);
    layout_toggle_ui(ui, cx);
    ui.add_space(space::XS);
    if ui.available_width() > 392.0 {
        size_ui(ui, cx);
    }
    ui.add_space(space::XS);
    let key = key_of(ui.ctx(), Job::GoToDate);
    if icon_button_ui(ui, cx.palette, Icon::CalendarSearch, "Go to date", &key).clicked() {
        asked = Some(Job::GoToDate);
    }
    let key = key_of(ui.ctx(), Job::FindImage);
    let find = IconButton {
        icon: Icon::Search,
        name: "Find images by file name",
        key: &key,
        is_on: Some(find_bar.is_open()),
    };
    if icon_toggle_ui(ui, cx.palette, find).clicked() {
        asked = Some(Job::FindImage);
    }
    asked
}

fn panel_toggle_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let key = key_of(ui.ctx(), Job::TogglePanel);
    let panel = IconButton {
        icon: Icon::PanelRight,
        name: "Details",
        key: &key,
        is_on: Some(cx.state.settings.is_panel_open),
    };
    if icon_toggle_ui(ui, cx.palette, panel).clicked() {
        cx.act(Action::TogglePanel);
    }
}

/// One button, from system to light to dark and round again.
fn theme_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let (icon, name, next) = match cx.state.settings.theme {
        ThemeChoice::System => (
            Icon::SunMoon,
            "Appearance: as the system",
            ThemeChoice::Light,
        ),
        ThemeChoice::Light => (Icon::Sun, "Appearance: light", ThemeChoice::Dark),
        ThemeChoice::Dark => (Icon::Moon, "Appearance: dark", ThemeChoice::System),
    };
    if icon_button_ui(ui, cx.palette, icon, name, "").clicked() {
        cx.act(Action::SetTheme(next));
    }
}

fn layout_toggle_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    for (layout, icon, name) in [
        (
            GridLayoutChoice::Whole,
            Icon::LayoutDashboard,
            "Whole images",
        ),
        (GridLayoutChoice::Square, Icon::LayoutGrid, "Square tiles"),
    ] {
        let is_on = Some(cx.state.settings.grid_layout == layout);
        let button = IconButton {
            icon,
            name,
            key: "",
            is_on,
        };
        if icon_toggle_ui(ui, cx.palette, button).clicked() {
            cx.act(Action::SetLayout(layout));
        }
    }
}

fn size_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let mut edge = theme::tile_edge(&cx.state.settings);
    let larger = key_of(ui.ctx(), Job::Larger);
    let smaller = key_of(ui.ctx(), Job::Smaller);
    ui.label(theme::icon(Icon::Image, text::ICON).color(cx.palette.text_weak));
    ui.spacing_mut().slider_width = 104.0;
    ui.visuals_mut().selection.bg_fill = cx.palette.accent;
    let slider = Slider::new(&mut edge, TILE_EDGE_POINTS)
        .show_value(false)
        .trailing_fill(true);
    let response = ui.add(slider);
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(edge), "Size of tiles"));
    if response.changed() {
        cx.act(Action::SetTileEdge(edge));
    }
    response.on_hover_text(format!("Size of tiles ({larger}, {smaller})"));
    ui.label(theme::icon(Icon::Image, text::SMALL).color(cx.palette.text_weak));
}

fn selection_ui(ui: &mut Ui, cx: ViewContext<'_>, totals: &Totals) {
    let key = key_of(ui.ctx(), Job::ClearSelection);
    let key = format!("Esc, {key}");
    if icon_button_ui(ui, cx.palette, Icon::X, "Clear the selection", &key).clicked() {
        cx.act(Action::ClearSelection);
    }
    let words = RichText::new(totals.chosen_words())
        .size(text::TITLE)
        .strong();
    ui.add(egui::Label::new(words).truncate());
}

/// From right to left.
fn selection_actions_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    panel_toggle_ui(ui, cx);
    ui.spacing_mut().item_spacing.x = space::S;
    let save = primary_button(cx.palette, "Save");
    let key = key_of(ui.ctx(), Job::Save);
    if ui
        .add(save)
        .on_hover_text(format!("Save ({key})"))
        .clicked()
    {
        cx.act(Action::SaveSelected);
    }
    let compare = ("Compare", Job::Compare, Action::Compare);
    let compare = gallery.can_compare().then_some(compare);
    for (label, job, action) in [("Save to…", Job::SaveAs, Action::SaveSelectedAs)]
        .into_iter()
        .chain(compare)
        .chain([
            ("Invert", Job::Invert, Action::InvertSelection),
            ("Select all", Job::SelectAll, Action::SelectAll),
        ])
    {
        // The narrowest windows keep what is needed most; the keys remain.
        if ui.available_width() < 260.0 {
            break;
        }
        let hint = format!("{label} ({})", key_of(ui.ctx(), job));
        let button = egui::Button::new(label).min_size(egui::vec2(0.0, theme::BUTTON_HEIGHT));
        if ui.add(button).on_hover_text(hint).clicked() {
            cx.act(action);
        }
    }
}
