//! The copies that other programs are given, and how long each of them stays.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ByteCount;
use crate::protocol::{CopyTrouble, StorageError};
use crate::storage::{Dirs, HandedBatch, HandedFiles, Rights, remove_left_files};

/// Gives copies their place on the disk, and takes it back.
pub(super) struct HandingDesk {
    dirs: Dirs,
    files: Mutex<Option<Arc<HandedFiles>>>,
    kept: Mutex<Kept>,
}

/// What somebody may still need, until whoever is signed in leaves.
#[derive(Default)]
struct Kept {
    /// Whoever pastes reads it.
    on_clipboard: Option<Arc<HandedBatch>>,
    /// Other programs read these when they like.
    opened: Vec<Arc<HandedBatch>>,
}

/// Copies that are being made: gone when their errand fails or is given up.
pub(super) struct Batch(Option<Arc<HandedBatch>>);

impl HandingDesk {
    pub(super) fn new(dirs: Dirs) -> Self {
        Self {
            dirs,
            files: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// Removes what a run left that ended without a word.
    pub(super) async fn clear_left_files(&self) {
        let dirs = self.dirs.clone();
        // Only while the program ends it is not done.
        tokio::task::spawn_blocking(move || remove_left_files(&dirs))
            .await
            .ok();
    }

    /// Begins a batch that will take so many bytes, if the disk has the room.
    pub(super) async fn begin(self: &Arc<Self>, bytes: ByteCount) -> Result<Batch, CopyTrouble> {
        let desk = Arc::clone(self);
        let begun = on_disk(&self.dirs, move || desk.files()?.begin(bytes.0)).await?;
        Ok(Batch(Some(Arc::new(begun))))
    }

    fn files(&self) -> Result<Arc<HandedFiles>, StorageError> {
        let mut opened = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = &*opened {
            return Ok(Arc::clone(files));
        }
        let files = Arc::new(HandedFiles::open(&self.dirs)?);
        *opened = Some(Arc::clone(&files));
        Ok(files)
    }

    pub(super) async fn write(
        &self,
        batch: &Batch,
        name: String,
        bytes: bytes::Bytes,
        rights: Rights,
    ) -> Result<PathBuf, CopyTrouble> {
        let batch = batch.0.clone();
        on_disk(&self.dirs, move || match batch {
            // It holds the batch: given up meanwhile, the folder goes after this file.
            Some(batch) => batch.write(&name, &bytes, rights),
            None => Err(StorageError::FolderGone {
                path: PathBuf::from(name),
            }),
        })
        .await
    }

    /// These are on the clipboard now, in place of those before.
    pub(super) fn keep_on_clipboard(&self, batch: Batch) {
        let batch = batch.into_kept();
        let before = self.with(|kept| std::mem::replace(&mut kept.on_clipboard, batch));
        remove(before);
    }

    /// Another program is about to be given these: they stay, whatever becomes of the errand.
    pub(super) fn keep_opened(&self, batch: &Batch) {
        self.with(|kept| kept.opened.extend(batch.0.clone()));
    }

    /// No program took these.
    pub(super) fn leave_opened(&self, batch: &Batch) {
        let is_it = |other: &Arc<HandedBatch>| {
            let batch = batch.0.as_ref();
            batch.is_some_and(|batch| Arc::ptr_eq(batch, other))
        };
        self.with(|kept| kept.opened.retain(|other| !is_it(other)));
    }

    /// Whoever was signed in has left.
    pub(super) fn clear(&self) {
        let Kept {
            on_clipboard,
            opened,
        } = self.with(std::mem::take);
        remove((on_clipboard, opened));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Batch {
    fn into_kept(mut self) -> Option<Arc<HandedBatch>> {
        self.0.take()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(batch) = self.0.take() {
            remove(batch);
        }
    }
}

/// Drops them where it may take a while.
fn remove(batches: impl Send + 'static) {
    let work = move || drop(batches);
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

async fn on_disk<T: Send + 'static>(
    dirs: &Dirs,
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, CopyTrouble> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|error| {
        Err(StorageError::Io {
            path: dirs.cache.clone(),
            cause: error.to_string(),
        })
    });
    done.map_err(CopyTrouble::Storage)
}
