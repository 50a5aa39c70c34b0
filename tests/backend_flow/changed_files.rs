//! Files that are no longer what the listing said of them.

use salon::domain::PixelSize;
use salon::protocol::{DownloadError, Event, ImageError, ImageFailure, ImageSize};

use crate::support::scripted_server::{ScriptedServer, png};
use crate::support::wish;
use crate::*;

const WHOLE: ImageSize = ImageSize::Full { max_edge_px: 1000 };

fn fixture(name: &str) -> axum::body::Bytes {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
    std::fs::read(format!("{folder}{name}")).unwrap().into()
}

/// Why this file, of which the listing says that it is so long, is not shown.
async fn failure(bytes: axum::body::Bytes, listed_len: usize, size: ImageSize) -> ImageFailure {
    let server = ScriptedServer::start(1);
    server.world().images[0].bytes = bytes;
    server.world().images[0].listed_len = Some(listed_len);
    let (mut backend, _, listing) = listed(&server).await;
    backend.want_images(vec![wish(&uploads(&listing)[0], size)]);
    backend
        .until("a failure", |event| match event {
            Event::ImageFailed { error, .. } => Some(error.clone()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_good_image_is_shown_however_long_it_was_listed() {
    for change in [-200_isize, -1, 1, 5000] {
        let server = ScriptedServer::start(1);
        let len = server.world().images[0].bytes.len();
        server.world().images[0].listed_len = len.checked_add_signed(change);
        let (mut backend, _, listing) = listed(&server).await;
        let upload = &uploads(&listing)[0];
        backend.want_images(vec![wish(upload, TILE), wish(upload, WHOLE)]);
        for _ in 0..2 {
            let ended = backend
                .until("a picture", |event| match event {
                    Event::ImageDecoded { image, .. } => Some(Ok(image.original_size)),
                    Event::ImageFailed { error, .. } => Some(Err(error.clone())),
                    _ => None,
                })
                .await;
            let size = ended.unwrap_or_else(|error| panic!("{change}: {error:?}"));
            assert_eq!((size.width, size.height), (16, 12), "{change}");
        }
    }
}

#[tokio::test]
async fn what_is_damaged_and_of_another_length_is_incomplete() {
    let whole = fixture("rgb.png");
    let (expected, received) = (whole.len(), whole.len() / 2);
    for size in [TILE, WHOLE] {
        let failed = failure(whole.slice(..received), expected, size).await;
        let (expected, received) = (expected as u64, received as u64);
        let incomplete = DownloadError::WrongLength { expected, received };
        assert_eq!(failed, ImageFailure::Download(incomplete));
    }
}

#[tokio::test]
async fn what_is_damaged_as_it_was_listed_is_damaged() {
    let whole = fixture("rgb.png");
    let half = whole.len() / 2;
    let failed = failure(whole.slice(..half), half, WHOLE).await;
    assert_eq!(failed, ImageFailure::Decode(ImageError::Truncated));
}

#[tokio::test]
async fn what_is_too_large_or_of_a_rare_kind_is_not_called_incomplete() {
    for size in [TILE, WHOLE] {
        let failed = failure(fixture("bomb.png"), 7, size).await;
        let is_too_large = matches!(failed, ImageFailure::Decode(ImageError::TooLarge(_)));
        assert!(is_too_large, "{failed:?}");
        let failed = failure(fixture("no-width.png"), 7, size).await;
        assert_eq!(failed, ImageFailure::Decode(ImageError::NoPixels));
        let failed = failure(fixture("detail-arithmetic.jpg"), 7, size).await;
        let is_rare = matches!(failed, ImageFailure::Decode(ImageError::UnknownKind { .. }));
        assert!(is_rare, "{failed:?}");
    }
}

/// Replaced on the server after it was listed: the bytes decide, for the tile and the viewer.
#[tokio::test]
async fn a_file_that_was_replaced_after_it_was_listed_is_shown_as_it_is_now() {
    for size in [TILE, WHOLE] {
        for (now, sides) in [
            ("larger", (400, 300)),
            ("smaller", (8, 6)),
            ("of another shape", (30, 200)),
        ] {
            let server = ScriptedServer::start(1);
            let (mut backend, _, listing) = listed(&server).await;
            let listed = uploads(&listing);
            assert_eq!(listed[0].dimensions, Some(PixelSize::new(16, 12)));
            server.world().images[0].bytes = png(sides.0, sides.1, 3);
            backend.want_images(vec![wish(&listed[0], size)]);
            let image = decoded(&mut backend).await;
            let expected = PixelSize::new(sides.0, sides.1);
            assert_eq!(image.original_size, expected, "{now}, {size:?}");
        }
    }
}
