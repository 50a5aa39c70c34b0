//! What becomes of a finished file, and of one whose name is taken.

use std::path::{Path, PathBuf};

use super::{Finished, StorageError};

/// What to do where another file has the name already. The same bytes are never saved twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnClash {
    /// Leave the other one there and do without the new one.
    Skip,
    /// Save under the next number: `a (2).jpg`.
    #[default]
    Number,
    /// Take its place.
    Overwrite,
}

/// Where a file is now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Placed {
    /// Newly written here.
    Saved(PathBuf),
    /// The same bytes were here already.
    AlreadyThere(PathBuf),
    /// Nowhere: this one has its name.
    NameTaken(PathBuf),
}

impl From<Finished> for Placed {
    fn from(finished: Finished) -> Self {
        match finished {
            Finished::Saved(path) => Self::Saved(path),
            Finished::AlreadyThere(path) => Self::AlreadyThere(path),
        }
    }
}

/// How many bytes this person may still write to the disk of this folder.
///
/// # Errors
///
/// When the system does not say.
pub fn free_space(folder: &Path) -> Result<u64, StorageError> {
    fs4::available_space(folder).map_err(|error| StorageError::from_io(folder, &error))
}
