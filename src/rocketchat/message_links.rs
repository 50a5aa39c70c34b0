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
    /// The ones learned first come first, and are the first to go.
    order: VecDeque<UploadId>,
    /// Learned or lost since somebody wrote down what was known.
    fresh: HashSet<UploadId>,
    /// Of an earlier run, and not confirmed in this one.
    recalled: HashSet<UploadId>,
    /// Gone before what was written down earlier was put in.
    gone: HashSet<MessageId>,
    stored: Stored,
}

/// What was written down earlier.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stored {
    #[default]
    Wanted,
    OnItsWay,
    PutIn,
}

impl MessageLinks {
    /// Where the message of this upload is.
    pub fn place(&self, upload: &UploadId) -> Option<MessagePlace> {
        self.with(|known| known.places.get(upload).cloned())
    }

    /// Whether its place is known from an earlier run only: the message may be gone.
    pub fn is_recalled(&self, upload: &UploadId) -> bool {
        self.with(|known| known.recalled.contains(upload))
    }

    /// The server was asked about its place, and has nothing against it.
    pub fn trust(&self, upload: &UploadId) {
        self.with(|known| known.recalled.remove(upload));
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
        self.with(|known| {
            let is_wanted = known.stored == Stored::Wanted;
            if is_wanted {
                known.stored = Stored::OnItsWay;
            }
            is_wanted
        })
    }

    /// Puts in what was written down earlier, the latest first; what was learned since is newer.
    pub fn put_stored(&self, stored: impl IntoIterator<Item = (UploadId, MessagePlace)>) {
        self.with(|known| {
            for (upload, place) in stored {
                known.recall(upload, place);
            }
            known.stored = Stored::PutIn;
            known.gone = HashSet::new();
        });
    }

    /// What was learned since the last time this was asked: where the message is now, or that it
    /// is gone.
    pub fn take_fresh(&self) -> Vec<(UploadId, Option<MessagePlace>)> {
        self.with(|known| {
            let fresh = std::mem::take(&mut known.fresh).into_iter();
            let mut learned: Vec<(UploadId, Option<MessagePlace>)> = fresh
                .map(|upload| {
                    let place = known.places.get(&upload).cloned();
                    (upload, place)
                })
                .collect();
            learned.sort_by(|(one, _), (other, _)| one.cmp(other));
            learned
        })
    }

    /// The message of this upload is another one than was thought, or gone.
    pub fn forget(&self, upload: &UploadId) {
        self.with(|known| {
            let is_it = |other: &UploadId, _: &MessagePlace| other == upload;
            known.forget_where(is_it);
        });
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
        self.recalled.remove(upload);
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
            self.recalled.remove(&oldest);
        }
    }

    /// It is older than all that is known already.
    fn recall(&mut self, upload: UploadId, place: MessagePlace) {
        if self.gone.contains(&place.message) {
            self.fresh.insert(upload);
        } else if self.order.len() < CAPACITY && !self.places.contains_key(&upload) {
            self.order.push_front(upload.clone());
            self.recalled.insert(upload.clone());
            self.places.insert(upload, place);
        }
    }

    fn forget_message(&mut self, message: &MessageId) {
        // As many as there could be links to them.
        if self.stored != Stored::PutIn && self.gone.len() < CAPACITY {
            self.gone.insert(message.clone());
        }
        self.forget_where(|_, place| place.message == *message);
    }

    fn forget_where(&mut self, is_it: impl Fn(&UploadId, &MessagePlace) -> bool) {
        let lost: HashSet<UploadId> = self
            .places
            .extract_if(|upload, place| is_it(upload, place))
            .map(|(upload, _)| upload)
            .collect();
        if lost.is_empty() {
            return;
        }
        self.order.retain(|upload| !lost.contains(upload));
        self.recalled.retain(|upload| !lost.contains(upload));
        self.fresh.extend(lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(upload: &str, message: &str) -> (UploadId, MessagePlace) {
        let place = MessagePlace {
            message: MessageId::from(message),
            thread: None,
        };
        (UploadId::from(upload), place)
    }

    fn message_of(links: &MessageLinks, upload: &str) -> Option<String> {
        let place = links.place(&UploadId::from(upload))?;
        Some(place.message.to_string())
    }

    fn insert(links: &MessageLinks, (upload, place): &(UploadId, MessagePlace)) {
        links.with(|known| known.insert(upload, place));
    }

    #[test]
    fn what_was_learned_in_this_run_stays_and_of_the_stored_the_latest() {
        let links = MessageLinks::default();
        insert(&links, &link("now", "m"));
        let stored = (0..CAPACITY + 5).map(|n| link(&format!("stored{n}"), "m"));
        links.put_stored(stored);
        assert!(message_of(&links, "now").is_some());
        assert!(message_of(&links, "stored0").is_some(), "the latest");
        let last = format!("stored{}", CAPACITY - 2);
        assert!(message_of(&links, &last).is_some());
        assert_eq!(message_of(&links, &format!("stored{}", CAPACITY - 1)), None);
        // The oldest goes for the next one.
        insert(&links, &link("later", "m"));
        assert_eq!(message_of(&links, &last), None);
        for kept in ["now", "later", "stored0"] {
            assert!(message_of(&links, kept).is_some(), "{kept}");
        }
    }

    #[test]
    fn what_was_forgotten_and_learned_again_is_not_lost_with_its_first_place() {
        let links = MessageLinks::default();
        insert(&links, &link("again", "m"));
        links.forget(&UploadId::from("again"));
        insert(&links, &link("other", "m"));
        insert(&links, &link("again", "m2"));
        for n in 0..CAPACITY - 1 {
            insert(&links, &link(&format!("up{n}"), "m"));
        }
        assert_eq!(message_of(&links, "other"), None);
        assert_eq!(message_of(&links, "again").as_deref(), Some("m2"));
    }

    #[test]
    fn what_is_gone_is_told_once_to_be_written_down() {
        let links = MessageLinks::default();
        links.forget_message(&MessageId::from("gone before"));
        assert_eq!(links.take_fresh(), []);
        links.put_stored([link("a", "m1"), link("b", "gone before"), link("c", "m3")]);
        assert_eq!(message_of(&links, "b"), None);
        links.forget_message(&MessageId::from("m1"));
        links.forget(&UploadId::from("c"));
        links.forget(&UploadId::from("never known"));
        let gone = ["a", "b", "c"].map(|upload| (UploadId::from(upload), None));
        assert_eq!(links.take_fresh(), gone);
        assert_eq!(links.take_fresh(), []);
    }

    #[test]
    fn what_is_of_an_earlier_run_is_told_apart_until_it_is_learned_anew() {
        let links = MessageLinks::default();
        let upload = UploadId::from("a");
        links.put_stored([link("a", "m1")]);
        assert!(links.is_recalled(&upload));
        assert_eq!(links.take_fresh(), []);
        insert(&links, &link("a", "m1"));
        assert!(!links.is_recalled(&upload));
        assert_eq!(links.take_fresh(), [], "it is written down already");
    }
}
