//! Signing in and out, and what the keyring does about it.

use super::UserMessage;
use crate::domain::{AddressError, ServerUrl};
use crate::protocol::{KeyringError, LogInRefusal, TwoFactorMethod};

impl UserMessage {
    /// The stored session had died before the start.
    pub fn signed_out_by_server() -> Self {
        Self::new("The server ended your session", "Sign in again to go on.")
    }
}

/// An address that cannot be one.
pub fn address(error: &AddressError) -> UserMessage {
    match error {
        AddressError::Empty => UserMessage::new("No address yet", "Type your server's address."),
        AddressError::Scheme(scheme) => UserMessage::new(
            format!("{scheme}:// is not an address of the web"),
            "Use https://, or leave it out.",
        ),
        AddressError::HoldsCredentials => UserMessage::new(
            "The address holds a name or password",
            "Take it out of the address; user and password have their own fields.",
        ),
        AddressError::Invalid => UserMessage::new(
            "This is not an address",
            "It should look like chat.example.org or https://example.org/chat.",
        ),
    }
}

pub(super) fn log_in(refusal: &LogInRefusal) -> UserMessage {
    match refusal {
        LogInRefusal::WrongCredentials => UserMessage::new(
            "User or password is wrong",
            "Check both. If you sign in through another service, use a personal access token.",
        ),
        LogInRefusal::TwoFactorRequired(_) => {
            UserMessage::new("A second step is needed", "Type the code.")
        }
        LogInRefusal::TwoFactorInvalid(challenge) => UserMessage::new(
            "The code is wrong or has expired",
            match challenge.method {
                TwoFactorMethod::Totp => "Type the newest code; check the clock of your phone.",
                TwoFactorMethod::Email => "Type the code of the newest e-mail, or ask for another.",
            },
        ),
        LogInRefusal::TwoFactorExhausted => {
            UserMessage::new("Too many wrong codes", "Ask for a new code and try again.")
        }
        LogInRefusal::BlockedForUser => UserMessage::new(
            "The server has blocked this user after too many attempts",
            "Wait five minutes, then try again; until then the right password is refused too.",
        ),
        LogInRefusal::BlockedForAddress => UserMessage::new(
            "The server has blocked your network address after too many attempts",
            "Wait five minutes, then try again.",
        ),
        LogInRefusal::NotActivated => UserMessage::new(
            "This account is not active",
            "It waits for approval or was switched off. Ask an administrator.",
        ),
        LogInRefusal::EmailNotVerified => UserMessage::new(
            "Your e-mail address is not verified",
            "Open the link in the server's e-mail, then sign in again.",
        ),
        LogInRefusal::NoRoles => UserMessage::new(
            "This account has no role on the server",
            "Ask an administrator to give it one.",
        ),
        LogInRefusal::AppUser => UserMessage::new(
            "This account belongs to an app and cannot sign in",
            "Use your own account.",
        ),
        LogInRefusal::TokenUnknown => UserMessage::new(
            "The server does not know this token",
            "Copy it once more, whole; it is shown only once, when it is made.",
        ),
        LogInRefusal::TokenExpired => UserMessage::new(
            "This token has expired",
            "Make a new one in the web client.",
        ),
        LogInRefusal::TooManyAttempts => {
            UserMessage::new("Too many attempts", "Wait a minute, then try again.")
        }
        LogInRefusal::Other { message, .. } => UserMessage::new(
            "The server refuses to sign you in",
            if message.is_empty() {
                "It gave no reason.".to_owned()
            } else {
                format!("It says: {message}")
            },
        ),
    }
}

/// An account whose password must be changed first.
pub fn must_change_password(server: &ServerUrl) -> UserMessage {
    UserMessage::new(
        "The server wants you to set a new password",
        format!("Do it in the web client: {server}"),
    )
}

/// The keyring does not keep the session.
pub fn keyring(error: &KeyringError) -> UserMessage {
    let headline = "You stay signed in only until Salon is closed";
    let advice = match error {
        KeyringError::Missing(_) => {
            "This system has no keyring running. Install or start one, such as GNOME Keyring or \
             KWallet, then try again."
        }
        KeyringError::Locked => "The keyring is locked. Unlock it, then try again.",
        KeyringError::Refused(_) => "The keyring refused. Look at its settings, then try again.",
        KeyringError::Slow => {
            "The keyring does not answer. It may be asking for its password in another window."
        }
        KeyringError::Unreadable(_) => {
            "The keyring holds an entry that this version cannot read, and it was left alone."
        }
    };
    UserMessage::new(headline, advice)
}

/// The stored session could not be read at the start.
pub fn keyring_unreadable(error: &KeyringError) -> UserMessage {
    let headline = "The stored session could not be read";
    let advice = match error {
        KeyringError::Missing(_) => "This system has no keyring running. Sign in for this time.",
        KeyringError::Locked => "The keyring is locked. Unlock it and start again, or sign in.",
        KeyringError::Refused(_) | KeyringError::Slow => {
            "The keyring does not answer. Sign in for this time."
        }
        KeyringError::Unreadable(_) => {
            "Its entry is damaged or from a newer version. Sign in again."
        }
    };
    UserMessage::new(headline, advice)
}

/// Signing out could not remove the entry.
pub fn keyring_not_removed(_error: &KeyringError) -> UserMessage {
    UserMessage::new(
        "The keyring entry could not be removed",
        "The session is over on the server, so it opens nothing. You can delete the entry \
         \"Salon\" in your keyring program.",
    )
}
