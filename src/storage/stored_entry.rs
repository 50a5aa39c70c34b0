//! The text of one keyring entry: small, versioned JSON.

use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::{AuthToken, TokenKind};

use super::{KeyringError, StoredSession};

/// Written by this version; others are left to the program that wrote them.
const VERSION: u32 = 1;

/// More than any entry needs, so that the buffer never grows: a buffer that moves leaves an
/// unwiped copy behind. Windows allows no more than 2560 bytes for an entry anyway.
const ENTRY_BYTES: usize = 4096;

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Serialize)]
struct EntryOut<'a> {
    version: u32,
    kind: Kind,
    username: &'a str,
    token: &'a str,
}

#[derive(Deserialize)]
struct EntryIn {
    kind: Kind,
    username: String,
    #[serde(deserialize_with = "secret")]
    token: AuthToken,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AuthToken, D::Error> {
    String::deserialize(deserializer).map(AuthToken::new)
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Login,
    PersonalAccess,
}

/// What to put into the keyring; wiped when dropped.
pub(super) fn encode(session: &StoredSession) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let entry = EntryOut {
        version: VERSION,
        kind: match session.kind {
            TokenKind::LogIn => Kind::Login,
            TokenKind::PersonalAccess => Kind::PersonalAccess,
        },
        username: &session.username,
        token: session.token.expose(),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(ENTRY_BYTES));
    serde_json::to_writer(&mut *bytes, &entry)
        .map_err(|error| KeyringError::Refused(format!("cannot be written: {error}")))?;
    Ok(bytes)
}

/// Understands what the keyring gave back. The messages never quote the entry: it holds the
/// secret, and serde's own would show it ("invalid type: string …").
pub(super) fn decode(bytes: &[u8]) -> Result<StoredSession, KeyringError> {
    let damaged = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        KeyringError::Unreadable(format!("damaged at line {line}, column {column}"))
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if version != VERSION {
        let message = format!("written by another version of Salon (format {version})");
        return Err(KeyringError::Unreadable(message));
    }
    let entry: EntryIn = serde_json::from_slice(bytes).map_err(damaged)?;
    if entry.token.expose().is_empty() {
        return Err(KeyringError::Unreadable("it holds no token".to_owned()));
    }
    Ok(StoredSession {
        token: entry.token,
        kind: match entry.kind {
            Kind::Login => TokenKind::LogIn,
            Kind::PersonalAccess => TokenKind::PersonalAccess,
        },
        username: entry.username,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(kind: TokenKind) -> StoredSession {
        StoredSession {
            token: AuthToken::new("s3cret \"quoted\" \\ é".to_owned()),
            kind,
            username: "ana".to_owned(),
        }
    }

    #[test]
    fn an_entry_comes_back_as_it_was() {
        for kind in [TokenKind::LogIn, TokenKind::PersonalAccess] {
            let bytes = encode(&session(kind)).unwrap();
            assert_eq!(decode(&bytes), Ok(session(kind)));
        }
    }

    #[test]
    fn the_format_is_the_one_older_versions_wrote() {
        let text = br#"{"version":1,"kind":"personal_access","username":"bo","token":"t"}"#;
        let read = decode(text).unwrap();
        assert_eq!(read.kind, TokenKind::PersonalAccess);
        let written = encode(&read).unwrap();
        assert_eq!(written.as_slice(), text);
    }

    #[test]
    fn a_newer_or_damaged_entry_is_unreadable_and_its_text_is_not_told() {
        let entries = [
            r#"{"version":2,"secret":"s3cret"}"#,
            r#"{"version":1,"kind":"s3cret","username":"a","token":"s3cret"}"#,
            r#"{"version":1,"kind":"login","username":"a","token":["s3cret"]}"#,
            r#"{"version":1,"kind":"login","username":"a","token":""}"#,
            r#"{"version":"s3cret"}"#,
            "s3cret",
            "",
        ];
        for entry in entries {
            let Err(KeyringError::Unreadable(cause)) = decode(entry.as_bytes()) else {
                panic!("{entry} was understood");
            };
            assert!(!cause.contains("s3cret"), "{cause}");
        }
    }
}
