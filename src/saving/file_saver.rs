//! One file of a save, from what is there of it to its row in the ledger.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::fetch::{Advance, Fetch, Stop};
use super::pace::Pace;
use super::tries::{Next, Tries};
use super::{Checked, JobEnd, Planned, Presence, SaveOptions, TargetFolder};
use crate::imaging;
use crate::protocol::SaveFailure;
use crate::rocketchat::{Client, ClientError, DownloadError};
use crate::storage::{
    FinishedPart, OnClash, Placed, ResumablePart, SaveFolder, StorageError, name_key,
    portable_file_name,
};

/// How often to look whether another process has finished with a part.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// For how long the answer that the session lives is good: the server gives ten a minute.
const CONFIRMED_FOR: Duration = Duration::from_secs(30);

/// Bytes at the start that tell the type of a file.
const HEAD_BYTES: usize = 512;

/// What the files of one job have in common.
pub(super) struct FileSaver {
    pub(super) client: Client,
    pub(super) target: Arc<TargetFolder>,
    pub(super) options: SaveOptions,
    /// Cancelled when the job is to end.
    pub(super) halt: CancellationToken,
    pub(super) pace: Pace,
    /// Bytes of all files that are there by now.
    pub(super) received: AtomicU64,
    /// Until when the session is known to live.
    pub(super) confirmed_until: tokio::sync::Mutex<Option<Instant>>,
    /// Names that files of this job have, by their keys: they are not overwritten by others.
    pub(super) written: Mutex<HashSet<String>>,
}

/// What became of a file.
#[derive(Debug)]
pub(super) enum FileEnd {
    Saved {
        path: PathBuf,
        length: u64,
        sha256: [u8; 32],
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
    pub(super) async fn save(&self, checked: &Checked) -> FileEnd {
        match self.try_save(checked).await {
            Ok(end) => end,
            Err(Stop::Failed(failure)) => match job_end(&failure) {
                Some(end) => FileEnd::JobEnds(failure, end),
                None => FileEnd::Failed(failure),
            },
            Err(Stop::Halted | Stop::BegunAnew) => FileEnd::Halted,
        }
    }

    async fn try_save(&self, checked: &Checked) -> Result<FileEnd, Stop> {
        let planned = &checked.planned;
        let mut truncated = None;
        match &checked.presence {
            Presence::There(path) => return Ok(FileEnd::AlreadyThere(path.clone())),
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
        let mut part = self.part(&folder, planned).await?;
        // Whoever had the part may have finished it meanwhile.
        match self.target.recorded_now(planned) {
            Presence::There(path) => {
                part.discard();
                return Ok(FileEnd::AlreadyThere(path));
            }
            Presence::Truncated(path) => truncated = Some(path),
            _ => {}
        }
        let mut advance = Advance::new(&self.received);
        if let Err(stop) = self.fetch(planned, &mut part, &mut advance).await {
            if is_worth_resuming(&stop) {
                part.keep();
            } else {
                part.discard();
            }
            return Err(stop);
        }
        let finished = self.finish(part, planned, name, truncated.clone()).await?;
        advance.keep();
        self.pace.went_well();
        Ok(self.settled(planned, finished, truncated.as_deref()))
    }

    /// The part of this upload, once no other process writes it.
    async fn part(&self, folder: &SaveFolder, planned: &Planned) -> Result<ResumablePart, Stop> {
        let key = self.target.part_key(&planned.upload.id);
        let until = Instant::now() + self.options.stall_timeout;
        loop {
            if let Some(part) = folder.resume(&key)? {
                return Ok(part);
            }
            if Instant::now() >= until {
                return Ok(folder.begin_anew()?);
            }
            self.unless_halted(tokio::time::sleep(LOOK_AGAIN)).await?;
        }
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
        let mut confirmed_until = self.confirmed_until.lock().await;
        if confirmed_until.is_some_and(|until| Instant::now() < until) {
            return true;
        }
        let confirmed = self.client.confirm_session().await;
        *confirmed_until = Some(Instant::now() + CONFIRMED_FOR);
        !matches!(confirmed, Err(ClientError::SessionExpired))
    }

    /// On disk, named and written down, where blocking is allowed.
    async fn finish(
        &self,
        mut part: ResumablePart,
        planned: &Planned,
        name: String,
        truncated: Option<PathBuf>,
    ) -> Result<FinishedPart, Stop> {
        let head = part.head(HEAD_BYTES)?;
        let sniffed = imaging::sniff(&head).unwrap_or_default();
        let essence = planned.upload.essence();
        let media_type = if sniffed.is_empty() {
            &essence
        } else {
            sniffed
        };
        let name = portable_file_name(&name, media_type);
        let posted_at = planned.upload.uploaded_at;
        let clash = self.options.on_clash;
        if clash != OnClash::Overwrite {
            let finish = move || part.finish(posted_at, &name, clash, truncated.as_deref());
            return on_disk(finish).await;
        }
        // One at a time: the next one of this name must know that it was taken by this one.
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = self.target.parent_of(&planned.path).join(&name);
        let key = name_key(&wanted.to_string_lossy());
        let is_ours = written.contains(&key) || self.target.is_recorded(&wanted);
        let clash = if is_ours { OnClash::Number } else { clash };
        let finished = part.finish(posted_at, &name, clash, truncated.as_deref())?;
        if let Placed::Saved(path) | Placed::AlreadyThere(path) = &finished.placed {
            written.insert(name_key(&path.to_string_lossy()));
        }
        Ok(finished)
    }

    fn settled(
        &self,
        planned: &Planned,
        finished: FinishedPart,
        truncated: Option<&Path>,
    ) -> FileEnd {
        let FinishedPart {
            placed,
            length,
            sha256,
        } = finished;
        match placed {
            Placed::Saved(path) => {
                self.target.record(planned, &path, length, sha256);
                FileEnd::Saved {
                    is_repair: truncated == Some(path.as_path()),
                    path,
                    length,
                    sha256,
                }
            }
            Placed::AlreadyThere(path) => {
                self.target.record(planned, &path, length, sha256);
                FileEnd::AlreadyThere(path)
            }
            Placed::NameTaken(path) => FileEnd::NameTaken(path),
        }
    }

    /// Gives a file that is there its row; `false` when it cannot be read, or is no image.
    async fn write_down(&self, planned: &Planned, path: &Path) -> bool {
        let file = path.to_path_buf();
        let read = tokio::task::spawn_blocking(move || length_and_digest(&file)).await;
        match read {
            Ok(Ok(Some((length, sha256)))) => {
                self.target.record(planned, path, length, sha256);
                true
            }
            _ => false,
        }
    }

    /// Waits for the network only as long as the job goes on.
    async fn unless_halted<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stop> {
        let done = self.halt.run_until_cancelled(wait).await;
        done.ok_or(Stop::Halted)
    }
}

/// Disks may be slow, and the one thread has all the network to look after.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, Stop> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        // Only while the program ends.
        Err(_) => Err(Stop::Halted),
    }
}

/// `None` for what begins like a web page: then it is not what was saved.
fn length_and_digest(path: &Path) -> io::Result<Option<(u64, [u8; 32])>> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut chunk = Vec::with_capacity(256 * 1024);
    let mut length = 0;
    loop {
        chunk.clear();
        (&mut file).take(256 * 1024).read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            return Ok(Some((length, hasher.finalize().into())));
        }
        if length == 0 && imaging::looks_like_html(&chunk) {
            return Ok(None);
        }
        hasher.update(&chunk);
        length += chunk.len() as u64;
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
        SaveFailure::Download(_) | SaveFailure::NotAnImage => None,
    }
}
