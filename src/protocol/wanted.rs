//! What is worth having now.

use std::sync::Arc;

#[cfg(doc)]
use super::Event;
use super::{Generation, ImageRequest};
use crate::domain::{ListingWindow, Room, Upload, UploadId};

/// What is worth having now, best first. A value, not a stream: the backend starts what is
/// new in it and drops what is no longer in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Echoed by [`Event::PageLoaded`].
    pub generation: Generation,
    /// The open room.
    pub room: Option<Room>,
    /// `startingFromId` of every window but the very first: holds the offsets still.
    pub anchor: Option<UploadId>,
    /// The windows of the listing that the view lacks, the visible ones first.
    pub windows: Vec<ListingWindow>,
    /// Windows that are worth having once the view has all it needs: the rest of what is
    /// selected.
    pub later: Vec<ListingWindow>,
    /// The pictures that are missing, the visible ones first.
    pub images: Vec<WantedImage>,
    /// Whether images are looked at in full: only then all pixels of the last ones are kept.
    pub is_viewing: bool,
}

/// One picture to get, with what is needed to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedImage {
    /// Which picture.
    pub request: ImageRequest,
    /// For an upload, its description.
    pub upload: Option<Arc<Upload>>,
}
