//! Keeps a websocket to the server, and passes on what concerns the open room and the list of
//! rooms. Where a server offers none, everything else works without.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::link::SessionLink;
use super::news_gatherer::NewsGatherer;
use super::reaction::{Reaction, backoff, reaction};
use crate::domain::RoomId;
use crate::protocol::{Event, Generation, Wanted};
use crate::rocketchat::{Client, Realtime, RealtimeEnd, RealtimeNews, RoomChange};

/// News that waits while a report is being made.
const NEWS_CAPACITY: usize = 32;

/// A connection that lived so long was a good one: the next is opened without a longer pause.
const GOOD_LIFETIME: Duration = Duration::from_mins(1);

/// Opening the first websocket takes a moment, in which a room may be opened and read. Images
/// that came in a longer time are looked for.
const BLIND_MOMENT: Duration = Duration::from_secs(2);

pub(super) struct LiveUpdates {
    link: Arc<SessionLink>,
    wanted: watch::Receiver<Wanted>,
    rooms: mpsc::Sender<Generation>,
    room_changes: mpsc::Sender<RoomChange>,
    open_room: watch::Sender<Option<RoomId>>,
    /// Since when that room is open.
    open_since: Instant,
    gatherer: NewsGatherer,
    /// Something may have happened that nobody told.
    was_cut_off: bool,
    /// Connections that ended soon, in a row.
    failures: u32,
}

impl LiveUpdates {
    pub(super) fn new(
        link: Arc<SessionLink>,
        wanted: watch::Receiver<Wanted>,
        rooms: mpsc::Sender<Generation>,
        room_changes: mpsc::Sender<RoomChange>,
    ) -> Self {
        Self {
            link,
            wanted,
            rooms,
            room_changes,
            open_room: watch::Sender::new(None),
            open_since: Instant::now(),
            gatherer: NewsGatherer::default(),
            was_cut_off: false,
            failures: 0,
        }
    }

    /// Runs until the link is cancelled.
    pub(super) async fn run(mut self) {
        let cancel = self.link.cancel.clone();
        while cancel.run_until_cancelled(self.connect()).await.is_some() {}
    }

    /// One connection, from waiting for a server to what to do after its end.
    async fn connect(&mut self) {
        let client = self.link.client().await;
        self.link.monitor.online().await;
        let opened = client.open_realtime().await;
        let opened_at = Instant::now();
        let end = match opened {
            Ok(socket) => {
                self.link.monitor.reached();
                self.listen(&client, socket).await
            }
            Err(end) => end,
        };
        self.was_cut_off = true;
        if opened_at.elapsed() > GOOD_LIFETIME {
            self.failures = 0;
        }
        tracing::debug!(%end, failures = self.failures, "no live updates");
        self.react(&end, &client).await;
        self.failures += 1;
    }

    /// Waits for what helps.
    async fn react(&self, end: &RealtimeEnd, client: &Arc<Client>) {
        let timings = &self.link.timings;
        let (first, longest) = (timings.reconnect_first, timings.reconnect_longest);
        let pause = backoff(first, longest, self.failures);
        match end {
            // A server that was away may be another one when it is back.
            RealtimeEnd::NotOffered { .. } => {
                tokio::select! {
                    () = self.link.replaced(client) => {}
                    () = self.link.monitor.offline() => {}
                }
            }
            RealtimeEnd::SessionRefused => {
                self.link.check_session(client, None).await;
                sleep(pause).await;
            }
            RealtimeEnd::Unreachable(error) => {
                if reaction(error) == Reaction::Reconnect {
                    self.link.monitor.lost();
                }
                sleep(pause).await;
            }
            RealtimeEnd::Lost { .. } => sleep(pause).await,
        }
    }

    /// Passes on what is told, until the websocket ends or its session does.
    async fn listen(&mut self, client: &Arc<Client>, socket: Realtime) -> RealtimeEnd {
        let link = Arc::clone(&self.link);
        let (news, mut told) = mpsc::channel(NEWS_CAPACITY);
        let listening = socket.listen(self.open_room.subscribe(), news, link.timings.live_quiet);
        let replaced = link.replaced(client);
        tokio::pin!(listening, replaced);
        loop {
            self.note_open_room();
            let due = self.gatherer.due();
            tokio::select! {
                end = &mut listening => return end,
                () = &mut replaced => return RealtimeEnd::Lost {
                    cause: "the session is another one".to_owned(),
                },
                Some(news) = told.recv() => self.hear(news, client).await,
                Ok(()) = self.wanted.changed() => {}
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    if let Some(room) = self.gatherer.take(Instant::now()) {
                        tracing::debug!(%room, "the room changed");
                        link.events.send(Event::RoomChanged { room }).await;
                    }
                }
            }
        }
    }

    /// Listens to the room that is open now.
    fn note_open_room(&mut self) {
        let wanted = self.wanted.borrow_and_update();
        let room = wanted.room.as_ref().map(|room| &room.id);
        let is_other = self.open_room.send_if_modified(|open| {
            let is_other = open.as_ref() != room;
            if is_other {
                *open = room.cloned();
            }
            is_other
        });
        if is_other {
            self.open_since = Instant::now();
            self.gatherer.keep_only(room);
        }
    }

    async fn hear(&mut self, news: RealtimeNews, client: &Arc<Client>) {
        match news {
            RealtimeNews::Following(room) => {
                if self.was_cut_off {
                    self.was_cut_off = false;
                    self.catch_up(room);
                } else if self.open_since.elapsed() > BLIND_MOMENT {
                    self.note(room);
                }
            }
            RealtimeNews::ImagesChanged(room) => self.note(room),
            RealtimeNews::RoomChanged(change) => {
                if let Err(error) = self.room_changes.try_send(change) {
                    // Too many at once: one reading brings them all.
                    tracing::debug!(%error, "the rooms are read instead");
                    self.ask_for_rooms();
                }
            }
            RealtimeNews::SessionInDoubt => {
                self.link.check_session(client, None).await;
            }
        }
    }

    fn note(&mut self, room: RoomId) {
        // The server may still tell of a room that was left a moment ago.
        if self.open_room.borrow().as_ref() != Some(&room) {
            return;
        }
        let now = Instant::now();
        self.gatherer.note(room, now, &self.link.timings);
    }

    /// What happened while nobody listened is asked for.
    fn catch_up(&mut self, room: RoomId) {
        self.note(room);
        self.ask_for_rooms();
    }

    fn ask_for_rooms(&self) {
        if let Err(error) = self.rooms.try_send(self.link.generation()) {
            tracing::debug!(%error, "the rooms are asked for already");
        }
    }
}
