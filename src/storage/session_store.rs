//! Where a session's secret is kept between runs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::{AuthToken, Session, TokenKind};

use super::{KeyringError, KnownAccount};

/// What is kept for one account. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The secret.
    pub token: AuthToken,
    /// Where it comes from: signing out must not destroy a personal access token.
    pub kind: TokenKind,
    /// The user name, to be shown before the server answered.
    pub username: String,
}

impl StoredSession {
    /// What there is to keep of a running session.
    pub fn of(session: &Session) -> Self {
        Self {
            token: session.token.clone(),
            kind: session.token_kind,
            username: username(session),
        }
    }
}

/// The account of a running session, as the settings remember it.
pub fn known_account(session: &Session) -> KnownAccount {
    KnownAccount {
        server: session.server.to_string(),
        user_id: session.me.id.to_string(),
        username: username(session),
        last_room: None,
    }
}

fn username(session: &Session) -> String {
    let handle = session.me.username.as_deref();
    handle
        .unwrap_or_else(|| session.me.display_name())
        .to_owned()
}

/// A place for secrets, one entry per account. Every call may block for as long as the
/// system asks a person for a password: see [`super::KeyringThread`].
pub trait SessionStore: Send + Sync {
    /// The session of this account, `None` if there is none.
    ///
    /// # Errors
    ///
    /// When the store is away, locked or says no, or the entry cannot be read.
    fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError>;

    /// Puts the session there, replacing whatever the account had. Only to be called with a
    /// session that the server just gave or confirmed, because it also replaces an entry
    /// that [`Self::load`] could not read.
    ///
    /// # Errors
    ///
    /// When the store is away, locked or says no.
    fn keep(&self, account: &KnownAccount, session: &StoredSession) -> Result<(), KeyringError>;

    /// Removes the entry of this account; no entry is fine.
    ///
    /// # Errors
    ///
    /// When the store is away, locked or says no.
    fn remove(&self, account: &KnownAccount) -> Result<(), KeyringError>;

    /// Whether sessions are there in another run.
    fn is_lasting(&self) -> bool {
        true
    }
}

/// Keeps sessions for this run only, as if that were the keyring.
#[derive(Debug, Default)]
pub struct MemoryStore {
    sessions: Mutex<HashMap<String, StoredSession>>,
}

impl SessionStore for MemoryStore {
    fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(sessions.get(&account.key()).cloned())
    }

    fn keep(&self, account: &KnownAccount, session: &StoredSession) -> Result<(), KeyringError> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(account.key(), session.clone());
        Ok(())
    }

    fn remove(&self, account: &KnownAccount) -> Result<(), KeyringError> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&account.key());
        Ok(())
    }
}

/// The same for the demo, which says that it forgets them.
#[derive(Debug, Default)]
pub struct DemoStore(MemoryStore);

impl SessionStore for DemoStore {
    fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
        self.0.load(account)
    }

    fn keep(&self, account: &KnownAccount, session: &StoredSession) -> Result<(), KeyringError> {
        self.0.keep(account, session)
    }

    fn remove(&self, account: &KnownAccount) -> Result<(), KeyringError> {
        self.0.remove(account)
    }

    fn is_lasting(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{Person, ServerUrl, UserId};

    use super::*;

    fn session(username: Option<&str>) -> Session {
        Session {
            server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
            me: Person {
                id: UserId::from("u1"),
                username: username.map(str::to_owned),
                name: Some("Ana Name".to_owned()),
            },
            token: AuthToken::new("s3cret".to_owned()),
            token_kind: TokenKind::PersonalAccess,
            must_change_password: false,
        }
    }

    #[test]
    fn what_is_remembered_of_a_session_holds_no_secret() {
        let account = known_account(&session(Some("ana")));
        assert_eq!(account.key(), "u1@https://chat.example.org/");
        assert_eq!(account.username, "ana");
        let stored = StoredSession::of(&session(None));
        assert_eq!(stored.username, "Ana Name");
        assert_eq!(stored.kind, TokenKind::PersonalAccess);
        assert!(!format!("{account:?} {stored:?}").contains("s3cret"));
    }
}
