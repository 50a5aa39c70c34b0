//! The sign-in form: server, user and password or token, and the second factor.
//!
//! It is shown alone while nobody is signed in, and as a sheet over the frozen window when the
//! session expired; then server and user are given.

use egui::{Id, RichText, TextEdit, Ui};
use secrecy::SecretString;

use crate::domain::AuthToken;
use crate::state::{Action, SignInStep, user_message};
use crate::ui::code_question::CodeQuestion;
use crate::ui::known_accounts::known_accounts_ui;
use crate::ui::server_field::{probe_ui, server_field_ui};
use crate::ui::sign_in_fields::{
    SecretField, busy_ui, enter, field_ui, secret_ui, side_way_ui, take_enter,
};
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{trouble_ui, wide_primary_ui};

/// Drafts of the form; secrets leave it when they are sent.
#[derive(Default)]
pub(super) struct SignInForm {
    server: String,
    user: String,
    password: String,
    is_password_shown: bool,
    token: String,
    /// The person chose the token; `None` follows what the server offers.
    uses_token: Option<bool>,
    /// Enter was pressed before the server had answered the probe.
    submits_when_known: bool,
    course: Course,
    code: CodeQuestion,
}

/// How far the form is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Course {
    /// Not drawn yet.
    #[default]
    New,
    /// Being filled in.
    Open,
    /// Sent.
    Sent,
}

/// The account of the session that expired. The server cannot be changed; the user's name can,
/// as somebody may sign in by e-mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct FixedAccount<'a> {
    /// The server's address.
    pub server: &'a str,
    /// The user's name, to begin with.
    pub user: &'a str,
    /// The session began with a personal access token.
    pub used_token: bool,
}

impl SignInForm {
    /// Draws the fields; `fixed` while a session waits behind the form.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) {
        let sign_in = &cx.state.sign_in;
        // The state may have put another address there, as after signing out.
        if self.server != sign_in.server_text {
            self.server.clone_from(&sign_in.server_text);
        }
        self.start(ui, cx, fixed);
        ui.spacing_mut().item_spacing.y = space::XS;
        if let SignInStep::Code { .. } = sign_in.step {
            self.code.ui(ui, cx);
            self.course = Course::Open;
            return;
        }
        self.code.clear();
        let is_busy = sign_in.is_busy();
        self.focus_after_failure(ui, cx, fixed);
        // A dialog that has just come takes the keyboard from its own field once more.
        if fixed.is_some() && ui.memory(|memory| memory.focused().is_none()) {
            let field = self.secret_field(cx, fixed);
            ui.memory_mut(|memory| memory.request_focus(field));
        }
        ui.add_enabled_ui(!is_busy, |ui| {
            match fixed {
                Some(account) => {
                    ui.label(RichText::new(account.server).color(cx.palette.text_weak));
                    // Without an answer of the server nobody gets in, here neither.
                    probe_ui(ui, cx);
                }
                None => server_field_ui(ui, cx, &mut self.server, server_id()),
            }
            ui.add_space(space::S);
            if self.is_token(cx, fixed) {
                self.token_ui(ui, cx);
            } else {
                self.password_ui(ui, cx);
            }
        });
        if let Some(error) = &sign_in.error {
            ui.add_space(space::S);
            trouble_ui(ui, cx.palette, &user_message::client(error));
        }
        ui.add_space(space::M);
        self.submit_ui(ui, cx, fixed);
        ui.add_space(space::S);
        self.way_ui(ui, cx, fixed);
        if fixed.is_none() && !is_busy {
            self.known_ui(ui, cx);
        }
    }

    /// The accounts that were used before.
    fn known_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        if let Some(account) = known_accounts_ui(ui, cx) {
            // Should it have ended meanwhile, the form asks for the rest.
            self.clear();
            self.user.clone_from(&account.username);
            cx.act(Action::ResumeAccount(account));
        }
    }

    /// Forgets everything typed.
    pub(super) fn clear(&mut self) {
        drop(SecretString::from(std::mem::take(&mut self.password)));
        drop(SecretString::from(std::mem::take(&mut self.token)));
        *self = Self::default();
    }

    fn start(&mut self, ui: &Ui, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) {
        if self.course != Course::New {
            return;
        }
        self.course = Course::Open;
        if let Some(account) = fixed {
            account.user.clone_into(&mut self.user);
        } else if let Some(known) = cx.state.settings.accounts.first()
            && self.user.is_empty()
        {
            self.user.clone_from(&known.username);
        }
        let first = if self.server.is_empty() {
            server_id()
        } else if self.is_token(cx, fixed) {
            token_id()
        } else if self.user.is_empty() {
            user_id()
        } else {
            password_id()
        };
        ui.memory_mut(|memory| memory.request_focus(first));
    }

    fn secret_field(&self, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) -> Id {
        if self.is_token(cx, fixed) {
            token_id()
        } else {
            password_id()
        }
    }

    /// After a refusal the field to mend has the keyboard.
    fn focus_after_failure(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        fixed: Option<FixedAccount<'_>>,
    ) {
        let is_busy = cx.state.sign_in.is_busy();
        if self.course == Course::Sent && !is_busy {
            let field = self.secret_field(cx, fixed);
            ui.memory_mut(|memory| memory.request_focus(field));
        }
        self.course = if is_busy { Course::Sent } else { Course::Open };
    }

    fn is_token(&self, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) -> bool {
        let server = cx.state.sign_in.server();
        let is_hidden = server.is_some_and(|server| server.is_form_log_in_hidden);
        let is_usual = is_hidden || fixed.is_some_and(|account| account.used_token);
        self.uses_token.unwrap_or(is_usual)
    }

    fn password_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let label = ui.label("User name or e-mail");
        let hint = cx
            .state
            .sign_in
            .server()
            .and_then(|server| server.user_hint.clone());
        let user = TextEdit::singleline(&mut self.user)
            .id(user_id())
            .hint_text(hint.unwrap_or_default());
        let user = field_ui(ui, user).labelled_by(label.id);
        // Taken, or the password's field sees it in the same frame and gives the keyboard back.
        if user.lost_focus() && take_enter(ui) {
            ui.memory_mut(|memory| memory.request_focus(password_id()));
        }
        ui.add_space(space::S);
        let label = ui.label("Password");
        let password = secret_ui(
            ui,
            cx,
            &mut self.password,
            SecretField {
                id: password_id(),
                label: label.id,
                is_shown: &mut self.is_password_shown,
            },
        );
        if password.changed() {
            self.submits_when_known = false;
        }
        if password.lost_focus() && enter(ui) {
            self.submits_when_known = true;
        }
    }

    fn token_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let label = ui.label("Personal access token");
        let token = secret_ui(
            ui,
            cx,
            &mut self.token,
            SecretField {
                id: token_id(),
                label: label.id,
                is_shown: &mut self.is_password_shown,
            },
        );
        if token.changed() {
            self.submits_when_known = false;
        }
        if token.lost_focus() && enter(ui) {
            self.submits_when_known = true;
        }
        let help = "You make one in the web client, under My account → Personal access tokens. \
                    Tick “Ignore two factor authentication” there.";
        ui.label(RichText::new(help).small().color(cx.palette.text_weak));
    }

    fn submit_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) {
        let is_token = self.is_token(cx, fixed);
        let is_filled = if is_token {
            !self.token.trim().is_empty()
        } else {
            !self.user.trim().is_empty() && !self.password.is_empty()
        };
        let is_known = cx.state.sign_in.server().is_some();
        self.submits_when_known &= is_filled;
        let is_busy = cx.state.sign_in.is_busy();
        let is_clicked = if is_busy {
            busy_ui(ui, "Signing in…");
            false
        } else {
            ui.add_enabled_ui(is_filled && is_known, |ui| {
                wide_primary_ui(ui, cx.palette, "Sign in")
            })
            .inner
        };
        if (is_clicked || self.submits_when_known) && is_filled && is_known && !is_busy {
            self.submits_when_known = false;
            self.submit(cx, fixed);
        }
    }

    fn submit(&mut self, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) {
        // Noted here, as a fast server may have refused before the next frame.
        self.course = Course::Sent;
        if self.is_token(cx, fixed) {
            let token = std::mem::take(&mut self.token);
            let trimmed = AuthToken::new(token.trim().to_owned());
            drop(SecretString::from(token));
            cx.act(Action::SubmitToken(trimmed));
        } else {
            let password = SecretString::from(std::mem::take(&mut self.password));
            let user = self.user.trim().to_owned();
            cx.act(Action::SubmitPassword { user, password });
        }
    }

    /// The switch between password and token.
    fn way_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, fixed: Option<FixedAccount<'_>>) {
        let is_token = self.is_token(cx, fixed);
        let label = if is_token {
            "Use user name and password instead"
        } else {
            "Use a personal access token instead"
        };
        if side_way_ui(ui, cx, label) {
            self.uses_token = Some(!is_token);
            let field = if is_token { user_id() } else { token_id() };
            ui.memory_mut(|memory| memory.request_focus(field));
        }
    }
}

fn server_id() -> Id {
    Id::unique("sign in: server")
}

fn user_id() -> Id {
    Id::unique("sign in: user")
}

fn password_id() -> Id {
    Id::unique("sign in: password")
}

fn token_id() -> Id {
    Id::unique("sign in: token")
}
