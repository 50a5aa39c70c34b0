//! Saves images into a folder: four at a time, whatever the window shows meanwhile.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::link::SessionLink;
use super::listing_choice::WindowRequest;
use super::originals::Originals;
use super::room_lister::{Batch, RoomLister};
use super::save_file::{FileEnd, FileSaver};
use super::save_tally::{EarlyEnd, Planned, SaveTally};
use crate::domain::SaveJobId;
use crate::protocol::{Event, SaveFailure, SaveProgress, SaveReport, SaveSelection};
use crate::rocketchat::{ClientError, DownloadError};
use crate::storage::{SaveFolder, StorageError};

/// Files at the same time: hides the server's latency, leaves room for looking at others.
const MAX_FILES: usize = 4;

/// Batches of the lister that may wait: it lists far slower than they are taken.
const BATCH_CAPACITY: usize = 4;

/// A save that was asked for.
pub(super) struct SaveJob {
    pub(super) id: SaveJobId,
    pub(super) folder: PathBuf,
    pub(super) cancel: CancellationToken,
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) lane: mpsc::Sender<WindowRequest>,
}

impl SaveJob {
    /// Saves and reports.
    pub(super) async fn run(self, selection: SaveSelection) {
        let folder = self.folder.clone();
        let opened = tokio::task::spawn_blocking(move || SaveFolder::open(&folder)).await;
        let opened = opened.unwrap_or_else(|error| {
            Err(StorageError::Io {
                path: self.folder.clone(),
                cause: error.to_string(),
            })
        });
        let (job, events) = (self.id, self.link.events.clone());
        let report = match opened {
            Ok(folder) => RunningSave::new(&self, folder).run(selection).await,
            Err(error) => self.failed_at_once(selection, SaveFailure::Storage(error)),
        };
        // Whoever signed out waits for nothing, and may have begun another save by now.
        if self.link.cancel.is_cancelled() {
            return;
        }
        tracing::debug!(
            ?job,
            saved = report.saved.len(),
            failed = report.failed.len(),
            is_cancelled = report.is_cancelled,
            stopped_by = ?report.stopped_by,
            "save finished"
        );
        let report = Box::new(report);
        events.send(Event::SaveFinished { job, report }).await;
    }

    /// Everything that is known of the selection is named, so that it can be tried again.
    fn failed_at_once(&self, selection: SaveSelection, failure: SaveFailure) -> SaveReport {
        let uploads = match selection {
            SaveSelection::Uploads(uploads) => uploads,
            SaveSelection::WholeRoom {
                listing, except, ..
            } => {
                let known = listing.known();
                known.filter(|one| !except.contains(&one.id)).collect()
            }
        };
        let mut tally = SaveTally::default();
        for upload in uploads {
            let planned = tally.plan(upload);
            tally.count(planned, FileEnd::Failed(failure.clone()));
        }
        let early_end = EarlyEnd {
            is_cancelled: false,
            stopped_by: Some(failure),
        };
        tally.report(self.folder.clone(), early_end)
    }
}

struct RunningSave<'a> {
    job: &'a SaveJob,
    saver: Arc<FileSaver>,
    queue: VecDeque<Planned>,
    files: JoinSet<(Planned, FileEnd)>,
    lister: JoinSet<Result<(), ClientError>>,
    tally: SaveTally,
    told: Option<SaveProgress>,
    early_end: EarlyEnd,
}

impl<'a> RunningSave<'a> {
    fn new(job: &'a SaveJob, folder: SaveFolder) -> Self {
        Self {
            job,
            saver: Arc::new(FileSaver {
                link: Arc::clone(&job.link),
                originals: Arc::clone(&job.originals),
                folder: Arc::new(folder),
                halt: job.cancel.child_token(),
                received: Arc::new(AtomicU64::new(0)),
            }),
            queue: VecDeque::new(),
            files: JoinSet::new(),
            lister: JoinSet::new(),
            tally: SaveTally::default(),
            told: None,
            early_end: EarlyEnd::default(),
        }
    }

    async fn run(mut self, selection: SaveSelection) -> SaveReport {
        let (found, mut batches) = mpsc::channel(BATCH_CAPACITY);
        self.begin(selection, found);
        let mut ticks = interval(self.job.link.timings.progress_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.start_files();
            if self.files.is_empty() && self.lister.is_empty() && self.queue.is_empty() {
                break;
            }
            tokio::select! {
                () = self.job.cancel.cancelled(), if !self.early_end.is_cancelled => self.cancel(),
                Some(ended) = self.files.join_next() => {
                    if let Ok((planned, end)) = ended {
                        self.ended(planned, end);
                    }
                }
                Some(batch) = batches.recv() => self.enqueue(batch),
                Some(listed) = self.lister.join_next() => {
                    while let Ok(batch) = batches.try_recv() {
                        self.enqueue(batch);
                    }
                    self.listed(listed.unwrap_or(Ok(())));
                }
                _ = ticks.tick() => self.tell().await,
            }
        }
        while let Ok(batch) = batches.try_recv() {
            self.enqueue(batch);
        }
        self.tell().await;
        let folder = self.job.folder.clone();
        self.tally.report(folder, self.early_end)
    }

    fn begin(&mut self, selection: SaveSelection, found: mpsc::Sender<Batch>) {
        match selection {
            SaveSelection::Uploads(uploads) => {
                self.tally.is_total_final = true;
                let planned = uploads.into_iter().map(|one| self.tally.plan(one));
                self.queue = planned.collect();
            }
            SaveSelection::WholeRoom {
                room,
                listing,
                except,
            } => {
                let lister = RoomLister {
                    room: *room,
                    listing,
                    except,
                    lane: self.job.lane.clone(),
                    found,
                };
                self.lister.spawn(lister.run());
            }
        }
    }

    fn is_ending(&self) -> bool {
        self.early_end.is_cancelled || self.early_end.stopped_by.is_some()
    }

    fn start_files(&mut self) {
        while self.files.len() < MAX_FILES
            && let Some(planned) = self.queue.pop_front()
        {
            let saver = Arc::clone(&self.saver);
            self.files.spawn(async move {
                let end = saver.save(&planned.upload).await;
                (planned, end)
            });
        }
    }

    fn enqueue(&mut self, batch: Batch) {
        if self.early_end.is_cancelled {
            return;
        }
        self.tally.promised_count = batch.promised_count;
        for upload in batch.uploads {
            let planned = self.tally.plan(upload);
            self.queue.push_back(planned);
        }
        if self.saver.halt.is_cancelled() {
            self.fail_queue();
        }
    }

    fn listed(&mut self, listed: Result<(), ClientError>) {
        match listed {
            Ok(()) if !self.is_ending() => {
                self.tally.promised_count = 0;
                self.tally.is_total_final = true;
            }
            Ok(()) => {}
            // What was listed is still saved.
            Err(error) => {
                let failure = SaveFailure::Download(DownloadError::Client(error));
                self.early_end.stopped_by.get_or_insert(failure);
            }
        }
    }

    fn ended(&mut self, planned: Planned, end: FileEnd) {
        let end = match (end, &self.early_end) {
            // Cut short by the failure of another.
            (FileEnd::Halted, early) if !early.is_cancelled => match &early.stopped_by {
                Some(failure) => FileEnd::Failed(failure.clone()),
                None => FileEnd::Halted,
            },
            (end, _) => end,
        };
        if let FileEnd::Failed(failure) = &end
            && ends_the_job(failure)
            && !self.saver.halt.is_cancelled()
        {
            self.early_end.stopped_by = Some(failure.clone());
            self.fail_queue();
            self.halt();
        }
        self.tally.count(planned, end);
    }

    /// What was not begun fails by what stopped the job, and can be tried again with the rest.
    fn fail_queue(&mut self) {
        let Some(failure) = self.early_end.stopped_by.clone() else {
            return;
        };
        for planned in std::mem::take(&mut self.queue) {
            let end = FileEnd::Failed(failure.clone());
            self.tally.count(planned, end);
        }
    }

    fn cancel(&mut self) {
        self.early_end.is_cancelled = true;
        self.halt();
    }

    /// Files under way end by themselves, without a trace.
    fn halt(&mut self) {
        self.saver.halt.cancel();
        self.queue.clear();
        self.lister.abort_all();
    }

    async fn tell(&mut self) {
        if self.job.link.cancel.is_cancelled() {
            return;
        }
        let received = self.saver.received.load(Ordering::Relaxed);
        let progress = self.tally.progress(received);
        if self.told.as_ref() != Some(&progress) {
            self.told = Some(progress.clone());
            let job = self.job.id;
            let event = Event::SaveAdvanced { job, progress };
            self.job.link.events.send(event).await;
        }
    }
}

/// Whether the files after this one would fail in the same way.
const fn ends_the_job(failure: &SaveFailure) -> bool {
    match failure {
        SaveFailure::Storage(error) => match error {
            StorageError::DiskFull { .. }
            | StorageError::NotWritable { .. }
            | StorageError::FolderGone { .. } => true,
            StorageError::LibraryDamaged { .. }
            | StorageError::LibraryTooNew { .. }
            | StorageError::LibraryInUse { .. }
            | StorageError::Io { .. } => false,
        },
        SaveFailure::Download(_) | SaveFailure::NotAnImage | SaveFailure::PositionStays(_) => false,
    }
}
