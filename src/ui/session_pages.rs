//! What is shown before and after a session: resuming, signed out, expired.

use egui::{Align2, Area, Id, RichText, ScrollArea, Ui, vec2};
use lucide_icons::Icon;

use crate::domain::TokenKind;
use crate::protocol::{ClientError, KnownAccount};
use crate::state::{Action, user_message};
use crate::ui::sign_in_fields::wide_plain_ui;
use crate::ui::sign_in_form::{FixedAccount, SignInForm};
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{
    announce, card_frame, dialog_ui, late_spinner_ui, plain_button, primary_button, trouble_ui,
};

const CARD_WIDTH: f32 = 380.0;

/// Draws the form in the middle of the window.
pub(super) fn signed_out_ui(ui: &mut Ui, cx: ViewContext<'_>, form: &mut SignInForm) {
    egui::CentralPanel::default()
        .frame(egui::Frame::NONE)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                let height = ui.available_height();
                ui.vertical_centered(|ui| {
                    // A fixed place: the card grows downwards and never jumps.
                    ui.add_space((height * 0.14).max(space::L));
                    card(ui, cx, |ui| sign_in_card_ui(ui, cx, form));
                    ui.add_space(space::L);
                });
            });
        });
}

fn sign_in_card_ui(ui: &mut Ui, cx: ViewContext<'_>, form: &mut SignInForm) {
    ui.vertical_centered(|ui| {
        ui.label(theme::icon(Icon::Images, 40.0).color(cx.palette.accent));
        ui.label(RichText::new("Salon").size(text::HEADING).strong());
        let line = "The images of your Rocket.Chat rooms";
        ui.label(RichText::new(line).color(cx.palette.text_weak));
    });
    ui.add_space(space::L);
    form.ui(ui, cx, None);
}

/// Draws the check of the stored session.
pub(super) fn resuming_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    account: &KnownAccount,
    error: Option<&ClientError>,
) {
    central_card_ui(ui, cx, |ui| {
        ui.vertical_centered(|ui| {
            ui.label(theme::icon(Icon::Images, 40.0).color(cx.palette.accent));
            let line = format!(
                "Signing in as {} on {}…",
                account.username,
                host(&account.server)
            );
            if error.is_none() {
                ui.label(RichText::new(line).size(text::TITLE));
                late_spinner_ui(ui, "resuming", text::HEADING);
            }
        });
        if let Some(error) = error {
            resume_failed_ui(ui, cx, error);
        }
    });
}

/// Draws the end of a session: the server and the keyring may take their time.
pub(super) fn signing_out_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    central_card_ui(ui, cx, |ui| {
        ui.vertical_centered(|ui| {
            ui.label(theme::icon(Icon::LogOut, 40.0).color(cx.palette.accent));
            let session = cx.state.session.as_ref();
            let from = session.map_or_else(String::new, |session| {
                format!(" of {}", session.account.server.host_and_path())
            });
            let line = format!("Signing out{from}…");
            let label = ui.label(RichText::new(line).size(text::TITLE));
            announce(ui, &label);
            late_spinner_ui(ui, "signing out", text::HEADING);
        });
    });
}

/// A card alone in the window, above its middle.
fn central_card_ui(ui: &mut Ui, cx: ViewContext<'_>, body: impl FnOnce(&mut Ui)) {
    egui::CentralPanel::default()
        .frame(egui::Frame::NONE)
        .show(ui, |ui| {
            let height = ui.available_height();
            ui.vertical_centered(|ui| {
                ui.add_space((height * 0.30).max(space::L));
                card(ui, cx, body);
            });
        });
}

fn resume_failed_ui(ui: &mut Ui, cx: ViewContext<'_>, error: &ClientError) {
    ui.add_space(space::S);
    trouble_ui(ui, cx.palette, &user_message::client(error));
    ui.add_space(space::M);
    ui.horizontal(|ui| {
        if ui.add(primary_button(cx.palette, "Retry")).clicked() {
            cx.act(Action::RetryResume);
        }
        if ui.add(plain_button("Use another account")).clicked() {
            cx.act(Action::UseAnotherAccount);
        }
    });
}

/// Draws the question to sign in again over the frozen window.
pub(super) fn expired_ui(ui: &Ui, cx: ViewContext<'_>, form: &mut SignInForm) {
    let Some(session) = &cx.state.session else {
        return;
    };
    let server = session.account.server.host_and_path();
    let account = FixedAccount {
        server: &server,
        user: session.me.username.as_deref().unwrap_or_default(),
        used_token: session.token_kind == TokenKind::PersonalAccess,
    };
    // It cannot be left: without a session nothing behind it works.
    dialog_ui(ui, cx.palette, "expired", CARD_WIDTH, |ui| {
        ui.label(RichText::new("Sign in again").size(text::HEADING).strong());
        let words = "The server ended your session. Everything on screen stays as it is.";
        ui.add(egui::Label::new(RichText::new(words).color(cx.palette.text_weak)).wrap());
        if cx.state.saves.running().next().is_some() {
            let words = "Saves wait, and go on by themselves then.";
            ui.add(egui::Label::new(RichText::new(words).color(cx.palette.text_weak)).wrap());
        }
        ui.add_space(space::S);
        form.ui(ui, cx, Some(account));
        ui.separator();
        if wide_plain_ui(ui, "Sign out") {
            cx.act(Action::SignOut);
        }
    });
}

fn card(ui: &mut Ui, cx: ViewContext<'_>, body: impl FnOnce(&mut Ui)) {
    let width = CARD_WIDTH.min(ui.available_width() - 2.0 * space::XL);
    ui.allocate_ui(vec2(width + 2.0 * space::XL, 0.0), |ui| {
        card_frame(cx.palette)
            .inner_margin(egui::Margin::same(28))
            .show(ui, |ui| {
                ui.set_width(width);
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), body);
            });
    });
}

/// The address without what every address has.
pub(super) fn host(server: &str) -> String {
    let base = crate::domain::ServerUrl::parse_base(server);
    base.map_or_else(|_| server.to_owned(), |base| base.host_and_path())
}

/// The version in the corner of the pages without a session.
pub(super) fn corner_ui(ui: &Ui, cx: ViewContext<'_>) {
    Area::new(Id::unique("version"))
        .anchor(Align2::RIGHT_BOTTOM, vec2(-space::M, -space::S))
        .interactable(false)
        .show(ui.ctx(), |ui| {
            let version = concat!("Salon ", env!("CARGO_PKG_VERSION"));
            ui.label(RichText::new(version).small().color(cx.palette.text_weak));
        });
}
