//! One client's side of the protocol: connect, log in, subscribe. No sockets in here.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::clock::{ejson, now_millis};
use super::super::demo::Demo;
use super::super::quirks::Realtime;
use super::super::world::ids::letters;

/// What to do about a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    Frame(Value),
    Text(String),
    Close(u16),
}

/// What is known of a client.
pub(super) struct Conversation {
    demo: Arc<Demo>,
    flavour: Realtime,
    is_connected: bool,
    /// Person and token.
    login: Option<(String, String)>,
    subscriptions: Vec<Subscription>,
}

#[derive(Debug)]
struct Subscription {
    id: String,
    collection: String,
    event: String,
}

/// Protocol error.
const PROTOCOL_ERROR: u16 = 1002;

/// Three months, `Accounts_LoginExpiration`.
const LOGIN_LIFETIME_MILLIS: i64 = 90 * 86_400_000;

impl Conversation {
    pub(super) fn new(demo: Arc<Demo>, flavour: Realtime) -> Self {
        Self {
            demo,
            flavour,
            is_connected: false,
            login: None,
            subscriptions: Vec::new(),
        }
    }

    /// Whether this client must go when the token goes.
    pub(super) fn is_logged_in_with(&self, token: &str) -> bool {
        self.flavour == Realtime::Monolith
            && self.login.as_ref().is_some_and(|(_, own)| own == token)
    }

    /// Answers a frame.
    pub(super) fn hear(&mut self, text: &str) -> Vec<Reply> {
        let Ok(frame) = serde_json::from_str::<Value>(text) else {
            return match self.flavour {
                Realtime::Monolith => error_frame("Bad request"),
                Realtime::Streamer => vec![Reply::Close(1007)],
            };
        };
        let field = |name: &str| frame.get(name).and_then(Value::as_str).unwrap_or_default();
        match field("msg") {
            "connect" => self.connect(),
            _ if !self.is_connected => match self.flavour {
                Realtime::Monolith => error_frame("Must connect first"),
                Realtime::Streamer => vec![Reply::Close(PROTOCOL_ERROR)],
            },
            "ping" => vec![Reply::Frame(pong(&frame))],
            "method" => self.method(field("method"), field("id"), frame.get("params")),
            "sub" => self.subscribe(field("id"), field("name"), frame.get("params")),
            "unsub" => self.unsubscribe(field("id")),
            _ => Vec::new(),
        }
    }

    fn connect(&mut self) -> Vec<Reply> {
        self.is_connected = true;
        let session = letters(fastrand::u64(..), 17);
        vec![Reply::Frame(
            json!({"msg": "connected", "session": session}),
        )]
    }

    fn method(&mut self, method: &str, id: &str, params: Option<&Value>) -> Vec<Reply> {
        if method != "login" {
            let error = meteor_error(&json!(404), &format!("Method '{method}' not found"));
            return self.outcome(id, "error", &error);
        }
        let token = params
            .and_then(|params| params.get(0))
            .and_then(|login| login.get("resume"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        let user = self.demo.world().sessions.user_of(token).map(str::to_owned);
        let Some(user) = user else {
            let reason = "You've been logged out by the server. Please log in again.";
            let error = meteor_error(&json!(403), reason);
            return self.outcome(id, "error", &error);
        };
        let result = json!({
            "id": user, "token": token, "type": "resume",
            "tokenExpires": ejson(now_millis() + LOGIN_LIFETIME_MILLIS),
        });
        let added = json!({
            "msg": "added", "collection": "users", "id": user, "fields": {"username": ""},
        });
        self.login = Some((user, token.to_owned()));
        let mut replies = vec![Reply::Frame(added)];
        replies.extend(self.outcome(id, "result", &result));
        replies
    }

    /// `result` and `updated`, in the order of each server.
    fn outcome(&self, id: &str, key: &str, value: &Value) -> Vec<Reply> {
        let result = Reply::Frame(json!({"msg": "result", "id": id, key: value}));
        let updated = Reply::Frame(json!({"msg": "updated", "methods": [id]}));
        match self.flavour {
            Realtime::Monolith => vec![result, updated],
            Realtime::Streamer => vec![updated, result],
        }
    }

    fn subscribe(&mut self, id: &str, name: &str, params: Option<&Value>) -> Vec<Reply> {
        // An id that the server knows is dropped silently.
        if self.subscriptions.iter().any(|known| known.id == id) {
            return Vec::new();
        }
        let event = params
            .and_then(|params| params.get(0))
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !self.may_subscribe(name, event) {
            let error = meteor_error(&json!("not-allowed"), "Not allowed");
            return vec![Reply::Frame(
                json!({"msg": "nosub", "id": id, "error": error}),
            )];
        }
        self.subscriptions.push(Subscription {
            id: id.to_owned(),
            collection: name.to_owned(),
            event: event.to_owned(),
        });
        vec![Reply::Frame(json!({"msg": "ready", "subs": [id]}))]
    }

    fn unsubscribe(&mut self, id: &str) -> Vec<Reply> {
        self.subscriptions.retain(|known| known.id != id);
        vec![Reply::Frame(json!({"msg": "nosub", "id": id}))]
    }

    fn may_subscribe(&self, name: &str, event: &str) -> bool {
        let Some((user, _)) = &self.login else {
            return name == "stream-notify-all";
        };
        let subject = event.split('/').next().unwrap_or_default();
        match name {
            "stream-room-messages" if event == "__my_messages__" => true,
            "stream-room-messages" | "stream-notify-room" => self.may_read(user, subject),
            "stream-notify-user" => subject == user,
            "stream-notify-logged" | "stream-notify-all" => true,
            _ => false,
        }
    }

    fn may_read(&self, user: &str, room: &str) -> bool {
        let world = self.demo.world();
        world
            .room(room)
            .is_some_and(|room| world.can_access_room(room, user))
    }

    /// The frame for something that happened, if this client asked for it. Who was removed
    /// from a room hears nothing of it any more, without being told.
    pub(super) fn changed(&self, collection: &str, event: &str, args: &Value) -> Option<Value> {
        let (user, _) = self.login.as_ref()?;
        let asked = |event: &str| {
            self.subscriptions
                .iter()
                .any(|own| own.collection == collection && own.event == event)
        };
        if collection == "stream-room-messages" && !self.may_read(user, event) {
            return None;
        }
        if asked(event) {
            return Some(frame(collection, event, args));
        }
        if collection == "stream-room-messages" && asked("__my_messages__") {
            let message = args.get(0)?;
            let about = json!({"roomParticipant": true, "roomType": "c", "roomName": event});
            return Some(frame(
                collection,
                "__my_messages__",
                &json!([message, about]),
            ));
        }
        None
    }
}

fn frame(collection: &str, event: &str, args: &Value) -> Value {
    json!({
        "msg": "changed", "collection": collection, "id": "id",
        "fields": {"eventName": event, "args": args},
    })
}

fn pong(ping: &Value) -> Value {
    match ping.get("id") {
        Some(id) => json!({"msg": "pong", "id": id}),
        None => json!({"msg": "pong"}),
    }
}

fn error_frame(reason: &str) -> Vec<Reply> {
    vec![Reply::Frame(json!({"msg": "error", "reason": reason}))]
}

fn meteor_error(code: &Value, reason: &str) -> Value {
    let shown = code
        .as_str()
        .map_or_else(|| code.to_string(), str::to_owned);
    json!({
        "isClientSafe": true, "error": code, "reason": reason,
        "message": format!("{reason} [{shown}]"), "errorType": "Meteor.Error",
    })
}
