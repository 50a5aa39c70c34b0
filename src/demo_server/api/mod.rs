//! The REST endpoints, checked in the server's order: query text, login (401), schema (400),
//! rate limit (429), handler. So a stranger never gets a 429, and a broken query costs no call.

mod identity;
mod images;
mod login;
mod messages;
mod people;
mod query;
mod room_files;
mod rooms;
mod second_factor;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use serde_json::{Map, Value};

use super::answers::{Answer, failure, invalid_params, not_logged_in, unknown_api_path};
use super::clock::now_millis;
use super::demo::Demo;
use super::quirks::{ImagesEndpoint, Quirks};
use super::world::Person;
use query::{Param, Query};

pub(super) use identity::info;
pub(super) use second_factor::totp_code;

/// A call that passed the checks.
struct Call<'a> {
    demo: &'a Demo,
    quirks: &'a Quirks,
    headers: &'a HeaderMap,
    query: Query,
    body: Value,
    /// Empty on endpoints without login.
    user: String,
    token: String,
    address: IpAddr,
}

/// What an endpoint wants, and who answers it.
struct Endpoint {
    method: Method,
    name: &'static str,
    needs_login: bool,
    /// `None`: the query is not looked at.
    params: Option<&'static [Param]>,
    handle: fn(&Call<'_>) -> Answer,
}

/// Answers `/api/v1/<name>`.
pub(super) async fn answer(demo: &Arc<Demo>, peer: IpAddr, name: &str, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let body = match to_bytes(body, MOST_BODY_BYTES).await {
        Ok(body) => parsed_body(&parts.headers, &body),
        Err(_) => Value::Object(Map::new()),
    };
    let quirks = demo.quirks();
    let Some(endpoint) = find(&parts.method, name, &quirks) else {
        return unknown_api_path();
    };
    let Some(query) = Query::parse(parts.uri.query().unwrap_or_default()) else {
        return failure("Invalid query parameters");
    };
    let mut call = Call {
        demo: demo.as_ref(),
        quirks: &quirks,
        headers: &parts.headers,
        query,
        body,
        user: String::new(),
        token: String::new(),
        address: client_address(&parts.headers, peer),
    };
    checked(&endpoint, &mut call, name)
}

/// Login bodies are small.
const MOST_BODY_BYTES: usize = 1024 * 1024;

fn checked(endpoint: &Endpoint, call: &mut Call<'_>, name: &str) -> Answer {
    let caller = logged_in(call.demo, call.headers);
    let is_exempt = caller
        .as_ref()
        .is_some_and(|(person, _)| person.bypasses_limiter());
    match caller {
        Some((person, token)) => {
            call.user = person.id;
            call.token = token;
        }
        None if endpoint.needs_login => return not_logged_in(),
        None => {}
    }
    if let Some(params) = endpoint.params {
        let messages = call.query.violations(params);
        if !messages.is_empty() {
            return invalid_params(call.quirks, &messages);
        }
    }
    let Some(rate) = call.quirks.limiter.filter(|_| !is_exempt) else {
        return (endpoint.handle)(call);
    };
    let key = (name.to_owned(), endpoint.method.clone(), call.address);
    let standing = call.demo.limiter.count(key, rate, now_millis());
    let mut answer = if standing.is_allowed {
        (endpoint.handle)(call)
    } else {
        standing.refusal()
    };
    standing.write_headers(&mut answer, call.demo.server_now());
    answer
}

/// Who the two headers belong to; both are needed.
pub(super) fn logged_in(demo: &Demo, headers: &HeaderMap) -> Option<(Person, String)> {
    let field = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (user, token) = (field("x-user-id")?, field("x-auth-token")?);
    let world = demo.world();
    let owner = world
        .sessions
        .user_of(token)
        .filter(|owner| *owner == user)?;
    Some((world.person(owner)?.clone(), token.to_owned()))
}

/// `x-real-ip`, else the socket: behind a careless proxy everybody shares one budget.
fn client_address(headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let forwarded = headers
        .get("x-real-ip")
        .and_then(|value| value.to_str().ok());
    forwarded.and_then(|text| text.parse().ok()).unwrap_or(peer)
}

/// JSON or a form by content type; anything else, and broken JSON, is silently `{}`.
fn parsed_body(headers: &HeaderMap, body: &[u8]) -> Value {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let empty = || Value::Object(Map::new());
    if content_type.starts_with("application/json") {
        return serde_json::from_slice(body).unwrap_or_else(|_| empty());
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        let form = std::str::from_utf8(body).ok().and_then(Query::parse);
        return form.map_or_else(empty, |form| form.into_json());
    }
    empty()
}

fn find(method: &Method, name: &str, quirks: &Quirks) -> Option<Endpoint> {
    let is_known = match name {
        "rooms.images" => quirks.images_endpoint == ImagesEndpoint::Rooms,
        "channels.images" => quirks.images_endpoint == ImagesEndpoint::Channels,
        "chat.getMessageByFileId" => quirks.message_by_file.is_on(),
        _ => true,
    };
    endpoint(name).filter(|endpoint| is_known && endpoint.method == *method)
}

fn get(name: &'static str, params: &'static [Param], handle: fn(&Call<'_>) -> Answer) -> Endpoint {
    Endpoint {
        method: Method::GET,
        name,
        needs_login: true,
        params: Some(params),
        handle,
    }
}

fn open(mut endpoint: Endpoint) -> Endpoint {
    endpoint.needs_login = false;
    endpoint
}

/// A route whose query no schema looks at.
fn loose(mut endpoint: Endpoint) -> Endpoint {
    endpoint.params = None;
    endpoint
}

fn post(name: &'static str, handle: fn(&Call<'_>) -> Answer) -> Endpoint {
    Endpoint {
        method: Method::POST,
        name,
        needs_login: true,
        params: None,
        handle,
    }
}

fn endpoint(name: &str) -> Option<Endpoint> {
    let endpoints = [
        open(post("login", login::login)),
        post("logout", login::logout),
        open(post(
            "users.2fa.sendEmailCode",
            second_factor::send_email_code,
        )),
        loose(get("me", &[], people::me)),
        open(loose(get(
            "settings.public",
            &[],
            identity::settings_public,
        ))),
        open(loose(get("settings.oauth", &[], identity::settings_oauth))),
        get(
            "subscriptions.get",
            rooms::UPDATED_SINCE,
            rooms::subscriptions_get,
        ),
        get("rooms.get", rooms::UPDATED_SINCE, rooms::rooms_get),
        loose(get("rooms.info", &[], rooms::rooms_info)),
        get("rooms.images", images::PARAMS, images::rooms_images),
        get("channels.images", images::PARAMS, images::rooms_images),
        get(
            "channels.files",
            room_files::PARAMS,
            room_files::channels_files,
        ),
        get("groups.files", room_files::PARAMS, room_files::groups_files),
        get("im.files", room_files::PARAMS, room_files::im_files),
        get("dm.files", room_files::PARAMS, room_files::im_files),
        get(
            "channels.history",
            messages::PARAMS,
            messages::channels_history,
        ),
        get("groups.history", messages::PARAMS, messages::groups_history),
        get("im.history", messages::PARAMS, messages::im_history),
        get("dm.history", messages::PARAMS, messages::im_history),
        get(
            "chat.getMessage",
            messages::GET_MESSAGE,
            messages::get_message,
        ),
        get(
            "chat.getMessageByFileId",
            messages::GET_MESSAGE_BY_FILE,
            messages::get_message_by_file,
        ),
        get(
            "chat.getThreadMessages",
            messages::GET_THREAD,
            messages::get_thread,
        ),
        loose(get("users.info", &[], people::users_info)),
        loose(get("users.presence", &[], people::users_presence)),
    ];
    endpoints.into_iter().find(|endpoint| endpoint.name == name)
}
