//! The address field of the sign-in form, with what is known about the address beneath.

use egui::{Id, RichText, TextEdit, Ui};
use lucide_icons::Icon;

use crate::state::{Action, Probe, user_message};
use crate::ui::sign_in_fields::field_ui;
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{late_spinner_ui, plain_button};

/// Draws the field and its status line.
pub(super) fn server_field_ui(ui: &mut Ui, cx: ViewContext<'_>, server: &mut String, id: Id) {
    let label = ui.label("Server");
    let field = TextEdit::singleline(server)
        .id(id)
        .hint_text("chat.example.org");
    let response = field_ui(ui, field).labelled_by(label.id);
    if response.changed() {
        cx.act(Action::TypeServer(server.clone()));
    }
    probe_ui(ui, cx);
}

/// What is known about the address, the consent it needs, and a way on when it did not answer.
///
/// Always one line high at least, so that nothing jumps while typing.
pub(super) fn probe_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let palette = cx.palette;
    ui.horizontal_top(|ui| {
        ui.set_min_height(text::TITLE + space::XS);
        ui.spacing_mut().item_spacing.x = space::XS + 2.0;
        match &cx.state.sign_in.probe {
            Probe::Asking(server) => {
                late_spinner_ui(ui, "probe", text::SMALL);
                let line = format!("Looking for Rocket.Chat at {}…", server.host_and_path());
                ui.label(RichText::new(line).small().color(palette.text_weak));
            }
            Probe::Answered(Ok(server)) => {
                ui.label(theme::icon(Icon::CircleCheck, text::BODY).color(palette.success));
                let host = server.base.host_and_path();
                let name = server.name.clone().unwrap_or(host);
                let line = format!("{name} · Rocket.Chat {}", server.version);
                ui.label(RichText::new(line).small().color(palette.text));
            }
            Probe::Answered(Err(error)) => why_not_ui(ui, cx, &user_message::client(error)),
            Probe::Invalid(error) => why_not_ui(ui, cx, &user_message::address(error)),
            Probe::Idle | Probe::NeedsConsent(_) => {}
        }
    });
    match &cx.state.sign_in.probe {
        Probe::NeedsConsent(server) => consent_ui(ui, cx, &server.host_and_path()),
        Probe::Answered(Err(_)) => {
            if ui.add(plain_button("Try again")).clicked() {
                cx.act(Action::ProbeAgain);
            }
        }
        Probe::Idle | Probe::Invalid(_) | Probe::Asking(_) | Probe::Answered(Ok(_)) => {}
    }
}

fn why_not_ui(ui: &mut Ui, cx: ViewContext<'_>, message: &user_message::UserMessage) {
    ui.label(theme::icon(Icon::CircleAlert, text::BODY).color(cx.palette.danger));
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let headline = RichText::new(&message.headline)
            .small()
            .color(cx.palette.text);
        ui.add(egui::Label::new(headline).wrap());
        let advice = RichText::new(&message.advice)
            .small()
            .color(cx.palette.text_weak);
        ui.add(egui::Label::new(advice).wrap());
    });
}

fn consent_ui(ui: &mut Ui, cx: ViewContext<'_>, host: &str) {
    let frame = egui::Frame::new()
        .fill(cx.palette.warning_soft)
        .corner_radius(egui::CornerRadius::same(theme::RADIUS))
        .inner_margin(egui::Margin::same(12));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.label(theme::icon(Icon::ShieldAlert, text::TITLE).color(cx.palette.text));
            ui.vertical(|ui| {
                ui.label(RichText::new("The connection is not encrypted").strong());
                let danger = format!(
                    "Your password and your images would cross the network to {host} readable \
                     for anybody on the way. Go on only in a network you trust."
                );
                ui.add(egui::Label::new(danger).wrap());
                ui.add_space(space::XS);
                if ui.add(plain_button("Connect without encryption")).clicked() {
                    cx.act(Action::AgreeToInsecure);
                }
            });
        });
    });
}
