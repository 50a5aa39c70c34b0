//! What this machine knows of an account: opened once, written behind, read without holding
//! anybody up. Where it cannot be used, everything goes on without it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OnceCell, mpsc};

use super::people::PeopleDesk;
use super::saved_files::LastQuestion;
use crate::domain::{AccountId, Person, Room, RoomId};
use crate::protocol::{Event, EventSender, Listing};
use crate::storage::{Dirs, KnownPerson, Library, PageReading, ServerNotes, StorageError};

/// How many pages are read before all others: those that a large window shows at first.
const FIRST_PAGES: usize = 3;

/// A name that the server gave so long ago is asked for again.
const NAMES_ARE_GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many troubles may wait to be told; further ones are in the log only.
const TROUBLES: usize = 8;

/// What is shown before the server has answered.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) rooms: Vec<Room>,
    pub(super) people: Vec<KnownPerson>,
    pub(super) server: ServerNotes,
}

/// See the [module documentation](self).
pub(super) struct LibraryDesk {
    dirs: Dirs,
    account: AccountId,
    events: EventSender,
    library: OnceCell<Option<Arc<Library>>>,
    trouble: mpsc::Sender<StorageError>,
    troubles: tokio::sync::Mutex<mpsc::Receiver<StorageError>>,
    /// Set when the room that is being read is no longer the open one.
    stop: Mutex<Arc<AtomicBool>>,
    /// About copies on disk.
    pub(super) saved_files: LastQuestion,
}

impl LibraryDesk {
    pub(super) fn new(dirs: Dirs, account: AccountId, events: EventSender) -> Self {
        let (trouble, troubles) = mpsc::channel(TROUBLES);
        Self {
            dirs,
            account,
            events,
            library: OnceCell::new(),
            trouble,
            troubles: tokio::sync::Mutex::new(troubles),
            stop: Mutex::default(),
            saved_files: LastQuestion::default(),
        }
    }

    async fn open(&self) -> Option<&Arc<Library>> {
        let open = || async {
            let (dirs, account) = (self.dirs.clone(), self.account.clone());
            let trouble = self.trouble.clone();
            // What does not fit is in the log.
            let tell = move |error| drop(trouble.try_send(error));
            let opened = run(move || Library::open(&dirs, &account, tell.clone()).map_err(tell));
            opened.await.and_then(Result::ok).map(Arc::new)
        };
        self.library.get_or_init(open).await.as_ref()
    }

    /// The library itself, for whoever reads it on a thread that may block.
    pub(super) async fn library(&self) -> Option<Arc<Library>> {
        self.open().await.cloned()
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Library) -> T + Send + 'static,
    ) -> Option<T> {
        let library = Arc::clone(self.open().await?);
        run(move || read(&library)).await
    }

    /// What is known; `None` while no rooms are.
    pub(super) async fn known(&self) -> Option<Known> {
        let known = self.read(|library| Known {
            rooms: library.rooms(),
            people: library.people(),
            server: library.server_notes(),
        });
        let known = known.await.filter(|known| !known.rooms.is_empty());
        if let Ok(mut troubles) = self.troubles.try_lock() {
            while let Ok(error) = troubles.try_recv() {
                self.events.send(Event::StorageTrouble(error)).await;
            }
        }
        known
    }

    /// Tells the names that are known, and then whatever goes wrong.
    pub(super) async fn serve(&self, people: PeopleDesk) {
        let known = self.read(Library::people).await.unwrap_or_default();
        let good_from = Timestamp::now() - NAMES_ARE_GOOD_FOR;
        let good = known.iter().filter(|known| known.named_at > good_from);
        people.know(good.map(|known| known.person.id.clone()));
        let named: Vec<Person> = known.into_iter().map(|known| known.person).collect();
        if !named.is_empty() {
            self.events.send(Event::PeopleResolved(named)).await;
        }
        let mut troubles = self.troubles.lock().await;
        while let Some(error) = troubles.recv().await {
            self.events.send(Event::StorageTrouble(error)).await;
        }
    }

    /// Sends what is known of a room: its newest images at once, all of them as soon as they
    /// are read. What is being read of another room is given up.
    pub(super) async fn restore(&self, room: RoomId) {
        let stop = self.stop_restoring();
        let (id, is_stopped) = (room.clone(), Arc::clone(&stop));
        let first = self.read(move |library| library.listing(&id, 0..FIRST_PAGES, &is_stopped));
        let Some(first) = first.await.flatten() else {
            return;
        };
        let is_all = first.page_count() <= FIRST_PAGES;
        self.send(&room, first).await;
        if is_all {
            return;
        }
        let id = room.clone();
        let whole = self.read(move |library| library.whole_listing(&id, &stop));
        if let Some(whole) = whole.await.flatten() {
            self.send(&room, whole).await;
        }
    }

    pub(super) async fn tell(&self, event: Event) {
        self.events.send(event).await;
    }

    async fn send(&self, room: &RoomId, listing: Listing) {
        let event = Event::ListingRestored {
            room: room.clone(),
            listing: Box::new(listing),
        };
        self.events.send(event).await;
    }

    /// Ends the reading under way; returns what ends the next one.
    fn stop_restoring(&self) -> Arc<AtomicBool> {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        stop.store(true, Ordering::Relaxed);
        *stop = Arc::default();
        Arc::clone(&stop)
    }

    pub(super) async fn keep_page(&self, reading: PageReading) {
        if let Some(library) = self.open().await {
            library.keep_page(reading);
        }
    }

    pub(super) async fn keep_rooms(&self, rooms: Vec<Room>) {
        if let Some(library) = self.open().await {
            library.keep_rooms(rooms);
        }
    }

    pub(super) async fn keep_people(&self, people: Vec<Person>) {
        if let Some(library) = self.open().await {
            library.keep_people(people);
        }
    }

    pub(super) async fn keep_server_notes(&self, notes: ServerNotes) {
        if let Some(library) = self.open().await {
            library.keep_server_notes(notes);
        }
    }

    /// Waits for what is being written; from now on nothing is.
    pub(super) async fn close(&self) {
        self.stop_restoring();
        if let Some(Some(library)) = self.library.get() {
            let library = Arc::clone(library);
            run(move || library.close()).await;
        }
    }
}

/// On a thread that may block.
async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.inspect_err(|error| tracing::error!(%error, "reading the library failed"))
        .ok()
}
