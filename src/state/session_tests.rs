//! Signing in and out, and whose session it is.

use std::path::PathBuf;

use secrecy::SecretString;

use super::fixtures::{commands, in_room, room, select, session, signed_in, upload};
use super::*;
use crate::domain::ServerUrl;
use crate::protocol::{
    ClientError, Command, Event, KeyringError, KeyringStatus, KnownAccount, LogInRefusal,
    ServerIdentity, Settings, TwoFactorChallenge, TwoFactorMethod,
};

fn identity(base: &str) -> ServerIdentity {
    ServerIdentity {
        base: ServerUrl::parse_base(base).unwrap(),
        version: "8.8".to_owned(),
        name: None,
        is_form_log_in_hidden: false,
        user_hint: None,
    }
}

fn at_form(typed: &str, base: &str) -> AppState {
    let (mut state, _) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    state.on_action(Action::TypeServer(typed.to_owned()));
    let result = Ok(identity(base));
    state.on_event(Event::ServerProbed {
        typed: typed.to_owned(),
        result,
    });
    state
}

fn submit(state: &mut AppState) -> Vec<Command> {
    let password = SecretString::from("pw");
    commands(state.on_action(Action::SubmitPassword {
        user: "ana".to_owned(),
        password,
    }))
}

fn fail(state: &mut AppState, error: ClientError) {
    let generation = state.generation;
    state.on_event(Event::LogInFailed { generation, error });
}

fn challenge() -> TwoFactorChallenge {
    TwoFactorChallenge {
        method: TwoFactorMethod::Email,
        is_code_sent: true,
        code_expires_at: None,
        email_or_username: Some("ana@x.org".to_owned()),
    }
}

#[test]
fn an_answer_about_an_older_text_of_the_address_is_dropped() {
    let (mut state, _) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    state.on_action(Action::TypeServer("chat.exa".to_owned()));
    state.on_action(Action::TypeServer("chat.example.org".to_owned()));
    let result = Err(ClientError::TimedOut);
    state.on_event(Event::ServerProbed {
        typed: "chat.exa".to_owned(),
        result,
    });
    assert!(matches!(state.sign_in.probe, Probe::Asking(_)));
}

#[test]
fn an_address_without_encryption_is_asked_for_only_after_the_person_agreed() {
    let (mut state, _) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    let effects = state.on_action(Action::TypeServer("http://chat.example.org".to_owned()));
    assert!(commands(effects).is_empty());
    assert!(matches!(state.sign_in.probe, Probe::NeedsConsent(_)));
    let sent = commands(state.on_action(Action::AgreeToInsecure));
    assert!(matches!(&sent[..], [Command::ProbeServer { .. }]));
}

#[test]
fn a_redirect_to_an_address_without_encryption_needs_consent_too() {
    let state = at_form("chat.example.org", "http://chat.example.org/");
    assert!(matches!(state.sign_in.probe, Probe::NeedsConsent(_)));
}

#[test]
fn a_code_is_asked_for_and_sent_with_the_same_password() {
    let mut state = at_form("chat.example.org", "https://chat.example.org/");
    assert!(matches!(&submit(&mut state)[..], [Command::LogIn { .. }]));
    fail(
        &mut state,
        ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge())),
    );
    assert!(matches!(
        state.sign_in.step,
        SignInStep::Code {
            is_wrong: false,
            ..
        }
    ));
    let sent = commands(state.on_action(Action::SubmitCode(" 123456 ".to_owned())));
    let [Command::LogIn { request, .. }] = &sent[..] else {
        panic!("{sent:?}")
    };
    let crate::domain::Credentials::Password { user, code, .. } = &request.credentials else {
        panic!("{request:?}")
    };
    let code = code.as_ref().map(secrecy::ExposeSecret::expose_secret);
    assert_eq!((user.as_str(), code), ("ana", Some("123456")));
    fail(
        &mut state,
        ClientError::LogIn(LogInRefusal::TwoFactorInvalid(challenge())),
    );
    assert!(matches!(
        state.sign_in.step,
        SignInStep::Code {
            is_wrong: true,
            is_checking: false,
            ..
        }
    ));
}

#[test]
fn a_network_failure_while_the_code_is_checked_does_not_lose_the_question() {
    let mut state = at_form("chat.example.org", "https://chat.example.org/");
    submit(&mut state);
    fail(
        &mut state,
        ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge())),
    );
    state.on_action(Action::SubmitCode("1".to_owned()));
    fail(&mut state, ClientError::TimedOut);
    assert!(matches!(
        state.sign_in.step,
        SignInStep::Code {
            is_checking: false,
            ..
        }
    ));
    assert_eq!(state.sign_in.error, Some(ClientError::TimedOut));
}

#[test]
fn the_next_start_resumes_the_last_account_and_opens_its_last_room() {
    let account = KnownAccount {
        server: "https://chat.example.org/".to_owned(),
        user_id: "ana".to_owned(),
        username: "ana".to_owned(),
        last_room: Some("room1".to_owned()),
    };
    let settings = Settings {
        accounts: vec![account],
        ..Settings::default()
    };
    let (mut state, effects) = AppState::new(settings, PathBuf::from("/pictures"));
    assert!(matches!(
        &commands(effects)[..],
        [Command::ResumeSession { .. }]
    ));
    let generation = state.generation;
    let session = Box::new(session("ana"));
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    let result = Ok(vec![room(0), room(1)]);
    state.on_event(Event::RoomsLoaded { generation, result });
    assert_eq!(state.gallery.unwrap().room.title, "Room 1");
}

#[test]
fn a_dead_token_asks_for_a_new_sign_in_and_keeps_everything_on_screen() {
    let mut state = in_room(250);
    select(&mut state, 3, SelectHow::Only);
    let generation = state.generation;
    state.on_event(Event::SessionExpired { generation });
    assert!(matches!(state.phase, Phase::Expired));
    let session = Box::new(session("ana"));
    let generation = state.generation;
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    assert!(matches!(state.phase, Phase::SignedIn));
    let gallery = state.gallery.unwrap();
    assert_eq!(gallery.listing.known_count(), 100);
    assert!(gallery.selection.contains(&upload(3).id));
}

#[test]
fn an_expired_session_can_sign_in_again_without_asking_for_the_server() {
    let mut state = in_room(10);
    let generation = state.generation;
    state.on_event(Event::SessionExpired { generation });
    assert!(state.sign_in.server().is_some());
    let password = SecretString::from("pw");
    let submit = Action::SubmitPassword {
        user: "ana".to_owned(),
        password,
    };
    let effects = state.on_action(submit);
    assert!(matches!(
        effects.first(),
        Some(Effect::Send(Command::LogIn { .. }))
    ));
}

#[test]
fn another_account_sees_nothing_of_the_one_before() {
    let mut state = in_room(250);
    let generation = state.generation;
    let session = Box::new(session("ben"));
    let effects = state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::DropTextures))
    );
    assert!(state.gallery.is_none());
}

fn keyring_changed(status: KeyringStatus) -> Event {
    Event::KeyringChanged {
        account: session("ana").account,
        status,
    }
}

#[test]
fn a_missing_keyring_is_said_once_and_can_be_tried_again() {
    let mut state = signed_in(1);
    let status = || KeyringStatus::NotKept(KeyringError::Missing("x".to_owned()));
    state.on_event(keyring_changed(status()));
    state.on_event(keyring_changed(status()));
    assert_eq!(state.notices.iter().count(), 1);
    let sent = commands(state.on_action(Action::KeepSession));
    assert!(matches!(&sent[..], [Command::KeepSession]));
    state.on_event(keyring_changed(KeyringStatus::Kept));
    assert_eq!(state.notices.iter().count(), 0);
}

#[test]
fn signing_out_forgets_the_account_and_offers_its_server() {
    let mut state = in_room(10);
    assert!(matches!(
        &commands(state.on_action(Action::SignOut))[..],
        [Command::SignOut]
    ));
    state.on_event(Event::SignedOut { keyring: None });
    assert!(matches!(state.phase, Phase::SignedOut));
    assert!(state.settings.accounts.is_empty());
    assert!(state.gallery.is_none());
    assert_eq!(state.sign_in.server_text, "https://chat.example.org/");
}
