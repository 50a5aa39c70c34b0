//! Where thumbnails come from: this machine first, then as little of the server as will do.

use std::sync::Arc;

use salon::domain::{PixelSize, Upload};
use salon::protocol::{Command, Event, Generation, ImageSize, Listing, Settings};

use crate::support::scripted_server::{Behaviour, Image, ScriptedServer, png};
use crate::support::{TestBackend, wish};
use crate::*;

const SMALLER_TILE: ImageSize = ImageSize::Thumbnail { edge_px: 128 };
const LARGER_TILE: ImageSize = ImageSize::Thumbnail { edge_px: 384 };

async fn want_and_get(backend: &mut TestBackend, uploads: &[Arc<Upload>], size: ImageSize) {
    backend.want_each(uploads, size);
    for _ in uploads {
        decoded(backend).await;
    }
}

/// The same account on the same machine, after the program was closed.
async fn started_again(server: &ScriptedServer, mut before: TestBackend) -> TestBackend {
    before.close();
    let TestBackend { folder, store, .. } = before;
    let mut next = TestBackend::with(folder, store);
    next.send(Command::ResumeSession {
        account: account(server),
        generation: Generation(1),
    });
    let is_confirmed =
        |event: &Event| matches!(event, Event::SessionConfirmed { .. }).then_some(());
    next.until("the server's word", is_confirmed).await;
    next
}

fn originals_on_disk(backend: &TestBackend) -> usize {
    walk(&backend.path().join("cache/originals")).len()
}

#[tokio::test]
async fn the_next_run_shows_its_thumbnails_without_the_server() {
    let mut server = ScriptedServer::start(20);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    assert_eq!(server.asked("/file-upload/"), 20);
    let mut next = started_again(&server, backend).await;
    server.stop();
    want_and_get(&mut next, &uploads, TILE).await;
    next.want_images(Vec::new());
    want_and_get(&mut next, &uploads, SMALLER_TILE).await;
    assert_eq!(server.asked("/file-upload/"), 20);
}

/// Small ones as they came, large ones made smaller: both are there again, in any size of tile,
/// and say how large the image itself is.
#[tokio::test]
async fn the_servers_thumbnails_are_kept_too() {
    let mut server = ScriptedServer::start(2);
    for (index, bytes) in [png(480, 360, 0), noise(480, 360)].into_iter().enumerate() {
        let mut world = server.world();
        world.images[index].edges = (4000, 3000);
        let mut thumb = Image::new(index);
        thumb.id = format!("thumb{index}");
        thumb.original = Some(world.images[index].id.clone());
        thumb.bytes = bytes;
        thumb.edges = (480, 360);
        world.thumbs.push(thumb);
    }
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    assert_eq!(server.asked("/file-upload/thumb"), 2);
    assert_eq!(server.asked("/file-upload/image"), 0);
    let mut next = started_again(&server, backend).await;
    server.stop();
    for size in [TILE, SMALLER_TILE] {
        next.want_each(&uploads, size);
        for _ in &uploads {
            let image = decoded(&mut next).await;
            let ImageSize::Thumbnail { edge_px } = size else {
                panic!("{size:?} is not a tile");
            };
            assert_eq!(image.size.longer_side(), u32::from(edge_px));
            assert_eq!(image.original_size, PixelSize::new(4000, 3000));
        }
        next.want_images(Vec::new());
    }
}

/// Older servers make a still thumbnail of what moves.
#[tokio::test]
async fn a_gif_of_which_the_server_has_a_thumbnail_is_taken_for_one_that_moves() {
    let server = ScriptedServer::start(2);
    for (index, media_type) in ["image/gif", "image/png"].into_iter().enumerate() {
        let mut world = server.world();
        world.images[index].media_type = media_type;
        world.images[index].edges = (4000, 3000);
        let mut thumb = Image::new(index);
        thumb.id = format!("thumb{index}");
        thumb.original = Some(world.images[index].id.clone());
        thumb.bytes = png(480, 360, index);
        thumb.edges = (480, 360);
        world.thumbs.push(thumb);
    }
    let (mut backend, _, listing) = listed(&server).await;
    for (upload, moves) in uploads(&listing).iter().zip([true, false]) {
        backend.want_images(vec![wish(upload, TILE)]);
        assert_eq!(decoded(&mut backend).await.is_animated, moves);
    }
    assert_eq!(server.asked("/file-upload/image"), 0);
}

/// A PNG that no compression makes small.
fn noise(width: u32, height: u32) -> axum::body::Bytes {
    let mut random = fastrand::Rng::with_seed(11);
    let pixels = image::RgbImage::from_fn(width, height, |_, _| {
        image::Rgb([random.u8(..), random.u8(..), random.u8(..)])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut file, image::ImageFormat::Png).unwrap();
    assert!(file.get_ref().len() > 200_000);
    file.into_inner().into()
}

#[tokio::test]
async fn a_start_without_the_server_shows_its_thumbnails() {
    let mut server = ScriptedServer::start(5);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    backend.close();
    server.stop();
    let TestBackend { folder, store, .. } = backend;
    let mut next = TestBackend::with(folder, store);
    next.send(Command::ResumeSession {
        account: account(&server),
        generation: Generation(1),
    });
    let is_restored = |event: &Event| matches!(event, Event::SessionRestored { .. }).then_some(());
    next.until("what is known", is_restored).await;
    want_and_get(&mut next, &uploads, TILE).await;
}

#[tokio::test]
async fn what_is_on_this_machine_does_not_wait_for_the_list_of_the_servers_thumbnails() {
    let server = ScriptedServer::start(3);
    let (mut backend, room, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    let mut next = started_again(&server, backend).await;
    server.world().silent = Some("channels.files");
    let listing: Listing = next.first_page(&room).await;
    assert_eq!(listing.len(), 3);
    want_and_get(&mut next, &uploads, TILE).await;
    assert_eq!(server.asked("/file-upload/"), 3);
}

#[tokio::test]
async fn what_is_on_this_machine_does_not_wait_for_downloads() {
    let mut server = ScriptedServer::start(40);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads[30..], TILE).await;
    let mut next = started_again(&server, backend).await;
    server.gate = Arc::new(Semaphore::new(0));
    server.stop();
    server.listen();
    // The first thirty hang, more than may be under way at once.
    next.want_each(&uploads, TILE);
    for _ in 30..40 {
        decoded(&mut next).await;
    }
    server.gate.add_permits(100);
}

#[tokio::test]
async fn an_upload_that_changed_is_fetched_anew() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    let mut next = started_again(&server, backend).await;
    let mut changed = (*uploads[0]).clone();
    changed.etag = Some("another".to_owned());
    want_and_get(&mut next, &[Arc::new(changed)], TILE).await;
    assert_eq!(server.asked("/file-upload/"), 2);
}

#[tokio::test]
async fn a_download_ends_where_its_beginning_is_enough() {
    let server = ScriptedServer::start(8);
    let bytes = animation();
    for image in &mut server.world().images {
        image.bytes = bytes.clone();
        image.edges = (700, 700);
        image.behaviour = Behaviour::StallsAfter(bytes.len() / 10 * 9);
    }
    let (mut backend, _, listing) = listed(&server).await;
    // More than may be downloaded at once: each that ends early lets another one begin.
    want_and_get(&mut backend, &uploads(&listing), TILE).await;
    assert_eq!(server.asked("/file-upload/"), 8);
    assert_eq!(originals_on_disk(&backend), 0);
}

/// A GIF of two large frames: once the second one begins the first one is whole.
fn animation() -> axum::body::Bytes {
    let mut random = fastrand::Rng::with_seed(7);
    let mut file = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new_with_speed(&mut file, 30);
    for _ in 0..2 {
        let picture = image::RgbaImage::from_fn(700, 700, |_, _| {
            image::Rgba([random.u8(..), random.u8(..), random.u8(..), 255])
        });
        encoder.encode_frame(image::Frame::new(picture)).unwrap();
    }
    drop(encoder);
    file.into()
}

#[tokio::test]
async fn originals_are_written_to_the_disk_when_they_are_opened_and_not_before() {
    let server = ScriptedServer::start(3);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    assert_eq!(originals_on_disk(&backend), 0);
    let full = ImageSize::Full { max_edge_px: 4096 };
    want_and_get(&mut backend, &uploads[..1], full).await;
    assert_eq!(originals_on_disk(&backend), 1);
    assert_eq!(server.asked("/file-upload/"), 3);
}

#[tokio::test]
async fn a_smaller_bound_for_thumbnails_counts_at_once() {
    let server = ScriptedServer::start(2);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    backend.send(Command::KeepSettings(Box::new(Settings {
        thumbnail_cache: salon::domain::ByteCount(0),
        ..Settings::default()
    })));
    want_and_get(&mut backend, &uploads, TILE).await;
    let mut next = started_again(&server, backend).await;
    want_and_get(&mut next, &uploads, TILE).await;
    assert_eq!(server.asked("/file-upload/"), 4);
}

#[tokio::test]
async fn a_larger_tile_than_was_kept_is_made_anew_and_one_the_file_cannot_give_is_not() {
    let server = ScriptedServer::start(2);
    server.world().images[0].bytes = png(800, 600, 0);
    server.world().images[0].edges = (800, 600);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    want_and_get(&mut backend, &uploads, TILE).await;
    let mut next = started_again(&server, backend).await;
    next.want_each(&uploads, LARGER_TILE);
    let mut edges = Vec::new();
    for _ in 0..2 {
        let edge = next
            .until("a picture", |event| match event {
                Event::ImageDecoded { image, .. } => Some(image.size.longer_side()),
                _ => None,
            })
            .await;
        edges.push(edge);
    }
    edges.sort_unstable();
    assert_eq!(edges, [16, 384]);
    assert_eq!(server.asked("image00000"), 2);
    assert_eq!(server.asked("image00001"), 1);
}
