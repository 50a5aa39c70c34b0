//! The rooms of the person, in the order they are shown.

use std::cmp::Reverse;

use crate::domain::{Room, RoomId};
use crate::protocol::ClientError;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct RoomList {
    rooms: Vec<Room>,
    /// Lower-case titles, in the order of `rooms`: what the filter looks at.
    keys: Vec<String>,
    /// Whether the server has answered.
    pub is_loaded: bool,
    /// Why the last reading failed; the rooms before it stay.
    pub error: Option<ClientError>,
    /// What became of a search for a channel by name.
    pub search: RoomSearch,
}

/// A search for a public channel that the person has not joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RoomSearch {
    /// None.
    #[default]
    Idle,
    /// Asking for this name.
    Asking(String),
    /// This name brought nothing.
    Failed(String, ClientError),
}

impl RoomList {
    /// All rooms, favourites first, then by activity.
    pub fn iter(&self) -> impl Iterator<Item = &Room> {
        self.rooms.iter()
    }

    /// The rooms whose title holds all words of the filter; without one, those not hidden.
    pub fn matching(&self, filter: &str) -> Vec<&Room> {
        let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
        self.rooms
            .iter()
            .zip(&self.keys)
            .filter(|(room, key)| {
                if words.is_empty() {
                    !room.is_hidden
                } else {
                    words
                        .iter()
                        .all(|word| key.contains(word.trim_start_matches(['#', '@'])))
                }
            })
            .map(|(room, _)| room)
            .collect()
    }

    /// A room by id.
    pub fn get(&self, id: &RoomId) -> Option<&Room> {
        self.rooms.iter().find(|room| room.id == *id)
    }

    pub(super) fn set(&mut self, mut rooms: Vec<Room>) {
        rooms.sort_by(|a, b| {
            let key = |room: &Room| {
                (
                    Reverse(room.is_favorite),
                    room.is_archived,
                    Reverse(room.last_activity),
                )
            };
            key(a)
                .cmp(&key(b))
                .then_with(|| a.title.to_lowercase().cmp(&b.title.to_lowercase()))
        });
        self.keys = rooms
            .iter()
            .map(|room| {
                let slug = room.slug.as_deref().unwrap_or_default();
                format!("{} {slug}", room.title).to_lowercase()
            })
            .collect();
        self.rooms = rooms;
        self.is_loaded = true;
        self.error = None;
    }
}
