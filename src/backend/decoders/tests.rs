use super::*;

/// The head of a PNG, which is enough to tell its size.
fn announcing(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    file
}

#[test]
fn a_picture_takes_what_it_announces_and_never_more_than_there_is() {
    assert_eq!(megabytes_for(&announcing(100, 100)), 1);
    assert_eq!(megabytes_for(&announcing(8000, 6000)), 576);
    assert_eq!(megabytes_for(&announcing(30_000, 30_000)), MAX_MEGABYTES);
    assert_eq!(megabytes_for(b"no picture at all"), UNKNOWN_MEGABYTES);
}

#[test]
fn what_a_pixel_takes_depends_on_the_format() {
    // The head of a GIF, which has one byte a pixel and a few colours.
    let mut gif = b"GIF89a".to_vec();
    gif.extend(8000_u16.to_le_bytes());
    gif.extend(6000_u16.to_le_bytes());
    gif.extend([0; 3]);
    assert_eq!(megabytes_for(&gif), 384);
    assert_eq!(megabytes_of_frames(&gif), 576, "two canvases and a frame");
    let of = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
        let file = std::fs::read(format!("{folder}{name}")).unwrap();
        bytes_of_a_pixel(imaging::sniff(&file))
    };
    assert!(of("small.avif") > of("animated.jxl"));
    assert!(of("animated.jxl") > of("rgb.png"));
    assert_eq!(of("../heic/alpha.heic"), 16, "as its decoder counts");
    assert!(of("rgb.png") > of("baseline.jpg"));
}

#[cfg(feature = "avif")]
#[test]
fn the_still_of_a_sequence_takes_what_playing_it_does() {
    let of = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    };
    let file = of("animated-large.avif");
    assert!(megabytes_of_frames(&file) > announced(&file, bytes_of_a_pixel(Some("AVIF"))));
    assert_eq!(megabytes_for(&file), megabytes_of_frames(&file));
    assert_eq!(megabytes_for(&of("small.avif")), 1);
}

#[test]
fn a_drawing_takes_what_it_is_made_of_whatever_size_it_announces() {
    let drawing = |inside: &str| {
        let file = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9000 9000'>{inside}</svg>"
        );
        megabytes_for(file.as_bytes())
    };
    let plain = drawing("<rect width='9' height='9'/>");
    let layers = drawing("<g opacity='.5'><g opacity='.5'><circle r='9000'/></g></g>");
    assert!((10..=150).contains(&plain), "{plain} MB");
    assert!(layers > plain, "{layers} MB");
    assert_eq!(megabytes_for(b"<svg xmlns='http://www.w3.org/2000/svg'"), 1);
}

const LIMIT: Duration = Duration::from_secs(20);

/// At one of the places for whole files.
async fn run<T: Send + 'static>(
    decoders: &Decoders,
    megabytes: u32,
    work: impl FnOnce() -> Result<T, ImageError> + Send + 'static,
) -> Result<(Place, T), ImageError> {
    let slot = decoders.slot().await?;
    decoders.run(slot, megabytes, work).await
}

/// A gray picture, wide enough for two levels.
fn gray() -> Bytes {
    let mut file = b"P5 600 600 255\n".to_vec();
    file.resize(file.len() + 600 * 600, 7);
    file.into()
}

#[tokio::test]
async fn what_is_looked_at_closely_waits_for_no_other_picture() {
    let decoders = Decoders::new(1, LIMIT);
    let _other_picture = decoders.place(1).await.unwrap();
    let (place, canvas) = decoders.canvas(gray()).await.unwrap();
    let canvas = Arc::new(canvas);
    // One such image at a time: there are never two large ones.
    let level = decoders.make_level(Arc::clone(&canvas), 1);
    let waits = timeout(Duration::from_millis(50), level).await;
    assert!(waits.is_err());
    drop(place);
    decoders.make_level(canvas, 1).await.unwrap();
}

#[tokio::test]
async fn what_should_be_brief_is_given_up_and_its_place_is_free() {
    let decoders = Decoders::new(1, Duration::from_millis(50));
    let (end, ends) = std::sync::mpsc::sync_channel::<()>(0);
    let endless = move || {
        // Until the test lets it go.
        ends.recv().ok();
        Some(())
    };
    assert!(decoders.brief(endless).await.is_none());
    assert!(decoders.brief(|| Some(())).await.is_some());
    drop(end);
}

#[tokio::test]
async fn a_decoder_that_does_not_end_is_given_up_and_its_place_is_free() {
    let decoders = Decoders::new(1, Duration::from_millis(50));
    let (end, ends) = std::sync::mpsc::sync_channel::<()>(0);
    let ends = Arc::new(Mutex::new(ends));
    let endless = || {
        let ends = Arc::clone(&ends);
        move || {
            // Until the test lets it go.
            ends.lock().unwrap().recv().ok();
            Ok(())
        }
    };
    for _ in 0..MAX_OVERDUE {
        let given_up = run(&decoders, 1, endless()).await.map(drop);
        assert_eq!(given_up, Err(ImageError::TookTooLong));
        run(&decoders, 1, || Ok(())).await.unwrap();
    }
    // One more, and there is no thread left for it but its own place.
    let given_up = run(&decoders, 1, endless()).await.map(drop);
    assert_eq!(given_up, Err(ImageError::TookTooLong));
    let next = timeout(Duration::from_millis(50), run(&decoders, 1, || Ok(())));
    assert!(next.await.is_err());
    drop(end);
    run(&decoders, 1, || Ok(())).await.unwrap();
}

#[tokio::test]
async fn two_large_pictures_are_not_decoded_at_the_same_time() {
    let decoders = Arc::new(Decoders::new(4, LIMIT));
    let (first, ()) = run(&decoders, 500, || Ok(())).await.unwrap();
    let second = {
        let decoders = Arc::clone(&decoders);
        tokio::spawn(async move { run(&decoders, 500, || Ok(())).await.map(drop) })
    };
    let (small, ()) = run(&decoders, 1, || Ok(())).await.unwrap();
    drop(small);
    tokio::task::yield_now().await;
    assert!(!second.is_finished());
    drop(first);
    second.await.unwrap().unwrap();
}
