//! The animation that is played: its frames, decoded one after another by a thread of their own.
//!
//! What a frame shows depends on those before it, so a reel only goes forwards, and begins again
//! for a frame that it has passed and does not have any more. So of the frames that are waited for,
//! those come first that it has, then the next one on its way, in whatever order they were asked
//! for. It keeps the last ones, up to [`KEPT_BYTES`]: who steps back through a long animation waits
//! for it to begin again once for all of these, and a short one is decoded once however often it is
//! shown. (The decoder of JPEG XL keeps all that build on others, up to 512 MiB, which are counted.)
//! How far it goes ahead is decided by who asks, and what waits is with them. The thread ends when
//! another animation is asked for, or none. But it cannot be stopped within a frame, so there may
//! be [`MAX_THREADS`]: whoever needs one more waits until one of them ends.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::decoders::{Decoders, Place, megabytes_of_frames};
use crate::domain::UploadId;
use crate::imaging::{DecodedImage, FrameReader, ImageError};
use crate::protocol::ImageFailure;

/// Frames that were shown take no more than this, unless one alone does: as much as those that wait
/// for their turn, beside what is counted. There is one reel at a time.
const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// The thread of the animation that is looked at, and those that still work on a frame that nobody
/// waits for any more: as many as decoders that may be overdue.
const MAX_THREADS: usize = 3;

/// A frame, or why there is none; `None` after the last one.
type Frame = Option<Result<DecodedImage, ImageError>>;

/// A frame with the place at which it was decoded; no frame behind the last one.
type Answer = Result<(Place, Option<DecodedImage>), ImageFailure>;

/// See the [module documentation](self).
pub(super) struct Reels {
    current: Mutex<Option<Arc<Reel>>>,
    threads: Arc<Semaphore>,
}

/// Which animation, and how large its frames are at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReelKey {
    pub(super) upload: UploadId,
    pub(super) max_edge_px: u32,
}

struct Reel {
    key: ReelKey,
    threads: Arc<Semaphore>,
    asked: Mutex<Vec<Question>>,
    /// Runs once its first frame is asked for. Whoever has it, of all who wait for a frame,
    /// sees to it that the next one comes, be it for another.
    projector: tokio::sync::Mutex<Option<Projector>>,
}

struct Question {
    index: u32,
    answer: oneshot::Sender<Answer>,
}

/// A question that is being answered. It waits again when whoever sees to it is gone.
struct Taken<'a> {
    reel: &'a Reel,
    question: Option<Question>,
}

/// The thread that decodes.
struct Projector {
    slot: Arc<Slot>,
    progress: Arc<Progress>,
    megabytes: u32,
}

/// How far the thread has come.
#[derive(Default)]
struct Progress {
    n_decoded: AtomicU64,
    /// The first of the frames that need not be decoded again.
    first_kept: AtomicU32,
}

impl Default for Reels {
    fn default() -> Self {
        Self {
            current: Mutex::default(),
            threads: Arc::new(Semaphore::new(MAX_THREADS)),
        }
    }
}

impl Reels {
    /// The frame with this index, with the place at which it was decoded; `None` behind the last
    /// one. `bytes` are read where the reel does not run yet.
    ///
    /// # Errors
    ///
    /// Whatever a decoder says, or what keeps the bytes away.
    pub(super) async fn frame<B>(
        &self,
        key: &ReelKey,
        index: u32,
        decoders: &Decoders,
        bytes: impl Fn() -> B,
    ) -> Answer
    where
        B: Future<Output = Result<Bytes, ImageFailure>>,
    {
        let reel = self.reel(key);
        let (answer, mut answered) = oneshot::channel();
        lock(&reel.asked).push(Question { index, answer });
        loop {
            let mut projector = tokio::select! {
                biased;
                answer = &mut answered => return answer.unwrap_or_else(|_gone| Err(crashed())),
                projector = reel.projector.lock() => projector,
            };
            reel.answer_next(&mut projector, decoders, &bytes).await?;
        }
    }

    fn reel(&self, key: &ReelKey) -> Arc<Reel> {
        let mut current = lock(&self.current);
        match &*current {
            Some(reel) if reel.key == *key => Arc::clone(reel),
            _ => {
                let reel = Arc::new(Reel {
                    key: key.clone(),
                    threads: Arc::clone(&self.threads),
                    asked: Mutex::default(),
                    projector: tokio::sync::Mutex::default(),
                });
                *current = Some(Arc::clone(&reel));
                reel
            }
        }
    }

    /// No animation is looked at any more.
    pub(super) fn close(&self) {
        // Whoever still waits for a frame keeps it running until then.
        *lock(&self.current) = None;
    }
}

impl Reel {
    /// Answers the question that is best answered next.
    async fn answer_next<B>(
        &self,
        running: &mut Option<Projector>,
        decoders: &Decoders,
        bytes: impl Fn() -> B,
    ) -> Result<(), ImageFailure>
    where
        B: Future<Output = Result<Bytes, ImageFailure>>,
    {
        let projector = match &mut *running {
            Some(projector) => projector,
            none => {
                let bytes = bytes().await?;
                let megabytes = megabytes_to_play(decoders, &bytes).await?;
                let thread = self.thread(decoders.limit()).await?;
                none.insert(Projector::start(&self.key, bytes, megabytes, thread)?)
            }
        };
        let place = decoders.place(projector.megabytes).await;
        let place = place.map_err(ImageFailure::Decode)?;
        // Frames are asked for by many jobs at once, and the one for the last may run first.
        tokio::task::yield_now().await;
        let Some((mut taken, index)) = self.take(projector.first_kept()) else {
            return Ok(());
        };
        let frame = tokio::select! {
            biased;
            () = taken.is_given_up() => return Ok(()),
            frame = projector.frame(index, decoders.limit()) => frame,
        };
        if matches!(
            frame,
            Err(ImageError::TookTooLong | ImageError::DecoderCrashed)
        ) {
            *running = None;
        }
        let frame = frame.map_err(ImageFailure::Decode);
        taken.answer(frame.map(|frame| (place, frame)));
        Ok(())
    }

    /// The right to a thread, as soon as there is one.
    async fn thread(&self, limit: Duration) -> Result<OwnedSemaphorePermit, ImageFailure> {
        let thread = timeout(limit, Arc::clone(&self.threads).acquire_owned()).await;
        let thread = thread.map_err(|_elapsed| ImageFailure::Decode(ImageError::TookTooLong))?;
        thread.map_err(|_closed| crashed())
    }

    /// The first one from `first_kept` on: those that are there come before those on the way. Else
    /// the first of all, for which it begins again.
    fn take(&self, first_kept: u32) -> Option<(Taken<'_>, u32)> {
        let mut asked = lock(&self.asked);
        asked.retain(|question| !question.answer.is_closed());
        let order = |(_, question): &(usize, &Question)| {
            let is_behind = question.index < first_kept;
            (is_behind, question.index)
        };
        let (place, _) = asked.iter().enumerate().min_by_key(order)?;
        let question = asked.swap_remove(place);
        let index = question.index;
        let question = Some(question);
        let taken = Taken {
            reel: self,
            question,
        };
        Some((taken, index))
    }
}

impl Taken<'_> {
    /// Ends when nobody waits for the answer any more.
    async fn is_given_up(&mut self) {
        if let Some(question) = &mut self.question {
            question.answer.closed().await;
        }
    }

    fn answer(mut self, answer: Answer) {
        if let Some(question) = self.question.take() {
            question.answer.send(answer).ok();
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        lock(&self.reel.asked).extend(self.question.take());
    }
}

impl Projector {
    fn start(
        key: &ReelKey,
        bytes: Bytes,
        megabytes: u32,
        thread: OwnedSemaphorePermit,
    ) -> Result<Self, ImageFailure> {
        let (slot, progress) = (Arc::<Slot>::default(), Arc::<Progress>::default());
        let projector = Self {
            slot: Arc::clone(&slot),
            progress: Arc::clone(&progress),
            megabytes,
        };
        let max_edge_px = key.max_edge_px;
        let spawned = std::thread::Builder::new()
            .name("salon-frames".to_owned())
            .spawn(move || {
                project(&bytes, max_edge_px, &slot, &progress);
                drop(thread);
            });
        match spawned {
            Ok(_detached) => Ok(projector),
            Err(error) => {
                tracing::warn!(%error, "no thread for an animation");
                Err(crashed())
            }
        }
    }

    async fn frame(&self, index: u32, limit: Duration) -> Result<Option<DecodedImage>, ImageError> {
        let (answer, answered) = oneshot::channel();
        self.slot.set(Asked::For(index, answer));
        let frame = while_it_goes_on(answered, limit, &self.progress.n_decoded).await?;
        frame.transpose()
    }

    fn first_kept(&self) -> u32 {
        self.progress.first_kept.load(Ordering::Relaxed)
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        self.slot.set(Asked::ForNoMore);
    }
}

/// What it takes to play this. Whoever made the file decides how long it takes to read what it
/// announces, so that happens where it holds nobody up.
async fn megabytes_to_play(decoders: &Decoders, bytes: &Bytes) -> Result<u32, ImageFailure> {
    let looked_at = bytes.clone();
    let looked = decoders.brief(move || Some(megabytes_of_frames(&looked_at)));
    let (_, megabytes) = looked.await.ok_or(crashed())?;
    Ok(megabytes)
}

/// Waits for the answer: however many frames are skipped for it, none may take longer than this.
async fn while_it_goes_on(
    mut answered: oneshot::Receiver<Frame>,
    limit: Duration,
    n_decoded: &AtomicU64,
) -> Result<Frame, ImageError> {
    loop {
        let before = n_decoded.load(Ordering::Relaxed);
        match timeout(limit, &mut answered).await {
            Ok(frame) => return frame.map_err(|_gone| ImageError::DecoderCrashed),
            Err(_elapsed) if n_decoded.load(Ordering::Relaxed) == before => {
                return Err(ImageError::TookTooLong);
            }
            Err(_elapsed) => {}
        }
    }
}

/// What the thread is asked. The newest question takes the place of one before it: that one was
/// given up.
#[derive(Default)]
struct Slot {
    asked: Mutex<Asked>,
    changed: Condvar,
}

#[derive(Default)]
enum Asked {
    #[default]
    Nothing,
    For(u32, oneshot::Sender<Frame>),
    ForNoMore,
}

impl Slot {
    fn set(&self, asked: Asked) {
        *lock(&self.asked) = asked;
        self.changed.notify_one();
    }

    /// Waits for the next question; `None` when there will be no more.
    fn next(&self) -> Option<(u32, oneshot::Sender<Frame>)> {
        let asked = lock(&self.asked);
        let is_idle = |asked: &mut Asked| matches!(asked, Asked::Nothing);
        let asked = self.changed.wait_while(asked, is_idle);
        let mut asked = asked.unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *asked) {
            Asked::For(index, answer) => Some((index, answer)),
            Asked::Nothing | Asked::ForNoMore => None,
        }
    }
}

/// Answers until nobody asks any more.
fn project(bytes: &Bytes, max_edge_px: u32, slot: &Slot, progress: &Progress) {
    let mut playing: Option<Playing> = None;
    while let Some((index, answer)) = slot.next() {
        // Before it begins again: two decoders may be more than there is room for.
        playing = playing.filter(|it| it.first_kept <= index);
        let playing = match &mut playing {
            Some(playing) => playing,
            none => match FrameReader::open(bytes.clone(), max_edge_px) {
                Ok(reader) => none.insert(Playing::new(reader)),
                Err(error) => {
                    answer.send(Some(Err(error))).ok();
                    continue;
                }
            },
        };
        // Whoever asked may be gone while frames are skipped for them.
        while !playing.has_come_to(index) && !answer.is_closed() {
            playing.go_on();
            progress.n_decoded.fetch_add(1, Ordering::Relaxed);
        }
        let first_kept = playing.first_kept;
        progress.first_kept.store(first_kept, Ordering::Relaxed);
        answer.send(playing.kept(index)).ok();
    }
}

/// A file that is read, and the frames of it that are there.
struct Playing {
    reader: FrameReader,
    kept: VecDeque<Result<DecodedImage, ImageError>>,
    first_kept: u32,
    n_bytes: usize,
    is_over: bool,
}

impl Playing {
    fn new(reader: FrameReader) -> Self {
        Self {
            reader,
            kept: VecDeque::new(),
            first_kept: 0,
            n_bytes: 0,
            is_over: false,
        }
    }

    /// Whether this frame was read, or that there is none.
    fn has_come_to(&self, index: u32) -> bool {
        self.is_over || self.kept(index).is_some()
    }

    fn kept(&self, index: u32) -> Frame {
        let place = usize::try_from(index.checked_sub(self.first_kept)?).ok()?;
        self.kept.get(place).cloned()
    }

    /// Reads one more, and forgets those for which there is no room.
    fn go_on(&mut self) {
        let Some(frame) = self.reader.next_frame() else {
            self.is_over = true;
            return;
        };
        self.n_bytes += len_bytes(&frame);
        self.kept.push_back(frame);
        while self.n_bytes > KEPT_BYTES && self.kept.len() > 1 {
            self.n_bytes -= self.kept.pop_front().as_ref().map_or(0, len_bytes);
            self.first_kept += 1;
        }
    }
}

/// What it takes to keep this, however few pixels it has.
fn len_bytes(frame: &Result<DecodedImage, ImageError>) -> usize {
    let pixels = frame.as_ref().map_or(0, |image| image.pixels.len());
    size_of_val(frame) + pixels
}

const fn crashed() -> ImageFailure {
    ImageFailure::Decode(ImageError::DecoderCrashed)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "reels_tests.rs"]
mod tests;
