//! One file of a save, from what is there of it to its row in the ledger.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::fetch::{Advance, Fetch, Stop, check_content, head_of};
use super::pace::Pace;
use super::tries::{Next, Tries};
use super::{
    Checked, CopyChanges, JobEnd, LocalCopies, Planned, Presence, SaveOptions, TargetFolder,
};
use crate::protocol::SaveFailure;
use crate::rocketchat::{Client, ClientError, DownloadError};
use crate::storage::{OnClash, ResumablePart, SaveFolder, StorageError};

/// How often to look whether another process has finished with a part.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// For how long the answer that the session lives is good: the server gives ten a minute.
const CONFIRMED_FOR: Duration = Duration::from_secs(30);

/// What the files of one job have in common.
pub(super) struct FileSaver {
    pub(super) client: Client,
    pub(super) target: Arc<TargetFolder>,
    pub(super) options: SaveOptions,
    pub(super) changes: Arc<CopyChanges>,
    pub(super) local_copies: Option<Arc<dyn LocalCopies>>,
    /// Cancelled when the job is to end.
    pub(super) halt: CancellationToken,
    pub(super) pace: Pace,
    /// Files under way of which bytes are still to come. Those that are put on the disk keep no
    /// other from being fetched.
    pub(super) fetching: AtomicUsize,
    /// One of them has come.
    pub(super) has_come: Notify,
    /// Bytes of all files that are there by now.
    pub(super) received: AtomicU64,
    /// Whether the session lives, and until when that is good to know.
    pub(super) confirmed: tokio::sync::Mutex<Option<(bool, Instant)>>,
}

/// Counts a file among those that are being fetched.
pub(super) struct Fetching(Arc<FileSaver>);

impl Fetching {
    pub(super) fn begin(saver: &Arc<FileSaver>) -> Self {
        saver.fetching.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(saver))
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.fetching.fetch_sub(1, Ordering::Relaxed);
        self.0.has_come.notify_one();
    }
}

/// What became of a file.
#[derive(Debug)]
pub(super) enum FileEnd {
    Saved {
        path: PathBuf,
        length: u64,
        sha256: Option<[u8; 32]>,
        is_repair: bool,
    },
    AlreadyThere(PathBuf),
    NameTaken(PathBuf),
    Failed(SaveFailure),
    /// It failed, and all others would in the same way.
    JobEnds(SaveFailure, JobEnd),
    Halted,
}

impl FileSaver {
    pub(super) async fn save(&self, checked: &Checked, fetching: Fetching) -> FileEnd {
        match self.try_save(checked, fetching).await {
            Ok(end) => end,
            Err(Stop::Failed(failure)) => match job_end(&failure) {
                Some(end) => FileEnd::JobEnds(failure, end),
                None => FileEnd::Failed(failure),
            },
            Err(Stop::Halted | Stop::BegunAnew) => FileEnd::Halted,
        }
    }

    async fn try_save(&self, checked: &Checked, fetching: Fetching) -> Result<FileEnd, Stop> {
        let planned = &checked.planned;
        let mut truncated = None;
        match &checked.presence {
            Presence::There(path) | Presence::Unrecorded(path) if self.has_position(path).await => {
                let cause = "a copy that has or may have one was saved before; delete that, or \
                             save to another folder";
                return Err(SaveFailure::PositionStays(cause.to_owned()).into());
            }
            Presence::There(path) => {
                if self.options.needs_sha256 && !self.target.has_sha256(planned, path) {
                    self.write_down(planned, path).await;
                }
                return Ok(FileEnd::AlreadyThere(path.clone()));
            }
            Presence::NameTaken(path) => return Ok(FileEnd::NameTaken(path.clone())),
            Presence::Unrecorded(path) => {
                if self.write_down(planned, path).await {
                    return Ok(FileEnd::AlreadyThere(path.clone()));
                }
            }
            Presence::Truncated(path) => truncated = Some(path.clone()),
            Presence::Missing => {}
        }
        let (folder, name) = self.target.place_of(&planned.path)?;
        if self.options.on_clash == OnClash::Skip
            && truncated.is_none()
            && let Some(path) = self.target.taken_name(&planned.path)
        {
            return Ok(FileEnd::NameTaken(path));
        }
        let (mut part, has_waited) = self.part(&folder, planned).await?;
        if self.options.needs_sha256 {
            part.want_sha256()?;
        }
        // Whoever had the part may have finished it meanwhile.
        match self.target.recorded_now(planned) {
            Presence::There(path) => {
                part.discard();
                return Ok(FileEnd::AlreadyThere(path));
            }
            Presence::Truncated(path) => truncated = Some(path),
            // It has its name a moment before it has its row.
            _ if has_waited => {
                if let Some(path) = self.target.found_now(planned)
                    && self.write_down(planned, &path).await
                {
                    part.discard();
                    return Ok(FileEnd::AlreadyThere(path));
                }
            }
            _ => {}
        }
        let mut advance = Advance::new(&self.received);
        let is_here = self.copy_locally(planned, &mut part, &mut advance).await?;
        if !is_here && let Err(stop) = self.fetch(planned, &mut part, &mut advance).await {
            if is_worth_resuming(&stop) {
                part.keep();
            } else {
                part.discard();
            }
            return Err(stop);
        }
        self.pace.went_well();
        drop(fetching);
        let end = self.finish(part, planned, name, truncated).await?;
        advance.keep();
        Ok(end)
    }

    /// The part of this upload, once no other process writes it, and whether one did.
    async fn part(
        &self,
        folder: &SaveFolder,
        planned: &Planned,
    ) -> Result<(ResumablePart, bool), Stop> {
        let key = self.target.part_key(&planned.upload.id);
        let until = Instant::now() + self.options.stall_timeout;
        let mut has_waited = false;
        loop {
            if let Some(part) = folder.resume(&key)? {
                return Ok((part, has_waited));
            }
            if Instant::now() >= until {
                return Ok((folder.begin_anew()?, has_waited));
            }
            has_waited = true;
            self.unless_halted(tokio::time::sleep(LOOK_AGAIN)).await?;
        }
    }

    /// Fills the part with a copy from this machine; `false` where there is none that is whole.
    async fn copy_locally(
        &self,
        planned: &Planned,
        part: &mut ResumablePart,
        advance: &mut Advance<'_>,
    ) -> Result<bool, Stop> {
        let Some(copies) = &self.local_copies else {
            return Ok(false);
        };
        let upload = &planned.upload;
        let Some(bytes) = self.unless_halted(copies.copy_of(upload)).await? else {
            return Ok(false);
        };
        let length = bytes.len() as u64;
        let is_whole = length > 0 && upload.size.is_none_or(|size| size.0 == length);
        if !is_whole || check_content(head_of(&bytes), upload).is_err() {
            return Ok(false);
        }
        part.restart()?;
        part.write(&bytes)?;
        advance.set(length);
        Ok(true)
    }

    async fn fetch(
        &self,
        planned: &Planned,
        part: &mut ResumablePart,
        advance: &mut Advance<'_>,
    ) -> Result<(), Stop> {
        let fetch = Fetch {
            client: &self.client,
            upload: &planned.upload,
            halt: &self.halt,
            stall_timeout: self.options.stall_timeout,
        };
        let mut tries = Tries::new(self.options.first_pause, self.options.patience);
        loop {
            self.unless_halted(self.pace.wait()).await?;
            let error = match fetch.complete(part, advance).await {
                Ok(()) => return Ok(()),
                Err(Stop::BegunAnew) => DownloadError::Empty,
                Err(Stop::Failed(SaveFailure::Download(error))) => error,
                Err(stop) => return Err(stop),
            };
            tracing::debug!(id = %planned.upload.id, %error, "a file did not come");
            let mut next = tries.after(&error, part.len());
            if next == Next::CheckSession {
                let is_alive = self.unless_halted(self.is_session_alive()).await?;
                next = match (is_alive, &error) {
                    (false, _) => {
                        let over = DownloadError::Client(ClientError::SessionExpired);
                        return Err(over.into());
                    }
                    (true, DownloadError::Forbidden) => Next::GiveUp,
                    (true, _) => tries.chance(),
                };
            }
            match next {
                Next::Again(pause) => {
                    self.unless_halted(tokio::time::sleep(pause)).await?;
                }
                Next::SlowDown(pause) => self.pace.slow_down(pause),
                // 401 although the session lives: the files of this room are not for us.
                Next::GiveUp if error == DownloadError::Client(ClientError::SessionExpired) => {
                    return Err(DownloadError::Forbidden.into());
                }
                Next::GiveUp | Next::CheckSession | Next::ServerLost => return Err(error.into()),
            }
        }
    }

    /// Whether the token lives. Only a clear no is one.
    async fn is_session_alive(&self) -> bool {
        let mut known = self.confirmed.lock().await;
        if let Some((is_alive, until)) = *known
            && Instant::now() < until
        {
            return is_alive;
        }
        let confirmed = self.client.confirm_session().await;
        let is_alive = !matches!(confirmed, Err(ClientError::SessionExpired));
        *known = Some((is_alive, Instant::now() + CONFIRMED_FOR));
        is_alive
    }

    /// Waits for the network only as long as the job goes on.
    async fn unless_halted<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stop> {
        let done = self.halt.run_until_cancelled(wait).await;
        done.ok_or(Stop::Halted)
    }
}

/// What was cut off goes on in the next run. What is wrong would be wrong again.
const fn is_worth_resuming(stop: &Stop) -> bool {
    matches!(
        stop,
        Stop::Halted | Stop::Failed(SaveFailure::Download(DownloadError::Client(_)))
    )
}

/// Whether the files after this one would fail in the same way.
fn job_end(failure: &SaveFailure) -> Option<JobEnd> {
    match failure {
        SaveFailure::Storage(error) => match error {
            StorageError::DiskFull { .. }
            | StorageError::NotWritable { .. }
            | StorageError::FolderGone { .. } => Some(JobEnd::Storage(error.clone())),
            StorageError::LibraryDamaged { .. }
            | StorageError::LibraryTooNew { .. }
            | StorageError::LibraryInUse { .. }
            | StorageError::Io { .. } => None,
        },
        SaveFailure::Download(DownloadError::Client(error)) => match error {
            ClientError::SessionExpired => Some(JobEnd::SignedOut),
            ClientError::NameNotFound { .. } | ClientError::Unreachable { .. } => {
                Some(JobEnd::ServerLost(error.clone()))
            }
            _ => None,
        },
        SaveFailure::Download(_)
        | SaveFailure::NotAnImage
        | SaveFailure::PositionStays(_)
        | SaveFailure::DoesNotFit(_)
        | SaveFailure::Template(_) => None,
    }
}
