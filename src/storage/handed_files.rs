//! Copies that other programs are given: in a folder that only this person can look into, for as
//! long as the program runs.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::dirs::create_private;
use super::file_names::{numbered, portable_file_name};
use super::{Dirs, StorageError, free_space};

const FOLDER: &str = "handed-over";

/// Left free on the disk: a full one stops other programs, too.
const RESERVE_BYTES: u64 = 64 << 20;

/// Whether the program that was given a copy may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Changes would be lost: it is deleted at the end.
    ReadOnly,
    /// It is to be copied elsewhere, rights and all.
    Usual,
}

/// The copies of one run of the program. Dropped, it takes them along.
#[derive(Debug)]
pub struct HandedFiles {
    folder: PathBuf,
    lock_path: PathBuf,
    /// Tells other runs that somebody still uses the folder.
    lock: File,
    begun: AtomicU64,
}

/// Copies that are handed over together. Dropped, it takes them along.
#[derive(Debug)]
pub struct HandedBatch {
    folder: PathBuf,
    /// Its folder is in theirs.
    files: Arc<HandedFiles>,
}

impl HandedFiles {
    /// Makes the folder of this run.
    ///
    /// # Errors
    ///
    /// When the cache folder cannot be written.
    pub fn open(dirs: &Dirs) -> Result<Self, StorageError> {
        let all = dirs.cache.join(FOLDER);
        create_private(&all)?;
        let folder = all.join(format!("{:016x}", fastrand::u64(..)));
        // The lock is there before the folder, so that a folder without one is nobody's.
        let lock_path = lock_path(&folder);
        let locked = File::create_new(&lock_path).and_then(|lock| {
            lock.lock()?;
            Ok(lock)
        });
        let lock = locked.map_err(|error| StorageError::from_io(&lock_path, &error))?;
        create_private(&folder)?;
        Ok(Self {
            folder,
            lock_path,
            lock,
            begun: AtomicU64::new(0),
        })
    }

    /// Begins a batch of copies that will take so many bytes.
    ///
    /// # Errors
    ///
    /// When the disk has not the room for them, or cannot be written.
    pub fn begin(self: &Arc<Self>, bytes: u64) -> Result<HandedBatch, StorageError> {
        let needed = bytes.saturating_add(RESERVE_BYTES);
        // Where the system does not say, writing will.
        if free_space(&self.folder).is_ok_and(|free| free < needed) {
            let path = self.folder.clone();
            return Err(StorageError::DiskFull { path });
        }
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        create_private(&folder)?;
        let files = Arc::clone(self);
        Ok(HandedBatch { folder, files })
    }
}

impl HandedBatch {
    /// Writes a copy under this name as far as this system takes it; one that is taken gets a
    /// number.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8], rights: Rights) -> Result<PathBuf, StorageError> {
        let name = portable_file_name(name, "");
        let mut n = 1;
        let (path, mut file) = loop {
            let path = self.folder.join(numbered(&name, n));
            match create(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => n += 1,
                Err(error) => return Err(StorageError::from_io(&path, &error)),
            }
        };
        let written = file.write_all(bytes).and_then(|()| restrict(&file, rights));
        match written {
            Ok(()) => Ok(path),
            Err(error) => {
                let trouble = StorageError::from_io(&path, &error);
                // Half a file is worth nothing to anybody.
                fs::remove_file(&path).ok();
                Err(trouble)
            }
        }
    }
}

impl Drop for HandedBatch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, of = %self.files.folder.display(), "copies are left");
        }
    }
}

impl Drop for HandedFiles {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.folder, &self.lock_path) {
            tracing::warn!(%error, "copies for other programs are left");
        }
        // Explicit, so that nothing else is dropped before.
        self.lock.unlock().ok();
    }
}

/// Removes what earlier runs left that ended without a word.
pub fn remove_left_files(dirs: &Dirs) {
    let all = dirs.cache.join(FOLDER);
    for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
        let path = entry.path();
        let folder = path.with_extension("");
        let lock_path = lock_path(&folder);
        let is_used = File::open(&lock_path).is_ok_and(|lock| lock.try_lock().is_err());
        if !is_used && let Err(error) = remove(&folder, &lock_path) {
            tracing::warn!(%error, path = %path.display(), "old copies are left");
        }
    }
}

fn lock_path(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// The folder first: without its lock the next start finds it as well.
fn remove(folder: &Path, lock_path: &Path) -> std::io::Result<()> {
    let gone = |removed: std::io::Result<()>| match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    gone(fs::remove_dir_all(folder))?;
    gone(fs::remove_file(lock_path))
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn restrict(file: &File, rights: Rights) -> std::io::Result<()> {
    if rights == Rights::Usual {
        return Ok(());
    }
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &str = "a/b.png";

    fn dirs() -> (tempfile::TempDir, Dirs) {
        let root = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(root.path());
        (root, dirs)
    }

    #[test]
    fn copies_are_private_have_their_names_and_go_with_the_program() {
        let (_root, dirs) = dirs();
        let handed = Arc::new(HandedFiles::open(&dirs).unwrap());
        let batch = handed.begin(6).unwrap();
        let first = batch.write(PNG, b"one", Rights::ReadOnly).unwrap();
        let second = batch.write(PNG, b"two", Rights::Usual).unwrap();
        assert_eq!(fs::read(&first).unwrap(), b"one");
        assert!(first.starts_with(&dirs.cache), "{first:?}");
        assert!(first.metadata().unwrap().permissions().readonly());
        assert!(!second.metadata().unwrap().permissions().readonly());
        assert_ne!(first, second);
        let name = second.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.ends_with(" (2).png"), "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(first.parent().unwrap()), 0o700);
            assert_eq!(mode(&first), 0o400);
        }
        let other = handed.begin(5).unwrap();
        let third = other.write(PNG, b"three", Rights::Usual).unwrap();
        drop(batch);
        assert!(!first.exists() && !second.exists() && third.exists());
        drop(handed);
        assert!(third.exists(), "as long as its batch");
        drop(other);
        assert_eq!(fs::read_dir(dirs.cache.join(FOLDER)).unwrap().count(), 0);
    }

    #[test]
    fn what_the_disk_has_no_room_for_is_not_begun() {
        let (_root, dirs) = dirs();
        let handed = Arc::new(HandedFiles::open(&dirs).unwrap());
        let begun = handed.begin(u64::MAX);
        assert!(
            matches!(begun, Err(StorageError::DiskFull { .. })),
            "{begun:?}"
        );
    }

    #[test]
    fn a_start_removes_what_a_crash_left_and_nothing_that_is_used() {
        let (_root, dirs) = dirs();
        let running = Arc::new(HandedFiles::open(&dirs).unwrap());
        let used_batch = running.begin(4).unwrap();
        let used = used_batch.write(PNG, b"used", Rights::Usual).unwrap();
        let crashed = Arc::new(HandedFiles::open(&dirs).unwrap());
        let left_batch = crashed.begin(4).unwrap();
        let left = left_batch.write(PNG, b"left", Rights::ReadOnly).unwrap();
        crashed.lock.unlock().unwrap();
        let alone = dirs.cache.join(FOLDER).join("alone");
        fs::create_dir(&alone).unwrap();
        remove_left_files(&dirs);
        assert!(used.exists());
        assert!(!left.exists() && !alone.exists());
        drop((left_batch, crashed));
        drop((used_batch, running));
        assert_eq!(fs::read_dir(dirs.cache.join(FOLDER)).unwrap().count(), 0);
    }
}
