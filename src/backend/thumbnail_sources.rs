//! The thumbnails that the server made itself: which of them belongs to which image.
//!
//! An upload does not name its thumbnail, but a listing of thumbnails names their originals.
//! Both lists are ordered by time, so a page of images says where to look: at the same part
//! of the other list. Never more than two listings for a hundred images, and never a wait for
//! the server's budget: an original is slower than a thumbnail, but a minute is slower still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use super::link::SessionLink;
use super::people::PeopleDesk;
use super::reaction::{Reaction, reaction};
use crate::domain::{LISTING_PAGE_SIZE, Room, RoomId, Upload, UploadId, UploadPage};
use crate::protocol::{Event, Wanted};
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
    total: Option<usize>,
    /// Times between which every thumbnail is known, newest first in each.
    known: Vec<Span>,
    by_original: HashMap<UploadId, Thumbnail>,
    /// Pages of images that were seen and not looked after yet, the last one first.
    pending: Vec<SeenPage>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    newest: Timestamp,
    oldest: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct SeenPage {
    offset: usize,
    image_total: usize,
    span: Span,
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
                        link.events.send(Event::PeopleResolved(named)).await;
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
        thumbnails.is_refused = page.total == 0;
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
        let is_whole = self.total.is_some_and(|total| self.by_original.len() >= total);
        let mut known = self.known.iter();
        is_whole || known.any(|span| span.oldest <= wanted.oldest && wanted.newest <= span.newest)
    }
}

fn span(times: impl Iterator<Item = Timestamp>) -> Option<Span> {
    times.fold(None, |span, at| {
        let (newest, oldest) = span.map_or((at, at), |span: Span| (span.newest, span.oldest));
        Some(Span {
            newest: newest.max(at),
            oldest: oldest.min(at),
        })
    })
}

/// The same part of the list of thumbnails; the same offset while its length is not known.
fn first_offset(seen: SeenPage, total: Option<usize>) -> usize {
    match total {
        Some(total) if seen.image_total > 0 => seen.offset * total / seen.image_total,
        Some(_) | None => seen.offset,
    }
}

/// Where to look for what this answer did not reach.
fn next_offset(seen: SeenPage, offset: usize, page: &ThumbnailPage) -> Option<usize> {
    let Some(read) = span(page.thumbnails.iter().filter_map(|one| one.uploaded_at)) else {
        // Behind the end: now its place is known.
        let better = first_offset(seen, Some(page.total));
        return (better < offset && page.total > 0).then_some(better);
    };
    let end = offset + page.position_count;
    if seen.span.oldest < read.oldest && end < page.total {
        Some(end)
    } else if seen.span.newest > read.newest && offset > 0 {
        Some(offset.saturating_sub(LISTING_PAGE_SIZE))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(offset: usize, image_total: usize, newest: i64, oldest: i64) -> SeenPage {
        SeenPage {
            offset,
            image_total,
            span: Span {
                newest: at(newest),
                oldest: at(oldest),
            },
        }
    }

    fn page(seconds: std::ops::Range<i64>, total: usize) -> ThumbnailPage {
        let position_count = seconds.clone().count();
        let thumbnails = seconds.rev().map(|second| Thumbnail {
            original: UploadId::from(format!("original{second}")),
            id: UploadId::from(format!("thumbnail{second}")),
            name: "thumb-a.jpg".to_owned(),
            size: None,
            dimensions: None,
            uploaded_at: Some(at(second)),
        });
        ThumbnailPage {
            thumbnails: thumbnails.collect(),
            position_count,
            total,
            people: Vec::new(),
        }
    }

    #[test]
    fn the_search_begins_at_the_same_part_of_the_other_list() {
        assert_eq!(first_offset(seen(500, 1000, 9, 1), Some(400)), 200);
        assert_eq!(first_offset(seen(500, 1000, 9, 1), None), 500);
    }

    #[test]
    fn the_search_goes_on_where_the_answer_ended() {
        let wanted = seen(300, 1000, 700, 600);
        assert_eq!(next_offset(wanted, 300, &page(650..750, 1000)), Some(400));
        assert_eq!(next_offset(wanted, 300, &page(550..650, 1000)), Some(200));
        assert_eq!(next_offset(wanted, 300, &page(590..710, 1000)), None);
        assert_eq!(next_offset(wanted, 300, &page(0..0, 100)), Some(30));
    }
}
