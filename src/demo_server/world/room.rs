//! Rooms, and what a person's subscription adds to them.

use serde_json::{Map, Value, json};

use super::super::clock::iso;
use super::World;
use super::ids::id;

/// A room of any kind.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    pub(crate) id: String,
    pub(crate) kind: RoomKind,
    /// Absent on direct rooms.
    pub(crate) name: Option<String>,
    pub(crate) fname: Option<String>,
    pub(crate) topic: Option<String>,
    pub(crate) members: Vec<String>,
    pub(crate) team: Option<Team>,
    /// The room a discussion was opened in.
    pub(crate) parent: Option<String>,
    pub(crate) is_encrypted: bool,
    pub(crate) is_archived: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) last_message_at: Option<i64>,
}

/// `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoomKind {
    Channel,
    Group,
    Direct,
}

impl RoomKind {
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Channel => "c",
            Self::Group => "p",
            Self::Direct => "d",
        }
    }
}

/// The team a room belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) is_main: bool,
}

/// A person's membership in a room.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) room: String,
    pub(crate) user: String,
    pub(crate) is_open: bool,
    pub(crate) is_favorite: bool,
    pub(crate) unread: u32,
    /// 8.x: `INVITED` or `BANNED`; then the room cannot be read.
    pub(crate) status: Option<&'static str>,
    pub(crate) last_seen: i64,
    pub(crate) updated_at: i64,
}

/// Something that went, for `remove`.
#[derive(Debug, Clone)]
pub(crate) struct Removed {
    pub(crate) id: String,
    pub(crate) user: Option<String>,
    pub(crate) at: i64,
}

impl Removed {
    pub(crate) fn document(&self) -> Value {
        json!({"_id": self.id, "_deletedAt": iso(self.at)})
    }
}

impl World {
    /// A room as `rooms.get` lists it.
    pub(crate) fn room_document(&self, room: &Room) -> Value {
        let mut fields = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                fields.insert(name.to_owned(), value);
            }
        };
        set("_id", room.id.clone().into());
        set("t", room.kind.letter().into());
        set("name", room.name.clone().into());
        set("fname", room.fname.clone().into());
        set("topic", room.topic.clone().into());
        set("usersCount", room.members.len().into());
        set("msgs", self.images_of(&room.id).len().into());
        set("ts", iso(room.created_at).into());
        set("_updatedAt", iso(room.updated_at).into());
        set("lm", room.last_message_at.map(iso).into());
        set("ro", false.into());
        set("sysMes", true.into());
        set("default", (room.id == "GENERAL").into());
        set("prid", room.parent.clone().into());
        if room.is_encrypted {
            set("encrypted", true.into());
            set("e2eKeyId", "eyJhbGciOiJB".into());
        }
        if room.is_archived {
            set("archived", true.into());
        }
        if let Some(team) = &room.team {
            set("teamId", team.id.clone().into());
            if team.is_main {
                set("teamMain", true.into());
            }
        }
        if room.kind == RoomKind::Direct {
            let names: Vec<&str> = room
                .members
                .iter()
                .filter_map(|id| self.person(id))
                .map(|person| person.username.as_str())
                .collect();
            set("usernames", json!(names));
            set("uids", json!(room.members));
        } else if let Some(owner) = room.members.first().and_then(|id| self.person(id)) {
            set("u", owner.brief());
        }
        Value::Object(fields)
    }

    /// A subscription as `subscriptions.get` lists it; what the room knows is not in it.
    pub(crate) fn subscription_document(&self, subscription: &Subscription) -> Value {
        let Some(room) = self.room(&subscription.room) else {
            return Value::Null;
        };
        let (name, fname) = self.names_for(room, &subscription.user);
        let mut document = json!({
            "_id": subscription.id,
            "rid": room.id,
            "t": room.kind.letter(),
            "name": name,
            "fname": fname,
            "u": self.person(&subscription.user).map(super::people::Person::brief),
            "open": subscription.is_open,
            "alert": subscription.unread > 0,
            "unread": subscription.unread,
            "userMentions": 0,
            "groupMentions": 0,
            "ls": iso(subscription.last_seen),
            "ts": iso(room.created_at),
            "_updatedAt": iso(subscription.updated_at),
        });
        if let Some(fields) = document.as_object_mut() {
            if subscription.is_favorite {
                fields.insert("f".to_owned(), true.into());
            }
            if let Some(parent) = &room.parent {
                fields.insert("prid".to_owned(), parent.clone().into());
            }
            if room.is_archived {
                fields.insert("archived".to_owned(), true.into());
            }
            if let Some(status) = subscription.status {
                fields.insert("status".to_owned(), status.into());
            }
        }
        document
    }

    /// Adds a subscription; a second one for the same room and person is not made.
    pub(crate) fn subscribe(&mut self, room: &str, user: &str, now: i64) {
        if self.subscription(room, user).is_some() {
            return;
        }
        let number = self.fresh_number();
        self.subscriptions.push(Subscription {
            id: id(self.seed, "subscription", number),
            room: room.to_owned(),
            user: user.to_owned(),
            is_open: true,
            is_favorite: false,
            unread: 0,
            status: None,
            last_seen: now,
            updated_at: now,
        });
    }

    /// Direct rooms are named after the others; group DMs without a name have an empty one.
    fn names_for(&self, room: &Room, user: &str) -> (String, String) {
        if room.kind != RoomKind::Direct {
            let name = room.name.clone().unwrap_or_default();
            let fname = room.fname.clone().unwrap_or_else(|| name.clone());
            return (name, fname);
        }
        if room.members.len() > 2 {
            return (String::new(), String::new());
        }
        let other = room
            .members
            .iter()
            .find(|id| *id != user)
            .or_else(|| room.members.first());
        other
            .and_then(|id| self.person(id))
            .map(|person| (person.username.clone(), person.name.clone()))
            .unwrap_or_default()
    }
}
