//! Why `POST login` said no.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::{ClientError, LogInRefusal, TwoFactorChallenge, TwoFactorMethod, wire};

/// What was tried, for the codes that mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// User name and password.
    Password,
    /// `resume`: a token.
    Token,
}

/// Sorts an answer that is not a success. Log-in failures come with 401 from servers up to
/// 8.x, the second factor with 400 elsewhere; the body decides, not the status.
pub(super) fn log_in_error(answer: Answer, attempt: Attempt) -> ClientError {
    let status = answer.status.as_u16();
    let Some(body) = answer.json().filter(|_| status != 429 && status < 500) else {
        return match answer.into_value() {
            // Nothing is signed in yet that could have expired.
            Err(ClientError::SessionExpired) => ClientError::LogIn(unauthorized(attempt)),
            Err(error) => error,
            Ok(_) => ClientError::ServerFault { status },
        };
    };
    let refusal = Refusal::read(&body);
    ClientError::LogIn(sort(refusal, body.get("details"), attempt))
}

fn sort(refusal: Refusal, details: Option<&Value>, attempt: Attempt) -> LogInRefusal {
    let code = refusal.code.as_deref().unwrap_or_default();
    let words = refusal.message.to_ascii_lowercase();
    match code {
        "totp-required" => LogInRefusal::TwoFactorRequired(challenge(details)),
        "totp-invalid" => LogInRefusal::TwoFactorInvalid(challenge(details)),
        "totp-max-attempts" => LogInRefusal::TwoFactorExhausted,
        "error-login-blocked-for-user" => LogInRefusal::BlockedForUser,
        "error-login-blocked-for-ip" => LogInRefusal::BlockedForAddress,
        "error-user-is-not-activated" => LogInRefusal::NotActivated,
        "error-invalid-email" => LogInRefusal::EmailNotVerified,
        "error-user-has-no-roles" => LogInRefusal::NoRoles,
        "error-app-user-is-not-allowed-to-login" => LogInRefusal::AppUser,
        "too-many-requests" => LogInRefusal::TooManyAttempts,
        // Servers that do not mask resume failures tell the two apart by words only.
        _ if words.contains("session has expired") => LogInRefusal::TokenExpired,
        _ if words.contains("logged out by the server") => LogInRefusal::TokenUnknown,
        "Unauthorized"
        | "unauthorized"
        | "401"
        | "403"
        | "error-user-not-found"
        | "user-not-found"
        | "error-invalid-user" => unauthorized(attempt),
        // 9.0 sends the words without the code.
        _ if words == "totp required" => LogInRefusal::TwoFactorRequired(challenge(details)),
        _ if words == "totp invalid" => LogInRefusal::TwoFactorInvalid(challenge(details)),
        _ if matches!(
            words.as_str(),
            "unauthorized" | "user not found" | "incorrect password"
        ) =>
        {
            unauthorized(attempt)
        }
        _ => LogInRefusal::Other {
            code: refusal.code,
            message: refusal.message,
        },
    }
}

const fn unauthorized(attempt: Attempt) -> LogInRefusal {
    match attempt {
        Attempt::Password => LogInRefusal::WrongCredentials,
        Attempt::Token => LogInRefusal::TokenUnknown,
    }
}

fn challenge(details: Option<&Value>) -> TwoFactorChallenge {
    let detail = |key: &str| details.and_then(|details| details.get(key));
    let is_email = detail("method").and_then(Value::as_str) == Some("email");
    TwoFactorChallenge {
        method: if is_email {
            TwoFactorMethod::Email
        } else {
            TwoFactorMethod::Totp
        },
        is_code_sent: detail("codeGenerated") == Some(&Value::Bool(true)),
        code_expires_at: detail("codeExpires").and_then(latest),
        email_or_username: detail("emailOrUsername")
            .and_then(Value::as_str)
            .map(str::to_owned),
    }
}

/// Old servers send a list of times.
fn latest(times: &Value) -> Option<Timestamp> {
    match times {
        Value::Array(times) => times.iter().filter_map(wire::time).max(),
        time => wire::time(time),
    }
}
