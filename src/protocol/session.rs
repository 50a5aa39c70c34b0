//! Who is signed in, and how things stand with the server.

use std::time::Instant;

use super::KeyringError;
use crate::domain::{AccountId, Person, TokenKind};

/// Who is signed in, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Scope of everything.
    pub account: AccountId,
    /// The person.
    pub me: Person,
    /// `Site_Name`, if the server told.
    pub server_name: Option<String>,
    /// `major.minor`.
    pub server_version: Option<String>,
    /// Where the token comes from.
    pub token_kind: TokenKind,
    /// A new password must be set in the web client.
    pub must_change_password: bool,
    /// Where the token is kept.
    pub keyring: KeyringStatus,
}

/// Where the session's token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringStatus {
    /// In the keyring of the system.
    Kept,
    /// Being put there; the system may be asking for a password.
    Waiting,
    /// Only in this running program.
    NotKept(KeyringError),
    /// The same on purpose: the demo forgets everything when it ends.
    NotMeantToBe,
}

/// How things stand with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// The last request was answered.
    Online,
    /// Listing waits for the server's budget.
    RateLimited {
        /// When it goes on.
        until: Instant,
    },
    /// The server cannot be reached; the backend tries again by itself.
    Offline {
        /// Since when.
        since: jiff::Timestamp,
    },
}
