//! Lists a room for a save, newest first, each image once.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::listing::{Listing, Merged};
use crate::domain::{ListingWindow, PageIndex, Room, Upload, UploadId};
use crate::rocketchat::{Client, ClientError};

/// Reads page after page, as fast as it is asked to.
pub struct RoomLister {
    client: Client,
    room: Room,
    since: Option<Timestamp>,
    listing: Listing,
    reported: HashSet<UploadId>,
    /// The last page that need be read: the next ones are older than what is wanted.
    last_page: Option<PageIndex>,
}

impl RoomLister {
    /// Lists what was posted at `since` and after, or everything.
    pub fn new(client: Client, room: Room, since: Option<Timestamp>) -> Self {
        Self {
            client,
            room,
            since,
            listing: Listing::default(),
            reported: HashSet::new(),
            last_page: None,
        }
    }

    /// How many images the room has, drafts included, once a page was read.
    pub fn total(&self) -> Option<usize> {
        self.listing.total()
    }

    /// The next images; `None` when there are no more. May be called again after an error.
    ///
    /// # Errors
    /// [`ClientError::RateLimited`] when the minute's calls are used up, [`ClientError::Forbidden`]
    /// for a room without access, and whatever kept the server from answering.
    pub async fn next(&mut self) -> Result<Option<Vec<Arc<Upload>>>, ClientError> {
        while let Some(window) = self.next_window() {
            let anchor = self.listing.anchor().cloned();
            let page = self
                .client
                .image_window(&self.room, window, anchor.as_ref())
                .await?;
            let listed: Vec<UploadId> = page.uploads.iter().map(|it| it.id.clone()).collect();
            let oldest = page.uploads.iter().filter_map(|it| it.uploaded_at).min();
            if self.listing.merge(window, anchor.as_ref(), page) != Merged::Accepted {
                continue;
            }
            if let (Some(since), Some(oldest)) = (self.since, oldest)
                && oldest < since
            {
                let page = window.page();
                self.last_page = Some(self.last_page.map_or(page, |last| last.min(page)));
            }
            let found = self.fresh(listed);
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn next_window(&self) -> Option<ListingWindow> {
        let windows = self.listing.all_missing_windows();
        let is_wanted =
            |window: &ListingWindow| self.last_page.is_none_or(|last| window.page() <= last);
        windows.into_iter().find(is_wanted)
    }

    fn fresh(&mut self, listed: Vec<UploadId>) -> Vec<Arc<Upload>> {
        let mut found = Vec::new();
        for id in listed {
            if let Some(upload) = self.listing.upload(&id)
                && self.is_wanted(&upload)
                && self.reported.insert(id)
            {
                found.push(upload);
            }
        }
        found
    }

    /// One without a time may be of any time.
    fn is_wanted(&self, upload: &Upload) -> bool {
        match (self.since, upload.uploaded_at) {
            (Some(since), Some(at)) => at >= since,
            _ => true,
        }
    }
}

impl std::fmt::Debug for RoomLister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomLister")
            .field("room", &self.room.id)
            .field("reported", &self.reported.len())
            .finish_non_exhaustive()
    }
}
