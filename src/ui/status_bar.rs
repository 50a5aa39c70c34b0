//! The bar at the bottom: how many and how much at the left, saves at the right.

use egui::{Align, Layout, ProgressBar, Rect, RichText, Role, Sense, Ui, Vec2, WidgetInfo};
use lucide_icons::Icon;

use crate::domain::safe_display_name;
use crate::state::{Gallery, SaveJob, user_message};
use crate::ui::details_panel::shown_size;
use crate::ui::save_words::{
    finished_words, has_trouble, paused_words, running_words, share, spoken_words,
};
use crate::ui::text;
use crate::ui::theme::{self, space};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::announce;

/// Longer names are cut in their middle, so that what follows is in sight.
const LONGEST_NAME: usize = 40;

/// Draws the bar; the save chip opens and closes the queue.
pub(super) fn status_bar_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    totals: &Totals,
    is_queue_open: &mut bool,
) {
    let size = egui::vec2(ui.available_width(), theme::STATUS_BAR_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        chip_ui(ui, cx, is_queue_open);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = |ui: &mut Ui, words: String| {
                let words = RichText::new(words).small().color(cx.palette.text_weak);
                ui.add(egui::Label::new(words).truncate())
            };
            match &cx.state.gallery {
                // The image itself is announced when it is turned to.
                Some(gallery) if gallery.is_viewer_open => {
                    label(ui, image_words(cx, gallery));
                }
                Some(gallery) => {
                    let response = label(ui, listing_words(gallery, totals));
                    announce(ui, &response);
                }
                None => {}
            }
        });
    });
}

/// What is known of the image in view: "`IMG_5.jpg` · 4032 × 3024 · 3.4 MB".
fn image_words(cx: ViewContext<'_>, gallery: &Gallery) -> String {
    let Some(upload) = gallery.focused() else {
        return String::new();
    };
    let name = text::middle_elided(&safe_display_name(&upload.name), LONGEST_NAME);
    let size = shown_size(cx, gallery, &upload).map(|size| size.to_string());
    let bytes = upload.size.map(|size| size.to_string());
    let words: Vec<String> = [Some(name), size, bytes].into_iter().flatten().collect();
    words.join(" · ")
}

fn listing_words(gallery: &Gallery, totals: &Totals) -> String {
    let listing = &gallery.listing;
    if !listing.is_started() {
        return String::new();
    }
    if gallery.has_choice() {
        return totals.chosen_of_all_words().to_owned();
    }
    let images = user_message::images(listing.len());
    if gallery.find().is_on() {
        return format!("{} of {images}", user_message::grouped(gallery.len()));
    }
    let bytes = totals.listed;
    if totals.is_complete() {
        format!("{images} · {bytes}")
    } else {
        let known = user_message::grouped(listing.known_count());
        format!("{images} · {known} listed · {bytes} listed")
    }
}

fn chip_ui(ui: &mut Ui, cx: ViewContext<'_>, is_queue_open: &mut bool) {
    let jobs = &cx.state.saves.jobs;
    tell_ui(ui, jobs);
    if jobs.is_empty() && !cx.state.has_folders_to_update() {
        *is_queue_open = false;
        return;
    }
    let running: Vec<&SaveJob> = cx.state.saves.running().collect();
    let paused: Vec<&SaveJob> = jobs.iter().filter(|job| job.is_paused()).collect();
    let icon = |icon| theme::icon(icon, theme::text::BODY);
    let (icon, words) = if !running.is_empty() {
        (icon(Icon::Download), running_words(&running))
    } else if !paused.is_empty() {
        (icon(Icon::CirclePause), paused_words(&paused))
    } else if jobs.is_empty() {
        (icon(Icon::FolderDown), "Saves".to_owned())
    } else if latest(jobs).is_some_and(has_trouble) {
        let alert = icon(Icon::TriangleAlert).color(cx.palette.danger);
        (alert, finished_words(jobs))
    } else {
        (icon(Icon::CircleCheck), finished_words(jobs))
    };
    let button = egui::Button::new((icon, RichText::new(&words).small()))
        .frame_when_inactive(*is_queue_open)
        .min_size(egui::vec2(0.0, 24.0));
    let chip = ui.add(button);
    chip.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    if chip.on_hover_text("Saves").clicked() {
        *is_queue_open = !*is_queue_open;
    }
    if !running.is_empty() {
        let bar = ProgressBar::new(share(&running))
            .desired_width(96.0)
            .desired_height(4.0)
            .fill(cx.palette.accent);
        ui.add_space(space::XS);
        ui.add(bar);
    }
}

/// Tells screen readers how the saves go. It is there before there is anything to tell: only
/// changes of it are told.
fn tell_ui(ui: &Ui, jobs: &[SaveJob]) {
    let place = Rect::from_min_size(ui.cursor().min, Vec2::ZERO);
    let response = ui.interact(place, ui.scope_id().with("how saves go"), Sense::hover());
    let words = spoken_words(jobs);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    announce(ui, &response);
}

/// The save that ended last: its words are the chip's.
fn latest(jobs: &[SaveJob]) -> Option<&SaveJob> {
    jobs.iter().rev().find(|job| job.report.is_some())
}
