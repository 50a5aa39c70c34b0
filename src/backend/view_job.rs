//! What the viewer shows: an image as a whole, its parts, and the frames of an animation.

use std::sync::Arc;

use bytes::Bytes;

use super::decoders::Place;
use super::image_job::Workshop;
use super::reels::ReelKey;
use crate::domain::Upload;
use crate::imaging::{Canvas, DecodedImage, ImageError, Tile, View};
use crate::protocol::{ImageFailure, ImageRequest};

impl Workshop {
    /// The image about as large as it is looked at.
    pub(super) async fn full(
        &self,
        request: ImageRequest,
        upload: &Upload,
        max_edge_px: u32,
    ) -> Result<(), ImageFailure> {
        let bytes = self.original_bytes(upload).await?;
        // Beside each other: the picture does not wait for it, and once the picture is there
        // nobody wants this job to go on.
        let metadata = self.read_metadata(upload, bytes.clone());
        let (shown, ()) = tokio::join!(self.view(request, upload, bytes, max_edge_px), metadata);
        shown
    }

    async fn view(
        &self,
        request: ImageRequest,
        upload: &Upload,
        bytes: Bytes,
        max_edge_px: u32,
    ) -> Result<(), ImageFailure> {
        let received = bytes.len() as u64;
        match self.decoders.view(bytes, max_edge_px).await {
            Ok((place, View { image, canvas })) => {
                // All pixels were needed for it: whoever looks closer will not wait.
                if let Some(canvas) = canvas {
                    self.canvases.offer(&upload.id, canvas);
                }
                self.report(request, image, place).await;
                Ok(())
            }
            Err(error) => Err(self.blame(upload, received, error).await),
        }
    }

    /// A part of the image, cut out of all its pixels.
    pub(super) async fn tile(
        &self,
        request: ImageRequest,
        upload: &Upload,
        tile: Tile,
    ) -> Result<(), ImageFailure> {
        let canvas = match self.canvases.get(&upload.id) {
            Some(canvas) => canvas,
            None => self.canvas(upload).await?,
        };
        let (place, image) = self.cut(canvas, tile).await.map_err(ImageFailure::Decode)?;
        self.report(request, image, place).await;
        Ok(())
    }

    async fn cut(
        &self,
        canvas: Arc<Canvas>,
        tile: Tile,
    ) -> Result<(Place, DecodedImage), ImageError> {
        let cut = self.decoders.brief(move || Some(canvas.tile(tile))).await;
        let (place, image) = cut.ok_or(ImageError::DecoderCrashed)?;
        Ok((place, image?))
    }

    async fn canvas(&self, upload: &Upload) -> Result<Arc<Canvas>, ImageFailure> {
        let _turn = self.canvases.turn.lock().await;
        if let Some(canvas) = self.canvases.get(&upload.id) {
            return Ok(canvas);
        }
        let bytes = self.original_bytes(upload).await?;
        let received = bytes.len() as u64;
        if let Some(size) = upload.dimensions {
            self.canvases.make_room_for(size.area().saturating_mul(4));
        }
        match self.decoders.canvas(bytes).await {
            Ok((place, canvas)) => {
                let canvas = self.canvases.keep(&upload.id, canvas);
                drop(place);
                Ok(canvas)
            }
            Err(error) => Err(self.blame(upload, received, error).await),
        }
    }

    /// One frame of an animation.
    pub(super) async fn frame(
        &self,
        request: ImageRequest,
        upload: &Upload,
        index: u32,
        max_edge_px: u32,
    ) -> Result<(), ImageFailure> {
        let key = ReelKey {
            upload: upload.id.clone(),
            max_edge_px,
        };
        let bytes = self.original_bytes(upload);
        let made = self.reels.frame(&key, index, &self.decoders, bytes).await?;
        match made {
            (place, Some(image)) => {
                self.report(request, image, place).await;
                Ok(())
            }
            // There are fewer than the file announces.
            (_, None) => Err(ImageFailure::Decode(ImageError::Truncated)),
        }
    }

    /// Nobody looks at images in full any more.
    pub(super) fn close_viewer(&self) {
        self.canvases.clear();
        self.reels.close();
    }
}
