//! Copies that other programs are given: in a folder that only this person can look into, for as
//! long as the program runs.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::dirs::create_private;
use super::file_names::{numbered, portable_file_name};
use super::{Dirs, StorageError};

const FOLDER: &str = "handed-over";

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
        })
    }

    /// Writes a copy into the sub-folder `batch`, under this name as far as this system takes it;
    /// one that is taken gets a number.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(
        &self,
        batch: u64,
        name: &str,
        bytes: &[u8],
        rights: Rights,
    ) -> Result<PathBuf, StorageError> {
        let folder = self.folder.join(batch.to_string());
        create_private(&folder)?;
        let name = portable_file_name(name, "");
        let mut n = 1;
        let (path, mut file) = loop {
            let path = folder.join(numbered(&name, n));
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
        let handed = HandedFiles::open(&dirs).unwrap();
        let first = handed.write(1, PNG, b"one", Rights::ReadOnly).unwrap();
        let second = handed.write(1, PNG, b"two", Rights::Usual).unwrap();
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
        drop(handed);
        assert_eq!(fs::read_dir(dirs.cache.join(FOLDER)).unwrap().count(), 0);
    }

    #[test]
    fn a_start_removes_what_a_crash_left_and_nothing_that_is_used() {
        let (_root, dirs) = dirs();
        let running = HandedFiles::open(&dirs).unwrap();
        let used = running.write(1, PNG, b"used", Rights::Usual).unwrap();
        let crashed = HandedFiles::open(&dirs).unwrap();
        let left = crashed.write(1, PNG, b"left", Rights::ReadOnly).unwrap();
        crashed.lock.unlock().unwrap();
        let alone = dirs.cache.join(FOLDER).join("alone");
        fs::create_dir(&alone).unwrap();
        remove_left_files(&dirs);
        assert!(used.exists());
        assert!(!left.exists() && !alone.exists());
        drop(crashed);
        drop(running);
        assert_eq!(fs::read_dir(dirs.cache.join(FOLDER)).unwrap().count(), 0);
    }
}
