//! What a tile is called: its node for screen readers and tests, and its tooltip.

use std::sync::Arc;

use egui::{Response, Sense, Ui, WidgetInfo};
use jiff::tz::TimeZone;

use crate::domain::{Upload, safe_display_name};
use crate::state::user_message::grouped;
use crate::state::{Action, Gallery, SelectHow};
use crate::ui::details_panel::shown_size;
use crate::ui::grid_tile::{Face, Tile};
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;
use crate::ui::{dates, text};

/// Nobody posts more in a minute; a list without times would be looked through to its end.
const MOST_A_MINUTE: usize = 100;

/// The node of a tile for screen readers and tests.
pub(super) fn node_ui(
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    tile: &Tile,
    zone: &TimeZone,
) -> Response {
    let id = match &tile.upload {
        Some(upload) => ui.scope_id().with(("tile", upload.id.as_str())),
        None => ui.scope_id().with(("slot", tile.position)),
    };
    let response = ui.interact(tile.rect, id, Sense::hover());
    response.widget_info(|| {
        let name = accessible_name(gallery, tile, zone);
        WidgetInfo::labeled(egui::Role::ListBoxOption, true, name)
    });
    ui.accesskit_node_builder(id, |node| {
        node.set_selected(tile.is_selected);
        node.set_position_in_set(tile.position + 1);
        node.set_size_of_set(gallery.len());
        node.add_action(egui::accesskit::Action::Click);
    });
    let click = egui::accesskit::Action::Click;
    if ui.input(|input| input.has_accesskit_action_request(id, click)) {
        cx.act(Action::Select {
            position: tile.position,
            how: SelectHow::Only,
        });
    }
    response
}

/// What is known about the image, while the pointer rests on its tile.
pub(super) fn tooltip_ui(
    response: Response,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    tile: &Tile,
    zone: &TimeZone,
) {
    if let Some(upload) = &tile.upload {
        response.on_hover_ui(|ui| {
            facts_ui(ui, cx, gallery, upload, zone);
            if let Face::Failed(_, offer) = &tile.face {
                ui.label(offer.words());
            }
        });
    }
}

/// What differs comes first.
pub(super) fn accessible_name(gallery: &Gallery, tile: &Tile, zone: &TimeZone) -> String {
    let Some(upload) = &tile.upload else {
        return format!("Image {}, loading", tile.position + 1);
    };
    let mut name = safe_display_name(&upload.name);
    if let Some(person) = &upload.uploader {
        name.push_str(", from ");
        name.push_str(&text::person(person));
    }
    if let Some(time) = upload.uploaded_at {
        name.push_str(", ");
        name.push_str(&dates::spoken_time(time, zone));
    }
    if has_twin(gallery, tile.position, upload) {
        let (place, count) = (grouped(tile.position + 1), grouped(gallery.len()));
        name.extend([", ", &place, " of ", &count]);
    }
    if let Face::Failed(reason, _) = &tile.face {
        name.push_str(", failed: ");
        name.push_str(reason);
    }
    if tile.is_selected {
        name.push_str(", selected");
    }
    if tile.is_saved {
        name.push_str(", saved");
    }
    name
}

/// Whether another image of the same minute has the same name and is from the same person, as
/// when somebody pastes two screenshots. The list is in order of time: they are near.
fn has_twin(gallery: &Gallery, position: usize, upload: &Upload) -> bool {
    let minute = |upload: &Upload| {
        upload
            .uploaded_at
            .map(|time| time.as_second().div_euclid(60))
    };
    let is_near = |other: &Arc<Upload>| minute(other) == minute(upload);
    let is_twin = |other: Arc<Upload>| other.name == upload.name && other.user == upload.user;
    let later = (position.saturating_sub(MOST_A_MINUTE)..position).rev();
    let earlier = position + 1..position + 1 + MOST_A_MINUTE;
    let known = |position: usize| gallery.upload_at(position);
    later.map_while(known).take_while(is_near).any(is_twin)
        || earlier.map_while(known).take_while(is_near).any(is_twin)
}

fn facts_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, upload: &Upload, zone: &TimeZone) {
    ui.set_max_width(340.0);
    ui.spacing_mut().item_spacing.y = space::XS;
    let name = safe_display_name(&upload.name);
    ui.label(egui::RichText::new(text::middle_elided(&name, 44)).strong());
    let weak = |ui: &mut Ui, words: String| {
        ui.label(
            egui::RichText::new(words)
                .small()
                .color(cx.palette.text_weak),
        );
    };
    let person = upload.uploader.as_ref().map(text::person);
    let time = upload.uploaded_at.map(|time| dates::short_time(time, zone));
    let who_when: Vec<String> = person.into_iter().chain(time).collect();
    if !who_when.is_empty() {
        weak(ui, who_when.join(" · "));
    }
    let facts: Vec<String> = [
        shown_size(cx, gallery, upload).map(|size| size.to_string()),
        upload.size.map(|size| size.to_string()),
        Some(text::short_type(&upload.essence())),
    ]
    .into_iter()
    .flatten()
    .filter(|fact| !fact.is_empty())
    .collect();
    weak(ui, facts.join(" · "));
    if let Some(description) = &upload.description
        && !description.trim().is_empty()
    {
        ui.label(text::end_elided(&safe_display_name(description), 120));
    }
    if let Some(path) = gallery.copies().path(&upload.id) {
        weak(ui, format!("Saved to {}", text::path(path)));
    }
}
