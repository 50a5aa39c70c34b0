//! One signed-in account: hands out its client, and finds out whether its token is dead.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;
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
    pub(super) standing: watch::Sender<Standing>,
    generation: Arc<AtomicU64>,
    /// Rooms whose bytes were refused while the session was alive.
    refused_rooms: Mutex<HashSet<RoomId>>,
}

/// The session as far as it is known.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) client: Arc<Client>,
    pub(super) is_alive: bool,
    pub(super) is_confirming: bool,
    /// Counts the confirmations that were finished.
    pub(super) confirmations: u64,
}

/// What to do with a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Again,
    GiveUp,
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

    /// The server said that the session of this client is over.
    pub(super) fn end(&self, client: &Arc<Client>) {
        self.standing.send_modify(|standing| {
            if Arc::ptr_eq(&standing.client, client) {
                standing.is_alive = false;
            }
        });
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

    /// Waits until `client` is no longer the one of a living session.
    pub(super) async fn replaced(&self, client: &Arc<Client>) {
        let mut receiver = self.standing.subscribe();
        let is_over = |now: &Standing| !now.is_alive || !Arc::ptr_eq(&now.client, client);
        // Fails only when the sender is gone, and that is `self`.
        receiver.wait_for(is_over).await.ok();
    }

    /// The generation that is known to run.
    pub(super) fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::Acquire))
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

    pub(super) fn refused(&self) -> std::sync::MutexGuard<'_, HashSet<RoomId>> {
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
                let until = Instant::now() + pause;
                let notice = self.monitor.limited_elsewhere(until);
                tokio::time::sleep(pause).await;
                drop(notice);
                Next::Again
            }
            Reaction::CheckSession => self.check_session(client, about).await,
            Reaction::GiveUp => Next::GiveUp,
        }
    }

    /// Tells the window once for each session that died.
    pub(super) async fn report_expiry(&self) {
        let mut receiver = self.standing.subscribe();
        loop {
            if receiver.wait_for(|now| !now.is_alive).await.is_err() {
                return;
            }
            let generation = self.generation();
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
