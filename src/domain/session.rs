//! Who is signed in, and with what.

use secrecy::{ExposeSecret as _, SecretString};

use super::{Person, ServerUrl, UserId};

/// One person on one server: the scope of every key, cache and setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountId {
    /// The server's base address as it was reached.
    pub server: ServerUrl,
    /// The user on it.
    pub user: UserId,
}

/// The secret of a session. Wiped from memory when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct AuthToken(SecretString);

impl AuthToken {
    /// Takes the token out of plain text.
    pub fn new(token: String) -> Self {
        Self(SecretString::from(token))
    }

    /// The token itself, for a request header or the keyring and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for AuthToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for AuthToken {}

impl std::fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthToken(…)")
    }
}

/// Where a token comes from, which decides what signing out may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Made by a log-in of this program; `POST /logout` ends it.
    LogIn,
    /// Made by the person in the web client. `POST /logout` would delete it for good,
    /// so signing out only forgets it here.
    PersonalAccess,
}

/// A session that the server accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The server's base address.
    pub server: ServerUrl,
    /// The user who signed in.
    pub me: Person,
    /// The secret.
    pub token: AuthToken,
    /// Where the secret comes from.
    pub token_kind: TokenKind,
    /// `requirePasswordChange`: the web client must be used to set a new password.
    pub must_change_password: bool,
}

impl Session {
    /// The account this session belongs to.
    pub fn account(&self) -> AccountId {
        AccountId {
            server: self.server.clone(),
            user: self.me.id.clone(),
        }
    }
}

/// What a person signs in with. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// User name or e-mail address, password and, once it was asked for, a second-factor code.
    Password {
        /// User name or e-mail address.
        user: String,
        /// The password.
        password: SecretString,
        /// The six digits, or a backup code.
        code: Option<SecretString>,
    },
    /// A personal access token; the user id is found by the server.
    PersonalAccessToken(AuthToken),
}

/// One attempt to sign in.
#[derive(Debug, Clone)]
pub struct LogInRequest {
    /// The base address that the probe settled on.
    pub server: ServerUrl,
    /// With what.
    pub credentials: Credentials,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_shows_in_debug_output() {
        let request = LogInRequest {
            server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
            credentials: Credentials::Password {
                user: "ana".to_owned(),
                password: SecretString::from("hunter2"),
                code: Some(SecretString::from("123-456")),
            },
        };
        let shown = format!(
            "{request:?} {:?}",
            AuthToken::new("s3cret-token".to_owned())
        );
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains("s3cret-token"), "{shown}");
        assert!(!shown.contains("123-456"), "{shown}");
    }
}
