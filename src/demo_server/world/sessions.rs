//! Login tokens, e-mailed codes and failed logins.

use std::collections::HashMap;
use std::time::Duration;

use super::ids::fresh_token;

/// Who is logged in, and who tries to.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    tokens: HashMap<String, Session>,
    codes: HashMap<String, EmailCode>,
    failures: HashMap<String, Failures>,
    /// The mails sent, oldest first.
    pub(crate) outbox: Vec<Mail>,
}

#[derive(Debug, Clone)]
struct Session {
    user: String,
    kind: SessionKind,
    born: u64,
}

/// What a token was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionKind {
    Login,
    /// Made in the web client, never expires.
    PersonalAccessToken,
}

/// An e-mailed code.
#[derive(Debug, Clone)]
struct EmailCode {
    code: String,
    expires_at: i64,
    wrong_tries: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last_at: i64,
}

/// A mail somebody would have got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) code: String,
    pub(crate) sent_at: i64,
}

/// What came of trying an e-mailed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeCheck {
    Right,
    Wrong,
    TooManyTries,
}

/// `MAX_RESUME_LOGIN_TOKENS`.
const MOST_TOKENS: usize = 50;

/// Wrong e-mailed codes until even the right one is refused.
const MOST_CODE_TRIES: u32 = 5;

impl Sessions {
    /// A new token; the oldest beyond 50 of this person's goes.
    pub(crate) fn open(&mut self, user: &str, kind: SessionKind) -> String {
        let token = fresh_token();
        let born = self
            .tokens
            .values()
            .map(|session| session.born)
            .max()
            .unwrap_or(0)
            + 1;
        self.tokens.insert(
            token.clone(),
            Session {
                user: user.to_owned(),
                kind,
                born,
            },
        );
        let own = self
            .tokens
            .iter()
            .filter(|(_, session)| session.user == user);
        if own.clone().count() > MOST_TOKENS {
            let oldest = own
                .min_by_key(|(_, session)| session.born)
                .map(|(token, _)| token.clone());
            if let Some(oldest) = oldest {
                self.tokens.remove(&oldest);
            }
        }
        token
    }

    pub(crate) fn user_of(&self, token: &str) -> Option<&str> {
        self.tokens.get(token).map(|session| session.user.as_str())
    }

    /// Whatever its kind: logging out a personal access token deletes it.
    pub(crate) fn close(&mut self, token: &str) -> bool {
        self.tokens.remove(token).is_some()
    }

    /// Every token of a person, or only those of logins.
    pub(crate) fn close_all(&mut self, user: &str, only: Option<SessionKind>) -> Vec<String> {
        let doomed: Vec<String> = self
            .tokens
            .iter()
            .filter(|(_, session)| session.user == user)
            .filter(|(_, session)| only.is_none_or(|kind| session.kind == kind))
            .map(|(token, _)| token.clone())
            .collect();
        for token in &doomed {
            self.tokens.remove(token);
        }
        doomed
    }

    /// The expiry of a code that is still good.
    pub(crate) fn live_code(&self, user: &str, now: i64) -> Option<i64> {
        self.codes
            .get(user)
            .map(|code| code.expires_at)
            .filter(|expires_at| *expires_at > now)
    }

    /// Mails a new code, `123-456`, in place of any other.
    pub(crate) fn mail_code(&mut self, user: &str, to: String, now: i64, lifetime: Duration) {
        let code = format!("{:06}", fastrand::u32(0..1_000_000));
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        let expires_at = now.saturating_add(lifetime);
        let (head, tail) = code.split_at_checked(3).unwrap_or_default();
        let mail = Mail {
            to,
            code: format!("{head}-{tail}"),
            sent_at: now,
        };
        tracing::info!(to = mail.to, code = mail.code, "a login code was mailed");
        self.outbox.push(mail);
        self.codes.insert(
            user.to_owned(),
            EmailCode {
                code,
                expires_at,
                wrong_tries: 0,
            },
        );
    }

    /// Tries a code; the right one is used up.
    pub(crate) fn check_code(&mut self, user: &str, tried: &str, now: i64) -> CodeCheck {
        let digits: String = tried.chars().filter(char::is_ascii_digit).collect();
        let Some(code) = self
            .codes
            .get_mut(user)
            .filter(|code| code.expires_at > now)
        else {
            return CodeCheck::Wrong;
        };
        if code.wrong_tries >= MOST_CODE_TRIES {
            return CodeCheck::TooManyTries;
        }
        if code.code == digits {
            self.codes.remove(user);
            return CodeCheck::Right;
        }
        code.wrong_tries += 1;
        CodeCheck::Wrong
    }

    /// Whether `who` (a user or an address) failed too often lately.
    pub(crate) fn is_blocked(&self, who: &str, most: u32, lasts: Duration, now: i64) -> bool {
        let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        self.failures.get(who).is_some_and(|failures| {
            failures.count >= most && now < failures.last_at.saturating_add(lasts)
        })
    }

    pub(crate) fn note_failure(&mut self, who: &str, now: i64, lasts: Duration) {
        let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        let failures = self.failures.entry(who.to_owned()).or_default();
        if now >= failures.last_at.saturating_add(lasts) {
            failures.count = 0;
        }
        failures.count += 1;
        failures.last_at = now;
    }

    pub(crate) fn note_success(&mut self, who: &str) {
        self.failures.remove(who);
    }
}
