//! What was said around an image.

use egui::{Label, RichText, Ui};
use jiff::tz::TimeZone;

use crate::domain::{Conversation, Message};
use crate::state::user_message::grouped;
use crate::ui::detail_message::{body_ui, reactions_ui};
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::{dates, text};

/// Which message a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The one that the image was sent with: marked.
    OfTheImage,
    Others,
}

/// Draws the messages in their order, that of the image marked.
pub(super) fn conversation_ui(ui: &mut Ui, cx: ViewContext<'_>, conversation: &Conversation) {
    let own = &conversation.message;
    let is_reply = own.thread.is_some();
    if is_reply {
        note_ui(ui, cx, "In a thread");
    }
    for message in &conversation.before {
        line_ui(ui, cx, message, Whose::Others);
    }
    // In its thread it is among the replies, unless there are more than were read.
    let is_in_thread = conversation.thread.iter().any(|reply| reply.id == own.id);
    if !is_reply || !is_in_thread {
        line_ui(ui, cx, own, Whose::OfTheImage);
    }
    let replies = conversation.thread.iter();
    let replies: Vec<&Message> = replies
        .filter(|reply| is_reply || reply.id != own.id)
        .collect();
    if !is_reply && !replies.is_empty() {
        note_ui(ui, cx, "Its thread");
    }
    for reply in replies {
        ui.indent(("reply", reply.id.as_str()), |ui| {
            let whose = if reply.id == own.id {
                Whose::OfTheImage
            } else {
                Whose::Others
            };
            line_ui(ui, cx, reply, whose);
        });
    }
    if conversation.more_replies > 0 {
        let more = format!("And {} more replies", grouped(conversation.more_replies));
        note_ui(ui, cx, &more);
    }
    if !is_reply && !conversation.after.is_empty() {
        note_ui(ui, cx, "After it");
    }
    for message in &conversation.after {
        line_ui(ui, cx, message, Whose::Others);
    }
}

fn note_ui(ui: &mut Ui, cx: ViewContext<'_>, words: &str) {
    ui.add_space(space::XS);
    let words = RichText::new(words).small().color(cx.palette.text_weak);
    ui.label(words);
}

fn line_ui(ui: &mut Ui, cx: ViewContext<'_>, message: &Message, whose: Whose) {
    let fill = match whose {
        Whose::OfTheImage => cx.palette.accent_soft,
        Whose::Others => egui::Color32::TRANSPARENT,
    };
    let frame = egui::Frame::new()
        .fill(fill)
        .corner_radius(egui::CornerRadius::same(theme::RADIUS))
        .inner_margin(egui::Margin::symmetric(6, 4));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        head_ui(ui, cx, message);
        body_ui(ui, cx, message);
        reactions_ui(ui, cx, message);
    });
}

fn head_ui(ui: &mut Ui, cx: ViewContext<'_>, message: &Message) {
    let author = message.author.as_ref();
    let author = author.map_or_else(|| "Unknown".to_owned(), text::person);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.add(Label::new(RichText::new(author).strong()));
        let Some(time) = message.sent_at else { return };
        let shown = dates::short_time(time, &TimeZone::system());
        let edited = if message.is_edited { ", edited" } else { "" };
        let shown = RichText::new(format!("{shown}{edited}")).small();
        let shown = ui.add(Label::new(shown.color(cx.palette.text_weak)));
        shown.on_hover_text(dates::utc_time(time));
    });
}
