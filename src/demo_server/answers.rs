//! The bodies and headers of answers, as the server's own constructors make them.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::quirks::{ForbiddenText, Quirks, SchemaErrors};

/// What every route gives back.
pub(super) type Answer = Response<Body>;

/// JSON with exactly the server's headers: no charset, never stored.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    answer
}

/// `API.success`: the fields and `success: true`.
pub(super) fn success(body: Value) -> Answer {
    let mut fields = match body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert("success".to_owned(), Value::Bool(true));
    json_answer(StatusCode::OK, &Value::Object(fields))
}

/// `API.failure` with a code or a sentence only.
pub(super) fn failure(error: &str) -> Answer {
    json_answer(
        StatusCode::BAD_REQUEST,
        &json!({"success": false, "error": error}),
    )
}

/// `API.failure` with an `errorType`, not repeated in the sentence.
pub(super) fn failure_of_type(error: &str, error_type: &str) -> Answer {
    let body = json!({"success": false, "error": error, "errorType": error_type});
    json_answer(StatusCode::BAD_REQUEST, &body)
}

/// `API.failure()` without anything, as `chat.getMessage` answers an unknown id.
pub(super) fn bare_failure() -> Answer {
    json_answer(StatusCode::BAD_REQUEST, &json!({"success": false}))
}

/// A Meteor error thrown in a handler: the code stands behind the reason.
pub(super) fn thrown(reason: &str, code: &str) -> Answer {
    failure_of_type(&format!("{reason} [{code}]"), code)
}

/// `API.forbidden`.
pub(super) fn forbidden(quirks: &Quirks) -> Answer {
    let text = match quirks.forbidden_text {
        ForbiddenText::Unauthorized => "unauthorized",
        ForbiddenText::Forbidden => "forbidden",
    };
    json_answer(
        StatusCode::FORBIDDEN,
        &json!({"success": false, "error": text}),
    )
}

/// `API.notFound`.
pub(super) fn not_found() -> Answer {
    json_answer(
        StatusCode::NOT_FOUND,
        &json!({"success": false, "error": "Resource not found"}),
    )
}

/// The authentication middleware, for callers that are not logged in.
pub(super) fn not_logged_in() -> Answer {
    let text = "You must be logged in to do this.";
    let body = json!({"success": false, "error": text, "status": "error", "message": text});
    json_answer(StatusCode::UNAUTHORIZED, &body)
}

/// A Meteor error at login: 401, whatever it was. `error` may be a number.
pub(super) fn refused(error: &Value, message: &str, details: Option<Value>) -> Answer {
    let mut body = json!({
        "success": false, "status": "error", "error": error, "message": message,
    });
    if let (Some(fields), Some(details)) = (body.as_object_mut(), details) {
        fields.insert("details".to_owned(), details);
    }
    json_answer(StatusCode::UNAUTHORIZED, &body)
}

/// A query that does not fit its schema.
pub(super) fn invalid_params(quirks: &Quirks, messages: &[String]) -> Answer {
    let text = messages.join("\n ");
    match quirks.schema_errors {
        SchemaErrors::Typed => failure_of_type(&text, "error-invalid-params"),
        SchemaErrors::Legacy => thrown(&text, "invalid-params"),
    }
}

/// An `/api` path nobody knows: the router's plain text, not JSON.
pub(super) fn unknown_api_path() -> Answer {
    text_answer(
        StatusCode::NOT_FOUND,
        "text/plain; charset=UTF-8",
        "404 Not Found",
    )
}

/// The single-page web client, served with 200 for every unknown path.
pub(super) fn web_client() -> Answer {
    text_answer(StatusCode::OK, "text/html; charset=utf-8", WEB_CLIENT)
}

/// A text of a given type.
pub(super) fn text_answer(status: StatusCode, content_type: &'static str, text: &str) -> Answer {
    let mut answer = Response::new(Body::from(text.to_owned()));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A status with nothing below it, as the file routes answer.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

const WEB_CLIENT: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Rocket.Chat</title>\n\
    <meta charset=\"utf-8\">\n</head>\n<body><div id=\"react-root\"></div></body>\n</html>\n";
