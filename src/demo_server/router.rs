//! From a request to the part that answers it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{DATE, HeaderMap, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::answers::{Answer, json_answer, text_answer, unknown_api_path, web_client};
use super::clock::http_date;
use super::demo::Demo;
use super::faults::FaultKind;
use super::quirks::{Front, Quirks};
use super::{api, avatars, backstage, file_route, realtime, trouble, ufs_route};

/// Answers every request of the main port.
pub(super) async fn answer(
    State(demo): State<Arc<Demo>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Answer {
    let whole_path = request.uri().path();
    let below = whole_path
        .strip_prefix(&demo.prefix)
        .filter(|rest| rest.starts_with('/'));
    let path = below.unwrap_or(whole_path).to_owned();
    let is_outside = below.is_none() && whole_path != demo.prefix;
    let number = demo
        .log
        .note(request.method(), &path, request.uri(), request.headers());
    let quirks = demo.quirks();
    let mut answer = match in_front(&quirks, request.headers()) {
        Some(answer) => answer,
        None if is_outside => text_answer(StatusCode::NOT_FOUND, "text/html", "<h1>Not Found</h1>"),
        None => with_faults(&demo, peer.ip(), &path, request).await,
    };
    let date = http_date(demo.server_now());
    if let Ok(date) = HeaderValue::from_str(&date) {
        answer.headers_mut().insert(DATE, date);
    }
    demo.log.answered(number, answer.status().as_u16());
    answer
}

/// What a proxy, or another server at this address, says before the chat server is asked.
fn in_front(quirks: &Quirks, headers: &HeaderMap) -> Option<Answer> {
    match &quirks.front {
        Front::Nothing => None,
        Front::OtherPage => {
            let page = "<!DOCTYPE html><html><head><title>Welcome</title></head></html>";
            Some(text_answer(
                StatusCode::OK,
                "text/html; charset=utf-8",
                page,
            ))
        }
        Front::OtherJson => {
            let body = json!({"name": "another api", "version": 3, "status": "ok"});
            Some(json_answer(StatusCode::OK, &body))
        }
        Front::Starting => {
            let page = "<html><body><h1>503 Service Unavailable</h1></body></html>";
            Some(text_answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "text/html",
                page,
            ))
        }
        Front::BasicAuth { user, password } => basic_auth(user, password, headers),
    }
}

fn basic_auth(user: &str, password: &str, headers: &HeaderMap) -> Option<Answer> {
    let wanted = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let given = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    if given == Some(wanted.as_str()) {
        return None;
    }
    let page = "<html><head><title>401 Authorization Required</title></head></html>";
    let mut answer = text_answer(StatusCode::UNAUTHORIZED, "text/html", page);
    let challenge = HeaderValue::from_static("Basic realm=\"intranet\"");
    answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    Some(answer)
}

async fn with_faults(demo: &Arc<Demo>, peer: IpAddr, path: &str, request: Request) -> Answer {
    let Some(fault) = demo.faults.take(path) else {
        return route(demo, peer, path, request).await;
    };
    if let Some(answer) = trouble::instead(&fault, path, demo.server_now()) {
        return answer;
    }
    match &fault {
        FaultKind::Delay(wait) => tokio::time::sleep(*wait).await,
        FaultKind::Stall => demo.stop.cancelled().await,
        _ => {}
    }
    let answer = route(demo, peer, path, request).await;
    trouble::spoiled(&fault, answer).await
}

async fn route(demo: &Arc<Demo>, peer: IpAddr, path: &str, request: Request) -> Answer {
    if let Some(name) = path.strip_prefix("/api/v1/") {
        return api::answer(demo, peer, name, request).await;
    }
    let (parts, _body) = request.into_parts();
    if path == "/api/info" {
        return api::info(demo, &parts.headers);
    }
    if path.starts_with("/api/") || path == "/api" {
        return unknown_api_path();
    }
    if let Some(rest) = path.strip_prefix("/file-upload/") {
        return file_route::answer(demo, rest, parts).await;
    }
    if let Some(rest) = path.strip_prefix("/ufs/") {
        return ufs_route::answer(demo, rest, parts).await;
    }
    if let Some(rest) = path.strip_prefix("/avatar/") {
        return avatars::answer(demo, rest, parts).await;
    }
    if let Some(rest) = path.strip_prefix("/demo/") {
        return backstage::answer(demo, peer, rest, &parts.method);
    }
    match path {
        "/websocket" => realtime::answer(demo, parts).await,
        _ => web_client(),
    }
}
