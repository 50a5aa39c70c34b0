//! One file of a save: fetched, checked, and only then given its name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;

use super::link::{Next, SessionLink};
use super::originals::{Originals, StoredFile};
use super::reaction::Tries;
use crate::domain::Upload;
use crate::imaging;
use crate::protocol::SaveFailure;
use crate::rocketchat::{Client, DownloadError};
use crate::storage::{Finished, PartFile, SaveFolder, StorageError};

/// Bytes gathered before they are written: larger ones gain nothing, smaller ones cost CPU.
const BUFFER_BYTES: usize = 256 * 1024;

/// Bytes at the start that tell what a file is.
const HEAD_BYTES: usize = 4096;

/// What the files of one job have in common.
pub(super) struct FileSaver {
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) folder: Arc<SaveFolder>,
    /// Cancelled when the job is to end.
    pub(super) halt: CancellationToken,
    /// Bytes of all files that came by now.
    pub(super) received: Arc<AtomicU64>,
}

/// What became of a file.
pub(super) enum FileEnd {
    Complete { finished: Finished, length: u64 },
    Failed(SaveFailure),
    Halted,
}

/// Why a try ended without a file.
enum Stop {
    Failed(SaveFailure),
    Halted,
}

impl From<SaveFailure> for Stop {
    fn from(failure: SaveFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<DownloadError> for Stop {
    fn from(error: DownloadError) -> Self {
        Self::Failed(SaveFailure::Download(error))
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Failed(SaveFailure::Storage(error))
    }
}

impl FileSaver {
    pub(super) async fn save(&self, upload: &Upload) -> FileEnd {
        match self.until_saved(upload).await {
            Ok((finished, length)) => FileEnd::Complete { finished, length },
            Err(Stop::Failed(failure)) => FileEnd::Failed(failure),
            Err(Stop::Halted) => FileEnd::Halted,
        }
    }

    async fn until_saved(&self, upload: &Upload) -> Result<(Finished, u64), Stop> {
        let _turn = self.unless_halted(self.originals.turn(&upload.id)).await?;
        if let Some(done) = self.take_cached(upload).await? {
            return Ok(done);
        }
        let mut tries = Tries::new(&self.link.timings);
        loop {
            let client = self.unless_halted(self.link.client()).await?;
            let mut received = Received::new(&self.received);
            let stop = match self.download(&client, upload, &mut received).await {
                Ok(done) => {
                    self.link.bytes_came(&upload.room);
                    received.keep();
                    return Ok(done);
                }
                Err(stop) => stop,
            };
            let Stop::Failed(SaveFailure::Download(error)) = &stop else {
                return Err(stop);
            };
            tracing::debug!(id = %upload.id, %error, "download for a save failed");
            let link = &self.link;
            let next = link.after_failed_download(&upload.room, &client, error, &mut tries);
            if self.unless_halted(next).await? == Next::GiveUp {
                return Err(stop);
            }
        }
    }

    async fn take_cached(&self, upload: &Upload) -> Result<Option<(Finished, u64)>, Stop> {
        let file = stored_file(upload);
        let Some(bytes) = self.originals.cached(file).await else {
            return Ok(None);
        };
        let is_announced = upload.size.is_none_or(|size| size.0 == bytes.len() as u64);
        if !is_announced || check_content(&bytes, upload).is_err() {
            return Ok(None);
        }
        let length = bytes.len() as u64;
        let part = self.begin(upload).await?;
        let part = write(part, bytes).await?;
        let finished = finish(part, upload).await?;
        self.received.fetch_add(length, Ordering::Relaxed);
        Ok(Some((finished, length)))
    }

    async fn download(
        &self,
        client: &Client,
        upload: &Upload,
        received: &mut Received<'_>,
    ) -> Result<(Finished, u64), Stop> {
        let open = client.open_upload(&upload.id, &upload.name, upload.size);
        let mut download = self.unless_halted(open).await??;
        let announced = upload.size.map(|size| size.0);
        let announced = announced.or_else(|| download.content_length());
        let mut part = self.begin(upload).await?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let mut buffer = Vec::with_capacity(BUFFER_BYTES);
        while let Some(chunk) = self.unless_halted(download.chunk()).await?? {
            received.add(chunk.len() as u64);
            let missing = HEAD_BYTES.saturating_sub(head.len());
            head.extend(chunk.iter().take(missing));
            buffer.extend_from_slice(&chunk);
            if buffer.len() >= BUFFER_BYTES {
                check_content(&head, upload)?;
                let full = std::mem::replace(&mut buffer, Vec::with_capacity(BUFFER_BYTES));
                part = write(part, full).await?;
            }
        }
        let length = received.count;
        if length == 0 {
            return Err(DownloadError::Empty.into());
        }
        check_content(&head, upload)?;
        if let Some(expected) = announced.filter(|size| *size != length) {
            let received = length;
            return Err(DownloadError::WrongLength { expected, received }.into());
        }
        part = write(part, buffer).await?;
        let finished = finish(part, upload).await?;
        Ok((finished, length))
    }

    async fn begin(&self, upload: &Upload) -> Result<PartFile, Stop> {
        let (folder, upload) = (Arc::clone(&self.folder), upload.clone());
        on_disk(move || folder.begin(&upload)).await
    }

    /// Waits for the network only as long as the job goes on. What is done on the disk is
    /// waited for instead: a file that is cut short must be gone before the job reports.
    async fn unless_halted<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stop> {
        let done = self.halt.run_until_cancelled(wait).await;
        done.ok_or(Stop::Halted)
    }
}

async fn write(
    mut part: PartFile,
    bytes: impl AsRef<[u8]> + Send + 'static,
) -> Result<PartFile, Stop> {
    on_disk(move || part.write(bytes.as_ref()).map(|()| part)).await
}

async fn finish(part: PartFile, upload: &Upload) -> Result<Finished, Stop> {
    let posted_at = upload.uploaded_at;
    on_disk(move || part.finish(posted_at)).await
}

/// Disks may be slow, and the two workers have all the network to look after.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, Stop> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        // Only while the program ends.
        Err(_) => Err(Stop::Halted),
    }
}

/// There are more formats than anybody can tell by their first bytes. Those are saved as they
/// came where the listing says how long they are: the length is checked to the byte.
fn check_content(head: &[u8], upload: &Upload) -> Result<(), Stop> {
    if imaging::looks_like_html(head) {
        Err(DownloadError::HtmlInsteadOfImage.into())
    } else if imaging::is_known_image(head) || upload.size.is_some() {
        Ok(())
    } else {
        Err(SaveFailure::NotAnImage.into())
    }
}

pub(super) fn stored_file(upload: &Upload) -> StoredFile<'_> {
    StoredFile {
        id: &upload.id,
        room: &upload.room,
        name: &upload.name,
    }
}

/// The bytes of one try: taken back from the sum unless the try succeeds.
struct Received<'a> {
    sum: &'a AtomicU64,
    count: u64,
    is_kept: bool,
}

impl<'a> Received<'a> {
    const fn new(sum: &'a AtomicU64) -> Self {
        Self {
            sum,
            count: 0,
            is_kept: false,
        }
    }

    fn add(&mut self, bytes: u64) {
        self.count += bytes;
        self.sum.fetch_add(bytes, Ordering::Relaxed);
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Received<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.sum.fetch_sub(self.count, Ordering::Relaxed);
        }
    }
}
