//! Files that a person saves: first a `.part` beside the others, complete and on disk, then
//! its name. What is not complete leaves no trace, what is there already is never touched.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::domain::Upload;

use super::StorageError;
use super::file_names::portable_file_name;
use super::hexadecimal;
use super::taken_names::{TakenNames, taken_names_of};

/// Begins the name of every file that is being written. Names of saved files never begin
/// with a dot, so nobody else's file is taken for one of ours.
const PART_PREFIX: &str = ".salon-";
const PART_SUFFIX: &str = ".part";

/// The same for a part that the next run goes on with.
const RESUMABLE_PREFIX: &str = ".salon-resume-";

/// A part that nobody has written to for so long belongs to a program that crashed.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The same for one that can be resumed: a save that went wrong before a holiday.
const RESUMABLE_STALE_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many bytes at the start tell the type of a file.
const HEAD_BYTES: usize = 512;

/// A folder to save into, opened for one job.
pub struct SaveFolder {
    path: PathBuf,
    taken: Arc<Mutex<TakenNames>>,
}

impl SaveFolder {
    /// Opens the folder, creating it if it is not there, reads which names are taken and
    /// clears away what a crash left behind.
    ///
    /// # Errors
    ///
    /// When it cannot be created, read or written.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let failed = |error: &_| StorageError::from_io(path, error);
        fs::create_dir_all(path).map_err(|error| failed(&error))?;
        remove_stale_parts(path);
        let found: Vec<PathBuf> = fs::read_dir(path)
            .map_err(|error| failed(&error))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| !is_part(path))
            .collect();
        // To know it now and not after the first download. A file without a name: whatever kills
        // the program here leaves none behind.
        drop(tempfile::tempfile_in(path).map_err(|error| failed(&error))?);
        Ok(Self {
            path: path.to_path_buf(),
            taken: taken_names_of(path, found.into_iter()),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the names of the files in it on disk.
    pub fn sync(&self) {
        sync_folder(&self.path);
    }

    pub(super) fn taken(&self) -> Arc<Mutex<TakenNames>> {
        Arc::clone(&self.taken)
    }

    /// Whether a file or anything else has this name, as the strictest system would judge.
    pub fn is_taken(&self, name: &str) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        !taken.is_free(&self.path.join(name))
    }

    /// Begins to save an upload. May be called again while others are being written.
    ///
    /// # Errors
    ///
    /// When no file can be created there.
    pub fn begin(&self, upload: &Upload) -> Result<PartFile, StorageError> {
        let part = new_part(&self.path)
            .map_err(|error| StorageError::in_folder(&self.path, &self.path, &error))?;
        Ok(PartFile {
            part,
            folder: self.path.clone(),
            taken: Arc::clone(&self.taken),
            name: upload.name.clone(),
            media_type: upload.essence(),
            head: Vec::new(),
        })
    }
}

/// A file that is being written. Dropped unfinished it leaves no trace.
pub struct PartFile {
    part: NamedTempFile<File>,
    folder: PathBuf,
    taken: Arc<Mutex<TakenNames>>,
    name: String,
    media_type: String,
    head: Vec<u8>,
}

/// Where a file is now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Finished {
    /// Newly written here.
    Saved(PathBuf),
    /// The same bytes were here already, under the same name or a number of it.
    AlreadyThere(PathBuf),
}

impl PartFile {
    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// When the disk is full or gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        let written = self.part.as_file_mut().write_all(bytes);
        written.map_err(|error| self.failed(&error))
    }

    /// Puts the file on disk with `posted_at` as its time and gives it its name, or finds that
    /// it is there already.
    ///
    /// # Errors
    ///
    /// When the disk is full, or the folder gone or no longer writable. Then no trace is left.
    pub fn finish(self, posted_at: Option<Timestamp>) -> Result<Finished, StorageError> {
        set_posted_time(self.part.as_file(), posted_at);
        let synced = self.part.as_file().sync_all();
        synced.map_err(|error| self.failed(&error))?;
        let sniffed = infer::get(&self.head).map(|kind| kind.mime_type());
        let sniffed = sniffed.filter(|media_type| media_type.starts_with("image/"));
        let name = portable_file_name(&self.name, sniffed.unwrap_or(&self.media_type));
        let finished = {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.place(self.part, &self.folder, &name)
        };
        sync_folder(&self.folder);
        finished
    }

    fn failed(&self, error: &std::io::Error) -> StorageError {
        StorageError::in_folder(&self.folder, self.part.path(), error)
    }
}

/// Where the part of what is called `key` is. The name is the same on every system, whatever
/// the key is made of.
pub(super) fn resumable_part_path(folder: &Path, key: &str) -> PathBuf {
    let digest = Sha256::digest(key.as_bytes());
    let name = hexadecimal(digest.get(..12).unwrap_or(&digest));
    folder.join(format!("{RESUMABLE_PREFIX}{name}{PART_SUFFIX}"))
}

/// Gives the file the time of its upload, as far as the disk can.
pub(super) fn set_posted_time(file: &File, posted_at: Option<Timestamp>) {
    if let Some(posted_at) = posted_at
        && let Err(error) = file.set_modified(posted_at.into())
    {
        // FAT has no years before 1980, some network mounts no times at all.
        tracing::debug!(%error, "the time of a saved file cannot be set");
    }
}

/// Removes parts that a crash left behind more than a day ago, or a month if they can be
/// resumed, as far as that is possible.
/// A part that is being written is locked, by this process or another.
pub fn remove_stale_parts(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let now = Timestamp::now();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if is_part(&path) && is_abandoned(&path, now - stale_after(&path)) {
            match fs::remove_file(&path) {
                Ok(()) => tracing::info!(path = %path.display(), "removed a stale part"),
                Err(error) => tracing::debug!(%error, "a stale part cannot be removed"),
            }
        }
    }
}

/// How deep below a folder parts are looked for: as deep as a template can sensibly make folders.
const MAX_DEPTH: usize = 6;

/// Removes the parts in and below a folder that a save of which nothing is wanted any longer has
/// left, as far as that is possible. One that is being written is locked, and stays.
pub fn remove_resumable_parts(folder: &Path) {
    remove_below(folder, MAX_DEPTH);
}

fn remove_below(folder: &Path, depth: usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // Not through links: what they lead to is somebody else's.
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let name = entry.file_name();
        let is_resumable = is_part(&path) && name.to_string_lossy().starts_with(RESUMABLE_PREFIX);
        if kind.is_dir() && depth > 0 {
            remove_below(&path, depth - 1);
        } else if kind.is_file()
            && is_resumable
            && is_unlocked(&path)
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::debug!(%error, "a part cannot be removed");
        }
    }
}

/// Whether no process writes to it. Opened for writing, because NFS locks nothing else.
fn is_unlocked(path: &Path) -> bool {
    let open = File::options().append(true).open(path);
    open.is_ok_and(|file| file.try_lock().is_ok())
}

fn is_abandoned(path: &Path, limit: Timestamp) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return false;
    };
    let modified = metadata.modified().ok().map(Timestamp::try_from);
    let is_old = matches!(modified, Some(Ok(modified)) if modified < limit);
    metadata.is_file() && is_old && is_unlocked(path)
}

fn stale_after(path: &Path) -> SignedDuration {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with(RESUMABLE_PREFIX) {
        RESUMABLE_STALE_AFTER
    } else {
        STALE_AFTER
    }
}

pub(super) fn is_part(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(PART_PREFIX) && name.ends_with(PART_SUFFIX)
}

fn new_part(folder: &Path) -> std::io::Result<NamedTempFile<File>> {
    let part = tempfile::Builder::new()
        .prefix(PART_PREFIX)
        .suffix(PART_SUFFIX)
        .rand_bytes(12)
        // Not tempfile's own way: it makes files that nobody else may read.
        .make_in(folder, |path| {
            File::options().read(true).write(true).create_new(true).open(path)
        })?;
    if let Err(error) = part.as_file().try_lock() {
        // Some network mounts have no locks; then the age of the part protects it.
        tracing::debug!(%error, "a part cannot be locked");
    }
    Ok(part)
}

/// Makes the new name survive a power cut. The file is complete and named either way.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) {
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "a folder cannot be synced");
    }
}

/// A folder cannot be opened there; the file is complete and named either way.
#[cfg(not(unix))]
pub(super) const fn sync_folder(_folder: &Path) {}
