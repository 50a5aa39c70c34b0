//! The message that an image was sent with.

use egui::{Label, RichText, Ui};

use crate::domain::{Message, MessageKind, Upload, safe_display_name};
use crate::protocol::OpenTarget;
use crate::state::{Action, ImageAction, ReadConversation, errand_message};
use crate::ui::detail_conversation;
use crate::ui::detail_rows::heading_ui;
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;
use crate::ui::{emoji, message_text};

/// Draws what is known of it, and what can be asked.
pub(super) fn message_ui(ui: &mut Ui, cx: ViewContext<'_>, upload: &Upload) {
    heading_ui(ui, cx, "Message");
    let errands = &cx.state.errands;
    let conversation = errands.conversation(&upload.id);
    let read = match conversation {
        Some(ReadConversation::Read(read)) => Some(read),
        Some(ReadConversation::Reading | ReadConversation::Failed(_)) | None => None,
    };
    // Among the others it is marked, so it is not shown twice.
    if let Some(message) = errands.message(&upload.id).filter(|_| read.is_none()) {
        // Its file is what the panel is about.
        if !text_ui(ui, cx, message) {
            weak_ui(ui, cx, "Posted without a text");
        }
        reactions_ui(ui, cx, message);
    }
    let act = |action| cx.act(Action::OnImage(action));
    match conversation {
        Some(ReadConversation::Reading) => {
            ui.horizontal(|ui| {
                ui.spinner();
                let words = RichText::new("Reading the conversation…");
                ui.label(words.color(cx.palette.text_weak));
            });
        }
        Some(ReadConversation::Failed(trouble)) => {
            let message = errand_message::no_message(None, trouble);
            let words = format!("{}. {}", message.headline, message.advice);
            ui.add(Label::new(RichText::new(words).color(cx.palette.text_weak)).wrap());
        }
        Some(ReadConversation::Read(read)) => detail_conversation::conversation_ui(ui, cx, read),
        None => {}
    }
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        let key = key_of(ui.ctx(), Job::ShowMessage);
        let show = ui.button("Show in the chat");
        if show
            .on_hover_text(format!("Show it in the chat ({key})"))
            .clicked()
        {
            act(ImageAction::ShowMessage);
        }
        match conversation {
            Some(ReadConversation::Reading) => {
                if ui.button("Give up").clicked() {
                    act(ImageAction::HideConversation);
                }
            }
            Some(ReadConversation::Read(_)) => {
                if ui.button("Hide the conversation").clicked() {
                    act(ImageAction::HideConversation);
                }
            }
            Some(ReadConversation::Failed(_)) => {
                if ui.button("Try again").clicked() {
                    act(ImageAction::ShowConversation);
                }
            }
            None => {
                let ask = ui.button("Show the conversation");
                let ask = ask.on_hover_text("Reads the messages around it from the server");
                if ask.clicked() {
                    act(ImageAction::ShowConversation);
                }
            }
        }
    });
}

/// What was written and the names of its files.
pub(super) fn body_ui(ui: &mut Ui, cx: ViewContext<'_>, message: &Message) {
    let has_text = text_ui(ui, cx, message);
    if !has_text && message.file_names.is_empty() {
        weak_ui(ui, cx, "Without a text");
    }
    for name in &message.file_names {
        let name = RichText::new(safe_display_name(name)).small();
        ui.add(Label::new(name.color(cx.palette.text_weak)).truncate());
    }
}

/// What was written, to be selected; never more than text. Answers whether there was anything
/// to say.
fn text_ui(ui: &mut Ui, cx: ViewContext<'_>, message: &Message) -> bool {
    match &message.kind {
        MessageKind::Written => {}
        MessageKind::Removed => {
            weak_ui(ui, cx, "This message was deleted");
            return true;
        }
        MessageKind::Encrypted => {
            weak_ui(ui, cx, "This message is end-to-end encrypted");
            return true;
        }
        MessageKind::System(kind) => {
            let kind = safe_display_name(kind);
            weak_ui(ui, cx, &format!("A note of the server ({kind})"));
        }
    }
    let mut has_text = message.kind != MessageKind::Written;
    for text in std::iter::once(&message.text).chain(&message.captions) {
        let plain = message_text::plain(text);
        if plain.is_empty() {
            continue;
        }
        has_text = true;
        ui.add(Label::new(&plain).wrap().selectable(true));
        for link in message_text::links(text) {
            // Its label is where it leads, whatever the text calls it.
            let link_ui = ui.add(egui::Link::new(RichText::new(&link).small()));
            if link_ui.on_hover_text("Open in the browser").clicked() {
                cx.act(Action::Open(OpenTarget::Web(link)));
            }
        }
    }
    has_text
}

fn weak_ui(ui: &mut Ui, cx: ViewContext<'_>, words: &str) {
    let words = RichText::new(words).italics();
    ui.label(words.color(cx.palette.text_weak));
}

/// Who answered with a picture; the names are under the pointer.
pub(super) fn reactions_ui(ui: &mut Ui, cx: ViewContext<'_>, message: &Message) {
    if message.reactions.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for reaction in &message.reactions {
            let count = reaction.usernames.len();
            let shown = safe_display_name(emoji::shown(&reaction.emoji));
            let names: Vec<String> = reaction
                .usernames
                .iter()
                .map(|name| safe_display_name(name))
                .collect();
            let names = names.join(", ");
            // A frame around a label would not go to the next line.
            let chip = egui::Button::new(format!("{shown} {count}"))
                .sense(egui::Sense::hover())
                .fill(cx.palette.hovered)
                .corner_radius(egui::CornerRadius::same(8));
            let chip = ui.add(chip);
            let spoken = format!("{count} × {}: {names}", reaction.emoji);
            chip.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &spoken));
            chip.on_hover_text(format!("{} {names}", reaction.emoji));
        }
    });
}
