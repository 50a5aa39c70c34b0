//! A room's images as far as they are known: sparse, of true length, each image once.
//!
//! The server lists by offset, newest first, and the list changes underneath:
//!
//! * New uploads do not move it, because every window is asked for with an anchor
//!   (`startingFromId`), which cuts off everything newer.
//! * A deletion shifts all later offsets by one. It shows in `total`, which can then only
//!   shrink: pages read under another total are *stale*. They stay on screen and are read
//!   again; the list is finished once every page was read under the same total.
//! * Images of the same millisecond come in any order, from call to call. Where two pages meet
//!   inside such a group, the window across the seam is read too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{ByteCount, LISTING_PAGE_SIZE, ListingWindow, PageIndex, Upload, UploadId, UploadPage};

/// How often a list whose pages disagree with their total is read anew before it is taken as
/// it is.
const MAX_RECOUNTS: u32 = 3;

/// See the [module documentation](self).
#[derive(Debug, Clone)]
pub struct Listing {
    total: Option<usize>,
    anchor: Option<UploadId>,
    /// Bumped when the total changed, so that pages read before are known to be stale.
    epoch: u32,
    pages: BTreeMap<usize, Page>,
    page_of: HashMap<UploadId, usize>,
    /// The position of each page's first image, and the length of the list behind the last:
    /// what every tile of every frame asks for, so it is kept.
    starts: Vec<usize>,
    /// What is to be read until the list is complete; kept for the same reason.
    missing: Vec<ListingWindow>,
    /// The newest page must be read before anything else, without an anchor.
    is_head_due: bool,
    /// Seams read, with the epoch of that reading.
    seams: BTreeMap<usize, u32>,
    /// Changes whenever what [`Self::slot`] answers may have changed.
    version: u64,
    recounts: u32,
}

#[derive(Debug, Clone)]
struct Page {
    epoch: u32,
    /// The list's version when this page last changed.
    version: u64,
    hidden_count: usize,
    uploads: Vec<Arc<Upload>>,
}

/// One page as the view lays it out.
#[derive(Debug, Clone, Copy)]
pub struct PageView<'a> {
    /// Which page.
    pub index: PageIndex,
    /// The position of its first image.
    pub start: usize,
    /// How many positions it takes.
    pub len: usize,
    /// Its images; `None` while it was not read.
    pub uploads: Option<&'a [Arc<Upload>]>,
    /// Changes when its images do.
    pub version: u64,
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

/// One page of a list as this machine has kept it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPage {
    /// Which page.
    pub index: PageIndex,
    /// How many of its positions are unsent drafts or hidden files.
    pub hidden_count: usize,
    /// Its images, newest first.
    pub uploads: Vec<Upload>,
    /// Nothing was deleted between the reading of this page and the last reading of any: then
    /// one call that finds the old anchor and the old total confirms it.
    pub is_certain: bool,
}

impl Default for Listing {
    fn default() -> Self {
        Self {
            total: None,
            anchor: None,
            epoch: 0,
            pages: BTreeMap::new(),
            page_of: HashMap::new(),
            starts: Vec::new(),
            missing: Vec::new(),
            is_head_due: true,
            seams: BTreeMap::new(),
            version: 0,
            recounts: 0,
        }
    }
}

impl Listing {
    /// A list as it was last known on this machine: shown at once, confirmed by the server
    /// later. `total` counts positions as [`UploadPage::total`] does, `anchor` is the newest
    /// image of page 0 as it was then.
    pub fn restored(
        total: usize,
        anchor: Option<UploadId>,
        pages: impl IntoIterator<Item = StoredPage>,
    ) -> Self {
        // The list is asked for without an anchor first: its head is due.
        drop(anchor);
        let mut listing = Self {
            total: Some(total),
            ..Self::default()
        };
        for page in pages {
            listing.put_page(page.index.0, page.hidden_count, page.uploads);
        }
        listing.epoch += 1;
        listing.drop_pages_behind_the_end();
        listing.positions_changed();
        listing
    }

    /// Takes over what `stored` knows and this list does not: pages that are missing here. They
    /// are shown, and read again when they are seen.
    pub fn fill_from(&mut self, stored: Self) {
        let version = self.version.max(stored.version);
        if !self.is_started() {
            *self = stored;
            self.version = version;
            self.positions_changed();
            return;
        }
        for (index, page) in stored.pages {
            if self.pages.contains_key(&index) {
                continue;
            }
            let uploads = page.uploads.into_iter().map(Arc::unwrap_or_clone);
            let unknown = uploads.filter(|upload| !self.page_of.contains_key(&upload.id));
            let unknown = unknown.collect();
            self.put_page(index, page.hidden_count, unknown);
            if let Some(put) = self.pages.get_mut(&index) {
                put.epoch = self.epoch.wrapping_sub(1);
            }
        }
        self.version = version;
        self.drop_pages_behind_the_end();
        self.positions_changed();
    }

    /// The anchor to ask with: `None` until the first page is there.
    pub const fn anchor(&self) -> Option<&UploadId> {
        self.anchor.as_ref()
    }

    /// Changes whenever positions may have changed.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Whether the server has answered at all.
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
        self.page_of.len()
    }

    /// Whether every image is known and no page is stale.
    pub fn is_complete(&self) -> bool {
        !self.is_head_due && self.missing.is_empty()
    }

    /// All known images, newest first.
    pub fn known(&self) -> impl Iterator<Item = &Arc<Upload>> {
        self.pages.values().flat_map(|page| page.uploads.iter())
    }

    /// All pages in order, read or not.
    pub fn pages(&self) -> impl Iterator<Item = PageView<'_>> {
        (0..self.page_count()).filter_map(|index| self.page(index))
    }

    /// How many positions the server says there are; `None` before the first answer.
    pub const fn total(&self) -> Option<usize> {
        self.total
    }

    /// Bytes of all known images.
    pub fn known_bytes(&self) -> ByteCount {
        self.known().filter_map(|upload| upload.size).sum()
    }

    /// The image with this id, if it is known.
    pub fn upload(&self, id: &UploadId) -> Option<&Arc<Upload>> {
        let page = self.pages.get(self.page_of.get(id)?)?;
        page.uploads.iter().find(|upload| upload.id == *id)
    }

    /// What is at `position`; `None` behind the end.
    pub fn slot(&self, position: usize) -> Option<Slot> {
        let (page, within) = self.locate(position)?;
        match self.pages.get(&page) {
            Some(read) => read.uploads.get(within).cloned().map(Slot::Known),
            None => Some(Slot::Unknown(PageIndex(page))),
        }
    }

    /// The position of an image that is known.
    pub fn position(&self, id: &UploadId) -> Option<usize> {
        let page = *self.page_of.get(id)?;
        let within = self
            .pages
            .get(&page)?
            .uploads
            .iter()
            .position(|upload| upload.id == *id)?;
        Some(self.starts.get(page)? + within)
    }

    /// The windows to read so that `positions` are known and certain, in order. The newest
    /// page comes before all else when it is due: its first image is everybody's anchor.
    pub fn missing_windows(&self, positions: std::ops::Range<usize>) -> Vec<ListingWindow> {
        if self.is_head_due {
            return vec![ListingWindow::Page(PageIndex(0))];
        }
        if positions.is_empty() {
            return Vec::new();
        }
        let first = self.locate(positions.start).map_or(0, |(page, _)| page);
        let last = self
            .locate(positions.end.saturating_sub(1))
            .map_or(usize::MAX, |(page, _)| page);
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

    /// The pages that overlap `positions`, in order.
    pub fn pages_in(
        &self,
        positions: std::ops::Range<usize>,
    ) -> impl Iterator<Item = PageView<'_>> {
        let first = self
            .locate(positions.start)
            .map_or(usize::MAX, |(page, _)| page);
        (first..self.page_count())
            .filter_map(|index| self.page(index))
            .take_while(move |page| page.start < positions.end)
    }

    fn page(&self, index: usize) -> Option<PageView<'_>> {
        let (start, end) = (*self.starts.get(index)?, *self.starts.get(index + 1)?);
        let read = self.pages.get(&index);
        Some(PageView {
            index: PageIndex(index),
            start,
            len: end - start,
            uploads: read.map(|read| read.uploads.as_slice()),
            version: read.map_or(0, |read| read.version),
        })
    }

    fn missing_pages(&self) -> Vec<ListingWindow> {
        let pages = 0..self.page_count();
        let missing = pages.clone().filter(|page| !self.pages.contains_key(page));
        let stale = pages.clone().filter(|page| {
            self.pages
                .get(page)
                .is_some_and(|read| read.epoch != self.epoch)
        });
        let seams = pages.clone().filter(|page| self.is_seam_open(*page));
        missing
            .chain(stale)
            .map(|page| ListingWindow::Page(PageIndex(page)))
            .chain(seams.map(|page| ListingWindow::Seam(PageIndex(page))))
            .collect()
    }

    /// Asks for the newest images again. What is known stays until it was read again.
    pub fn refresh(&mut self) {
        self.anchor = None;
        self.is_head_due = true;
        self.epoch += 1;
        self.recounts = 0;
        self.positions_changed();
    }

    /// Takes in what the server answered to `window` asked for with `anchor`.
    pub fn merge(
        &mut self,
        window: ListingWindow,
        anchor: Option<&UploadId>,
        answer: UploadPage,
    ) -> Merged {
        if anchor != self.anchor.as_ref() {
            return Merged::Outdated;
        }
        if answer.is_anchor_lost {
            self.replace_anchor();
            return Merged::AnchorReplaced;
        }
        if self.total != Some(answer.total) {
            self.total = Some(answer.total);
            self.epoch += 1;
        }
        match window {
            ListingWindow::Page(page) => {
                if self.anchor.is_none() && page.0 == 0 {
                    self.is_head_due = false;
                    self.anchor = answer.uploads.first().map(|upload| upload.id.clone());
                }
                self.put_page(page.0, answer.hidden_count, answer.uploads);
            }
            ListingWindow::Seam(page) => self.put_seam(page.0, answer.uploads),
        }
        self.drop_pages_behind_the_end();
        self.recount();
        self.positions_changed();
        Merged::Accepted
    }

    /// Takes out an image that is gone (its bytes answer 404). The pages are read again.
    pub fn remove(&mut self, id: &UploadId) {
        let Some(page) = self.page_of.remove(id) else {
            return;
        };
        if let Some(read) = self.pages.get_mut(&page) {
            read.uploads.retain(|upload| upload.id != *id);
            read.version = self.version + 1;
        }
        self.positions_changed();
    }

    /// Names the people behind user ids.
    pub fn set_uploaders(&mut self, people: &[super::Person]) {
        let by_id: HashMap<_, _> = people.iter().map(|person| (&person.id, person)).collect();
        for upload in self
            .pages
            .values_mut()
            .flat_map(|page| page.uploads.iter_mut())
        {
            let Some(person) = upload.user.as_ref().and_then(|user| by_id.get(user)) else {
                continue;
            };
            if upload.uploader.as_ref() != Some(person) {
                Arc::make_mut(upload).uploader = Some((*person).clone());
            }
        }
        self.version += 1;
    }

    fn put_page(&mut self, page: usize, hidden_count: usize, uploads: Vec<Upload>) {
        if let Some(old) = self.pages.remove(&page) {
            for upload in &old.uploads {
                if self.page_of.get(&upload.id) == Some(&page) {
                    self.page_of.remove(&upload.id);
                }
            }
        }
        let mut seen = HashSet::new();
        let mut kept = Vec::with_capacity(uploads.len());
        for upload in uploads {
            if !seen.insert(upload.id.clone()) {
                continue;
            }
            if let Some(other) = self.page_of.get(&upload.id).copied()
                && let Some(read) = self.pages.get_mut(&other)
            {
                read.uploads.retain(|known| known.id != upload.id);
                read.version = self.version + 1;
            }
            self.page_of.insert(upload.id.clone(), page);
            kept.push(Arc::new(upload));
        }
        self.pages.insert(
            page,
            Page {
                epoch: self.epoch,
                version: self.version + 1,
                hidden_count,
                uploads: kept,
            },
        );
    }

    fn put_seam(&mut self, page: usize, uploads: Vec<Upload>) {
        self.seams.insert(page, self.epoch);
        let tie = self
            .pages
            .get(&page)
            .and_then(|read| read.uploads.last()?.uploaded_at);
        for upload in uploads {
            let is_new = !self.page_of.contains_key(&upload.id);
            if is_new
                && upload.uploaded_at == tie
                && let Some(read) = self.pages.get_mut(&page)
            {
                self.page_of.insert(upload.id.clone(), page);
                read.version = self.version + 1;
                read.uploads.push(Arc::new(upload));
            }
        }
    }

    fn drop_pages_behind_the_end(&mut self) {
        let page_count = self.page_count();
        for (_, page) in self.pages.split_off(&page_count) {
            for upload in page.uploads {
                self.page_of.remove(&upload.id);
            }
        }
        self.seams.split_off(&page_count);
    }

    /// A list that was read whole under one total, and still is shorter or longer than it,
    /// was changed in a way the total does not show: read it anew.
    fn recount(&mut self) {
        let is_whole = self.pages.len() == self.page_count()
            && self.pages.values().all(|page| page.epoch == self.epoch)
            && self.open_seams().next().is_none();
        let hidden: usize = self.pages.values().map(|page| page.hidden_count).sum();
        if is_whole
            && Some(self.page_of.len() + hidden) != self.total
            && self.recounts < MAX_RECOUNTS
        {
            self.recounts += 1;
            self.epoch += 1;
        }
    }

    fn replace_anchor(&mut self) {
        let lost = self.anchor.take();
        if let Some(lost) = lost {
            self.remove(&lost);
        }
        let next = self.known().next().map(|upload| upload.id.clone());
        self.is_head_due = next.is_none();
        self.anchor = next;
        self.epoch += 1;
        self.positions_changed();
    }

    fn open_seams(&self) -> impl Iterator<Item = usize> + '_ {
        self.pages
            .keys()
            .copied()
            .filter(|page| self.is_seam_open(*page))
    }

    /// Whether the group of equal times at the end of this page goes on in the next one and
    /// was not looked at as a whole yet.
    fn is_seam_open(&self, page: usize) -> bool {
        let (Some(this), Some(next)) = (self.pages.get(&page), self.pages.get(&(page + 1))) else {
            return false;
        };
        let (Some(last), Some(first)) = (this.uploads.last(), next.uploads.first()) else {
            return false;
        };
        let is_tie = last.uploaded_at.is_some() && last.uploaded_at == first.uploaded_at;
        is_tie && self.seams.get(&page) != Some(&self.epoch)
    }

    fn positions_changed(&mut self) {
        self.version += 1;
        let total = self.total.unwrap_or(0);
        let mut start = 0;
        self.starts.clear();
        for page in 0..self.page_count() {
            self.starts.push(start);
            start += self.pages.get(&page).map_or_else(
                || (total - page * LISTING_PAGE_SIZE).min(LISTING_PAGE_SIZE),
                |read| read.uploads.len(),
            );
        }
        self.starts.push(start);
        self.missing = self.missing_pages();
    }

    fn locate(&self, position: usize) -> Option<(usize, usize)> {
        if position >= self.len() {
            return None;
        }
        let page = self
            .starts
            .partition_point(|start| *start <= position)
            .checked_sub(1)?;
        Some((page, position - self.starts.get(page)?))
    }
}

#[cfg(test)]
mod tests;
