//! The rooms as the server last described them, so that the next time only changes are read.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;

use super::ClientError;
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
