//! What all connections share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use serde_json::Value;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::bytes::ByteCache;
use super::clock::skewed_now_millis;
use super::faults::Faults;
use super::limiter::Limiter;
use super::quirks::Quirks;
use super::request_log::RequestLog;
use super::world::World;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Demo {
    /// With a slash at the end.
    pub(super) base: String,
    /// The origin that files of S3 are redirected to, without a slash at the end.
    pub(super) storage_origin: String,
    /// `""` or `/chat`.
    pub(super) prefix: String,
    /// Cancelled when the server is dropped.
    pub(super) stop: CancellationToken,
    pub(super) faults: Faults,
    pub(super) limiter: Limiter,
    pub(super) log: RequestLog,
    pub(super) files: ByteCache,
    pub(super) events: broadcast::Sender<Event>,
    /// Requests that carried secrets to the storage origin.
    pub(super) leaks: AtomicU64,
    n_calls: AtomicU64,
    quirks: RwLock<Quirks>,
    world: Mutex<World>,
}

/// What websockets pass on.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// `changed` on a stream.
    Stream {
        collection: &'static str,
        event: String,
        args: Value,
    },
    /// A login token is gone: the monolith closes its sockets.
    TokenRemoved(String),
    /// A frame for everybody as it is, such as one that no client knows.
    Frame(String),
    /// Every socket closes with this code.
    Close(u16),
}

/// Events a slow websocket may lag behind before it is closed as a slow consumer. A message is
/// one for the room and one for each member.
const EVENT_CAPACITY: usize = 4096;

impl Demo {
    pub(super) fn new(
        base: String,
        storage_origin: String,
        prefix: String,
        quirks: Quirks,
        world: World,
    ) -> Self {
        Self {
            base,
            storage_origin,
            prefix,
            stop: CancellationToken::new(),
            faults: Faults::default(),
            limiter: Limiter::default(),
            log: RequestLog::default(),
            files: ByteCache::default(),
            events: broadcast::channel(EVENT_CAPACITY).0,
            leaks: AtomicU64::new(0),
            n_calls: AtomicU64::new(0),
            quirks: RwLock::new(quirks),
            world: Mutex::new(world),
        }
    }

    pub(super) fn quirks(&self) -> Quirks {
        self.quirks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn change_quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.quirks.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Never held across an await.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's now, which may be wrong.
    pub(super) fn server_now(&self) -> i64 {
        skewed_now_millis(self.quirks().clock_skew)
    }

    /// Another number for each call.
    pub(super) fn next_call(&self) -> u64 {
        self.n_calls.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells the websockets; nobody may be listening.
    pub(super) fn tell(&self, event: Event) {
        if self.events.send(event).is_err() {
            tracing::trace!("no websocket is open");
        }
    }
}
