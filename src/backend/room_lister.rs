//! Lists a room for a save, while what is known of it is being saved already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::listing_choice::WindowRequest;
use crate::domain::listing::{Listing, Merged};
use crate::domain::{ListingWindow, PageIndex, Room, Upload, UploadId, UploadPage};
use crate::rocketchat::ClientError;
use crate::saving::template::Place;

/// Images that were found, each in one batch only.
pub(super) struct Batch {
    pub(super) uploads: Vec<(Arc<Upload>, Place)>,
    /// How many there seem to be in the end.
    pub(super) promised_count: usize,
}

/// Which images to look for.
pub(super) enum Scope {
    /// All but these.
    AllBut(HashSet<UploadId>),
    /// These; with the place that each has among them.
    These(HashMap<UploadId, Place>),
    /// What was posted since then, and these.
    News {
        since: Timestamp,
        also: HashSet<UploadId>,
    },
}

pub(super) struct RoomLister {
    pub(super) room: Room,
    pub(super) listing: Box<Listing>,
    pub(super) scope: Scope,
    pub(super) lane: mpsc::Sender<WindowRequest>,
    pub(super) found: mpsc::Sender<Batch>,
}

impl RoomLister {
    /// Lists until every image that is looked for is known, or the room is; how many were not
    /// found there.
    pub(super) async fn run(mut self) -> Result<usize, ClientError> {
        if matches!(self.scope, Scope::News { .. }) {
            // What was posted a moment ago is news, whatever is known.
            self.listing.refresh();
        }
        let mut search = Search::new(self.scope);
        let known: Vec<UploadId> = self.listing.known_ids().collect();
        report(&self.found, &self.listing, &mut search, known).await;
        while !self.found.is_closed() {
            let Some(window) = search.next_window(&self.listing) else {
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
                // The lane ends with the session's link, and then this save does, too.
                Err(_) => return Err(ClientError::CutOff),
            };
            let Ok(page) = page else {
                return Err(ClientError::CutOff);
            };
            let page: UploadPage = page?;
            let listed = page.uploads.iter().map(|one| one.id.clone()).collect();
            match self.listing.merge(window, anchor.as_ref(), page) {
                Merged::Accepted => {
                    report(&self.found, &self.listing, &mut search, listed).await;
                }
                Merged::Outdated | Merged::AnchorReplaced => {}
            }
        }
        Ok(search.lost_count())
    }
}

async fn report(
    found: &mpsc::Sender<Batch>,
    listing: &Listing,
    search: &mut Search,
    listed: Vec<UploadId>,
) {
    let uploads = listed
        .into_iter()
        .filter_map(|id| search.take(listing, listing.upload(&id)?))
        .collect();
    let batch = Batch {
        uploads,
        promised_count: search.promised_count(listing),
    };
    // A save that ended wants no more.
    found.send(batch).await.ok();
}

/// What is still looked for.
struct Search {
    scope: Scope,
    /// What was found; what is excepted counts as found, and so every image is found once.
    found: HashSet<UploadId>,
    excepted_count: usize,
    /// The first page with something older than news.
    last_page: Option<PageIndex>,
}

impl Search {
    fn new(scope: Scope) -> Self {
        let found = match &scope {
            Scope::AllBut(except) => except.clone(),
            Scope::These(_) | Scope::News { .. } => HashSet::new(),
        };
        Self {
            excepted_count: found.len(),
            scope,
            found,
            last_page: None,
        }
    }

    fn take(&mut self, listing: &Listing, upload: Arc<Upload>) -> Option<(Arc<Upload>, Place)> {
        let place = match &mut self.scope {
            Scope::AllBut(_) => place_in(listing, &upload.id),
            Scope::These(places) => places.remove(&upload.id)?,
            Scope::News { since, also } => {
                // One without a time may be of any time.
                let is_news = upload.uploaded_at.is_none_or(|at| at >= *since);
                if !is_news && let Some(position) = listing.position(&upload.id) {
                    let page = PageIndex::of_offset(position);
                    self.last_page = Some(self.last_page.map_or(page, |last| last.min(page)));
                }
                (also.remove(&upload.id) || is_news).then(|| place_in(listing, &upload.id))?
            }
        };
        self.found
            .insert(upload.id.clone())
            .then_some((upload, place))
    }

    fn next_window(&self, listing: &Listing) -> Option<ListingWindow> {
        let missing = listing.all_missing_windows();
        match &self.scope {
            Scope::These(places) if places.is_empty() => None,
            Scope::News { also, .. } if also.is_empty() => missing
                .into_iter()
                .find(|window| self.last_page.is_none_or(|last| window.page() <= last)),
            Scope::AllBut(_) | Scope::These(_) | Scope::News { .. } => missing.first().copied(),
        }
    }

    fn lost_count(&self) -> usize {
        match &self.scope {
            Scope::These(places) => places.len(),
            Scope::AllBut(_) | Scope::News { .. } => 0,
        }
    }

    fn promised_count(&self, listing: &Listing) -> usize {
        match &self.scope {
            Scope::AllBut(_) => listing.len().saturating_sub(self.excepted_count),
            Scope::These(places) => self.found.len() + places.len(),
            // Some of what was found may be there: only what is planned counts.
            Scope::News { .. } => 0,
        }
    }
}

fn place_in(listing: &Listing, id: &UploadId) -> Place {
    let position = listing.position(id).unwrap_or_default();
    Place::newest_first(position, listing.len())
}
