//! The rooms as the server last described them, so that the next time only changes are read.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;

use super::ClientError;
use super::realtime::{ChangeKind, RoomChange, RoomListPart};
use super::room_title::TitleRules;
use super::rooms::merge;
use super::wire::{RoomWire, SubscriptionWire};
use crate::domain::{Person, Room};

/// Changes of the same moment as the latest one seen may not all have been in that answer.
const OVERLAP: Duration = Duration::from_secs(10);

/// What [`super::Client::rooms`] keeps between calls. Empty: the next call reads everything.
#[derive(Debug, Clone, Default)]
pub struct RoomDirectory {
    subscriptions: HashMap<String, SubscriptionWire>,
    rooms: HashMap<String, RoomWire>,
    subscriptions_seen: Option<Timestamp>,
    rooms_seen: Option<Timestamp>,
    /// Rooms that a full reading did not bring although there is a subscription.
    never_described: HashSet<String>,
}

/// `update` and `remove` of one answer.
#[derive(Debug)]
pub(super) struct Changes {
    update: Vec<Value>,
    remove: Vec<String>,
}

impl Changes {
    /// Reads the answer of `subscriptions.get` or `rooms.get`.
    pub(super) fn read(mut value: Value) -> Result<Self, ClientError> {
        let Some(Value::Array(update)) = value.get_mut("update").map(Value::take) else {
            return Err(ClientError::Malformed {
                what: "a list of rooms without update".to_owned(),
            });
        };
        let removed = value.get("remove").and_then(Value::as_array);
        let remove = removed
            .into_iter()
            .flatten()
            .filter_map(|item| Some(item.get("_id")?.as_str()?.to_owned()))
            .collect();
        Ok(Self { update, remove })
    }
}

impl RoomDirectory {
    /// `updatedSince` of the next `subscriptions.get`.
    pub(super) fn subscriptions_since(&self) -> Option<String> {
        self.subscriptions_seen.map(since)
    }

    /// `updatedSince` of the next `rooms.get`.
    pub(super) fn rooms_since(&self) -> Option<String> {
        self.rooms_seen.map(since)
    }

    /// Takes in changed memberships. `remove` holds ids of subscriptions, not of rooms.
    pub(super) fn apply_subscriptions(&mut self, changes: Changes) {
        for id in changes.remove {
            self.subscriptions.remove(&id);
        }
        for document in changes.update {
            let Ok(subscription) = SubscriptionWire::deserialize(document) else {
                continue;
            };
            self.subscriptions_seen = self.subscriptions_seen.max(subscription.updated_at);
            self.subscriptions
                .insert(subscription.id.clone(), subscription);
        }
    }

    /// Takes in changed rooms. `remove` holds every room that was deleted on the server.
    pub(super) fn apply_rooms(&mut self, changes: Changes) {
        for id in changes.remove {
            self.rooms.remove(&id);
            self.subscriptions
                .retain(|_, subscription| subscription.rid != id);
        }
        for document in changes.update {
            let Ok(room) = RoomWire::deserialize(document) else {
                continue;
            };
            self.rooms_seen = self.rooms_seen.max(room.updated_at);
            self.never_described.remove(&room.id);
            self.rooms.insert(room.id.clone(), room);
        }
    }

    /// Takes in one change that the server told by itself. Whether it matters: before the first
    /// reading there is nothing to change.
    ///
    /// The next reading begins where it would have begun without it: of changes before this one
    /// some may not have been told.
    pub fn apply(&mut self, change: RoomChange) -> bool {
        let RoomChange {
            list,
            kind,
            document,
        } = change;
        if self.rooms_seen.is_none() && self.subscriptions_seen.is_none() {
            return false;
        }
        let id = document.get("_id").and_then(Value::as_str);
        let Some(id) = id.map(str::to_owned) else {
            return false;
        };
        match (kind, list) {
            (ChangeKind::Removed, RoomListPart::Subscriptions) => {
                self.subscriptions.remove(&id).is_some()
            }
            (ChangeKind::Removed, RoomListPart::Rooms) => self.rooms.remove(&id).is_some(),
            (ChangeKind::Described, RoomListPart::Subscriptions) => {
                let told = SubscriptionWire::deserialize(document).ok();
                let told = told.map(|told| self.subscriptions.insert(id, told));
                told.is_some()
            }
            (ChangeKind::Described, RoomListPart::Rooms) => {
                self.never_described.remove(&id);
                let told = RoomWire::deserialize(document).ok();
                let told = told.map(|told| self.rooms.insert(id, told));
                told.is_some()
            }
        }
    }

    /// Whether a room that was just joined is described nowhere: its document need not have
    /// changed since, so that only a full reading brings it.
    pub(super) fn needs_full_reading(&self) -> bool {
        self.undescribed()
            .any(|rid| !self.never_described.contains(rid))
    }

    /// Makes the next `rooms.get` a full one.
    pub(super) fn forget_rooms_since(&mut self) {
        self.rooms_seen = None;
    }

    /// After a full reading: what is missing now stays missing.
    pub(super) fn accept_undescribed(&mut self) {
        let undescribed = self.undescribed().map(str::to_owned).collect();
        self.never_described = undescribed;
    }

    /// The rooms that can be read, in no order.
    pub(super) fn readable_rooms(&self, me: &Person, rules: TitleRules) -> Vec<Room> {
        let mut seen = HashSet::new();
        self.subscriptions
            .values()
            .filter(|subscription| seen.insert(subscription.rid.as_str()))
            .filter_map(|subscription| {
                merge(
                    Some(subscription),
                    self.rooms.get(&subscription.rid),
                    me,
                    rules,
                )
            })
            .collect()
    }

    /// The membership in this room.
    pub(super) fn subscription_in(&self, rid: &str) -> Option<SubscriptionWire> {
        let mut subscriptions = self.subscriptions.values();
        subscriptions.find(|mine| mine.rid == rid).cloned()
    }

    fn undescribed(&self) -> impl Iterator<Item = &str> {
        self.subscriptions
            .values()
            .map(|subscription| subscription.rid.as_str())
            .filter(|rid| !self.rooms.contains_key(*rid))
    }
}

fn since(seen: Timestamp) -> String {
    let since = seen.checked_sub(OVERLAP).unwrap_or(seen);
    format!("{since:.3}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{RoomKind, UserId};

    fn changes(value: Value) -> Changes {
        Changes::read(value).unwrap()
    }

    fn titles(directory: &RoomDirectory) -> Vec<String> {
        let me = Person {
            id: UserId::from("me"),
            username: Some("ana".to_owned()),
            name: None,
        };
        let mut titles: Vec<String> = directory
            .readable_rooms(&me, TitleRules::default())
            .into_iter()
            .map(|room| room.title)
            .collect();
        titles.sort();
        titles
    }

    fn two_rooms() -> RoomDirectory {
        let mut directory = RoomDirectory::default();
        directory.apply_subscriptions(changes(json!({ "update": [
            { "_id": "s1", "rid": "r1", "t": "c", "name": "one", "_updatedAt": "2026-04-01T09:00:00.000Z" },
            { "_id": "s2", "rid": "r2", "t": "p", "name": "two", "_updatedAt": "2026-04-01T09:30:00.123Z" },
        ], "remove": [] })));
        directory.apply_rooms(changes(json!({ "update": [
            { "_id": "r1", "t": "c", "name": "one", "_updatedAt": "2026-04-01T08:00:00.000Z" },
            { "_id": "r2", "t": "p", "name": "two", "_updatedAt": "2026-04-01T08:00:00.000Z" },
        ], "remove": [] })));
        directory
    }

    #[test]
    fn the_next_question_begins_shortly_before_the_latest_change_seen() {
        let directory = two_rooms();
        assert_eq!(
            directory.subscriptions_since().unwrap(),
            "2026-04-01T09:29:50.123Z"
        );
        assert_eq!(directory.rooms_since().unwrap(), "2026-04-01T07:59:50.000Z");
        assert_eq!(RoomDirectory::default().rooms_since(), None);
    }

    #[test]
    fn a_membership_is_removed_by_its_own_id() {
        let mut directory = two_rooms();
        directory.apply_subscriptions(changes(json!({
            "update": [], "remove": [{ "_id": "s1", "_deletedAt": "2026-04-01T10:00:00.000Z" }],
        })));
        assert_eq!(titles(&directory), ["two"]);
        directory.apply_rooms(changes(
            json!({ "update": [], "remove": [{ "_id": "r2" }, { "_id": "somebody else's" }] }),
        ));
        assert!(titles(&directory).is_empty());
    }

    #[test]
    fn a_room_just_joined_that_nobody_described_calls_for_a_full_reading() {
        let mut directory = two_rooms();
        assert!(!directory.needs_full_reading());
        directory.apply_subscriptions(changes(json!({ "update": [
            { "_id": "s3", "rid": "r3", "t": "c", "name": "three", "_updatedAt": "2026-04-01T11:00:00.000Z" },
        ] })));
        assert!(directory.needs_full_reading());
        directory.accept_undescribed();
        assert!(!directory.needs_full_reading());
        // What the membership says is enough to show it.
        assert_eq!(titles(&directory), ["one", "three", "two"]);
    }

    fn told(list: RoomListPart, kind: ChangeKind, document: Value) -> RoomChange {
        RoomChange {
            list,
            kind,
            document,
        }
    }

    #[test]
    fn what_the_server_tells_by_itself_changes_the_list_and_not_what_is_asked_next() {
        let mut directory = two_rooms();
        let asked = (directory.subscriptions_since(), directory.rooms_since());
        let renamed = json!({ "_id": "s1", "rid": "r1", "t": "c", "name": "uno",
            "_updatedAt": { "$date": 1_775_100_000_000_i64 } });
        let renamed = told(RoomListPart::Subscriptions, ChangeKind::Described, renamed);
        assert!(directory.apply(renamed));
        let described = json!({ "_id": "r1", "t": "c", "name": "uno",
            "_updatedAt": { "$date": 1_775_100_000_000_i64 } });
        let described = told(RoomListPart::Rooms, ChangeKind::Described, described);
        assert!(directory.apply(described));
        let left = json!({ "_id": "s2" });
        assert!(directory.apply(told(RoomListPart::Subscriptions, ChangeKind::Removed, left)));
        assert_eq!(titles(&directory), ["uno"]);
        let joined = json!({ "_id": "s3", "rid": "r3", "t": "c", "name": "three",
            "_updatedAt": { "$date": 1_775_100_000_000_i64 } });
        assert!(directory.apply(told(
            RoomListPart::Subscriptions,
            ChangeKind::Described,
            joined
        )));
        assert!(directory.needs_full_reading());
        assert_eq!(titles(&directory), ["three", "uno"]);
        assert_eq!(
            asked,
            (directory.subscriptions_since(), directory.rooms_since())
        );
        let odd = told(
            RoomListPart::Rooms,
            ChangeKind::Described,
            json!({ "name": "nothing else" }),
        );
        assert!(!directory.apply(odd));
        let early = told(
            RoomListPart::Rooms,
            ChangeKind::Described,
            json!({ "_id": "r9", "t": "c" }),
        );
        assert!(!RoomDirectory::default().apply(early));
    }

    #[test]
    fn rooms_that_cannot_be_read_are_left_out() {
        let mut directory = RoomDirectory::default();
        directory.apply_subscriptions(changes(json!({ "update": [
            { "_id": "s1", "rid": "r1", "t": "p", "name": "invited", "status": "INVITED" },
            { "_id": "s2", "rid": "r2", "t": "p", "name": "banned", "status": "BANNED" },
            { "_id": "s3", "rid": "r3", "t": "l", "name": "visitor" },
            { "_id": "s4", "rid": "r4", "t": "c", "name": "open" },
            { "name": "no document" }, 7,
        ] })));
        assert_eq!(titles(&directory), ["open"]);
    }

    #[test]
    fn what_a_room_is_comes_from_both_its_documents() {
        let mut directory = RoomDirectory::default();
        directory.apply_subscriptions(changes(json!({ "update": [{
            "_id": "s1", "rid": "r1", "t": "p", "name": "crew", "f": true, "open": false,
            "unread": 3, "lr": "2026-04-01T12:00:00.000Z",
        }] })));
        directory.apply_rooms(changes(json!({ "update": [{
            "_id": "r1", "t": "p", "name": "crew", "teamMain": true, "topic": "Ships",
            "avatarETag": "e1", "encrypted": true, "archived": true,
            "lm": { "$date": 1_775_035_800_000_i64 },
        }] })));
        let me = Person {
            id: UserId::from("me"),
            username: None,
            name: None,
        };
        let room = directory
            .readable_rooms(&me, TitleRules::default())
            .remove(0);
        assert_eq!(room.kind, RoomKind::PrivateGroup);
        assert!(room.is_team && room.is_favorite && room.is_hidden);
        assert!(room.is_encrypted && room.is_archived);
        assert_eq!(room.unread_count, 3);
        assert_eq!(room.topic.as_deref(), Some("Ships"));
        assert_eq!(room.avatar_etag.as_deref(), Some("e1"));
        assert_eq!(
            room.last_activity,
            Some("2026-04-01T12:00:00Z".parse().unwrap())
        );
    }
}
