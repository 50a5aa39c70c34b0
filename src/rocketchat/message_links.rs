//! Which image was sent with which message, as far as any answer or the websocket told.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::domain::{Message, MessageId, MessageKind, MessagePlace, UploadId};

/// Some megabytes: more images than anybody asks about in a sitting, and all that was read on
/// the way to them.
const CAPACITY: usize = 20_000;

/// Links from uploads to messages, of one session.
#[derive(Debug, Default)]
pub struct MessageLinks {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    places: HashMap<UploadId, MessagePlace>,
    order: VecDeque<UploadId>,
    /// Learned since somebody wrote down what was known.
    fresh: HashSet<UploadId>,
    has_stored: bool,
}

impl MessageLinks {
    /// Where the message of this upload is.
    pub fn place(&self, upload: &UploadId) -> Option<MessagePlace> {
        self.with(|known| known.places.get(upload).cloned())
    }

    /// Learns from messages that were read.
    pub fn learn(&self, messages: &[Message]) {
        self.with(|known| {
            for message in messages {
                if message.kind == MessageKind::Removed {
                    known.forget_message(&message.id);
                } else {
                    for upload in &message.uploads {
                        known.insert(upload, &message.place());
                    }
                }
            }
        });
    }

    /// Whether what was written down earlier is still to be put in: `true` once.
    pub fn wants_stored(&self) -> bool {
        self.with(|known| !std::mem::replace(&mut known.has_stored, true))
    }

    /// Puts in what was written down earlier; what was learned since is newer.
    pub fn put_stored(&self, stored: impl IntoIterator<Item = (UploadId, MessagePlace)>) {
        self.with(|known| {
            for (upload, place) in stored {
                if !known.places.contains_key(&upload) {
                    known.insert(&upload, &place);
                    known.fresh.remove(&upload);
                }
            }
        });
    }

    /// What was learned since the last time this was asked.
    pub fn take_fresh(&self) -> Vec<(UploadId, MessagePlace)> {
        self.with(|known| {
            let fresh = std::mem::take(&mut known.fresh);
            let mut learned: Vec<(UploadId, MessagePlace)> = fresh
                .into_iter()
                .filter_map(|upload| {
                    let place = known.places.get(&upload)?.clone();
                    Some((upload, place))
                })
                .collect();
            learned.sort_by(|(one, _), (other, _)| one.cmp(other));
            learned
        })
    }

    /// The message of this upload is another one than was thought, or gone.
    pub fn forget(&self, upload: &UploadId) {
        self.with(|known| known.places.remove(upload));
    }

    /// The message is gone.
    pub fn forget_message(&self, message: &MessageId) {
        self.with(|known| known.forget_message(message));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    fn insert(&mut self, upload: &UploadId, place: &MessagePlace) {
        let before = self.places.insert(upload.clone(), place.clone());
        if before.as_ref() != Some(place) {
            self.fresh.insert(upload.clone());
        }
        if before.is_some() {
            return;
        }
        self.order.push_back(upload.clone());
        if self.order.len() > CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.places.remove(&oldest);
            self.fresh.remove(&oldest);
        }
    }

    fn forget_message(&mut self, message: &MessageId) {
        self.places.retain(|_, place| place.message != *message);
    }
}
