//! How bright an image is, from the cheapest pixels that serve.

use bytes::Bytes;

use super::image_job::Workshop;
use crate::domain::Upload;
use crate::imaging::{Histogram, Target};

/// The smallest thumbnail that is kept: it has pixels enough to count.
const EDGE_PX: u32 = 256;

impl Workshop {
    /// Of the thumbnail that is on this machine, else of one that is made of `original`.
    pub(super) async fn histogram(
        &self,
        upload: &Upload,
        original: Option<Bytes>,
    ) -> Option<Histogram> {
        let found = self.shelf.find(&self.decoders, upload, EDGE_PX).await;
        let (_place, image) = match (found, original) {
            (Some(found), _) => found,
            (None, Some(bytes)) => {
                let target = Target::Thumbnail { edge_px: EDGE_PX };
                self.decoders.decode(bytes, target).await.ok()?
            }
            (None, None) => return None,
        };
        // A fraction of a millisecond.
        Some(Histogram::of(&image))
    }
}
