//! What is said about saves.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::domain::listing::Listing;
use crate::domain::{ByteCount, Room, RoomId, SaveJobId, Upload, UploadId};
use crate::rocketchat::DownloadError;
use crate::storage::{SaveChoices, StorageError};

/// A save to begin, or to look at before it begins.
#[derive(Debug, Clone)]
pub struct SaveOrder {
    /// The room the images are from.
    pub room: Box<Room>,
    /// Which of them.
    pub selection: SaveSelection,
    /// Into which folder.
    pub folder: PathBuf,
    /// How.
    pub choices: SaveChoices,
}

/// Which images to save.
#[derive(Debug, Clone)]
pub enum SaveSelection {
    /// These.
    Uploads(Vec<Arc<Upload>>),
    /// All images of the room but a few, those not listed yet included.
    WholeRoom {
        /// What is known of it already.
        listing: Arc<Listing>,
        /// Not these.
        except: HashSet<UploadId>,
    },
    /// What was posted since the room was saved into the folder without a gap, and what was
    /// saved there and has lost its end since.
    News {
        /// What is known of the room already.
        listing: Arc<Listing>,
    },
}

/// What a save would do, before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveSurvey {
    /// Images that were looked at.
    pub count: usize,
    /// How large they are, as far as the server told.
    pub bytes: ByteCount,
    /// How many are there already.
    pub there_count: usize,
    /// How many bytes have still to be fetched, as far as the server told.
    pub missing_bytes: ByteCount,
    /// By how much they do not fit on the disk.
    pub lack: Option<ByteCount>,
    /// Free bytes on the disk, where the system tells.
    pub free: Option<ByteCount>,
    /// How many images have the name of another one of them.
    pub clash_count: usize,
    /// How many images have the name of a file that is there and is none of theirs.
    pub taken_count: usize,
    /// Where the first ones go, below the folder.
    pub examples: Vec<PathBuf>,
    /// Whether the room has more images than were looked at.
    pub is_partial: bool,
}

/// Why there is no survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurveyError {
    /// The template means nothing; the text says where and what to do.
    Template(String),
    /// The folder cannot be used.
    Storage(StorageError),
}

/// What a save is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveActivity {
    /// Waits for the save before it.
    Queued,
    /// Fetches.
    Running,
    /// Waits until the server's pause is over.
    Waiting {
        /// When that is.
        until: Instant,
    },
    /// Waits until the server can be reached.
    Offline,
    /// Waits until the person has signed in again.
    SignedOut,
    /// Waits for [`Command::AnswerClash`](super::Command::AnswerClash).
    Asking,
    /// Waits until the person resumes it.
    Paused,
}

/// How far a save is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveProgress {
    /// What it is doing.
    pub activity: SaveActivity,
    /// Complete files, those that were there already included.
    pub saved_count: usize,
    /// Failed files.
    pub failed_count: usize,
    /// All files; grows while a room is still being listed.
    pub total_count: usize,
    /// Bytes written by now.
    pub saved_bytes: ByteCount,
    /// Bytes of all files as far as the server told.
    pub total_bytes: ByteCount,
    /// Bytes a second over the last seconds.
    pub bytes_per_second: u64,
    /// Whether the listing of the room is complete, so that the totals are final.
    pub is_total_final: bool,
}

/// What became of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveReport {
    /// Where the files are.
    pub folder: PathBuf,
    /// What was written, in order, with the path of each.
    pub saved: Vec<(UploadId, PathBuf)>,
    /// How many of them took the place of a copy that had lost its end.
    pub repaired_count: usize,
    /// Files that were there already with the same content.
    pub already_there: Vec<(UploadId, PathBuf)>,
    /// Left out, because another file has the name.
    pub left_out_count: usize,
    /// What failed, and why.
    pub failed: Vec<(Arc<Upload>, SaveFailure)>,
    /// Bytes written.
    pub saved_bytes: ByteCount,
    /// Stopped by the person.
    pub is_cancelled: bool,
    /// Why the whole job ended early, if it did: listing failed, disk full, folder gone.
    pub stopped_by: Option<SaveFailure>,
    /// What could not be written beside the files, as sentences.
    pub not_written: Vec<String>,
}

impl SaveReport {
    /// Of a save that did nothing.
    pub const fn of_nothing(folder: PathBuf) -> Self {
        Self {
            folder,
            saved: Vec::new(),
            repaired_count: 0,
            already_there: Vec::new(),
            left_out_count: 0,
            failed: Vec::new(),
            saved_bytes: ByteCount(0),
            is_cancelled: false,
            stopped_by: None,
            not_written: Vec::new(),
        }
    }
}

/// Why one file was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveFailure {
    /// The bytes did not come.
    Download(DownloadError),
    /// The bytes could not be written.
    Storage(StorageError),
    /// The bytes are no image that is known, and nothing tells how many they should be.
    NotAnImage,
    /// A copy without its position was asked for, and this is why there is none.
    PositionStays(String),
    /// They do not fit on the disk, by so many bytes.
    DoesNotFit(ByteCount),
    /// The template means nothing; the text says where and what to do.
    Template(String),
}

/// A save of an earlier run that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedSave {
    /// Names it.
    pub job: SaveJobId,
    /// The room the images are from.
    pub room: Box<Room>,
    /// Into which folder.
    pub folder: PathBuf,
    /// How.
    pub choices: SaveChoices,
    /// How many files are complete.
    pub saved_count: usize,
    /// How many failed.
    pub failed_count: usize,
    /// How many there were to save, as far as that was known.
    pub total_count: usize,
}

/// What is there of a room on this machine's disks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFiles {
    /// Which room.
    pub room: RoomId,
    /// Its images of which a copy is there, as long as it was written, and where.
    pub files: Vec<(UploadId, PathBuf)>,
}
