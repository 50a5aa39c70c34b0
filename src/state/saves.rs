//! The queue of saves, and the one that is about to begin.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::{ByteCount, Room, RoomId, SaveJobId};
use crate::protocol::{
    SaveActivity, SaveOrder, SaveProgress, SaveReport, SaveSelection, UnfinishedSave,
};
use crate::state::save_sheet::SaveSheet;

/// One job.
#[derive(Debug)]
pub struct SaveJob {
    /// Names it.
    pub id: SaveJobId,
    /// The room the images are from.
    pub room: Room,
    /// Into which folder.
    pub folder: PathBuf,
    /// What it came from.
    pub origin: SaveOrigin,
    /// How far it is.
    pub progress: SaveProgress,
    /// Another file that has the name of one to save, while the person is asked about it.
    pub clash: Option<PathBuf>,
    /// What became of it, once it is over.
    pub report: Option<Box<SaveReport>>,
    /// Stop was pressed.
    pub is_stopping: bool,
    /// Whether it is to save all images of the room.
    pub is_whole_room: bool,
}

/// What a job came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveOrigin {
    /// Images were chosen and saved.
    Choice,
    /// A folder was brought up to date.
    Update,
    /// It was begun before the program was started.
    EarlierRun,
}

impl SaveJob {
    /// Whether it goes on by itself, now or later.
    pub fn is_running(&self) -> bool {
        self.report.is_none() && self.progress.activity != SaveActivity::Paused
    }

    /// Whether it rests until somebody resumes it.
    pub fn is_paused(&self) -> bool {
        self.report.is_none() && !self.is_running()
    }
}

/// All jobs, and the one that is about to begin.
#[derive(Debug)]
pub struct Saves {
    /// Oldest first.
    pub jobs: Vec<SaveJob>,
    /// The one that is being prepared.
    pub sheet: Option<SaveSheet>,
    /// Bytes a second of the last save that had a speed.
    pub speed: Option<u64>,
    last_id: u64,
    last_survey: u64,
}

impl Default for Saves {
    fn default() -> Self {
        // Jobs outlive the program, so that each run counts on from its own start.
        let now = Timestamp::now().as_microsecond();
        Self {
            jobs: Vec::new(),
            sheet: None,
            speed: None,
            last_id: u64::try_from(now).unwrap_or(0),
            last_survey: 0,
        }
    }
}

impl Saves {
    /// The jobs that go on by themselves.
    pub fn running(&self) -> impl Iterator<Item = &SaveJob> {
        self.jobs.iter().filter(|job| job.is_running())
    }

    /// The jobs that are not over.
    pub fn unfinished(&self) -> impl Iterator<Item = &SaveJob> {
        self.jobs.iter().filter(|job| job.report.is_none())
    }

    /// The first job that waits to be told what to do about a name that is taken.
    pub fn asking(&self) -> Option<(&SaveJob, &Path)> {
        let mut asking = self.unfinished().filter(|job| !job.is_stopping);
        asking.find_map(|job| Some((job, job.clash.as_deref()?)))
    }

    /// Forgets everything but the last numbers: a late report of an old job must not be taken
    /// for one of a new job.
    pub(super) fn forget(&mut self) {
        *self = Self {
            last_id: self.last_id,
            last_survey: self.last_survey,
            ..Self::default()
        };
    }

    /// The number of the next question what a save would do.
    pub(super) const fn next_survey(&mut self) -> u64 {
        self.last_survey += 1;
        self.last_survey
    }

    /// Takes a new job in: so many images of so many bytes, as far as that is known.
    pub(super) fn start(
        &mut self,
        order: &SaveOrder,
        origin: SaveOrigin,
        (count, bytes): (usize, ByteCount),
    ) -> SaveJobId {
        self.last_id += 1;
        let id = SaveJobId(self.last_id);
        let is_total_final = matches!(order.selection, SaveSelection::Uploads(_));
        self.jobs.push(SaveJob {
            id,
            room: (*order.room).clone(),
            folder: order.folder.clone(),
            origin,
            progress: SaveProgress {
                activity: SaveActivity::Queued,
                saved_count: 0,
                failed_count: 0,
                total_count: count,
                saved_bytes: ByteCount(0),
                total_bytes: bytes,
                bytes_per_second: 0,
                is_total_final,
            },
            is_whole_room: matches!(
                &order.selection,
                SaveSelection::WholeRoom { except, .. } if except.is_empty()
            ),
            clash: None,
            report: None,
            is_stopping: false,
        });
        id
    }

    /// Takes in what earlier runs left; answers which of it was not known.
    pub(super) fn restore(&mut self, unfinished: Vec<UnfinishedSave>) -> Vec<SaveJobId> {
        let before = self.jobs.len();
        for save in unfinished {
            if self.jobs.iter().all(|job| job.id != save.job) {
                self.jobs.push(restored(save));
            }
        }
        let new: Vec<_> = self.jobs.iter().skip(before).map(|job| job.id).collect();
        // They are older than what was begun meanwhile.
        self.jobs.rotate_right(new.len());
        new
    }

    pub(super) fn advance(&mut self, id: SaveJobId, progress: SaveProgress) {
        if progress.bytes_per_second > 0 {
            self.speed = Some(progress.bytes_per_second);
        }
        if let Some(job) = self.job_mut(id) {
            job.progress = progress;
        }
    }

    /// Answers of which room it is, and how its folder was named before.
    pub(super) fn rename_folder(
        &mut self,
        id: SaveJobId,
        folder: PathBuf,
    ) -> Option<(RoomId, PathBuf)> {
        let job = self.job_mut(id)?;
        let before = std::mem::replace(&mut job.folder, folder);
        Some((job.room.id.clone(), before))
    }

    pub(super) fn ask(&mut self, id: SaveJobId, path: PathBuf) {
        if let Some(job) = self.job_mut(id) {
            job.clash = Some(path);
            job.progress.activity = SaveActivity::Asking;
            job.progress.bytes_per_second = 0;
        }
    }

    pub(super) fn finish(&mut self, id: SaveJobId, report: Box<SaveReport>) {
        if let Some(job) = self.job_mut(id) {
            job.clash = None;
            job.is_stopping = false;
            job.report = Some(report);
        }
    }

    /// Saves that rest and have nothing left to do, since all of their room is in their folder
    /// now. They are gone from the queue.
    pub(super) fn retire(&mut self, id: SaveJobId) -> Vec<SaveJobId> {
        let Some(done) = self.job(id).filter(|job| job.is_whole_room) else {
            return Vec::new();
        };
        let is_complete = |report: &SaveReport| {
            let is_early = report.is_cancelled || report.stopped_by.is_some();
            !is_early && report.failed.is_empty() && report.left_out_count == 0
        };
        if !done.report.as_deref().is_some_and(is_complete) {
            return Vec::new();
        }
        let (room, folder) = (done.room.id.clone(), done.folder.clone());
        let is_done =
            |job: &SaveJob| job.is_paused() && job.room.id == room && job.folder == folder;
        let retired = self.jobs.iter().filter(|job| is_done(job));
        let retired: Vec<_> = retired.map(|job| job.id).collect();
        self.jobs.retain(|job| !is_done(job));
        retired
    }

    pub(super) fn stop(&mut self, id: SaveJobId) {
        if let Some(job) = self.job_mut(id) {
            job.is_stopping = true;
        }
    }

    pub(super) fn pause(&mut self, id: SaveJobId) {
        self.turn_to(id, SaveActivity::Paused);
    }

    /// The job goes on, or begins again with what failed.
    pub(super) fn go_on(&mut self, id: SaveJobId) {
        self.turn_to(id, SaveActivity::Queued);
        let Some(job) = self.job_mut(id) else {
            return;
        };
        if job.origin == SaveOrigin::EarlierRun {
            job.origin = SaveOrigin::Choice;
        }
        if job.report.take().is_some() {
            job.progress.failed_count = 0;
        }
    }

    /// The backend says how it really is in a moment.
    fn turn_to(&mut self, id: SaveJobId, activity: SaveActivity) {
        if let Some(job) = self.job_mut(id) {
            job.clash = None;
            job.progress.activity = activity;
            job.progress.bytes_per_second = 0;
        }
    }

    /// Takes a job off the list; whether it was there and nothing goes on in it.
    pub(super) fn dismiss(&mut self, id: SaveJobId) -> bool {
        let before = self.jobs.len();
        self.jobs.retain(|job| job.id != id || job.is_running());
        self.jobs.len() < before
    }

    /// All that are over, and of which nothing is left to be tried again.
    pub fn finished(&self) -> impl Iterator<Item = SaveJobId> {
        let is_done = |report: &SaveReport| {
            report.stopped_by.is_none() && (report.is_cancelled || report.failed.is_empty())
        };
        let jobs = self.jobs.iter();
        let finished = jobs.filter(move |job| job.report.as_deref().is_some_and(is_done));
        finished.map(|job| job.id)
    }

    pub(super) fn job(&self, id: SaveJobId) -> Option<&SaveJob> {
        self.jobs.iter().find(|job| job.id == id)
    }

    fn job_mut(&mut self, id: SaveJobId) -> Option<&mut SaveJob> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }
}

fn restored(save: UnfinishedSave) -> SaveJob {
    SaveJob {
        id: save.job,
        room: *save.room,
        folder: save.folder,
        origin: SaveOrigin::EarlierRun,
        progress: SaveProgress {
            activity: SaveActivity::Paused,
            saved_count: save.saved_count,
            failed_count: save.failed_count,
            total_count: save.total_count,
            saved_bytes: ByteCount(0),
            total_bytes: ByteCount(0),
            bytes_per_second: 0,
            is_total_final: true,
        },
        clash: None,
        report: None,
        is_stopping: false,
        is_whole_room: false,
    }
}
