//! A window of a listing, from the answers it takes to the images in it.

use std::collections::HashSet;

use super::wire::{FilesWire, UploadWire};
use crate::domain::{LISTING_PAGE_SIZE, ListingWindow, RoomId, Upload, UploadId, UploadPage};

/// Which reading of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WindowKey {
    pub(super) room: RoomId,
    pub(super) window: ListingWindow,
    pub(super) anchor: Option<UploadId>,
}

/// A window while it is read, in as many calls as the server needs.
#[derive(Debug, Clone)]
pub(super) struct WindowReader {
    room: RoomId,
    anchor: Option<UploadId>,
    offset: usize,
    /// How many positions of the window were answered.
    covered: usize,
    total: Option<usize>,
    accepts_changes: bool,
    uploads: Vec<Upload>,
    seen: HashSet<String>,
    hidden_count: usize,
}

/// What one answer did for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The window is whole.
    Complete,
    /// The server gave less than was asked for.
    More,
    /// The anchor no longer exists.
    AnchorLost { total: usize },
    /// The list changed between two answers; nothing of this one was taken.
    TotalChanged,
}

impl WindowReader {
    /// Begins.
    pub(super) fn new(key: &WindowKey) -> Self {
        Self {
            room: key.room.clone(),
            anchor: key.anchor.clone(),
            offset: key.window.offset(),
            covered: 0,
            total: None,
            accepts_changes: false,
            uploads: Vec::new(),
            seen: HashSet::new(),
            hidden_count: 0,
        }
    }

    /// Where the next answer has to begin.
    pub(super) const fn position(&self) -> usize {
        self.offset + self.covered
    }

    /// Takes the list as it is from now on, at rest or not.
    pub(super) const fn accept_changes(&mut self) {
        self.accepts_changes = true;
    }

    /// Takes in the answer that begins at [`Self::position`].
    pub(super) fn take(&mut self, answer: FilesWire) -> Taken {
        let total = answer.total;
        if !self.accepts_changes && self.total.is_some_and(|known| known != total) {
            return Taken::TotalChanged;
        }
        let start = self.position();
        // `rooms.images` says with `count` how much it gives at most. It may be less than was
        // asked for (`API_Upper_Count_Limit`), and then the next call goes on from there.
        let limit = answer
            .count
            .filter(|count| (1..LISTING_PAGE_SIZE).contains(count))
            .unwrap_or(LISTING_PAGE_SIZE);
        let due = limit.min(total.saturating_sub(start));
        let answered = answer.files.len();
        let files: Vec<Option<UploadWire>> =
            answer.files.into_iter().map(UploadWire::read).collect();
        let Some(is_anchor_first) = self.find_anchor(&files) else {
            return Taken::AnchorLost { total };
        };
        // An anchor that is not in the page is put in front of it, so that the page has one
        // more than it should.
        let is_prepended = is_anchor_first
            && (answered > due || (start > 0 && !(answered == due && begins_with_equals(&files))));
        let mut files = files.into_iter();
        self.total = Some(total);
        let covered_before = self.covered;
        if is_prepended || (is_anchor_first && start > 0) {
            let anchor = files.next().flatten();
            // Among images of its own millisecond the anchor may be further down, so the
            // first page keeps it; all others have it from there.
            if start == 0 {
                self.show(anchor);
            }
            self.covered += usize::from(!is_prepended);
        }
        for file in files.take(LISTING_PAGE_SIZE - self.covered) {
            self.covered += 1;
            if !self.show(file) {
                self.hidden_count += 1;
            }
        }
        let is_end = self.position() >= total || self.covered == covered_before;
        if is_end || self.covered >= LISTING_PAGE_SIZE {
            Taken::Complete
        } else {
            Taken::More
        }
    }

    /// Whether the anchor is the first file; `None` when it was sent and is nowhere. The
    /// server then silently answered from the newest image on. An anchor of another room is
    /// as good as none: newer servers ignore it, older ones return it.
    fn find_anchor(&self, files: &[Option<UploadWire>]) -> Option<bool> {
        let Some(anchor) = &self.anchor else {
            return Some(false);
        };
        let index = files.iter().position(|file| {
            file.as_ref()
                .is_some_and(|file| file.id == anchor.as_str() && file.is_in(&self.room))
        })?;
        Some(index == 0)
    }

    /// Lists a file once; `false` when it is none to show.
    fn show(&mut self, file: Option<UploadWire>) -> bool {
        let Some(file) = file.filter(|file| file.is_image_of(&self.room)) else {
            return false;
        };
        if self.seen.insert(file.id.clone()) {
            self.uploads.push(file.into_upload(&self.room));
        }
        true
    }

    /// The window as far as it was read.
    pub(super) fn into_page(self) -> UploadPage {
        UploadPage {
            total: self.total.unwrap_or(self.uploads.len()),
            uploads: self.uploads,
            hidden_count: self.hidden_count,
            is_anchor_lost: false,
        }
    }

    /// The answer for an anchor that is gone.
    pub(super) const fn lost(total: usize) -> UploadPage {
        UploadPage {
            uploads: Vec::new(),
            total,
            hidden_count: 0,
            is_anchor_lost: true,
        }
    }
}

/// Whether the first two files are of the same millisecond, so that the first one, newest of
/// the list as it is, may be in its own place far down.
fn begins_with_equals(files: &[Option<UploadWire>]) -> bool {
    let time = |index: usize| files.get(index)?.as_ref()?.uploaded_at;
    time(0).is_some() && time(0) == time(1)
}

#[cfg(test)]
mod tests;
