//! What every test of the library needs.

mod content;
mod history;
mod jobs;
mod saved;
mod trouble;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tempfile::TempDir;

use crate::domain::listing::{Listing, Merged};
use crate::domain::{
    AccountId, ByteCount, LISTING_PAGE_SIZE, ListingWindow, PixelSize, RoomId, ServerUrl, Upload,
    UploadId, UploadPage, UserId,
};
use crate::storage::{Dirs, Library, PageReading, StorageError};

const ROOM: &str = "GENERAL";

fn account() -> AccountId {
    AccountId {
        server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
        user: UserId::from("me"),
    }
}

fn room() -> RoomId {
    RoomId::from(ROOM)
}

/// A machine, on which libraries are opened and what they report is heard.
struct Machine {
    folder: TempDir,
    told: Arc<Mutex<Vec<StorageError>>>,
}

impl Machine {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            told: Arc::default(),
        }
    }

    fn dirs(&self) -> Dirs {
        Dirs::under(self.folder.path())
    }

    fn try_open(&self) -> Result<Library, StorageError> {
        let told = Arc::clone(&self.told);
        Library::open(&self.dirs(), &account(), move |trouble| {
            told.lock().unwrap().push(trouble);
        })
    }

    fn open(&self) -> Library {
        self.try_open().unwrap()
    }

    fn told(&self) -> Vec<StorageError> {
        self.told.lock().unwrap().clone()
    }

    /// The files of the account, by name.
    fn files(&self) -> Vec<String> {
        let folder = super::folder_of(&self.dirs(), &account());
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The image that was posted as the `number`th.
fn upload(number: u32) -> Upload {
    let at = Timestamp::from_second(1_700_000_000 + i64::from(number) * 60).unwrap();
    let name = format!("IMG_{number:06}.jpg");
    let id = format!("{number:024x}");
    Upload {
        path: Some(format!("/ufs/GridFS:Uploads/{id}/{name}")),
        id: UploadId::from(id),
        room: room(),
        name,
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(2_000_000 + u64::from(number))),
        dimensions: Some(PixelSize::new(4032, 3024)),
        identified_format: Some("jpeg".to_owned()),
        user: Some(UserId::from(format!("user{}", number % 30))),
        uploader: None,
        uploaded_at: Some(at),
        updated_at: Some(at),
        store: Some("GridFS:Uploads".to_owned()),
        description: None,
        etag: Some(format!("{number:017}")),
    }
}

/// A server's list of one room, newest first.
struct Server {
    numbers: Vec<u32>,
    next: u32,
}

impl Server {
    fn with(count: u32) -> Self {
        Self {
            numbers: (0..count).rev().collect(),
            next: count,
        }
    }

    fn post(&mut self) {
        self.numbers.insert(0, self.next);
        self.next += 1;
    }

    fn answer(&self, window: ListingWindow, anchor: Option<&UploadId>) -> UploadPage {
        let anchored = anchor.map(|anchor| {
            let mut numbers = self.numbers.iter();
            numbers.position(|number| upload(*number).id == *anchor)
        });
        let (from, is_anchor_lost) = match anchored {
            Some(None) => (self.numbers.len(), true),
            Some(Some(position)) => (position, false),
            None => (0, false),
        };
        let list = &self.numbers[from..];
        let page = list.iter().skip(window.offset()).take(LISTING_PAGE_SIZE);
        UploadPage {
            uploads: page.map(|number| upload(*number)).collect(),
            total: list.len(),
            hidden_count: 0,
            is_anchor_lost,
        }
    }

    /// The listing asks for one window, and the library hears the answer.
    fn read(&self, library: &Library, listing: &mut Listing, window: ListingWindow) {
        let anchor = listing.anchor().cloned();
        let page = self.answer(window, anchor.as_ref());
        library.keep_page(PageReading {
            room: room(),
            anchor: anchor.clone(),
            window,
            page: page.clone(),
        });
        let merged = listing.merge(window, anchor.as_ref(), page);
        assert_ne!(merged, Merged::Outdated);
    }

    /// The same until nothing is missing.
    fn read_all(&self, library: &Library, listing: &mut Listing) {
        while let Some(window) = listing.next_missing_windows(1).first() {
            self.read(library, listing, *window);
        }
    }

    fn ids(&self) -> Vec<UploadId> {
        self.numbers
            .iter()
            .map(|number| upload(*number).id)
            .collect()
    }
}

fn ids(listing: &Listing) -> Vec<UploadId> {
    listing.known().map(|upload| upload.id.clone()).collect()
}

/// All that the library knows of the room.
fn stored(library: &Library) -> Option<Listing> {
    library.flush();
    library.whole_listing(&room(), &AtomicBool::new(false))
}
