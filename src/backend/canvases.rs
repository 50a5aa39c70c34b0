//! All pixels of the images that were looked at closely last: only while images are looked at in
//! full, and no more than so many bytes.
//!
//! They are decoded by a task for each image, whichever of its parts is asked for first. That
//! part may go out of view meanwhile: the task goes on as long as any part of the image is
//! wished for, so that zooming and panning never begin anew.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::decoders::Place;
use crate::domain::UploadId;
use crate::imaging::{Canvas, ImageError};
use crate::protocol::ImageFailure;

/// What they may take together: a few photographs of a phone. One alone may take more: as much
/// as may be decoded, 512 MiB, and a third of that for its smaller levels.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct Canvases {
    shelf: Arc<Mutex<Shelf>>,
    /// Decodes one at a time: two large ones would be more than there is memory for.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Levels are made one at a time: whoever needs the same one waits without a thread.
    pub(super) levels: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Shelf {
    /// The one that was used last is the last one.
    kept: Vec<(UploadId, Arc<Canvas>)>,
    coming: HashMap<UploadId, Coming>,
}

/// One that is being decoded.
struct Coming {
    task: AbortHandle,
    made: watch::Receiver<Option<Made>>,
}

type Made = Result<Arc<Canvas>, ImageFailure>;

impl Canvases {
    /// All pixels of this image: those that are kept, else those that are being decoded, else
    /// what becomes of `decode`, which somebody else may wait for, too.
    ///
    /// # Errors
    ///
    /// What `decode` says.
    pub(super) async fn get_or_make<D>(&self, id: &UploadId, decode: impl FnOnce() -> D) -> Made
    where
        D: Future<Output = Result<(Place, Canvas), ImageFailure>> + Send + 'static,
    {
        let mut made = {
            let mut shelf = self.shelf();
            if let Some(canvas) = shelf.get(id) {
                return Ok(canvas);
            }
            match shelf.coming.get(id) {
                Some(coming) => coming.made.clone(),
                None => self.begin(&mut shelf, id, decode()),
            }
        };
        let made = made.wait_for(Option::is_some).await;
        let made = made.ok().and_then(|made| made.clone());
        made.unwrap_or(Err(ImageFailure::Decode(ImageError::DecoderCrashed)))
    }

    fn begin<D>(&self, shelf: &mut Shelf, id: &UploadId, decode: D) -> watch::Receiver<Option<Made>>
    where
        D: Future<Output = Result<(Place, Canvas), ImageFailure>> + Send + 'static,
    {
        let (tell, made) = watch::channel(None);
        let (kept, turn) = (Arc::clone(&self.shelf), Arc::clone(&self.turn));
        let (of, is_this) = (id.clone(), made.clone());
        let task = tokio::spawn(async move {
            let end = End {
                shelf: Arc::clone(&kept),
                id: of,
                made: is_this,
            };
            let decoded = {
                let _turn = turn.lock().await;
                decode.await
            };
            let decoded = decoded.map(|(place, canvas)| {
                let canvas = lock(&kept).arrived(&end, canvas);
                drop(place);
                canvas
            });
            // Whoever asks from now on finds it kept, or begins anew.
            drop(end);
            tell.send(Some(decoded)).ok();
        });
        let coming = Coming {
            task: task.abort_handle(),
            made: made.clone(),
        };
        shelf.coming.insert(id.clone(), coming);
        made
    }

    /// Keeps one that nobody asked for, where there is room.
    pub(super) fn offer(&self, id: &UploadId, canvas: Canvas) {
        let mut shelf = self.shelf();
        let others = shelf.kept.iter().filter(|(of, _)| of != id);
        let taken: usize = others.map(|(_, it)| it.len_bytes()).sum();
        if taken == 0 || taken + canvas.len_bytes() <= MOST_BYTES {
            shelf.keep(id, Arc::new(canvas));
        }
    }

    /// Makes room for one that is about to be decoded, so that there are never two large ones.
    pub(super) fn make_room_for(&self, n_bytes: u64) {
        let kept = &mut self.shelf().kept;
        let bytes = |kept: &[(UploadId, Arc<Canvas>)]| -> u64 {
            kept.iter().map(|(_, it)| it.len_bytes() as u64).sum()
        };
        while !kept.is_empty() && bytes(kept) + n_bytes > MOST_BYTES as u64 {
            kept.remove(0);
        }
    }

    /// In the viewer, parts of these images are wished for now. What is being decoded goes on
    /// until parts of others are: who zooms out for a moment looks closer again.
    pub(super) fn follow(&self, wished: &HashSet<&UploadId>) {
        if !wished.is_empty() {
            self.drop_all_but(wished);
        }
    }

    /// Nobody looks at images in full any more; whoever wishes for parts of these still gets
    /// them.
    pub(super) fn close(&self, wished: &HashSet<&UploadId>) {
        self.shelf().kept.clear();
        self.drop_all_but(wished);
    }

    fn drop_all_but(&self, wished: &HashSet<&UploadId>) {
        let left: Vec<Coming> = {
            let coming = &mut self.shelf().coming;
            let left = coming.extract_if(|id, _| !wished.contains(id));
            left.map(|(_, coming)| coming).collect()
        };
        for coming in left {
            coming.task.abort();
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        lock(&self.shelf)
    }
}

impl Drop for Canvases {
    fn drop(&mut self) {
        self.close(&HashSet::new());
    }
}

impl Shelf {
    fn get(&mut self, id: &UploadId) -> Option<Arc<Canvas>> {
        let place = self.kept.iter().position(|(of, _)| of == id)?;
        let used = self.kept.remove(place);
        let canvas = Arc::clone(&used.1);
        self.kept.push(used);
        Some(canvas)
    }

    fn keep(&mut self, id: &UploadId, canvas: Arc<Canvas>) {
        self.kept.retain(|(of, _)| of != id);
        self.kept.push((id.clone(), canvas));
        let bytes = |kept: &[(UploadId, Arc<Canvas>)]| -> usize {
            kept.iter().map(|(_, canvas)| canvas.len_bytes()).sum()
        };
        while self.kept.len() > 1 && bytes(&self.kept) > MOST_BYTES {
            self.kept.remove(0);
        }
    }

    fn arrived(&mut self, end: &End, canvas: Canvas) -> Arc<Canvas> {
        let canvas = Arc::new(canvas);
        // One that was dropped in the moment in which it was ready is not kept.
        if end.is_coming(self) {
            self.keep(&end.id, Arc::clone(&canvas));
        }
        canvas
    }
}

/// Takes its image out of those that come when it is dropped, however the task ends.
struct End {
    shelf: Arc<Mutex<Shelf>>,
    id: UploadId,
    made: watch::Receiver<Option<Made>>,
}

impl End {
    /// Whether it is this task that is waited for: another one may have been begun.
    fn is_coming(&self, shelf: &Shelf) -> bool {
        let coming = shelf.coming.get(&self.id);
        coming.is_some_and(|coming| coming.made.same_channel(&self.made))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut shelf = lock(&self.shelf);
        if self.is_coming(&shelf) {
            shelf.coming.remove(&self.id);
        }
    }
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::super::decoders::Decoders;
    use super::*;

    fn canvas(width: u16, height: u16) -> Canvas {
        // A binary gray map: a header and a byte a pixel.
        let mut file = format!("P5 {width} {height} 255\n").into_bytes();
        file.resize(file.len() + usize::from(width) * usize::from(height), 7);
        Canvas::decode(&file).unwrap()
    }

    fn id(name: &str) -> UploadId {
        UploadId::from(name)
    }

    fn has(canvases: &Canvases, name: &str) -> bool {
        canvases.shelf().get(&id(name)).is_some()
    }

    #[test]
    fn the_ones_that_were_used_longest_ago_go_and_the_newest_stays_however_large() {
        let canvases = Canvases::default();
        let keep = |name, width, height| {
            let canvas = Arc::new(canvas(width, height));
            canvases.shelf().keep(&id(name), canvas);
        };
        // 96 MiB each with their levels.
        keep("a", 8192, 9216);
        keep("b", 8192, 9216);
        assert!(has(&canvases, "a"));
        keep("c", 8192, 9216);
        assert!(!has(&canvases, "b"));
        assert!(has(&canvases, "a"));
        keep("d", 16_384, 16_384);
        assert!(has(&canvases, "d"));
        assert!(!has(&canvases, "a"));
        canvases.make_room_for(1);
        assert!(!has(&canvases, "d"));
    }

    /// Decodes that end when the test says so, and how many were begun.
    #[derive(Default)]
    struct Decodes {
        canvases: Arc<Canvases>,
        n_begun: Arc<AtomicUsize>,
    }

    impl Decodes {
        /// A part of this image, and what lets its decode end.
        fn part(&self, name: &'static str) -> (tokio::task::JoinHandle<Made>, oneshot::Sender<()>) {
            let (end, ends) = oneshot::channel();
            let (canvases, n_begun) = (Arc::clone(&self.canvases), Arc::clone(&self.n_begun));
            let part = tokio::spawn(async move {
                let decode = || async move {
                    n_begun.fetch_add(1, Ordering::SeqCst);
                    ends.await.ok();
                    let place = Decoders::new(1, Duration::from_secs(20)).place(1).await;
                    Ok((place.unwrap(), canvas(8, 8)))
                };
                canvases.get_or_make(&id(name), decode).await
            });
            (part, end)
        }

        async fn until_begun(&self, count: usize) {
            let begun = async {
                while self.n_begun.load(Ordering::SeqCst) < count {
                    tokio::task::yield_now().await;
                }
            };
            timeout(Duration::from_secs(20), begun).await.unwrap();
        }

        fn follow(&self, wished: &[&str]) {
            let wished: Vec<UploadId> = wished.iter().map(|name| id(name)).collect();
            self.canvases.follow(&wished.iter().collect());
        }
    }

    #[tokio::test]
    async fn a_decode_outlives_the_part_for_which_it_was_begun_and_serves_the_next() {
        let decodes = Decodes::default();
        let (first, end) = decodes.part("a");
        decodes.until_begun(1).await;
        // Out of view, and another level is needed.
        first.abort();
        decodes.follow(&["a"]);
        let (second, _) = decodes.part("a");
        tokio::task::yield_now().await;
        // Zoomed out for a moment.
        second.abort();
        decodes.follow(&[]);
        let (third, _) = decodes.part("a");
        end.send(()).unwrap();
        assert!(third.await.unwrap().is_ok());
        let (kept, _) = decodes.part("a");
        assert!(kept.await.unwrap().is_ok());
        assert_eq!(decodes.n_begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_was_left_behind_keeps_nothing_back_and_is_not_kept() {
        let decodes = Decodes::default();
        let (left, _end) = decodes.part("a");
        decodes.until_begun(1).await;
        let (next, end) = decodes.part("b");
        left.abort();
        decodes.follow(&["b"]);
        decodes.until_begun(2).await;
        end.send(()).unwrap();
        assert!(next.await.unwrap().is_ok());
        assert!(has(&decodes.canvases, "b") && !has(&decodes.canvases, "a"));
        let (_last, _end) = decodes.part("c");
        decodes.until_begun(3).await;
        decodes.canvases.close(&HashSet::new());
        assert!(!has(&decodes.canvases, "b"));
        assert!(decodes.canvases.shelf().coming.is_empty());
    }

    #[tokio::test]
    async fn a_decode_that_failed_is_tried_again_when_it_is_asked_for_again() {
        let canvases = Canvases::default();
        let failure = ImageFailure::Decode(ImageError::Truncated);
        for _ in 0..2 {
            let said = failure.clone();
            let failed = canvases.get_or_make(&id("a"), || async { Err(said) }).await;
            assert_eq!(failed.err(), Some(failure.clone()));
        }
    }
}
