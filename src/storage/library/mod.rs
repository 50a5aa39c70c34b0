//! What is known on this machine of an account: rooms, people, the list of each room's images,
//! and which of them were saved where, in one SQLite file. The window opens from it at once, and without a network.
//!
//! Nothing in it is secret, and nothing in it cannot be read from the server or the saved files
//! again: so every trouble with it costs time at most. A file that is damaged, or that a newer version wrote, is
//! set aside under another name.
//!
//! Writing happens behind, on a thread of its own; reading has a connection of its own and never
//! waits for it. Several windows may share a file.
//! `benches/library.rs` shows its use from beginning to end.

mod file;
mod page_reader;
mod page_writer;
mod rooms;
mod save_jobs;
mod saved_files;
mod schema;
mod spans;
#[cfg(test)]
mod tests;
mod upload_row;
mod words;
mod writer;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;

pub use page_writer::PageReading;
pub use rooms::KnownPerson;
pub use save_jobs::{SaveCounts, SaveScope, SavesLock, StoredSave, keep_only_saves};
pub use saved_files::{SavedCopy, SavedFile, SavedUntil, plain_path};
use words::Words;
use writer::{Job, Shared, Writer};

use super::{Dirs, StorageError};
use crate::domain::listing::Listing;
use crate::domain::{AccountId, Person, Room, RoomId, UploadId};

/// Under the data folder: one folder for each account.
const FOLDER: &str = "library";

/// In it.
const FILE: &str = "library.sqlite";

/// How much may wait to be written. A page is at most 100 KB, so this is a few megabytes.
const QUEUE: usize = 256;

/// How a server calls itself, to be shown before it has answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerNotes {
    /// Its name.
    pub name: Option<String>,
    /// `major.minor`.
    pub version: Option<String>,
}

/// See the [module documentation](self).
pub struct Library {
    shared: Arc<Shared>,
    /// `None` once it was closed.
    jobs: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Library({})", self.shared.path.display())
    }
}

impl Library {
    /// Opens the library of this account, making it if need be. `report` hears of what goes
    /// wrong, now and later: files that were set aside, a full disk.
    ///
    /// # Errors
    ///
    /// When another program keeps the file to itself, or the folder cannot be written to: work
    /// without it.
    pub fn open(
        dirs: &Dirs,
        account: &AccountId,
        report: impl Fn(StorageError) + Send + Sync + 'static,
    ) -> Result<Self, StorageError> {
        let path = folder_of(dirs, account).join(FILE);
        let connection = file::open(&path, &report)?;
        let again = file::connect(&path).map_err(|error| file::storage_error(&path, &error))?;
        let shared = Arc::new(Shared {
            path,
            reader: Mutex::new(Some(again)),
            report: Box::new(report),
        });
        let writer = Writer {
            shared: Arc::clone(&shared),
            connection: Some(connection),
            words: Words::default(),
            told: None,
        };
        let (jobs, queue) = sync_channel(QUEUE);
        let thread = Builder::new()
            .name("salon-library".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(|error| StorageError::from_io(&shared.path, &error))?;
        Ok(Self {
            shared,
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The rooms, in no order; none when none were ever read.
    pub fn rooms(&self) -> Vec<Room> {
        self.read(rooms::read).unwrap_or_default()
    }

    /// Everybody who was ever named.
    pub fn people(&self) -> Vec<KnownPerson> {
        self.read(rooms::read_people).unwrap_or_default()
    }

    /// What the server called itself last.
    pub fn server_notes(&self) -> ServerNotes {
        let mut notes = self.read(rooms::read_notes).unwrap_or_default();
        ServerNotes {
            name: notes.remove("server_name"),
            version: notes.remove("server_version"),
        }
    }

    /// The images of a room as they were last known, for those of these pages (counted from the
    /// newest) that were read; `None` when the room was never read, or `stop` was set meanwhile.
    /// A short range is answered at once; a whole room of a million images takes seconds.
    pub fn listing(
        &self,
        room: &RoomId,
        pages: Range<usize>,
        stop: &AtomicBool,
    ) -> Option<Listing> {
        self.read(|connection| {
            let people = rooms::people_by_id(connection)?;
            page_reader::listing(connection, room, pages, people, stop)
        })?
    }

    /// The same for all of a room, on a connection of its own: nobody else waits for it.
    pub fn whole_listing(&self, room: &RoomId, stop: &AtomicBool) -> Option<Listing> {
        let read = || {
            let connection = file::connect(&self.shared.path)?;
            let people: HashMap<Arc<str>, Person> = rooms::people_by_id(&connection)?;
            page_reader::listing(&connection, room, 0..usize::MAX, people, stop)
        };
        self.judge(read())?
    }

    /// Remembers an answer of the server. Like all that is kept: behind, and given up when the
    /// disk is far too slow.
    pub fn keep_page(&self, reading: PageReading) {
        self.send(Job::Page(Box::new(reading)));
    }

    /// Forgets an image that is gone.
    pub fn forget(&self, room: &RoomId, upload: &UploadId) {
        self.send(Job::Forget(room.clone(), upload.clone()));
    }

    /// Remembers these rooms, and no others.
    pub fn keep_rooms(&self, rooms: Vec<Room>) {
        self.send(Job::Rooms(rooms));
    }

    /// Remembers the names of these people.
    pub fn keep_people(&self, people: Vec<Person>) {
        self.send(Job::People(people));
    }

    /// Remembers what the server calls itself.
    pub fn keep_server_notes(&self, notes: ServerNotes) {
        let ServerNotes { name, version } = notes;
        let notes = [("server_name", name), ("server_version", version)];
        for (key, value) in notes {
            if let Some(value) = value {
                self.send(Job::Note(key, value));
            }
        }
    }

    /// Waits until everything is written that was to be kept before this call.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        let sender = self.sender();
        // Both fail only when the library was closed, and then all is written.
        if let Some(sender) = sender
            && sender.send(Job::Flush(done)).is_ok()
        {
            wait.recv().ok();
        }
    }

    /// Waits for what is being written; from now on nothing is, and nothing is known.
    pub fn close(&self) {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the library's thread panicked");
        }
        self.shared.reader().take();
    }

    fn sender(&self) -> Option<SyncSender<Job>> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.clone()
    }

    fn send(&self, job: Job) {
        if let Some(sender) = self.sender()
            && let Err(error) = sender.try_send(job)
        {
            tracing::warn!(%error, "the library cannot keep up");
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        let reader = self.shared.reader();
        let result = read(reader.as_ref()?);
        drop(reader);
        self.judge(result)
    }

    fn judge<T>(&self, result: rusqlite::Result<T>) -> Option<T> {
        result
            .inspect_err(|error| {
                tracing::warn!(%error, "the library was not read");
                if file::reaction(error) == file::Reaction::SetAside {
                    self.shared.reader().take();
                    self.send(Job::SetAside);
                }
            })
            .ok()
    }
}

/// Removes what is known of this account, also what was set aside.
///
/// # Errors
///
/// When something cannot be removed.
pub fn remove_library(dirs: &Dirs, account: &AccountId) -> Result<(), StorageError> {
    super::disk_cache::remove_folder(&folder_of(dirs, account))
}

fn folder_of(dirs: &Dirs, account: &AccountId) -> PathBuf {
    let account = super::disk_cache::account_name(account);
    dirs.data.join(FOLDER).join(account)
}
