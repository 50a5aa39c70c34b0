//! The bytes of one file: from where its part ends to the end of the file, checked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::domain::Upload;
use crate::imaging;
use crate::protocol::SaveFailure;
use crate::rocketchat::{Client, ClientError, DownloadError};
use crate::storage::{AnotherFile, ResumablePart, StorageError};

/// Bytes at the start that tell what a file is.
const HEAD_BYTES: usize = 4096;

/// Why a file did not come.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(SaveFailure),
    /// What was there is of something else: it was thrown away, and the next try begins anew.
    BegunAnew,
    /// The job ends.
    Halted,
}

impl From<DownloadError> for Stop {
    fn from(error: DownloadError) -> Self {
        Self::Failed(SaveFailure::Download(error))
    }
}

impl From<SaveFailure> for Stop {
    fn from(failure: SaveFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Failed(SaveFailure::Storage(error))
    }
}

/// How to fetch.
pub(super) struct Fetch<'a> {
    pub(super) client: &'a Client,
    pub(super) upload: &'a Upload,
    /// Ends the job.
    pub(super) halt: &'a CancellationToken,
    pub(super) stall_timeout: Duration,
}

impl Fetch<'_> {
    /// Fetches what is missing of the part and checks the whole: length, first bytes, no web
    /// page, not empty.
    pub(super) async fn complete(
        &self,
        part: &mut ResumablePart,
        advance: &mut Advance<'_>,
    ) -> Result<(), Stop> {
        let upload = self.upload;
        let start = part.resume_at(upload.size.map(|size| size.0))?;
        let open = self
            .client
            .open_upload_at(&upload.id, &upload.name, upload.size, start);
        let mut download = self.in_time(open).await??;
        if download.starts_at() != start {
            part.restart()?;
        }
        advance.set(part.len());
        if download.announced_sha256().is_some() {
            part.want_sha256()?;
        }
        let announced = upload.size.map(|size| size.0);
        let announced = announced.or_else(|| download.content_length());
        while let Some(chunk) = self.in_time(download.chunk()).await?? {
            if part.compare(&chunk) == Err(AnotherFile) {
                tracing::debug!(id = %upload.id, "a part is of something else");
                part.restart()?;
                advance.set(0);
                return Err(Stop::BegunAnew);
            }
            part.write(&chunk)?;
            advance.set(part.len());
        }
        let received = part.len();
        if received == 0 {
            return Err(DownloadError::Empty.into());
        }
        if let Some(expected) = announced.filter(|size| *size != received) {
            return Err(DownloadError::WrongLength { expected, received }.into());
        }
        if let Some(announced) = download.announced_sha256()
            && part.hashes().sha256 != Some(announced)
        {
            // Which of its bytes are wrong nobody knows.
            part.restart()?;
            advance.set(0);
            return Err(DownloadError::WrongDigest.into());
        }
        check_content(&part.head(HEAD_BYTES)?, upload)
    }

    /// Waits for the network only as long as the job goes on and the server says something.
    async fn in_time<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stop> {
        let limited = timeout(self.stall_timeout, wait);
        match self.halt.run_until_cancelled(limited).await {
            None => Err(Stop::Halted),
            Some(Err(_elapsed)) => Err(DownloadError::Client(ClientError::TimedOut).into()),
            Some(Ok(done)) => Ok(done),
        }
    }
}

/// The bytes that tell what a file is.
pub(super) fn head_of(file: &[u8]) -> &[u8] {
    file.get(..HEAD_BYTES).unwrap_or(file)
}

/// There are more formats than anybody can tell by their first bytes. Those are saved as they
/// came where the listing says how long they are: the length is checked to the byte.
pub(super) fn check_content(head: &[u8], upload: &Upload) -> Result<(), Stop> {
    if imaging::looks_like_html(head) {
        Err(DownloadError::HtmlInsteadOfImage.into())
    } else if imaging::is_known_image(head) || upload.size.is_some() {
        Ok(())
    } else {
        Err(Stop::Failed(SaveFailure::NotAnImage))
    }
}

/// What one file adds to the bytes of the job: taken back unless it comes through.
pub(super) struct Advance<'a> {
    sum: &'a AtomicU64,
    counted: u64,
    is_kept: bool,
}

impl<'a> Advance<'a> {
    pub(super) const fn new(sum: &'a AtomicU64) -> Self {
        Self {
            sum,
            counted: 0,
            is_kept: false,
        }
    }

    /// So many bytes of the file are there now.
    pub(super) fn set(&mut self, count: u64) {
        if count >= self.counted {
            self.sum.fetch_add(count - self.counted, Ordering::Relaxed);
        } else {
            self.sum.fetch_sub(self.counted - count, Ordering::Relaxed);
        }
        self.counted = count;
    }

    pub(super) const fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Advance<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.sum.fetch_sub(self.counted, Ordering::Relaxed);
        }
    }
}
