//! Frames of moving images, read in order and again.

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
    let bytes = || async { Ok(bytes()) };
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
    let n_read = AtomicU64::new(0);
    for (name, index) in [("a", 0), ("a", 1), ("b", 0), ("a", 0), ("a", 2)] {
        let bytes = || async {
            n_read.fetch_add(1, Ordering::Relaxed);
            Ok(bytes())
        };
        let made = reels.frame(&key(name), index, &decoders, bytes).await;
        assert!(made.unwrap().1.is_some());
    }
    assert_eq!(n_read.into_inner(), 3);
}

#[tokio::test]
async fn frames_that_are_asked_for_in_any_order_are_decoded_in_theirs() {
    let reels = Reels::default();
    let (last, second, first) = tokio::join!(
        frame(&reels, "a", 2),
        frame(&reels, "a", 1),
        frame(&reels, "a", 0)
    );
    assert!(first.is_some() && second.is_some() && last.is_some());
    assert!(first != second && second != last);
    let reel = reels.reel(&key("a"));
    let projector = reel.projector.lock().await;
    let n_decoded = &projector.as_ref().unwrap().progress.n_decoded;
    assert_eq!(n_decoded.load(Ordering::Relaxed), 3, "none of them twice");
}

#[tokio::test]
async fn what_a_file_announces_is_read_where_it_holds_nobody_up() {
    let (reels, decoders) = (Reels::default(), Decoders::new(1, LIMIT));
    let (held, ()) = decoders.brief(|| Some(())).await.unwrap();
    let key = key("a");
    let bytes = || async { Ok(bytes()) };
    let asked = reels.frame(&key, 0, &decoders, bytes);
    let mut asked = std::pin::pin!(asked);
    let waits = timeout(Duration::from_millis(200), &mut asked).await;
    assert!(
        waits.is_err(),
        "it took none of the places of what is brief"
    );
    drop(held);
    assert!(asked.await.unwrap().1.is_some());
}

#[tokio::test]
async fn a_frame_that_another_sees_to_comes_when_that_one_is_gone() {
    let reels = Reels::default();
    let mut second = Box::pin(frame(&reels, "a", 1));
    let mut first = Box::pin(frame(&reels, "a", 0));
    // It begins with the first one, for the other.
    assert!(futures_util::poll!(&mut second).is_pending());
    assert!(futures_util::poll!(&mut first).is_pending());
    drop(second);
    assert!(first.await.is_some());
}

/// Large enough for a frame to take a while.
fn long_animation() -> Bytes {
    let mut file = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new_with_speed(&mut file, 30);
    for number in 0..12 {
        let pixel = image::Rgba([number * 20, 0, 0, 255]);
        let buffer = image::RgbaImage::from_pixel(900, 900, pixel);
        encoder.encode_frame(image::Frame::new(buffer)).unwrap();
    }
    drop(encoder);
    file.into()
}

#[tokio::test]
async fn however_many_frames_were_given_up_the_next_one_comes() {
    let (reels, decoders) = (Reels::default(), Decoders::new(1, LIMIT));
    let file = long_animation();
    let ask = |index| {
        let bytes = || async { Ok(file.clone()) };
        let (reels, decoders) = (&reels, &decoders);
        async move { reels.frame(&key("a"), index, decoders, bytes).await }
    };
    // To and fro, faster than it can rewind.
    for index in [11, 10, 9, 8, 7, 6, 11, 10, 9, 8] {
        timeout(Duration::from_millis(1), ask(index)).await.ok();
    }
    let frame = ask(7).await.unwrap().1.unwrap();
    assert_eq!(frame.pixels.first(), Some(&140));
}

#[tokio::test]
async fn who_steps_back_waits_once_for_as_many_frames_as_are_kept() {
    let (reels, decoders) = (Reels::default(), Decoders::new(1, LIMIT));
    let file = long_animation();
    let ask = async |index: u8| {
        let bytes = || async { Ok(file.clone()) };
        let made = reels.frame(&key("a"), index.into(), &decoders, bytes).await;
        let frame = made.unwrap().1.unwrap();
        assert_eq!(frame.pixels.first(), Some(&(index * 20)), "{index}");
    };
    let n_decoded = async || {
        let reel = reels.reel(&key("a"));
        let projector = reel.projector.lock().await;
        let n_decoded = &projector.as_ref().unwrap().progress.n_decoded;
        n_decoded.load(Ordering::Relaxed)
    };
    let n_kept = u64::try_from(KEPT_BYTES / (4 * 900 * 900)).unwrap();
    assert_eq!(n_kept, 10);
    ask(11).await;
    assert_eq!(n_decoded().await, 12);
    for index in (2..11).rev() {
        ask(index).await;
    }
    assert_eq!(n_decoded().await, 12, "all of them were there");
    // From the beginning again; those after it are read once more.
    ask(1).await;
    assert_eq!(n_decoded().await, 14);
    for index in [0, 1, 2, 3] {
        ask(index).await;
    }
    assert_eq!(n_decoded().await, 16);
}

#[tokio::test]
async fn a_step_back_onto_a_frame_that_is_kept_waits_for_no_other() {
    let (reels, decoders) = (Reels::default(), Decoders::new(1, LIMIT));
    let file = long_animation();
    let came = Mutex::new(Vec::new());
    let ask = async |index: u32| {
        let bytes = || async { Ok(file.clone()) };
        let made = reels.frame(&key("a"), index, &decoders, bytes).await;
        assert!(made.unwrap().1.is_some());
        lock(&came).push(index);
    };
    ask(10).await;
    // The first one is there no more, and the last one not yet.
    tokio::join!(ask(11), ask(0), ask(5));
    assert_eq!(came.into_inner().unwrap(), [10, 5, 11, 0]);
}

#[tokio::test]
async fn a_short_animation_is_decoded_once_however_often_it_is_shown() {
    let reels = Reels::default();
    for _ in 0..3 {
        for index in 0..3 {
            assert!(frame(&reels, "a", index).await.is_some());
        }
        assert!(frame(&reels, "a", 3).await.is_none());
    }
    let reel = reels.reel(&key("a"));
    let projector = reel.projector.lock().await;
    let n_decoded = &projector.as_ref().unwrap().progress.n_decoded;
    // Three frames, and that there are no more.
    assert_eq!(n_decoded.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn a_skip_may_take_as_long_as_it_goes_on_and_one_frame_may_not() {
    let n_decoded = Arc::new(AtomicU64::new(0));
    let decoding = Arc::clone(&n_decoded);
    let (answer, answered) = oneshot::channel();
    tokio::spawn(async move {
        for _ in 0..10 {
            tokio::time::sleep(LIMIT * 2 / 3).await;
            decoding.fetch_add(1, Ordering::Relaxed);
        }
        answer.send(None).unwrap();
    });
    let skipped = while_it_goes_on(answered, LIMIT, &n_decoded).await;
    assert_eq!(skipped, Ok(None));
    let (_never, answered) = oneshot::channel();
    let stuck = while_it_goes_on(answered, LIMIT, &n_decoded).await;
    assert_eq!(stuck, Err(ImageError::TookTooLong));
}

#[tokio::test]
async fn threads_that_do_not_end_are_only_so_many() {
    let limit = Duration::from_millis(50);
    let (reels, decoders) = (Reels::default(), Decoders::new(1, limit));
    let ask = async || {
        let bytes = || async { Ok(bytes()) };
        let made = reels.frame(&key("a"), 0, &decoders, bytes).await;
        made.map(|(_, frame)| frame.is_some())
    };
    let working = u32::try_from(MAX_THREADS).unwrap();
    let working = Arc::clone(&reels.threads).acquire_many_owned(working);
    let working = working.await.unwrap();
    let refused = ask().await;
    let expected = Err(ImageFailure::Decode(ImageError::TookTooLong));
    assert_eq!(refused, expected);
    drop(working);
    assert_eq!(ask().await, Ok(true));
    // The one that plays has one of them, and gives it back at its end.
    assert_eq!(reels.threads.available_permits(), MAX_THREADS - 1);
    reels.close();
    let all = u32::try_from(MAX_THREADS).unwrap();
    let returned = timeout(LIMIT, reels.threads.acquire_many(all)).await;
    assert!(returned.is_ok());
}
