//! This machine: keyring, caches, settings, files. Synchronous; the backend calls it on
//! threads that may block.

mod error;
mod settings;

pub use error::{KeyringError, StorageError};
pub use settings::{GridLayoutChoice, KnownAccount, Settings, ThemeChoice};
