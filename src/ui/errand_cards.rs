//! What the person waits for, once it takes longer than a moment, and the way to give it up.

use std::collections::HashMap;
use std::time::Duration;

use egui::{Align, Layout, ProgressBar, Spinner, Ui, vec2};

use crate::protocol::ErrandId;
use crate::state::{Action, ErrandKind, ImageAction, RunningErrand, errand_message};
use crate::ui::theme::{self, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{announce, card_frame};

/// What is done by then is never seen: a card that only flashes is noise.
const MOMENT_SECS: f64 = 0.3;

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct ErrandCards {
    /// When each was seen first.
    begun: HashMap<ErrandId, f64>,
}

impl ErrandCards {
    /// Whether there is anything to draw now. Sees to it that it is looked at again in time.
    pub(super) fn are_due(&mut self, ui: &Ui, cx: ViewContext<'_>) -> bool {
        let running = shown(cx);
        self.begun
            .retain(|id, _| running.clone().any(|errand| errand.id == *id));
        let now = ui.input(|input| input.time);
        let mut is_due = false;
        for errand in running {
            let waited = now - *self.begun.entry(errand.id).or_insert(now);
            if waited >= MOMENT_SECS {
                is_due = true;
            } else {
                let rest = Duration::from_secs_f64(MOMENT_SECS - waited);
                ui.ctx().request_repaint_after(rest);
            }
        }
        is_due
    }

    /// Draws the cards that are due.
    pub(super) fn ui(&self, ui: &mut Ui, cx: ViewContext<'_>, width: f32) {
        let now = ui.input(|input| input.time);
        for errand in shown(cx) {
            let begun = self.begun.get(&errand.id);
            if begun.is_some_and(|begun| now - begun >= MOMENT_SECS) {
                card_ui(ui, cx, errand, width);
            }
        }
    }
}

/// The panel says itself that it reads a conversation.
fn shown(cx: ViewContext<'_>) -> impl Iterator<Item = &RunningErrand> + Clone {
    let running = cx.state.errands.running().iter();
    running.filter(|errand| !matches!(errand.kind, ErrandKind::ReadConversation(_)))
}

fn card_ui(ui: &mut Ui, cx: ViewContext<'_>, errand: &RunningErrand, width: f32) {
    let frame = card_frame(cx.palette).inner_margin(egui::Margin::symmetric(14, 12));
    frame.show(ui, |ui| {
        ui.set_width(width - 28.0);
        let size = vec2(ui.available_width(), theme::BUTTON_HEIGHT);
        let layout = Layout::right_to_left(Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            let cancel = ui.button(word_for_giving_up(&errand.kind));
            if cancel.clicked() {
                cx.act(Action::OnImage(ImageAction::GiveUp(errand.id)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Spinner::new().size(text::ICON));
                let words = ui.add(egui::Label::new(errand_message::waiting(errand)).wrap());
                announce(ui, &words);
            });
        });
        if let ErrandKind::CopyFiles(count) = errand.kind {
            let share = errand.done as f32 / count.max(1) as f32;
            let bar = ProgressBar::new(share).desired_height(4.0);
            ui.add(bar.fill(cx.palette.accent));
        }
    });
}

const fn word_for_giving_up(kind: &ErrandKind) -> &'static str {
    match kind {
        ErrandKind::FindMessage { .. } | ErrandKind::ReadConversation(_) => "Give up",
        ErrandKind::CopyImage | ErrandKind::CopyFiles(_) | ErrandKind::OpenCopy => "Cancel",
    }
}
