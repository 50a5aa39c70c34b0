//! One of the images side by side: its picture, what it is called, and what can be done with it.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Color32, FontId, Id, Layout, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, WidgetInfo, vec2,
};
use lucide_icons::Icon;

use crate::domain::{PixelSize, Upload, UploadId, safe_display_name};
use crate::state::user_message::grouped;
use crate::state::{Action, Gallery, SelectHow};
use crate::ui::bar_buttons::{self, Bar, BarButton};
use crate::ui::compare_zoom::Lens;
use crate::ui::text::middle_elided_where;
use crate::ui::texture_store::Texture;
use crate::ui::theme::{Palette, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::viewer_image::may_be_transparent;
use crate::ui::viewer_tiles::{Look, Patch};
use crate::ui::{viewer_pictures, viewer_states, viewer_tiles};

/// Height of the words over the picture, in points.
const HEAD: f32 = 48.0;

/// What the name of an image gets at least of that, beside the buttons.
const NAME: f32 = 130.0;

/// What is seen of an image now.
pub(super) struct Seen {
    pub upload: Arc<Upload>,
    /// Where it is in the grid.
    pub position: usize,
    pub size: Option<PixelSize>,
    texture: Option<Texture>,
    /// The texture was made of the original, and the original can be had.
    is_sharp: bool,
    /// Its parts can be had, as far as that is known.
    has_parts: bool,
}

/// In which things an image is ahead of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    has_most_pixels: bool,
    is_largest_file: bool,
}

/// The place of an image among the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub rect: Rect,
    /// The keyboard is there.
    pub is_active: bool,
    pub marks: Marks,
}

pub(super) fn pane_id(id: &UploadId) -> Id {
    Id::unique("compared").with(id.as_str())
}

/// Where the picture is in this place.
pub(super) fn picture_rect(place: Rect) -> Rect {
    Rect::from_min_max(place.min + vec2(0.0, HEAD), place.max)
}

/// Asks for the picture, and takes what is there of it.
pub(super) fn look(
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    (position, upload): (usize, Arc<Upload>),
) -> Seen {
    let full = viewer_pictures::full_size(ui, &upload);
    let texture = viewer_pictures::picture(cx, gallery, &upload, &full);
    let is_there = gallery.failure(&upload.id).is_none();
    Seen {
        has_parts: gallery.has_parts(&upload.id),
        is_sharp: is_there && texture.is_some_and(|(_, is_full)| is_full),
        size: viewer_pictures::size_of(&upload, texture),
        texture: texture.map(|(texture, _)| texture),
        upload,
        position,
    }
}

/// Which of them has the most pixels and which the most bytes, unless all are alike.
pub(super) fn marks(seen: &[Seen]) -> Vec<Marks> {
    let pixels = |seen: &Seen| {
        let size = seen.size?;
        Some(u64::from(size.width) * u64::from(size.height))
    };
    let bytes = |seen: &Seen| seen.upload.size.map(|size| size.0);
    let most_pixels = ahead(seen.iter().map(pixels));
    let most_bytes = ahead(seen.iter().map(bytes));
    let marks = most_pixels.into_iter().zip(most_bytes);
    let marks = marks.map(|(has_most_pixels, is_largest_file)| Marks {
        has_most_pixels,
        is_largest_file,
    });
    marks.collect()
}

fn ahead(values: impl Iterator<Item = Option<u64>>) -> Vec<bool> {
    let values: Vec<Option<u64>> = values.collect();
    let most = values.iter().flatten().max().copied();
    let least = values.iter().flatten().min().copied();
    let are_alike = most == least;
    let is_ahead = |value: &Option<u64>| !are_alike && value.is_some() && *value == most;
    values.iter().map(is_ahead).collect()
}

/// Draws the image into its place; answers with the widget that takes what the pointer does.
pub(super) fn pane_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    seen: &Seen,
    place: Place,
) -> Response {
    let area = picture_rect(place.rect);
    let id = pane_id(&seen.upload.id);
    let response = ui.interact(area, id, Sense::click_and_drag());
    response.widget_info(|| {
        let name = safe_display_name(&seen.upload.name);
        let words = spoken_facts(gallery, seen, place.marks).join(", ");
        WidgetInfo::labeled(egui::Role::Image, true, format!("{name}, {words}"))
    });
    head_ui(ui, cx, gallery, seen, place);
    response
}

/// Draws the picture itself, above what the pointer did in this frame.
/// `lens` comes with the number of images that are compared.
pub(super) fn picture_ui(
    ui: &Ui,
    cx: ViewContext<'_>,
    seen: &Seen,
    (lens, n_images): (&Lens, usize),
    place: Rect,
) {
    let area = picture_rect(place);
    if let (Some(texture), Some(pane)) = (seen.texture, lens.pane) {
        let rect = lens.zoom.image_rect(area, ui.pixels_per_point(), pane);
        let painter = ui.painter().with_clip_rect(area);
        if may_be_transparent(texture) {
            viewer_states::backdrop(cx, &painter, rect.intersect(area));
        }
        let look = Look {
            scale: lens.zoom.scale(pane),
            visible: viewer_tiles::visible_part(area, rect, |at| at),
            magnification: lens.zoom.magnification(pane),
            asks: seen.has_parts,
            n_images,
        };
        let patches = patches(cx, seen, texture, look);
        viewer_tiles::draw(&painter, rect, &patches, |at| at);
    }
}

fn patches(cx: ViewContext<'_>, seen: &Seen, texture: Texture, look: Look) -> Vec<Patch> {
    if seen.is_sharp {
        viewer_tiles::patches(cx, &seen.upload, texture, look)
    } else {
        viewer_tiles::shrink(cx, texture, look.scale);
        vec![Patch::whole(texture.id)]
    }
}

/// What is instead of a picture: why there is none, or that it comes.
pub(super) fn instead_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    seen: &Seen,
    place: Rect,
) {
    let area = picture_rect(place);
    if let Some(failure) = gallery.failure(&seen.upload.id) {
        viewer_states::trouble_ui(ui, cx, &seen.upload.id, failure, area, seen.texture);
    } else if !seen.is_sharp {
        let id = pane_id(&seen.upload.id).with("coming");
        viewer_states::coming_ui(ui, id, area, seen.texture);
    }
}

/// The frame around the one that has the keyboard.
pub(super) fn frame_ui(ui: &Ui, place: Place) {
    if place.is_active {
        let frame = Stroke::new(2.0, Palette::DARK.accent);
        ui.painter()
            .rect_stroke(place.rect, 0.0, frame, StrokeKind::Inside);
    }
}

fn head_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, seen: &Seen, place: Place) {
    let id = &seen.upload.id;
    let head = Rect::from_min_size(place.rect.min, vec2(place.rect.width(), HEAD));
    ui.painter().rect_filled(head, 0.0, Palette::STRIP_GROUND);
    let inner = head.shrink2(vec2(space::S, space::XS));
    let builder = UiBuilder::new()
        .id_salt(("head", seen.position))
        .max_rect(inner)
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let (icon, name) = if gallery.selection.contains(id) {
            (Icon::CircleCheckBig, "Take out of the selection")
        } else {
            (Icon::Circle, "Add to the selection")
        };
        let (position, how) = (seen.position, SelectHow::Toggle);
        let button = |icon, name, key: &str, rank, action| BarButton {
            icon,
            name,
            key: key.to_owned(),
            is_on: None,
            rank,
            wish: action,
        };
        let (alone, out) = ("Open alone", "Take out of the comparison");
        let drop = Action::DropCompared(id.clone());
        let buttons = vec![
            button(icon, name, "X", 1, Action::Select { position, how }),
            button(
                Icon::Maximize2,
                alone,
                "Enter",
                2,
                Action::OpenViewer(position),
            ),
            button(Icon::X, out, "Shift+X", 0, drop),
        ];
        let room = ui.available_width() - NAME;
        let buttons = Bar::new(ui, bar_buttons::Look::OnPicture, buttons, room);
        let width = ui.available_width() - buttons.width() - space::XS;
        let size = vec2(width.max(0.0), ui.available_height());
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_min_width(size.x);
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add_space(space::XS);
            words_ui(ui, gallery, seen, place.marks);
        });
        if let Some(action) = buttons.ui(ui) {
            cx.act(action);
        }
    });
}

/// The name, of which the end tells images of one series apart, and as many facts as there is room
/// for, the most telling first. Where any are left out, all are in a tooltip.
fn words_ui(ui: &mut Ui, gallery: &Gallery, seen: &Seen, marks: Marks) {
    let width = ui.available_width();
    let name = safe_display_name(&seen.upload.name);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let shown_name = middle_elided_where(&name, |name| {
        let name = name.to_owned();
        let galley = ui
            .painter()
            .layout_no_wrap(name, font.clone(), Color32::WHITE);
        galley.size().x <= width
    });
    let facts = short_facts(gallery, seen, marks);
    let fits = |count: &usize| {
        let job = facts_job(facts.get(..*count).unwrap_or_default());
        ui.painter().layout_job(job).size().x <= width
    };
    let n_shown = (1..=facts.len()).rev().find(fits).unwrap_or(1);
    let job = facts_job(facts.get(..n_shown).unwrap_or_default());
    let is_cut = n_shown < facts.len() || shown_name != name;
    let shown_name = RichText::new(shown_name).strong();
    let on_name = ui.add(egui::Label::new(shown_name).truncate().selectable(false));
    let on_facts = ui.add(egui::Label::new(job).truncate().selectable(false));
    if is_cut {
        on_name.union(on_facts).on_hover_ui(|ui| {
            ui.label(RichText::new(name).strong());
            for fact in spoken_facts(gallery, seen, marks) {
                ui.label(fact);
            }
        });
    }
}

/// "4032 × 3024, most pixels", "3.4 MB", "3 of 1,243".
fn spoken_facts(gallery: &Gallery, seen: &Seen, marks: Marks) -> Vec<String> {
    let mark = |is_marked: bool, what: &str| {
        if is_marked {
            format!(", {what}")
        } else {
            String::new()
        }
    };
    let pixels = seen
        .size
        .map(|size| format!("{size}{}", mark(marks.has_most_pixels, "most pixels")));
    let bytes = seen
        .upload
        .size
        .map(|size| format!("{size}{}", mark(marks.is_largest_file, "largest file")));
    let place = place_in(gallery, seen);
    [pixels, bytes, Some(place)].into_iter().flatten().collect()
}

/// The same, each with whether the image is ahead in it.
fn short_facts(gallery: &Gallery, seen: &Seen, marks: Marks) -> Vec<(String, bool)> {
    let pixels = seen
        .size
        .map(|size| (size.to_string(), marks.has_most_pixels));
    let bytes = seen
        .upload
        .size
        .map(|size| (size.to_string(), marks.is_largest_file));
    let place = (place_in(gallery, seen), false);
    [pixels, bytes, Some(place)].into_iter().flatten().collect()
}

/// "3 of 1,243".
fn place_in(gallery: &Gallery, seen: &Seen) -> String {
    format!(
        "{} of {}",
        grouped(seen.position + 1),
        grouped(gallery.len())
    )
}

/// In one line, with an arrow upwards where the image is ahead.
fn facts_job(facts: &[(String, bool)]) -> LayoutJob {
    let weak = Color32::from_gray(190);
    let format = |color| TextFormat::simple(FontId::proportional(text::SMALL), color);
    let mut job = LayoutJob::default();
    for (index, (words, is_marked)) in facts.iter().enumerate() {
        if index > 0 {
            job.append(" · ", 0.0, format(weak));
        }
        let color = if *is_marked { Color32::WHITE } else { weak };
        job.append(words, 0.0, format(color));
        if *is_marked {
            let arrow = char::from(Icon::ArrowUp).to_string();
            job.append(&arrow, 2.0, format(Palette::DARK.accent));
        }
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_ahead_is_marked_unless_all_are_alike() {
        let found = |values: [Option<u64>; 3]| ahead(values.into_iter());
        assert_eq!(found([Some(1), Some(3), Some(3)]), [false, true, true]);
        assert_eq!(found([Some(2), None, Some(1)]), [true, false, false]);
        assert_eq!(found([Some(2), Some(2), Some(2)]), [false; 3]);
        assert_eq!(found([None, None, Some(2)]), [false; 3]);
    }
}
