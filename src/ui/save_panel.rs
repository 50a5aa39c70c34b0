//! The queue of saves: what runs, what rests, what is done, what failed and why.

use egui::{Align, Align2, Area, Id, Layout, Order, RichText, ScrollArea, Ui, vec2};
use lucide_icons::Icon;

use crate::state::Action;
use crate::ui::save_job::{RoomName, save_job_ui};
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{card_frame, icon_button_ui};

const WIDTH: f32 = 440.0;

/// Its edges.
const EDGES: f32 = 32.0;

/// The same with its edges, in a window of this width.
pub(super) fn queue_width(window: f32) -> f32 {
    width_in(window) + EDGES
}

fn width_in(window: f32) -> f32 {
    WIDTH.min(window - EDGES - 2.0 * space::M)
}

/// Draws the queue over the bottom right corner.
pub(super) fn save_panel_ui(ui: &Ui, cx: ViewContext<'_>, is_open: &mut bool) {
    let offset = vec2(-space::M, -(theme::STATUS_BAR_HEIGHT + space::M));
    let window = ui.ctx().content_rect().size();
    let (width, height) = (width_in(window.x), window.y - 160.0);
    Area::new(Id::unique("save queue"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, offset)
        .accessible_name("Saves")
        .show(ui.ctx(), |ui| {
            card_frame(cx.palette).show(ui, |ui| {
                ui.set_width(width);
                head_ui(ui, cx, is_open);
                if cx.state.saves.jobs.is_empty() {
                    let words = RichText::new("Nothing is being saved").color(cx.palette.text_weak);
                    ui.label(words);
                }
                // Without it the list keeps the height it had when it was empty.
                ScrollArea::vertical()
                    .min_scrolled_height(height)
                    .max_height(height)
                    .show(ui, |ui| {
                        let mut room = None;
                        for (index, job) in cx.state.saves.jobs.iter().rev().enumerate() {
                            if index > 0 {
                                ui.separator();
                            }
                            // Of several saves of one room in a row, the first names it.
                            let before = room.replace(&job.room.id);
                            let name = if before == Some(&job.room.id) {
                                RoomName::Above
                            } else {
                                RoomName::Here
                            };
                            ui.push_id(job.id.0, |ui| save_job_ui(ui, cx, job, name));
                        }
                    });
            });
        });
}

fn head_ui(ui: &mut Ui, cx: ViewContext<'_>, is_open: &mut bool) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Saves").size(text::TITLE).strong());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = "Close the list of saves";
            if icon_button_ui(ui, cx.palette, Icon::X, name, "Esc").clicked() {
                *is_open = false;
            }
            if cx.state.saves.finished().nth(1).is_some() {
                let hint = "Take those from this list that ended without a failure";
                if ui.button("Dismiss finished").on_hover_text(hint).clicked() {
                    cx.act(Action::DismissSaves(cx.state.saves.finished().collect()));
                }
            }
            if cx.state.has_folders_to_update() {
                let hint = "Save what is new in every room that you saved, each into its folder";
                let button = ui.button("Update all folders").on_hover_text(hint);
                if button.clicked() {
                    cx.act(Action::UpdateFolders);
                }
            }
        });
    });
}
