//! The second origin: a bucket behind signed addresses, and an alias that redirects to the
//! server. Whatever secret reaches it was leaked, and is counted.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, DATE, ETAG, LOCATION, RANGE, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::answers::{Answer, empty, text_answer};
use super::clock::{http_date, now_millis};
use super::demo::Demo;
use super::file_route::{file_of, part, put};
use super::quirks::{Quirks, Ranges, Storage};
use super::ranges::{Wanted, wanted};
use super::world::Upload;
use super::world::ids::mixed;

/// The shortest lifetime taken seriously; below it the server signs for 15 minutes.
const SHORTEST_EXPIRY_SECS: u64 = 5;

/// An address that anybody can read until it expires.
pub(super) fn signed_url(demo: &Demo, upload: &Upload, quirks: &Quirks) -> String {
    let seconds = match quirks.storage {
        Storage::S3 { expires } if expires.as_secs() >= SHORTEST_EXPIRY_SECS => expires.as_secs(),
        _ => 900,
    };
    let expires_at = now_millis() + i64::try_from(seconds).unwrap_or(0) * 1000;
    let signature = sign(&upload.id, expires_at);
    format!(
        "{}/bucket/{}?X-Amz-Expires={expires_at}&X-Amz-Signature={signature}",
        demo.storage_origin, upload.id
    )
}

/// Answers every request of the second port.
pub(super) async fn answer(State(demo): State<Arc<Demo>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let mut answer = match parts.uri.path().strip_prefix("/alias") {
        Some(rest) => alias(&demo, rest, &parts.headers),
        None => object(&demo, &parts).await,
    };
    put(answer.headers_mut(), DATE, &http_date(now_millis()));
    answer
}

/// An old address of the server: everything moved.
fn alias(demo: &Demo, rest: &str, headers: &HeaderMap) -> Answer {
    if carries_secrets(headers) {
        demo.leaks.fetch_add(1, Ordering::Relaxed);
    }
    let mut answer = empty(StatusCode::MOVED_PERMANENTLY);
    let target = format!("{}{}", demo.base, rest.trim_start_matches('/'));
    put(answer.headers_mut(), LOCATION, &target);
    answer
}

async fn object(demo: &Arc<Demo>, parts: &Parts) -> Answer {
    let leaked_in_query = parts
        .uri
        .query()
        .is_some_and(|query| query.contains("rc_token"));
    if carries_secrets(&parts.headers) || leaked_in_query {
        demo.leaks.fetch_add(1, Ordering::Relaxed);
        let text = "Only one auth mechanism allowed";
        return refusal(StatusCode::BAD_REQUEST, "InvalidArgument", text);
    }
    let id = parts
        .uri
        .path()
        .strip_prefix("/bucket/")
        .unwrap_or_default();
    let (expires_at, signature) = signature_of(parts.uri.query().unwrap_or_default());
    if signature != sign(id, expires_at) {
        let text = "The request signature we calculated does not match";
        return refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", text);
    }
    if now_millis() > expires_at {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired");
    }
    let upload = demo.world().upload(id).map(std::borrow::Cow::into_owned);
    let Some(upload) = upload else {
        return refusal(
            StatusCode::NOT_FOUND,
            "NoSuchKey",
            "The specified key does not exist.",
        );
    };
    let Some(file) = file_of(demo, &upload).await else {
        return refusal(
            StatusCode::NOT_FOUND,
            "NoSuchKey",
            "The specified key does not exist.",
        );
    };
    let range = parts
        .headers
        .get(RANGE)
        .and_then(|value| value.to_str().ok());
    let mut answer = match wanted(range, file.len() as u64, Ranges::Rfc) {
        Wanted::Part(first, last) => part(&file, first, last),
        Wanted::Unsatisfiable => return empty(StatusCode::RANGE_NOT_SATISFIABLE),
        Wanted::Whole => Answer::new(Body::from(file)),
    };
    put(answer.headers_mut(), CONTENT_TYPE, &upload.media_type);
    put(answer.headers_mut(), ETAG, &format!("\"{}\"", sign(id, 0)));
    answer
}

fn carries_secrets(headers: &HeaderMap) -> bool {
    let refers = headers.get(REFERER).and_then(|value| value.to_str().ok());
    ["x-auth-token", "x-user-id", "authorization"]
        .iter()
        .any(|name| headers.contains_key(*name))
        || headers.contains_key(COOKIE)
        || refers.is_some_and(|referer| referer.contains("rc_token"))
}

fn signature_of(query: &str) -> (i64, String) {
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    };
    let expires_at = value("X-Amz-Expires")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    (expires_at, value("X-Amz-Signature").unwrap_or_default())
}

fn sign(id: &str, expires_at: i64) -> String {
    format!("{:016x}", mixed(expires_at.unsigned_abs(), id, 0x5a10))
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Answer {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
         <Message>{message}</Message></Error>"
    );
    text_answer(status, "application/xml", &text)
}
