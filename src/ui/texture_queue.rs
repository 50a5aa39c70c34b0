//! Pictures on their way to the GPU: a frame has time for so many only.

use std::cell::Cell;
use std::collections::HashMap;

use crate::protocol::{DecodedImage, ImageRequest};
use crate::ui::texture_converter::Prepared;
use crate::ui::view_context::Urgency;

/// What is uploaded in one frame: some twenty tiles, a first screen. Copying it to the driver takes about a
/// millisecond for each megabyte where there is no graphics card.
const FRAME_BYTES: usize = 5 * 1024 * 1024;

/// While so much waits nothing more is taken in.
const FULL_BYTES: usize = 16 * 1024 * 1024;

#[derive(Default)]
pub(super) struct TextureQueue {
    pictures: HashMap<ImageRequest, Queued>,
    bytes: usize,
    taken_in: u64,
}

/// A picture that waits.
pub(super) enum Waiting {
    /// As it came.
    Decoded(DecodedImage),
    /// As the GPU takes it.
    Prepared(Prepared),
}

impl Waiting {
    fn bytes(&self) -> usize {
        match self {
            Self::Decoded(image) => image.pixels.len(),
            Self::Prepared(prepared) => prepared.bytes,
        }
    }
}

struct Queued {
    image: Waiting,
    /// How soon the last frame needed it, if it did.
    urgency: Cell<Option<Urgency>>,
    /// In the order in which they came.
    place: u64,
}

impl TextureQueue {
    pub(super) fn push(&mut self, request: ImageRequest, image: Waiting) {
        self.bytes += image.bytes();
        self.taken_in += 1;
        let queued = Queued {
            image,
            urgency: Cell::new(None),
            place: self.taken_in,
        };
        if let Some(older) = self.pictures.insert(request, queued) {
            self.bytes -= older.image.bytes();
        }
    }

    /// Takes out what one frame has time for, the most urgent first.
    pub(super) fn take(&mut self) -> Vec<(ImageRequest, Waiting)> {
        let mut order: Vec<_> = self
            .pictures
            .iter()
            .map(|(request, queued)| {
                // What came since the last frame was on its list too, nobody knows where.
                let urgency = queued.urgency.get().unwrap_or(Urgency::Neighbour);
                (urgency, queued.place, request.clone())
            })
            .collect();
        order.sort_by_key(|(urgency, place, _)| (*urgency, *place));
        let mut taken = Vec::new();
        let mut taken_bytes = 0;
        for (_, _, request) in order {
            let Some(queued) = self.pictures.remove(&request) else {
                continue;
            };
            let bytes = queued.image.bytes();
            // One that is larger than all of it goes alone.
            if taken_bytes > 0 && taken_bytes + bytes > FRAME_BYTES {
                self.pictures.insert(request, queued);
                break;
            }
            taken_bytes += bytes;
            taken.push((request, queued.image));
        }
        self.bytes -= taken_bytes;
        taken
    }

    /// Whether the picture is here; notes how soon it is needed.
    pub(super) fn has(&self, request: &ImageRequest, urgency: Urgency) -> bool {
        let Some(queued) = self.pictures.get(request) else {
            return false;
        };
        queued.urgency.set(Some(urgency));
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    pub(super) const fn is_full(&self) -> bool {
        self.bytes >= FULL_BYTES
    }

    pub(super) fn clear(&mut self) {
        self.pictures.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::{PixelSize, UploadId};
    use crate::protocol::{ImageSize, ImageSubject};

    fn request(name: usize) -> ImageRequest {
        ImageRequest {
            subject: ImageSubject::Upload(UploadId::from(name.to_string())),
            size: ImageSize::Thumbnail { edge_px: 256 },
        }
    }

    pub(in crate::ui) fn picture(width: u32, height: u32) -> DecodedImage {
        let size = PixelSize::new(width, height);
        let count = usize::try_from(size.area() * 4).unwrap();
        DecodedImage {
            size,
            original_size: size,
            pixels: vec![0_u8; count].into(),
            format: "JPEG",
            is_animated: false,
        }
    }

    fn waiting(edge: u32) -> Waiting {
        Waiting::Decoded(picture(edge, edge))
    }

    #[test]
    fn a_frame_takes_so_much_and_what_is_on_screen_first() {
        let mut queue = TextureQueue::default();
        for name in 0..40 {
            queue.push(request(name), waiting(256));
            let urgency = if name < 30 {
                Urgency::Ahead
            } else {
                Urgency::Visible
            };
            assert!(queue.has(&request(name), urgency));
        }
        let first: Vec<_> = queue.take().into_iter().map(|(it, _)| it).collect();
        let expected: Vec<_> = (30..40).chain(0..10).map(request).collect();
        assert_eq!(first, expected);
        let mut frames = 1;
        while !queue.is_empty() {
            queue.take();
            frames += 1;
        }
        assert_eq!(frames, 2);
    }

    #[test]
    fn one_that_is_too_large_for_a_frame_comes_all_the_same() {
        let mut queue = TextureQueue::default();
        queue.push(request(1), waiting(2048));
        assert!(queue.is_full());
        assert_eq!(queue.take().len(), 1);
        assert!(!queue.is_full() && queue.is_empty());
    }
}
