//! What a save tells while it runs, and in the end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Planned;
use crate::domain::{ByteCount, Upload};
use crate::protocol::SaveFailure;
use crate::rocketchat::ClientError;
use crate::storage::StorageError;

/// Something to show.
#[derive(Debug, Clone)]
pub enum SaveEvent {
    /// A file is complete, on disk and under its name.
    Saved {
        /// What was planned.
        planned: Planned,
        /// Where it is.
        path: PathBuf,
        /// Its length.
        size: ByteCount,
        /// SHA-256 of it, where [`SaveOptions::needs_sha256`](super::SaveOptions) asks for it.
        sha256: Option<[u8; 32]>,
        /// It took the place of a copy that had lost its end.
        is_repair: bool,
    },
    /// A copy was there.
    AlreadyThere {
        /// What was planned.
        planned: Planned,
        /// Where it is.
        path: PathBuf,
    },
    /// Another file has the name, and was to be left alone.
    NameTaken {
        /// What was planned.
        planned: Planned,
        /// The other file.
        path: PathBuf,
    },
    /// This one was not saved.
    Failed {
        /// What was planned.
        planned: Planned,
        /// Why.
        failure: SaveFailure,
    },
    /// Bytes came: all of this job by now, those of earlier runs with them.
    Advanced {
        /// Taken back where a file has to be begun anew.
        received: ByteCount,
        /// How many files are settled by now, whatever became of them.
        settled_count: usize,
    },
    /// The server asked for a pause.
    Waiting {
        /// How long it is from now.
        pause: Duration,
    },
}

/// Why a job ended before all was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// Whoever started it ended it.
    Cancelled,
    /// The folder or its disk.
    Storage(StorageError),
    /// The token is dead.
    SignedOut,
    /// The server lists the images of this room and refuses each of them.
    NoAccess,
    /// The server was away for too long.
    ServerLost(ClientError),
}

/// What became of a job.
#[derive(Debug, Clone, Default)]
pub struct JobReport {
    /// How many files were newly written.
    pub saved_count: usize,
    /// Their bytes.
    pub saved_bytes: u64,
    /// How many of them took the place of one that had lost its end.
    pub repaired_count: usize,
    /// How many were there.
    pub there_count: usize,
    /// How many were left out because of another file of their name.
    pub taken_count: usize,
    /// What was not saved, and why.
    pub failed: Vec<(Arc<Upload>, SaveFailure)>,
    /// How many were not tried.
    pub left_count: usize,
    /// Why it ended early.
    pub early_end: Option<JobEnd>,
}

impl JobReport {
    /// How many files are settled, whatever became of them.
    pub const fn settled_count(&self) -> usize {
        self.saved_count + self.there_count + self.taken_count + self.failed.len()
    }
}
