//! Lists the rest of a room for a save, while what is known of it is being saved already.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::listing_choice::WindowRequest;
use crate::domain::listing::{Listing, Merged};
use crate::domain::{Room, Upload, UploadId, UploadPage};
use crate::rocketchat::ClientError;

/// Images that were found, each in one batch only.
pub(super) struct Batch {
    pub(super) uploads: Vec<Arc<Upload>>,
    /// How many the whole room seems to have.
    pub(super) promised_count: usize,
}

pub(super) struct RoomLister {
    pub(super) room: Room,
    pub(super) listing: Box<Listing>,
    pub(super) except: HashSet<UploadId>,
    pub(super) lane: mpsc::Sender<WindowRequest>,
    pub(super) found: mpsc::Sender<Batch>,
}

impl RoomLister {
    /// Lists until every image is known.
    pub(super) async fn run(mut self) -> Result<(), ClientError> {
        // What is excepted counts as reported, and so every image is reported once.
        let excepted = self.except.len();
        let mut reported = std::mem::take(&mut self.except);
        let known: Vec<UploadId> = self.listing.known_ids().collect();
        self.report(&mut reported, known, excepted).await;
        while !self.listing.is_complete() && !self.found.is_closed() {
            let Some(window) = self.listing.all_missing_windows().first().copied() else {
                break;
            };
            let anchor = self.listing.anchor().cloned();
            let (answer, answered) = oneshot::channel();
            let request = WindowRequest {
                room: self.room.clone(),
                window,
                anchor: anchor.clone(),
                answer,
            };
            let page = match self.lane.send(request).await {
                Ok(()) => answered.await,
                // The lane ends with the session's link, and then this save is cancelled.
                Err(_) => return Ok(()),
            };
            let Ok(page) = page else { return Ok(()) };
            let page: UploadPage = page?;
            let listed = page.uploads.iter().map(|one| one.id.clone()).collect();
            match self.listing.merge(window, anchor.as_ref(), page) {
                Merged::Accepted => self.report(&mut reported, listed, excepted).await,
                Merged::Outdated | Merged::AnchorReplaced => {}
            }
        }
        Ok(())
    }

    async fn report(
        &self,
        reported: &mut HashSet<UploadId>,
        listed: Vec<UploadId>,
        excepted: usize,
    ) {
        let uploads = listed
            .into_iter()
            .filter_map(|id| {
                let upload = self.listing.upload(&id)?;
                reported.insert(id).then_some(upload)
            })
            .collect();
        let promised_count = self.listing.len().saturating_sub(excepted);
        let batch = Batch {
            uploads,
            promised_count,
        };
        // A save that ended wants no more.
        self.found.send(batch).await.ok();
    }
}
