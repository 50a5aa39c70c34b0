//! The thumbnails that the server made itself: which of them belongs to which image.
//!
//! An upload does not name its thumbnail, but a listing of thumbnails names their originals.
//! Both lists are ordered by time, so a page of images says where to look: at the same part
//! of the other list. Never more than two listings for a hundred images, and never a wait for
//! the server's budget: an original is slower than a thumbnail, but a minute is slower still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::link::SessionLink;
use super::people::PeopleDesk;
use super::reaction::{Reaction, reaction};
use super::thumbnail_search::{SeenPage, Span, first_offset, next_offset, span};
use crate::domain::{Room, RoomId, Upload, UploadId, UploadPage};
use crate::protocol::Wanted;
use crate::rocketchat::{Thumbnail, ThumbnailPage};

/// See the [module documentation](self).
pub(super) struct ThumbnailSources {
    rooms: Mutex<HashMap<RoomId, RoomThumbnails>>,
    version: watch::Sender<u64>,
    has_work: Notify,
}

#[derive(Default)]
struct RoomThumbnails {
    /// The server does not tell, or has none.
    is_refused: bool,
    /// How many images the room had when this was found out.
    image_total: usize,
    total: Option<usize>,
    /// Times between which every thumbnail is known, newest first in each.
    known: Vec<Span>,
    by_original: HashMap<UploadId, Thumbnail>,
    /// Pages of images that were seen and not looked after yet, the last one first.
    pending: Vec<SeenPage>,
}

/// What is known about the thumbnail of an image.
pub(super) enum Found {
    Thumbnail(Thumbnail),
    /// A listing that may name it is under way.
    Pending,
    Nothing,
}

impl ThumbnailSources {
    pub(super) fn new() -> Self {
        Self {
            rooms: Mutex::default(),
            version: watch::Sender::new(0),
            has_work: Notify::new(),
        }
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomId, RoomThumbnails>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These images will be wanted. To be called before the window hears of them.
    pub(super) fn expect(&self, room: &Room, offset: usize, page: &UploadPage) {
        let Some(span) = span(page.uploads.iter().filter_map(|upload| upload.uploaded_at)) else {
            return;
        };
        let seen = SeenPage {
            offset,
            image_total: page.total,
            span,
        };
        let mut rooms = self.rooms();
        let thumbnails = rooms.entry(room.id.clone()).or_default();
        if thumbnails.image_total != page.total {
            // Images came or went, and the server may have begun to make thumbnails.
            thumbnails.image_total = page.total;
            thumbnails.is_refused = false;
            thumbnails.total = None;
        }
        if thumbnails.is_refused || thumbnails.covers(span) || thumbnails.pending.contains(&seen) {
            return;
        }
        thumbnails.pending.push(seen);
        self.has_work.notify_one();
    }

    /// The thumbnail of this image, waiting for a listing that is under way.
    pub(super) async fn of(&self, upload: &Upload) -> Option<Thumbnail> {
        let mut changes = self.version.subscribe();
        loop {
            match self.find(upload) {
                Found::Thumbnail(thumbnail) => return Some(thumbnail),
                Found::Nothing => return None,
                Found::Pending => changes.changed().await.ok()?,
            }
        }
    }

    fn find(&self, upload: &Upload) -> Found {
        let rooms = self.rooms();
        let Some(room) = rooms.get(&upload.room).filter(|room| !room.is_refused) else {
            return Found::Nothing;
        };
        if let Some(thumbnail) = room.by_original.get(&upload.id) {
            return Found::Thumbnail(thumbnail.clone());
        }
        let is_pending = upload.uploaded_at.is_some_and(|at| {
            let mut pending = room.pending.iter();
            pending.any(|seen| seen.span.oldest <= at && at <= seen.span.newest)
        });
        if is_pending {
            Found::Pending
        } else {
            Found::Nothing
        }
    }

    /// Reads listings for the open room until the link is cancelled.
    pub(super) async fn run(
        self: Arc<Self>,
        link: Arc<SessionLink>,
        people: PeopleDesk,
        wanted: watch::Receiver<Wanted>,
    ) {
        let work = async {
            loop {
                let room = wanted.borrow().room.clone();
                match self.next_pending(room.as_ref()) {
                    Some((room, seen)) => {
                        self.look(&link, &people, &room, seen).await;
                        self.finished(&room.id, seen);
                    }
                    None => self.has_work.notified().await,
                }
            }
        };
        link.cancel.run_until_cancelled(work).await;
    }

    /// The page that was seen last, in the room that is open; others are forgotten.
    fn next_pending(&self, open: Option<&Room>) -> Option<(Room, SeenPage)> {
        let mut rooms = self.rooms();
        let mut next = None;
        rooms.retain(|id, thumbnails| {
            match open.filter(|room| room.id == *id) {
                Some(room) => next = thumbnails.pending.last().map(|seen| (room.clone(), *seen)),
                None => thumbnails.pending.clear(),
            }
            true
        });
        drop(rooms);
        if next.is_none() {
            self.version.send_modify(|version| *version += 1);
        }
        next
    }

    fn finished(&self, room: &RoomId, seen: SeenPage) {
        if let Some(thumbnails) = self.rooms().get_mut(room) {
            let is_refused = thumbnails.is_refused;
            thumbnails
                .pending
                .retain(|pending| !is_refused && *pending != seen);
        }
        self.version.send_modify(|version| *version += 1);
    }

    async fn look(&self, link: &SessionLink, people: &PeopleDesk, room: &Room, seen: SeenPage) {
        let total = self.rooms().get(&room.id).and_then(|room| room.total);
        let mut offset = first_offset(seen, total);
        for _ in 0..2 {
            let client = link.last_client();
            match client.thumbnails(room, offset).await {
                Ok(mut page) => {
                    tracing::debug!(room = %room.id, offset, count = page.thumbnails.len(), "thumbnails");
                    let named = people.meet(std::mem::take(&mut page.people));
                    let next = next_offset(seen, offset, &page);
                    self.learn(&room.id, page);
                    if !named.is_empty() {
                        people.tell(link, named).await;
                    }
                    match next {
                        Some(next) => offset = next,
                        None => return,
                    }
                }
                Err(error) => {
                    tracing::debug!(room = %room.id, %error, "no thumbnails");
                    if reaction(&error) == Reaction::GiveUp
                        && let Some(thumbnails) = self.rooms().get_mut(&room.id)
                    {
                        thumbnails.is_refused = true;
                    }
                    return;
                }
            }
        }
    }

    fn learn(&self, room: &RoomId, page: ThumbnailPage) {
        let mut rooms = self.rooms();
        let thumbnails = rooms.entry(room.clone()).or_default();
        thumbnails.total = Some(page.total);
        // A server that does not know the filter lists other files.
        let has_others = page.thumbnails.is_empty() && page.position_count > 0;
        thumbnails.is_refused = page.total == 0 || has_others;
        if let Some(span) = span(page.thumbnails.iter().filter_map(|one| one.uploaded_at)) {
            thumbnails.known.push(span);
        }
        for thumbnail in page.thumbnails {
            thumbnails
                .by_original
                .insert(thumbnail.original.clone(), thumbnail);
        }
    }
}

impl RoomThumbnails {
    fn covers(&self, wanted: Span) -> bool {
        let is_whole = self
            .total
            .is_some_and(|total| self.by_original.len() >= total);
        let mut known = self.known.iter();
        is_whole || known.any(|span| span.oldest <= wanted.oldest && wanted.newest <= span.newest)
    }
}
