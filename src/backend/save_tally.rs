//! The numbers of a save: how far it is, how fast, and what became of each file.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::reaction::{Reaction, reaction};
use crate::domain::{ByteCount, Upload, UploadId};
use crate::protocol::{SaveActivity, SaveFailure, SaveProgress, SaveReport};
use crate::rocketchat::DownloadError;
use crate::saving::{Planned, SaveEvent, is_without_gap};
use crate::storage::SaveCounts;

/// Long enough to be calm, short enough to follow a change of the network.
const SPEED_WINDOW: Duration = Duration::from_secs(5);

/// How a job ended before its time.
#[derive(Debug, Clone, Default)]
pub(super) struct EarlyEnd {
    pub(super) is_cancelled: bool,
    pub(super) stopped_by: Option<SaveFailure>,
}

/// What became of the files of a save, by their places in it.
#[derive(Default)]
pub(super) struct SaveTally {
    /// How far an earlier run came, for as long as nothing is planned.
    before: SaveCounts,
    /// Planned, and nothing became of them yet.
    open: BTreeMap<usize, Planned>,
    places: HashMap<UploadId, usize>,
    planned_bytes: ByteCount,
    /// How many the listing promises, while it goes on.
    pub(super) promised_count: usize,
    pub(super) is_total_final: bool,
    saved: BTreeMap<usize, (UploadId, PathBuf)>,
    already_there: BTreeMap<usize, (UploadId, PathBuf)>,
    left_out: HashSet<usize>,
    failed: BTreeMap<usize, (Arc<Upload>, SaveFailure)>,
    saved_bytes: ByteCount,
    repaired_count: usize,
    /// Bytes of complete files, and those of unfinished ones.
    settled_bytes: u64,
    received_bytes: u64,
    speed: Speed,
}

impl SaveTally {
    /// Of a save that an earlier run began.
    pub(super) fn after(before: SaveCounts) -> Self {
        Self {
            before,
            ..Self::default()
        }
    }

    /// Gives a file its place. One that was planned before keeps it, and is open again unless it
    /// was saved.
    pub(super) fn plan(&mut self, planned: &Planned) {
        let upload = &planned.upload;
        let next = self.places.len();
        let place = *self.places.entry(upload.id.clone()).or_insert(next);
        self.failed.remove(&place);
        self.already_there.remove(&place);
        self.left_out.remove(&place);
        if !self.saved.contains_key(&place) && self.open.insert(place, planned.clone()).is_none() {
            self.planned_bytes += upload.size.unwrap_or_default();
        }
    }

    /// What is planned and not settled, in order.
    pub(super) fn open(&self) -> Vec<Planned> {
        self.open.values().cloned().collect()
    }

    pub(super) fn take_in(&mut self, event: &SaveEvent) {
        match event {
            SaveEvent::Saved {
                planned,
                path,
                size,
                is_repair,
                ..
            } => {
                if let Some(place) = self.settle(planned) {
                    self.saved_bytes += *size;
                    self.repaired_count += usize::from(*is_repair);
                    self.saved
                        .insert(place, (planned.upload.id.clone(), path.clone()));
                }
            }
            SaveEvent::AlreadyThere { planned, path } => {
                if let Some(place) = self.settle_unfetched(planned) {
                    self.already_there
                        .insert(place, (planned.upload.id.clone(), path.clone()));
                }
            }
            SaveEvent::NameTaken { planned, .. } => {
                if let Some(place) = self.settle_unfetched(planned) {
                    self.left_out.insert(place);
                }
            }
            // The run ends, and the next one tries this again.
            SaveEvent::Failed { failure, .. } if waits(failure) => {}
            SaveEvent::Failed { planned, failure } => {
                if let Some(place) = self.settle_unfetched(planned) {
                    let failed = (Arc::clone(&planned.upload), failure.clone());
                    self.failed.insert(place, failed);
                }
            }
            SaveEvent::Advanced { received, .. } => self.received_bytes = received.0,
            SaveEvent::Waiting { .. } => {}
        }
    }

    fn settle(&mut self, planned: &Planned) -> Option<usize> {
        let place = *self.places.get(&planned.upload.id)?;
        self.open.remove(&place).map(|_| place)
    }

    /// The same for one that needed no fetching, or could not be fetched.
    fn settle_unfetched(&mut self, planned: &Planned) -> Option<usize> {
        let place = self.settle(planned)?;
        let size = planned.upload.size.unwrap_or_default();
        self.planned_bytes = ByteCount(self.planned_bytes.0.saturating_sub(size.0));
        Some(place)
    }

    /// A run of the engine is over: the next one counts its bytes from nothing.
    pub(super) fn run_ended(&mut self) {
        self.settled_bytes = self.saved_bytes.0;
        self.received_bytes = 0;
    }

    /// What was not tried fails by what stopped the save, so that it can be tried again.
    pub(super) fn fail_open(&mut self, failure: &SaveFailure) {
        for planned in self.open() {
            if let Some(place) = self.settle_unfetched(&planned) {
                let failed = (planned.upload, failure.clone());
                self.failed.insert(place, failed);
            }
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Whether something of this save is on the disk.
    pub(super) fn has_saved(&self) -> bool {
        !self.saved.is_empty() || !self.already_there.is_empty()
    }

    /// Whether nothing is missing of what was to be saved.
    pub(super) fn is_without_gap(&self) -> bool {
        let n_there = self.saved.len() + self.already_there.len();
        let failures: Vec<_> = self.failed.values().map(|(_, failure)| failure).collect();
        self.open.is_empty() && is_without_gap(n_there, self.left_out.len(), &failures)
    }

    pub(super) fn counts(&self) -> SaveCounts {
        SaveCounts {
            saved: self.done_count(),
            failed: self.failed.len(),
            total: self.places.len().max(self.promised_count),
        }
    }

    fn done_count(&self) -> usize {
        self.saved.len() + self.already_there.len() + self.left_out.len()
    }

    pub(super) fn progress(&mut self, activity: SaveActivity) -> SaveProgress {
        let received = self.settled_bytes + self.received_bytes;
        let SaveCounts {
            saved,
            failed,
            total,
        } = if self.places.is_empty() {
            self.before
        } else {
            self.counts()
        };
        SaveProgress {
            activity,
            saved_count: saved,
            failed_count: failed,
            total_count: total,
            saved_bytes: ByteCount(received),
            total_bytes: ByteCount(self.planned_bytes.0.max(received)),
            bytes_per_second: match activity {
                SaveActivity::Running => self.speed.at(Instant::now(), received),
                SaveActivity::Queued
                | SaveActivity::Waiting { .. }
                | SaveActivity::Offline
                | SaveActivity::SignedOut
                | SaveActivity::Asking
                | SaveActivity::Paused => 0,
            },
            is_total_final: self.is_total_final,
        }
    }

    pub(super) fn report(
        &self,
        folder: PathBuf,
        early_end: EarlyEnd,
        not_written: Vec<String>,
    ) -> SaveReport {
        SaveReport {
            folder,
            saved: self.saved.values().cloned().collect(),
            repaired_count: self.repaired_count,
            already_there: self.already_there.values().cloned().collect(),
            left_out_count: self.left_out.len(),
            failed: self.failed.values().cloned().collect(),
            saved_bytes: self.saved_bytes,
            is_cancelled: early_end.is_cancelled,
            stopped_by: early_end.stopped_by,
            not_written,
        }
    }
}

/// Whether a save waits until the cause of this is over, rather than counting it as failed.
fn waits(failure: &SaveFailure) -> bool {
    let SaveFailure::Download(DownloadError::Client(error)) = failure else {
        return false;
    };
    matches!(
        reaction(error),
        Reaction::Reconnect | Reaction::CheckSession
    )
}

/// Bytes a second over the last seconds.
#[derive(Default)]
struct Speed {
    samples: VecDeque<(Instant, u64)>,
}

impl Speed {
    fn at(&mut self, now: Instant, received: u64) -> u64 {
        self.samples.push_back((now, received));
        while self.samples.len() > 2
            && self
                .samples
                .front()
                .is_some_and(|(at, _)| now.duration_since(*at) > SPEED_WINDOW)
        {
            self.samples.pop_front();
        }
        let Some((since, before)) = self.samples.front() else {
            return 0;
        };
        let millis = now.duration_since(*since).as_millis().max(1);
        let bytes = u128::from(received.saturating_sub(*before)) * 1000 / millis;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_forgets_what_is_long_ago() {
        let mut speed = Speed::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(speed.at(at(0), 0), 0);
        assert_eq!(speed.at(at(2), 2_000), 1_000);
        for second in 3..20 {
            speed.at(at(second), 2_000);
        }
        assert_eq!(speed.at(at(20), 2_000), 0);
    }
}
