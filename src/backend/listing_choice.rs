//! Which window to ask for next: the view's once they rest, then those of saves.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::page_memory::{PageAddress, PageMemory, Reader};
use super::reaction::Tries;
use crate::domain::{ListingWindow, Room, UploadId, UploadPage};
use crate::protocol::{Generation, Wanted};
use crate::rocketchat::ClientError;

/// Of how many windows it is noted since when they are wanted: those on screen and the next.
const MAX_RESTING: usize = 4;

/// A window that a save asks for.
pub(super) struct WindowRequest {
    pub(super) room: Room,
    pub(super) window: ListingWindow,
    pub(super) anchor: Option<UploadId>,
    pub(super) answer: oneshot::Sender<Result<UploadPage, ClientError>>,
}

impl WindowRequest {
    fn address(&self) -> PageAddress {
        PageAddress {
            room: self.room.id.clone(),
            anchor: self.anchor.clone(),
            window: self.window,
        }
    }
}

/// What a window is asked for: for the view of a generation, or for a save.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) generation: Option<Generation>,
    pub(super) address: PageAddress,
}

impl Key {
    pub(super) const fn reader(&self) -> Reader {
        match self.generation {
            Some(_) => Reader::View,
            None => Reader::Save,
        }
    }
}

/// The next thing to ask for.
#[derive(Clone)]
pub(super) struct Question {
    pub(super) key: Key,
    pub(super) room: Room,
}

/// When an answered window that is still wanted counts as wanted anew.
struct Answered {
    again_at: Instant,
    pause: Duration,
}

/// What is wanted, and what became of it.
#[derive(Default)]
pub(super) struct Choice {
    waiting: VecDeque<WindowRequest>,
    answered: HashMap<Key, Answered>,
    tries: HashMap<Key, Tries>,
    /// Since when the windows that come next are wanted.
    resting: HashMap<Key, Instant>,
    was_for_view: bool,
    pub(super) pages: PageMemory,
}

/// What there is to do.
pub(super) enum Next {
    Ask(Box<Question>),
    /// Nothing before this time, unless something else is wanted.
    WaitUntil(Option<Instant>),
}

impl Choice {
    pub(super) fn request(&mut self, request: WindowRequest) {
        self.waiting.push_back(request);
    }

    pub(super) fn next(&mut self, wanted: &Wanted, rest: Duration) -> Next {
        let keys = keys_of(wanted);
        let is_kept = |key: &Key| key.generation.is_none() || keys.contains(key);
        self.answered.retain(|key, _| is_kept(key));
        self.tries.retain(|key, _| is_kept(key));
        self.waiting.retain(|request| !request.answer.is_closed());
        let candidate = self.view_candidate(&keys, rest);
        let saves = self.waiting.front().map(|request| Question {
            key: Key {
                generation: None,
                address: request.address(),
            },
            room: request.room.clone(),
        });
        match (candidate, &wanted.room, saves) {
            (Ok(Some(key)), Some(room), saves) => {
                let key = self.shared(&keys, saves.as_ref()).unwrap_or(key);
                let room = room.clone();
                Next::Ask(Box::new(Question { key, room }))
            }
            (_, _, Some(saves)) => Next::Ask(Box::new(saves)),
            (Err(rested_at), _, None) => Next::WaitUntil(Some(rested_at)),
            (Ok(_), _, None) => {
                let again_at = self.answered.values().map(|answered| answered.again_at);
                Next::WaitUntil(again_at.min())
            }
        }
    }

    /// The view's next window, or when it will have rested. While the scrollbar is dragged,
    /// windows pass that nobody looks at.
    fn view_candidate(&mut self, keys: &[Key], rest: Duration) -> Result<Option<Key>, Instant> {
        let now = Instant::now();
        let new = keys.iter().filter(|key| !self.answered.contains_key(*key));
        let next: Vec<&Key> = new.take(MAX_RESTING).collect();
        self.resting.retain(|key, _| next.contains(&key));
        for key in &next {
            if !self.resting.contains_key(*key) {
                self.resting.insert((*key).clone(), now);
            }
        }
        let Some(first) = next.first() else {
            let is_due = |key: &&Key| {
                let answered = self.answered.get(*key);
                answered.is_some_and(|one| one.again_at <= now)
            };
            return Ok(keys.iter().find(is_due).cloned());
        };
        let since = self.resting.get(*first).copied().unwrap_or(now);
        // Nothing is there to scroll in before the first page.
        if first.address.anchor.is_none() || since + rest <= now {
            Ok(Some((*first).clone()))
        } else {
            Err(since + rest)
        }
    }

    /// Every other time the window that a save waits for, if the view lacks it, too: one call
    /// for both, and neither waits for all of the other's.
    fn shared(&self, keys: &[Key], saves: Option<&Question>) -> Option<Key> {
        let address = &saves.filter(|_| self.was_for_view)?.key.address;
        let key = keys.iter().find(|key| key.address == *address)?;
        (!self.answered.contains_key(key)).then(|| key.clone())
    }

    /// What came a moment ago for somebody else.
    pub(super) fn remembered(&mut self, key: &Key) -> Option<UploadPage> {
        // Who wants it anew does not want the same again.
        if self.answered.contains_key(key) {
            return None;
        }
        self.pages.take(&key.address, key.reader())
    }

    pub(super) fn tries(&self, key: &Key, first: Tries) -> Tries {
        self.tries.get(key).copied().unwrap_or(first)
    }

    pub(super) fn failed(&mut self, key: Key, tries: Tries) {
        self.tries.insert(key, tries);
    }

    /// Answers the saves that wait for this window. Whether there were any.
    pub(super) fn answer_saves(
        &mut self,
        address: &PageAddress,
        result: &Result<UploadPage, ClientError>,
    ) -> bool {
        self.was_for_view = false;
        let mut is_served = false;
        for request in std::mem::take(&mut self.waiting) {
            if request.address() == *address {
                // A save that was cancelled meanwhile wants no answer.
                is_served |= request.answer.send(result.clone()).is_ok();
            } else {
                self.waiting.push_back(request);
            }
        }
        is_served
    }

    /// The view was answered.
    pub(super) fn answered(&mut self, key: Key, first_pause: Duration) {
        self.was_for_view = true;
        self.tries.remove(&key);
        let before = self.answered.get(&key);
        let pause = before.map_or(first_pause, |before| before.pause.saturating_mul(2));
        let again_at = Instant::now() + pause;
        self.answered.insert(key, Answered { again_at, pause });
    }

    /// The save behind this key was answered.
    pub(super) fn forget_tries(&mut self, key: &Key) {
        self.tries.remove(key);
    }

    /// As whom the view wants this window now, if it does and was not answered.
    pub(super) fn view_key(&self, wanted: &Wanted, address: &PageAddress) -> Option<Key> {
        let is_open = wanted.room.as_ref().map(|room| &room.id) == Some(&address.room)
            && wanted.anchor == address.anchor
            && (wanted.windows.contains(&address.window) || wanted.later.contains(&address.window));
        let key = Key {
            generation: Some(wanted.generation),
            address: address.clone(),
        };
        (is_open && !self.answered.contains_key(&key)).then_some(key)
    }
}

fn keys_of(wanted: &Wanted) -> Vec<Key> {
    let Some(room) = &wanted.room else {
        return Vec::new();
    };
    let windows = wanted.windows.iter().chain(&wanted.later);
    windows
        .map(|window| Key {
            generation: Some(wanted.generation),
            address: PageAddress {
                room: room.id.clone(),
                anchor: wanted.anchor.clone(),
                window: *window,
            },
        })
        .collect()
}
