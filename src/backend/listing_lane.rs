//! One listing request at a time: the windows the view lacks, then those of saves.
//!
//! The server allows ten a minute, so the lane decides anew before each request what is worth
//! it most. A request that was sent is not aborted: the server has counted it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::link::{Next, SessionLink};
use super::people::PeopleDesk;
use super::reaction::{Reaction, Tries, reaction};
use super::thumbnail_sources::ThumbnailSources;
use crate::domain::{ListingWindow, Room, RoomId, UploadId, UploadPage};
use crate::protocol::{Event, Generation, Wanted};
use crate::rocketchat::ClientError;

/// A window that a save asks for.
pub(super) struct WindowRequest {
    pub(super) room: Room,
    pub(super) window: ListingWindow,
    pub(super) anchor: Option<UploadId>,
    pub(super) answer: oneshot::Sender<Result<UploadPage, ClientError>>,
}

/// What a window is asked for: for the view of a generation, or for a save.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    generation: Option<Generation>,
    room: RoomId,
    anchor: Option<UploadId>,
    window: ListingWindow,
}

/// The next thing to ask for.
struct Question {
    key: Key,
    room: Room,
}

/// When an answered window that is still wanted counts as wanted anew.
struct Answered {
    again_at: Instant,
    pause: Duration,
}

pub(super) struct ListingLane {
    pub(super) link: Arc<SessionLink>,
    pub(super) wanted: watch::Receiver<Wanted>,
    pub(super) requests: mpsc::Receiver<WindowRequest>,
    pub(super) people: PeopleDesk,
    pub(super) thumbnails: Arc<ThumbnailSources>,
    memory: Memory,
}

#[derive(Default)]
struct Memory {
    waiting: VecDeque<WindowRequest>,
    answered: HashMap<Key, Answered>,
    tries: HashMap<Key, Tries>,
    limited_until: Option<Instant>,
    /// The server failed by chance: nothing is asked before.
    paused_until: Option<Instant>,
}

impl ListingLane {
    pub(super) fn new(
        link: Arc<SessionLink>,
        wanted: watch::Receiver<Wanted>,
        requests: mpsc::Receiver<WindowRequest>,
        people: PeopleDesk,
        thumbnails: Arc<ThumbnailSources>,
    ) -> Self {
        Self {
            link,
            wanted,
            requests,
            people,
            thumbnails,
            memory: Memory::default(),
        }
    }

    pub(super) async fn run(mut self) {
        let cancel = self.link.cancel.clone();
        while cancel.run_until_cancelled(self.step()).await.is_some() {}
    }

    async fn step(&mut self) {
        while let Ok(request) = self.requests.try_recv() {
            self.memory.waiting.push_back(request);
        }
        match self.next_question() {
            None => {
                self.end_limit();
                self.wait_for_work().await;
            }
            Some(question) if self.is_free() => self.ask(question).await,
            Some(_) => self.wait_for_server().await,
        }
    }

    fn next_question(&mut self) -> Option<Question> {
        let wanted = self.wanted.borrow_and_update().clone();
        let view = wanted.room.as_ref().map(|room| {
            let key_of = |window: &ListingWindow| Key {
                generation: Some(wanted.generation),
                room: room.id.clone(),
                anchor: wanted.anchor.clone(),
                window: *window,
            };
            (room, wanted.windows.iter().map(key_of).collect::<Vec<_>>())
        });
        let keys = view.as_ref().map_or(&[][..], |(_, keys)| keys);
        let is_kept = |key: &Key| key.generation.is_none() || keys.contains(key);
        self.memory.answered.retain(|key, _| is_kept(key));
        self.memory.tries.retain(|key, _| is_kept(key));
        let now = Instant::now();
        let answered = &self.memory.answered;
        let is_new = |key: &&Key| !answered.contains_key(*key);
        let is_due = |key: &&Key| answered.get(*key).is_some_and(|one| one.again_at <= now);
        if let Some((room, keys)) = &view
            && let Some(key) = keys
                .iter()
                .find(is_new)
                .or_else(|| keys.iter().find(is_due))
        {
            return Some(Question {
                key: key.clone(),
                room: (*room).clone(),
            });
        }
        self.memory
            .waiting
            .retain(|request| !request.answer.is_closed());
        let request = self.memory.waiting.front()?;
        Some(Question {
            key: Key {
                generation: None,
                room: request.room.id.clone(),
                anchor: request.anchor.clone(),
                window: request.window,
            },
            room: request.room.clone(),
        })
    }

    /// Whether nothing stands in the way of a request.
    fn is_free(&mut self) -> bool {
        let now = Instant::now();
        let is_over = |until: &Instant| *until <= now;
        if self.memory.limited_until.as_ref().is_some_and(is_over) {
            self.end_limit();
        }
        self.memory.paused_until.take_if(|until| is_over(until));
        self.memory.limited_until.is_none()
            && self.memory.paused_until.is_none()
            && self.link.is_alive()
            && !self.link.monitor.is_offline()
    }

    fn end_limit(&mut self) {
        if self.memory.limited_until.take().is_some() {
            self.link.monitor.limited(None);
        }
    }

    /// Waits for the end of what stands in the way, or for another wish.
    async fn wait_for_server(&mut self) {
        let link = Arc::clone(&self.link);
        let until = self.memory.limited_until.max(self.memory.paused_until);
        let free = async {
            link.client().await;
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => link.monitor.online().await,
            }
        };
        self.wait(free).await;
    }

    async fn wait_for_work(&mut self) {
        let answered = self.memory.answered.values();
        let again_at = answered.map(|answered| answered.again_at).min();
        let again = async {
            match again_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        self.wait(again).await;
    }

    async fn wait(&mut self, reason: impl Future<Output = ()>) {
        tokio::select! {
            () = reason => {}
            // A window that is gone wishes nothing anew; the lane ends with its link.
            Ok(()) = self.wanted.changed() => {}
            Some(request) = self.requests.recv() => self.memory.waiting.push_back(request),
        }
    }

    async fn ask(&mut self, question: Question) {
        let client = self.link.client().await;
        let Question { key, room } = &question;
        tracing::debug!(room = %room.id, window = ?key.window, for_view = key.generation.is_some(), "listing");
        let result = client
            .image_window(room, key.window, key.anchor.as_ref())
            .await;
        match result {
            Ok(page) => {
                self.link.monitor.reached();
                self.people.learn(&page);
                if key.generation.is_some() {
                    self.thumbnails.expect(room, key.window.offset(), &page);
                }
                self.answer(question, Ok(page)).await;
            }
            Err(ClientError::RateLimited { retry_after }) => {
                let until = Instant::now() + retry_after;
                self.memory.limited_until = Some(until);
                self.link.monitor.limited(Some(until.into_std()));
            }
            Err(error) => {
                tracing::debug!(%error, "listing failed");
                let mut tries = self.tries(&question.key);
                match reaction(&error) {
                    Reaction::Reconnect => self.link.monitor.lost(),
                    Reaction::TryAgain => match tries.pause() {
                        Some(pause) => {
                            self.memory.tries.insert(question.key, tries);
                            self.memory.paused_until = Some(Instant::now() + pause);
                        }
                        None => self.answer(question, Err(error)).await,
                    },
                    Reaction::CheckSession => match self.link.check_session(&client, None).await {
                        Next::Again => {}
                        Next::GiveUp => self.answer(question, Err(error)).await,
                    },
                    Reaction::WaitFor(_) | Reaction::GiveUp => {
                        self.answer(question, Err(error)).await;
                    }
                }
            }
        }
    }

    fn tries(&self, key: &Key) -> Tries {
        let known = self.memory.tries.get(key).copied();
        known.unwrap_or_else(|| Tries::new(&self.link.timings))
    }

    async fn answer(&mut self, question: Question, result: Result<UploadPage, ClientError>) {
        let key = question.key;
        self.memory.tries.remove(&key);
        let Some(generation) = key.generation else {
            if let Some(request) = self.memory.waiting.pop_front() {
                // A save that was cancelled meanwhile wants no answer.
                request.answer.send(result).ok();
            }
            return;
        };
        let (window, anchor) = (key.window, key.anchor.clone());
        let first_pause = self.link.timings.answered_again_after;
        let before = self.memory.answered.get(&key);
        let pause = before.map_or(first_pause, |before| before.pause.saturating_mul(2));
        let event = Event::PageLoaded {
            generation,
            window,
            anchor,
            result,
        };
        self.link.events.send(event).await;
        let again_at = Instant::now() + pause;
        self.memory
            .answered
            .insert(key, Answered { again_at, pause });
    }
}
