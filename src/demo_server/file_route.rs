//! `/file-upload/<id>/<anything>`: the bytes. Not under the limiter; refusals have no body.

use std::io::{self, Write as _};
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING,
    CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LAST_MODIFIED,
    LOCATION, RANGE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

use super::answers::{Answer, empty, json_answer};
use super::clock::http_date;
use super::demo::Demo;
use super::object_storage;
use super::quirks::{Quirks, Storage, Thumbnails};
use super::ranges::{Wanted, wanted};
use super::world::Upload;

/// Serves `<id>/<anything>`; the name is not looked at, but the slash must be there.
pub(super) async fn answer(demo: &Arc<Demo>, rest: &str, parts: Parts) -> Answer {
    let quirks = demo.quirks();
    let Some((id, _name)) = rest.split_once('/') else {
        return empty(StatusCode::NOT_FOUND);
    };
    let upload = match readable(demo, id, &parts, &quirks) {
        Ok(upload) => upload,
        Err(status) => return empty(status),
    };
    let query = parts.uri.query().unwrap_or_default();
    if query
        .split('&')
        .any(|pair| matches!(pair, "replyWithRedirectUrl=1" | "replyWithRedirectUrl=true"))
    {
        return redirect_url(demo, &upload, &quirks);
    }
    let mut answer = match quirks.storage {
        Storage::Unavailable => empty(StatusCode::SERVICE_UNAVAILABLE),
        Storage::S3 { .. } => redirect(demo, &upload, &quirks),
        Storage::Webdav => streamed(demo, &upload).await,
        Storage::GridFs | Storage::FileSystem => stored(demo, &upload, &parts, &quirks).await,
    };
    let policy = HeaderValue::from_static("default-src 'none'");
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    if answer.status() != StatusCode::FOUND {
        let age = HeaderValue::from_static("max-age=31536000");
        answer.headers_mut().insert(CACHE_CONTROL, age);
    }
    answer
}

/// The upload, if it exists (404) and the caller may read it (403, never 401).
pub(super) fn readable(
    demo: &Demo,
    id: &str,
    parts: &Parts,
    quirks: &Quirks,
) -> Result<Upload, StatusCode> {
    let id = percent_decode_str(id).decode_utf8_lossy();
    let world = demo.world();
    let upload = world.upload(&id).ok_or(StatusCode::NOT_FOUND)?;
    if upload.original.is_some() && quirks.thumbnails == Thumbnails::NotMade {
        return Err(StatusCode::NOT_FOUND);
    }
    let (user, token) = credentials(&parts.headers, parts.uri.query().unwrap_or_default());
    let owner = token
        .as_deref()
        .and_then(|token| world.sessions.user_of(token));
    let caller = owner.filter(|owner| Some(*owner) == user.as_deref());
    if !world.can_read_file(&upload.room, caller, quirks) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(upload.into_owned())
}

/// Query, else cookies, and headers only fill gaps: a stale cookie wins over good headers.
fn credentials(headers: &HeaderMap, query: &str) -> (Option<String>, Option<String>) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let from_query = |name: &str| pair(query, '&', name);
    let (mut user, mut token) = (from_query("rc_uid"), from_query("rc_token"));
    if user.is_none() {
        let cookies = headers
            .get(COOKIE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        user = pair(cookies, ';', "rc_uid");
        token = pair(cookies, ';', "rc_token");
    }
    let user = user.or_else(|| text("x-user-id").map(str::to_owned));
    let token = token.or_else(|| text("x-auth-token").map(str::to_owned));
    (user, token)
}

fn pair(text: &str, separator: char, name: &str) -> Option<String> {
    let value = text.split(separator).find_map(|pair| {
        pair.trim()
            .split_once('=')
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value)
    })?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// `GridFS` and the file system.
async fn stored(demo: &Arc<Demo>, upload: &Upload, parts: &Parts, quirks: &Quirks) -> Answer {
    let Some(file) = file_of(demo, upload).await else {
        // The file system says so; GridFS has sent its headers already.
        let is_grid = quirks.storage == Storage::GridFs;
        return empty(if is_grid {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        });
    };
    let query = parts.uri.query().unwrap_or_default();
    let is_inline = query
        .split('&')
        .any(|pair| pair == "contentDisposition=inline");
    let mut headers = HeaderMap::new();
    put(&mut headers, CONTENT_TYPE, &upload.media_type);
    put(
        &mut headers,
        CONTENT_DISPOSITION,
        &disposition(upload, if is_inline { "inline" } else { "attachment" }),
    );
    put(&mut headers, LAST_MODIFIED, &http_date(upload.uploaded_at));
    if quirks.storage == Storage::FileSystem {
        put(&mut headers, ACCEPT_RANGES, "bytes");
    }
    let range = parts
        .headers
        .get(RANGE)
        .and_then(|value| value.to_str().ok());
    let size = file.len() as u64;
    let mut answer = match wanted(range, size, quirks.ranges) {
        Wanted::Part(first, last) => part(&file, first, last),
        Wanted::Unsatisfiable => {
            let mut answer = empty(StatusCode::RANGE_NOT_SATISFIABLE);
            put(
                answer.headers_mut(),
                CONTENT_RANGE,
                &format!("bytes */{size}"),
            );
            return answer;
        }
        Wanted::Whole if quirks.storage == Storage::GridFs => compressed(&file, parts, quirks),
        Wanted::Whole => Answer::new(Body::from(file)),
    };
    answer.headers_mut().extend(headers);
    answer
}

/// The bytes, painted where blocking is allowed.
pub(super) async fn file_of(demo: &Arc<Demo>, upload: &Upload) -> Option<Bytes> {
    let (demo, content) = (Arc::clone(demo), upload.content.clone());
    let made = tokio::task::spawn_blocking(move || demo.files.file(&content)).await;
    made.unwrap_or_else(|error| {
        tracing::error!(%error, "a picture could not be painted");
        None
    })
}

pub(super) fn part(file: &Bytes, first: u64, last: u64) -> Answer {
    let start = usize::try_from(first).unwrap_or(usize::MAX).min(file.len());
    let end = usize::try_from(last.saturating_add(1))
        .unwrap_or(usize::MAX)
        .min(file.len());
    let mut answer = Answer::new(Body::from(file.slice(start..end.max(start))));
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    let range = format!("bytes {first}-{last}/{}", file.len());
    put(answer.headers_mut(), CONTENT_RANGE, &range);
    answer
}

/// Compressed on the fly for those who accept it; then nobody knows the length.
pub(super) fn compressed(file: &Bytes, parts: &Parts, quirks: &Quirks) -> Answer {
    let accepted = parts
        .headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !quirks.gzip.is_on() || !accepted.contains("gzip") {
        return Answer::new(Body::from(file.clone()));
    }
    match gzip(file) {
        Ok(packed) => {
            let mut answer = Answer::new(chunked(&packed.into()));
            put(answer.headers_mut(), CONTENT_ENCODING, "gzip");
            answer
        }
        Err(error) => {
            tracing::warn!(%error, "a file could not be compressed");
            Answer::new(Body::from(file.clone()))
        }
    }
}

pub(super) fn gzip(file: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(file)?;
    encoder.finish()
}

/// Without a length, in pieces.
fn chunked(file: &Bytes) -> Body {
    let pieces: Vec<Result<Bytes, io::Error>> = (0..file.len().div_ceil(PIECE_BYTES))
        .map(|n| Ok(file.slice(n * PIECE_BYTES..((n + 1) * PIECE_BYTES).min(file.len()))))
        .collect();
    Body::from_stream(stream::iter(pieces))
}

const PIECE_BYTES: usize = 64 * 1024;

/// Webdav: no type, no name, no length, and a 503 for a lost file.
async fn streamed(demo: &Arc<Demo>, upload: &Upload) -> Answer {
    match file_of(demo, upload).await {
        Some(file) => Answer::new(chunked(&file)),
        None => empty(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// S3: a signed address of another origin.
fn redirect(demo: &Demo, upload: &Upload, quirks: &Quirks) -> Answer {
    let mut answer = empty(StatusCode::FOUND);
    put(
        answer.headers_mut(),
        LOCATION,
        &object_storage::signed_url(demo, upload, quirks),
    );
    answer.headers_mut().remove(CONTENT_LENGTH);
    answer
}

fn redirect_url(demo: &Demo, upload: &Upload, quirks: &Quirks) -> Answer {
    let is_elsewhere = matches!(quirks.storage, Storage::S3 { .. });
    let url = is_elsewhere.then(|| object_storage::signed_url(demo, upload, quirks));
    let body = json!({
        "redirectUrl": url.map_or(serde_json::Value::Bool(false), Into::into),
        "name": upload.name, "type": upload.media_type, "size": upload.size(),
    });
    json_answer(StatusCode::OK, &body)
}

/// The name, with the ending of the type where it has another.
fn disposition(upload: &Upload, kind: &str) -> String {
    let endings: &[&str] = match upload.media_type.as_str() {
        "image/jpeg" => &["jpg", "jpeg"],
        "image/png" => &["png"],
        "image/webp" => &["webp"],
        "image/gif" => &["gif"],
        _ => &[],
    };
    let ending = upload
        .name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    let wanted = endings.first().copied();
    let fits = ending.is_some_and(|ending| endings.contains(&ending.as_str()));
    let name = match wanted.filter(|_| !fits) {
        Some(wanted) => format!("{}.{wanted}", upload.name),
        None => upload.name.clone(),
    };
    format!(
        "{kind}; filename*=UTF-8''{}",
        utf8_percent_encode(&name, NON_ALPHANUMERIC)
    )
}

/// Sets a header whose value may hold anything; what HTTP forbids is left out.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(error) => tracing::warn!(%error, %name, "a header could not be written"),
    }
}
