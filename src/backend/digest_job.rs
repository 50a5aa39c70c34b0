//! The SHA-256 of an original, for those who ask for it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use sha2::{Digest as _, Sha256};

use super::image_job::original;
use super::link::SessionLink;
use super::originals::Originals;
use crate::domain::Upload;
use crate::imaging::ImageError;
use crate::protocol::{ClientError, DownloadError, Event, EventSender, ImageFailure};
use crate::storage::hexadecimal;

/// Hashes the file, which is fetched if it is not on this machine, and reports an end, whatever
/// happens: until then it cannot be asked for again.
pub(super) async fn compute_sha256(
    link: Arc<SessionLink>,
    originals: Arc<Originals>,
    upload: Arc<Upload>,
) {
    let work = AssertUnwindSafe(sha256(&originals, &upload)).catch_unwind();
    let result = match link.cancel.run_until_cancelled(work).await {
        Some(Ok(result)) => result,
        Some(Err(_)) => Err(crashed()),
        None => Err(signed_out()),
    };
    report(&link.events, &upload, result).await;
}

/// Says that nobody is signed in to fetch it.
pub(super) async fn refuse_sha256(events: EventSender, upload: Arc<Upload>) {
    report(&events, &upload, Err(signed_out())).await;
}

async fn sha256(originals: &Originals, upload: &Upload) -> Result<String, ImageFailure> {
    let bytes = originals.bytes(original(upload)).await;
    let bytes = bytes.map_err(ImageFailure::Download)?;
    // A second for 500 MB: too long for a thread that others wait for.
    let hashed = tokio::task::spawn_blocking(move || hexadecimal(&Sha256::digest(&bytes)));
    hashed.await.map_err(|error| {
        tracing::error!(%error, "a file was not hashed");
        crashed()
    })
}

async fn report(events: &EventSender, upload: &Upload, result: Result<String, ImageFailure>) {
    let upload = upload.id.clone();
    events.send(Event::Sha256Computed { upload, result }).await;
}

const fn crashed() -> ImageFailure {
    ImageFailure::Decode(ImageError::DecoderCrashed)
}

const fn signed_out() -> ImageFailure {
    ImageFailure::Download(DownloadError::Client(ClientError::SessionExpired))
}
