//! What is chosen, in numbers.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use egui::{Id, RichText, Ui};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{ByteCount, Person, RoomId, Upload};
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

/// Where so many of a list are chosen, they are not looked up one by one.
const FEW: usize = 1_000;

impl Sums {
    fn of(gallery: &Gallery) -> Self {
        let mut sums = Self {
            is_final: gallery.is_choice_known(),
            ..Self::default()
        };
        let mut counts = Counts::default();
        let selection = &gallery.selection;
        if selection.these().is_some_and(|ids| ids.len() < FEW) {
            let uploads: Vec<_> = gallery.chosen().collect();
            for upload in &uploads {
                let person = upload.uploader.as_ref();
                sums.add(upload.size, upload.uploaded_at);
                counts.add(person, &upload.media_type);
            }
            sums.take(&counts);
            return sums;
        }
        let is_all = selection.all_but().is_some_and(HashSet::is_empty);
        for page in gallery.listing.pages() {
            let rows = page.facts().zip(page.uploaded_at());
            if is_all {
                for (facts, time) in rows {
                    sums.add(facts.size, time);
                    counts.add(facts.uploader, facts.media_type);
                }
                continue;
            }
            for ((facts, time), id) in rows.zip(page.ids()) {
                if selection.contains(&id) {
                    sums.add(facts.size, time);
                    counts.add(facts.uploader, facts.media_type);
                }
            }
        }
        sums.take(&counts);
        sums
    }

    fn add(&mut self, size: Option<ByteCount>, time: Option<Timestamp>) {
        match size {
            Some(size) => self.bytes += size,
            None => self.lacks_size = true,
        }
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }

    fn take(&mut self, counts: &Counts<'_>) {
        for (person, count) in &counts.people {
            let person = person.map_or_else(|| "Unknown".to_owned(), text::person);
            *self.people.entry(person).or_default() += count;
        }
        for (media_type, count) in &counts.types {
            let essence = Upload::essence_of(media_type);
            *self.types.entry(text::short_type(&essence)).or_default() += count;
        }
    }
}

/// How often who and what; few of each, the last one met again as a rule.
#[derive(Default)]
struct Counts<'a> {
    people: Vec<(Option<&'a Person>, usize)>,
    types: Vec<(&'a str, usize)>,
}

impl<'a> Counts<'a> {
    fn add(&mut self, person: Option<&'a Person>, media_type: &'a str) {
        let is_same = |known: Option<&Person>| match (known, person) {
            (Some(known), Some(person)) => std::ptr::eq(known, person) || known == person,
            (None, None) => true,
            _ => false,
        };
        match self.people.iter_mut().find(|(known, _)| is_same(*known)) {
            Some((_, count)) => *count += 1,
            None => self.people.push((person, 1)),
        }
        match self
            .types
            .iter_mut()
            .find(|(known, _)| *known == media_type)
        {
            Some((_, count)) => *count += 1,
            None => self.types.push((media_type, 1)),
        }
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
