//! The bar at the bottom: how many and how much at the left, saves at the right.

use std::time::Duration;

use egui::{Align, Layout, ProgressBar, RichText, Ui};
use lucide_icons::Icon;

use crate::domain::ByteCount;
use crate::state::{Gallery, SaveJob, user_message};
use crate::ui::theme::{self, space, text};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::announce;

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
            let gallery = cx.state.gallery.as_ref();
            let words = gallery
                .map(|gallery| listing_words(gallery, totals))
                .unwrap_or_default();
            let words = RichText::new(words).small().color(cx.palette.text_weak);
            let response = ui.add(egui::Label::new(words).truncate());
            announce(ui, &response);
        });
    });
}

fn listing_words(gallery: &Gallery, totals: &Totals) -> String {
    let listing = &gallery.listing;
    if !listing.is_started() {
        return String::new();
    }
    if gallery.has_choice() {
        let all = user_message::images(gallery.len());
        return format!("{} of {all}", totals.chosen_words());
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
    if jobs.is_empty() {
        *is_queue_open = false;
        return;
    }
    let running: Vec<&SaveJob> = cx.state.saves.running().collect();
    let words = if running.is_empty() {
        finished_words(jobs)
    } else {
        running_words(&running)
    };
    let icon = if !running.is_empty() {
        theme::icon(Icon::Download, text::BODY)
    } else if jobs.iter().any(has_trouble) {
        theme::icon(Icon::TriangleAlert, text::BODY).color(cx.palette.danger)
    } else {
        theme::icon(Icon::CircleCheck, text::BODY)
    };
    let button = egui::Button::new((icon, RichText::new(words).small()))
        .frame_when_inactive(*is_queue_open)
        .min_size(egui::vec2(0.0, 24.0));
    if ui.add(button).on_hover_text("Saves").clicked() {
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

/// "Saving 311 of 1,243 · 412 MB · 8.1 MB/s · 3 min left", over all running jobs.
pub(super) fn running_words(jobs: &[&SaveJob]) -> String {
    let done: usize = jobs
        .iter()
        .map(|job| job.progress.saved_count + job.progress.failed_count)
        .sum();
    let total: usize = jobs.iter().map(|job| job.progress.total_count).sum();
    let saved: ByteCount = jobs.iter().map(|job| job.progress.saved_bytes).sum();
    let speed: u64 = jobs.iter().map(|job| job.progress.bytes_per_second).sum();
    let is_final = jobs.iter().all(|job| job.progress.is_total_final);
    let at_least = if is_final { "" } else { "at least " };
    let mut words = vec![
        format!(
            "Saving {} of {at_least}{}",
            user_message::grouped(done),
            user_message::grouped(total)
        ),
        saved.to_string(),
    ];
    if speed > 0 {
        words.push(format!("{}/s", ByteCount(speed)));
        let all: ByteCount = jobs.iter().map(|job| job.progress.total_bytes).sum();
        let left = all.0.saturating_sub(saved.0) / speed;
        if is_final && left > 0 {
            words.push(format!(
                "{} left",
                user_message::duration(Duration::from_secs(left))
            ));
        }
    }
    words.join(" · ")
}

/// About the last save that ended; the others are in the queue.
fn finished_words(jobs: &[SaveJob]) -> String {
    let Some(report) = jobs.iter().rev().find_map(|job| job.report.as_ref()) else {
        return String::new();
    };
    let (saved, there) = (report.saved.len(), report.already_there.len());
    let mut words = Vec::new();
    if saved > 0 || there == 0 {
        words.push(format!("{} saved", user_message::images(saved)));
    }
    if there > 0 {
        words.push(format!("{} already there", user_message::grouped(there)));
    }
    if !report.failed.is_empty() {
        let failed = user_message::grouped(report.failed.len());
        words.push(format!("{failed} failed"));
    }
    if let Some(failure) = &report.stopped_by {
        let reason = user_message::save(failure).headline;
        words.push(format!("stopped: {reason}"));
    } else if report.is_cancelled {
        words.push("stopped".to_owned());
    }
    words.join(" · ")
}

/// Whether a save ended with less than was asked for.
pub(super) fn has_trouble(job: &SaveJob) -> bool {
    let report = job.report.as_ref();
    report.is_some_and(|report| !report.failed.is_empty() || report.stopped_by.is_some())
}

/// How far the jobs are, by files: bytes are not always known.
fn share(jobs: &[&SaveJob]) -> f32 {
    let done: usize = jobs
        .iter()
        .map(|job| job.progress.saved_count + job.progress.failed_count)
        .sum();
    let total: usize = jobs.iter().map(|job| job.progress.total_count).sum();
    done as f32 / total.max(1) as f32
}

/// How far one job is.
pub(super) fn share_of(job: &SaveJob) -> f32 {
    share(&[job])
}
