//! One signed-in account: hands out its client, and finds out whether its token is dead.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Timings;
use super::connection::ConnectionMonitor;
use super::reaction::{Reaction, Tries, download_reaction, reaction};
use crate::domain::{AccountId, RoomId};
use crate::protocol::{Event, EventSender, Generation};
use crate::rocketchat::{Client, ClientError, DownloadError, Http};

/// The link of everything that is done for one account to its session. It outlives the
/// session: when the token dies, work waits here until the person has signed in again.
pub(super) struct SessionLink {
    pub(super) account: AccountId,
    /// Cancelled when the person signs out or somebody else signs in.
    pub(super) cancel: CancellationToken,
    pub(super) monitor: ConnectionMonitor,
    pub(super) events: EventSender,
    pub(super) timings: Timings,
    standing: watch::Sender<Standing>,
    generation: Arc<AtomicU64>,
    /// Rooms whose bytes were refused while the session was alive.
    refused_rooms: Mutex<HashSet<RoomId>>,
}

#[derive(Clone)]
struct Standing {
    client: Arc<Client>,
    is_alive: bool,
    is_confirming: bool,
    /// Counts the confirmations that were finished.
    confirmations: u64,
}

/// What to do with a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Again,
    GiveUp,
}

enum Verdict {
    /// The session is fine, so the refusal was meant.
    Alive,
    /// Dead; a new client comes when the person has signed in again.
    Dead,
    /// The question could not be asked.
    Unknown(ClientError),
}

impl SessionLink {
    pub(super) fn new(
        client: Client,
        events: EventSender,
        timings: Timings,
        generation: Arc<AtomicU64>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            account: client.session().account(),
            cancel,
            monitor: ConnectionMonitor::new(),
            events,
            timings,
            standing: watch::Sender::new(Standing {
                client: Arc::new(client),
                is_alive: true,
                is_confirming: false,
                confirmations: 0,
            }),
            generation,
            refused_rooms: Mutex::default(),
        }
    }

    /// The person signed in again: everything that waited goes on.
    pub(super) fn renew(&self, client: Client) {
        self.standing.send_modify(|standing| {
            standing.client = Arc::new(client);
            standing.is_alive = true;
            standing.is_confirming = false;
        });
        self.monitor.reached();
    }

    /// The client of the session, waiting for one while there is none.
    pub(super) async fn client(&self) -> Arc<Client> {
        let mut receiver = self.standing.subscribe();
        match receiver.wait_for(|standing| standing.is_alive).await {
            Ok(standing) => Arc::clone(&standing.client),
            // Only when the sender is gone, and that is `self`.
            Err(_) => self.last_client(),
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        self.standing.borrow().is_alive
    }

    /// The client, whether its session is alive or not.
    pub(super) fn last_client(&self) -> Arc<Client> {
        Arc::clone(&self.standing.borrow().client)
    }

    /// Waits for what helps against `error`, as far as anything does.
    pub(super) async fn after_failure(
        &self,
        client: &Arc<Client>,
        error: &ClientError,
        tries: &mut Tries,
    ) -> Next {
        self.react(reaction(error), client, None, tries).await
    }

    /// The same for bytes: a refusal counts once the session was found to be alive.
    pub(super) async fn after_failed_download(
        &self,
        room: &RoomId,
        client: &Arc<Client>,
        error: &DownloadError,
        tries: &mut Tries,
    ) -> Next {
        let is_refusal = matches!(error, DownloadError::Forbidden);
        if is_refusal && self.refused().contains(room) {
            return Next::GiveUp;
        }
        let about = is_refusal.then_some(room);
        self.react(download_reaction(error), client, about, tries)
            .await
    }

    /// A file of this room came: refusals of its others are to be looked into again.
    pub(super) fn bytes_came(&self, room: &RoomId) {
        self.monitor.reached();
        self.refused().remove(room);
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, HashSet<RoomId>> {
        self.refused_rooms
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn react(
        &self,
        reaction: Reaction,
        client: &Arc<Client>,
        about: Option<&RoomId>,
        tries: &mut Tries,
    ) -> Next {
        match reaction {
            Reaction::Reconnect => {
                self.monitor.lost();
                self.monitor.online().await;
                Next::Again
            }
            Reaction::TryAgain => match tries.pause() {
                Some(pause) => {
                    tokio::time::sleep(pause).await;
                    Next::Again
                }
                None => Next::GiveUp,
            },
            Reaction::WaitFor(pause) => {
                tokio::time::sleep(pause).await;
                Next::Again
            }
            Reaction::CheckSession => self.check_session(client, about).await,
            Reaction::GiveUp => Next::GiveUp,
        }
    }

    /// Whether a request that was refused with `client` is worth another try with the client
    /// that [`Self::client`] gives (or waits for) then. With `about`, the bytes of a room were
    /// refused.
    pub(super) async fn check_session(&self, client: &Arc<Client>, about: Option<&RoomId>) -> Next {
        let mut tries = Tries::new(&self.timings);
        loop {
            match self.confirm(client, about).await {
                Verdict::Alive => return Next::GiveUp,
                Verdict::Dead => return Next::Again,
                Verdict::Unknown(error) => match reaction(&error) {
                    Reaction::Reconnect => {
                        self.monitor.lost();
                        self.monitor.online().await;
                    }
                    Reaction::WaitFor(pause) => tokio::time::sleep(pause).await,
                    Reaction::TryAgain => match tries.pause() {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => return Next::GiveUp,
                    },
                    Reaction::CheckSession | Reaction::GiveUp => return Next::GiveUp,
                },
            }
        }
    }

    /// Asks the server once, however many requests were refused at the same time.
    async fn confirm(&self, used: &Arc<Client>, about: Option<&RoomId>) -> Verdict {
        let mut receiver = self.standing.subscribe();
        loop {
            let before = receiver.borrow_and_update().clone();
            if !before.is_alive || !Arc::ptr_eq(&before.client, used) {
                return Verdict::Dead;
            }
            if let Some(turn) = self.begin_confirming() {
                return turn.ask(used, about).await;
            }
            receiver
                .wait_for(|now| !now.is_confirming || !Arc::ptr_eq(&now.client, used))
                .await
                .ok();
            let after = receiver.borrow().clone();
            let is_settled = after.confirmations > before.confirmations;
            if is_settled && after.is_alive && Arc::ptr_eq(&after.client, used) {
                return Verdict::Alive;
            }
        }
    }

    fn begin_confirming(&self) -> Option<Confirmation<'_>> {
        let mut is_mine = false;
        self.standing.send_if_modified(|standing| {
            is_mine = !standing.is_confirming;
            standing.is_confirming = true;
            is_mine
        });
        is_mine.then_some(Confirmation { link: self })
    }

    /// Tells the window once for each session that died.
    pub(super) async fn report_expiry(&self) {
        let mut receiver = self.standing.subscribe();
        loop {
            if receiver.wait_for(|now| !now.is_alive).await.is_err() {
                return;
            }
            let generation = Generation(self.generation.load(Ordering::Acquire));
            tracing::debug!("the session is over");
            self.events.send(Event::SessionExpired { generation }).await;
            if receiver.wait_for(|now| now.is_alive).await.is_err() {
                return;
            }
        }
    }

    /// The tasks of the link itself, until it is cancelled.
    pub(super) async fn watch_over(self: Arc<Self>, http: Http) {
        let account = &self.account;
        let tasks = async {
            tokio::join!(
                self.monitor.report(&self.events),
                self.monitor
                    .look_for_server(&http, &account.server, &self.timings),
                self.report_expiry(),
            )
        };
        self.cancel.run_until_cancelled(tasks).await;
    }
}

/// The turn of the one task that asks. Dropped half-way, another one takes it.
struct Confirmation<'a> {
    link: &'a SessionLink,
}

impl Confirmation<'_> {
    async fn ask(self, client: &Arc<Client>, about: Option<&RoomId>) -> Verdict {
        // Somebody had the turn just before and was refused for the same room.
        if about.is_some_and(|room| self.link.refused().contains(room)) {
            return Verdict::Alive;
        }
        let asked_at = Instant::now();
        let answer = client.confirm_session().await;
        tracing::debug!(?answer, elapsed = ?asked_at.elapsed(), "asked whether the session lives");
        let verdict = match answer {
            Ok(()) => Verdict::Alive,
            Err(ClientError::SessionExpired) => Verdict::Dead,
            Err(error) => Verdict::Unknown(error),
        };
        if let (Verdict::Alive, Some(room)) = (&verdict, about) {
            self.link.refused().insert(room.clone());
        }
        self.link.standing.send_modify(|standing| {
            if Arc::ptr_eq(&standing.client, client) {
                standing.is_alive &= !matches!(verdict, Verdict::Dead);
                if !matches!(verdict, Verdict::Unknown(_)) {
                    standing.confirmations += 1;
                }
            }
        });
        verdict
    }
}

impl Drop for Confirmation<'_> {
    fn drop(&mut self) {
        self.link
            .standing
            .send_modify(|standing| standing.is_confirming = false);
    }
}
