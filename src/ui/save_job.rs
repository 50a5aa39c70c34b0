//! One save in the queue.

use std::time::{Duration, Instant};

use egui::{Align, Label, Layout, ProgressBar, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};
use lucide_icons::Icon;

use crate::protocol::{OpenTarget, SaveActivity, SaveReport};
use crate::state::{Action, SaveJob, SaveOrigin, user_message};
use crate::ui::room_row::kind_icon;
use crate::ui::save_words::{activity_words, ended_words, has_trouble, progress_words, share};
use crate::ui::text::room as room_words;
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;

/// Higher lists of failures scroll.
const FAILURES_HEIGHT: f32 = 180.0;

/// A countdown moves once a second.
const TICK: Duration = Duration::from_secs(1);

/// Where the room of a job is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoomName {
    /// At its head.
    Here,
    /// At the head of a job above it.
    Above,
}

/// Draws one job.
pub(super) fn save_job_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob, name: RoomName) {
    ui.spacing_mut().item_spacing.y = space::XS;
    let room = room_words(&job.room);
    if name == RoomName::Here {
        ui.horizontal(|ui| {
            let weak = cx.palette.text_weak;
            ui.label(theme::icon(kind_icon(&job.room), text::BODY).color(weak));
            ui.add(Label::new(RichText::new(&room).strong()).truncate());
        });
    }
    let folder = job.folder.display().to_string();
    let shown = RichText::new(&folder).small().color(cx.palette.text_weak);
    let label = ui.add(Label::new(shown).truncate().selectable(true));
    if name == RoomName::Above {
        // Who listens does not see what is above.
        let spoken = format!("{room}, {folder}");
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    }
    label.on_hover_text(folder);
    match &job.report {
        None => unfinished_ui(ui, cx, job),
        Some(report) => finished_ui(ui, cx, job, report),
    }
}

fn unfinished_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob) {
    let fill = if job.is_running() {
        cx.palette.accent
    } else {
        cx.palette.edge
    };
    let bar = ProgressBar::new(share(&[job]))
        .desired_height(6.0)
        .fill(fill);
    ui.add(bar);
    let now = Instant::now();
    if let SaveActivity::Waiting { until } = job.progress.activity
        && until > now
    {
        ui.ctx().request_repaint_after(TICK.min(until - now));
    }
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(RichText::new(progress_words(job)).small());
            let activity = RichText::new(activity_words(job, now)).small();
            ui.label(activity.color(cx.palette.text_weak));
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !job.is_stopping {
                steering_ui(ui, cx, job);
            }
        });
    });
    if job.progress.failed_count > 0 {
        let failed = format!(
            "{} failed so far",
            user_message::grouped(job.progress.failed_count)
        );
        ui.label(RichText::new(failed).small().color(cx.palette.danger));
    }
}

/// From right to left.
fn steering_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob) {
    let is_paused = job.is_paused();
    if is_paused && job.origin == SaveOrigin::EarlierRun {
        let hint = "Forget this save; what is complete stays";
        if ui.button("Dismiss").on_hover_text(hint).clicked() {
            cx.act(Action::DismissSaves(vec![job.id]));
        }
    } else {
        let hint = "End this save; what is complete stays";
        if ui.button("Stop").on_hover_text(hint).clicked() {
            cx.act(Action::CancelSave(job.id));
        }
    }
    if is_paused {
        if ui.button("Resume").clicked() {
            cx.act(Action::ResumeSaves(vec![job.id]));
        }
    } else if ui.button("Pause").clicked() {
        cx.act(Action::PauseSave(job.id));
    }
}

fn finished_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob, report: &SaveReport) {
    let message = ended_words(job, report);
    ui.horizontal_top(|ui| {
        let (icon, color) = end_icon(cx, job, report);
        ui.label(theme::icon(icon, text::BODY).color(color));
        ui.add(Label::new(&message.headline).wrap());
    });
    if !message.advice.is_empty() {
        weak_ui(ui, cx, &message.advice);
    }
    for sentence in &report.not_written {
        let sentence = RichText::new(sentence).small().color(cx.palette.danger);
        ui.add(Label::new(sentence).wrap());
    }
    if !report.failed.is_empty() {
        failures_ui(ui, cx, report);
    }
    ui.horizontal(|ui| {
        if ui.button("Show in folder").clicked() {
            cx.act(Action::Open(OpenTarget::Folder(report.folder.clone())));
        }
        if let Some(label) = retry_label(report)
            && ui.button(label).clicked()
        {
            cx.act(Action::RetrySave(job.id));
        }
        if ui.button("Dismiss").clicked() {
            cx.act(Action::DismissSaves(vec![job.id]));
        }
    });
}

/// How a save ended, as a picture.
pub(super) fn end_icon(
    cx: ViewContext<'_>,
    job: &SaveJob,
    report: &SaveReport,
) -> (Icon, egui::Color32) {
    if has_trouble(job) {
        (Icon::TriangleAlert, cx.palette.danger)
    } else if report.is_cancelled {
        (Icon::CircleStop, cx.palette.text_weak)
    } else {
        (Icon::CircleCheck, cx.palette.success)
    }
}

/// What can be tried once more. What was cancelled is over.
fn retry_label(report: &SaveReport) -> Option<String> {
    let count = report.failed.len();
    if report.is_cancelled {
        None
    } else if report.stopped_by.is_some() {
        Some("Try again".to_owned())
    } else if count > 0 {
        Some(format!("Retry {} failed", user_message::grouped(count)))
    } else {
        None
    }
}

fn weak_ui(ui: &mut Ui, cx: ViewContext<'_>, words: &str) {
    let words = RichText::new(words).small().color(cx.palette.text_weak);
    ui.add(Label::new(words).wrap());
}

fn failures_ui(ui: &mut Ui, cx: ViewContext<'_>, report: &SaveReport) {
    let names = 0.4 * ui.available_width();
    let table = TableBuilder::new(ui)
        .id_salt("failures")
        .vscroll(true)
        .min_scrolled_height(FAILURES_HEIGHT)
        .max_scroll_height(FAILURES_HEIGHT)
        .column(Column::exact(names).clip(true))
        .column(Column::remainder().clip(true));
    table.body(|body| {
        body.rows(24.0, report.failed.len(), |mut row| {
            let Some((upload, failure)) = report.failed.get(row.index()) else {
                return;
            };
            let name = crate::domain::safe_display_name(&upload.name);
            let reason = user_message::save(failure);
            row.col(|ui| {
                let label = Label::new(RichText::new(&name).small()).truncate();
                ui.add(label).on_hover_text(&name);
            });
            row.col(|ui| {
                let words = RichText::new(&reason.headline)
                    .small()
                    .color(cx.palette.danger);
                let hint = format!("{}\n{}", reason.headline, reason.advice);
                ui.add(Label::new(words).truncate()).on_hover_text(hint);
            });
        });
    });
}
