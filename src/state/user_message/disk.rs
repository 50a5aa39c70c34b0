//! What disks and folders refuse.

use super::UserMessage;
use crate::protocol::StorageError;

/// Why something could not be written on this machine.
pub fn storage(error: &StorageError) -> UserMessage {
    match error {
        StorageError::DiskFull { path } => UserMessage::new(
            "The disk is full",
            format!(
                "Free some space or choose another folder: {}",
                path.display()
            ),
        ),
        StorageError::NotWritable { path } => UserMessage::new(
            "This folder cannot be written to",
            format!(
                "Choose another one, or change its permissions: {}",
                path.display()
            ),
        ),
        StorageError::FolderGone { path } => UserMessage::new(
            "The folder is gone",
            format!(
                "Plug its disk in again or choose another one: {}",
                path.display()
            ),
        ),
        StorageError::LibraryDamaged { path } => UserMessage::new(
            "What was remembered of your rooms is damaged",
            format!(
                "Salon reads it from the server again. The damaged file was kept: {}",
                path.display()
            ),
        ),
        StorageError::LibraryTooNew { path } => UserMessage::new(
            "What was remembered of your rooms is from a newer Salon",
            format!(
                "Salon reads it from the server again. The newer file was kept: {}",
                path.display()
            ),
        ),
        StorageError::LibraryInUse { path } => UserMessage::new(
            "Nothing is remembered of your rooms this time",
            format!(
                "Another program uses the file. Close it and start Salon again: {}",
                path.display()
            ),
        ),
        StorageError::Io { path, cause } => {
            UserMessage::new("Writing failed", format!("{cause}: {}", path.display()))
        }
    }
}
