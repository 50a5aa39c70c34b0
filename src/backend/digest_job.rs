//! The SHA-256 of an original, for those who ask for it.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::image_job::original;
use super::link::SessionLink;
use super::originals::Originals;
use crate::domain::Upload;
use crate::protocol::Event;
use crate::rocketchat::DownloadError;
use crate::storage::hexadecimal;

/// Hashes the file, which is fetched if it is not on this machine, and reports it. Nobody asks
/// any more when the session has ended.
pub(super) async fn compute_sha256(
    link: Arc<SessionLink>,
    originals: Arc<Originals>,
    upload: Arc<Upload>,
) {
    let work = async {
        let bytes = originals.bytes(original(&upload)).await?;
        // A second for 500 MB: too long for a thread that others wait for.
        let hashed = tokio::task::spawn_blocking(move || hexadecimal(&Sha256::digest(&bytes)));
        Ok(hashed.await.ok())
    };
    let result: Option<Result<Option<String>, DownloadError>> =
        link.cancel.run_until_cancelled(work).await;
    let event = match result {
        Some(Ok(Some(digest))) => Ok(digest),
        Some(Err(error)) => Err(error),
        Some(Ok(None)) | None => return,
    };
    let event = Event::Sha256Computed {
        upload: upload.id.clone(),
        result: event,
    };
    link.events.send(event).await;
}
