//! One listing request at a time: the windows the view lacks, then those of saves.
//!
//! The server allows ten a minute, so the lane decides anew before each request what is worth
//! it most. A request that was sent is not aborted: the server has counted it.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::library::LibraryDesk;
use super::link::{Next as Reacted, SessionLink};
use super::listing_choice::{Choice, Key, Next, Question, WindowRequest};
use super::page_memory::{Origin, PageAddress, Reader};
use super::people::PeopleDesk;
use super::reaction::{Reaction, Tries, reaction};
use super::thumbnail_sources::ThumbnailSources;
use crate::domain::{Room, UploadPage};
use crate::protocol::{Event, Wanted};
use crate::rocketchat::{Client, ClientError};
use crate::storage::PageReading;

pub(super) struct ListingLane {
    pub(super) link: Arc<SessionLink>,
    pub(super) wanted: watch::Receiver<Wanted>,
    pub(super) requests: mpsc::Receiver<WindowRequest>,
    pub(super) people: PeopleDesk,
    pub(super) thumbnails: Arc<ThumbnailSources>,
    library: Arc<LibraryDesk>,
    choice: Choice,
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
        library: Arc<LibraryDesk>,
    ) -> Self {
        Self {
            link,
            wanted,
            requests,
            people,
            thumbnails,
            library,
            choice: Choice::default(),
            limited_until: None,
            paused_until: None,
        }
    }

    pub(super) async fn run(mut self) {
        let cancel = self.link.cancel.clone();
        while cancel.run_until_cancelled(self.step()).await.is_some() {}
    }

    async fn step(&mut self) {
        while let Ok(request) = self.requests.try_recv() {
            self.choice.request(request);
        }
        let wanted = self.wanted.borrow_and_update().clone();
        let rest = self.link.timings.listing_rest;
        match self.choice.next(&wanted, rest) {
            Next::WaitUntil(until) => {
                if wanted.windows.is_empty() {
                    self.end_limit();
                }
                self.wait_until(until).await;
            }
            Next::Ask(question) => match self.choice.remembered(&question.key) {
                Some(page) => self.answer(*question, Ok(page), Origin::Memory).await,
                None if self.is_free() => self.ask(*question).await,
                None => self.wait_for_server().await,
            },
        }
    }

    /// Whether nothing stands in the way of a request.
    fn is_free(&mut self) -> bool {
        let now = Instant::now();
        let is_over = |until: &Instant| *until <= now;
        if self.limited_until.as_ref().is_some_and(is_over) {
            self.end_limit();
        }
        self.paused_until.take_if(|until| is_over(until));
        self.limited_until.is_none()
            && self.paused_until.is_none()
            && self.link.is_alive()
            && !self.link.monitor.is_offline()
    }

    fn end_limit(&mut self) {
        if self.limited_until.take().is_some() {
            self.link.monitor.limited(None);
        }
    }

    /// Waits for the end of what stands in the way, or for another wish.
    async fn wait_for_server(&mut self) {
        let link = Arc::clone(&self.link);
        let until = self.limited_until.max(self.paused_until);
        let free = async {
            link.client().await;
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => link.monitor.online().await,
            }
        };
        self.wait(free).await;
    }

    async fn wait_until(&mut self, until: Option<Instant>) {
        let reason = async {
            match until {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        self.wait(reason).await;
    }

    async fn wait(&mut self, reason: impl Future<Output = ()>) {
        tokio::select! {
            () = reason => {}
            // A window that is gone wishes nothing anew; the lane ends with its link.
            Ok(()) = self.wanted.changed() => {}
            Some(request) = self.requests.recv() => self.choice.request(request),
        }
    }

    async fn ask(&mut self, question: Question) {
        let client = self.link.client().await;
        let Question { key, room } = &question;
        let address = &key.address;
        tracing::debug!(room = %room.id, window = ?address.window, reader = ?key.reader(), "listing");
        let result = client
            .image_window(room, address.window, address.anchor.as_ref())
            .await;
        match result {
            Ok(page) => {
                self.link.monitor.reached();
                self.people.learn(&page);
                self.choice.pages.note(address, &page);
                let reading = PageReading {
                    room: room.id.clone(),
                    anchor: address.anchor.clone(),
                    window: address.window,
                    page: page.clone(),
                };
                self.library.keep_page(reading).await;
                self.answer(question, Ok(page), Origin::Server).await;
            }
            Err(error) => self.failed(question, error, &client).await,
        }
    }

    async fn failed(&mut self, question: Question, error: ClientError, client: &Arc<Client>) {
        if let ClientError::RateLimited { retry_after } = error {
            let until = Instant::now() + retry_after;
            self.limited_until = Some(until);
            self.link.monitor.limited(Some(until.into_std()));
            return;
        }
        tracing::debug!(%error, "listing failed");
        match reaction(&error) {
            Reaction::Reconnect => self.link.monitor.lost(),
            Reaction::TryAgain => {
                let first = Tries::new(&self.link.timings);
                let mut tries = self.choice.tries(&question.key, first);
                match tries.pause() {
                    Some(pause) => {
                        self.choice.failed(question.key, tries);
                        self.paused_until = Some(Instant::now() + pause);
                    }
                    None => self.answer(question, Err(error), Origin::Server).await,
                }
            }
            Reaction::CheckSession => match self.link.check_session(client, None).await {
                Reacted::Again => {}
                Reacted::GiveUp => self.answer(question, Err(error), Origin::Server).await,
            },
            Reaction::WaitFor(_) | Reaction::GiveUp => {
                self.answer(question, Err(error), Origin::Server).await;
            }
        }
    }

    /// Answers who asked, and who wants the same; what one of them may want soon is kept.
    async fn answer(
        &mut self,
        question: Question,
        result: Result<UploadPage, ClientError>,
        origin: Origin,
    ) {
        let address = question.key.address.clone();
        let is_for_view = question.key.reader() == Reader::View;
        // Somebody else's failure is not an answer: each asks as often as is right for it.
        let has_served_saves =
            (!is_for_view || result.is_ok()) && self.choice.answer_saves(&address, &result);
        self.choice.forget_tries(&question.key);
        let view_key = if is_for_view {
            Some(question.key)
        } else {
            let wanted = self.wanted.borrow();
            let key = self.choice.view_key(&wanted, &address);
            key.filter(|_| result.is_ok())
        };
        if origin == Origin::Server
            && let Ok(page) = &result
        {
            let pages = &mut self.choice.pages;
            if view_key.is_none() {
                pages.keep(address.clone(), Reader::View, page.clone());
            } else if !has_served_saves {
                pages.keep(address.clone(), Reader::Save, page.clone());
            }
        }
        if let Some(key) = view_key {
            self.show(key, question.room, result).await;
        }
    }

    async fn show(&mut self, key: Key, room: Room, result: Result<UploadPage, ClientError>) {
        let Some(generation) = key.generation else {
            return;
        };
        let PageAddress { anchor, window, .. } = key.address.clone();
        if let Ok(page) = &result {
            self.thumbnails.expect(&room, window.offset(), page);
        }
        let event = Event::PageLoaded {
            generation,
            window,
            anchor,
            result,
        };
        self.link.events.send(event).await;
        let first_pause = self.link.timings.answered_again_after;
        self.choice.answered(key, first_pause);
    }
}
