//! What can go wrong on this machine, one variant for each reaction.

use std::path::PathBuf;

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
