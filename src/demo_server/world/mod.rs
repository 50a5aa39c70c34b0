//! What the server knows: people, rooms, uploads, sessions. Plain values; no HTTP in here.

mod access;
mod archive;
mod folder;
pub(crate) mod ids;
mod images;
mod library;
mod messages;
mod people;
mod pictures;
mod room;
mod sessions;
mod strange;
mod talk;
mod upload;

use std::collections::{BTreeMap, HashMap};

use archive::Archive;

pub(crate) use folder::FolderImage;
pub(crate) use images::{Entry, Fate};
pub(crate) use messages::{Dates, message_id, sent_at};
pub(crate) use people::{Person, SecondFactor};
pub(crate) use room::{Removed, Room, RoomKind, Subscription};
pub(crate) use sessions::{CodeCheck, SessionKind, Sessions};
pub(crate) use talk::{Line, TALK_MILLIS};
pub(crate) use upload::Upload;

/// Everything the server keeps.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) people: Vec<Person>,
    pub(crate) rooms: Vec<Room>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) removed_subscriptions: Vec<Removed>,
    pub(crate) removed_rooms: Vec<Removed>,
    pub(crate) sessions: Sessions,
    /// Uploads that are not of the archive; places never move.
    uploads: Vec<Upload>,
    /// Upload id to place; deleted uploads have none.
    places: HashMap<String, usize>,
    /// What `rooms.images` lists, newest first, for each room.
    images: BTreeMap<String, Vec<Entry>>,
    /// Other files of a room, such as ciphertext.
    other_files: BTreeMap<String, Vec<Entry>>,
    /// Messages that became `t: "rm"`.
    erased_messages: Vec<String>,
    archive: Option<Archive>,
    next_number: u64,
}

impl World {
    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub(crate) fn person_named(&self, username: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.username == username)
    }

    pub(crate) fn room(&self, id: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.id == id)
    }

    /// By `name`, or by the id of rooms without one.
    pub(crate) fn room_named(&self, name: &str) -> Option<&Room> {
        self.rooms
            .iter()
            .find(|room| room.name.as_deref() == Some(name))
    }

    pub(crate) fn subscription(&self, room: &str, user: &str) -> Option<&Subscription> {
        self.subscriptions
            .iter()
            .find(|subscription| subscription.room == room && subscription.user == user)
    }

    /// A number never given before, for ids of things made while running.
    pub(crate) fn fresh_number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }
}
