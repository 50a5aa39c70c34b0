//! Signed out → resuming or signing in → signed in → expired.

use crate::domain::{Credentials, RoomId};
use crate::protocol::{
    ClientError, Command, Event, KeyringError, KeyringStatus, KnownAccount, SessionInfo,
};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::app_state::Phase;
use crate::state::effect::Effect;
use crate::state::notices::{NoticeLevel, NoticeOffer};
use crate::state::sign_in::SignIn;
use crate::state::user_message::{self, UserMessage};

impl AppState {
    /// What is done in the sign-in form.
    pub(super) fn act_in_form(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::TypeServer(text) => send(self.sign_in.type_server(text)),
            Action::AgreeToInsecure => send(self.sign_in.agree_to_insecure()),
            Action::SubmitPassword { user, password } => {
                let generation = self.bump();
                send(self.sign_in.submit_password(user, password, generation))
            }
            Action::SubmitCode(code) => {
                let generation = self.bump();
                send(self.sign_in.submit_code(&code, generation))
            }
            Action::SubmitToken(token) => {
                let generation = self.bump();
                let credentials = Credentials::PersonalAccessToken(token);
                send(self.sign_in.submit_token(credentials, generation))
            }
            Action::ResendCode => send(self.sign_in.resend_code()),
            Action::LeaveCodeQuestion => {
                self.sign_in.leave_code_question();
                Vec::new()
            }
            Action::ProbeAgain => send(self.sign_in.probe_again()),
            _ => Vec::new(),
        }
    }

    /// What the backend says about the session and the way to it.
    pub(super) fn receive_about_session(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::ServerProbed { typed, result } => {
                self.sign_in.probed(&typed, result);
                Vec::new()
            }
            Event::SessionStarted { session, .. } => self.session_started(*session),
            Event::PublicAddressTold { server, public } => {
                self.public_addresses.insert(server, public);
                Vec::new()
            }
            Event::SessionRestored {
                session,
                rooms,
                people,
                ..
            } => self.session_restored(*session, rooms, people),
            Event::SessionConfirmed { session } => self.session_confirmed(*session),
            Event::LogInFailed { error, .. } => self.log_in_failed(error),
            Event::NoStoredSession { keyring, .. } => self.no_stored_session(keyring),
            Event::CodeResent(result) => {
                self.sign_in.code_resent(result);
                Vec::new()
            }
            Event::SessionExpired { .. } => self.session_expired(),
            Event::SignedOut { keyring } => self.signed_out(keyring),
            Event::AccountForgotten { keyring } => keyring.map_or_else(Vec::new, |error| {
                self.warn(user_message::keyring_not_removed(&error))
            }),
            Event::KeyringChanged { account, status } => {
                let session = self.session.as_ref();
                if session.is_some_and(|session| session.account == account) {
                    return self.keyring_changed(status);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn resume(&mut self, account: KnownAccount) -> Vec<Effect> {
        let generation = self.bump();
        self.session_generation = generation;
        self.phase = Phase::Resuming {
            account: account.clone(),
            error: None,
        };
        vec![Effect::Send(Command::ResumeSession {
            account,
            generation,
        })]
    }

    pub(super) fn retry_resume(&mut self) -> Vec<Effect> {
        match &self.phase {
            Phase::Resuming { account, .. } => {
                let account = account.clone();
                self.resume(account)
            }
            Phase::SignedOut | Phase::SignedIn | Phase::Expired => Vec::new(),
        }
    }

    pub(super) fn use_another_account(&mut self) -> Vec<Effect> {
        let server = match &self.phase {
            Phase::Resuming { account, .. } => Some(account.server.clone()),
            Phase::SignedOut | Phase::SignedIn | Phase::Expired => None,
        };
        self.bump();
        self.show_form(server)
    }

    /// The form, with the address of this server or the last one.
    pub(super) fn show_form(&mut self, server: Option<String>) -> Vec<Effect> {
        self.phase = Phase::SignedOut;
        let server = server
            .or_else(|| self.settings.last_server.clone())
            .unwrap_or_default();
        let (form, command) = SignIn::for_server(&server);
        self.sign_in = form;
        command.into_iter().map(Effect::Send).collect()
    }

    pub(super) fn session_started(&mut self, session: SessionInfo) -> Vec<Effect> {
        let is_same_account = self
            .session
            .as_ref()
            .is_some_and(|before| before.account == session.account);
        let mut effects = Vec::new();
        if !is_same_account {
            if self.session.is_some() {
                self.notices.withdraw_all();
            }
            self.forget_account();
            effects.push(Effect::DropTextures);
        }
        if session.must_change_password {
            let message = user_message::must_change_password(&session.account.server);
            self.notices.push(NoticeLevel::Warning, message, None);
        }
        let server = session.account.server.to_string();
        let key = KnownAccount {
            server: server.clone(),
            user_id: session.me.id.to_string(),
            username: session.me.username.clone().unwrap_or_default(),
            last_room: None,
        };
        let known = self
            .settings
            .accounts
            .iter()
            .position(|account| account.key() == key.key());
        let account = match known {
            Some(index) => {
                let before = self.settings.accounts.remove(index);
                KnownAccount {
                    last_room: before.last_room,
                    ..key
                }
            }
            None => key,
        };
        let last_room = account.last_room.clone();
        self.settings.accounts.insert(0, account);
        self.settings.last_server = Some(server);
        self.sign_in = SignIn::default();
        self.session_generation = self.generation;
        self.phase = Phase::SignedIn;
        let keyring = session.keyring.clone();
        self.session = Some(session);
        effects.extend(self.keyring_changed(keyring));
        effects.push(self.keep_settings());
        let generation = self.generation;
        effects.push(Effect::Send(Command::LoadRooms { generation }));
        if let (None, Some(room)) = (&self.gallery, last_room) {
            self.room_to_open = Some(RoomId::from(room));
        }
        effects
    }

    pub(super) fn log_in_failed(&mut self, error: ClientError) -> Vec<Effect> {
        if let Phase::Resuming { error: shown, .. } = &mut self.phase {
            *shown = Some(error);
        } else {
            self.sign_in.failed(error);
        }
        Vec::new()
    }

    pub(super) fn no_stored_session(&mut self, keyring: Option<KeyringError>) -> Vec<Effect> {
        let server = self
            .settings
            .accounts
            .first()
            .map(|account| account.server.clone());
        if let Some(error) = keyring {
            let message = user_message::keyring_unreadable(&error);
            self.notices.push(NoticeLevel::Warning, message, None);
        }
        self.show_form(server)
    }

    pub(super) fn session_expired(&mut self) -> Vec<Effect> {
        match &self.phase {
            Phase::Resuming { account, .. } => {
                let server = account.server.clone();
                let message = UserMessage::signed_out_by_server();
                self.notices.push(NoticeLevel::Warning, message, None);
                self.show_form(Some(server))
            }
            Phase::SignedIn => {
                // The server is known and was agreed to: nothing to ask, nothing to wait for.
                if let Some(session) = &self.session {
                    self.sign_in = SignIn::for_session(session);
                }
                self.phase = Phase::Expired;
                Vec::new()
            }
            Phase::SignedOut | Phase::Expired => Vec::new(),
        }
    }

    pub(super) fn sign_out(&mut self, how: Command) -> Vec<Effect> {
        if self.session.is_none() || self.is_signing_out {
            return Vec::new();
        }
        self.is_signing_out = true;
        vec![Effect::Send(how)]
    }

    pub(super) fn signed_out(&mut self, keyring: Option<KeyringError>) -> Vec<Effect> {
        self.is_signing_out = false;
        self.notices.withdraw_all();
        if let Some(error) = keyring {
            let message = user_message::keyring_not_removed(&error);
            self.notices.push(NoticeLevel::Warning, message, None);
        }
        self.session_generation = self.bump();
        let session = self.session.take();
        if let Some(session) = &session {
            let (server, user) = (
                session.account.server.to_string(),
                session.account.user.to_string(),
            );
            self.settings
                .accounts
                .retain(|account| account.server != server || account.user_id != user);
            self.forget_saves_of(&format!("{user}@{server}"));
        }
        self.forget_account();
        let server = session.map(|session| session.account.server.to_string());
        let mut effects = vec![self.keep_settings(), Effect::DropTextures];
        effects.extend(self.show_form(server));
        effects
    }

    /// Takes an account that is not signed in off this machine.
    pub(super) fn forget_known(&mut self, account: KnownAccount) -> Vec<Effect> {
        let key = account.key();
        self.settings.accounts.retain(|known| known.key() != key);
        self.forget_saves_of(&key);
        vec![
            self.keep_settings(),
            Effect::Send(Command::ForgetAccount(account)),
        ]
    }

    pub(super) fn keep_session(&mut self) -> Vec<Effect> {
        self.notices.withdraw(&NoticeOffer::RetryKeyring);
        self.has_told_about_keyring = false;
        self.set_keyring(KeyringStatus::Waiting);
        vec![Effect::Send(Command::KeepSession)]
    }

    pub(super) fn keyring_changed(&mut self, status: KeyringStatus) -> Vec<Effect> {
        match &status {
            KeyringStatus::NotKept(error) => self.tell_keyring(error),
            KeyringStatus::Kept => self.notices.withdraw(&NoticeOffer::RetryKeyring),
            KeyringStatus::Waiting | KeyringStatus::NotMeantToBe => {}
        }
        self.set_keyring(status);
        Vec::new()
    }

    fn set_keyring(&mut self, status: KeyringStatus) {
        if let Some(session) = &mut self.session {
            session.keyring = status;
        }
    }

    fn tell_keyring(&mut self, error: &KeyringError) {
        if !self.has_told_about_keyring {
            self.has_told_about_keyring = true;
            let message = user_message::keyring(error);
            self.notices.push(
                NoticeLevel::Warning,
                message,
                Some(NoticeOffer::RetryKeyring),
            );
        }
    }

    fn forget_account(&mut self) {
        self.rooms = crate::state::room_list::RoomList::default();
        self.gallery = None;
        self.kept.clear();
        self.people.clear();
        self.room_to_open = None;
        self.saves.forget();
        self.errands.forget_all();
        self.saved_rooms = crate::state::saved_rooms::SavedRooms::default();
        self.connection = crate::protocol::Connection::Online;
        self.has_told_about_keyring = false;
    }
}

fn send(command: Option<Command>) -> Vec<Effect> {
    command.into_iter().map(Effect::Send).collect()
}
