//! Short messages at the bottom right of the images, and the cards of saves that just ended. All go
//! by themselves.

use std::collections::HashMap;
use std::time::Duration;

use egui::{Align, Align2, Area, Id, Layout, Order, Rect, Response, Ui, UiBuilder};
use lucide_icons::Icon;

use crate::domain::SaveJobId;
use crate::protocol::OpenTarget;
use crate::state::{Action, Notice, NoticeLevel, NoticeOffer, SaveJob};
use crate::ui::errand_cards::ErrandCards;
use crate::ui::save_job::end_icon;
use crate::ui::save_words::{has_trouble, report_words};
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{ICON_BUTTON_SIDE, card_frame, icon_button_ui, message_ui};

/// After the pointer has left, what was read does not vanish at once.
const AFTER_HOVER_SECS: f64 = 3.0;

const WIDTH: f32 = 340.0;

/// Narrower, each word had a line of its own: then it rather lies over something.
const LEAST_WIDTH: f32 = 200.0;

/// Beside the words of a message: what closes it, and the gap before that.
const CLOSE: f32 = ICON_BUTTON_SIDE + 2.0 * space::S;

/// Where messages are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corner {
    /// What has no part in them is outside.
    pub room: Rect,
    /// The queue shows the saves.
    pub is_queue_open: bool,
}

/// How long a message is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    /// As long as one sentence takes to be seen and read.
    Brief,
    /// What went wrong has two sentences, and a button has to be reached. What is offered there
    /// can be done elsewhere, too: in the account's menu, in the image's, in the queue.
    ///
    /// It waits for somebody who looks.
    Long,
}

impl Stay {
    const fn secs(self) -> f64 {
        match self {
            Self::Brief => 8.0,
            Self::Long => 30.0,
        }
    }
}

/// When each message goes; without an end before its time begins.
#[derive(Default)]
pub(super) struct NoticesView {
    notices: HashMap<u64, f64>,
    saves: HashMap<SaveJobId, f64>,
    errands: ErrandCards,
}

impl NoticesView {
    /// Draws the stack; `true` when somebody wants to see the queue.
    pub(super) fn ui(&mut self, ui: &Ui, cx: ViewContext<'_>, corner: Corner) -> bool {
        let Corner {
            room,
            is_queue_open,
        } = corner;
        let now = ui.input(|input| input.time);
        self.forget_gone(cx);
        if is_queue_open {
            self.see_saves(cx, now);
        }
        let mut opens_queue = false;
        let window = ui.ctx().content_rect();
        let offset = room.right_bottom() - window.right_bottom() - egui::Vec2::splat(space::M);
        let is_empty = cx.state.notices.iter().next().is_none()
            && !self.has_fresh_save(cx, now)
            && !self.errands.are_due(ui, cx);
        if is_empty {
            return false;
        }
        Area::new(Id::unique("notices"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, offset)
            .accessible_name("Messages")
            .show(ui.ctx(), |ui| {
                let beside = 2.0 * space::M;
                let width = WIDTH.min(room.width() - beside).max(LEAST_WIDTH);
                let width = width.min(window.width() - beside);
                ui.set_width(width);
                self.errands.ui(ui, cx, width);
                for notice in cx.state.notices.iter() {
                    let name = ("notice", notice.id);
                    named_ui(ui, name, |ui| self.notice_ui(ui, cx, notice));
                }
                // The queue shows the same and more.
                let jobs = cx.state.saves.jobs.iter().filter(|_| !is_queue_open);
                for job in jobs {
                    let name = ("save", job.id);
                    opens_queue |= named_ui(ui, name, |ui| self.save_ui(ui, cx, job, now));
                }
            });
        opens_queue
    }

    fn forget_gone(&mut self, cx: ViewContext<'_>) {
        let state = cx.state;
        self.notices
            .retain(|id, _| state.notices.iter().any(|notice| notice.id == *id));
        // A save that is tried again ends once more.
        let is_over = |id: &SaveJobId| {
            let mut jobs = state.saves.jobs.iter();
            jobs.any(|job| job.id == *id && job.report.is_some())
        };
        self.saves.retain(|id, _| is_over(id));
    }

    /// In the queue, those that ended are seen: when it is closed they are no news.
    fn see_saves(&mut self, cx: ViewContext<'_>, now: f64) {
        let jobs = cx.state.saves.jobs.iter();
        for job in jobs.filter(|job| job.report.is_some()) {
            self.saves.insert(job.id, now);
        }
    }

    fn has_fresh_save(&self, cx: ViewContext<'_>, now: f64) -> bool {
        let finished = cx
            .state
            .saves
            .jobs
            .iter()
            .filter(|job| job.report.is_some());
        let mut until = finished.map(|job| self.saves.get(&job.id));
        until.any(|until| until.is_none_or(|until| *until > now))
    }

    fn notice_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, notice: &Notice) {
        let card = card_ui(ui, cx, |ui| {
            let warning = notice.level == NoticeLevel::Warning;
            let (icon, color) = if warning {
                (Icon::TriangleAlert, cx.palette.danger)
            } else {
                (Icon::Info, cx.palette.accent)
            };
            ui.label(theme::icon(icon, text::ICON).color(color));
            ui.vertical(|ui| {
                ui.set_width(ui.available_width() - CLOSE);
                message_ui(ui, cx.palette, &notice.message);
                if let Some(offer) = &notice.offer {
                    ui.add_space(space::XS);
                    offer_ui(ui, cx, notice.id, offer);
                }
            });
            close_ui(ui, cx, || cx.act(Action::DismissNotice(notice.id)));
        });
        let is_long = notice.level == NoticeLevel::Warning || notice.offer.is_some();
        let stay = if is_long { Stay::Long } else { Stay::Brief };
        let until = self.notices.entry(notice.id).or_insert(f64::INFINITY);
        if is_over(ui, until, &card, stay) {
            cx.act(Action::DismissNotice(notice.id));
        }
    }

    fn save_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, job: &SaveJob, now: f64) -> bool {
        let Some(report) = &job.report else {
            return false;
        };
        let has_failed = has_trouble(job);
        let stay = if has_failed { Stay::Long } else { Stay::Brief };
        let mut until = *self.saves.entry(job.id).or_insert(f64::INFINITY);
        if until <= now {
            return false;
        }
        let message = report_words(job, report);
        let (mut opens_queue, mut is_closed) = (false, false);
        let card = card_ui(ui, cx, |ui| {
            let (icon, color) = end_icon(cx, job, report);
            ui.label(theme::icon(icon, text::ICON).color(color));
            ui.vertical(|ui| {
                ui.set_width(ui.available_width() - CLOSE);
                message_ui(ui, cx.palette, &message);
                ui.add_space(space::XS);
                ui.horizontal(|ui| {
                    if ui.button("Show in folder").clicked() {
                        let folder = report.folder.clone();
                        cx.act(Action::Open(OpenTarget::Folder(folder)));
                    }
                    if has_failed && ui.button("See failures").clicked() {
                        opens_queue = true;
                    }
                });
            });
            close_ui(ui, cx, || is_closed = true);
        });
        let is_over = is_over(ui, &mut until, &card, stay);
        if is_closed || opens_queue || is_over {
            until = now;
        }
        self.saves.insert(job.id, until);
        opens_queue
    }
}

/// Draws a card under a name of its own: its buttons keep the keyboard when another card goes.
fn named_ui<R>(
    ui: &mut Ui,
    name: impl std::hash::Hash + std::fmt::Debug,
    card: impl FnOnce(&mut Ui) -> R,
) -> R {
    let id = ui.scope_id().with(name);
    ui.scope_builder(UiBuilder::new().scope_id(id), card).inner
}

/// Whether the time of a message is up; pointer and keyboard hold it back.
fn is_over(ui: &Ui, until: &mut f64, card: &Response, stay: Stay) -> bool {
    let (now, is_focused) = ui.input(|input| (input.time, input.focused));
    if stay == Stay::Long && !is_focused {
        // Nobody looks, and perhaps nothing is drawn until somebody does: then its time begins.
        *until = f64::INFINITY;
        return false;
    }
    if until.is_infinite() {
        *until = now + stay.secs();
    }
    if card.contains_pointer() || has_keyboard(ui, card) {
        *until = until.max(now + AFTER_HOVER_SECS);
    }
    // Once it is over, too: this frame still shows it, and nothing else may ask for another.
    let rest = Duration::from_secs_f64((*until - now).max(0.0));
    ui.ctx().request_repaint_after(rest);
    rest.is_zero()
}

/// Whether a button of this card has the keyboard.
fn has_keyboard(ui: &Ui, card: &Response) -> bool {
    let focused = ui.memory(|memory| memory.focused());
    let focused = focused.and_then(|id| ui.ctx().read_response(id));
    focused.is_some_and(|it| it.layer_id == card.layer_id && card.rect.contains_rect(it.rect))
}

/// The button of a message.
fn offer_ui(ui: &mut Ui, cx: ViewContext<'_>, notice: u64, offer: &NoticeOffer) {
    let is_pressed = ui.button(offer_words(offer)).clicked();
    if !is_pressed {
        return;
    }
    match offer {
        NoticeOffer::RetryKeyring => cx.act(Action::KeepSession),
        NoticeOffer::UndoClear => cx.act(Action::UndoClear),
        NoticeOffer::OpenRoom(link) => cx.act(Action::Open(OpenTarget::Web(link.clone()))),
        NoticeOffer::CopyLink(link) => {
            ui.copy_text(link.clone());
            cx.act(Action::DismissNotice(notice));
            cx.act(Action::Copied("Link"));
        }
        NoticeOffer::ResumeSaves(jobs) => cx.act(Action::ResumeSaves(jobs.clone())),
    }
}

fn offer_words(offer: &NoticeOffer) -> &'static str {
    match offer {
        NoticeOffer::RetryKeyring => "Try again",
        NoticeOffer::UndoClear => "Undo",
        NoticeOffer::OpenRoom(_) => "Open the room",
        NoticeOffer::CopyLink(_) => "Copy link",
        NoticeOffer::ResumeSaves(jobs) if jobs.len() > 1 => "Resume all",
        NoticeOffer::ResumeSaves(_) => "Resume",
    }
}

/// One card.
fn card_ui(ui: &mut Ui, cx: ViewContext<'_>, body: impl FnOnce(&mut Ui)) -> Response {
    let frame = card_frame(cx.palette).inner_margin(egui::Margin::symmetric(14, 12));
    let response = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(Layout::left_to_right(Align::Min), body);
    });
    response.response
}

fn close_ui(ui: &mut Ui, cx: ViewContext<'_>, close: impl FnOnce()) {
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        if icon_button_ui(ui, cx.palette, Icon::X, "Close", "").clicked() {
            close();
        }
    });
}
