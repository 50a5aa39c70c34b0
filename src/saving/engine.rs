//! Runs a save: some files at a time, as the server likes it, until there are no more.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::file_saver::{Fetching, FileEnd, FileSaver};
use super::pace::Pace;
use super::{
    Checked, CopyChanges, JobEnd, JobReport, LocalCopies, SaveEvent, SaveOptions, TargetFolder,
};
use crate::domain::ByteCount;
use crate::protocol::SaveFailure;
use crate::rocketchat::{Client, DownloadError};

/// What waits to be begun. More is not taken from whoever plans.
const MAX_QUEUE: usize = 256;

/// Files that may be put on the disk while as many as the server likes are fetched.
const MAX_FINISHING: usize = 4;

/// A room that one is not a member of lists its images and refuses their bytes. After so many
/// refusals and nothing else, the rest need not be asked for.
const MAX_REFUSALS: usize = 20;

/// Ten a second are enough for a bar that moves.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// A save.
pub struct SaveJob {
    /// The session to fetch with.
    pub client: Client,
    /// Where to.
    pub target: Arc<TargetFolder>,
    /// How.
    pub options: SaveOptions,
    /// What to change in the copies.
    pub changes: CopyChanges,
    /// Files that need not be fetched.
    pub local_copies: Option<Arc<dyn LocalCopies>>,
    /// Ends it early. What is under way is kept for the next run.
    pub cancel: CancellationToken,
}

/// Saves what comes out of `items` until that ends, and tells what happens. Files are fetched in
/// the order they come in, and end in any.
pub async fn save_all(
    job: SaveJob,
    items: mpsc::Receiver<Checked>,
    tell: impl FnMut(SaveEvent),
) -> JobReport {
    let saver = FileSaver {
        client: job.client,
        target: job.target,
        options: job.options,
        changes: Arc::new(job.changes),
        local_copies: job.local_copies,
        fetching: AtomicUsize::new(0),
        has_come: Notify::new(),
        halt: job.cancel.child_token(),
        pace: Pace::new(),
        received: AtomicU64::new(0),
        confirmed: tokio::sync::Mutex::default(),
    };
    let run = Run {
        cancel: job.cancel,
        saver: Arc::new(saver),
        queue: VecDeque::new(),
        files: JoinSet::new(),
        report: JobReport::default(),
        told: 0,
        is_paused: false,
        tell,
    };
    run.finish(items).await
}

struct Run<T> {
    cancel: CancellationToken,
    saver: Arc<FileSaver>,
    queue: VecDeque<Checked>,
    files: JoinSet<(Checked, FileEnd)>,
    report: JobReport,
    told: u64,
    is_paused: bool,
    tell: T,
}

impl<T: FnMut(SaveEvent)> Run<T> {
    async fn finish(mut self, mut items: mpsc::Receiver<Checked>) -> JobReport {
        let mut ticks = interval(PROGRESS_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_open = true;
        let cancel = self.cancel.clone();
        let saver = Arc::clone(&self.saver);
        loop {
            self.start_files();
            if self.files.is_empty() && self.queue.is_empty() && !is_open {
                break;
            }
            tokio::select! {
                () = cancel.cancelled(), if self.report.early_end.is_none() => {
                    self.end_early(JobEnd::Cancelled);
                }
                Some(ended) = self.files.join_next() => match ended {
                    Ok((checked, end)) => self.ended(checked, end),
                    Err(error) => {
                        tracing::error!(%error, "the task of a file failed");
                        self.report.left_count += 1;
                    }
                },
                item = items.recv(), if is_open && self.has_room() => match item {
                    Some(item) if self.report.early_end.is_none() => self.queue.push_back(item),
                    Some(_) => self.report.left_count += 1,
                    None => is_open = false,
                },
                () = saver.has_come.notified() => {}
                _ = ticks.tick() => self.advance(),
            }
            if self.report.early_end.is_some() {
                // Whoever plans need not go on.
                items.close();
            }
        }
        self.advance();
        self.saver.sync_folders().await;
        // The last file may have heard of it before this did.
        if self.cancel.is_cancelled() && self.report.left_count > 0 {
            self.report.early_end.get_or_insert(JobEnd::Cancelled);
        }
        self.report
    }

    fn start_files(&mut self) {
        while let Some(next) = self.queue.front() {
            // What is there costs nothing, unless it is read.
            let is_read = self.saver.changes.is_position_removed || self.saver.options.needs_sha256;
            let is_free = (next.presence.is_settled() && !is_read) || !self.is_full();
            let Some(checked) = self.queue.pop_front_if(|_| is_free) else {
                return;
            };
            let saver = Arc::clone(&self.saver);
            let fetching = Fetching::begin(&saver);
            self.files.spawn(async move {
                let end = saver.save(&checked, fetching).await;
                (checked, end)
            });
        }
    }

    fn has_room(&self) -> bool {
        self.queue.len() < MAX_QUEUE
    }

    fn is_full(&self) -> bool {
        let pace = &self.saver.pace;
        // A disk that is slower than the network has its own limit.
        self.saver.fetching.load(Ordering::Relaxed) >= pace.limit()
            || self.files.len() >= pace.limit() + MAX_FINISHING
            || pace.pause_left().is_some()
    }

    fn ended(&mut self, checked: Checked, end: FileEnd) {
        let Checked { planned, .. } = checked;
        let report = &mut self.report;
        match end {
            FileEnd::Saved {
                path,
                length,
                sha256,
                is_repair,
            } => {
                report.saved_count += 1;
                report.saved_bytes += length;
                report.repaired_count += usize::from(is_repair);
                (self.tell)(SaveEvent::Saved {
                    planned,
                    path,
                    size: ByteCount(length),
                    sha256,
                    is_repair,
                });
            }
            FileEnd::AlreadyThere(path) => {
                report.there_count += 1;
                (self.tell)(SaveEvent::AlreadyThere { planned, path });
            }
            FileEnd::NameTaken(path) => {
                report.taken_count += 1;
                (self.tell)(SaveEvent::NameTaken { planned, path });
            }
            FileEnd::Failed(failure) => {
                report
                    .failed
                    .push((Arc::clone(&planned.upload), failure.clone()));
                (self.tell)(SaveEvent::Failed { planned, failure });
                if self.is_refused() {
                    self.end_early(JobEnd::NoAccess);
                }
            }
            FileEnd::JobEnds(failure, end) => {
                report
                    .failed
                    .push((Arc::clone(&planned.upload), failure.clone()));
                (self.tell)(SaveEvent::Failed { planned, failure });
                self.end_early(end);
            }
            FileEnd::Halted => report.left_count += 1,
        }
    }

    fn is_refused(&self) -> bool {
        let is_refusal = |failure: &SaveFailure| {
            matches!(failure, SaveFailure::Download(DownloadError::Forbidden))
        };
        let JobReport {
            saved_count,
            failed,
            ..
        } = &self.report;
        *saved_count == 0
            && failed.len() >= MAX_REFUSALS
            && failed.iter().all(|(_, failure)| is_refusal(failure))
    }

    /// Files under way end by themselves, and keep what came.
    fn end_early(&mut self, end: JobEnd) {
        self.report.early_end.get_or_insert(end);
        self.report.left_count += self.queue.len();
        self.queue.clear();
        self.saver.halt.cancel();
    }

    fn advance(&mut self) {
        let pause = self.saver.pace.pause_left();
        if let Some(pause) = pause
            && !self.is_paused
        {
            (self.tell)(SaveEvent::Waiting { pause });
        }
        self.is_paused = pause.is_some();
        let received = self.saver.received.load(Ordering::Relaxed);
        if received != self.told {
            self.told = received;
            (self.tell)(SaveEvent::Advanced {
                received: ByteCount(received),
                settled_count: self.report.settled_count(),
            });
        }
    }
}
