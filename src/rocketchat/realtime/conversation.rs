//! What is said on the websocket, and what is made of the answers. No sockets in here.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value;

use super::super::MessageLinks;
use super::super::wire::{FrameErrorWire, FrameWire, MessageWire};
use super::frames;
use super::news::{ChangeKind, RealtimeEnd, RealtimeNews, RoomChange, RoomListPart};
use super::seen_messages::SeenMessages;
use crate::domain::{AuthToken, MessageId, RoomId, Session, UserId};

/// The id of the one method that is called.
const LOG_IN: &str = "login";

/// What to do about a frame. Never printed: the token is in one that is sent.
#[derive(PartialEq)]
pub(super) enum Step {
    Send(String),
    Tell(RealtimeNews),
    End(RealtimeEnd),
}

/// The client's side of the protocol.
pub(super) struct Conversation {
    user: UserId,
    token: AuthToken,
    is_logged_in: bool,
    room: Option<RoomId>,
    /// Subscriptions to the room, by id: whether they were answered.
    room_subscriptions: HashMap<String, bool>,
    last_id: u64,
    seen: SeenMessages,
    links: Arc<MessageLinks>,
}

impl Conversation {
    pub(super) fn new(session: &Session, links: Arc<MessageLinks>) -> Self {
        Self {
            user: session.me.id.clone(),
            token: session.token.clone(),
            is_logged_in: false,
            room: None,
            room_subscriptions: HashMap::new(),
            last_id: 0,
            seen: SeenMessages::default(),
            links,
        }
    }

    /// Listens to this room from now on, and to no other.
    pub(super) fn follow(&mut self, room: Option<RoomId>) -> Vec<Step> {
        self.room = room;
        if self.is_logged_in {
            self.subscribe_to_room()
        } else {
            Vec::new()
        }
    }

    /// Takes in a frame; what is not known is passed over.
    pub(super) fn hear(&mut self, text: &str) -> Vec<Step> {
        let Ok(frame) = serde_json::from_str::<FrameWire>(text) else {
            tracing::debug!("a frame that is no object");
            return Vec::new();
        };
        match frame.msg.as_deref() {
            Some("ping") => vec![Step::Send(frames::pong(frame.id.as_deref()))],
            Some("connected") => vec![Step::Send(frames::log_in(LOG_IN, &self.token))],
            Some("failed") => vec![Step::End(RealtimeEnd::NotOffered {
                cause: "another version of the protocol".to_owned(),
            })],
            Some("result") if frame.id.as_deref() == Some(LOG_IN) => self.logged_in(frame.error),
            Some("ready") => self.answered(&frame.subs),
            Some("nosub") => self.refused(frame),
            Some("changed") => self.changed(frame),
            _ => Vec::new(),
        }
    }

    fn logged_in(&mut self, error: Option<FrameErrorWire>) -> Vec<Step> {
        if let Some(error) = error {
            let code = error.error.unwrap_or_default();
            tracing::debug!(code, "no log-in on the websocket");
            // 403 is Meteor's word for a token that is unknown or out of date.
            let end = match code.as_str() {
                "too-many-requests" => RealtimeEnd::lost(code),
                _ => RealtimeEnd::SessionRefused,
            };
            return vec![Step::End(end)];
        }
        self.is_logged_in = true;
        let user = self.user.to_string();
        let own = ["subscriptions-changed", "rooms-changed", "force_logout"];
        let mut steps: Vec<Step> = own
            .into_iter()
            .map(|event| {
                let id = self.next_id();
                let event = format!("{user}/{event}");
                Step::Send(frames::subscribe(&id, "stream-notify-user", &event))
            })
            .collect();
        steps.extend(self.subscribe_to_room());
        steps
    }

    fn subscribe_to_room(&mut self) -> Vec<Step> {
        let left = std::mem::take(&mut self.room_subscriptions);
        let mut steps: Vec<Step> = left
            .into_keys()
            .map(|id| Step::Send(frames::unsubscribe(&id)))
            .collect();
        let Some(room) = self.room.clone() else {
            return steps;
        };
        let streams = [
            ("stream-room-messages", room.to_string()),
            ("stream-notify-room", format!("{room}/deleteMessage")),
            ("stream-notify-room", format!("{room}/deleteMessageBulk")),
        ];
        for (stream, event) in streams {
            let id = self.next_id();
            steps.push(Step::Send(frames::subscribe(&id, stream, &event)));
            self.room_subscriptions.insert(id, false);
        }
        steps
    }

    /// An id that the server has not heard: one that it knows is dropped silently.
    fn next_id(&mut self) -> String {
        self.last_id += 1;
        format!("s{}", self.last_id)
    }

    fn answered(&mut self, ids: &[String]) -> Vec<Step> {
        let before = self.is_following();
        for id in ids {
            if let Some(is_answered) = self.room_subscriptions.get_mut(id) {
                *is_answered = true;
            }
        }
        match &self.room {
            Some(room) if self.is_following() && !before => {
                tracing::debug!(%room, "listening");
                vec![Step::Tell(RealtimeNews::Following(room.clone()))]
            }
            _ => Vec::new(),
        }
    }

    /// Whether everything about the room is told by now.
    fn is_following(&self) -> bool {
        !self.room_subscriptions.is_empty()
            && self.room_subscriptions.values().all(|answered| *answered)
    }

    fn refused(&mut self, frame: FrameWire) -> Vec<Step> {
        // Without an error it is the answer to `unsub`.
        let (Some(id), Some(error)) = (frame.id, frame.error) else {
            return Vec::new();
        };
        let code = error.error.unwrap_or_default();
        tracing::debug!(code, "a subscription was refused");
        if code == "too-many-requests" {
            return vec![Step::End(RealtimeEnd::lost(code))];
        }
        // Not this one; the others may still be taken.
        self.answered(&[id])
    }

    fn changed(&mut self, frame: FrameWire) -> Vec<Step> {
        let (Some(collection), Some(fields)) = (frame.collection, frame.fields) else {
            return Vec::new();
        };
        let mut args = fields.args.into_iter();
        let event = fields.event_name.as_str();
        match collection.as_str() {
            "stream-room-messages" => self.message(event, args.next()),
            "stream-notify-room" => self.deleted(event, args.next().as_ref()),
            "stream-notify-user" => {
                let of_user = event.strip_prefix(self.user.as_str());
                match of_user.and_then(|event| event.strip_prefix('/')) {
                    Some("force_logout") => vec![Step::Tell(RealtimeNews::SessionInDoubt)],
                    Some("subscriptions-changed") => {
                        let action = args.next();
                        self.room_list(RoomListPart::Subscriptions, action.as_ref(), args.next())
                    }
                    Some("rooms-changed") => {
                        let action = args.next();
                        self.room_list(RoomListPart::Rooms, action.as_ref(), args.next())
                    }
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn message(&mut self, event: &str, message: Option<Value>) -> Vec<Step> {
        let message = message.and_then(|message| MessageWire::deserialize(message).ok());
        let Some(message) = message.filter(|_| self.is_room(event)) else {
            return Vec::new();
        };
        let is_news = self.seen.is_news(&message);
        // Whoever asks where the image was posted needs not ask the server.
        self.links.learn(message.into_message().as_slice());
        if is_news { self.news() } else { Vec::new() }
    }

    fn deleted(&self, event: &str, arg: Option<&Value>) -> Vec<Step> {
        let may_matter = match event.rsplit_once('/') {
            Some((room, "deleteMessage")) if self.is_room(room) => {
                let id = arg.and_then(|arg| arg.get("_id")?.as_str());
                if let Some(id) = id {
                    self.links.forget_message(&MessageId::from(id));
                }
                id.is_none_or(|id| self.seen.had_images(id))
            }
            Some((room, "deleteMessageBulk")) => self.is_room(room),
            _ => false,
        };
        if may_matter { self.news() } else { Vec::new() }
    }

    fn room_list(
        &mut self,
        list: RoomListPart,
        action: Option<&Value>,
        document: Option<Value>,
    ) -> Vec<Step> {
        let Some(document) = document else {
            return Vec::new();
        };
        let action = action.and_then(Value::as_str).unwrap_or_default();
        let kind = match action {
            "removed" => ChangeKind::Removed,
            _ => ChangeKind::Described,
        };
        let room = match list {
            RoomListPart::Rooms => document.get("_id"),
            RoomListPart::Subscriptions => document.get("rid"),
        };
        let is_own = room
            .and_then(Value::as_str)
            .is_some_and(|room| self.is_room(room));
        let mut steps = vec![Step::Tell(RealtimeNews::RoomChanged(RoomChange {
            list,
            kind,
            document,
        }))];
        if is_own && action == "inserted" {
            // Whoever was removed from a room is told nothing of it any more, and of that
            // neither.
            steps.extend(self.subscribe_to_room());
        } else if is_own && !self.is_following() {
            // The server may not listen yet to what this room is to be listened to for.
            steps.extend(self.news());
        }
        steps
    }

    fn is_room(&self, id: &str) -> bool {
        self.room.as_ref().is_some_and(|room| room.as_str() == id)
    }

    fn news(&self) -> Vec<Step> {
        let room = self.room.clone();
        room.map(|room| Step::Tell(RealtimeNews::ImagesChanged(room)))
            .into_iter()
            .collect()
    }
}
