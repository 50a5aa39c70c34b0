//! A wanted thumbnail, from the cheapest source that serves: the thumbnail cache, an original
//! that is on this machine, the server's own thumbnail, the original on the server.

use bytes::Bytes;

use super::decoders::{Keepsake, Made, Place};
use super::image_job::{Workshop, original};
use super::originals::{Fetched, StoredFile};
use crate::domain::{PixelSize, Upload};
use crate::imaging::{DecodedImage, ImageError, Target};
use crate::protocol::{Event, ImageFailure, ImageRequest, ImageSize, WantedImage};
use crate::rocketchat::Thumbnail;

/// A server's thumbnail is kept as it came up to this size; larger ones are usually PNG files,
/// of which a JPEG is a tenth.
const MAX_KEPT_AS_IS_BYTES: usize = 65_536;

/// And up to this edge: what is kept must be quick to decode, and a few kilobytes may hold
/// thousands of rows of one colour.
const MAX_KEPT_AS_IS_PX: u32 = 1024;

impl Workshop {
    /// Reports the thumbnail if it was made before and is on this machine. Asks the server
    /// nothing; `false` when there is none.
    pub(super) async fn take_from_shelf(&self, wanted: &WantedImage) -> bool {
        let (Some(upload), ImageSize::Thumbnail { edge_px }) =
            (&wanted.upload, wanted.request.size)
        else {
            return false;
        };
        let found = self.shelf.find(&self.decoders, upload, u32::from(edge_px));
        let Some((place, image)) = found.await else {
            return false;
        };
        self.report(wanted.request.clone(), image, place).await;
        true
    }

    /// Makes the thumbnail, reports it and keeps it.
    pub(super) async fn thumbnail(
        &self,
        request: ImageRequest,
        upload: &Upload,
        edge_px: u32,
    ) -> Result<(), ImageFailure> {
        let (place, made) = self.make_thumbnail(upload, edge_px).await?;
        self.shelf.keep(upload, &made.shown, made.kept);
        self.report(request, made.shown, place).await;
        Ok(())
    }

    async fn make_thumbnail(
        &self,
        upload: &Upload,
        edge_px: u32,
    ) -> Result<(Place, Made), ImageFailure> {
        if let Some(bytes) = self.originals.cached(original(upload)).await {
            return self.thumbnail_of_whole(upload, bytes, edge_px).await;
        }
        if let Some(made) = self.servers_own(upload, edge_px).await {
            return Ok(made);
        }
        let fetched = self
            .originals
            .for_thumbnail(original(upload), &self.decoders, edge_px);
        match fetched.await.map_err(ImageFailure::Download)? {
            Fetched::Early(place, made) => Ok((place, made)),
            Fetched::Whole(bytes) => self.thumbnail_of_whole(upload, bytes, edge_px).await,
        }
    }

    async fn thumbnail_of_whole(
        &self,
        upload: &Upload,
        bytes: Bytes,
        edge_px: u32,
    ) -> Result<(Place, Made), ImageFailure> {
        let received = bytes.len() as u64;
        match self.decoders.thumbnail(bytes, edge_px).await {
            Ok(made) => Ok(made),
            Err(error) => Err(self.blame(upload, received, error).await),
        }
    }

    /// From the server's thumbnail, if it is large enough. Without it the original serves, so
    /// its failures are not told.
    async fn servers_own(&self, upload: &Upload, edge_px: u32) -> Option<(Place, Made)> {
        // Whether it is smaller than the image could not be told, now or from what is kept.
        upload.dimensions?;
        let wanted_edge = needed_edge(upload, edge_px);
        let is_enough = |size: PixelSize| size.longer_side() >= wanted_edge;
        let thumbnail: Thumbnail = self.thumbnails.of(upload).await?;
        if !thumbnail.dimensions.is_none_or(is_enough) {
            return None;
        }
        let file = StoredFile {
            id: &thumbnail.id,
            room: &upload.room,
            name: &thumbnail.name,
        };
        // Not through the disk cache of originals: what is made of it is kept.
        let bytes = match self.originals.fetch_once(file).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::debug!(%error, "the server's thumbnail does not come");
                return None;
            }
        };
        let (place, made) = if bytes.len() > MAX_KEPT_AS_IS_BYTES {
            self.decoders.thumbnail(bytes, edge_px).await
        } else {
            self.kept_as_it_is(bytes, edge_px).await
        }
        .ok()?;
        if !is_enough(made.shown.original_size) {
            return None;
        }
        let shown = described_by(upload, made.shown);
        Some((place, Made { shown, ..made }))
    }

    /// A file of few bytes, which is kept as it is unless it has many pixels.
    async fn kept_as_it_is(&self, bytes: Bytes, edge_px: u32) -> Result<(Place, Made), ImageError> {
        let target = Target::Thumbnail { edge_px };
        let (place, shown) = self.decoders.decode(bytes.clone(), target).await?;
        let edge = shown.original_size.longer_side();
        if edge > MAX_KEPT_AS_IS_PX {
            drop(place);
            return self.decoders.thumbnail(bytes, edge_px).await;
        }
        let kept = Keepsake::File {
            bytes,
            edge_px: edge,
        };
        Ok((place, Made { shown, kept }))
    }

    /// With the place: while the window does not take pictures, none are made.
    pub(super) async fn report(&self, request: ImageRequest, image: DecodedImage, place: Place) {
        let event = Event::ImageDecoded { request, image };
        self.link.events.send(event).await;
        drop(place);
    }
}

/// The edge a thumbnail must have: no more than the original itself has.
fn needed_edge(upload: &Upload, edge_px: u32) -> u32 {
    let original = upload.dimensions.map(PixelSize::longer_side);
    original.map_or(edge_px, |original| edge_px.min(original))
}

/// A thumbnail does not know how large its original is; the listing does, but may have its
/// sides swapped. Nor does it know whether the original moves: of a GIF older servers make a still
/// one, and hardly any GIF is.
fn described_by(upload: &Upload, mut image: DecodedImage) -> DecodedImage {
    if let Some(size) = upload.dimensions {
        let is_swapped = (size.width > size.height && image.size.width < image.size.height)
            || (size.width < size.height && image.size.width > image.size.height);
        image.original_size = if is_swapped {
            PixelSize::new(size.height, size.width)
        } else {
            size
        };
    }
    image.is_animated |= upload.essence() == "image/gif";
    image
}
