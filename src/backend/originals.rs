//! Bytes of stored files: from the disk cache, else from the server, and never twice at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::decoders::{Decoders, Made, Place};
use super::early_stop::{Read, read_until_ready};
use super::leftovers::Leftovers;
use super::link::{Next, SessionLink};
use super::reaction::Tries;
use crate::domain::{ByteCount, RoomId, UploadId};
use crate::imaging;
use crate::rocketchat::{Client, DownloadError};
use crate::storage::{Dirs, DiskCache, StorageError};

/// Above this a picture is not fetched for looking at: it would be decoded in memory.
const MAX_ORIGINAL_BYTES: u64 = 200_000_000;

/// Downloads for looking. Browsers open six connections to a host, servers expect that.
const MAX_DOWNLOADS: usize = 6;

/// Writes to the cache at the same time: as many as may download, and some that are slow.
const MAX_CACHE_WRITES: u32 = 16;

/// What is needed to fetch one stored file.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredFile<'a> {
    pub(super) id: &'a UploadId,
    pub(super) room: &'a RoomId,
    pub(super) name: &'a str,
}

/// What a download for a thumbnail gave.
pub(super) enum Fetched {
    /// The thumbnail, from the beginning of the file; the rest was not read.
    Early(Place, Made),
    Whole(Bytes),
}

/// For whom a file may be read in part: until its beginning gives a thumbnail of that edge.
type Watcher<'a> = Option<(&'a Decoders, u32)>;

pub(super) struct Originals {
    link: Arc<SessionLink>,
    cache: OnceCell<Arc<DiskCache>>,
    dirs: Dirs,
    capacity: ByteCount,
    downloads: Semaphore,
    cache_writes: Arc<Semaphore>,
    leftovers: Leftovers,
    turns: Mutex<HashMap<UploadId, Weak<Semaphore>>>,
}

impl Originals {
    pub(super) fn new(link: Arc<SessionLink>, dirs: Dirs, capacity: ByteCount) -> Self {
        Self {
            link,
            cache: OnceCell::new(),
            dirs,
            capacity,
            downloads: Semaphore::new(MAX_DOWNLOADS),
            cache_writes: Arc::new(Semaphore::new(MAX_CACHE_WRITES as usize)),
            leftovers: Leftovers::default(),
            turns: Mutex::default(),
        }
    }

    /// The cache of the account, opened when it is first needed: a full one takes a while.
    async fn cache(&self) -> Option<Arc<DiskCache>> {
        let open = || async {
            let (dirs, account, capacity) =
                (self.dirs.clone(), self.link.account.clone(), self.capacity);
            tokio::task::spawn_blocking(move || {
                Arc::new(DiskCache::open(&dirs, &account, capacity))
            })
            .await
        };
        let cache = self.cache.get_or_try_init(open).await;
        cache.ok().cloned()
    }

    /// Throws away what is cached, and tells how much that was.
    pub(super) async fn clear_cache(&self) -> Result<ByteCount, StorageError> {
        self.leftovers.clear();
        let Some(cache) = self.cache().await else {
            return Ok(ByteCount(0));
        };
        let cleared = tokio::task::spawn_blocking(move || cache.clear()).await;
        cleared.unwrap_or(Ok(ByteCount(0)))
    }

    /// Waits for what is being written; from now on nothing is.
    pub(super) async fn close_cache(&self) {
        if let Ok(all) = self.cache_writes.acquire_many(MAX_CACHE_WRITES).await {
            self.cache_writes.close();
            drop(all);
        }
    }

    /// The right to fetch this file: one task at a time has it.
    pub(super) async fn turn(&self, id: &UploadId) -> Option<OwnedSemaphorePermit> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let known = turns.get(id).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                turns.retain(|_, turn| turn.strong_count() > 0);
                let turn = Arc::new(Semaphore::new(1));
                turns.insert(id.clone(), Arc::downgrade(&turn));
                turn
            })
        };
        // Never closed, so there is always a permit.
        turn.acquire_owned().await.ok()
    }

    /// The bytes, if they are on this machine: as long as the server sent them, which may not
    /// be as long as its listing says.
    pub(super) async fn cached(&self, file: StoredFile<'_>) -> Option<Bytes> {
        if let Some(bytes) = self.leftovers.get(file.id) {
            return Some(bytes);
        }
        let cache = self.cache().await?;
        let id = file.id.clone();
        let read = tokio::task::spawn_blocking(move || cache.read(&id)).await;
        Some(Bytes::from(read.ok()??))
    }

    /// What was cached turned out to be damaged: next time it is fetched again.
    pub(super) async fn forget(&self, id: &UploadId) {
        self.leftovers.take(id);
        if let Some(cache) = self.cache().await {
            let id = id.clone();
            // Only while the program ends it is not done.
            tokio::task::spawn_blocking(move || cache.remove(&id))
                .await
                .ok();
        }
    }

    /// The bytes, from wherever they are.
    pub(super) async fn bytes(&self, file: StoredFile<'_>) -> Result<Bytes, DownloadError> {
        let _turn = self.turn(file.id).await;
        if let Some(bytes) = self.leftovers.take(file.id) {
            self.keep(file.id, bytes.clone()).await;
            return Ok(bytes);
        }
        if let Some(bytes) = self.cached(file).await {
            return Ok(bytes);
        }
        let bytes = self.whole(file).await?;
        self.keep(file.id, bytes.clone()).await;
        Ok(bytes)
    }

    /// The same for a thumbnail, for which the beginning may do.
    ///
    /// Whole files are not written to the disk: whoever scrolls through a room would fill the
    /// cache with what was never looked at, and pay for it in time. The last ones stay in
    /// memory, and are written when they are opened.
    pub(super) async fn for_thumbnail(
        &self,
        file: StoredFile<'_>,
        decoders: &Decoders,
        edge_px: u32,
    ) -> Result<Fetched, DownloadError> {
        let _turn = self.turn(file.id).await;
        if let Some(bytes) = self.cached(file).await {
            return Ok(Fetched::Whole(bytes));
        }
        let fetched = self.fetch(file, Some((decoders, edge_px))).await?;
        if let Fetched::Whole(bytes) = &fetched {
            self.leftovers.push(file.id.clone(), bytes.clone());
        }
        Ok(fetched)
    }

    /// The bytes from the server, kept nowhere.
    pub(super) async fn fetch_once(&self, file: StoredFile<'_>) -> Result<Bytes, DownloadError> {
        let _turn = self.turn(file.id).await;
        self.whole(file).await
    }

    async fn whole(&self, file: StoredFile<'_>) -> Result<Bytes, DownloadError> {
        match self.fetch(file, None).await? {
            Fetched::Whole(bytes) => Ok(bytes),
            // Nobody watched, so it was read to its end.
            Fetched::Early(..) => Err(DownloadError::Empty),
        }
    }

    /// Downloads, as often as there is hope.
    async fn fetch(
        &self,
        file: StoredFile<'_>,
        watcher: Watcher<'_>,
    ) -> Result<Fetched, DownloadError> {
        let mut tries = Tries::new(&self.link.timings);
        loop {
            let client = self.link.client().await;
            match self.download(&client, file, watcher).await {
                Ok(fetched) => {
                    self.link.bytes_came(file.room);
                    return Ok(fetched);
                }
                Err(error) => {
                    tracing::debug!(id = %file.id, %error, "download failed");
                    let next = self
                        .link
                        .after_failed_download(file.room, &client, &error, &mut tries);
                    if next.await == Next::GiveUp {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn download(
        &self,
        client: &Client,
        file: StoredFile<'_>,
        watcher: Watcher<'_>,
    ) -> Result<Fetched, DownloadError> {
        let _permit = self.downloads.acquire().await;
        tracing::debug!(id = %file.id, "downloading");
        // For looking, the length that comes with the bytes is enough: whether a file that
        // differs from its listing is a picture, the decoder knows best.
        let download = client.open_upload(file.id, file.name, None).await?;
        let bytes = match watcher {
            None => download.read_all(MAX_ORIGINAL_BYTES).await?,
            Some((decoders, edge_px)) => {
                let read = read_until_ready(download, MAX_ORIGINAL_BYTES, decoders, edge_px);
                match read.await? {
                    Read::Ready(place, made) => return Ok(Fetched::Early(place, made)),
                    Read::Whole(bytes) => bytes,
                }
            }
        };
        if bytes.is_empty() {
            return Err(DownloadError::Empty);
        }
        // A page that asks to sign in must never get into the cache.
        if imaging::looks_like_html(&bytes) {
            return Err(DownloadError::HtmlInsteadOfImage);
        }
        Ok(Fetched::Whole(Bytes::from(bytes)))
    }

    async fn keep(&self, id: &UploadId, bytes: Bytes) {
        let permit = Arc::clone(&self.cache_writes).acquire_owned().await;
        let (Ok(permit), Some(cache)) = (permit, self.cache().await) else {
            return;
        };
        let id = id.clone();
        let write = move || {
            let written = cache.write(&id, &bytes);
            drop(permit);
            written
        };
        let written = tokio::task::spawn_blocking(write).await;
        if let Ok(Err(error)) = written {
            // The cache saves time and nothing else.
            tracing::debug!(%error, "not cached");
        }
    }
}
