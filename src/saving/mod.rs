//! Saving that can be trusted: what is planned is fetched, checked, put on disk, named and
//! written down, and whatever cuts it off, the next run goes on from there.
//!
//! ```text
//! RoomLister ─▶ Planned ─▶ TargetFolder::check ─▶ Checked ─▶ save_all ─▶ SaveEvent, JobReport
//!                              (is it there?)                (fetch → verify → rename → row)
//! ```
//!
//! Everything is a stream: files are fetched while the room is still being listed. Which name a
//! file gets is decided by whoever plans; this module keeps it from taking another's.
//!
//! What a file is called is decided by a [`template`]. A copy may lose its position
//! ([`privacy`]) and be given a [`credit`] before it is named; files beside it ([`sidecar`]) say
//! what the server knew.
//!
//! Bytes are written straight from the task that receives them, so give it a runtime of its own:
//! one thread is enough, and costs half of what handing the bytes over would.

mod check;
mod copy_changes;
pub mod credit;
mod embedded;
mod engine;
mod events;
mod extras;
mod fetch;
mod file_saver;
mod finish;
mod lister;
mod local_copies;
mod mark;
mod naming;
mod pace;
mod people;
pub mod privacy;
pub mod sidecar;
mod survey;
mod target;
pub mod template;
mod tries;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use check::{Checked, Presence};
pub use copy_changes::CopyChanges;
pub use embedded::CopyError;
pub use engine::{SaveJob, save_all};
pub use events::{JobEnd, JobReport, SaveEvent};
pub use extras::Extras;
pub use lister::RoomLister;
pub use local_copies::LocalCopies;
pub use mark::is_without_gap;
pub use naming::Naming;
pub use people::People;
pub use survey::{Survey, free_at};
pub use target::TargetFolder;

use crate::domain::Upload;
use crate::storage::OnClash;

/// An image may show up a day after its bytes were complete: until then it may have been a draft.
/// What is new since some time is looked for from so much earlier on.
pub const DRAFT_LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// An upload, and what its file is to be called.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What to save.
    pub upload: Arc<Upload>,
    /// Below the folder: components that are portable names, never `..`.
    pub path: PathBuf,
}

/// How to save.
#[derive(Debug, Clone, Copy)]
pub struct SaveOptions {
    /// What to do where another file has the name.
    pub on_clash: OnClash,
    /// How long a server may say nothing in the middle of an answer.
    pub stall_timeout: Duration,
    /// How long to try to reach a server that is away.
    pub patience: Duration,
    /// Before something that failed by chance is tried again; doubles from then on.
    pub first_pause: Duration,
    /// Whether a file gets the extension of its content where its name has another one.
    pub is_extension_corrected: bool,
    /// Whether SHA-256 of every file is wanted; it is as much work as receiving it.
    pub needs_sha256: bool,
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self {
            on_clash: OnClash::Number,
            stall_timeout: Duration::from_secs(30),
            patience: Duration::from_mins(2),
            first_pause: Duration::from_millis(500),
            is_extension_corrected: false,
            needs_sha256: false,
        }
    }
}
