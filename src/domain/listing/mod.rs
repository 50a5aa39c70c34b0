//! A room's images as far as they are known: sparse, of true length, each image once.
//!
//! The server lists by offset, newest first, and the list changes underneath:
//!
//! * New uploads do not move it, because every window is asked for with an anchor
//!   (`startingFromId`), which cuts off everything newer. What was posted after the anchor is
//!   the *front*: a short list before page 0. A look at the newest images (the *head*, asked
//!   for without an anchor) that finds the anchor below as many new ones as the total grew by
//!   confirms everything else.
//! * A deletion shifts all later offsets by one. It shows in `total`, which can then only
//!   shrink: pages read under another total are *stale*. They stay on screen and are read
//!   again; the list is finished once every page was read under the same total.
//! * Images of the same millisecond come in any order, from call to call. Where two pages meet
//!   inside such a group, the window across the seam is read too.
//!
//! A room may hold a million images, so pages are kept packed ([`packed`]) and unpacked when
//! somebody looks at them.

mod bytes;
mod dictionary;
mod front;
mod ids;
mod merge;
mod names;
mod packed;
mod page;
mod paths;
mod place_index;
mod restore;
mod times;
mod unpacked;
mod view;

use std::ops::Range;
use std::sync::Arc;

use dictionary::Dictionary;
use names::{Needle, folded};
pub use packed::Facts;
use page::{Page, Place};
use place_index::PlaceIndex;
pub use restore::StoredPage;
use unpacked::Unpacked;
pub use view::PageView;

use super::{ByteCount, LISTING_PAGE_SIZE, ListingWindow, PageIndex, Upload, UploadId};

/// See the [module documentation](self).
#[derive(Debug, Clone)]
pub struct Listing {
    /// How many positions there are from the anchor on.
    total: Option<usize>,
    /// The newest image of page 0.
    anchor: Option<UploadId>,
    /// Bumped when the total changed, so that pages read before are known to be stale.
    epoch: u32,
    /// What is newer than the anchor.
    front: Option<Page>,
    pages: Vec<Option<Page>>,
    /// How many pages were put before the first: their keys do not change.
    shift: u32,
    placed: PlaceIndex,
    dictionary: Dictionary,
    unpacked: Unpacked,
    /// The position of each page's first image, and the length of the list behind the last:
    /// what every tile of every frame asks for, so it is kept.
    starts: Vec<usize>,
    /// What is to be read until the list is complete; kept for the same reason.
    missing: Vec<ListingWindow>,
    /// Bytes of all known images.
    known_bytes: u128,
    /// The newest images must be asked for before anything else, without an anchor.
    is_head_due: bool,
    /// Changes whenever what [`Self::slot`] answers may have changed.
    version: u64,
    /// The stamp of the page that changed last.
    last_stamp: u64,
    recounts: u32,
}

/// What is at one position of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// This image.
    Known(Arc<Upload>),
    /// An image of this page, which was not read yet.
    Unknown(PageIndex),
}

/// What a window brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// The list grew or was confirmed.
    Accepted,
    /// The window was asked for with another anchor than the list has now.
    Outdated,
    /// The anchor is gone from the server; the list has chosen the next image as its anchor,
    /// or none when it knows no other.
    AnchorReplaced,
}

impl Default for Listing {
    fn default() -> Self {
        Self {
            total: None,
            anchor: None,
            epoch: 0,
            front: None,
            pages: Vec::new(),
            shift: 0,
            placed: PlaceIndex::default(),
            dictionary: Dictionary::default(),
            unpacked: Unpacked::default(),
            starts: Vec::new(),
            missing: Vec::new(),
            known_bytes: 0,
            is_head_due: true,
            version: 0,
            last_stamp: 0,
            recounts: 0,
        }
    }
}

impl Listing {
    /// The anchor to ask with: `None` while the newest images are to be asked for.
    pub const fn anchor(&self) -> Option<&UploadId> {
        if self.is_head_due {
            None
        } else {
            self.anchor.as_ref()
        }
    }

    /// Changes whenever positions may have changed.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Whether anything is known: the server has answered, or this machine has kept something.
    pub const fn is_started(&self) -> bool {
        self.total.is_some()
    }

    /// The number of pages.
    pub fn page_count(&self) -> usize {
        self.total.unwrap_or(0).div_ceil(LISTING_PAGE_SIZE)
    }

    /// The number of positions: known images, plus one for each position not read yet.
    pub fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there is no image, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many images are known.
    pub fn known_count(&self) -> usize {
        self.placed.len()
    }

    /// Whether every image is known and no page is stale.
    pub const fn is_complete(&self) -> bool {
        !self.is_head_due && self.missing.is_empty()
    }

    /// All known images, newest first; unpacked one page after the other.
    pub fn known(&self) -> impl Iterator<Item = Arc<Upload>> + '_ {
        self.known_pages()
            .flat_map(|page| page.packed.unpack(&self.dictionary))
            .map(Arc::new)
    }

    /// The ids of all known images, newest first.
    pub fn known_ids(&self) -> impl Iterator<Item = UploadId> + '_ {
        self.known_pages().flat_map(|page| page.packed.ids())
    }

    /// How many positions the server says there are; `None` before the first answer.
    pub fn total(&self) -> Option<usize> {
        Some(self.total? + self.front_len())
    }

    /// Bytes of all known images.
    pub fn known_bytes(&self) -> ByteCount {
        ByteCount(u64::try_from(self.known_bytes).unwrap_or(u64::MAX))
    }

    /// Whether an image with this id is known.
    pub fn contains(&self, id: &UploadId) -> bool {
        self.place(id).is_some()
    }

    /// The image with this id, if it is known.
    pub fn upload(&self, id: &UploadId) -> Option<Arc<Upload>> {
        let page = self.page_at(self.place(id)?)?;
        let within = page.packed.position(id)?;
        self.unpacked(page).get(within).cloned()
    }

    /// What is at `position`; `None` behind the end.
    pub fn slot(&self, position: usize) -> Option<Slot> {
        let (place, within) = self.locate(position)?;
        match (self.page_at(place), place) {
            (Some(page), _) => self.unpacked(page).get(within).cloned().map(Slot::Known),
            (None, Place::Page(index)) => Some(Slot::Unknown(PageIndex(index))),
            (None, Place::Front) => None,
        }
    }

    /// The position of an image that is known.
    pub fn position(&self, id: &UploadId) -> Option<usize> {
        let place = self.place(id)?;
        let within = self.page_at(place)?.packed.position(id)?;
        let start = match place {
            Place::Front => 0,
            Place::Page(index) => *self.starts.get(index)?,
        };
        Some(start + within)
    }

    /// The windows to read so that `positions` are known and certain, in order. The newest
    /// images come before all else when they are due: the list hangs on them.
    pub fn missing_windows(&self, positions: Range<usize>) -> Vec<ListingWindow> {
        if self.is_head_due {
            return vec![ListingWindow::Page(PageIndex(0))];
        }
        if positions.is_empty() {
            return Vec::new();
        }
        let page = |(place, _)| match place {
            Place::Front => 0,
            Place::Page(index) => index,
        };
        let first = self.locate(positions.start).map_or(0, page);
        let last = self
            .locate(positions.end.saturating_sub(1))
            .map_or(usize::MAX, page);
        let missing = self.missing.iter().copied();
        missing
            .filter(|window| (first..=last).contains(&window.page().0))
            .collect()
    }

    /// The first windows to read until the list is complete, in order, `limit` at most.
    pub fn next_missing_windows(&self, limit: usize) -> Vec<ListingWindow> {
        if self.is_head_due {
            vec![ListingWindow::Page(PageIndex(0))]
        } else {
            self.missing.iter().copied().take(limit).collect()
        }
    }

    /// All windows to read until the list is complete, in order.
    pub fn all_missing_windows(&self) -> Vec<ListingWindow> {
        self.next_missing_windows(usize::MAX)
    }

    /// The positions of the known images whose name contains `query`, in order, without regard
    /// to upper and lower case. Of a million names it takes a few milliseconds.
    pub fn search(&self, query: &str) -> Vec<u32> {
        let query = folded(query);
        let needle = Needle::new(&query);
        let mut found = Vec::new();
        for page in self.pages() {
            let Ok(start) = u32::try_from(page.start) else {
                break;
            };
            page.find(&needle, |within| found.push(start + within));
        }
        found
    }

    /// Asks for the newest images again. What is known stays, and is certain again as soon as
    /// the server's answer shows that nothing else has changed.
    pub const fn refresh(&mut self) {
        self.is_head_due = true;
        self.recounts = 0;
    }

    /// Names the people behind user ids.
    pub fn set_uploaders(&mut self, people: &[super::Person]) {
        for person in people {
            self.dictionary.name(person);
        }
        self.name_other_uploaders(people);
        self.unpacked.clear();
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
