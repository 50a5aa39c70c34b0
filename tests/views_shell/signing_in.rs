//! Signing in, with a second step or a token, again, and out.

use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::{Event, KeyringStatus, LogInRefusal, TwoFactorMethod};
use salon::state::{Action, Phase};
use secrecy::ExposeSecret as _;

use crate::scenes::{self, session, signed_in, signed_out_at};
use crate::shell::{Shell, harness, shell_of};
use crate::{click, press, type_into};

#[test]
fn enter_signs_in_and_takes_the_password_out_of_the_form() {
    let mut harness = harness(signed_out_at("chat.example.org"));
    harness.get_by_label_contains("Acme · Rocket.Chat 8.8");
    type_into(&mut harness, Role::TextInput, "User name or e-mail", "ana");
    type_into(&mut harness, Role::PasswordInput, "Password", "hunter2");
    press(&mut harness, Key::Enter);
    let submitted = harness
        .state()
        .actions
        .iter()
        .find_map(|action| match action {
            Action::SubmitPassword { user, password } => Some((user.clone(), password.clone())),
            _ => None,
        });
    let (user, password) = submitted.unwrap();
    assert_eq!(user, "ana");
    assert_eq!(password.expose_secret(), "hunter2");
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Password");
    assert!(field.value().unwrap_or_default().is_empty());
}

#[test]
fn an_unencrypted_address_asks_for_consent_in_plain_words() {
    let mut harness = harness(shell_of(scenes::new_state()));
    type_into(
        &mut harness,
        Role::TextInput,
        "Server",
        "http://chat.example.org",
    );
    harness.get_by_label_contains("readable for anybody on the way");
    click(&mut harness, "Connect without encryption");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::AgreeToInsecure))
    );
}

#[test]
fn a_code_is_asked_for_in_place_and_may_hold_gaps() {
    let mut shell = signed_out_at("chat.example.org");
    shell.refuse(scenes::challenge(TwoFactorMethod::Totp));
    let mut harness = harness(shell);
    harness.get_by_label_contains("authenticator app");
    assert!(harness.query_by_label("Send another code").is_none());
    let field = harness.get_by_role_and_label(Role::TextInput, "Code");
    assert!(field.is_focused());
    field.type_text("123 456");
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    let is_it = |action: &Action| matches!(action, Action::SubmitCode(code) if code == "123456");
    assert!(harness.state().has(is_it));
}

#[test]
fn an_emailed_code_can_be_sent_again_and_the_way_back_is_open() {
    let mut shell = signed_out_at("chat.example.org");
    shell.refuse(scenes::challenge(TwoFactorMethod::Email));
    let mut harness = harness(shell);
    click(&mut harness, "Send another code");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::ResendCode))
    );
    harness
        .state_mut()
        .state
        .on_event(Event::CodeResent(Ok(())));
    harness.run_steps(2);
    harness.get_by_label_contains("Another code is on its way");
    click(&mut harness, "Back");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::LeaveCodeQuestion))
    );
}

#[test]
fn a_personal_access_token_is_the_second_way_in() {
    let mut harness = harness(signed_out_at("chat.example.org"));
    click(&mut harness, "Use a personal access token instead");
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Personal access token");
    assert!(field.is_focused());
    field.type_text(" t0ken ");
    harness.run_steps(2);
    click(&mut harness, "Sign in");
    let is_it =
        |action: &Action| matches!(action, Action::SubmitToken(it) if it.expose() == "t0ken");
    assert!(harness.state().has(is_it));
}

#[test]
fn a_refused_password_says_what_to_do() {
    let mut shell = signed_out_at("chat.example.org");
    shell.refuse(LogInRefusal::WrongCredentials);
    let harness = harness(shell);
    harness.get_by_label_contains("User or password is wrong");
}

#[test]
fn after_a_refusal_the_keyboard_is_in_the_empty_password_field() {
    let mut harness = harness(signed_out_at("chat.example.org"));
    type_into(&mut harness, Role::TextInput, "User name or e-mail", "ana");
    type_into(&mut harness, Role::PasswordInput, "Password", "wrong");
    harness.key_press(Key::Enter);
    harness.step();
    // A server on this machine refuses before another frame is drawn.
    harness.state_mut().refuse(LogInRefusal::WrongCredentials);
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Password");
    assert!(field.is_focused());
    assert!(field.value().unwrap_or_default().is_empty());
}

#[test]
fn after_a_wrong_code_the_keyboard_is_in_the_empty_code_field() {
    let mut shell = signed_out_at("chat.example.org");
    let LogInRefusal::TwoFactorRequired(challenge) = scenes::challenge(TwoFactorMethod::Totp)
    else {
        panic!("a challenge");
    };
    shell.refuse(LogInRefusal::TwoFactorRequired(challenge.clone()));
    let mut harness = harness(shell);
    harness
        .get_by_role_and_label(Role::TextInput, "Code")
        .type_text("000000");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.step();
    harness
        .state_mut()
        .refuse(LogInRefusal::TwoFactorInvalid(challenge));
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(Role::TextInput, "Code");
    assert!(field.is_focused());
    assert!(field.value().unwrap_or_default().is_empty());
}

#[test]
fn an_expired_session_is_renewed_over_the_window_that_stays() {
    let mut shell = signed_in(300);
    let generation = shell.state.generation;
    shell.state.on_event(Event::SessionExpired { generation });
    shell.answer_probe("https://chat.example.org/");
    let mut harness = harness(shell);
    assert!(matches!(harness.state().state.phase, Phase::Expired));
    harness.get_by_label("Sign in again");
    harness.get_by_role_and_label(Role::ListBoxOption, "support");
    type_into(&mut harness, Role::PasswordInput, "Password", "hunter2");
    press(&mut harness, Key::Enter);
    let is_ana =
        |action: &Action| matches!(action, Action::SubmitPassword { user, .. } if user == "ana");
    assert!(harness.state().has(is_ana));
    let (generation, session) = (harness.state().state.generation, Box::new(session()));
    let started = Event::SessionStarted {
        generation,
        session,
    };
    harness.state_mut().state.on_event(started);
    harness.run_steps(3);
    assert!(harness.query_by_label("Sign in again").is_none());
    assert!(harness.state().state.gallery.is_some());
}

#[test]
fn signing_out_is_explained_and_asked_first() {
    let mut harness = harness(signed_in(300));
    click(&mut harness, "Account of Ana Martins");
    harness.get_by_label("Sign out…").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Images you saved stay where they are");
    assert!(
        !harness
            .state()
            .has(|action| matches!(action, Action::SignOut))
    );
    click(&mut harness, "Sign out");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::SignOut))
    );
}

#[test]
fn the_demo_does_not_claim_to_keep_anything() {
    let mut shell = signed_in(300);
    let session = shell.state.session.as_mut().unwrap();
    session.keyring = KeyringStatus::NotMeantToBe;
    let mut harness = harness(shell);
    click(&mut harness, "Account of Ana Martins");
    harness.get_by_label_contains("The demo forgets its session, these choices");
    let says_keyring = |harness: &Harness<'_, Shell>| {
        let mut said = harness.query_all_by_label_contains("keyring");
        said.next().is_some()
    };
    assert!(!says_keyring(&harness));
    harness
        .get_by_role_and_label(Role::MenuItem, "Sign out…")
        .click();
    harness.run_steps(3);
    harness.get_by_label_contains("the demo remembers which until you close it");
    assert!(!says_keyring(&harness));
}
