//! The bar over the grid: the room and what is shown of it, or what is selected.

use egui::{Align, Layout, RichText, Slider, Ui};
use lucide_icons::Icon;

use crate::domain::{Room, safe_display_name};
use crate::protocol::{GridLayoutChoice, ThemeChoice};
use crate::state::{Action, Gallery, TILE_EDGE_POINTS, user_message};
use crate::ui::bar_buttons::{Bar, BarButton, Look};
use crate::ui::find_bar::FindBar;
use crate::ui::room_row::{kind_icon, kind_words};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space, text};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{ICON_BUTTON_SIDE, icon_button_ui, primary_button};

/// What the name of the room gets at least, its icon included.
const TITLE: f32 = 132.0;

/// What the size of tiles takes: the slider, its icons and what is between them.
const SIZE: f32 = 104.0 + 2.0 * text::ICON + 4.0 * space::XS + space::S;

/// Where less is left, the room's name needs it more than the size of tiles, which has keys.
const TITLE_BESIDE_SIZE: f32 = 180.0;

/// Width of the button that saves, in points.
const SAVE: f32 = 64.0;

/// Where there is less, the details are in the menu, too, while something is selected.
const TIGHT: f32 = 240.0;

/// What a button asks for.
#[derive(Debug, Clone)]
enum BarWish {
    /// Something of the window.
    Job(Job),
    /// Something of the room.
    Act(Action),
}

/// Draws the bar; answers what was asked of the window.
pub(super) fn top_bar_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    totals: &Totals,
    find_bar: &FindBar,
) -> Option<Job> {
    let size = egui::vec2(ui.available_width(), theme::TOP_BAR_HEIGHT);
    let layout = Layout::left_to_right(Align::Center);
    let asked = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if gallery.has_choice() {
            selection_ui(ui, cx, gallery, totals)
        } else {
            view_ui(ui, cx, gallery, find_bar)
        }
    });
    match asked.inner? {
        BarWish::Job(job) => Some(job),
        BarWish::Act(action) => {
            cx.act(action);
            None
        }
    }
}

/// Draws what comes first into so much of the bar.
fn lead_ui(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let size = egui::vec2(width.max(0.0), ui.available_height());
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(size.x);
        content(ui);
    });
}

fn title_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let room = &gallery.room;
    let weak = cx.palette.text_weak;
    ui.spacing_mut().item_spacing.x = space::S;
    ui.label(theme::icon(kind_icon(room), text::ICON).color(weak))
        .on_hover_text(kind_words(room));
    let name = safe_display_name(&room.title);
    let facts = facts(room, gallery);
    let width = |text: &str, size| {
        let font = egui::FontId::proportional(size);
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, weak);
        galley.size().x
    };
    let beside = width(&name, text::TITLE) + space::M + width(&facts, text::BODY);
    let is_one_line = beside <= ui.available_width();
    let name_ui = |ui: &mut Ui| {
        let name = RichText::new(name).size(text::TITLE).strong();
        let label = ui.add(egui::Label::new(name).truncate());
        if let Some(topic) = &room.topic {
            label.on_hover_text(safe_display_name(topic));
        }
    };
    let facts = RichText::new(facts).color(weak);
    if is_one_line {
        name_ui(ui);
        ui.label(facts);
        return;
    }
    // Each has all of the width: what is cut then has a tooltip, and the count comes first.
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let lines = text::TITLE + text::SMALL + space::S;
        ui.add_space(((ui.available_height() - lines) / 2.0).max(0.0));
        name_ui(ui);
        ui.add(egui::Label::new(facts.size(text::SMALL)).truncate());
    });
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

/// The room, and how it is looked at.
fn view_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    find_bar: &FindBar,
) -> Option<BarWish> {
    let buttons = view_buttons(ui, cx, gallery, find_bar);
    // Those that find something come before the size, those that change the look after it.
    let (n_finding, room) = (2, ui.available_width() - TITLE);
    let buttons = Bar::new(ui, Look::Icons(cx.palette), buttons, room);
    let rest = ui.available_width() - buttons.width() - 3.0 * space::XS;
    let has_size = rest >= SIZE + TITLE_BESIDE_SIZE;
    let title = if has_size { rest - SIZE } else { rest };
    lead_ui(ui, title, |ui| title_ui(ui, cx, gallery));
    let finding = buttons.part_ui(ui, 0..n_finding);
    if has_size {
        ui.add_space(space::XS);
        size_ui(ui, cx);
        ui.add_space(space::XS);
    }
    let look = buttons.part_ui(ui, n_finding..usize::MAX);
    let more = buttons.more_ui(ui);
    finding.or(look).or(more)
}

fn view_buttons(
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    find_bar: &FindBar,
) -> Vec<BarButton<BarWish>> {
    let settings = &cx.state.settings;
    let job = |icon, name, job, rank| button(ui, icon, name, rank, (Some(job), BarWish::Job(job)));
    let act = |icon, name, action, rank| button(ui, icon, name, rank, (None, BarWish::Act(action)));
    let find = job(Icon::Search, "Find images by file name", Job::FindImage, 1);
    let mut buttons = vec![
        BarButton {
            is_on: Some(find_bar.is_open()),
            ..find
        },
        job(Icon::CalendarSearch, "Go to date", Job::GoToDate, 3),
    ];
    let (square, whole) = (GridLayoutChoice::Square, GridLayoutChoice::Whole);
    for (layout, icon, name) in [
        (square, Icon::LayoutGrid, "Square tiles"),
        (whole, Icon::LayoutDashboard, "Whole images"),
    ] {
        buttons.push(BarButton {
            is_on: Some(settings.grid_layout == layout),
            ..act(icon, name, Action::SetLayout(layout), 5)
        });
    }
    let (icon, name, next) = next_theme(settings.theme);
    buttons.push(act(icon, name, Action::SetTheme(next), 6));
    if cx.state.saved_room(&gallery.room.id).is_some() {
        buttons.push(act(Icon::FolderSync, "Update folder", Action::SaveNews, 2));
    }
    buttons.push(job(Icon::RefreshCw, "Reload", Job::Reload, 4));
    buttons.push(details_button(ui, cx));
    buttons
}

/// One that is not on or off; what it does may have a key.
fn button(
    ui: &Ui,
    icon: Icon,
    name: &'static str,
    rank: u8,
    (job, wish): (Option<Job>, BarWish),
) -> BarButton<BarWish> {
    BarButton {
        icon,
        name,
        key: job.map_or_else(String::new, |job| key_of(ui.ctx(), job)),
        is_on: None,
        rank,
        wish,
    }
}

fn details_button(ui: &Ui, cx: ViewContext<'_>) -> BarButton<BarWish> {
    let wish = BarWish::Act(Action::TogglePanel);
    let panel = (Some(Job::TogglePanel), wish);
    BarButton {
        is_on: Some(cx.state.settings.is_panel_open),
        ..button(ui, Icon::PanelRight, "Details", 0, panel)
    }
}

/// One button, from system to light to dark and round again.
const fn next_theme(theme: ThemeChoice) -> (Icon, &'static str, ThemeChoice) {
    match theme {
        ThemeChoice::System => (
            Icon::SunMoon,
            "Appearance: as the system",
            ThemeChoice::Light,
        ),
        ThemeChoice::Light => (Icon::Sun, "Appearance: light", ThemeChoice::Dark),
        ThemeChoice::Dark => (Icon::Moon, "Appearance: dark", ThemeChoice::System),
    }
}

fn size_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let mut edge = theme::tile_edge(&cx.state.settings);
    let larger = key_of(ui.ctx(), Job::Larger);
    let smaller = key_of(ui.ctx(), Job::Smaller);
    ui.label(theme::icon(Icon::Image, text::SMALL).color(cx.palette.text_weak));
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
    ui.label(theme::icon(Icon::Image, text::ICON).color(cx.palette.text_weak));
}

/// What is selected, and what to do with it.
fn selection_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    totals: &Totals,
) -> Option<BarWish> {
    let is_tight = ui.available_width() < TIGHT;
    let details = (!is_tight).then(|| details_button(ui, cx));
    let details = details.into_iter().collect();
    let details = Bar::new(ui, Look::Icons(cx.palette), details, f32::INFINITY);
    let save = primary_button(cx.palette, "Save");
    let save_width = SAVE + space::S;
    let beside = details.width() + save_width + space::M;
    let room = ui.available_width() - beside - ICON_BUTTON_SIDE - TITLE;
    let mut buttons = selection_buttons(ui, gallery);
    buttons.extend(is_tight.then(|| details_button(ui, cx)));
    let buttons = Bar::new(ui, Look::Words(cx.palette), buttons, room);
    let lead = ui.available_width() - beside - buttons.width();
    lead_ui(ui, lead, |ui| chosen_ui(ui, cx, totals));
    ui.spacing_mut().item_spacing.x = space::S;
    let asked = buttons.ui(ui);
    let key = key_of(ui.ctx(), Job::Save);
    let save = save.min_size(egui::vec2(SAVE, theme::BUTTON_HEIGHT));
    let save = ui.add(save).on_hover_text(format!("Save ({key})"));
    let saves = save.clicked().then_some(BarWish::Act(Action::SaveSelected));
    let details = details.ui(ui);
    asked.or(saves).or(details)
}

fn selection_buttons(ui: &Ui, gallery: &Gallery) -> Vec<BarButton<BarWish>> {
    let act = |icon, name, job, action, rank| {
        button(ui, icon, name, rank, (Some(job), BarWish::Act(action)))
    };
    let (all, invert) = (Action::SelectAll, Action::InvertSelection);
    let mut buttons = vec![
        act(Icon::SquareCheckBig, "Select all", Job::SelectAll, all, 2),
        act(
            Icon::SquareSplitHorizontal,
            "Invert",
            Job::Invert,
            invert,
            3,
        ),
    ];
    if gallery.can_compare() {
        let compare = Action::Compare;
        buttons.push(act(Icon::Columns2, "Compare", Job::Compare, compare, 1));
    }
    let (save_as, elsewhere) = (Job::SaveAs, Action::SaveSelectedAs);
    buttons.push(act(Icon::FolderDown, "Save to…", save_as, elsewhere, 0));
    buttons
}

fn chosen_ui(ui: &mut Ui, cx: ViewContext<'_>, totals: &Totals) {
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
