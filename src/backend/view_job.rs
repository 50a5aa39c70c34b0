//! What the viewer shows: an image as a whole, its parts, and the frames of an animation.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Mutex;

use super::decoders::{Decoders, Place};
use super::image_job::Workshop;
use super::reels::ReelKey;
use crate::domain::{PixelSize, Upload, UploadId};
use crate::imaging::{self, Canvas, DecodedImage, ImageError, Tile, View};
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
        let place = self.precedence.place(&self.decoders, &request).await;
        let decoded = match place {
            Ok(place) => self.decoders.view(place, bytes, max_edge_px).await,
            Err(error) => Err(error),
        };
        match decoded {
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
        self: &Arc<Self>,
        request: ImageRequest,
        upload: &Arc<Upload>,
        tile: Tile,
    ) -> Result<(), ImageFailure> {
        let decode = || Arc::clone(self).all_pixels(Arc::clone(upload));
        let canvas = self.canvases.get_or_make(&upload.id, decode).await?;
        let levels = &self.canvases.levels;
        let cut = cut(&self.decoders, levels, canvas, tile).await;
        let (place, image) = cut.map_err(ImageFailure::Decode)?;
        self.report(request, image, place).await;
        Ok(())
    }

    async fn all_pixels(
        self: Arc<Self>,
        upload: Arc<Upload>,
    ) -> Result<(Place, Canvas), ImageFailure> {
        let bytes = self.original_bytes(&upload).await?;
        let received = bytes.len() as u64;
        self.canvases
            .make_room_for(room_for(&bytes, upload.dimensions));
        match self.decoders.canvas(bytes).await {
            Ok(made) => Ok(made),
            Err(error) => Err(self.blame(&upload, received, error).await),
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
        let bytes = || self.original_bytes(upload);
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

    /// In the viewer, parts of these images are wished for now.
    pub(super) fn follow_viewer(&self, wished: &HashSet<&UploadId>) {
        self.canvases.follow(wished);
    }

    /// Nobody looks at images in full any more.
    pub(super) fn close_viewer(&self, wished: &HashSet<&UploadId>) {
        self.canvases.close(wished);
        self.reels.close();
    }
}

/// What its pixels will take. A drawing has none, whatever size it says it has; what it takes is
/// known once it is read.
fn room_for(bytes: &[u8], announced: Option<PixelSize>) -> u64 {
    let is_drawn = imaging::sniff(bytes) == Some("SVG");
    let size = announced.filter(|_| !is_drawn);
    size.map_or(0, |size| size.area().saturating_mul(4))
}

/// Cuts a part out. Its level is made first where nobody needed it yet: that takes as long as
/// decoding a smaller file.
async fn cut(
    decoders: &Decoders,
    levels: &Mutex<()>,
    canvas: Arc<Canvas>,
    tile: Tile,
) -> Result<(Place, DecodedImage), ImageError> {
    if !canvas.has_level(tile.level) {
        let _turn = levels.lock().await;
        if !canvas.has_level(tile.level) {
            let place = decoders.make_level(Arc::clone(&canvas), tile.level).await?;
            drop(place);
        }
    }
    decoders.part(canvas, tile).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_drawing_takes_no_room_for_pixels() {
        let large = Some(PixelSize::new(10_000, 10_000));
        assert_eq!(
            room_for(b"<svg xmlns='http://www.w3.org/2000/svg'/>", large),
            0
        );
        assert_eq!(room_for(b"P5 600 600 255\n", large), 400_000_000);
        assert_eq!(room_for(b"P5 600 600 255\n", None), 0);
    }

    #[tokio::test]
    async fn parts_of_any_level_are_cut_while_another_picture_is_decoded() {
        let mut file = b"P5 600 600 255\n".to_vec();
        file.resize(file.len() + 600 * 600, 7);
        let canvas = Arc::new(Canvas::decode(&file).unwrap());
        let decoders = Decoders::new(1, Duration::from_secs(20));
        let levels = Mutex::default();
        let cut = |level| {
            let (column, row) = (0, 0);
            let tile = Tile { level, column, row };
            cut(&decoders, &levels, Arc::clone(&canvas), tile)
        };
        let _other_picture = decoders.place(1).await.unwrap();
        assert_eq!(cut(0).await.unwrap().1.size.width, 513);
        assert!(!canvas.has_level(1));
        assert_eq!(cut(1).await.unwrap().1.size.width, 300);
        assert!(canvas.has_level(1), "it is made once");
    }
}
