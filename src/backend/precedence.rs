//! Which pictures let others go first: while all pixels of what is looked at closely are decoded,
//! those of its neighbours would take processors away from them.

use std::collections::HashSet;

use tokio::sync::watch;

use super::decoders::{Decoders, Place};
use crate::imaging::ImageError;
use crate::protocol::{ImageRequest, ImageSize, WantedImage};

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct Precedence {
    last: watch::Sender<HashSet<ImageRequest>>,
}

impl Precedence {
    /// Takes over what is wished for now, the best first, and whether each of it is to come still.
    pub(super) fn follow(&self, wished: &[(&WantedImage, bool)]) {
        let is_part = |image: &WantedImage| matches!(image.request.size, ImageSize::Tile(_));
        let last_part = wished
            .iter()
            .rposition(|(image, is_to_come)| *is_to_come && is_part(image));
        let after_parts = last_part.map_or(wished.len(), |place| place + 1);
        let last: HashSet<ImageRequest> = wished
            .iter()
            .skip(after_parts)
            .filter(|(image, _)| matches!(image.request.size, ImageSize::Full { .. }))
            .map(|(image, _)| image.request.clone())
            .collect();
        self.last.send_if_modified(|before| {
            let is_new = *before != last;
            *before = last;
            is_new
        });
    }

    /// A place to decode this picture at, once it is its turn.
    pub(super) async fn place(
        &self,
        decoders: &Decoders,
        request: &ImageRequest,
    ) -> Result<Place, ImageError> {
        let mut last = self.last.subscribe();
        loop {
            // It ends with an error when the sender is gone, which `self` holds.
            last.wait_for(|last| !last.contains(request)).await.ok();
            tokio::select! {
                biased;
                Ok(_) = last.wait_for(|last| last.contains(request)) => {}
                place = decoders.slot() => return place,
            }
        }
    }
}
