//! Large pictures on their way to the queue: what the GPU takes is made of them by a thread beside
//! the window. Small ones are made ready where they are put on the GPU, in a fraction of a
//! millisecond.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use egui::ColorImage;

use crate::domain::PixelSize;
use crate::protocol::{DecodedImage, ImageRequest};

/// A tile of the viewer and its margin are smaller.
const LARGE_BYTES: usize = 2 * 1024 * 1024;

/// So many may wait for the thread: the image in view and its neighbours.
const CAPACITY: usize = 4;

/// A picture as the GPU takes it.
pub(super) struct Prepared {
    pub(super) pixels: ColorImage,
    pub(super) bytes: usize,
    pub(super) original_size: PixelSize,
    pub(super) is_animated: bool,
    pub(super) format: &'static str,
    /// Whether nothing can be seen through it.
    pub(super) is_opaque: bool,
}

/// See the [module documentation](self).
pub(super) struct Converter {
    jobs: Option<SyncSender<Job>>,
    done: Arc<Mutex<Vec<Done>>>,
    pending: HashSet<ImageRequest>,
}

type Job = (ImageRequest, DecodedImage);

/// `None` for a picture that has no pixels.
type Done = (ImageRequest, Option<Prepared>);

impl Prepared {
    /// `None` when its pixels are not as many as its size says, or none.
    pub(super) fn new(image: &DecodedImage) -> Option<Self> {
        let side = |px: u32| usize::try_from(px).ok();
        let size = [side(image.size.width)?, side(image.size.height)?];
        let bytes = image.pixels.len();
        if bytes == 0 || size[0].checked_mul(size[1])?.checked_mul(4)? != bytes {
            return None;
        }
        let pixels = ColorImage::from_rgba_premultiplied(size, &image.pixels);
        let is_opaque = cannot_be_transparent(image.format)
            || pixels.pixels.iter().all(|pixel| pixel.a() == u8::MAX);
        Some(Self {
            pixels,
            is_opaque,
            bytes,
            original_size: image.original_size,
            is_animated: image.is_animated,
            format: image.format,
        })
    }
}

/// Spares a look at each pixel.
fn cannot_be_transparent(format: &str) -> bool {
    matches!(format, "JPEG" | "BMP" | "PNM" | "HDR")
}

impl Converter {
    pub(super) fn new(ctx: egui::Context) -> Self {
        let (jobs, waiting) = sync_channel(CAPACITY);
        let done = Arc::new(Mutex::new(Vec::new()));
        let finished = Arc::clone(&done);
        let spawned = std::thread::Builder::new()
            .name("salon-textures".to_owned())
            .spawn(move || convert(&ctx, &waiting, &finished));
        if let Err(error) = &spawned {
            tracing::warn!(%error, "no thread that makes pictures ready");
        }
        Self {
            jobs: spawned.is_ok().then_some(jobs),
            done,
            pending: HashSet::new(),
        }
    }

    /// Takes in a large picture; gives back any other, and those for which there is no room.
    pub(super) fn take_in(&mut self, request: ImageRequest, image: DecodedImage) -> Option<Job> {
        let Some(jobs) = self
            .jobs
            .as_ref()
            .filter(|_| image.pixels.len() > LARGE_BYTES)
        else {
            return Some((request, image));
        };
        match jobs.try_send((request.clone(), image)) {
            Ok(()) => {
                self.pending.insert(request);
                None
            }
            Err(full_or_closed) => Some(match full_or_closed {
                std::sync::mpsc::TrySendError::Full(job)
                | std::sync::mpsc::TrySendError::Disconnected(job) => job,
            }),
        }
    }

    /// What is ready.
    pub(super) fn take_done(&mut self) -> Vec<(ImageRequest, Prepared)> {
        if self.pending.is_empty() {
            return Vec::new();
        }
        let done = std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner));
        // One that nobody waits for belongs to the account before.
        done.into_iter()
            .filter(|(request, _)| self.pending.remove(request))
            .filter_map(|(request, prepared)| Some((request, prepared?)))
            .collect()
    }

    /// Whether the picture is being made ready.
    pub(super) fn has(&self, request: &ImageRequest) -> bool {
        self.pending.contains(request)
    }

    pub(super) fn clear(&mut self) {
        self.pending.clear();
    }
}

/// Works until the window is gone.
fn convert(ctx: &egui::Context, waiting: &Receiver<Job>, done: &Mutex<Vec<Done>>) {
    while let Ok((request, image)) = waiting.recv() {
        let prepared = Prepared::new(&image);
        done.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((request, prepared));
        ctx.request_repaint_after_for(Duration::ZERO, egui::ViewportId::ROOT);
    }
}
