//! Lists that begin from what this machine has kept.

use super::Listing;
use super::page::{Place, ids_of};
use crate::domain::{LISTING_PAGE_SIZE, PageIndex, Upload, UploadId, UploadPage};

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

impl Listing {
    /// A list as it was last known on this machine: shown at once, confirmed by the server
    /// later. `total` counts positions as [`UploadPage::total`] does, `anchor` is the newest
    /// image of page 0 as it was then.
    pub fn restored(
        total: usize,
        anchor: Option<UploadId>,
        pages: impl IntoIterator<Item = StoredPage>,
    ) -> Self {
        let mut listing = Self {
            total: Some(total),
            anchor,
            epoch: 1,
            ..Self::default()
        };
        for page in pages {
            if page.index.0 < listing.page_count() {
                listing.put_page(page.index.0, page.hidden_count, page.uploads);
                listing.set_epoch(page.index.0, u32::from(page.is_certain));
            }
        }
        listing.positions_changed();
        listing
    }

    /// Takes over what `stored` knows and this list does not: pages that are missing here. What
    /// the server has not confirmed is shown, and read again when it is seen.
    pub fn fill_from(&mut self, mut stored: Self) {
        let version = self.version.max(stored.version);
        let is_same_list = self.anchor == stored.anchor && self.total == stored.total;
        if self.is_started() && (is_same_list || !self.join_to(&mut stored)) {
            if !is_same_list {
                stored.epoch += 1;
            }
            self.put_onto(&mut stored);
        }
        // A page of the one list and a page of the other must not be taken for each other.
        stored.last_stamp = self.last_stamp.max(stored.last_stamp);
        let mut stamp = stored.last_stamp;
        for page in stored
            .front
            .iter_mut()
            .chain(stored.pages.iter_mut().flatten())
        {
            stamp += 1;
            page.stamp = stamp;
        }
        stored.last_stamp = stamp;
        stored.version = version;
        stored.unpacked.clear();
        stored.positions_changed();
        *self = stored;
    }

    /// A list of which only the newest page was read hangs together with the stored one as any
    /// look at the newest images does.
    fn join_to(&self, stored: &mut Self) -> bool {
        let mut pages = self.known_pages();
        let (Some(page), None) = (self.page_at(Place::Page(0)), pages.nth(1)) else {
            return false;
        };
        let total = self.total.unwrap_or(0);
        let is_whole = page.packed.len() + page.hidden_count == total.min(LISTING_PAGE_SIZE);
        let head = UploadPage {
            uploads: self.uploads_at(Place::Page(0)),
            total,
            hidden_count: page.hidden_count,
            is_anchor_lost: false,
        };
        if page.epoch != self.epoch || !is_whole || !stored.join(&head) {
            return false;
        }
        stored.is_head_due = self.is_head_due;
        stored.recount();
        true
    }

    /// Puts what this list knows in the place of what is stored.
    fn put_onto(&self, stored: &mut Self) {
        stored.anchor.clone_from(&self.anchor);
        stored.total = self.total;
        stored.is_head_due = self.is_head_due;
        stored.recounts = self.recounts;
        stored.drop_pages_behind_the_end();
        let front = self.uploads_at(Place::Front);
        stored.clear(Place::Front);
        stored.take_out(&ids_of(&front));
        stored.fill(Place::Front, 0, &front);
        for (index, page) in self.pages.iter().enumerate() {
            let Some(page) = page else {
                continue;
            };
            let uploads = self.uploads_at(Place::Page(index));
            stored.put_page(index, page.hidden_count, uploads);
            if page.epoch != self.epoch {
                stored.set_epoch(index, stored.epoch.wrapping_sub(1));
            }
        }
    }
}
