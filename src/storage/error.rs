//! What can go wrong on this machine, one variant for each reaction.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file or folder could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StorageError {
    /// No room left (or the quota is used up).
    #[error("disk full: {}", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// No right to write there, or the disk is read-only.
    #[error("not writable: {}", path.display())]
    NotWritable {
        /// What was being written.
        path: PathBuf,
    },
    /// The folder is gone: deleted, or its disk unplugged.
    #[error("folder is gone: {}", path.display())]
    FolderGone {
        /// The folder.
        path: PathBuf,
    },
    /// What was known of an account cannot be read; it was set aside.
    #[error("damaged, set aside: {}", path.display())]
    LibraryDamaged {
        /// Where it is now.
        path: PathBuf,
    },
    /// What was known of an account was written by a newer version; it was set aside.
    #[error("of a newer version, set aside: {}", path.display())]
    LibraryTooNew {
        /// Where it is now.
        path: PathBuf,
    },
    /// Another program keeps what is known of an account to itself.
    #[error("in use: {}", path.display())]
    LibraryInUse {
        /// The file.
        path: PathBuf,
    },
    /// Anything else.
    #[error("{cause}: {}", path.display())]
    Io {
        /// What was being read or written.
        path: PathBuf,
        /// In the system's words.
        cause: String,
    },
}

/// Why the keyring did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// No keyring service on this machine.
    #[error("no keyring service: {0}")]
    Missing(String),
    /// Locked, and nobody unlocked it (the question was dismissed).
    #[error("the keyring is locked")]
    Locked,
    /// It said no.
    #[error("the keyring refused: {0}")]
    Refused(String),
    /// It did not answer in time: it waits for a password somewhere, usually.
    #[error("the keyring does not answer")]
    Slow,
    /// The entry is there but cannot be read: made by a newer version, or damaged.
    #[error("the entry cannot be read: {0}")]
    Unreadable(String),
}

impl StorageError {
    /// Sorts what the system said about `path` by how a person can react to it.
    pub(crate) fn from_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { path }
            }
            _ => Self::Io {
                path,
                cause: error.to_string(),
            },
        }
    }

    /// The same for a file in `folder`. A disk that was unplugged answers in many ways
    /// ("not found", "input/output error", "stale handle"), so the folder is looked at.
    pub(crate) fn in_folder(folder: &Path, file: &Path, error: &io::Error) -> Self {
        match Self::from_io(file, error) {
            Self::Io { .. } if !folder.is_dir() => Self::FolderGone {
                path: folder.to_path_buf(),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_sorted_by_what_a_person_can_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let sorted = |kind| StorageError::in_folder(folder.path(), &path, &io::Error::from(kind));
        let path = path.clone();
        let full = StorageError::DiskFull { path: path.clone() };
        let not_writable = StorageError::NotWritable { path };
        assert_eq!(sorted(ErrorKind::StorageFull), full);
        assert_eq!(sorted(ErrorKind::QuotaExceeded), full);
        assert_eq!(sorted(ErrorKind::PermissionDenied), not_writable);
        assert_eq!(sorted(ErrorKind::ReadOnlyFilesystem), not_writable);
        let other = sorted(ErrorKind::NotFound);
        assert!(matches!(other, StorageError::Io { .. }), "{other:?}");
    }

    #[test]
    fn a_disk_that_was_unplugged_is_gone_whatever_it_answers() {
        let folder = Path::new("/nowhere/at/all");
        for kind in [ErrorKind::NotFound, ErrorKind::StaleNetworkFileHandle] {
            let error = io::Error::from(kind);
            let sorted = StorageError::in_folder(folder, &folder.join("a.png"), &error);
            let path = folder.to_path_buf();
            assert_eq!(sorted, StorageError::FolderGone { path });
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_a_full_disk() {
        let path = Path::new("/dev/full");
        let error = std::fs::write(path, b"x").unwrap_err();
        let path = path.to_path_buf();
        assert_eq!(
            StorageError::from_io(&path, &error),
            StorageError::DiskFull { path: path.clone() }
        );
    }
}
