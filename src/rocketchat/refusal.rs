//! The server's ways to say no in a body.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::ClientError;
use super::budget_headers::wait_of_refusal;

/// A body that says no, in one of the server's spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `errorType`, or the `[code]` behind the text of `error`, or `error` itself.
    pub(super) code: Option<String>,
    /// `message` or `error`, without the code.
    pub(super) message: String,
}

impl Refusal {
    /// Reads the body.
    pub(super) fn read(value: &Value) -> Self {
        let text_of = |key: &str| match value.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            // Meteor's own errors have numbers for codes: 401, 403.
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let error = text_of("error").unwrap_or_default();
        let (text, suffix) = split_code(&error);
        let code = text_of("errorType")
            .filter(|code| !code.is_empty())
            .or(suffix)
            .or_else(|| (!error.is_empty() && !error.contains(' ')).then(|| error.clone()));
        let message = text_of("message")
            .filter(|message| !message.is_empty())
            .map(|message| split_code(&message).0)
            .unwrap_or(text);
        Self { code, message }
    }

    /// The error for a request that is not about signing in.
    pub(super) fn into_error(self) -> ClientError {
        match self.code.as_deref() {
            Some("error-room-not-found" | "error-invalid-room") => ClientError::NotFound,
            Some("error-too-many-requests" | "too-many-requests") => ClientError::RateLimited {
                retry_after: wait_of_refusal(&HeaderMap::new(), self.message.as_bytes()),
            },
            _ if self.is_about_permission() => ClientError::Forbidden,
            _ => ClientError::Refused {
                code: self.code,
                message: self.message,
            },
        }
    }

    /// A right is missing; the session is fine. (`rooms.info` swaps code and text, so its
    /// code is "Not Allowed".)
    pub(super) fn is_about_permission(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        matches!(
            code.to_ascii_lowercase().as_str(),
            "error-unauthorized"
                | "error-not-allowed"
                | "error-action-not-allowed"
                | "error-not-authorized"
                | "error-forbidden"
                | "forbidden"
                | "not-allowed"
                | "not allowed"
                | "not-authorized"
        )
    }
}

/// `"No such room [error-room-not-found]"` → the text and the code.
fn split_code(text: &str) -> (String, Option<String>) {
    let trimmed = text.trim();
    trimmed
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .filter(|(_, code)| !code.is_empty() && !code.contains(char::is_whitespace))
        .map_or_else(
            || (trimmed.to_owned(), None),
            |(words, code)| (words.trim().to_owned(), Some(code.to_owned())),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_gives_its_code_in_any_of_its_spellings() {
        let code = |body: &str| {
            let refusal = Refusal::read(&serde_json::from_str(body).unwrap());
            (refusal.code.unwrap_or_default(), refusal.message)
        };
        let spelled = |code: &str, message: &str| (code.to_owned(), message.to_owned());
        assert_eq!(
            code(
                r#"{"success":false,"error":"No such room [error-x]","errorType":"error-invalid-params"}"#
            ),
            spelled("error-invalid-params", "No such room")
        );
        assert_eq!(
            code(
                r#"{"success":false,"error":"must have required property 'roomId' [invalid-params]"}"#
            ),
            spelled("invalid-params", "must have required property 'roomId'")
        );
        assert_eq!(
            code(r#"{"success":false,"error":"[invalid-field]"}"#),
            spelled("invalid-field", "")
        );
        assert_eq!(
            code(r#"{"status":"error","error":403,"message":"Your session has expired."}"#),
            spelled("403", "Your session has expired.")
        );
        assert_eq!(
            code(r#"{"success":false,"error":"unauthorized"}"#),
            spelled("unauthorized", "unauthorized")
        );
        assert_eq!(code(r#"{"success":false}"#), spelled("", ""));
    }
}
