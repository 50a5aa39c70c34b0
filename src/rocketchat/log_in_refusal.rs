//! Why `POST login` said no.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::Answer;
use super::refusal::Refusal;
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
    let says_no = matches!(status, 200..=299 | 400 | 401 | 403);
    let Some(body) = answer.json().filter(|_| says_no) else {
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
        "" if words.is_empty() => unauthorized(attempt),
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

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    fn refusal(attempt: Attempt, status: u16, body: &str) -> LogInRefusal {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        match log_in_error(answer, attempt) {
            ClientError::LogIn(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn of_password(error: &str, message: &str) -> LogInRefusal {
        let body = format!(
            r#"{{"success":false,"status":"error","error":{error},"message":"{message}"}}"#
        );
        refusal(Attempt::Password, 401, &body)
    }

    #[test]
    fn every_row_of_the_servers_refusals_is_told_apart() {
        use LogInRefusal::{
            AppUser, BlockedForAddress, BlockedForUser, EmailNotVerified, NoRoles, NotActivated,
            TooManyAttempts, TwoFactorExhausted, WrongCredentials,
        };
        let rows = [
            (r#""Unauthorized""#, "Unauthorized", WrongCredentials),
            ("401", "Incorrect login or password", WrongCredentials),
            ("403", "User not found", WrongCredentials),
            (r#""error-login-blocked-for-user""#, "x", BlockedForUser),
            (r#""error-login-blocked-for-ip""#, "x", BlockedForAddress),
            (r#""error-user-is-not-activated""#, "x", NotActivated),
            (
                r#""error-invalid-email""#,
                "Invalid email __email__",
                EmailNotVerified,
            ),
            (r#""error-user-has-no-roles""#, "x", NoRoles),
            (r#""error-app-user-is-not-allowed-to-login""#, "x", AppUser),
            (r#""totp-max-attempts""#, "x", TwoFactorExhausted),
            (r#""too-many-requests""#, "x", TooManyAttempts),
        ];
        for (error, message, expected) in rows {
            assert_eq!(of_password(error, message), expected, "{error}");
        }
        assert_eq!(
            of_password(r#""error-ldap""#, "LDAP is away"),
            LogInRefusal::Other {
                code: Some("error-ldap".to_owned()),
                message: "LDAP is away".to_owned()
            }
        );
    }

    #[test]
    fn a_token_that_is_not_known_and_one_that_expired_are_told_apart() {
        let of_token = |body| refusal(Attempt::Token, 401, body);
        assert_eq!(
            of_token(r#"{"status":"error","error":"Unauthorized","message":"Unauthorized"}"#),
            LogInRefusal::TokenUnknown
        );
        assert_eq!(
            of_token(
                r#"{"status":"error","error":403,"message":"You've been logged out by the server. Please log in again."}"#
            ),
            LogInRefusal::TokenUnknown
        );
        assert_eq!(
            of_token(
                r#"{"status":"error","error":403,"message":"Your session has expired. Please log in again."}"#
            ),
            LogInRefusal::TokenExpired
        );
    }

    #[test]
    fn a_second_factor_comes_with_all_the_server_tells() {
        let body = r#"{"success":false,"status":"error","error":"totp-required","message":"TOTP Required",
            "details":{"method":"email","codeGenerated":false,"codeExpires":"2026-04-01T10:00:00.000Z",
            "emailOrUsername":"ana","availableMethods":["email"]}}"#;
        assert_eq!(
            refusal(Attempt::Password, 401, body),
            LogInRefusal::TwoFactorRequired(TwoFactorChallenge {
                method: TwoFactorMethod::Email,
                is_code_sent: false,
                code_expires_at: Some("2026-04-01T10:00:00Z".parse().unwrap()),
                email_or_username: Some("ana".to_owned()),
            })
        );
        // In the spelling of other endpoints, which 9.0 may use here, too.
        let body = r#"{"success":false,"error":"TOTP Invalid [totp-invalid]","errorType":"totp-invalid",
            "details":{"method":"totp","codeGenerated":false}}"#;
        assert!(matches!(
            refusal(Attempt::Password, 400, body),
            LogInRefusal::TwoFactorInvalid(challenge) if challenge.method == TwoFactorMethod::Totp
        ));
    }
}
