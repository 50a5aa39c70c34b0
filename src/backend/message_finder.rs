//! From an image to the message that it was sent with.
//!
//! An upload does not say its message; only messages name their uploads. The cheapest way first:
//! what was read before, then the server's own lookup (from 8.9 on), then the history of the room
//! from the upload on: the message is written when its author has looked at the dialog, which may
//! be up to a day later. Its calls have a budget of their own, beside the one of listing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::link::{Next, SessionLink};
use super::reaction::Tries;
use crate::domain::{Message, MessageId, MessageKind, MessagePlace, Room, Upload, UploadId};
use crate::protocol::{FoundMessage, MessageTrouble};
use crate::rocketchat::{
    Client, ClientError, FileLookup, HISTORY_PAGE_SIZE, HistorySpan, MessageLinks, Replies,
};
use crate::storage::{Dirs, keep_message_links, stored_message_links};

/// Clocks of one server, but not of one process.
const BEFORE: SignedDuration = SignedDuration::from_secs(1);

/// Ends of the parts of the day after an upload that are read one after the other: most messages
/// come within minutes, and an unsent upload lives for 24 hours. The first part is short, since
/// servers give the newest messages of a part first.
const PART_ENDS: [SignedDuration; 5] = [
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
    SignedDuration::from_mins(40),
    SignedDuration::from_hours(4),
    SignedDuration::from_hours(24),
];

/// How many pages of history are read for one image: most of a minute's budget of ten.
const MAX_PAGES: usize = 9;

/// A page with fewer messages is the last of its part. The server's limit of a page may be lower
/// than what was asked for, but nobody sets it below this.
pub(super) const SURELY_LAST: usize = 25;

/// Searches that are remembered until they are gone on with: nobody has more of them open.
const MAX_UNFINISHED: usize = 100;

/// See the [module documentation](self).
pub(super) struct MessageFinder {
    link: Arc<SessionLink>,
    dirs: Dirs,
    /// How far searches came that did not end.
    unfinished: Mutex<HashMap<UploadId, Progress>>,
}

/// How far a search came.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    /// Parts of the day that were read.
    parts_done: usize,
    /// Of the part after them, what is not older than this was read.
    unread_until: Option<Timestamp>,
}

impl MessageFinder {
    pub(super) fn new(link: Arc<SessionLink>, dirs: Dirs) -> Self {
        Self {
            link,
            dirs,
            unfinished: Mutex::default(),
        }
    }

    /// What is known without asking.
    pub(super) fn links(&self) -> Arc<MessageLinks> {
        Arc::clone(self.link.last_client().message_links())
    }

    /// Puts in what an earlier run found.
    pub(super) async fn recall(&self) {
        let links = self.links();
        if !links.wants_stored() {
            return;
        }
        let (dirs, account) = (self.dirs.clone(), self.link.account.clone());
        let read = move || stored_message_links(&dirs, &account);
        // Only while the program ends there is no answer.
        if let Ok(stored) = tokio::task::spawn_blocking(read).await {
            links.put_stored(stored);
        }
    }

    /// Writes down what was found, for later runs.
    pub(super) async fn keep(&self) {
        let fresh = self.links().take_fresh();
        if fresh.is_empty() {
            return;
        }
        let (dirs, account) = (self.dirs.clone(), self.link.account.clone());
        let write = move || {
            if let Err(error) = keep_message_links(&dirs, &account, &fresh) {
                // It saves calls and nothing else.
                tracing::debug!(%error, "links to messages are not kept");
            }
        };
        tokio::task::spawn_blocking(write).await.ok();
    }

    /// Where the message of this image is.
    pub(super) async fn find(
        &self,
        room: &Room,
        upload: &Upload,
    ) -> Result<FoundMessage, MessageTrouble> {
        if let Some(place) = self.links().place(&upload.id) {
            let is_recalled = self.links().is_recalled(&upload.id);
            if !is_recalled || self.is_still_there(&place, upload).await {
                let message = None;
                return Ok(FoundMessage { place, message });
            }
        }
        let message = self.look_up(room, upload).await?;
        Ok(FoundMessage {
            place: message.place(),
            message: Some(Box::new(message)),
        })
    }

    /// Asks once about the link of an earlier run: its message may have been deleted meanwhile.
    async fn is_still_there(&self, place: &MessagePlace, upload: &Upload) -> bool {
        match self.message(&place.message).await {
            Ok(Some(now)) if now.carries(&upload.id) => {
                self.links().learn(&[now]);
                true
            }
            Ok(_) => {
                self.links().forget(&upload.id);
                false
            }
            // Nothing says that it is gone.
            Err(error) => {
                tracing::debug!(%error, "a link to a message is not confirmed");
                if says_no(&error) {
                    self.links().trust(&upload.id);
                }
                true
            }
        }
    }

    /// A message as it is now; none when it was deleted.
    pub(super) async fn message(&self, id: &MessageId) -> Result<Option<Message>, ClientError> {
        let asked = self.call(|client| async move { client.message(id).await });
        let message = asked.await?;
        Ok(message.filter(|message| message.kind != MessageKind::Removed))
    }

    /// The message of this image, of which nothing is known.
    pub(super) async fn look_up(
        &self,
        room: &Room,
        upload: &Upload,
    ) -> Result<Message, MessageTrouble> {
        let message = match self.ask_for(room, upload).await? {
            Some(message) => message,
            None => self.search(room, upload).await?,
        };
        self.links().learn(std::slice::from_ref(&message));
        Ok(message)
    }

    /// The server's own lookup. What it does not find, refuses, or finds in another room (where
    /// somebody forwarded the image to) may still be in the history.
    async fn ask_for(
        &self,
        room: &Room,
        upload: &Upload,
    ) -> Result<Option<Message>, MessageTrouble> {
        let id = &upload.id;
        let asked = self.call(|client| async move { client.message_of_file(id).await });
        match asked.await {
            Ok(FileLookup::Found(message)) if is_it(&message, room, upload) => Ok(Some(*message)),
            Ok(FileLookup::Found(_) | FileLookup::Nothing | FileLookup::NotOffered) => Ok(None),
            Err(error) if says_no(&error) => {
                tracing::debug!(%error, "no message by its file");
                Ok(None)
            }
            Err(error) => Err(MessageTrouble::Client(error)),
        }
    }

    /// Reads the history from the upload on, or from where an earlier try stopped.
    async fn search(&self, room: &Room, upload: &Upload) -> Result<Message, MessageTrouble> {
        let uploaded_at = upload.uploaded_at.ok_or(MessageTrouble::NoTime)?;
        let mut progress = self.progress(&upload.id).unwrap_or_default();
        for _ in 0..MAX_PAGES {
            let ends = PART_ENDS.map(|end| later(uploaded_at, end));
            let Some(end) = ends.get(progress.parts_done) else {
                break;
            };
            let before = progress.parts_done.checked_sub(1);
            let oldest = before.and_then(|part| ends.get(part).copied());
            let oldest = oldest.unwrap_or_else(|| later(uploaded_at, -BEFORE));
            let latest = progress.unread_until.unwrap_or(*end);
            let page = self.search_page(room, upload, (oldest, latest)).await?;
            progress = match page {
                Page::Found(message) => {
                    self.note_progress(&upload.id, None);
                    return Ok(*message);
                }
                Page::MoreBefore(first) => Progress {
                    unread_until: Some(first),
                    ..progress
                },
                Page::Last => Progress {
                    parts_done: progress.parts_done + 1,
                    unread_until: None,
                },
            };
            self.note_progress(&upload.id, Some(progress));
        }
        if progress.parts_done < PART_ENDS.len() {
            return Err(MessageTrouble::TooMuchWritten);
        }
        self.note_progress(&upload.id, None);
        Err(MessageTrouble::NotThere)
    }

    /// Reads the newest page of a part of the history: servers know no other order.
    async fn search_page(
        &self,
        room: &Room,
        upload: &Upload,
        (oldest, latest): (Timestamp, Timestamp),
    ) -> Result<Page, MessageTrouble> {
        let span = HistorySpan {
            oldest: Some(oldest),
            latest: Some(latest),
            count: HISTORY_PAGE_SIZE,
            replies: Replies::Included,
        };
        let page = self.history(room, span).await?;
        let carrying = page.iter().filter(|message| is_it(message, room, upload));
        // Sent twice, the first is what the image was posted with.
        if let Some(message) = carrying.min_by_key(|message| message.sent_at) {
            return Ok(Page::Found(Box::new(message.clone())));
        }
        let first = page.iter().filter_map(|message| message.sent_at).min();
        Ok(match first {
            Some(first) if page.len() >= SURELY_LAST && first < latest => Page::MoreBefore(first),
            _ => Page::Last,
        })
    }

    fn progress(&self, upload: &UploadId) -> Option<Progress> {
        let unfinished = self.unfinished.lock();
        let unfinished = unfinished.unwrap_or_else(PoisonError::into_inner);
        unfinished.get(upload).copied()
    }

    fn note_progress(&self, upload: &UploadId, progress: Option<Progress>) {
        let unfinished = self.unfinished.lock();
        let mut unfinished = unfinished.unwrap_or_else(PoisonError::into_inner);
        let Some(progress) = progress else {
            unfinished.remove(upload);
            return;
        };
        if unfinished.len() >= MAX_UNFINISHED && !unfinished.contains_key(upload) {
            unfinished.clear();
        }
        unfinished.insert(upload.clone(), progress);
    }

    /// A part of the room's history; what it tells of images is remembered.
    pub(super) async fn history(
        &self,
        room: &Room,
        span: HistorySpan,
    ) -> Result<Vec<Message>, MessageTrouble> {
        let read = self.call(|client| async move { client.history(room, span).await });
        let mut messages = read.await.map_err(MessageTrouble::Client)?;
        messages.retain(|message| is_in(message, room));
        self.links().learn(&messages);
        Ok(messages)
    }

    /// Asks until there is an answer, a final refusal, or nobody waits any more.
    pub(super) async fn call<T, Asking>(
        &self,
        ask: impl Fn(Arc<Client>) -> Asking,
    ) -> Result<T, ClientError>
    where
        Asking: Future<Output = Result<T, ClientError>>,
    {
        let mut tries = Tries::new(&self.link.timings);
        loop {
            let client = self.link.client().await;
            let error = match ask(Arc::clone(&client)).await {
                Ok(answer) => {
                    self.link.monitor.reached();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let next = self.link.after_failure(&client, &error, &mut tries);
            if next.await == Next::GiveUp {
                return Err(error);
            }
        }
    }
}

/// What a page of the history brought.
enum Page {
    Found(Box<Message>),
    /// Not the message; what was written before this is still to be read.
    MoreBefore(Timestamp),
    /// Not the message, and nothing is left of this part.
    Last,
}

fn is_it(message: &Message, room: &Room, upload: &Upload) -> bool {
    message.carries(&upload.id) && is_in(message, room) && message.kind != MessageKind::Removed
}

/// Answers of one room's history may leave it out.
fn is_in(message: &Message, room: &Room) -> bool {
    message.room == room.id || message.room.as_str().is_empty()
}

/// An answer about this file, and not about asking at all.
const fn says_no(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Forbidden
            | ClientError::NotFound
            | ClientError::Refused { .. }
            | ClientError::Malformed { .. }
            | ClientError::ServerFault { .. }
    )
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(time)
}
