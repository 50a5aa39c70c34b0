//! What no Rocket.Chat has, for scripts that act as the people and the mail around it. Only for
//! this machine.
//!
//! * `GET /demo/outbox`: the mails that people with e-mailed codes would get.
//! * `GET /demo/requests`: the last requests, oldest first, without their secrets.
//! * `POST /demo/post/<room>/<n>`: somebody posts so many images to a room, now.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::admin::{Admin, NewImage};
use super::answers::{Answer, empty, json_answer};
use super::clock::iso;
use super::demo::Demo;

/// More at once are nobody's.
const MAX_POSTS: u32 = 100;

/// Answers what is asked for below `/demo/`.
pub(super) fn answer(demo: &Arc<Demo>, peer: IpAddr, path: &str, method: &Method) -> Answer {
    if !peer.is_loopback() {
        return empty(StatusCode::NOT_FOUND);
    }
    match (method, path.split_once('/')) {
        (&Method::GET, None) if path == "outbox" => outbox(demo),
        (&Method::GET, None) if path == "requests" => requests(demo),
        (&Method::POST, Some(("post", rest))) => post(demo, rest),
        _ => empty(StatusCode::NOT_FOUND),
    }
}

/// Gives the ids of what was posted.
fn post(demo: &Arc<Demo>, rest: &str) -> Answer {
    let admin = Admin::new(Arc::clone(demo));
    let asked = rest.split_once('/');
    let asked = asked.and_then(|(room, n)| Some((admin.room_id(room)?, n.parse().ok()?)));
    match asked {
        Some((room, n)) if n <= MAX_POSTS => {
            let ids = admin.post_images(&room, n, &NewImage::default());
            json_answer(StatusCode::OK, &json!(ids))
        }
        _ => empty(StatusCode::BAD_REQUEST),
    }
}

/// The mails that people with e-mailed codes would get.
fn outbox(demo: &Demo) -> Answer {
    let world = demo.world();
    let mails: Vec<Value> = world
        .sessions
        .outbox
        .iter()
        .map(|mail| json!({"to": mail.to, "code": mail.code, "sentAt": iso(mail.sent_at)}))
        .collect();
    json_answer(StatusCode::OK, &Value::Array(mails))
}

/// The last requests, oldest first, without their secrets.
fn requests(demo: &Demo) -> Answer {
    let requests = demo.log.all();
    let requests: Vec<Value> = requests
        .iter()
        .map(|request| {
            json!({
                "method": request.method.as_str(),
                "path": request.path,
                "status": request.status,
                "atMillis": request.at_millis,
            })
        })
        .collect();
    json_answer(StatusCode::OK, &Value::Array(requests))
}
