//! Everything that is known about the image in focus, or about what is chosen.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};
use jiff::tz::TimeZone;
use lucide_icons::Icon;

use crate::domain::{PixelSize, Upload, safe_display_name};
use crate::protocol::{
    DownloadError, ImageFailure, ImageRequest, ImageSize, ImageSubject, Metadata, OpenTarget,
    WantedImage,
};
use crate::state::{Action, FileAccess, Gallery, user_message};
use crate::ui::detail_rows::{Row, heading_ui, person_ui, row_ui};
use crate::ui::detail_scroll::DetailScroll;
use crate::ui::theme::{self, space};
use crate::ui::view_context::{Urgency, ViewContext};
use crate::ui::{
    dates, detail_digest, detail_histogram, detail_json, detail_message, detail_saved, detail_sums,
    exif_rows, text, viewer_pictures,
};

/// Draws the panel into all of the room that is left.
pub fn details_panel_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let mut area = ScrollArea::vertical().id_salt("details").auto_shrink(false);
    let scrolling = DetailScroll::of_frame(ui, gallery);
    if let Some(at) = scrolling.goes_to {
        area = area.vertical_scroll_offset(at);
    }
    let shown = area.show(ui, |ui| {
        egui::Frame::NONE
            .inner_margin(egui::Margin::same(14))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = space::XS;
                content_ui(ui, cx, gallery);
            });
    });
    scrolling.keep(ui, shown.state.clamped_offset().y);
}

fn content_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let chosen_count = gallery.chosen_count();
    if chosen_count > 1 && gallery.shows_tiles() {
        detail_sums::sums_ui(ui, cx, gallery, chosen_count);
        return;
    }
    match gallery.focused() {
        Some(upload) => upload_ui(ui, cx, gallery, &upload),
        None if gallery.is_empty() => {
            hint_ui(ui, cx, "Choose an image to read about it.");
        }
        None => hint_ui(ui, cx, "This image is not listed yet."),
    }
}

fn hint_ui(ui: &mut Ui, cx: ViewContext<'_>, hint: &str) {
    ui.add_space(space::XL);
    ui.vertical_centered(|ui| {
        ui.label(theme::icon(Icon::Info, 28.0).color(cx.palette.text_weak));
        weak_ui(ui, cx, hint);
    });
}

fn upload_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, upload: &Arc<Upload>) {
    let metadata = metadata(cx, gallery, upload);
    let name = safe_display_name(&upload.name);
    ui.add(egui::Label::new(RichText::new(&name).size(16.0).strong()).wrap());
    ui.add_space(space::XS);
    if let Some(person) = &upload.uploader {
        person_ui(ui, cx, person);
    }
    for row in posted_rows(cx, gallery, upload) {
        row_ui(ui, cx, &row);
    }
    detail_message::message_ui(ui, cx, upload);
    detail_saved::saved_ui(ui, cx, gallery, upload);
    file_ui(ui, cx, gallery, upload, metadata);
    detail_digest::digest_ui(ui, cx, gallery, upload);
    heading_ui(ui, cx, "On the server");
    for row in server_rows(upload) {
        row_ui(ui, cx, &row);
    }
    ui.add_space(space::M);
    if ui.button("Copy all as JSON").clicked() {
        let message = cx.state.errands.message(&upload.id);
        let size = shown_size(cx, gallery, upload);
        let json = detail_json::of_upload(gallery, upload, (size, metadata), message);
        ui.copy_text(json);
        cx.act(Action::Copied("Details"));
    }
}

/// What the file says; asked for when it is not here yet.
fn metadata<'a>(
    cx: ViewContext<'_>,
    gallery: &'a Gallery,
    upload: &Arc<Upload>,
) -> Option<&'a Metadata> {
    let metadata = gallery.metadata(&upload.id);
    let can_be_read = gallery.access == FileAccess::Open && may_say_something(gallery, upload);
    if metadata.is_none() && can_be_read {
        let wanted = WantedImage {
            request: ImageRequest {
                subject: ImageSubject::Upload(upload.id.clone()),
                size: ImageSize::Metadata,
            },
            upload: Some(Arc::clone(upload)),
        };
        cx.picture(&wanted, Urgency::Visible);
    }
    metadata
}

/// Of bytes that are here but are no picture, some may still be readable.
fn may_say_something(gallery: &Gallery, upload: &Upload) -> bool {
    let of_picture = gallery.failure(&upload.id);
    gallery.metadata_failure(&upload.id).is_none()
        && of_picture.is_none_or(|failure| {
            matches!(
                failure,
                ImageFailure::Decode(_) | ImageFailure::Download(DownloadError::WrongLength { .. })
            )
        })
}

/// Why there is no picture, or why the file says nothing.
fn failure<'a>(gallery: &'a Gallery, upload: &Upload) -> Option<&'a ImageFailure> {
    let of_picture = gallery.failure(&upload.id);
    of_picture.or_else(|| gallery.metadata_failure(&upload.id))
}

fn posted_rows(cx: ViewContext<'_>, gallery: &Gallery, upload: &Upload) -> Vec<Row> {
    let zone = TimeZone::system();
    let mut rows = Vec::new();
    if let Some(time) = upload.uploaded_at {
        let row = Row::new("Posted", dates::exact_time(time, &zone));
        rows.push(row.hover(dates::utc_time(time)));
    }
    rows.push(Row::new("Room", text::room(&gallery.room)));
    if let Some(description) = &upload.description
        && !description.trim().is_empty()
    {
        rows.push(Row::new("Description", safe_display_name(description)));
    }
    if let Some(size) = shown_size(cx, gallery, upload) {
        rows.push(Row::new("Pixels", size.to_string()));
    }
    if let Some(size) = upload.size {
        let exact = format!("{} bytes", grouped_bytes(size.0));
        rows.push(Row::new("Size", size.to_string()).hover(exact));
    }
    rows.push(Row::new("Type", upload.media_type.clone()));
    rows
}

/// As the file says once it was read: servers take one that is turned for one on its side. Before
/// that, its pictures show which side is up.
pub(super) fn shown_size(
    cx: ViewContext<'_>,
    gallery: &Gallery,
    upload: &Upload,
) -> Option<PixelSize> {
    let of_file = gallery.metadata(&upload.id).and_then(|it| it.dimensions);
    of_file.or_else(|| {
        let whole = cx.textures.largest_full(&upload.id);
        let whole = whole.map(|(_, texture)| (texture, true));
        let small = || Some((cx.textures.any_size(&upload.id)?, false));
        viewer_pictures::size_of(upload, whole.or_else(small))
    })
}

fn grouped_bytes(bytes: u64) -> String {
    usize::try_from(bytes).map_or_else(|_| bytes.to_string(), user_message::grouped)
}

fn server_rows(upload: &Upload) -> Vec<Row> {
    let mut rows = vec![
        Row::new("Upload id", upload.id.to_string()).mono(),
        Row::new("Room id", upload.room.to_string()).mono(),
    ];
    let zone = TimeZone::system();
    let optional = [
        ("User id", upload.user.as_ref().map(ToString::to_string)),
        ("Store", upload.store.clone()),
        ("Path", upload.path.clone()),
        ("ETag", upload.etag.clone()),
        ("Identified as", upload.identified_format.clone()),
    ];
    for (label, value) in optional {
        if let Some(value) = value {
            rows.push(Row::new(label, value).mono());
        }
    }
    if let Some(time) = upload.updated_at {
        let row = Row::new("Changed", dates::exact_time(time, &zone));
        rows.push(row.hover(dates::utc_time(time)));
    }
    rows
}

fn file_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    upload: &Upload,
    metadata: Option<&Metadata>,
) {
    heading_ui(ui, cx, "From the file");
    let words = match (failure(gallery, upload), metadata) {
        (Some(failure), _) => user_message::image(failure).headline,
        (None, Some(_)) => String::new(),
        (None, None) if gallery.access == FileAccess::Refused => {
            "The server does not give the file".to_owned()
        }
        (None, None) => "Reading the file…".to_owned(),
    };
    if !words.is_empty() {
        weak_ui(ui, cx, &words);
    }
    if let Some(metadata) = metadata {
        facts_ui(ui, cx, upload, metadata);
    }
}

fn weak_ui(ui: &mut Ui, cx: ViewContext<'_>, words: &str) {
    ui.label(RichText::new(words).color(cx.palette.text_weak));
}

/// What the file says.
fn facts_ui(ui: &mut Ui, cx: ViewContext<'_>, upload: &Upload, metadata: &Metadata) {
    let rows = exif_rows::rows(upload, metadata);
    if rows.is_empty() && metadata.position.is_none() {
        weak_ui(ui, cx, "It says nothing about itself");
    }
    for row in rows {
        row_ui(ui, cx, &row);
    }
    if let Some(histogram) = &metadata.histogram {
        detail_histogram::histogram_ui(ui, cx, histogram);
    }
    if let Some(position) = &metadata.position {
        row_ui(ui, cx, &exif_rows::position_row(position));
        if ui.link("Show on OpenStreetMap").clicked() {
            let link = exif_rows::map_link(position);
            cx.act(Action::Open(OpenTarget::Web(link)));
        }
    }
}
