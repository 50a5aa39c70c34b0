//! The websocket, as both of Rocket.Chat's servers speak it.

mod conversation;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::answers::{Answer, text_answer};
use super::demo::{Demo, Event};
use super::quirks::Realtime;
use conversation::{Conversation, Reply};

/// Meteor's heartbeat as observed on 7.13.9; `ddp-streamer` waits as long in silence.
const PING_AFTER: Duration = Duration::from_secs(30);

/// Close codes of `ddp-streamer`.
const HEARTBEAT_LOST: u16 = 4000;
const SLOW_CONSUMER: u16 = 1013;
const NORMAL: u16 = 1000;
const GOING_AWAY: u16 = 1001;

/// Upgrades `/websocket`; anything but an upgrade is refused.
pub(super) async fn answer(demo: &Arc<Demo>, mut parts: Parts) -> Answer {
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => {
            let demo = Arc::clone(demo);
            upgrade.on_upgrade(async move |socket| serve(demo, socket).await)
        }
        Err(_) => text_answer(
            StatusCode::BAD_REQUEST,
            "text/plain",
            "Can \"Upgrade\" only to \"WebSocket\".",
        ),
    }
}

async fn serve(demo: Arc<Demo>, mut socket: WebSocket) {
    let flavour = demo.quirks().realtime;
    let mut events = demo.events.subscribe();
    let mut conversation = Conversation::new(Arc::clone(&demo), flavour);
    let hello = match flavour {
        Realtime::Monolith => json!({"server_id": "0"}),
        Realtime::Streamer => json!({"msg": "server_id", "server_id": "0"}),
    };
    if send(&mut socket, hello.to_string()).await.is_none() {
        return;
    }
    let (mut heard_at, mut pinged) = (Instant::now(), false);
    let close_code = loop {
        let replies = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    (heard_at, pinged) = (Instant::now(), false);
                    conversation.hear(&text)
                }
                Some(Ok(Message::Binary(_))) => vec![Reply::Close(1007)],
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            event = events.recv() => match event {
                Ok(event) => on_event(&conversation, &event),
                Err(RecvError::Lagged(_)) => vec![Reply::Close(SLOW_CONSUMER)],
                Err(RecvError::Closed) => return,
            },
            () = demo.stop.cancelled() => break GOING_AWAY,
            () = sleep_until(heard_at + PING_AFTER) => {
                heard_at = Instant::now();
                if pinged {
                    break HEARTBEAT_LOST;
                }
                pinged = true;
                vec![Reply::Frame(json!({"msg": "ping"}))]
            }
        };
        if let Some(code) = deliver(&mut socket, replies).await {
            break code;
        }
    };
    let frame = CloseFrame {
        code: close_code,
        reason: Utf8Bytes::from_static(""),
    };
    if let Err(error) = socket.send(Message::Close(Some(frame))).await {
        tracing::debug!(%error, "a websocket was gone before it was closed");
    }
}

/// Sends what is to be sent; a code when the socket shall close.
async fn deliver(socket: &mut WebSocket, replies: Vec<Reply>) -> Option<u16> {
    for reply in replies {
        match reply {
            Reply::Frame(frame) => {
                if send(socket, frame.to_string()).await.is_none() {
                    return Some(NORMAL);
                }
            }
            Reply::Text(text) => {
                if send(socket, text).await.is_none() {
                    return Some(NORMAL);
                }
            }
            Reply::Close(code) => return Some(code),
        }
    }
    None
}

fn on_event(conversation: &Conversation, event: &Event) -> Vec<Reply> {
    match event {
        Event::Stream {
            collection,
            event,
            args,
        } => conversation
            .changed(collection, event, args)
            .into_iter()
            .map(Reply::Frame)
            .collect(),
        // `ddp-streamer` has no such observer: a silent zombie until the next reconnect.
        Event::TokenRemoved(token) if conversation.is_logged_in_with(token) => {
            vec![Reply::Close(NORMAL)]
        }
        Event::TokenRemoved(_) => Vec::new(),
        Event::Frame(text) => vec![Reply::Text(text.clone())],
        Event::Close(code) => vec![Reply::Close(*code)],
    }
}

async fn send(socket: &mut WebSocket, text: String) -> Option<()> {
    socket.send(Message::Text(text.into())).await.ok()
}
