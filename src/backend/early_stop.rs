//! A download that ends as soon as what came gives a thumbnail.

use super::decoders::{Decoders, Look, Made, Place};
use crate::rocketchat::{Download, DownloadError};

/// Before that no file says more than what it is.
const FIRST_LOOK_BYTES: u64 = 4096;

/// So much is rather read to the end: a download that is given up costs its connection.
const NOT_WORTH_STOPPING_BYTES: u64 = 65_536;

pub(super) enum Read {
    Ready(Place, Made),
    Whole(Vec<u8>),
}

/// Reads a file to its end, or until a thumbnail of this edge can be made of it.
///
/// While what came is looked at nothing is read: that takes a moment, and what came meanwhile
/// might be in vain.
pub(super) async fn read_until_ready(
    mut download: Download,
    limit_bytes: u64,
    decoders: &Decoders,
    edge_px: u32,
) -> Result<Read, DownloadError> {
    let too_large = DownloadError::TooLarge { limit: limit_bytes };
    let announced = download.content_length();
    if announced.is_some_and(|length| length > limit_bytes) {
        return Err(too_large);
    }
    let last_look = announced.map_or(u64::MAX, |length| {
        length.saturating_sub(NOT_WORTH_STOPPING_BYTES)
    });
    let mut next_look = Some(FIRST_LOOK_BYTES);
    let mut bytes = download.buffer();
    while let Some(chunk) = download.chunk().await? {
        bytes.extend_from_slice(&chunk);
        let received = bytes.len() as u64;
        if received > limit_bytes {
            return Err(too_large);
        }
        if next_look.is_none_or(|at| received < at) || received > last_look {
            continue;
        }
        let (prefix, look) = decoders.early_thumbnail(bytes, edge_px).await;
        bytes = prefix;
        next_look = match look {
            Look::Ready(place, made) => {
                let rest = announced.map(|length| length.saturating_sub(received));
                tracing::debug!(received, ?rest, "the beginning is enough");
                return Ok(Read::Ready(place, made));
            }
            Look::AgainAt(at) => Some(at.max(received + 1)),
            Look::NeedsWhole => None,
        };
    }
    Ok(Read::Whole(bytes))
}
