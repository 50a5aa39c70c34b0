//! What the viewer asks for: images as a whole, their parts, and frames of what moves.

use std::collections::HashMap;

use salon::domain::PixelSize;
use salon::protocol::{
    DecodedImage, Event, ImageError, ImageFailure, ImageSize, Tile, WantedImage,
};

use crate::support::scripted_server::{ScriptedServer, png};
use crate::support::{TestBackend, wish};
use crate::*;

const SIZE: PixelSize = PixelSize::new(1100, 700);

fn tile(level: i8, column: u16, row: u16) -> ImageSize {
    ImageSize::Tile(Tile { level, column, row })
}

fn frame(index: u32) -> ImageSize {
    ImageSize::Frame {
        index,
        max_edge_px: 1000,
    }
}

fn fixture(name: &str) -> axum::body::Bytes {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
    std::fs::read(format!("{folder}{name}")).unwrap().into()
}

/// Everything that is wished for, or why it does not come.
async fn all(
    backend: &mut TestBackend,
    wishes: Vec<WantedImage>,
) -> HashMap<ImageSize, Result<DecodedImage, ImageFailure>> {
    let count = wishes.len();
    backend.want_images(wishes);
    let mut ended = HashMap::new();
    while ended.len() < count {
        let (size, result) = backend
            .until("pictures", |event| match event {
                Event::ImageDecoded { request, image } => Some((request.size, Ok(image.clone()))),
                Event::ImageFailed { request, error } => Some((request.size, Err(error.clone()))),
                _ => None,
            })
            .await;
        ended.insert(size, result);
    }
    ended
}

#[tokio::test]
async fn an_image_comes_as_large_as_it_is_looked_at_and_its_parts_with_all_pixels() {
    let server = ScriptedServer::start(1);
    server.world().images[0].bytes = png(SIZE.width, SIZE.height, 3);
    server.world().images[0].edges = (SIZE.width, SIZE.height);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    let sizes = [
        ImageSize::Full { max_edge_px: 500 },
        tile(0, 0, 0),
        tile(0, 2, 1),
        tile(1, 1, 0),
        tile(0, 3, 0),
    ];
    let wishes = sizes.map(|size| wish(upload, size));
    let ended = all(&mut backend, wishes.to_vec()).await;
    let sizes = sizes.map(|size| {
        let image = ended[&size].as_ref().ok()?;
        assert_eq!(image.original_size, SIZE);
        Some((image.size.width, image.size.height))
    });
    let expected = [
        Some((500, 318)),
        Some((513, 513)),
        Some((77, 189)),
        Some((39, 350)),
        // There is none.
        None,
    ];
    assert_eq!(sizes, expected);
    assert_eq!(server.asked("/file-upload/"), 1);
}

#[tokio::test]
async fn neighbours_come_after_all_pixels_of_what_is_looked_at_closely() {
    let server = ScriptedServer::start(2);
    for (image, (width, height)) in server
        .world()
        .images
        .iter_mut()
        .zip([(3000, 2000), (90, 60)])
    {
        image.bytes = png(width, height, 3);
        image.edges = (width, height);
    }
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    let is_large = |upload: &&Arc<Upload>| upload.dimensions == Some(PixelSize::new(3000, 2000));
    let large = uploads.iter().find(is_large).unwrap();
    let small = uploads.iter().find(|upload| !is_large(upload)).unwrap();
    let whole = ImageSize::Full { max_edge_px: 500 };
    // Both files are on the disk, so that nothing waits for the network.
    for upload in [large, small] {
        all(&mut backend, vec![wish(upload, whole)]).await;
    }
    // Not the same again, which is there already.
    let whole = ImageSize::Full { max_edge_px: 50 };
    let parts = [tile(0, 0, 0), tile(0, 1, 0), tile(1, 0, 0)];
    let mut wishes: Vec<_> = parts.iter().map(|part| wish(large, *part)).collect();
    wishes.push(wish(small, whole));
    backend.want_images(wishes);
    let mut came = Vec::new();
    while came.len() < 4 {
        let size = backend
            .until("a picture", |event| match event {
                Event::ImageDecoded { request, .. } => Some(request.size),
                Event::ImageFailed { error, .. } => panic!("{error:?}"),
                _ => None,
            })
            .await;
        came.push(size);
    }
    assert_eq!(came.last(), Some(&whole), "{came:?}");
}

#[tokio::test]
async fn frames_come_one_after_another_and_no_more_than_there_are() {
    for name in [
        "animated.gif",
        "animated.jxl",
        #[cfg(feature = "avif")]
        "animated.avif",
    ] {
        frames_come(name).await;
    }
}

async fn frames_come(name: &str) {
    let server = ScriptedServer::start(1);
    server.world().images[0].bytes = fixture(name);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    let wishes = (0..4).map(|index| wish(upload, frame(index))).collect();
    let mut ended = all(&mut backend, wishes).await;
    let behind = ended.remove(&frame(3)).unwrap();
    assert_eq!(behind, Err(ImageFailure::Decode(ImageError::Truncated)));
    let frames: Vec<_> = (0..3).map(|index| ended.remove(&frame(index))).collect();
    assert!(
        frames.iter().all(|frame| matches!(frame, Some(Ok(_)))),
        "{frames:?}"
    );
    assert_ne!(frames[0], frames[1]);
    assert_ne!(frames[1], frames[2]);

    // From the beginning again, as it is played again.
    let whole = ImageSize::Full { max_edge_px: 1000 };
    all(&mut backend, vec![wish(upload, whole)]).await;
    let again = all(&mut backend, vec![wish(upload, frame(0))]).await;
    assert_eq!(again.get(&frame(0)), frames[0].as_ref());
    assert_eq!(server.asked("/file-upload/"), 1);
}

#[tokio::test]
async fn what_a_file_says_comes_along_with_its_picture() {
    let server = ScriptedServer::start(1);
    server.world().images[0].bytes = fixture("animated.webp");
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    backend.want_images(vec![wish(upload, ImageSize::Full { max_edge_px: 500 })]);
    let (mut has_picture, mut playback) = (false, None);
    while !has_picture || playback.is_none() {
        let said = backend
            .until("both", |event| match event {
                Event::ImageDecoded { .. } => Some(None),
                Event::MetadataRead { metadata, .. } => Some(metadata.playback.clone()),
                _ => None,
            })
            .await;
        has_picture |= said.is_none();
        playback = playback.or(said);
    }
    assert_eq!(playback.map(|playback| playback.delays.len()), Some(3));
}
