//! When the window is drawn for what was found: at once for most of it, and for thumbnails a few
//! times a second. Drawing a window without a graphics card costs more than making a thumbnail.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ImageRequest;
use super::ring::EVENT_CAPACITY;

/// So many events are taken in although the screen needs none of them: a full channel makes
/// decoders wait.
const MANY: usize = EVENT_CAPACITY / 2;

/// How long the first thumbnail of a screen may wait for others; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(80);

/// The longest wait while a screen fills: a person sees three steps a second, and progress.
const LAST_PAUSE: Duration = Duration::from_millis(320);

/// Wakes the window when events wait. Holds a closure, so that the backend need not know egui.
#[derive(Clone)]
pub struct Waker {
    inner: Arc<WakerInner>,
}

struct WakerInner {
    is_woken: AtomicBool,
    is_woken_later: AtomicBool,
    awaited: Mutex<Awaited>,
    wake: Box<dyn Fn(Duration) + Send + Sync>,
}

/// What is still missing on the screen.
struct Awaited {
    thumbnails: HashSet<ImageRequest>,
    pause: Duration,
}

impl Waker {
    /// A waker that calls `wake` from any thread, with the time that the window may let pass.
    pub fn new(wake: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        let awaited = Awaited {
            thumbnails: HashSet::new(),
            pause: FIRST_PAUSE,
        };
        Self {
            inner: Arc::new(WakerInner {
                is_woken: AtomicBool::new(false),
                is_woken_later: AtomicBool::new(false),
                awaited: Mutex::new(awaited),
                wake: Box::new(wake),
            }),
        }
    }

    /// Calls out at once, and once until the next [`Self::arm`].
    pub fn wake(&self) {
        if !self.inner.is_woken.swap(true, Ordering::AcqRel) {
            (self.inner.wake)(Duration::ZERO);
        }
    }

    /// Says which thumbnails the screen lacks. To be called after a frame was made; what came
    /// before that and was not drained then wakes nobody, so it has to be looked for afterwards.
    pub fn expect(&self, thumbnails: &[ImageRequest]) {
        let mut awaited = self.awaited();
        let is_new = |request| !awaited.thumbnails.contains(request);
        if thumbnails.iter().any(is_new) {
            awaited.pause = FIRST_PAUSE;
        }
        awaited.thumbnails = thumbnails.iter().cloned().collect();
    }

    /// Calls out for a thumbnail that waits: at once when it is the last one that the screen
    /// lacks, soon when it is one of them, and for others only when many wait.
    pub(super) fn wake_for(&self, thumbnail: &ImageRequest, n_waiting: usize) {
        let mut awaited = self.awaited();
        let is_awaited = awaited.thumbnails.remove(thumbnail);
        if is_awaited && awaited.thumbnails.is_empty() {
            drop(awaited);
            self.wake();
            return;
        }
        let is_woken = self.inner.is_woken.load(Ordering::Acquire);
        if is_woken || !(is_awaited || n_waiting >= MANY) {
            return;
        }
        if !self.inner.is_woken_later.swap(true, Ordering::AcqRel) {
            let pause = awaited.pause;
            awaited.pause = (pause * 2).min(LAST_PAUSE);
            drop(awaited);
            (self.inner.wake)(pause);
        }
    }

    /// Makes the next [`Self::wake`] call out again. To be called before events are drained:
    /// one that is sent meanwhile must wake the window once more.
    pub fn arm(&self) {
        self.inner.is_woken.store(false, Ordering::Release);
        self.inner.is_woken_later.store(false, Ordering::Release);
    }

    fn awaited(&self) -> MutexGuard<'_, Awaited> {
        let awaited = &self.inner.awaited;
        awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UploadId;
    use crate::protocol::{ImageSize, ImageSubject};

    fn thumbnail(name: &str) -> ImageRequest {
        ImageRequest {
            subject: ImageSubject::Upload(UploadId::from(name)),
            size: ImageSize::Thumbnail { edge_px: 320 },
        }
    }

    fn watched() -> (Waker, impl Fn() -> Vec<u128>) {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&calls);
        let waker = Waker::new(move |within: Duration| {
            seen.lock().unwrap().push(within.as_millis());
        });
        (waker, move || std::mem::take(&mut *calls.lock().unwrap()))
    }

    #[test]
    fn a_screen_fills_in_steps_and_is_complete_at_once() {
        let (waker, calls) = watched();
        let names = ["a", "b", "c", "d", "e", "f"].map(thumbnail);
        waker.expect(&names);
        for (step, name) in names[..4].iter().enumerate() {
            waker.arm();
            waker.wake_for(name, 1);
            assert_eq!(calls(), [[80, 160, 320, 320][step]]);
            waker.expect(&names[step + 1..]);
        }
        waker.arm();
        waker.wake_for(&names[4], 1);
        waker.wake_for(&names[5], 2);
        assert_eq!(calls(), [320, 0]);
        waker.arm();
        waker.expect(&[thumbnail("g"), thumbnail("h")]);
        waker.wake_for(&thumbnail("g"), 1);
        assert_eq!(calls(), [80]);
    }

    #[test]
    fn what_is_not_on_screen_wakes_only_when_much_of_it_waits() {
        let (waker, calls) = watched();
        waker.expect(&[thumbnail("on screen")]);
        waker.wake_for(&thumbnail("ahead"), 1);
        assert!(calls().is_empty());
        waker.wake_for(&thumbnail("further ahead"), MANY);
        assert_eq!(calls(), [80]);
    }
}
