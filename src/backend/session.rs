//! Signing in and out, and the keyring, which never holds anything up.

use std::sync::Arc;
use std::time::Duration;

use super::library_start::Restored;
use super::live::Live;
use super::{BackendConfig, Timings};
use crate::domain::{AccountId, AuthToken, LogInRequest, ServerUrl, Session, TokenKind, UserId};
use crate::protocol::{
    ClientError, Event, EventSender, Generation, KeyringError, KeyringStatus, KnownAccount,
    LogInRefusal, ServerIdentity, SessionInfo,
};
use crate::rocketchat::{Client, Http, log_in, probe, resume};
use crate::storage::{
    Dirs, KeyringThread, StoredSession, keep_only_saves, known_account, remove_account_caches,
    remove_library,
};

/// The name of a server is worth no more than this.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(3);

/// Signing out must not hang on a server that is away.
const LOG_OUT_TIMEOUT: Duration = Duration::from_secs(5);

/// What every part of the backend may use.
#[derive(Clone)]
pub(super) struct Services {
    pub(super) http: Http,
    pub(super) dirs: Dirs,
    pub(super) keyring: Arc<KeyringThread>,
    pub(super) events: EventSender,
    pub(super) timings: Timings,
    is_store_lasting: bool,
}

/// A session that was accepted.
pub(super) struct SignedIn {
    pub(super) client: Client,
    pub(super) info: Box<SessionInfo>,
    pub(super) generation: Generation,
}

/// What an attempt to sign in came to.
pub(super) enum Attempt {
    Accepted(Box<SignedIn>),
    /// Not asked about yet, but this machine knows what there is to show.
    Restored(Box<Restored>),
    Failed(Box<Failure>),
}

/// Reported by the runner once it remembers `stored`: the window may try again at once.
pub(super) struct Failure {
    pub(super) event: Event,
    /// What the keyring gave is good for another attempt.
    pub(super) stored: Option<(KnownAccount, StoredSession)>,
}

impl From<Event> for Attempt {
    fn from(event: Event) -> Self {
        Self::Failed(Box::new(Failure {
            event,
            stored: None,
        }))
    }
}

/// What stays on this machine of an account that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// What was saved where, and what is still to be saved.
    SavesStay,
    /// Nothing but the files that are complete.
    NothingStays,
}

impl Services {
    pub(super) fn new(config: &BackendConfig, events: EventSender) -> Self {
        Self {
            http: config.http.clone(),
            dirs: config.dirs.clone(),
            keyring: Arc::new(KeyringThread::start(Arc::clone(&config.session_store))),
            is_store_lasting: config.session_store.is_lasting(),
            events,
            timings: config.timings,
        }
    }

    pub(super) async fn log_in(
        self,
        request: LogInRequest,
        known: Option<ServerIdentity>,
        generation: Generation,
    ) -> Attempt {
        match log_in(&self.http, &request).await {
            Ok(session) => {
                let identity = self.identity(&session.server, known).await;
                let keyring = if self.is_store_lasting {
                    KeyringStatus::Waiting
                } else {
                    KeyringStatus::NotMeantToBe
                };
                self.accepted(session, identity, generation, keyring)
            }
            Err(error) => {
                tracing::debug!(%error, "log-in failed");
                Event::LogInFailed { generation, error }.into()
            }
        }
    }

    /// With `stored` from an earlier attempt, the keyring is not asked.
    pub(super) async fn resume(
        self,
        account: KnownAccount,
        stored: Option<StoredSession>,
        generation: Generation,
    ) -> Attempt {
        let stored = match stored {
            Some(stored) => stored,
            None => match self.load(&account).await {
                Ok(Some(stored)) => stored,
                missing => {
                    let keyring = missing.err();
                    tracing::debug!(?keyring, "no stored session");
                    let event = Event::NoStoredSession {
                        generation,
                        keyring,
                    };
                    return event.into();
                }
            },
        };
        if let Some(restored) = self.restore(&account, &stored, generation).await {
            return Attempt::Restored(Box::new(restored));
        }
        let resumed = self.check(&account, &stored).await;
        let event = match resumed {
            Ok((session, identity)) => {
                return self.accepted(session, identity, generation, self.kept());
            }
            Err(
                ClientError::SessionExpired
                | ClientError::LogIn(LogInRefusal::TokenUnknown | LogInRefusal::TokenExpired),
            ) => Event::SessionExpired { generation },
            Err(error) => Event::LogInFailed { generation, error },
        };
        let stored = Some((account, stored));
        Attempt::Failed(Box::new(Failure { event, stored }))
    }

    pub(super) async fn check(
        &self,
        account: &KnownAccount,
        stored: &StoredSession,
    ) -> Result<(Session, Option<ServerIdentity>), ClientError> {
        let server = ServerUrl::parse_base(&account.server).map_err(|error| {
            let host = account.server.clone();
            tracing::warn!(%error, host, "the settings name a server that is none");
            ClientError::NameNotFound { host }
        })?;
        let user = UserId::from(account.user_id.as_str());
        let token: AuthToken = stored.token.clone();
        let (session, identity) = tokio::join!(
            resume(&self.http, &server, &user, token, stored.kind),
            self.identity(&server, None),
        );
        Ok((session?, identity))
    }

    async fn identity(
        &self,
        server: &ServerUrl,
        known: Option<ServerIdentity>,
    ) -> Option<ServerIdentity> {
        if let Some(known) = known.filter(|known| known.base == *server) {
            return Some(known);
        }
        let asked = tokio::time::timeout(IDENTITY_TIMEOUT, probe(&self.http, server)).await;
        asked.ok()?.ok()
    }

    fn accepted(
        &self,
        session: Session,
        identity: Option<ServerIdentity>,
        generation: Generation,
        keyring: KeyringStatus,
    ) -> Attempt {
        let info = Self::info(&session, identity, keyring);
        Attempt::Accepted(Box::new(SignedIn {
            client: Client::new(self.http.clone(), session),
            info: Box::new(info),
            generation,
        }))
    }

    pub(super) fn info(
        session: &Session,
        identity: Option<ServerIdentity>,
        keyring: KeyringStatus,
    ) -> SessionInfo {
        let (server_name, server_version) = identity
            .map(|identity| (identity.name, identity.version))
            .map_or((None, None), |(name, version)| (name, Some(version)));
        SessionInfo {
            account: session.account(),
            me: session.me.clone(),
            server_name,
            server_version,
            token_kind: session.token_kind,
            must_change_password: session.must_change_password,
            keyring,
        }
    }

    /// How it stands with a session that is in the store.
    pub(super) const fn kept(&self) -> KeyringStatus {
        if self.is_store_lasting {
            KeyringStatus::Kept
        } else {
            KeyringStatus::NotMeantToBe
        }
    }

    async fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
        let account = account.clone();
        self.ask_keyring(move |keyring, timeout| keyring.load(&account, timeout))
            .await
    }

    /// Puts the session into the keyring and reports where it is then.
    pub(super) async fn keep(self, session: Session) {
        let whose = session.account();
        let account = known_account(&session);
        let stored = StoredSession::of(&session);
        let lasting = self.kept();
        let kept = self
            .ask_keyring(move |keyring, timeout| keyring.keep(&account, &stored, timeout))
            .await;
        let status = match kept {
            Ok(()) => lasting,
            Err(error) => {
                tracing::debug!(%error, "the session is not kept");
                KeyringStatus::NotKept(error)
            }
        };
        let event = Event::KeyringChanged {
            account: whose,
            status,
        };
        self.events.send(event).await;
    }

    /// Forgets an account that has a session running.
    pub(super) async fn sign_out(self, live: Live, leaving: Leaving) {
        let Live {
            link,
            originals,
            library,
            shelf,
            saves,
            ..
        } = live;
        let client = link.last_client();
        let session = client.session();
        if session.token_kind == TokenKind::LogIn {
            let ended = tokio::time::timeout(LOG_OUT_TIMEOUT, client.log_out()).await;
            tracing::debug!(?ended, "logged out");
        }
        saves.close(leaving).await;
        originals.close_cache().await;
        library.close().await;
        shelf.close().await;
        self.forget(known_account(session), leaving).await;
    }

    /// Removes the caches and the entry of an account and reports the end. What was saved where
    /// may stay known, and what is still to be saved: whoever signs in again goes on from there.
    pub(super) async fn forget(self, account: KnownAccount, leaving: Leaving) {
        let keyring = self.remove_account(account, leaving).await;
        self.events.send(Event::SignedOut { keyring }).await;
    }

    /// Removes all that is known of an account that is not signed in.
    pub(super) async fn forget_other(self, account: KnownAccount) {
        let keyring = self.remove_account(account, Leaving::NothingStays).await;
        self.events.send(Event::AccountForgotten { keyring }).await;
    }

    async fn remove_account(
        &self,
        account: KnownAccount,
        leaving: Leaving,
    ) -> Option<KeyringError> {
        if let Ok(server) = ServerUrl::parse_base(&account.server) {
            let user = UserId::from(account.user_id.as_str());
            let account = AccountId { server, user };
            self.remove_caches(account, leaving).await;
        }
        let removed = self
            .ask_keyring(move |keyring, timeout| keyring.remove(&account, timeout))
            .await;
        removed.err()
    }

    async fn remove_caches(&self, account: AccountId, leaving: Leaving) {
        let dirs = self.dirs.clone();
        let remove = move || {
            let caches = remove_account_caches(&dirs, &account);
            let library = match leaving {
                Leaving::SavesStay => keep_only_saves(&dirs, &account),
                Leaving::NothingStays => remove_library(&dirs, &account),
            };
            library.and(caches)
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(remove).await {
            tracing::warn!(%error, "a cache is left");
            self.events.send(Event::StorageTrouble(error)).await;
        }
    }

    async fn ask_keyring<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&KeyringThread, Duration) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let keyring = Arc::clone(&self.keyring);
        let timeout = self.timings.keyring_timeout;
        let asked = tokio::task::spawn_blocking(move || ask(&keyring, timeout)).await;
        asked.unwrap_or_else(|error| Err(KeyringError::Refused(error.to_string())))
    }
}
