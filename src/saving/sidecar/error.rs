//! Why something could not be written beside the pictures.

use std::path::PathBuf;

use thiserror::Error;

use crate::storage::StorageError;

/// Why a sidecar, an index or a page was not written. Whatever was there is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SidecarError {
    /// The disk or the folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A newer Salon wrote it, in a way that this one would damage.
    #[error(
        "A newer Salon wrote this file (its format is {version}), so it stays as it is. Update \
         Salon, or save to another folder: {}", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its `salon`.
        version: u64,
    },
    /// Somebody else wrote it.
    #[error(
        "This file is not one of Salon's, so it stays as it is. Rename it, or save to another \
         folder: {}", path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It is one of Salon's, but cannot be understood any more.
    #[error(
        "This file cannot be read, so it stays as it is. Rename or delete it to get a new one \
         ({cause}): {}", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
}
