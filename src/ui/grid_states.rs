//! What the grid shows when there is nothing to show, and why.

use egui::{Align2, CornerRadius, Rect, RichText, Ui, UiBuilder, pos2, vec2};
use lucide_icons::Icon;

use crate::domain::safe_display_name;
use crate::protocol::Connection;
use crate::state::user_message::{self, UserMessage};
use crate::state::{Action, Gallery, SavedFilter};
use crate::ui::grid_layout::{DayGroup, GridLayout};
use crate::ui::grid_view::GridView;
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::{text, thumbnail_grid};

/// Draws what takes the place of tiles; answers whether something did.
pub(super) fn instead_of_tiles_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    pane: Rect,
) -> bool {
    let listing = &gallery.listing;
    if gallery.room.is_encrypted && listing.is_started() && listing.is_empty() {
        let headline = "This room is end-to-end encrypted";
        let advice = "Its images can be opened only with the keys of its members. Salon cannot \
                      do that yet; the web client can.";
        let web = crate::ui::gallery_bars::open_in_browser(cx, gallery);
        let note = Note {
            icon: Icon::Lock,
            headline,
            advice,
            offer: web.map(|action| ("Open in browser", action)),
        };
        message_ui(ui, cx, pane, note);
        return true;
    }
    if !gallery.is_empty() {
        return false;
    }
    if gallery.find().is_on() && !listing.is_empty() {
        nothing_found_ui(ui, cx, gallery, pane);
    } else if let Some(error) = &gallery.list_error {
        let UserMessage { headline, advice } = user_message::client(error);
        let retry = Some(("Try again", Action::RetryAllFailed));
        let note = Note {
            icon: Icon::CircleAlert,
            headline: &headline,
            advice: &advice,
            offer: retry,
        };
        message_ui(ui, cx, pane, note);
    } else if gallery.listing.is_started() {
        let headline = format!("No images in {} yet.", text::room(&gallery.room));
        let advice = "What is posted here shows up by itself. F5 looks for it at once.";
        let note = Note {
            icon: Icon::Images,
            headline: &headline,
            advice,
            offer: None,
        };
        message_ui(ui, cx, pane, note);
    } else if matches!(cx.state.connection, Connection::Offline { .. }) {
        let headline = format!(
            "Nothing of {} is on this computer yet.",
            text::room(&gallery.room)
        );
        let note = Note {
            icon: Icon::WifiOff,
            headline: &headline,
            advice: "Its images show up as soon as the server answers.",
            offer: None,
        };
        message_ui(ui, cx, pane, note);
    } else {
        skeleton_wall(ui, cx, pane);
    }
    true
}

fn nothing_found_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, pane: Rect) {
    let (find, room) = (gallery.find(), text::room(&gallery.room));
    let name = safe_display_name(find.text().trim());
    let has_name = !find.text().trim().is_empty();
    let headline = match find.filter() {
        SavedFilter::All => format!("No image is named like \u{201c}{name}\u{201d}."),
        SavedFilter::NotSaved | SavedFilter::Saved if !gallery.copies().has_looked() => {
            format!("Looking which images of {room} are saved…")
        }
        SavedFilter::NotSaved if has_name => {
            format!("No image without a copy is named like \u{201c}{name}\u{201d}.")
        }
        SavedFilter::Saved if has_name => {
            format!("No saved image is named like \u{201c}{name}\u{201d}.")
        }
        SavedFilter::NotSaved if gallery.listing.is_complete() => {
            format!("Every image of {room} is saved.")
        }
        SavedFilter::NotSaved => "Every image that is listed by now is saved.".to_owned(),
        SavedFilter::Saved => format!("No image of {room} is saved on this computer."),
    };
    let advice = if !gallery.listing.is_complete() {
        "The room is still being listed; what is found shows up here."
    } else if find.filter() == SavedFilter::All {
        "Only the names of files are searched."
    } else {
        "A file that was moved or deleted no longer counts."
    };
    let offer = if find.filter() == SavedFilter::All {
        ("Clear search", Action::Find(String::new()))
    } else {
        ("Show all images", Action::EndSearch)
    };
    let icon = if find.filter() == SavedFilter::NotSaved && !has_name {
        Icon::CircleCheck
    } else {
        Icon::SearchX
    };
    let note = Note {
        icon,
        headline: &headline,
        advice,
        offer: Some(offer),
    };
    message_ui(ui, cx, pane, note);
}

/// What there is to say, and what to do about it.
struct Note<'a> {
    icon: Icon,
    headline: &'a str,
    advice: &'a str,
    offer: Option<(&'a str, Action)>,
}

fn message_ui(ui: &mut Ui, cx: ViewContext<'_>, pane: Rect, note: Note<'_>) {
    let Note {
        icon,
        headline,
        advice,
        offer,
    } = note;
    let size = vec2(420.0_f32.min(pane.width() - 2.0 * space::L), 200.0);
    let middle = Rect::from_center_size(pane.center(), size);
    let layout = egui::Layout::top_down(egui::Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(middle).layout(layout), |ui| {
        ui.label(theme::icon(icon, 40.0).color(cx.palette.text_weak));
        ui.add_space(space::XS);
        ui.label(RichText::new(headline).size(17.0).strong());
        ui.label(RichText::new(advice).color(cx.palette.text_weak));
        if let Some((label, action)) = offer {
            ui.add_space(space::S);
            if ui.button(label).clicked() {
                cx.act(action);
            }
        }
    });
}

/// A quiet wall of empty tiles while nothing is known, not even how many there are. They lie
/// where the tiles will be.
fn skeleton_wall(ui: &Ui, cx: ViewContext<'_>, pane: Rect) {
    let painter = ui.painter().with_clip_rect(pane);
    let geometry = thumbnail_grid::geometry(cx, pane);
    let group = DayGroup {
        day: Some(jiff::civil::Date::ZERO),
        range: 0..500,
    };
    let layout = GridLayout::squares(&[group], geometry);
    let view = GridView {
        pane,
        left: pane.left() + space::M,
        offset: 0.0,
    };
    let radius = CornerRadius::same(theme::TILE_RADIUS);
    let rows = layout.rows_between(view.heights());
    for tile in layout
        .positions(rows)
        .filter_map(|position| layout.tile(position))
    {
        painter.rect_filled(view.rect(tile), radius, cx.palette.skeleton);
    }
    painter.text(
        pos2(view.left, pane.top() + geometry.header - 10.0),
        Align2::LEFT_BOTTOM,
        "Loading…",
        egui::FontId::proportional(15.0),
        cx.palette.text_weak,
    );
}
