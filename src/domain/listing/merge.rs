//! Takes in what the server answers.

use std::collections::HashSet;

use super::page::{Page, Place, ids_of, page_number};
use super::{Listing, Merged};
use crate::domain::{LISTING_PAGE_SIZE, ListingWindow, Upload, UploadId, UploadPage};

/// How often a list whose pages disagree with their total is read anew before it is taken as
/// it is.
const MAX_RECOUNTS: u32 = 3;

/// What a server says beyond this is not believed: it would take all memory to lay out.
const MAX_TOTAL: usize = 100_000_000;

impl Listing {
    /// Takes in what the server answered to `window` asked for with `anchor`.
    pub fn merge(
        &mut self,
        window: ListingWindow,
        anchor: Option<&UploadId>,
        answer: UploadPage,
    ) -> Merged {
        // While the head is due, pages below the anchor that were asked for before are welcome.
        let is_below_anchor = anchor.is_some() && anchor == self.anchor.as_ref();
        if anchor != self.anchor() && !is_below_anchor {
            return Merged::Outdated;
        }
        if answer.is_anchor_lost {
            self.replace_anchor();
            return Merged::AnchorReplaced;
        }
        let is_head = anchor.is_none() && window.offset() == 0;
        if is_head && self.is_head_due && self.take_head(&answer) {
            return Merged::Accepted;
        }
        if anchor.is_none() && !is_head && self.anchor.is_some() {
            return Merged::Outdated;
        }
        if is_head {
            self.begin_anew(answer.uploads.first());
        }
        let total = answer.total.min(MAX_TOTAL);
        if self.total != Some(total) {
            self.total = Some(total);
            self.epoch += 1;
        }
        match window {
            ListingWindow::Page(page) => {
                self.put_page(page.0, answer.hidden_count, answer.uploads);
            }
            ListingWindow::Seam(page) => self.put_seam(page.0, answer.uploads),
        }
        self.drop_pages_behind_the_end();
        self.recount();
        self.positions_changed();
        Merged::Accepted
    }

    /// Whether the newest images show that nothing but them is new. Often nothing is.
    fn take_head(&mut self, answer: &UploadPage) -> bool {
        let before = (self.last_stamp, self.epoch);
        if !self.join(answer) {
            return false;
        }
        self.is_head_due = false;
        self.recount();
        if (self.last_stamp, self.epoch) != before {
            self.positions_changed();
        }
        true
    }

    /// Takes out an image that is gone (its bytes answer 404). The pages are read again.
    pub fn remove(&mut self, id: &UploadId) {
        if self.contains(id) {
            self.take_out(&[id]);
            self.positions_changed();
        }
    }

    /// The list hangs on another image from now on: what was read before is stale.
    fn begin_anew(&mut self, newest: Option<&Upload>) {
        self.is_head_due = false;
        self.anchor = newest.map(|upload| upload.id.clone());
        self.epoch += 1;
        self.clear(Place::Front);
    }

    pub(super) fn put_page(&mut self, index: usize, hidden_count: usize, uploads: Vec<Upload>) {
        let old = self.clear(Place::Page(index));
        let mut seen = HashSet::new();
        let mut kept = uploads;
        kept.retain(|upload| seen.insert(upload.id.clone()));
        self.take_out(&ids_of(&kept));
        self.fill(Place::Page(index), hidden_count, &kept);
        if let Some(page) = self.pages.get_mut(index).and_then(Option::as_mut) {
            page.seam_epoch = old.and_then(|old| old.seam_epoch);
        }
    }

    fn put_seam(&mut self, index: usize, uploads: Vec<Upload>) {
        let place = Place::Page(index);
        let Some(page) = self.pages.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        page.seam_epoch = Some(self.epoch);
        let tie = page.last_time;
        let is_new = |upload: &Upload| upload.uploaded_at == tie && !self.contains(&upload.id);
        let mut seen = HashSet::new();
        let mut new: Vec<Upload> = uploads.into_iter().filter(is_new).collect();
        new.retain(|upload| seen.insert(upload.id.clone()));
        if !new.is_empty() {
            let mut all = self.uploads_at(place);
            all.append(&mut new);
            self.repack(place, &all);
        }
    }

    pub(super) fn drop_pages_behind_the_end(&mut self) {
        let page_count = self.page_count();
        for index in page_count..self.pages.len() {
            self.clear(Place::Page(index));
        }
        self.pages.truncate(page_count);
    }

    /// A list that was read whole under one total, and still is shorter or longer than it,
    /// was changed in a way the total does not show: read it anew.
    pub(super) fn recount(&mut self) {
        let is_read = |page: &Option<Page>| {
            let page = page.as_ref();
            page.is_some_and(|page| page.epoch == self.epoch)
        };
        let is_whole = self.pages.len() == self.page_count()
            && self.pages.iter().all(is_read)
            && !(0..self.pages.len()).any(|index| self.is_seam_open(index));
        if !is_whole || self.recounts >= MAX_RECOUNTS {
            return;
        }
        let pages = self.pages.iter().flatten();
        let hidden: usize = pages.map(|page| page.hidden_count).sum();
        let below_anchor = self.placed.len() - self.front_len();
        if Some(below_anchor + hidden) != self.total {
            self.recounts += 1;
            self.epoch += 1;
        }
    }

    fn replace_anchor(&mut self) {
        if let Some(lost) = self.anchor.take() {
            self.take_out(&[&lost]);
        }
        let next = self.pages.iter().flatten();
        self.anchor = next.flat_map(|page| page.packed.ids()).next();
        self.is_head_due |= self.anchor.is_none();
        self.epoch += 1;
        self.positions_changed();
    }

    /// A hundred images become page 0, and every page the next one: no offset below the new
    /// anchor is another than before.
    pub(super) fn push_page_before_the_first(&mut self, uploads: &[Upload]) {
        self.pages.insert(0, None);
        self.shift = self.shift.wrapping_add(page_number(1));
        self.total = self.total.map(|total| total + LISTING_PAGE_SIZE);
        self.anchor = uploads.first().map(|upload| upload.id.clone());
        self.fill(Place::Page(0), 0, uploads);
    }
}
