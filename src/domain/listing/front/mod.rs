//! What was posted after the anchor: a short list before page 0.

use std::collections::HashSet;

use super::Listing;
use super::page::Place;
use crate::domain::{LISTING_PAGE_SIZE, Upload, UploadId, UploadPage};

impl Listing {
    /// Joins the newest images to what is known; `false` when the answer does not show how they
    /// hang together, or that something went which it does not name.
    pub(super) fn join(&mut self, head: &UploadPage) -> bool {
        let (Some(anchor), Some(total)) = (self.anchor.clone(), self.total) else {
            return false;
        };
        let first_page = self.page_at(Place::Page(0));
        let was_hidden = first_page.map_or(0, |page| page.hidden_count);
        if head.hidden_count != was_hidden {
            return false;
        }
        let below = head.uploads.iter().position(|upload| upload.id == anchor);
        let Some(newer) = self.newer_than_anchor(head, below) else {
            return false;
        };
        if head.total != total + newer.len() {
            return false;
        }
        self.set_front(&newer);
        self.fold_front();
        true
    }

    /// The new front, if the answer reaches down to what is known.
    fn newer_than_anchor(&self, head: &UploadPage, below: Option<usize>) -> Option<Vec<Upload>> {
        let mut seen = HashSet::new();
        // An image of the anchor's own instant may come before it: it is on a page already.
        let is_new = |upload: &&Upload| !matches!(self.place(&upload.id), Some(Place::Page(_)));
        let mut newer = |uploads: &[Upload]| -> Vec<Upload> {
            let new = uploads.iter().filter(is_new);
            new.filter(|upload| seen.insert(upload.id.clone()))
                .cloned()
                .collect()
        };
        if let Some(below) = below {
            return Some(newer(head.uploads.get(..below)?));
        }
        let front = self.uploads_at(Place::Front);
        let ids: HashSet<&UploadId> = front.iter().map(|upload| &upload.id).collect();
        let below = head
            .uploads
            .iter()
            .position(|upload| ids.contains(&upload.id))?;
        let mut newer = newer(head.uploads.get(..below)?);
        newer.extend(front);
        Some(newer)
    }

    pub(super) fn set_front(&mut self, uploads: &[Upload]) {
        if self.front.is_some() {
            if self.uploads_at(Place::Front) == uploads {
                return;
            }
            self.clear(Place::Front);
        }
        self.fill(Place::Front, 0, uploads);
    }

    /// The oldest hundred of a long front become page 0: an answer has a hundred images, so a
    /// longer front would keep the next one from reaching the anchor.
    fn fold_front(&mut self) {
        while self.front_len() >= LISTING_PAGE_SIZE {
            let mut newer = self.uploads_at(Place::Front);
            let older = newer.split_off(newer.len() - LISTING_PAGE_SIZE);
            let time = |upload: Option<&Upload>| upload.and_then(|upload| upload.uploaded_at);
            // Within an instant the server's order is not to be relied on.
            if !newer.is_empty() && time(newer.last()) <= time(older.first()) {
                return;
            }
            self.clear(Place::Front);
            self.fill(Place::Front, 0, &newer);
            self.push_page_before_the_first(&older);
        }
    }
}

#[cfg(test)]
mod tests;
