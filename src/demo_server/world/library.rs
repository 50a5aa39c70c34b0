//! Fills the world from a seed: the rooms and who is in them.

use std::collections::{BTreeMap, HashMap};

use super::super::options::LibraryChoice;
use super::archive::Archive;
use super::ids::id;
use super::people::people;
use super::room::{Room, RoomKind, Team};
use super::sessions::Sessions;
use super::{FolderImage, World, pictures};

/// How many images `#archive-100k` has.
const ARCHIVE_LENGTH: u32 = 100_000;

const DAY: i64 = 86_400_000;

/// Shorthand for a room: id, kind, name, title, topic.
type Sketch = (
    &'static str,
    RoomKind,
    &'static str,
    &'static str,
    &'static str,
);

const ROOMS: [Sketch; 15] = [
    (
        "GENERAL",
        RoomKind::Channel,
        "general",
        "general",
        "Company-wide news",
    ),
    (
        "team-offsite",
        RoomKind::Channel,
        "team-offsite",
        "team-offsite",
        "Pictures of the offsite",
    ),
    (
        "support",
        RoomKind::Channel,
        "support",
        "support",
        "Screenshots and questions",
    ),
    (
        "photography",
        RoomKind::Channel,
        "photography",
        "photography",
        "Photographs of free licence",
    ),
    (
        "formats",
        RoomKind::Channel,
        "formats",
        "formats",
        "One of every format and oddity",
    ),
    (
        "archive-100k",
        RoomKind::Channel,
        "archive-100k",
        "archive-100k",
        "100,000 images",
    ),
    (
        "quiet-corner",
        RoomKind::Channel,
        "quiet-corner",
        "quiet-corner",
        "Nothing here yet",
    ),
    (
        "design",
        RoomKind::Channel,
        "design",
        "design",
        "Join to see the files",
    ),
    ("board", RoomKind::Group, "board", "Board 🔒", "Private"),
    (
        "vault",
        RoomKind::Group,
        "vault",
        "vault",
        "End-to-end encrypted",
    ),
    (
        "summer-2024",
        RoomKind::Channel,
        "summer-2024",
        "summer-2024",
        "Archived",
    ),
    (
        "book-club",
        RoomKind::Group,
        "book-club",
        "Book club",
        "You are invited",
    ),
    (
        "research",
        RoomKind::Group,
        "research",
        "Research",
        "A team",
    ),
    (
        "field-notes",
        RoomKind::Channel,
        "research-field-notes",
        "Field notes",
        "A channel of the team",
    ),
    (
        "posters",
        RoomKind::Group,
        "k7QdYp2mWn4sTz8Lx",
        "Posters for the autumn fair",
        "A discussion",
    ),
];

impl World {
    /// The same world for the same arguments. `newest` is what all times count back from, but
    /// those of the folder, which are the files' own. Without a folder there is no `#corpus`.
    pub(crate) fn generate(
        seed: u64,
        library: LibraryChoice,
        newest: i64,
        folder: Option<Vec<FolderImage>>,
    ) -> Self {
        let people = people(seed);
        let mut world = Self {
            seed,
            people,
            rooms: Vec::new(),
            subscriptions: Vec::new(),
            removed_subscriptions: Vec::new(),
            removed_rooms: Vec::new(),
            sessions: Sessions::default(),
            uploads: Vec::new(),
            places: HashMap::new(),
            images: BTreeMap::new(),
            other_files: BTreeMap::new(),
            erased_messages: Vec::new(),
            archive: None,
            next_number: 0,
        };
        world.open_rooms(newest);
        world.open_direct_rooms(newest);
        world.open_archive(library, newest);
        pictures::hang(&mut world, library, newest);
        if let Some(images) = folder {
            world.open_folder(images, newest);
        }
        world.settle(newest);
        world
    }

    /// The id of a room of the library by its short name; GENERAL is GENERAL everywhere.
    pub(crate) fn room_id(seed: u64, short: &str) -> String {
        if short == "GENERAL" {
            short.to_owned()
        } else {
            id(seed, short, 0)
        }
    }

    fn open_rooms(&mut self, newest: i64) {
        let everybody: Vec<String> = self.people.iter().map(|person| person.id.clone()).collect();
        let ana = everybody.first().cloned().unwrap_or_default();
        for (short, kind, name, fname, topic) in ROOMS {
            let members = match short {
                "design" => everybody.iter().filter(|id| **id != ana).cloned().collect(),
                "book-club" => everybody.iter().skip(1).take(4).cloned().collect(),
                _ => everybody.clone(),
            };
            let team = matches!(short, "research" | "field-notes").then(|| Team {
                id: id(self.seed, "team", 0),
                is_main: short == "research",
            });
            self.rooms.push(Room {
                id: Self::room_id(self.seed, short),
                kind,
                name: Some(name.to_owned()),
                fname: Some(fname.to_owned()),
                topic: Some(topic.to_owned()),
                members,
                team,
                parent: (short == "posters").then(|| Self::room_id(self.seed, "team-offsite")),
                is_encrypted: short == "vault",
                is_archived: short == "summer-2024",
                created_at: newest - 700 * DAY,
                updated_at: newest - 2 * DAY,
                last_message_at: None,
            });
        }
    }

    fn open_direct_rooms(&mut self, newest: i64) {
        let groups: [&[&str]; 4] = [
            &["ana", "mei.lin"],
            &["ana", "kenji", "layla"],
            &["ana", "ben"],
            &["ana"],
        ];
        for (n, usernames) in (0..).zip(groups) {
            let members: Vec<String> = usernames
                .iter()
                .filter_map(|username| self.person_named(username))
                .map(|person| person.id.clone())
                .collect();
            self.rooms.push(Room {
                id: id(self.seed, "direct", n),
                kind: RoomKind::Direct,
                name: None,
                fname: None,
                topic: None,
                members,
                team: None,
                parent: None,
                is_encrypted: false,
                is_archived: false,
                created_at: newest - 300 * DAY,
                updated_at: newest - 2 * DAY,
                last_message_at: None,
            });
        }
    }

    fn open_archive(&mut self, library: LibraryChoice, newest: i64) {
        self.archive = Some(Archive {
            seed: self.seed,
            room: Self::room_id(self.seed, "archive-100k"),
            newest: newest - DAY / 2,
            people: self.people.iter().map(|person| person.id.clone()).collect(),
        });
        self.list_archive(match library {
            LibraryChoice::Full => ARCHIVE_LENGTH,
            LibraryChoice::Small => 40,
        });
    }

    /// Last messages follow the images; then everybody subscribes.
    fn settle(&mut self, newest: i64) {
        let latest: Vec<Option<i64>> = self
            .rooms
            .iter()
            .map(|room| {
                self.images_of(&room.id)
                    .first()
                    .map(|entry| entry.uploaded_at)
            })
            .collect();
        for (room, latest) in self.rooms.iter_mut().zip(latest) {
            room.last_message_at = latest;
            room.updated_at = latest.unwrap_or(room.updated_at);
        }
        let memberships: Vec<(String, String)> = self
            .rooms
            .iter()
            .flat_map(|room| {
                room.members
                    .iter()
                    .map(|user| (room.id.clone(), user.clone()))
            })
            .collect();
        for (room, user) in memberships {
            self.subscribe(&room, &user, newest - DAY);
        }
        let archived = Self::room_id(self.seed, "summer-2024");
        let favorites = ["team-offsite", "photography"].map(|name| Self::room_id(self.seed, name));
        for subscription in &mut self.subscriptions {
            subscription.is_favorite = favorites.contains(&subscription.room);
            // Archiving hides a room from the lists of its members.
            subscription.is_open = subscription.room != archived;
        }
        self.invite_to_book_club(newest);
    }

    fn invite_to_book_club(&mut self, newest: i64) {
        let room = Self::room_id(self.seed, "book-club");
        if let Some(ana) = self.people.first().map(|person| person.id.clone()) {
            self.subscribe(&room, &ana, newest - DAY);
            if let Some(invitation) = self.subscriptions.last_mut() {
                invitation.status = Some("INVITED");
            }
        }
    }
}
