//! The menus of the grid.

use std::ops::Range;

use egui::Ui;

use crate::domain::listing::Facts;
use crate::state::user_message::images;
use crate::state::{Action, BandEnd, BandKind, Gallery, SavedFilter};
use crate::ui::grid_layout::GridLayout;
use crate::ui::menu::{self, Opened, entry_ui};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::view_context::ViewContext;
use crate::ui::{image_menu, text};

/// About an image, and the selection it is part of.
pub(super) fn image_menu_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    (layout, position): (&GridLayout, usize),
    opened: Opened,
) {
    menu::menu_ui(ui, menu::WIDTH, opened, |ui| {
        let count = gallery.chosen_count().max(1);
        entry_ui(ui, "Open", "Enter", || cx.act(Action::OpenViewer(position)));
        if gallery.can_compare() {
            let compare = format!("Compare {}", images(count));
            let key = key_of(ui.ctx(), Job::Compare);
            entry_ui(ui, &compare, &key, || cx.act(Action::Compare));
        }
        image_menu::entries_ui(ui, cx, count, |ui| {
            select_entries_ui(ui, cx, gallery, layout, position);
            ui.separator();
            filter_entries_ui(ui, cx, gallery);
            ui.separator();
        });
    });
}

fn select_entries_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    layout: &GridLayout,
    position: usize,
) {
    if let Some(section) = layout
        .section_of(position)
        .filter(|section| section.day.is_some())
    {
        entry_ui(ui, "Select day", "", || {
            add(cx, vec![section.range.clone()]);
        });
    }
    if let Some(upload) = gallery.upload_at(position)
        && let (Some(user), Some(person)) = (&upload.user, &upload.uploader)
    {
        let label = format!("Select all by {}", text::person(person));
        entry_ui(ui, &label, "", || {
            let by_them = |facts: &Facts<'_>| facts.user == Some(user);
            add(cx, known_positions(gallery, by_them));
        });
    }
    let invert = key_of(ui.ctx(), Job::Invert);
    entry_ui(ui, "Invert selection", &invert, || {
        cx.act(Action::InvertSelection);
    });
}

/// About the room.
pub(super) fn empty_menu_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    menu::menu_ui(ui, menu::WIDTH, Opened::ByPointer, |ui| {
        let key = |job| key_of(ui.ctx(), job);
        let (all, invert, reload) = (key(Job::SelectAll), key(Job::Invert), key(Job::Reload));
        entry_ui(ui, "Select all", &all, || cx.act(Action::SelectAll));
        if gallery.has_choice() {
            entry_ui(ui, "Select none", "Esc", || cx.act(Action::ClearSelection));
        }
        entry_ui(ui, "Invert selection", &invert, || {
            cx.act(Action::InvertSelection);
        });
        ui.separator();
        filter_entries_ui(ui, cx, gallery);
        ui.separator();
        entry_ui(ui, "Reload", &reload, || cx.act(Action::Reload));
    });
}

/// What else can be shown of the room.
fn filter_entries_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    for (filter, label) in [
        (SavedFilter::All, "Show all images"),
        (SavedFilter::NotSaved, "Show not saved only"),
        (SavedFilter::Saved, "Show saved only"),
    ] {
        if filter != gallery.find().filter() {
            entry_ui(ui, label, "", || cx.act(Action::ShowOnly(filter)));
        }
    }
}

/// Adds positions to the selection, as the rubber band with Ctrl does.
fn add(cx: ViewContext<'_>, covered: Vec<Range<usize>>) {
    cx.act(Action::StartBand(BandKind::Add));
    cx.act(Action::Band { covered });
    cx.act(Action::EndBand(BandEnd::Keep));
}

fn known_positions(gallery: &Gallery, is_meant: impl Fn(&Facts<'_>) -> bool) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for page in gallery.listing.pages() {
        for (within, facts) in page.facts().enumerate() {
            if !is_meant(&facts) {
                continue;
            }
            let Some(position) = gallery.shown_at(page.start + within) else {
                continue;
            };
            match ranges.last_mut() {
                Some(last) if last.end == position => last.end += 1,
                _ => ranges.push(position..position + 1),
            }
        }
    }
    ranges
}
