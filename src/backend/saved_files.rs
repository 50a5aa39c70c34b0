//! Which images of a room have a copy on this machine's disks: what the library says was written
//! there, as far as it still is.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::library::LibraryDesk;
use crate::domain::{RoomId, UploadId};
use crate::protocol::{Event, SavedFiles};
use crate::storage::{Library, SavedCopy};

/// Only the answer to the last question is of use, and only one is looked for at a time: a slow
/// network disk must not occupy every thread.
#[derive(Debug, Default)]
pub(super) struct LastQuestion {
    number: Arc<AtomicU64>,
    turn: tokio::sync::Mutex<()>,
}

/// The place of one question among all.
#[derive(Debug, Clone)]
struct Ticket {
    number: u64,
    last: Arc<AtomicU64>,
}

impl LastQuestion {
    fn ask(&self) -> Ticket {
        Ticket {
            number: self.number.fetch_add(1, Ordering::Relaxed) + 1,
            last: Arc::clone(&self.number),
        }
    }
}

impl Ticket {
    fn is_last(&self) -> bool {
        self.last.load(Ordering::Relaxed) == self.number
    }
}

impl LibraryDesk {
    /// Reports the copies of a room, unless somebody asks again meanwhile. Without a library
    /// nothing is known, and nothing is reported.
    pub(super) async fn find_saved_files(&self, room: RoomId) {
        let ticket = self.saved_files.ask();
        let turn = self.saved_files.turn.lock().await;
        let (id, asked) = (room.clone(), ticket.clone());
        let found = self.read(move |library| copies_on_disk(library, &id, &asked));
        let found = found.await.flatten();
        if let Some(files) = found.filter(|_| ticket.is_last()) {
            self.tell(Event::SavedFilesFound(SavedFiles { room, files }))
                .await;
        }
        drop(turn);
    }
}

/// One copy of each image, the latest that is there as it was written; `None` when the question
/// is no longer the last.
fn copies_on_disk(
    library: &Library,
    room: &RoomId,
    ticket: &Ticket,
) -> Option<Vec<(UploadId, PathBuf)>> {
    if !ticket.is_last() {
        return None;
    }
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for SavedCopy { upload, path, size } in library.copies_in_room(room) {
        if !ticket.is_last() {
            return None;
        }
        let metadata = || fs::metadata(&path).ok();
        let is_as_written = |it: fs::Metadata| it.is_file() && it.len() == size.0;
        if !seen.contains(&upload) && metadata().is_some_and(is_as_written) {
            seen.insert(upload.clone());
            found.push((upload, path));
        }
    }
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Some(found)
}
