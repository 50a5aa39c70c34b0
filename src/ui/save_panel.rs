//! The queue of saves: what runs, what is done, what failed and why.

use egui::{
    Align, Align2, Area, Id, Label, Layout, Order, ProgressBar, RichText, ScrollArea, Ui, vec2,
};
use egui_extras::{Column, TableBuilder};
use lucide_icons::Icon;

use crate::domain::safe_display_name;
use crate::protocol::{OpenTarget, SaveReport};
use crate::state::{Action, SaveJob, UserMessage, user_message};
use crate::ui::room_row::kind_icon;
use crate::ui::status_bar::{has_trouble, running_words, share_of};
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{card_frame, icon_button_ui};

const WIDTH: f32 = 440.0;

/// The same with its edges.
pub(super) const QUEUE_WIDTH: f32 = WIDTH + 32.0;

/// Higher lists of failures scroll.
const FAILURES_HEIGHT: f32 = 180.0;

/// Draws the queue over the bottom right corner.
pub(super) fn save_panel_ui(ui: &Ui, cx: ViewContext<'_>, is_open: &mut bool) {
    let offset = vec2(-space::M, -(theme::STATUS_BAR_HEIGHT + space::M));
    let height = ui.ctx().content_rect().height() - 160.0;
    Area::new(Id::unique("save queue"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, offset)
        .accessible_name("Saves")
        .show(ui.ctx(), |ui| {
            card_frame(cx.palette).show(ui, |ui| {
                ui.set_width(WIDTH);
                ui.horizontal(|ui| {
                    ui.label(RichText::new("Saves").size(text::TITLE).strong());
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        if icon_button_ui(ui, cx.palette, Icon::X, "Close the list of saves", "Esc")
                            .clicked()
                        {
                            *is_open = false;
                        }
                    });
                });
                // Without it the list keeps the height it had when it was empty.
                ScrollArea::vertical()
                    .min_scrolled_height(height)
                    .max_height(height)
                    .show(ui, |ui| {
                        for (index, job) in cx.state.saves.jobs.iter().rev().enumerate() {
                            if index > 0 {
                                ui.separator();
                            }
                            ui.push_id(job.id.0, |ui| job_ui(ui, cx, job));
                        }
                    });
            });
        });
}

fn job_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        let weak = cx.palette.text_weak;
        ui.label(theme::icon(kind_icon(&job.room), text::BODY).color(weak));
        let title = RichText::new(safe_display_name(&job.room.title)).strong();
        ui.add(Label::new(title).truncate());
    });
    let folder = job.folder.display().to_string();
    let shown = RichText::new(&folder).small().color(cx.palette.text_weak);
    ui.add(Label::new(shown).truncate().selectable(true))
        .on_hover_text(folder);
    match &job.report {
        None => running_ui(ui, cx, job),
        Some(report) => finished_ui(ui, cx, job, report),
    }
}

fn running_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob) {
    let bar = ProgressBar::new(share_of(job))
        .desired_height(6.0)
        .fill(cx.palette.accent);
    ui.add(bar);
    ui.horizontal(|ui| {
        let words = if job.is_stopping {
            "Stopping…".to_owned()
        } else {
            running_words(&[job])
        };
        ui.label(RichText::new(words).small());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !job.is_stopping && ui.button("Stop").clicked() {
                cx.act(Action::CancelSave(job.id));
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

fn finished_ui(ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob, report: &SaveReport) {
    let message = report_words(job, report);
    ui.horizontal_top(|ui| {
        let icon = if has_trouble(job) {
            theme::icon(Icon::TriangleAlert, text::BODY).color(cx.palette.danger)
        } else if report.is_cancelled {
            theme::icon(Icon::CircleStop, text::BODY).color(cx.palette.text_weak)
        } else {
            theme::icon(Icon::CircleCheck, text::BODY).color(cx.palette.success)
        };
        ui.label(icon);
        ui.add(Label::new(&message.headline).wrap());
    });
    if !message.advice.is_empty() {
        let advice = RichText::new(&message.advice)
            .small()
            .color(cx.palette.text_weak);
        ui.add(Label::new(advice).wrap());
    }
    if !report.failed.is_empty() {
        failures_ui(ui, cx, report);
    }
    ui.horizontal(|ui| {
        if ui.button("Show in folder").clicked() {
            cx.act(Action::Open(OpenTarget::Folder(report.folder.clone())));
        }
        if !report.failed.is_empty() {
            let label = format!(
                "Retry {} failed",
                user_message::grouped(report.failed.len())
            );
            if ui.button(label).clicked() {
                cx.act(Action::RetrySave(job.id));
            }
        }
        if ui.button("Dismiss").clicked() {
            cx.act(Action::DismissSave(job.id));
        }
    });
}

fn failures_ui(ui: &mut Ui, cx: ViewContext<'_>, report: &SaveReport) {
    let table = TableBuilder::new(ui)
        .id_salt("failures")
        .vscroll(true)
        .min_scrolled_height(FAILURES_HEIGHT)
        .max_scroll_height(FAILURES_HEIGHT)
        .column(Column::exact(WIDTH * 0.4).clip(true))
        .column(Column::remainder().clip(true));
    table.body(|body| {
        body.rows(24.0, report.failed.len(), |mut row| {
            let Some((upload, failure)) = report.failed.get(row.index()) else {
                return;
            };
            let name = safe_display_name(&upload.name);
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

/// What became of a save, for its card and the queue.
pub(super) fn report_words(job: &SaveJob, report: &SaveReport) -> UserMessage {
    let saved = user_message::images(report.saved.len());
    let mut headline = if report.is_cancelled || report.stopped_by.is_some() {
        format!("Stopped: {saved} saved")
    } else {
        format!("{saved} saved")
    };
    if !report.already_there.is_empty() {
        let there = user_message::grouped(report.already_there.len());
        headline = format!("{headline}, {there} already there");
    }
    if !report.failed.is_empty() {
        let failed = user_message::grouped(report.failed.len());
        headline = format!("{headline}, {failed} failed");
    }
    let advice = match &report.stopped_by {
        Some(failure) => {
            let UserMessage { headline, advice } = user_message::save(failure);
            format!("{headline}. {advice}")
        }
        None => format!(
            "{} · {}",
            safe_display_name(&job.room.title),
            report.saved_bytes
        ),
    };
    UserMessage { headline, advice }
}
