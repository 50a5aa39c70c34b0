//! Turns an armed fault into what the client sees.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, RETRY_AFTER, TRANSFER_ENCODING};
use axum::http::{HeaderValue, StatusCode};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::answers::{Answer, empty, json_answer, not_logged_in, text_answer, web_client};
use super::faults::FaultKind;
use super::file_route::gzip;
use super::limiter::Standing;

/// The answer of faults that do not need the right one.
pub(super) fn instead(kind: &FaultKind, path: &str, server_now: i64) -> Option<Answer> {
    let is_api = path.starts_with("/api");
    Some(match kind {
        FaultKind::RateLimited { wait } => rate_limited(*wait, server_now),
        FaultKind::Busy { wait } => {
            let mut answer = proxy_page(
                StatusCode::SERVICE_UNAVAILABLE,
                "503 Service Temporarily Unavailable",
            );
            let wait = HeaderValue::from(wait.as_secs());
            answer.headers_mut().insert(RETRY_AFTER, wait);
            answer
        }
        FaultKind::InternalError => json_answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            &json!({"success": false, "error": "Internal server error"}),
        ),
        FaultKind::BadGateway => proxy_page(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
        FaultKind::ServiceUnavailable => proxy_page(
            StatusCode::SERVICE_UNAVAILABLE,
            "503 Service Temporarily Unavailable",
        ),
        FaultKind::HtmlPage => web_client(),
        FaultKind::Unauthorized => not_logged_in(),
        FaultKind::Forbidden if is_api => json_answer(
            StatusCode::FORBIDDEN,
            &json!({"success": false, "error": "unauthorized"}),
        ),
        FaultKind::NotFound if is_api => json_answer(
            StatusCode::NOT_FOUND,
            &json!({"success": false, "error": "Resource not found"}),
        ),
        FaultKind::Forbidden => empty(StatusCode::FORBIDDEN),
        FaultKind::NotFound => empty(StatusCode::NOT_FOUND),
        FaultKind::EmptyBody => empty(StatusCode::OK),
        FaultKind::Delay(_)
        | FaultKind::CutOff
        | FaultKind::ShortBody
        | FaultKind::StallAfter(_)
        | FaultKind::Throttle { .. }
        | FaultKind::Gzip
        | FaultKind::Garbage
        | FaultKind::OtherShape
        | FaultKind::Stall => return None,
    })
}

/// The right answer, spoiled.
pub(super) async fn spoiled(kind: &FaultKind, answer: Answer) -> Answer {
    if !matches!(
        kind,
        FaultKind::CutOff
            | FaultKind::ShortBody
            | FaultKind::StallAfter(_)
            | FaultKind::Throttle { .. }
            | FaultKind::Gzip
            | FaultKind::Garbage
            | FaultKind::OtherShape
    ) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    parts.headers.remove(TRANSFER_ENCODING);
    let body = match kind {
        FaultKind::CutOff => {
            parts
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from(body.len().max(2)));
            cut_off(&body)
        }
        FaultKind::ShortBody => {
            parts.headers.remove(CONTENT_LENGTH);
            let half = body.slice(..body.len() / 2);
            Body::from_stream(stream::iter([Ok::<_, Error>(half)]))
        }
        FaultKind::StallAfter(count) => {
            let length = HeaderValue::from(body.len());
            parts.headers.insert(CONTENT_LENGTH, length);
            let beginning = body.slice(..body.len().min(*count));
            let silence = stream::once(std::future::pending());
            Body::from_stream(stream::iter([Ok::<_, Error>(beginning)]).chain(silence))
        }
        FaultKind::Throttle { piece_bytes, pause } => {
            let length = HeaderValue::from(body.len());
            parts.headers.insert(CONTENT_LENGTH, length);
            throttled(body, *piece_bytes, *pause)
        }
        FaultKind::Gzip => match gzip(&body) {
            Ok(packed) => {
                parts.headers.remove(CONTENT_LENGTH);
                let encoding = HeaderValue::from_static("gzip");
                parts.headers.insert(CONTENT_ENCODING, encoding);
                let packed = Bytes::from(packed);
                Body::from_stream(stream::iter([Ok::<_, Error>(packed)]))
            }
            Err(_) => return empty(StatusCode::INTERNAL_SERVER_ERROR),
        },
        FaultKind::Garbage => {
            let mut noise = vec![0; body.len().max(16)];
            fastrand::Rng::with_seed(1).fill(&mut noise);
            parts
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from(noise.len()));
            Body::from(noise)
        }
        _ => {
            parts.headers.remove(CONTENT_LENGTH);
            Body::from(reshaped(&body, parts.status))
        }
    };
    Answer::from_parts(parts, body)
}

/// The first half, then an error, upon which hyper closes the connection. Without the pause it
/// would throw away the half that it has not sent yet.
fn cut_off(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    let broken = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(Error::new(
            ErrorKind::ConnectionAborted,
            "cut off on purpose",
        ))
    };
    Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(broken)))
}

fn throttled(body: Bytes, piece_bytes: usize, pause: Duration) -> Body {
    Body::from_stream(stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(piece_bytes.clamp(1, rest.len()));
        Some((Ok::<_, Error>(piece), rest))
    }))
}

fn reshaped(body: &[u8], status: StatusCode) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return body.to_vec();
    };
    reshape(&mut value);
    if let Some(error) = value.get_mut("error") {
        *error = Value::from(status.as_u16());
    }
    value.to_string().into_bytes()
}

/// Fields that a client must be able to do without.
const OPTIONAL: [&str; 24] = [
    "identify",
    "description",
    "userId",
    "url",
    "path",
    "token",
    "etag",
    "progress",
    "complete",
    "uploading",
    "extension",
    "store",
    "lm",
    "topic",
    "fname",
    "unread",
    "alert",
    "ls",
    "f",
    "avatarETag",
    "usersCount",
    "msgs",
    "emails",
    "settings",
];

fn reshape(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in OPTIONAL {
                fields.remove(name);
            }
            for (_, inner) in fields.iter_mut() {
                reshape(inner);
            }
            fields.insert("addedLater".to_owned(), json!({"deep": [1, "two", null]}));
        }
        Value::Array(items) => items.iter_mut().for_each(reshape),
        _ => {}
    }
}

fn rate_limited(wait: Duration, server_now: i64) -> Answer {
    let wait_millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let standing = Standing {
        limit: 10,
        remaining: 0,
        wait_millis,
        is_allowed: false,
    };
    let mut answer = standing.refusal();
    standing.write_headers(&mut answer, server_now);
    answer
}

/// What nginx says of a backend that is gone.
fn proxy_page(status: StatusCode, title: &str) -> Answer {
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>\
         </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    text_answer(status, "text/html", &page)
}
