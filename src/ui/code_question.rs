//! The question for the second factor, in the sign-in form.

use egui::{Id, RichText, TextEdit, Ui};
use lucide_icons::Icon;

use crate::protocol::TwoFactorMethod;
use crate::state::{Action, Resend, SignInStep, user_message};
use crate::ui::sign_in_fields::{busy_ui, enter, field_ui, side_way_ui, wide_plain_ui};
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{trouble_ui, wide_primary_ui};

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct CodeQuestion {
    code: String,
    is_started: bool,
    was_checking: bool,
}

impl CodeQuestion {
    /// Forgets the code and that the question was shown.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Draws it; nothing unless the state asks for a code.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let SignInStep::Code {
            challenge,
            is_wrong,
            is_checking,
        } = &cx.state.sign_in.step
        else {
            return;
        };
        let is_new = !self.is_started || (self.was_checking && !is_checking);
        self.is_started = true;
        self.was_checking = *is_checking;
        if is_new {
            self.code.clear();
            ui.memory_mut(|memory| memory.request_focus(code_id()));
        }
        words_ui(ui, cx, challenge.method);
        ui.add_space(space::M);
        let label = ui.label("Code");
        let is_submitted = ui
            .add_enabled_ui(!is_checking, |ui| {
                let field = TextEdit::singleline(&mut self.code)
                    .id(code_id())
                    .font(egui::TextStyle::Heading);
                let response = field_ui(ui, field).labelled_by(label.id);
                response.lost_focus() && enter(ui)
            })
            .inner;
        if *is_wrong {
            let message = user_message::client(&crate::protocol::ClientError::LogIn(
                crate::protocol::LogInRefusal::TwoFactorInvalid(challenge.clone()),
            ));
            ui.add_space(space::S);
            trouble_ui(ui, cx.palette, &message);
        } else if let Some(error) = &cx.state.sign_in.error {
            ui.add_space(space::S);
            trouble_ui(ui, cx.palette, &user_message::client(error));
        }
        ui.add_space(space::M);
        let code = bare(&self.code);
        if (buttons_ui(ui, cx, &code) || is_submitted) && !code.is_empty() {
            // Noted here, as a fast server may have refused before the next frame.
            self.was_checking = true;
            cx.act(Action::SubmitCode(code));
        }
    }
}

/// Whether "Continue" was pressed.
fn buttons_ui(ui: &mut Ui, cx: ViewContext<'_>, code: &str) -> bool {
    let SignInStep::Code {
        challenge,
        is_checking,
        ..
    } = &cx.state.sign_in.step
    else {
        return false;
    };
    if *is_checking {
        busy_ui(ui, "Checking the code…");
        return false;
    }
    let is_clicked = ui
        .add_enabled_ui(!code.is_empty(), |ui| {
            wide_primary_ui(ui, cx.palette, "Continue")
        })
        .inner;
    ui.add_space(space::S);
    if matches!(challenge.method, TwoFactorMethod::Email) {
        resend_ui(ui, cx);
        ui.add_space(space::XS);
    }
    if side_way_ui(ui, cx, "Back") {
        cx.act(Action::LeaveCodeQuestion);
    }
    is_clicked
}

fn words_ui(ui: &mut Ui, cx: ViewContext<'_>, method: TwoFactorMethod) {
    let (icon, title, more) = match method {
        TwoFactorMethod::Totp => (
            Icon::Smartphone,
            "Type the code of your authenticator app",
            "Six digits that change every half minute, or one of your backup codes.",
        ),
        TwoFactorMethod::Email => (
            Icon::Mail,
            "Type the code from your e-mail",
            "The server has sent it to the address of your account.",
        ),
    };
    ui.vertical_centered(|ui| {
        ui.label(theme::icon(icon, 28.0).color(cx.palette.accent));
        ui.label(RichText::new(title).size(text::TITLE).strong());
        ui.label(RichText::new(more).color(cx.palette.text_weak));
    });
}

fn resend_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    match &cx.state.sign_in.resend {
        Resend::Asking => {
            busy_ui(ui, "Asking for another code…");
            return;
        }
        Resend::Sent => {
            let sent = "Another code is on its way. Only the newest one works.";
            ui.label(RichText::new(sent).color(cx.palette.success));
        }
        Resend::Failed(error) => trouble_ui(ui, cx.palette, &user_message::client(error)),
        Resend::Idle => {}
    }
    if wide_plain_ui(ui, "Send another code") {
        cx.act(Action::ResendCode);
    }
}

/// Codes are shown in groups; people copy the gaps with them.
fn bare(code: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '.');
    code.chars().filter(|c| !is_gap(*c)).collect()
}

fn code_id() -> Id {
    Id::unique("sign in: code")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_pasted_with_its_gaps() {
        assert_eq!(bare(" 123 456\n"), "123456");
        assert_eq!(bare("123-456"), "123456");
    }
}
