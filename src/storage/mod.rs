//! This machine: keyring, library, caches, settings, files. Synchronous; the backend calls it on
//! threads that may block.

mod content_hashes;
mod dirs;
mod disk_cache;
mod error;
mod file_names;
mod found_files;
mod handed_files;
mod hexadecimal;
mod keyring_store;
mod keyring_thread;
mod library;
mod message_links;
mod part_checks;
mod placed;
mod resumable_part;
mod same_content;
mod save_choices;
mod save_file;
mod session_store;
mod settings;
mod settings_file;
mod stored_entry;
mod taken_names;
#[cfg(test)]
mod tests;
mod thumbnail_cache;
mod viewer_choices;

pub use content_hashes::{ContentHasher, ContentHashes};
pub use dirs::Dirs;
pub use disk_cache::{DiskCache, remove_account_caches};
pub use error::{KeyringError, StorageError};
pub use file_names::{
    MAX_NAME_BYTES, correct_extension, cut_to, name_key, numbered, portable_file_name,
    split_extension,
};
pub use found_files::FoundFiles;
pub use handed_files::{HandedBatch, HandedFiles, Rights, remove_left_files};
pub use hexadecimal::hexadecimal;
pub use keyring_store::KeyringStore;
pub use keyring_thread::KeyringThread;
pub use library::{
    KnownPerson, Library, PageReading, SaveCounts, SaveScope, SavedCopy, SavedFile, SavedUntil,
    SavesLock, ServerNotes, StoredSave, keep_only_saves, plain_path, remove_library,
};
pub use message_links::{keep_message_links, stored_message_links};
pub use placed::{OnClash, Placed, free_space};
pub use resumable_part::{AnotherFile, FinishedPart, ResumablePart};
pub use save_choices::{ClashRule, SaveChoices};
pub use save_file::{Finished, PartFile, SaveFolder, remove_resumable_parts, remove_stale_parts};
pub use session_store::{DemoStore, MemoryStore, SessionStore, StoredSession, known_account};
pub use settings::{GridLayoutChoice, KnownAccount, MessageApp, Settings, ThemeChoice};
pub use settings_file::{keep_settings, load_settings};
pub use thumbnail_cache::{StoredThumbnail, ThumbnailCache, ThumbnailKey};
pub use viewer_choices::{Backdrop, DoubleClickChoice, SlideInterval, ViewerChoices, WheelChoice};
