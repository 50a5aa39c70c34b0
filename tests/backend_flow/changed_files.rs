//! Files that are no longer what the listing said of them.

use salon::domain::PixelSize;
use salon::protocol::{DownloadError, ImageFailure, ImageSize};

use crate::support::scripted_server::{ScriptedServer, png};
use crate::support::wish;
use crate::*;

const FULL: ImageSize = ImageSize::Full { max_edge_px: 1000 };

/// Replaced on the server after it was listed: the bytes decide, for the tile and the viewer.
#[tokio::test]
async fn a_file_that_was_replaced_after_it_was_listed_is_shown_as_it_is_now() {
    for size in [TILE, FULL] {
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

/// What is shorter than listed and no whole image was cut off: that is what a person is told.
#[tokio::test]
async fn a_file_that_lost_its_end_after_it_was_listed_says_that_its_length_is_wrong() {
    for size in [TILE, FULL] {
        let server = ScriptedServer::start(1);
        let (mut backend, _, listing) = listed(&server).await;
        let whole = server.world().images[0].bytes.clone();
        server.world().images[0].bytes = whole.slice(..whole.len() / 2);
        backend.want_images(vec![wish(&uploads(&listing)[0], size)]);
        let failure = failure(&mut backend).await;
        let expected = DownloadError::WrongLength {
            expected: whole.len() as u64,
            received: whole.len() as u64 / 2,
        };
        assert_eq!(failure, ImageFailure::Download(expected), "{size:?}");
    }
}
