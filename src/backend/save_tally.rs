//! The numbers of a save: how far it is, how fast, and what became of each file.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::save_file::FileEnd;
use crate::domain::{ByteCount, Upload, UploadId};
use crate::protocol::{SaveFailure, SaveProgress, SaveReport};
use crate::storage::Finished;

/// Long enough to be calm, short enough to follow a change of the network.
const SPEED_WINDOW: Duration = Duration::from_secs(5);

/// A file of the job, with its place in it.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) place: usize,
    pub(super) upload: Arc<Upload>,
}

/// Something with its place in the job.
type Placed<T> = (usize, T);

/// How a job ended before its time.
#[derive(Debug, Default)]
pub(super) struct EarlyEnd {
    pub(super) is_cancelled: bool,
    pub(super) stopped_by: Option<SaveFailure>,
}

#[derive(Default)]
pub(super) struct SaveTally {
    planned_count: usize,
    planned_bytes: ByteCount,
    /// How many the listing promises, while it goes on.
    pub(super) promised_count: usize,
    pub(super) is_total_final: bool,
    saved: Vec<Placed<(UploadId, PathBuf)>>,
    already_there: Vec<Placed<(UploadId, PathBuf)>>,
    failed: Vec<Placed<(Arc<Upload>, SaveFailure)>>,
    saved_bytes: ByteCount,
    speed: Speed,
}

impl SaveTally {
    pub(super) fn plan(&mut self, upload: Arc<Upload>) -> Planned {
        let place = self.planned_count;
        self.planned_count += 1;
        self.planned_bytes += upload.size.unwrap_or_default();
        Planned { place, upload }
    }

    pub(super) fn count(&mut self, planned: Planned, end: FileEnd) {
        let Planned { place, upload } = planned;
        match end {
            FileEnd::Complete { finished, length } => match finished {
                Finished::Saved(path) => {
                    self.saved_bytes += ByteCount(length);
                    self.saved.push((place, (upload.id.clone(), path)));
                }
                Finished::AlreadyThere(path) => {
                    self.already_there.push((place, (upload.id.clone(), path)));
                }
            },
            FileEnd::Failed(failure) => self.failed.push((place, (upload, failure))),
            FileEnd::Halted => {}
        }
    }

    pub(super) fn progress(&mut self, received: u64) -> SaveProgress {
        SaveProgress {
            saved_count: self.saved.len() + self.already_there.len(),
            failed_count: self.failed.len(),
            total_count: self.planned_count.max(self.promised_count),
            saved_bytes: ByteCount(received),
            total_bytes: ByteCount(self.planned_bytes.0.max(received)),
            bytes_per_second: self.speed.at(Instant::now(), received),
            is_total_final: self.is_total_final,
        }
    }

    pub(super) fn report(self, folder: PathBuf, early_end: EarlyEnd) -> SaveReport {
        SaveReport {
            folder,
            saved: in_order(self.saved),
            already_there: in_order(self.already_there),
            failed: in_order(self.failed),
            saved_bytes: self.saved_bytes,
            is_cancelled: early_end.is_cancelled,
            stopped_by: early_end.stopped_by,
        }
    }
}

fn in_order<T>(mut items: Vec<Placed<T>>) -> Vec<T> {
    items.sort_by_key(|(place, _)| *place);
    items.into_iter().map(|(_, item)| item).collect()
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
