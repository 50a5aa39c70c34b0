//! Running and finished save jobs, and the question for a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{ByteCount, Room, SaveJobId, UploadId};
use crate::protocol::{SaveProgress, SaveReport, SaveSelection};

/// One job.
#[derive(Debug)]
pub struct SaveJob {
    /// Names it.
    pub id: SaveJobId,
    /// The room the images are from.
    pub room: Room,
    /// Into which folder.
    pub folder: PathBuf,
    /// How far it is.
    pub progress: SaveProgress,
    /// What became of it, once it is over.
    pub report: Option<Box<SaveReport>>,
    /// Stop was pressed.
    pub is_stopping: bool,
}

/// A save that waits for its folder.
#[derive(Debug, Clone)]
pub struct PendingSave {
    /// The room the images are from.
    pub room: Room,
    /// What to save.
    pub selection: SaveSelection,
    /// Known bytes, for the question.
    pub bytes: ByteCount,
    /// How many images.
    pub count: usize,
    /// The folder to offer.
    pub suggested: PathBuf,
    /// How the folder is asked for.
    pub question: FolderQuestion,
}

/// How the folder is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderQuestion {
    /// By the system's dialog.
    Dialog,
    /// By a field in the window: the system has no dialog.
    Field,
}

/// All jobs, and the one that is about to begin.
#[derive(Debug, Default)]
pub struct Saves {
    /// Oldest first.
    pub jobs: Vec<SaveJob>,
    /// The one that waits for its folder.
    pub pending: Option<PendingSave>,
    /// Where the images saved since the start are.
    saved: HashMap<UploadId, PathBuf>,
    last_id: u64,
}

impl Saves {
    /// The jobs that are not over.
    pub fn running(&self) -> impl Iterator<Item = &SaveJob> {
        self.jobs.iter().filter(|job| job.report.is_none())
    }

    /// Forgets everything but the last number: a late report of an old job must not be taken
    /// for one of a new job.
    pub(super) fn forget(&mut self) {
        *self = Self {
            last_id: self.last_id,
            ..Self::default()
        };
    }

    /// Where an image was saved to since the start.
    pub fn saved_path(&self, upload: &UploadId) -> Option<&Path> {
        self.saved.get(upload).map(PathBuf::as_path)
    }

    pub(super) fn start(&mut self, pending: &PendingSave, folder: PathBuf) -> SaveJobId {
        self.last_id += 1;
        let id = SaveJobId(self.last_id);
        let is_total_final = matches!(pending.selection, SaveSelection::Uploads(_));
        self.jobs.push(SaveJob {
            id,
            room: pending.room.clone(),
            folder,
            progress: SaveProgress {
                activity: crate::protocol::SaveActivity::Queued,
                saved_count: 0,
                failed_count: 0,
                total_count: pending.count,
                saved_bytes: ByteCount(0),
                total_bytes: pending.bytes,
                bytes_per_second: 0,
                is_total_final,
            },
            report: None,
            is_stopping: false,
        });
        id
    }

    pub(super) fn advance(&mut self, id: SaveJobId, progress: SaveProgress) {
        if let Some(job) = self.job_mut(id) {
            job.progress = progress;
        }
    }

    pub(super) fn finish(&mut self, id: SaveJobId, report: Box<SaveReport>) {
        let there = report.saved.iter().chain(&report.already_there);
        self.saved.extend(there.cloned());
        if let Some(job) = self.job_mut(id) {
            job.report = Some(report);
        }
    }

    pub(super) fn stop(&mut self, id: SaveJobId) {
        if let Some(job) = self.job_mut(id) {
            job.is_stopping = true;
        }
    }

    pub(super) fn dismiss(&mut self, id: SaveJobId) {
        self.jobs.retain(|job| job.id != id || job.report.is_none());
    }

    /// The failed images of a finished job, as a save that can begin.
    pub(super) fn retry(&mut self, id: SaveJobId) -> Option<(PendingSave, PathBuf)> {
        let index = self.jobs.iter().position(|job| job.id == id)?;
        let job = self.jobs.get(index)?;
        let failed = &job.report.as_ref()?.failed;
        let uploads: Vec<_> = failed
            .iter()
            .map(|(upload, _)| Arc::clone(upload))
            .collect();
        let pending = PendingSave {
            room: job.room.clone(),
            bytes: uploads.iter().filter_map(|upload| upload.size).sum(),
            count: uploads.len(),
            selection: SaveSelection::Uploads(uploads),
            suggested: job.folder.clone(),
            question: FolderQuestion::Dialog,
        };
        let job = self.jobs.remove(index);
        (pending.count > 0).then_some((pending, job.folder))
    }

    fn job_mut(&mut self, id: SaveJobId) -> Option<&mut SaveJob> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }
}
