//! Where the images of a save come from: given with the order, or listed while it is running.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::listing_choice::WindowRequest;
use super::room_lister::{Batch, RoomLister, Scope};
use crate::domain::listing::Listing;
use crate::domain::{Upload, UploadId};
use crate::protocol::SaveFailure;
use crate::rocketchat::{ClientError, DownloadError};
use crate::saving::template::Place;
use crate::saving::{DRAFT_LIFETIME, TargetFolder};
use crate::storage::{Library, SaveScope, StoredSave};

/// Batches of the lister that may wait: it lists far slower than they are taken.
const BATCH_CAPACITY: usize = 4;

/// What is known of the images when a save begins.
#[derive(Default)]
pub(super) enum SourceStart {
    /// All of them, in order.
    Uploads(Vec<Arc<Upload>>),
    /// As much of the room as this.
    Listing(Arc<Listing>),
    /// What this machine knows of the room.
    #[default]
    Library,
}

/// See the [module documentation](self).
pub(super) struct Source {
    /// Before what is listed.
    first: VecDeque<Batch>,
    batches: Option<mpsc::Receiver<Batch>>,
    lister: JoinSet<Result<usize, ClientError>>,
    lost_count: usize,
    failure: Option<SaveFailure>,
    newest: Option<Timestamp>,
}

impl Source {
    /// Begins to list, where there is something to list.
    pub(super) fn begin(
        start: SourceStart,
        save: &StoredSave,
        target: &TargetFolder,
        library: Option<&Arc<Library>>,
        lane: &mpsc::Sender<WindowRequest>,
    ) -> Self {
        let mut source = Self {
            first: VecDeque::new(),
            batches: None,
            lister: JoinSet::new(),
            lost_count: 0,
            failure: None,
            newest: None,
        };
        let listing = match start {
            SourceStart::Uploads(uploads) => {
                source.first.push_back(whole(uploads));
                return source;
            }
            SourceStart::Listing(listing) => Box::new(Arc::unwrap_or_clone(listing)),
            SourceStart::Library => {
                let never = std::sync::atomic::AtomicBool::new(false);
                let known = library.and_then(|it| it.whole_listing(&save.room.id, &never));
                Box::new(known.unwrap_or_default())
            }
        };
        let (found, batches) = mpsc::channel(BATCH_CAPACITY);
        let lister = RoomLister {
            room: save.room.clone(),
            listing,
            scope: scope(&save.scope, target),
            lane: lane.clone(),
            found,
        };
        source.lister.spawn(lister.run());
        source.batches = Some(batches);
        source
    }

    /// The next images; `None` when there are no more, for which [`Self::failure`] may say why.
    /// Nothing is lost when it is dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<Batch> {
        if let Some(first) = self.first.pop_front() {
            return Some(self.seen(first));
        }
        if let Some(batches) = &mut self.batches
            && let Some(batch) = batches.recv().await
        {
            return Some(self.seen(batch));
        }
        while let Some(listed) = self.lister.join_next().await {
            // A lister that broke has not listed the room.
            let error = match listed {
                Ok(Ok(lost_count)) => {
                    self.lost_count = lost_count;
                    continue;
                }
                Ok(Err(error)) => error,
                Err(_broken) => ClientError::CutOff,
            };
            self.failure = Some(SaveFailure::Download(DownloadError::Client(error)));
        }
        None
    }

    /// What became of those that were chosen in an earlier run and are gone.
    pub(super) fn lost_words(&self) -> Option<String> {
        match self.lost_count {
            0 => None,
            1 => Some("One of the chosen images is no longer in the room.".to_owned()),
            n => Some(format!(
                "{n} of the chosen images are no longer in the room."
            )),
        }
    }

    /// Gives images back that were not planned after all.
    pub(super) fn put_back(&mut self, uploads: Vec<(Arc<Upload>, Place)>, promised_count: usize) {
        self.first.push_front(Batch {
            uploads,
            promised_count,
        });
    }

    /// Why the room could not be listed to its end.
    pub(super) fn failure(&self) -> Option<SaveFailure> {
        self.failure.clone()
    }

    /// When the newest of them was posted.
    pub(super) const fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    fn seen(&mut self, batch: Batch) -> Batch {
        let times = batch
            .uploads
            .iter()
            .filter_map(|(upload, _)| upload.uploaded_at);
        self.newest = self.newest.max(times.max());
        batch
    }
}

fn whole(uploads: Vec<Arc<Upload>>) -> Batch {
    let total = uploads.len();
    let places = (0..total).map(|index| Place::newest_first(index, total));
    Batch {
        promised_count: total,
        uploads: uploads.into_iter().zip(places).collect(),
    }
}

fn scope(scope: &SaveScope, target: &TargetFolder) -> Scope {
    match scope {
        SaveScope::AllBut(except) => Scope::AllBut(except.iter().cloned().collect()),
        SaveScope::Uploads(ids) => Scope::These(places_of(ids)),
        SaveScope::News => match target.saved_until() {
            Some(until) => Scope::News {
                since: until - DRAFT_LIFETIME,
                also: target.truncated(),
            },
            None => Scope::AllBut(HashSet::new()),
        },
    }
}

fn places_of(ids: &[UploadId]) -> HashMap<UploadId, Place> {
    let total = ids.len();
    ids.iter()
        .enumerate()
        .map(|(index, id)| (id.clone(), Place::newest_first(index, total)))
        .collect()
}
