//! Pages, and where each image is.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Listing;
use super::packed::PackedPage;
use super::place_index::PlaceKey;
use super::unpacked::Uploads;
use crate::domain::{LISTING_PAGE_SIZE, ListingWindow, PageIndex, Person, Upload, UploadId};

/// A hundred positions that were read, or the front.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// Under which total it was read.
    pub(super) epoch: u32,
    /// Under which total the seam behind it was read.
    pub(super) seam_epoch: Option<u32>,
    /// Another one whenever its images change; no two pages have the same.
    pub(super) stamp: u64,
    pub(super) hidden_count: usize,
    pub(super) bytes: u128,
    /// Of the first image as the server listed it, whatever became of that image.
    pub(super) first_time: Option<Timestamp>,
    pub(super) last_time: Option<Timestamp>,
    pub(super) packed: Arc<PackedPage>,
}

/// Where an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before page 0.
    Front,
    /// On this page.
    Page(usize),
}

impl Listing {
    /// Keys stay when pages are put before the first: only `shift` changes.
    pub(super) fn key(&self, place: Place) -> PlaceKey {
        match place {
            Place::Front => PlaceKey::FRONT,
            Place::Page(index) => PlaceKey(page_number(index).wrapping_sub(self.shift)),
        }
    }

    fn place_of(&self, key: PlaceKey) -> Place {
        if key == PlaceKey::FRONT {
            Place::Front
        } else {
            let index = key.0.wrapping_add(self.shift);
            Place::Page(usize::try_from(index).unwrap_or(usize::MAX))
        }
    }

    /// Where an image is, if it is known.
    pub(super) fn place(&self, id: &UploadId) -> Option<Place> {
        let is_there = |key| {
            let page = self.page_at(self.place_of(key));
            page.is_some_and(|page| page.packed.position(id).is_some())
        };
        let key = self.placed.find(id, is_there)?;
        Some(self.place_of(key))
    }

    pub(super) fn page_at(&self, place: Place) -> Option<&Page> {
        match place {
            Place::Front => self.front.as_ref(),
            Place::Page(index) => self.pages.get(index)?.as_ref(),
        }
    }

    pub(super) fn known_pages(&self) -> impl Iterator<Item = &Page> {
        self.front.iter().chain(self.pages.iter().flatten())
    }

    pub(super) fn front_len(&self) -> usize {
        self.front.as_ref().map_or(0, |front| front.packed.len())
    }

    pub(super) fn unpacked(&self, page: &Page) -> Uploads {
        let unpack = || page.packed.unpack_shared(&self.dictionary);
        self.unpacked.get(page.stamp, unpack)
    }

    /// The images of a place, to be changed and put back.
    pub(super) fn uploads_at(&self, place: Place) -> Vec<Upload> {
        let page = self.page_at(place);
        page.map_or_else(Vec::new, |page| page.packed.unpack(&self.dictionary))
    }

    pub(super) const fn next_stamp(&mut self) -> u64 {
        self.last_stamp += 1;
        self.last_stamp
    }

    /// Puts images where none are. Each must have no place yet.
    pub(super) fn fill(&mut self, place: Place, hidden_count: usize, uploads: &[Upload]) {
        let key = self.key(place);
        for upload in uploads {
            self.placed.insert(&upload.id, key);
        }
        let sizes = uploads.iter().filter_map(|upload| upload.size);
        let bytes = sizes.map(|size| u128::from(size.0)).sum();
        self.known_bytes += bytes;
        let page = Page {
            epoch: self.epoch,
            seam_epoch: None,
            stamp: self.next_stamp(),
            hidden_count,
            bytes,
            first_time: uploads.first().and_then(|upload| upload.uploaded_at),
            last_time: uploads.last().and_then(|upload| upload.uploaded_at),
            packed: Arc::new(PackedPage::pack(uploads, &mut self.dictionary)),
        };
        match place {
            Place::Front => self.front = Some(page).filter(|_| !uploads.is_empty()),
            Place::Page(index) => {
                if self.pages.len() <= index {
                    self.pages.resize_with(index + 1, || None);
                }
                if let Some(slot) = self.pages.get_mut(index) {
                    *slot = Some(page);
                }
            }
        }
    }

    /// Takes the page out, and its images out of the index.
    pub(super) fn clear(&mut self, place: Place) -> Option<Page> {
        let page = match place {
            Place::Front => self.front.take(),
            Place::Page(index) => self.pages.get_mut(index)?.take(),
        }?;
        let key = self.key(place);
        for id in page.packed.ids() {
            self.placed.remove(&id, key);
        }
        self.known_bytes = self.known_bytes.saturating_sub(page.bytes);
        Some(page)
    }

    /// Packs other images into a page that stays as certain as it was.
    pub(super) fn repack(&mut self, place: Place, uploads: &[Upload]) {
        let Some(old) = self.clear(place) else {
            return;
        };
        self.fill(place, old.hidden_count, uploads);
        let page = match place {
            Place::Front => self.front.as_mut(),
            Place::Page(index) => self.pages.get_mut(index).and_then(Option::as_mut),
        };
        if let Some(page) = page {
            page.epoch = old.epoch;
            page.seam_epoch = old.seam_epoch;
            // Where its neighbours took all of an instant from it, the seam still is one.
            page.first_time = old.first_time;
            page.last_time = old.last_time;
        }
    }

    pub(super) fn set_epoch(&mut self, index: usize, epoch: u32) {
        if let Some(page) = self.pages.get_mut(index).and_then(Option::as_mut) {
            page.epoch = epoch;
        }
    }

    /// Takes these images out, wherever they are.
    pub(super) fn take_out(&mut self, ids: &[&UploadId]) {
        let mut leaving: HashMap<PlaceKey, Vec<&UploadId>> = HashMap::new();
        for id in ids.iter().copied() {
            if let Some(place) = self.place(id) {
                leaving.entry(self.key(place)).or_default().push(id);
            }
        }
        let mut leaving: Vec<_> = leaving.into_iter().collect();
        leaving.sort_by_key(|(key, _)| key.0);
        for (key, ids) in leaving {
            let place = self.place_of(key);
            let mut uploads = self.uploads_at(place);
            uploads.retain(|upload| !ids.contains(&&upload.id));
            self.repack(place, &uploads);
        }
    }

    /// Uploaders that are kept apart from their user do not follow the dictionary.
    pub(super) fn name_other_uploaders(&mut self, people: &[Person]) {
        let places = (0..self.pages.len()).map(Place::Page);
        let has_others = |place: &Place| {
            let page = self.page_at(*place);
            page.is_some_and(|page| page.packed.has_other_uploaders())
        };
        let places: Vec<Place> = places.chain([Place::Front]).filter(has_others).collect();
        for place in places {
            let mut uploads = self.uploads_at(place);
            for upload in &mut uploads {
                let is_meant = |person: &&Person| upload.user.as_ref() == Some(&person.id);
                if let Some(person) = people.iter().find(is_meant) {
                    upload.uploader = Some(person.clone());
                }
            }
            self.repack(place, &uploads);
        }
    }

    pub(super) fn positions_changed(&mut self) {
        self.version += 1;
        let total = self.total.unwrap_or(0);
        let mut start = self.front_len();
        self.starts.clear();
        for page in 0..self.page_count() {
            self.starts.push(start);
            start += self.page_at(Place::Page(page)).map_or_else(
                || (total - page * LISTING_PAGE_SIZE).min(LISTING_PAGE_SIZE),
                |read| read.packed.len(),
            );
        }
        self.starts.push(start);
        self.missing = self.missing_pages();
    }

    fn missing_pages(&self) -> Vec<ListingWindow> {
        let pages =
            || (0..self.page_count()).map(|index| (index, self.page_at(Place::Page(index))));
        let missing = pages().filter(|(_, page)| page.is_none());
        let stale = pages().filter(|(_, page)| page.is_some_and(|page| page.epoch != self.epoch));
        let seams = pages().filter(|(index, _)| self.is_seam_open(*index));
        missing
            .chain(stale)
            .map(|(index, _)| ListingWindow::Page(PageIndex(index)))
            .chain(seams.map(|(index, _)| ListingWindow::Seam(PageIndex(index))))
            .collect()
    }

    /// Whether the group of equal times at the end of this page goes on in the next one and
    /// was not looked at as a whole yet.
    pub(super) fn is_seam_open(&self, index: usize) -> bool {
        let at = |index| self.page_at(Place::Page(index));
        let (Some(this), Some(next)) = (at(index), at(index + 1)) else {
            return false;
        };
        let is_tie = this.last_time.is_some() && this.last_time == next.first_time;
        is_tie && this.seam_epoch != Some(self.epoch)
    }

    pub(super) fn locate(&self, position: usize) -> Option<(Place, usize)> {
        if position < self.front_len() {
            return Some((Place::Front, position));
        }
        if position >= self.len() {
            return None;
        }
        let page = self
            .starts
            .partition_point(|start| *start <= position)
            .checked_sub(1)?;
        Some((Place::Page(page), position - self.starts.get(page)?))
    }
}

/// A list of more than four billion pages is no list.
pub(super) fn page_number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX - 1)
}

pub(super) fn ids_of(uploads: &[Upload]) -> Vec<&UploadId> {
    uploads.iter().map(|upload| &upload.id).collect()
}
