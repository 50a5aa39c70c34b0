//! Decoding on threads that may block: so many at a time, and so much memory in sum.
//!
//! Beside the places at which whole files are decoded there are some for what takes a millisecond
//! or two: a thumbnail that is on this machine already must not wait for a hundred photographs.
//! And there is one for all pixels of the image that somebody looks at closely: it waits neither
//! for the first picture of that image nor for those of its neighbours.
//!
//! A decoder that works for too long is given up. It cannot be stopped, so it goes on by itself;
//! its place is given to the next one, which has threads of its own. There may be [`MAX_OVERDUE`]
//! such decoders; the places of more stay taken until they end, so that no number of such files
//! takes all processors. The memory counts until the end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::thumbnail_shelf::class_of;
use crate::imaging::{self, Canvas, DecodedImage, Early, ImageError, Metadata, Target, Tile, View};

/// What all decodes together may take. One alone may take up to as much.
const MAX_MEGABYTES: u32 = 768;

/// For a file that does not say how large it is: most of those fail at once.
const UNKNOWN_MEGABYTES: u32 = 128;

/// Held while a drawing is measured, for which it is read: nothing is reserved for that yet.
static MEASURED: Mutex<()> = Mutex::new(());

/// Four bytes a pixel, and a copy of them while colours are converted or sides are turned.
const BYTES_PER_PIXEL: u64 = 8;

/// Places for all pixels of what is looked at closely: one image at a time is.
const N_CLOSE: usize = 1;

/// Decoders that were given up and have a thread beside the places.
const MAX_OVERDUE: usize = 2;

/// Places at which to decode.
pub(super) struct Decoders {
    threads: Mutex<Arc<Threads>>,
    n_threads: usize,
    slots: Arc<Semaphore>,
    brief: Arc<Semaphore>,
    close: Arc<Semaphore>,
    overdue: Arc<Semaphore>,
    megabytes: Arc<Semaphore>,
    limit: Duration,
}

/// The right to decode, and to hold what came of it.
pub(super) struct Place {
    slot: Slot,
    /// Counts by being there.
    _megabytes: Option<OwnedSemaphorePermit>,
}

/// The right to one of the threads; whoever gives up a decoder changes it for a spare one.
type Slot = Arc<Mutex<OwnedSemaphorePermit>>;

/// A thumbnail that was made.
pub(super) struct Made {
    /// As it was asked for.
    pub(super) shown: DecodedImage,
    /// As it is to be kept: of the same size or larger.
    pub(super) kept: Keepsake,
}

/// What is kept of a thumbnail on this machine.
pub(super) enum Keepsake {
    Pixels(DecodedImage),
    /// A file that is small enough as it is.
    File {
        bytes: Bytes,
        edge_px: u32,
    },
}

/// What the beginning of a file gave.
pub(super) enum Look {
    Ready(Place, Made),
    /// There is more to see once so many bytes are here.
    AgainAt(u64),
    NeedsWhole,
}

/// Threads that only decode, no more than there are places. Among all that may block a decode
/// would go round on a dozen threads, and the C library keeps for each of them as much memory
/// as the largest picture took there.
struct Threads(Option<Runtime>);

impl Threads {
    fn new(count: usize) -> Self {
        let built = Builder::new_current_thread()
            .thread_name("salon-decoder")
            .max_blocking_threads(count)
            .build();
        if let Err(error) = &built {
            tracing::warn!(%error, "no threads of their own for decoders");
        }
        Self(built.ok())
    }

    fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        match &self.0 {
            Some(runtime) => runtime.spawn_blocking(work),
            None => tokio::task::spawn_blocking(work),
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Where futures run nothing may wait for the threads: what they do ends by itself.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Decoders {
    pub(super) fn new(count: usize, limit: Duration) -> Self {
        // One on a small machine; many cores fill a large screen sooner.
        let n_brief = count.div_ceil(2);
        let n_threads = count + n_brief + N_CLOSE;
        Self {
            threads: Mutex::new(Arc::new(Threads::new(n_threads))),
            n_threads,
            slots: Arc::new(Semaphore::new(count)),
            brief: Arc::new(Semaphore::new(n_brief)),
            close: Arc::new(Semaphore::new(N_CLOSE)),
            overdue: Arc::new(Semaphore::new(MAX_OVERDUE)),
            megabytes: Arc::new(Semaphore::new(MAX_MEGABYTES as usize)),
            limit,
        }
    }

    pub(super) async fn decode(
        &self,
        bytes: Bytes,
        target: Target,
    ) -> Result<(Place, DecodedImage), ImageError> {
        let slot = self.slot().await?;
        self.run_on(slot, bytes, move |bytes| imaging::decode(bytes, target))
            .await
    }

    /// The picture in about the size in which it is looked at, at this [place](Self::slot).
    pub(super) async fn view(
        &self,
        slot: Place,
        bytes: Bytes,
        edge_px: u32,
    ) -> Result<(Place, View), ImageError> {
        let view = move |bytes: &[u8]| imaging::decode_view(bytes, edge_px);
        self.run_on(slot, bytes, view).await
    }

    /// All pixels.
    pub(super) async fn canvas(&self, bytes: Bytes) -> Result<(Place, Canvas), ImageError> {
        let slot = self.close_place().await?;
        self.run_on(slot, bytes, Canvas::decode).await
    }

    /// A smaller level of all pixels.
    pub(super) async fn make_level(
        &self,
        canvas: Arc<Canvas>,
        level: i8,
    ) -> Result<Place, ImageError> {
        // The first one has a quarter of the pixels, and all of them together a third.
        let megabytes = megabytes(canvas.len_bytes() as u64 / 3);
        let make = move || {
            canvas.make_level(level);
            Ok(())
        };
        let slot = self.close_place().await?;
        let (place, ()) = self.run(slot, megabytes, make).await?;
        Ok(place)
    }

    /// A part of all pixels, of a level that is there.
    pub(super) async fn part(
        &self,
        canvas: Arc<Canvas>,
        tile: Tile,
    ) -> Result<(Place, DecodedImage), ImageError> {
        if let Some(n_bytes) = canvas.bytes_to_draw() {
            let slot = self.slot().await?;
            let draw = move || canvas.tile(tile);
            return self.run(slot, megabytes(n_bytes), draw).await;
        }
        let place = place_of(&self.brief).await?;
        let (place, image) = self.on_thread(place, move || canvas.tile(tile)).await?;
        Ok((place, image?))
    }

    /// How long one may work.
    pub(super) const fn limit(&self) -> Duration {
        self.limit
    }

    /// A place for what computes on a thread of its own, and so much memory.
    pub(super) async fn place(&self, megabytes: u32) -> Result<Place, ImageError> {
        let place = self.slot().await?;
        self.with_memory(place, megabytes).await
    }

    /// A place for a whole file. What it takes is reserved when it is known.
    pub(super) async fn slot(&self) -> Result<Place, ImageError> {
        place_of(&self.slots).await
    }

    /// The place for what is looked at closely; one of the others where a decoder that does not
    /// end keeps it for good.
    async fn close_place(&self) -> Result<Place, ImageError> {
        match timeout(self.limit, place_of(&self.close)).await {
            Ok(place) => place,
            Err(_taken) => self.slot().await,
        }
    }

    /// Whoever holds memory has a slot already, so nobody waits in a circle.
    async fn with_memory(&self, place: Place, megabytes: u32) -> Result<Place, ImageError> {
        let memory = Arc::clone(&self.megabytes).acquire_many_owned(megabytes);
        let memory = memory.await.map_err(|_closed| ImageError::DecoderCrashed)?;
        Ok(Place {
            _megabytes: Some(memory),
            ..place
        })
    }

    /// The thumbnail of a whole file.
    pub(super) async fn thumbnail(
        &self,
        bytes: Bytes,
        edge_px: u32,
    ) -> Result<(Place, Made), ImageError> {
        let target = Target::Thumbnail {
            edge_px: made_edge(edge_px),
        };
        let make = move |bytes: &[u8]| made(imaging::decode(bytes, target)?, edge_px);
        let slot = self.slot().await?;
        self.run_on(slot, bytes, make).await
    }

    /// The thumbnail of a file of which only the beginning is here, which is given back.
    pub(super) async fn early_thumbnail(&self, prefix: Vec<u8>, edge_px: u32) -> (Vec<u8>, Look) {
        let prefix = Arc::new(prefix);
        let seen = Arc::clone(&prefix);
        let looked =
            self.brief(
                move || match imaging::early_thumbnail(&seen, made_edge(edge_px)) {
                    Early::Ready(image) => made(image, edge_px).ok().map(Ok),
                    Early::AskAgainAt(at) => Some(Err(at)),
                    Early::NeedsWhole => None,
                },
            );
        let look = match looked.await {
            Some((place, Ok(made))) => Look::Ready(place, made),
            Some((_, Err(at))) => Look::AgainAt(at),
            None => Look::NeedsWhole,
        };
        // Nobody else has it by now, so nothing is copied.
        (Arc::unwrap_or_clone(prefix), look)
    }

    /// Runs what takes a moment only; `None` when there is nothing, it panicked, or took so long
    /// that it was given up.
    pub(super) async fn brief<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Option<T> + Send + 'static,
    ) -> Option<(Place, T)> {
        let place = place_of(&self.brief).await.ok()?;
        let (place, made) = self.on_thread(place, work).await.ok()?;
        Some((place, made?))
    }

    /// What the file says; `None` when reading it crashed.
    pub(super) async fn read_metadata(&self, bytes: Bytes) -> Option<(Place, Metadata)> {
        self.brief(move || Some(imaging::read_metadata(&bytes)))
            .await
    }

    /// Runs what computes at this place as soon as there is memory for it; the place comes back
    /// with the result. The task being dropped before that costs nothing.
    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        megabytes: u32,
        work: impl FnOnce() -> Result<T, ImageError> + Send + 'static,
    ) -> Result<(Place, T), ImageError> {
        let place = self.with_memory(place, megabytes).await?;
        let (place, made) = self.on_thread(place, work).await?;
        Ok((place, made?))
    }

    /// The same for a file, of which it is not known yet what it takes. Even a look at what it
    /// announces may take as long as its sender likes, so that happens on a thread, too.
    async fn run_on<T: Send + 'static>(
        &self,
        place: Place,
        bytes: Bytes,
        work: impl FnOnce(&[u8]) -> Result<T, ImageError> + Send + 'static,
    ) -> Result<(Place, T), ImageError> {
        let looked_at = bytes.clone();
        let looked = self.on_thread(place, move || megabytes_for(&looked_at));
        let (place, megabytes) = looked.await?;
        let place = self.with_memory(place, megabytes).await?;
        let (place, made) = self.on_thread(place, move || work(&bytes)).await?;
        Ok((place, made?))
    }

    /// Gives up what does not end.
    async fn on_thread<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(Place, T), ImageError> {
        let slot = Arc::clone(&place.slot);
        // The place goes along: a task that is dropped does not end its decoding.
        let threads = self.threads();
        let working = threads.run(move || (place, work()));
        let Ok(made) = timeout(self.limit, working).await else {
            self.give_up(&slot);
            return Err(ImageError::TookTooLong);
        };
        made.map_err(|error| {
            tracing::warn!(%error, "a decoder crashed");
            ImageError::DecoderCrashed
        })
    }

    /// Lets the next one have the place of a decoder that does not end, if there is a spare
    /// thread.
    fn give_up(&self, slot: &Slot) {
        tracing::warn!("a decoder works for longer than {:?}", self.limit);
        if let Ok(spare) = Arc::clone(&self.overdue).try_acquire_owned() {
            // Threads of their own for the next ones; those that had this one end with it.
            let fresh = Arc::new(Threads::new(self.n_threads));
            *self.threads.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = spare;
        }
    }

    /// Whoever awaits what runs on them keeps them: work that waits for a thread is dropped with
    /// the threads.
    fn threads(&self) -> Arc<Threads> {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&threads)
    }
}

/// One of these places, without memory.
async fn place_of(places: &Arc<Semaphore>) -> Result<Place, ImageError> {
    let slot = Arc::clone(places).acquire_owned().await;
    let slot = slot.map_err(|_closed| ImageError::DecoderCrashed)?;
    Ok(Place {
        slot: Arc::new(Mutex::new(slot)),
        _megabytes: None,
    })
}

/// The edge with which a thumbnail is made for this one.
fn made_edge(edge_px: u32) -> u32 {
    class_of(edge_px).unwrap_or(edge_px)
}

fn made(kept: DecodedImage, edge_px: u32) -> Result<Made, ImageError> {
    let shown = imaging::shrink_thumbnail(kept.clone(), edge_px)?;
    let kept = Keepsake::Pixels(kept);
    Ok(Made { shown, kept })
}

fn megabytes_for(bytes: &[u8]) -> u32 {
    match imaging::sniff(bytes) {
        // Drawn as large as it is needed, whatever it announces. What is not drawn fails at once.
        Some("SVG") => {
            let _alone = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
            imaging::drawing_bytes(bytes).map_or(1, megabytes)
        }
        // Of a sequence it is the first of the frames that are played.
        format @ Some("AVIF") => {
            let of_frames = imaging::FrameReader::working_bytes(bytes).map_or(1, megabytes);
            of_frames.max(announced(bytes, bytes_of_a_pixel(format)))
        }
        format => announced(bytes, bytes_of_a_pixel(format)),
    }
}

/// What it takes to play this animation: see [`FrameReader`](imaging::FrameReader).
pub(super) fn megabytes_of_frames(bytes: &[u8]) -> u32 {
    match imaging::sniff(bytes) {
        Some("GIF" | "PNG" | "WebP" | "JPEG XL" | "AVIF") => {
            imaging::FrameReader::working_bytes(bytes).map_or(UNKNOWN_MEGABYTES, megabytes)
        }
        // Nothing else is played.
        _ => 1,
    }
}

fn announced(bytes: &[u8], of_a_pixel: u64) -> u32 {
    imaging::peek_size(bytes).map_or(UNKNOWN_MEGABYTES, |size| {
        megabytes(size.area().saturating_mul(of_a_pixel))
    })
}

fn megabytes(n_bytes: u64) -> u32 {
    let megabytes = n_bytes.div_ceil(1_000_000);
    u32::try_from(megabytes).map_or(MAX_MEGABYTES, |megabytes| megabytes.clamp(1, MAX_MEGABYTES))
}

/// At the most, where a file's head does not tell what it has.
fn bytes_of_a_pixel(format: Option<&str>) -> u64 {
    match format {
        // Planes, the same put together, in sixteen bits and in eight: with alpha in twelve bits.
        Some("AVIF") => 34,
        // Planes and pixels; with alpha two pictures are held.
        Some("HEIC" | "HEIF") => 16,
        // Four channels in floating point, and what they become.
        Some("JPEG XL" | "HDR" | "OpenEXR") => 20,
        // They may have sixteen bits a channel.
        Some("PNG" | "TIFF" | "PNM") => 12,
        _ => BYTES_PER_PIXEL,
    }
}

#[cfg(test)]
mod tests;
