//! The animation that is played: its frames, decoded one after another by a thread of their own.
//!
//! What a frame shows depends on those before it, so a reel only goes forwards, and begins again
//! for a frame that it has passed. It keeps one frame; how far it goes ahead is decided by who
//! asks, and what waits is with them. The thread ends when another animation is asked for, or
//! none.

use std::future::Future;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

use super::decoders::{Decoders, Place};
use crate::domain::UploadId;
use crate::imaging::{DecodedImage, FrameReader, ImageError};
use crate::protocol::ImageFailure;

/// A frame, or why there is none; `None` after the last one.
type Frame = Option<Result<DecodedImage, ImageError>>;

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct Reels(Mutex<Option<Reel>>);

/// Which animation, and how large its frames are at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReelKey {
    pub(super) upload: UploadId,
    pub(super) max_edge_px: u32,
}

struct Reel {
    key: ReelKey,
    questions: SyncSender<Question>,
}

struct Question {
    index: u32,
    answer: oneshot::Sender<Frame>,
}

impl Reels {
    /// The frame with this index, with the place at which it was decoded; `None` behind the last
    /// one. `bytes` are read where the reel does not run yet.
    ///
    /// # Errors
    ///
    /// Whatever a decoder says, or what keeps the bytes away.
    pub(super) async fn frame(
        &self,
        key: &ReelKey,
        index: u32,
        decoders: &Decoders,
        bytes: impl Future<Output = Result<Bytes, ImageFailure>>,
    ) -> Result<(Place, Option<DecodedImage>), ImageFailure> {
        // Whoever waits for a frame keeps the others waiting: they come in their order.
        let mut running = self.0.lock().await;
        if running.as_ref().is_none_or(|reel| reel.key != *key) {
            *running = None;
            *running = Reel::start(key, bytes.await?);
        }
        let place = decoders.place().await.map_err(ImageFailure::Decode)?;
        let frame = match running.as_ref() {
            Some(reel) => reel.frame(index, decoders.limit()).await,
            None => Err(ImageError::DecoderCrashed),
        };
        if matches!(
            frame,
            Err(ImageError::TookTooLong | ImageError::DecoderCrashed)
        ) {
            *running = None;
        }
        Ok((place, frame.map_err(ImageFailure::Decode)?))
    }

    /// No animation is looked at any more.
    pub(super) fn close(&self) {
        // While somebody waits for a frame it closes with the next wish list.
        if let Ok(mut running) = self.0.try_lock() {
            *running = None;
        }
    }
}

impl Reel {
    fn start(key: &ReelKey, bytes: Bytes) -> Option<Self> {
        // One question is answered while one that was given up may still wait.
        let (questions, asked) = sync_channel(4);
        let max_edge_px = key.max_edge_px;
        let spawned = std::thread::Builder::new()
            .name("salon-frames".to_owned())
            .spawn(move || answer(&bytes, max_edge_px, &asked));
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread for an animation");
            return None;
        }
        Some(Self {
            key: key.clone(),
            questions,
        })
    }
}

impl Reel {
    async fn frame(&self, index: u32, limit: Duration) -> Result<Option<DecodedImage>, ImageError> {
        let (answer, answered) = oneshot::channel();
        let question = Question { index, answer };
        // Full or closed: its thread is gone, or busy with what nobody waits for any more.
        let asked = self.questions.try_send(question);
        asked.map_err(|_full_or_closed| ImageError::DecoderCrashed)?;
        match timeout(limit, answered).await {
            Ok(Ok(frame)) => frame.transpose(),
            Ok(Err(_gone)) => Err(ImageError::DecoderCrashed),
            Err(_elapsed) => Err(ImageError::TookTooLong),
        }
    }
}

/// Answers until nobody asks any more.
fn answer(bytes: &Bytes, max_edge_px: u32, asked: &Receiver<Question>) {
    let mut reader = None;
    let mut n_read: u32 = 0;
    let mut last: Frame = None;
    while let Ok(Question { index, answer }) = asked.recv() {
        // Whoever asked may be gone while frames were skipped for them.
        if answer.is_closed() {
            continue;
        }
        if index.saturating_add(1) < n_read {
            reader = None;
        }
        let playing = match &mut reader {
            Some(reader) => reader,
            none => match FrameReader::open(bytes.clone(), max_edge_px) {
                Ok(opened) => {
                    n_read = 0;
                    last = None;
                    none.insert(opened)
                }
                Err(error) => {
                    answer.send(Some(Err(error))).ok();
                    continue;
                }
            },
        };
        while n_read <= index {
            last = playing.next_frame();
            n_read += 1;
            if last.is_none() {
                // There is nothing behind the end.
                n_read = index.saturating_add(1);
            }
        }
        // Nobody waits when the image was left meanwhile.
        answer.send(last.clone()).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn bytes() -> Bytes {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
        std::fs::read(format!("{folder}animated.gif"))
            .unwrap()
            .into()
    }

    fn key(name: &str) -> ReelKey {
        ReelKey {
            upload: UploadId::from(name),
            max_edge_px: 1000,
        }
    }

    async fn frame(reels: &Reels, name: &str, index: u32) -> Option<DecodedImage> {
        let decoders = Decoders::new(1, LIMIT);
        let bytes = async { Ok(bytes()) };
        let made = reels.frame(&key(name), index, &decoders, bytes).await;
        made.unwrap().1
    }

    #[tokio::test]
    async fn frames_come_in_any_order_and_end_where_the_file_ends() {
        let reels = Reels::default();
        let mut frames = Vec::new();
        for index in [0, 1, 2, 3, 2, 1, 1, 0] {
            frames.push(frame(&reels, "a", index).await);
        }
        let [
            first,
            second,
            third,
            end,
            third_again,
            second_again,
            same,
            first_again,
        ] = &frames[..]
        else {
            panic!("{frames:?}");
        };
        assert!(first.is_some() && second.is_some() && third.is_some());
        assert_eq!(end, &None);
        assert!(first != second && second != third);
        assert_eq!((third, second), (third_again, second_again));
        assert_eq!((second, first), (same, first_again));
    }

    #[tokio::test]
    async fn a_file_is_read_once_for_all_of_its_frames_and_again_after_another() {
        let reels = Reels::default();
        let decoders = Decoders::new(1, LIMIT);
        let mut n_read = 0;
        for (name, index) in [("a", 0), ("a", 1), ("b", 0), ("a", 0), ("a", 2)] {
            let bytes = async {
                n_read += 1;
                Ok(bytes())
            };
            let made = reels.frame(&key(name), index, &decoders, bytes).await;
            assert!(made.unwrap().1.is_some());
        }
        assert_eq!(n_read, 3);
    }
}
