//! `/avatar/*`: uploaded pictures in their own size, letters as SVG unless asked otherwise.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, IF_MODIFIED_SINCE, LAST_MODIFIED};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;

use super::answers::{Answer, empty};
use super::bytes::Encoding;
use super::demo::Demo;
use super::file_route::put;
use super::paint::{Color, letter, portrait};
use super::world::World;

/// What stands behind an avatar's path.
enum Subject {
    /// An uploaded picture.
    Uploaded(u64),
    /// A letter for this text.
    Letter(String),
}

/// Letter pictures never change; neither do these uploads.
const LAST_CHANGED: &str = "Thu, 01 Jan 2015 00:00:00 GMT";

/// Uploaded avatars are stored in this size, whatever `size` asks for.
const UPLOADED_EDGE: u32 = 200;

/// Serves `<username>`, `uid/<id>`, `room/<rid>` and `@<text>`.
pub(super) async fn answer(demo: &Arc<Demo>, rest: &str, parts: Parts) -> Answer {
    let path = percent_decode_str(rest).decode_utf8_lossy().into_owned();
    let query = parts.uri.query().unwrap_or_default();
    let is_blocked =
        demo.quirks().avatar_blocking.is_on() && !is_known(demo, query, &parts.headers);
    let subject = if is_blocked {
        Some(Subject::Letter(path))
    } else {
        subject(&demo.world(), &path)
    };
    let Some(subject) = subject else {
        return empty(StatusCode::NOT_FOUND);
    };
    if parts
        .headers
        .get(IF_MODIFIED_SINCE)
        .is_some_and(|since| since == LAST_CHANGED)
    {
        return empty(StatusCode::NOT_MODIFIED);
    }
    let format = pair(query, "format").filter(|_| !is_blocked);
    let size = pair(query, "size")
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_u32);
    let drawn = tokio::task::spawn_blocking(move || draw(&subject, format.as_deref(), size)).await;
    let Ok((content_type, bytes)) = drawn else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut answer = Answer::new(Body::from(bytes));
    put(answer.headers_mut(), CONTENT_TYPE, content_type);
    put(answer.headers_mut(), CACHE_CONTROL, "public, max-age=3600");
    put(answer.headers_mut(), LAST_MODIFIED, LAST_CHANGED);
    answer
}

fn subject(world: &World, path: &str) -> Option<Subject> {
    if let Some(text) = path.strip_prefix('@') {
        return Some(Subject::Letter(text.to_owned()));
    }
    if let Some(id) = path.strip_prefix("uid/") {
        let person = world.person(id)?;
        return Some(of_person(
            person.avatar.as_ref().map(|avatar| avatar.seed),
            &person.username,
        ));
    }
    if let Some(id) = path.strip_prefix("room/") {
        let room = world.room(id)?;
        let shown = room
            .parent
            .as_deref()
            .and_then(|parent| world.room(parent))
            .unwrap_or(room);
        return Some(Subject::Letter(
            shown.name.clone().unwrap_or_else(|| shown.id.clone()),
        ));
    }
    let person = world.person_named(path);
    let seed = person
        .and_then(|person| person.avatar.as_ref())
        .map(|avatar| avatar.seed);
    Some(of_person(seed, path))
}

fn of_person(seed: Option<u64>, username: &str) -> Subject {
    seed.map_or_else(|| Subject::Letter(username.to_owned()), Subject::Uploaded)
}

/// Query or cookies of the same names; headers are not looked at here.
fn is_known(demo: &Demo, query: &str, headers: &HeaderMap) -> bool {
    let cookies = headers
        .get(COOKIE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let cookies = cookies.replace("; ", "&");
    [query, cookies.as_str()].iter().any(|pairs| {
        let (user, token) = (pair(pairs, "rc_uid"), pair(pairs, "rc_token"));
        let world = demo.world();
        let owner = token
            .as_deref()
            .and_then(|token| world.sessions.user_of(token));
        owner.is_some() && owner == user.as_deref()
    })
}

fn pair(pairs: &str, name: &str) -> Option<String> {
    let mut pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

fn draw(subject: &Subject, format: Option<&str>, size: u32) -> (&'static str, Vec<u8>) {
    let (canvas, encoding) = match subject {
        Subject::Uploaded(seed) => (portrait(*seed, UPLOADED_EDGE), Encoding::Png),
        Subject::Letter(text) => {
            let first = text.chars().next().unwrap_or('?');
            let color = color_of(text);
            let edge = size.clamp(16, 1024);
            match format {
                Some("png") => (letter(first, color, edge), Encoding::Png),
                Some("jpg" | "jpeg") => (letter(first, color, edge), Encoding::Jpeg),
                _ => return ("image/svg+xml", svg(first, color).into_bytes()),
            }
        }
    };
    let byte_len = encoding.announced_length(canvas.width(), canvas.height(), 1.0);
    (
        encoding.media_type(),
        super::bytes::encoded(&canvas, encoding, byte_len),
    )
}

fn svg(first: char, [red, green, blue]: Color) -> String {
    let shown = match first {
        '<' | '>' | '&' | '"' => '?',
        other => other,
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>\n\
         <text x=\"50%\" y=\"50%\" dy=\"0.36em\" text-anchor=\"middle\" fill=\"#ffffff\" \
         font-family=\"sans-serif\" font-size=\"125\">{}</text>\n</svg>",
        shown.to_uppercase()
    )
}

fn color_of(text: &str) -> Color {
    const COLORS: [Color; 8] = [
        [244, 67, 54],
        [156, 39, 176],
        [63, 81, 181],
        [3, 155, 229],
        [0, 137, 123],
        [104, 159, 56],
        [239, 108, 0],
        [121, 85, 72],
    ];
    let index = text.chars().count() % COLORS.len();
    COLORS.get(index).copied().unwrap_or([121, 85, 72])
}
