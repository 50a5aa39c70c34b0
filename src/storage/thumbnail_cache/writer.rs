//! The thread that writes thumbnails: many at once, since each commit costs as much as ten.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::database::{Change, Database, is_damage};
use super::{Shared, StoredThumbnail, ThumbnailKey};
use crate::domain::{ByteCount, UploadId};
use crate::storage::StorageError;

/// How long changes are gathered. What a kill loses was made in that time.
const GATHER: Duration = Duration::from_millis(250);

/// Thumbnails in one transaction at most: 2 MB, so that the next one waits a moment only.
const MAX_BATCH: usize = 128;

/// What the writer is asked to do.
pub(super) enum Job {
    Keep(ThumbnailKey, StoredThumbnail),
    Forget(UploadId),
    /// There are uses to write down.
    NoteUses,
    /// The capacity changed.
    Fit,
    /// The file is damaged.
    Replace,
    Clear(SyncSender<Result<ByteCount, StorageError>>),
    Flush(SyncSender<()>),
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    database: Option<Database>,
    last_used: i64,
}

impl Writer {
    pub(super) fn open(shared: Arc<Shared>) -> Self {
        let mut writer = Self {
            shared,
            database: None,
            last_used: 0,
        };
        match Database::open(&writer.shared.path) {
            Ok(database) => writer.database = Some(database),
            Err(error) => {
                tracing::debug!(%error, "the thumbnails cannot be opened");
                if is_damage(&error) || writer.shared.path.is_dir() {
                    writer.replace();
                }
            }
        }
        writer
    }

    /// Works until nobody can ask for anything any more.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        if let Some(database) = &mut self.database {
            // The capacity may be smaller than the last time.
            let fitted = database.fit(self.shared.capacity.load(Ordering::Acquire), 0);
            self.look_at(fitted);
        }
        while let Ok(first) = jobs.recv() {
            self.gather(first, jobs);
        }
    }

    fn gather(&mut self, first: Job, jobs: &Receiver<Job>) {
        let until = Instant::now() + GATHER;
        let mut changes = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::Keep(key, thumbnail) => changes.push(Change::Keep(key, thumbnail)),
                Job::Forget(upload) => changes.push(Change::Forget(upload)),
                Job::NoteUses => {}
                Job::Fit | Job::Replace => return self.write(&changes),
                Job::Clear(done) => {
                    self.write(&changes);
                    // Nobody waits any more when the program ends.
                    done.send(self.clear()).ok();
                    return;
                }
                Job::Flush(done) => {
                    self.write(&changes);
                    done.send(()).ok();
                    return;
                }
            }
            if changes.len() >= MAX_BATCH {
                break;
            }
            let left = until.saturating_duration_since(Instant::now());
            next = jobs.recv_timeout(left).ok();
        }
        self.write(&changes);
    }

    fn write(&mut self, changes: &[Change]) {
        if self.shared.is_damaged.load(Ordering::Acquire) {
            self.replace();
        }
        let uses = self.shared.take_uses();
        let uses: Vec<Change> = uses.into_iter().map(Change::Use).collect();
        let used = i64::try_from(uses.len()).unwrap_or_default();
        let made = i64::try_from(changes.len()).unwrap_or_default();
        // The clock of the machine orders the uses of several programs, but may jump back.
        let now = Timestamp::now().as_microsecond().max(self.last_used + 1);
        self.last_used = now + used + made;
        let Some(database) = &mut self.database else {
            return;
        };
        let capacity = self.shared.capacity.load(Ordering::Acquire);
        let incoming = changes.iter().map(Change::len_bytes).sum();
        // What was used must be known before the least recently used go.
        let written = database
            .apply(&uses, now)
            .and_then(|()| database.fit(capacity, incoming))
            .and_then(|()| database.apply(changes, self.last_used - made))
            .and_then(|()| database.fit(capacity, 0));
        self.look_at(written);
    }

    fn clear(&mut self) -> Result<ByteCount, StorageError> {
        let Some(database) = &mut self.database else {
            return Ok(ByteCount(0));
        };
        let error = match database.clear() {
            Ok(freed) => return Ok(ByteCount(freed)),
            Err(error) => error,
        };
        tracing::debug!(%error, "the thumbnails cannot be cleared, so their file goes");
        let length = fs::metadata(&self.shared.path).map_or(0, |metadata| metadata.len());
        self.replace();
        if self.database.is_some() {
            return Ok(ByteCount(length));
        }
        Err(StorageError::Io {
            path: self.shared.path.clone(),
            cause: error.to_string(),
        })
    }

    /// What cannot be written now is not kept; a damaged file is replaced.
    fn look_at(&mut self, written: rusqlite::Result<()>) {
        let Err(error) = written else { return };
        tracing::debug!(%error, "thumbnails are not kept");
        if is_damage(&error) {
            self.replace();
        }
    }

    /// Begins anew with an empty file.
    fn replace(&mut self) {
        self.database = None;
        self.shared.epoch.fetch_add(1, Ordering::AcqRel);
        self.shared.readers().clear();
        self.shared.take_uses();
        for suffix in ["", "-wal", "-shm"] {
            remove(&with_suffix(&self.shared.path, suffix));
        }
        match Database::open(&self.shared.path) {
            Ok(database) => {
                tracing::info!("the thumbnails begin anew: their file was damaged");
                self.database = Some(database);
                self.shared.is_damaged.store(false, Ordering::Release);
            }
            Err(error) => tracing::warn!(%error, "no thumbnails are kept"),
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    if let Err(error) = removed
        && error.kind() != ErrorKind::NotFound
    {
        tracing::debug!(%error, path = %path.display(), "a damaged file cannot be removed");
    }
}
