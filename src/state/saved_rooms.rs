//! Rooms that are on this machine's disks without a gap, and what is new in them since.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::listing::Listing;
use crate::domain::{ByteCount, RoomId, SaveJobId};
use crate::protocol::{Command, SaveOrder, SaveSelection, SavedUntil};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::saves::SaveOrigin;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct SavedRooms {
    known: Vec<SavedUntil>,
    /// Of these rooms nobody wants to hear of what is new since then.
    hidden: HashMap<RoomId, Timestamp>,
    /// The last count, and what it was about: a hundred thousand images are too many to look
    /// through in every frame.
    counted: RefCell<Option<(CountKey, News)>>,
}

/// Room, version of its list, and since when.
type CountKey = (RoomId, u64, Timestamp);

/// What was posted since a room was saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// How many images.
    pub count: usize,
    /// There may be more, in pages that are still to be listed.
    pub is_partial: bool,
}

impl SavedRooms {
    /// Takes these in; what is not among them stays.
    pub(super) fn know(&mut self, rooms: Vec<SavedUntil>) {
        for saved in rooms {
            let is_same =
                |known: &&mut SavedUntil| known.room == saved.room && known.folder == saved.folder;
            match self.known.iter_mut().find(is_same) {
                Some(known) => *known = saved,
                None => self.known.push(saved),
            }
        }
    }

    fn news(&self, room: &RoomId, listing: &Listing, since: Timestamp) -> News {
        let key = (room.clone(), listing.version(), since);
        let mut counted = self.counted.borrow_mut();
        match &*counted {
            Some((of, news)) if *of == key => *news,
            _ => {
                let news = newer(listing, since);
                *counted = Some((key, news));
                news
            }
        }
    }
}

impl AppState {
    /// The folder that holds this room without a gap: the one it was saved into last if it is
    /// among them, else the one that holds most of it.
    pub fn saved_room(&self, room: &RoomId) -> Option<&SavedUntil> {
        let remembered = self.remembered_folder(room);
        let of_room = self.saved_rooms.known.iter();
        let of_room = of_room.filter(|saved| saved.room == *room);
        of_room.max_by_key(|saved| {
            let is_last = remembered
                .as_deref()
                .is_some_and(|folder| saved.is_in(folder));
            (is_last, saved.until)
        })
    }

    /// What is new in the open room, as long as somebody may want to hear of it.
    pub fn news(&self) -> Option<News> {
        let gallery = self.gallery.as_ref()?;
        let saved = self.saved_room(&gallery.room.id)?;
        let is_hidden = self.saved_rooms.hidden.get(&saved.room) == Some(&saved.until);
        if is_hidden || self.is_being_saved(saved) {
            return None;
        }
        let news = self
            .saved_rooms
            .news(&saved.room, &gallery.listing, saved.until);
        (news.count > 0).then_some(news)
    }

    /// Whether there is a folder that could be brought up to date.
    pub fn has_folders_to_update(&self) -> bool {
        let mut known = self.saved_rooms.known.iter();
        known.any(|saved| self.rooms.get(&saved.room).is_some())
    }

    fn is_being_saved(&self, saved: &SavedUntil) -> bool {
        let mut jobs = self.saves.unfinished();
        jobs.any(|job| job.room.id == saved.room && saved.is_in(&job.folder))
    }

    pub(super) fn hide_news(&mut self) {
        let open = self.gallery.as_ref();
        let saved = open.and_then(|gallery| self.saved_room(&gallery.room.id));
        if let Some(SavedUntil { room, until, .. }) = saved.cloned() {
            self.saved_rooms.hidden.insert(room, until);
        }
    }

    /// Brings the folder of the open room up to date.
    pub(super) fn save_news(&mut self) -> Vec<Effect> {
        let open = self.gallery.as_ref();
        let saved = open.and_then(|gallery| self.saved_room(&gallery.room.id));
        let saved = saved.cloned();
        let update = saved.and_then(|saved| self.start_update(&saved));
        let command = update.map(|(job, order)| Command::StartSave {
            job,
            order: Box::new(order),
        });
        command.into_iter().map(Effect::Send).collect()
    }

    /// Brings all folders up to date, with one command: hundreds would fill the channel.
    pub(super) fn update_folders(&mut self) -> Vec<Effect> {
        let known = self.saved_rooms.known.clone();
        let updates = known.iter().filter_map(|saved| self.start_update(saved));
        let updates: Vec<_> = updates.collect();
        if updates.is_empty() {
            return Vec::new();
        }
        vec![Effect::Send(Command::StartSaves(updates))]
    }

    /// Nothing where the room is gone, or is being saved into this folder already.
    fn start_update(&mut self, saved: &SavedUntil) -> Option<(SaveJobId, SaveOrder)> {
        let mut galleries = self.gallery.iter().chain(&self.kept);
        let gallery = galleries.find(|gallery| gallery.room.id == saved.room);
        let listing = gallery.map(|gallery| gallery.listing.clone());
        let room = gallery.map(|gallery| &gallery.room);
        let room = room.or_else(|| self.rooms.get(&saved.room))?;
        if self.is_being_saved(saved) {
            return None;
        }
        let listing = listing.unwrap_or_default();
        let count = self
            .saved_rooms
            .news(&saved.room, &listing, saved.until)
            .count;
        // What was chosen since for another folder of the room changes nothing in this one.
        let choices = saved.choices.clone();
        let order = SaveOrder {
            room: Box::new(room.clone()),
            selection: SaveSelection::News {
                listing: Arc::new(listing),
            },
            folder: saved.folder.clone(),
            choices: choices.unwrap_or_else(|| self.remembered_choices(&saved.room)),
        };
        let size = (count, ByteCount(0));
        let job = self.saves.start(&order, SaveOrigin::Update, size);
        Some((job, order))
    }
}

fn newer(listing: &Listing, since: Timestamp) -> News {
    let mut news = News::default();
    for page in listing.pages() {
        if !page.is_known() {
            news.is_partial = true;
            break;
        }
        news.count += page
            .uploaded_at()
            .flatten()
            .filter(|at| *at > since)
            .count();
        // The newest come first.
        if page.uploaded_at().flatten().any(|at| at <= since) {
            break;
        }
    }
    news
}
