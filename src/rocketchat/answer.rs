//! From status and body to a value, or to the one error that says what to do.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use serde_json::Value;

use super::budget_headers::wait_of_refusal;
use super::{ClientError, WrongAnswer};

/// An answer that was read whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON, if it is a JSON object.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body)
            .ok()
            .filter(Value::is_object)
    }

    /// Whether a web page came.
    pub(super) fn is_html(&self) -> bool {
        let is_declared = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        is_declared || looks_like_html(&self.body)
    }

    /// The body of an answer that says yes.
    ///
    /// # Errors
    /// Everything else, sorted.
    pub(super) fn into_value(self) -> Result<Value, ClientError> {
        let json = self.json();
        if let Some(error) = self.error_of_status(json.as_ref()) {
            return Err(error);
        }
        match json {
            // `success: false` with status 200 is an error like any other. Old answers have
            // no `success` at all.
            Some(value) if value.get("success") == Some(&Value::Bool(false)) => {
                Err(Refusal::read(&value).into_error())
            }
            Some(value) => Ok(value),
            None if self.looks_unfinished() => Err(ClientError::CutOff),
            None => Err(ClientError::ServerFault {
                status: self.status.as_u16(),
            }),
        }
    }

    /// What the status alone decides, and what it decides together with the body.
    fn error_of_status(&self, json: Option<&Value>) -> Option<ClientError> {
        let status = self.status.as_u16();
        match status {
            200..=299 => None,
            401 => Some(self.unauthorized(json)),
            403 if json.is_none() && self.is_html() => Some(ClientError::ServerFault { status }),
            403 => Some(ClientError::Forbidden),
            // 405 comes from servers whose router knows the path for another method only.
            404 | 405 | 410 => Some(ClientError::NotFound),
            407 => Some(ClientError::NotRocketChat(WrongAnswer::ProxyAuthentication)),
            429 => Some(ClientError::RateLimited {
                retry_after: wait_of_refusal(&self.headers, &self.body),
            }),
            502..=504 => Some(ClientError::Unavailable { status }),
            300..=399 => Some(ClientError::NotRocketChat(WrongAnswer::Status(status))),
            400..=499 => Some(json.map_or(ClientError::ServerFault { status }, |value| {
                Refusal::read(value).into_error()
            })),
            _ => Some(ClientError::ServerFault { status }),
        }
    }

    /// The server says 401 for a dead token, a proxy for its own password; and from 9.0 on
    /// the server says it for a missing permission, too.
    fn unauthorized(&self, json: Option<&Value>) -> ClientError {
        match json {
            Some(value) if Refusal::read(value).is_about_permission() => ClientError::Forbidden,
            Some(_) => ClientError::SessionExpired,
            None if self.headers.contains_key(WWW_AUTHENTICATE) => {
                ClientError::NotRocketChat(WrongAnswer::ProxyAuthentication)
            }
            None if self.body.is_empty() => ClientError::SessionExpired,
            None => ClientError::ServerFault { status: 401 },
        }
    }

    /// JSON that begins and does not end.
    fn looks_unfinished(&self) -> bool {
        self.body.trim_ascii_start().first() == Some(&b'{')
            && serde_json::from_slice::<serde::de::IgnoredAny>(&self.body)
                .is_err_and(|error| error.is_eof())
    }
}

/// Whether bytes begin like a web page. An SVG image does not.
pub(super) fn looks_like_html(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = start.trim_ascii_start();
    let head = start.get(..start.len().min(32)).unwrap_or_default();
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<script",
    ]
    .iter()
    .any(|tag| head.starts_with(tag))
}

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
    fn is_about_permission(&self) -> bool {
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
