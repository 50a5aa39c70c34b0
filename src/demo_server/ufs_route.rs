//! `/ufs/<store>/<id>[/<name>]`: the older route to the bytes, with its own headers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED, RANGE,
};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answers::{Answer, empty};
use super::clock::http_date;
use super::demo::Demo;
use super::file_route::{compressed, file_of, part, put, readable};

const STORES: [&str; 4] = [
    "GridFS:Uploads",
    "FileSystem:Uploads",
    "AmazonS3:Uploads",
    "Webdav:Uploads",
];

/// Streams through the server whatever the store; GET only.
pub(super) async fn answer(demo: &Arc<Demo>, rest: &str, parts: Parts) -> Answer {
    let mut pieces = rest.splitn(3, '/');
    let (store, id) = (
        pieces.next().unwrap_or_default(),
        pieces.next().unwrap_or_default(),
    );
    if parts.method != Method::GET || !STORES.contains(&store.replace("%3A", ":").as_str()) {
        return empty(StatusCode::NOT_FOUND);
    }
    // An ending behind the id is cut off.
    let id = id.split('.').next().unwrap_or_default();
    let quirks = demo.quirks();
    let upload = match readable(demo, id, &parts, &quirks) {
        Ok(upload) => upload,
        Err(status) => return empty(status),
    };
    let etag: String = upload.id.chars().rev().take(9).collect();
    let known = parts
        .headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known == Some(etag.as_str()) {
        return empty(StatusCode::NOT_MODIFIED);
    }
    let Some(file) = file_of(demo, &upload).await else {
        return empty(StatusCode::NOT_FOUND);
    };
    let range = parts
        .headers
        .get(RANGE)
        .and_then(|value| value.to_str().ok());
    let mut answer = match range.map(|range| whole_range(range, file.len() as u64)) {
        None => compressed(&file, &parts, &quirks),
        Some(Some((first, last))) => part(&file, first, last),
        Some(None) => {
            let mut answer = empty(StatusCode::RANGE_NOT_SATISFIABLE);
            let range = format!("bytes */{}", file.len());
            put(answer.headers_mut(), CONTENT_RANGE, &range);
            return answer;
        }
    };
    if answer.status() == StatusCode::OK && file.is_empty() {
        answer = Answer::new(Body::empty());
    }
    let headers = answer.headers_mut();
    put(headers, CONTENT_TYPE, &upload.media_type);
    let name = utf8_percent_encode(&upload.name, NON_ALPHANUMERIC);
    put(
        headers,
        CONTENT_DISPOSITION,
        &format!("attachment; filename=\"{name}\""),
    );
    // Unquoted, against the standard.
    put(headers, ETAG, &etag);
    put(headers, LAST_MODIFIED, &http_date(upload.uploaded_at));
    answer
}

/// The unit must be `bytes`, an end beyond the file is refused.
fn whole_range(range: &str, size: u64) -> Option<(u64, u64)> {
    let (start, stop) = range.strip_prefix("bytes=")?.split_once('-')?;
    let start: u64 = start.parse().ok()?;
    let stop = if stop.is_empty() {
        size.checked_sub(1)?
    } else {
        stop.parse().ok()?
    };
    (start <= stop && stop < size).then_some((start, stop))
}
