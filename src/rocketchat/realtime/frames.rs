//! What is said to the server.

use serde_json::json;

use crate::domain::AuthToken;

/// The first frame: `ddp-streamer` hangs up on any other.
pub(super) fn connect() -> String {
    json!({ "msg": "connect", "version": "1", "support": ["1"] }).to_string()
}

/// The only form that both kinds of server take.
pub(super) fn log_in(id: &str, token: &AuthToken) -> String {
    let params = json!([{ "resume": token.expose() }]);
    json!({ "msg": "method", "method": "login", "id": id, "params": params }).to_string()
}

pub(super) fn subscribe(id: &str, stream: &str, event: &str) -> String {
    let params = json!([event, { "useCollection": false, "args": [] }]);
    json!({ "msg": "sub", "id": id, "name": stream, "params": params }).to_string()
}

pub(super) fn unsubscribe(id: &str) -> String {
    json!({ "msg": "unsub", "id": id }).to_string()
}

pub(super) fn ping() -> String {
    json!({ "msg": "ping" }).to_string()
}

/// Answers a ping, with its id if it has one.
pub(super) fn pong(id: Option<&str>) -> String {
    match id {
        Some(id) => json!({ "msg": "pong", "id": id }).to_string(),
        None => json!({ "msg": "pong" }).to_string(),
    }
}
