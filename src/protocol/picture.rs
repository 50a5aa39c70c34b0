//! Which picture, how large, and why there is none.

#[cfg(doc)]
use super::Event;
use super::{DownloadError, ImageError, Tile};
use crate::domain::{RoomId, UploadId};

/// One picture in one size: the key of textures and of work under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageRequest {
    /// Of what.
    pub subject: ImageSubject,
    /// How large.
    pub size: ImageSize,
}

/// What a picture is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImageSubject {
    /// An upload.
    Upload(UploadId),
    /// `/avatar/room/<rid>`.
    RoomAvatar(RoomId),
    /// `/avatar/<username>`.
    UserAvatar(String),
}

/// How large a picture has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageSize {
    /// Fit into a square of this many device pixels; the server's thumbnail will do.
    Thumbnail {
        /// The longer side.
        edge_px: u16,
    },
    /// Of the original, about as large as it is looked at as a whole. A format that can be
    /// decoded at a fraction of its size may come up to a quarter smaller.
    Full {
        /// The longer side at most.
        max_edge_px: u32,
    },
    /// A part of the original, to be looked at closely.
    Tile(Tile),
    /// One frame of an animation, composed as it is shown.
    Frame {
        /// From 0 on. One that does not exist is answered with [`Event::ImageFailed`].
        index: u32,
        /// The longer side at most.
        max_edge_px: u32,
    },
    /// No pixels: only what the original file says about itself.
    /// Answer: [`Event::MetadataRead`].
    Metadata,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageFailure {
    /// The bytes did not come.
    Download(DownloadError),
    /// The bytes are no picture.
    Decode(ImageError),
}
