//! From status and body to a value, or to the one error that says what to do.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::budget_headers::wait_of_refusal;
use super::refusal::Refusal;
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
            Some(value) if says_no(&value) => Err(Refusal::read(&value).into_error()),
            Some(value) => Ok(value),
            None if self.looks_unfinished() => Err(ClientError::CutOff),
            None if serde_json::from_slice::<IgnoredAny>(&self.body).is_ok() => {
                Err(ClientError::Malformed {
                    what: "JSON, but no object".to_owned(),
                })
            }
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
            && serde_json::from_slice::<IgnoredAny>(&self.body).is_err_and(|error| error.is_eof())
    }
}

/// `success: false` with status 200 is an error like any other. Old answers have `status` in
/// its place, or neither.
fn says_no(value: &Value) -> bool {
    value.get("success").map_or_else(
        || value.get("status").and_then(Value::as_str) == Some("error"),
        |success| *success == Value::Bool(false),
    )
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn error(status: u16, body: &str) -> ClientError {
        answer(status, body).into_value().unwrap_err()
    }

    #[test]
    fn every_status_has_its_reaction() {
        let login = r#"{"success":false,"error":"You must be logged in to do this.","status":"error","message":"You must be logged in to do this."}"#;
        assert_eq!(error(401, login), ClientError::SessionExpired);
        // From 9.0 on.
        let right = r#"{"success":false,"error":"Not allowed [error-unauthorized]"}"#;
        assert_eq!(error(401, right), ClientError::Forbidden);
        assert_eq!(
            error(403, r#"{"success":false,"error":"forbidden"}"#),
            ClientError::Forbidden
        );
        assert_eq!(error(404, "no such path"), ClientError::NotFound);
        let gone = r#"{"success":false,"error":"x [error-room-not-found]","errorType":"error-room-not-found"}"#;
        assert_eq!(error(400, gone), ClientError::NotFound);
        let swapped = r#"{"success":false,"error":"not-allowed","errorType":"Not Allowed"}"#;
        assert_eq!(error(400, swapped), ClientError::Forbidden);
        assert_eq!(
            error(500, r#"{"success":false,"error":"Internal server error"}"#),
            ClientError::ServerFault { status: 500 }
        );
        for status in [502, 503, 504] {
            assert_eq!(
                error(status, "<html>nginx</html>"),
                ClientError::Unavailable { status }
            );
        }
        assert_eq!(
            error(429, "You must wait 7 seconds before"),
            ClientError::RateLimited {
                retry_after: Duration::from_secs(8)
            }
        );
    }

    #[test]
    fn no_success_with_status_200_is_an_error() {
        assert_eq!(
            error(200, r#"{"success":false,"error":"Broken [error-x]"}"#),
            ClientError::Refused {
                code: Some("error-x".to_owned()),
                message: "Broken".to_owned()
            }
        );
    }

    #[test]
    fn old_answers_say_no_by_their_status_and_yes_by_nothing() {
        assert!(answer(200, r#"{"status":"success"}"#).into_value().is_ok());
        assert!(answer(200, r#"{"files":[]}"#).into_value().is_ok());
        assert!(answer(200, r#"{"status":"error"}"#).into_value().is_err());
        assert!(matches!(
            error(200, "[1, 2]"),
            ClientError::Malformed { .. }
        ));
    }

    #[test]
    fn what_is_no_json_is_the_servers_fault_and_never_the_sessions() {
        let html = "<!DOCTYPE html><p>sign in</p>";
        assert_eq!(error(200, html), ClientError::ServerFault { status: 200 });
        assert_eq!(error(401, html), ClientError::ServerFault { status: 401 });
        assert_eq!(error(403, html), ClientError::ServerFault { status: 403 });
        assert_eq!(error(200, ""), ClientError::ServerFault { status: 200 });
        assert_eq!(error(200, r#"{"files":[{"_id":"#), ClientError::CutOff);
        let mut proxy = answer(401, html);
        proxy
            .headers
            .insert(WWW_AUTHENTICATE, "Basic".parse().unwrap());
        assert_eq!(
            proxy.into_value().unwrap_err(),
            ClientError::NotRocketChat(WrongAnswer::ProxyAuthentication)
        );
    }

    #[test]
    fn a_web_page_is_told_from_an_image_of_markup() {
        assert!(looks_like_html(b"\xef\xbb\xbf \n<!doctype HTML>"));
        assert!(looks_like_html(b"<html lang=en>"));
        assert!(!looks_like_html(b"<svg xmlns="));
        assert!(!looks_like_html(b"<?xml version=\"1.0\"?><svg"));
        assert!(!looks_like_html(b"\x89PNG"));
        assert!(!looks_like_html(b""));
    }
}
