//! What is chosen, in numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Id, RichText, Ui};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{ByteCount, RoomId};
use crate::state::Gallery;
use crate::state::user_message::{grouped, images};
use crate::ui::detail_rows::{Row, heading_ui, row_ui};
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;
use crate::ui::{dates, text};

/// More people or types than these are summed up in one line.
const MAX_LINES: usize = 12;

/// What the chosen images have in sum, as far as they are known.
#[derive(Debug, Clone, Default)]
struct Sums {
    bytes: ByteCount,
    lacks_size: bool,
    people: BTreeMap<String, usize>,
    types: BTreeMap<String, usize>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// Every chosen image is known.
    is_final: bool,
}

impl Sums {
    fn of(gallery: &Gallery) -> Self {
        let mut sums = Self {
            is_final: gallery.is_choice_known(),
            ..Self::default()
        };
        for upload in gallery.chosen() {
            match upload.size {
                Some(size) => sums.bytes += size,
                None => sums.lacks_size = true,
            }
            let person = upload
                .uploader
                .as_ref()
                .map_or_else(|| "Unknown".to_owned(), text::person);
            *sums.people.entry(person).or_default() += 1;
            let kind = text::short_type(&upload.essence());
            *sums.types.entry(kind).or_default() += 1;
            if let Some(time) = upload.uploaded_at {
                sums.first = Some(sums.first.map_or(time, |first| first.min(time)));
                sums.last = Some(sums.last.map_or(time, |last| last.max(time)));
            }
        }
        sums
    }
}

/// Draws the numbers.
pub(super) fn sums_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, count: usize) {
    let sums = kept_sums(ui, gallery);
    let is_final = sums.is_final;
    let title = RichText::new(format!("{} selected", images(count)));
    ui.label(title.size(16.0).strong());
    ui.add_space(space::XS);
    let is_all_known = is_final && !sums.lacks_size;
    let size = if is_all_known {
        sums.bytes.to_string()
    } else {
        format!("at least {}", sums.bytes)
    };
    row_ui(ui, cx, &Row::new("Size", size));
    let zone = TimeZone::system();
    if let (Some(first), Some(last)) = (sums.first, sums.last) {
        let from = Row::new("From", dates::short_time(first, &zone));
        row_ui(ui, cx, &from.hover(dates::utc_time(first)));
        let to = Row::new("To", dates::short_time(last, &zone));
        row_ui(ui, cx, &to.hover(dates::utc_time(last)));
    }
    counts_ui(ui, cx, "By", &sums.people);
    counts_ui(ui, cx, "Types", &sums.types);
    if !is_final {
        ui.add_space(space::S);
        let words = "Not all of them are listed yet, so these numbers still grow.";
        ui.label(RichText::new(words).small().color(cx.palette.text_weak));
    }
}

/// Adding up a hundred thousand images takes longer than a frame: kept until something changes.
fn kept_sums(ui: &Ui, gallery: &Gallery) -> Arc<Sums> {
    /// Room, versions of what is shown and of the selection, and whether the list has an anchor:
    /// reading it anew takes only that away.
    type Kept = (RoomId, ((u64, u64), u64, bool), Arc<Sums>);
    let id = Id::unique("sums of the selection");
    let versions = (
        gallery.shown_version(),
        gallery.selection.version(),
        gallery.listing.anchor().is_some(),
    );
    let kept: Option<Kept> = ui.data(|data| data.get_temp(id));
    if let Some((room, of, sums)) = kept
        && room == gallery.room.id
        && of == versions
    {
        return sums;
    }
    let sums = Arc::new(Sums::of(gallery));
    let kept: Kept = (gallery.room.id.clone(), versions, Arc::clone(&sums));
    ui.data_mut(|data| data.insert_temp(id, kept));
    sums
}

fn counts_ui(ui: &mut Ui, cx: ViewContext<'_>, heading: &str, counts: &BTreeMap<String, usize>) {
    heading_ui(ui, cx, heading);
    let mut lines: Vec<(&String, &usize)> = counts.iter().collect();
    lines.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let others: usize = lines.iter().skip(MAX_LINES).map(|(_, count)| **count).sum();
    let line_ui = |ui: &mut Ui, name: &str, count: usize| {
        ui.horizontal(|ui| {
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| {
                ui.label(RichText::new(grouped(count)).color(cx.palette.text_weak));
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(name).truncate().selectable(true));
                });
            });
        });
    };
    for (name, count) in lines.iter().take(MAX_LINES) {
        line_ui(ui, name, **count);
    }
    if others > 0 {
        line_ui(ui, "Others", others);
    }
}
