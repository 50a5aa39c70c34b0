//! Made thumbnails on this machine, in one `SQLite` file for each account. Losing them costs
//! time, nothing else: every trouble with the file is answered with "not here".
//!
//! One file and not many: 200,000 small files are slow to list and waste half a block each.
//! The file is in WAL mode without a sync for each commit, so a program that is killed leaves
//! what was committed before, whole; the next one opens it at once. Several programs may share
//! it: readers are never kept waiting, and writers wait for each other in the background.
//!
//! The name of the file carries the version of its tables, so that an older and a newer
//! program do not throw away each other's.

mod bound;
mod database;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use sha2::{Digest as _, Sha256};

use self::database::{Reader, is_damage};
use self::writer::{Job, Writer};
use super::dirs::create_private;
use super::disk_cache::account_name;
use super::{Dirs, StorageError};
use crate::domain::{AccountId, ByteCount, PixelSize, Upload, UploadId};

/// Under the cache folder: one folder for each account.
const THUMBNAILS: &str = "thumbnails";

/// The number is that of [`database::SCHEMA_VERSION`].
const FILE_NAME: &str = "thumbnails-1.sqlite3";

/// Thumbnails on their way to the file, of some 20 kB each.
const WAITING_JOBS: usize = 64;

/// Uses that were not written down yet. More than are drawn between two writes.
const MAX_USES: usize = 4096;

/// Connections for reading that are kept open: as many as read at the same time.
const IDLE_READERS: usize = 4;

/// Which upload, and in which state of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThumbnailKey {
    upload: UploadId,
    /// Differs when the bytes of the upload may have changed.
    version: i64,
}

impl ThumbnailKey {
    /// The key of an upload as it is listed now.
    pub fn of(upload: &Upload) -> Self {
        let state = match upload.etag.as_deref() {
            Some(etag) if !etag.is_empty() => etag.to_owned(),
            _ => format!("{:?} {:?}", upload.updated_at, upload.size),
        };
        let digest = Sha256::digest(state.as_bytes());
        let version = digest.first_chunk().copied().unwrap_or_default();
        Self {
            upload: upload.id.clone(),
            version: i64::from_be_bytes(version),
        }
    }
}

/// A thumbnail as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredThumbnail {
    /// An encoded image.
    pub bytes: Vec<u8>,
    /// The longer side of that image in pixels.
    pub edge_px: u32,
    /// Of the file it shows, orientation applied.
    pub original_size: PixelSize,
    /// Format of the file it shows, such as "JPEG".
    pub format: String,
    /// Whether the file it shows moves.
    pub is_animated: bool,
}

impl StoredThumbnail {
    /// Whether it has as many pixels as the file it shows, so that nothing larger can be made.
    const fn is_whole(&self) -> bool {
        self.edge_px >= self.original_size.longer_side()
    }
}

/// The thumbnails of one account. The least recently used ones go when it is full.
pub struct ThumbnailCache {
    shared: Arc<Shared>,
    jobs: Mutex<Option<SyncSender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What readers and the writer have in common.
struct Shared {
    path: PathBuf,
    capacity: AtomicU64,
    /// Goes up when the file was replaced: connections from before look at one that is gone.
    epoch: AtomicU64,
    is_damaged: AtomicBool,
    is_closed: AtomicBool,
    readers: Mutex<Vec<Reader>>,
    /// Rows that were read since the last write.
    uses: Mutex<Vec<i64>>,
}

impl ThumbnailCache {
    /// Opens the cache of this account, or makes it. Never refuses: a file that is damaged is
    /// replaced, and without any file nothing is found and nothing is kept.
    pub fn open(dirs: &Dirs, account: &AccountId, capacity: ByteCount) -> Self {
        let folder = account_folder(dirs, account);
        if let Err(error) = create_private(&folder) {
            tracing::debug!(%error, "no folder for thumbnails");
        }
        let shared = Arc::new(Shared {
            path: folder.join(FILE_NAME),
            capacity: AtomicU64::new(capacity.0),
            epoch: AtomicU64::new(0),
            is_damaged: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            readers: Mutex::default(),
            uses: Mutex::default(),
        });
        let (jobs, waiting) = sync_channel(WAITING_JOBS);
        let writer = Writer::open(Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("salon-thumbnails".to_owned())
            .spawn(move || writer.run(&waiting));
        if let Err(error) = &thread {
            tracing::warn!(%error, "thumbnails are not kept");
        }
        Self {
            shared,
            jobs: Mutex::new(Some(jobs)),
            writer: Mutex::new(thread.ok()),
        }
    }

    /// The smallest thumbnail of this upload that has at least `edge_px` on its longer side, or
    /// all the pixels there are.
    pub fn read(&self, key: &ThumbnailKey, edge_px: u32) -> Option<StoredThumbnail> {
        let reader = self.shared.reader()?;
        match reader.find(key, edge_px) {
            Ok(found) => {
                self.shared.put_back(reader);
                let (row, thumbnail) = found?;
                if self.shared.note_use(row) {
                    self.hint(Job::NoteUses);
                }
                Some(thumbnail)
            }
            Err(error) => {
                tracing::debug!(%error, "a thumbnail cannot be read");
                if is_damage(&error) && !self.shared.is_damaged.swap(true, Ordering::AcqRel) {
                    self.hint(Job::Replace);
                }
                None
            }
        }
    }

    /// Keeps a thumbnail, making room if need be. Written in the background within a quarter of
    /// a second; waits while too many are on their way.
    pub fn keep(&self, key: ThumbnailKey, thumbnail: StoredThumbnail) {
        let length = thumbnail.bytes.len() as u64;
        if length == 0 || length > self.shared.capacity.load(Ordering::Acquire) {
            return;
        }
        self.send(Job::Keep(key, thumbnail));
    }

    /// Forgets the thumbnails of an upload: what was read turned out to be no image.
    pub fn forget(&self, key: &ThumbnailKey) {
        self.send(Job::Forget(key.upload.clone()));
    }

    /// Changes how much the file may hold, and makes it that small.
    pub fn set_capacity(&self, capacity: ByteCount) {
        let before = self.shared.capacity.swap(capacity.0, Ordering::AcqRel);
        if before != capacity.0 {
            self.send(Job::Fit);
        }
    }

    /// Waits until all that was handed over before is written.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        self.send(Job::Flush(done));
        // Without a writer there is nothing to wait for.
        written.recv().ok();
    }

    /// Removes all thumbnails of the account and tells how much they were.
    ///
    /// # Errors
    ///
    /// When they cannot be removed.
    pub fn clear(&self) -> Result<ByteCount, StorageError> {
        let (done, cleared) = sync_channel(1);
        self.send(Job::Clear(done));
        cleared.recv().unwrap_or(Ok(ByteCount(0)))
    }

    /// How long the file is.
    pub fn len_bytes(&self) -> ByteCount {
        let metadata = std::fs::metadata(&self.shared.path);
        ByteCount(metadata.map_or(0, |metadata| metadata.len()))
    }

    /// Writes what waits and lets go of the file. From now on nothing is found or kept.
    pub fn close(&self) {
        self.shared.is_closed.store(true, Ordering::Release);
        self.shared.readers().clear();
        drop(lock(&self.jobs).take());
        let writer = lock(&self.writer).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the writer of thumbnails panicked");
        }
    }

    /// Never waits: a writer with enough to do looks by itself.
    fn hint(&self, job: Job) {
        if let Some(jobs) = lock(&self.jobs).as_ref() {
            jobs.try_send(job).ok();
        }
    }

    fn send(&self, job: Job) {
        let jobs = lock(&self.jobs).clone();
        // Without a writer nothing is kept, which costs time and nothing else.
        if jobs.is_none_or(|jobs| jobs.send(job).is_err()) {
            tracing::debug!("nobody writes thumbnails");
        }
    }
}

impl Drop for ThumbnailCache {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn readers(&self) -> MutexGuard<'_, Vec<Reader>> {
        lock(&self.readers)
    }

    fn reader(&self) -> Option<Reader> {
        if self.is_closed.load(Ordering::Acquire) || self.is_damaged.load(Ordering::Acquire) {
            return None;
        }
        let idle = self.readers().pop();
        if let Some(idle) = idle {
            return Some(idle);
        }
        match Reader::open(&self.path, self.epoch.load(Ordering::Acquire)) {
            Ok(reader) => Some(reader),
            Err(error) => {
                tracing::debug!(%error, "no connection to the thumbnails");
                None
            }
        }
    }

    fn put_back(&self, reader: Reader) {
        let mut readers = self.readers();
        let is_current = reader.epoch == self.epoch.load(Ordering::Acquire);
        let is_closed = self.is_closed.load(Ordering::Acquire);
        if is_current && !is_closed && readers.len() < IDLE_READERS {
            readers.push(reader);
        }
    }

    /// Whether it is the first since uses were written down.
    fn note_use(&self, row: i64) -> bool {
        let mut uses = lock(&self.uses);
        if uses.len() < MAX_USES {
            uses.push(row);
        }
        uses.len() == 1
    }

    fn take_uses(&self) -> Vec<i64> {
        std::mem::take(&mut *lock(&self.uses))
    }
}

/// Where the thumbnails of an account are.
pub(super) fn account_folder(dirs: &Dirs, account: &AccountId) -> PathBuf {
    dirs.cache.join(THUMBNAILS).join(account_name(account))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
