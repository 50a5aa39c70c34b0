//! One wanted picture, from the cheapest source that serves.

use std::sync::Arc;

use bytes::Bytes;

use super::decoders::{Decoders, Place};
use super::link::{Next, SessionLink};
use super::originals::{Originals, StoredFile};
use super::reaction::Tries;
use super::thumbnail_sources::ThumbnailSources;
use crate::domain::{PixelSize, Upload};
use crate::imaging::{DecodedImage, ImageError, Metadata, Target};
use crate::protocol::{Event, ImageFailure, ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::rocketchat::{AvatarOf, DownloadError, Thumbnail};

/// An avatar is a few kilobytes; more is a mistake or an attack.
const MAX_AVATAR_BYTES: u64 = 5_000_000;

/// What all pictures of a session are made with.
pub(super) struct Workshop {
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) thumbnails: Arc<ThumbnailSources>,
    pub(super) decoders: Decoders,
}

impl Workshop {
    /// Gets the picture and reports it, or why there is none.
    pub(super) async fn make(&self, wanted: WantedImage) {
        let request = wanted.request.clone();
        if let Err(error) = self.try_make(wanted).await {
            tracing::debug!(?request, ?error, "no picture");
            let event = Event::ImageFailed { request, error };
            self.link.events.send(event).await;
        }
    }

    async fn try_make(&self, wanted: WantedImage) -> Result<(), ImageFailure> {
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
            ImageSize::Full { max_edge_px } => self.full(request, &upload, max_edge_px).await,
            ImageSize::Metadata => self.metadata(&upload).await,
        }
    }

    async fn thumbnail(
        &self,
        request: ImageRequest,
        upload: &Upload,
        edge_px: u32,
    ) -> Result<(), ImageFailure> {
        let target = Target::Thumbnail { edge_px };
        if let Some(bytes) = self.originals.cached(original(upload)).await {
            return self.decode_original(request, upload, bytes, target).await;
        }
        let wanted_edge = needed_edge(upload, edge_px);
        if let Some(thumbnail) = self.thumbnails.of(upload).await
            && thumbnail
                .dimensions
                .is_none_or(|size| size.longer_side() >= wanted_edge)
            && let Some(image) = self.servers_own(upload, &thumbnail, target).await
            && image.original_size.longer_side() >= wanted_edge
        {
            let image = with_size_of(upload, image);
            let event = Event::ImageDecoded { request, image };
            self.link.events.send(event).await;
            return Ok(());
        }
        let bytes = self.original_bytes(upload).await?;
        self.decode_original(request, upload, bytes, target).await
    }

    /// The server's thumbnail. Without it the original serves, so its failures are not told.
    async fn servers_own(
        &self,
        upload: &Upload,
        thumbnail: &Thumbnail,
        target: Target,
    ) -> Option<DecodedImage> {
        let file = StoredFile {
            id: &thumbnail.id,
            room: &upload.room,
            name: &thumbnail.name,
        };
        let bytes = self.originals.bytes(file).await.ok()?;
        let (place, image) = self.decoders.decode(bytes, target).await.ok()?;
        drop(place);
        Some(image)
    }

    async fn full(
        &self,
        request: ImageRequest,
        upload: &Upload,
        max_edge_px: u32,
    ) -> Result<(), ImageFailure> {
        let bytes = self.original_bytes(upload).await?;
        self.read_metadata(upload, bytes.clone()).await;
        self.decode_original(request, upload, bytes, Target::Full { max_edge_px })
            .await
    }

    /// A file that is no picture and not as long as the listing says is an incomplete one.
    async fn decode_original(
        &self,
        request: ImageRequest,
        upload: &Upload,
        bytes: Bytes,
        target: Target,
    ) -> Result<(), ImageFailure> {
        let received = bytes.len() as u64;
        let made = self.decode(request, bytes, target).await;
        made.map_err(|failure| match (&failure, upload.size) {
            (ImageFailure::Decode(ImageError::NoDecoder { .. }), _) => failure,
            (ImageFailure::Decode(_), Some(size)) if size.0 != received => {
                let expected = size.0;
                ImageFailure::Download(DownloadError::WrongLength { expected, received })
            }
            _ => failure,
        })
    }

    async fn metadata(&self, upload: &Upload) -> Result<(), ImageFailure> {
        let bytes = self.original_bytes(upload).await?;
        self.read_metadata(upload, bytes).await;
        Ok(())
    }

    async fn original_bytes(&self, upload: &Upload) -> Result<Bytes, ImageFailure> {
        let bytes = self.originals.bytes(original(upload)).await;
        bytes.map_err(ImageFailure::Download)
    }

    async fn read_metadata(&self, upload: &Upload, bytes: Bytes) {
        let read = self.decoders.read_metadata(bytes).await;
        let (place, metadata): (Option<Place>, _) = match read {
            Ok((place, metadata)) => (Some(place), metadata),
            // A file that crashes the reader says nothing about itself.
            Err(_) => (None, Metadata::default()),
        };
        let event = Event::MetadataRead {
            upload: upload.id.clone(),
            metadata: Box::new(metadata),
        };
        self.link.events.send(event).await;
        drop(place);
    }

    async fn decode(
        &self,
        request: ImageRequest,
        bytes: Bytes,
        target: Target,
    ) -> Result<(), ImageFailure> {
        let made = self.decoders.decode(bytes, target).await;
        let is_damaged = made.as_ref().is_err_and(|error| {
            matches!(
                error,
                ImageError::Truncated | ImageError::Corrupt(_) | ImageError::NotAnImage
            )
        });
        if let (true, ImageSubject::Upload(id)) = (is_damaged, &request.subject) {
            self.originals.forget(id).await;
        }
        let (place, image) = made.map_err(ImageFailure::Decode)?;
        let event = Event::ImageDecoded { request, image };
        // With the place: while the window does not take pictures, none are made.
        self.link.events.send(event).await;
        drop(place);
        Ok(())
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
            // An avatar has nothing to say about itself.
            ImageSize::Metadata => return Ok(()),
        };
        self.decode(request, bytes, target).await
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

fn original(upload: &Upload) -> StoredFile<'_> {
    StoredFile {
        id: &upload.id,
        room: &upload.room,
        name: &upload.name,
    }
}

/// The edge a thumbnail must have: no more than the original itself has.
fn needed_edge(upload: &Upload, edge_px: u32) -> u32 {
    let original = upload.dimensions.map(PixelSize::longer_side);
    original.map_or(edge_px, |original| edge_px.min(original))
}

/// A thumbnail does not know how large its original is; the listing does, but may have its
/// sides swapped.
fn with_size_of(upload: &Upload, mut image: DecodedImage) -> DecodedImage {
    if let Some(size) = upload.dimensions {
        let is_swapped = (size.width > size.height && image.size.width < image.size.height)
            || (size.width < size.height && image.size.width > image.size.height);
        image.original_size = if is_swapped {
            PixelSize::new(size.height, size.width)
        } else {
            size
        };
    }
    image
}
