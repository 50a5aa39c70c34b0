//! One wanted picture, from the cheapest source that serves.

use std::sync::Arc;

use bytes::Bytes;

use super::canvases::Canvases;
use super::decoders::{Decoders, Place};
use super::link::{Next, SessionLink};
use super::originals::{Originals, StoredFile};
use super::precedence::Precedence;
use super::reaction::Tries;
use super::reels::Reels;
use super::thumbnail_shelf::ThumbnailShelf;
use super::thumbnail_sources::ThumbnailSources;
use crate::domain::Upload;
use crate::imaging::{Histogram, ImageError, Metadata, Target};
use crate::protocol::{Event, ImageFailure, ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::rocketchat::{AvatarOf, DownloadError};

/// An avatar is a few kilobytes; more is a mistake or an attack.
const MAX_AVATAR_BYTES: u64 = 5_000_000;

/// What all pictures of a session are made with.
pub(super) struct Workshop {
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) thumbnails: Arc<ThumbnailSources>,
    pub(super) shelf: Arc<ThumbnailShelf>,
    pub(super) decoders: Decoders,
    pub(super) canvases: Canvases,
    pub(super) reels: Reels,
    pub(super) precedence: Precedence,
}

impl Workshop {
    /// Gets the picture and reports it, or why there is none.
    pub(super) async fn make(self: &Arc<Self>, wanted: WantedImage) {
        let request = wanted.request.clone();
        if let Err(error) = self.try_make(wanted).await {
            tracing::debug!(?request, ?error, "no picture");
            let event = Event::ImageFailed { request, error };
            self.link.events.send(event).await;
        }
    }

    async fn try_make(self: &Arc<Self>, wanted: WantedImage) -> Result<(), ImageFailure> {
        let WantedImage { request, upload } = wanted;
        let avatar = match &request.subject {
            ImageSubject::Upload(_) => None,
            ImageSubject::RoomAvatar(room) => Some(AvatarOf::Room(room.clone())),
            ImageSubject::UserAvatar(username) => Some(AvatarOf::User(username.clone())),
        };
        if let Some(avatar) = avatar {
            return self.avatar(request, avatar).await;
        }
        let Some(upload) = upload else {
            tracing::error!(?request, "an image is wanted without its description");
            return Err(ImageFailure::Download(DownloadError::Deleted));
        };
        match request.size {
            ImageSize::Thumbnail { edge_px } => {
                self.thumbnail(request, &upload, u32::from(edge_px)).await
            }
            // Rare beside thumbnails, and their futures are large.
            ImageSize::Full { max_edge_px } => {
                Box::pin(self.full(request, &upload, max_edge_px)).await
            }
            ImageSize::Tile(tile) => Box::pin(self.tile(request, &upload, tile)).await,
            ImageSize::Frame { index, max_edge_px } => {
                Box::pin(self.frame(request, &upload, index, max_edge_px)).await
            }
            ImageSize::Metadata => self.metadata(&upload).await,
        }
    }

    /// What an original that cannot be decoded failed for: one that is damaged and not as long as
    /// the listing says is an incomplete one. Damaged bytes are not kept. Of any length, what is
    /// too large or takes too long stays so.
    pub(super) async fn blame(
        &self,
        upload: &Upload,
        received: u64,
        error: ImageError,
    ) -> ImageFailure {
        let may_be_incomplete = matches!(
            error,
            ImageError::Truncated | ImageError::Corrupt(_) | ImageError::NotAnImage
        );
        if may_be_incomplete {
            self.originals.forget(&upload.id).await;
        }
        match upload.size {
            Some(size) if may_be_incomplete && size.0 != received => {
                let expected = size.0;
                ImageFailure::Download(DownloadError::WrongLength { expected, received })
            }
            _ => ImageFailure::Decode(error),
        }
    }

    async fn metadata(&self, upload: &Upload) -> Result<(), ImageFailure> {
        let bytes = self.original_bytes(upload).await?;
        let histogram = self.histogram(upload, Some(bytes.clone())).await;
        self.report_metadata(upload, bytes, histogram).await;
        Ok(())
    }

    pub(super) async fn original_bytes(&self, upload: &Upload) -> Result<Bytes, ImageFailure> {
        let bytes = self.originals.bytes(original(upload)).await;
        bytes.map_err(ImageFailure::Download)
    }

    /// Along with a full picture, which shall not wait for more than what is here already.
    pub(super) async fn read_metadata(&self, upload: &Upload, bytes: Bytes) {
        let histogram = self.histogram(upload, None).await;
        self.report_metadata(upload, bytes, histogram).await;
    }

    async fn report_metadata(&self, upload: &Upload, bytes: Bytes, histogram: Option<Histogram>) {
        let read = self.decoders.read_metadata(bytes).await;
        let (place, mut metadata): (Option<Place>, _) = match read {
            Some((place, metadata)) => (Some(place), metadata),
            // A file that crashes the reader says nothing about itself.
            None => (None, Metadata::default()),
        };
        metadata.histogram = histogram;
        let event = Event::MetadataRead {
            upload: upload.id.clone(),
            metadata: Box::new(metadata),
        };
        self.link.events.send(event).await;
        drop(place);
    }

    async fn avatar(&self, request: ImageRequest, of: AvatarOf) -> Result<(), ImageFailure> {
        let bytes = self
            .avatar_bytes(&of)
            .await
            .map_err(ImageFailure::Download)?;
        let target = match request.size {
            ImageSize::Thumbnail { edge_px } => Target::Thumbnail {
                edge_px: u32::from(edge_px),
            },
            ImageSize::Full { max_edge_px } => Target::Full { max_edge_px },
            // An avatar has nothing to say about itself, and is not looked at closely.
            ImageSize::Tile(_) | ImageSize::Frame { .. } | ImageSize::Metadata => return Ok(()),
        };
        let decoded = self.decoders.decode(bytes, target).await;
        let (place, image) = decoded.map_err(ImageFailure::Decode)?;
        self.report(request, image, place).await;
        Ok(())
    }

    async fn avatar_bytes(&self, of: &AvatarOf) -> Result<Bytes, DownloadError> {
        let mut tries = Tries::new(&self.link.timings);
        loop {
            let client = self.link.client().await;
            let read = async {
                let download = client.open_avatar(of).await?;
                download.read_all(MAX_AVATAR_BYTES).await
            };
            let error = match read.await {
                Ok(bytes) => return Ok(Bytes::from(bytes)),
                // Refused avatars are not worth asking whether the session lives.
                Err(DownloadError::Forbidden) => return Err(DownloadError::Forbidden),
                Err(error) => error,
            };
            let DownloadError::Client(cause) = &error else {
                return Err(error);
            };
            if self.link.after_failure(&client, cause, &mut tries).await == Next::GiveUp {
                return Err(error);
            }
        }
    }
}

pub(super) fn original(upload: &Upload) -> StoredFile<'_> {
    StoredFile {
        id: &upload.id,
        room: &upload.room,
        name: &upload.name,
    }
}
