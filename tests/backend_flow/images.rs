//! Pictures: sources, failures, and what is not done twice or in vain.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use salon::demo_server::LibraryChoice;
use salon::protocol::{
    ClientError, Command, DownloadError, Event, ImageFailure, ImageRequest, ImageSize,
    ImageSubject, WantedImage,
};
use salon::storage::hexadecimal;
use sha2::{Digest as _, Sha256};

use crate::support::scripted_server::{Behaviour, Image, ScriptedServer, png};
use crate::support::wish;
use crate::*;

#[tokio::test]
async fn each_file_is_fetched_once_however_many_sizes_are_wanted() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    backend.want_images(vec![
        wish(upload, TILE),
        wish(upload, ImageSize::Full { max_edge_px: 4096 }),
        wish(upload, ImageSize::Metadata),
    ]);
    decoded(&mut backend).await;
    decoded(&mut backend).await;
    let mut metadata = backend.passed(|event| matches!(event, Event::MetadataRead { .. }));
    while metadata < 2 {
        backend
            .until("metadata", |event| {
                matches!(event, Event::MetadataRead { .. }).then_some(())
            })
            .await;
        metadata += 1;
    }
    assert_eq!(server.asked("/file-upload/"), 1);
}

#[tokio::test]
async fn a_file_is_hashed_when_somebody_asks_and_fetched_once_for_it() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    let expected = hexadecimal(&Sha256::digest(&server.world().images[0].bytes));
    for _ in 0..2 {
        backend.send(Command::ComputeSha256(Arc::clone(upload)));
        let result = backend
            .until("the hash", |event| match event {
                Event::Sha256Computed { result, .. } => Some(result.clone()),
                _ => None,
            })
            .await;
        assert_eq!(result.as_ref(), Ok(&expected));
    }
    assert_eq!(server.asked("/file-upload/"), 1);
}

#[tokio::test]
async fn a_hash_that_cannot_be_computed_any_more_is_given_up_aloud() {
    let server = ScriptedServer::start(2);
    let (mut backend, _, listing) = listed(&server).await;
    let listed = uploads(&listing);
    let refused = Err(ImageFailure::Download(DownloadError::Client(
        ClientError::SessionExpired,
    )));
    // While the file is on its way, and when nobody is signed in any more.
    server.world().images[0].behaviour = Behaviour::StallsAfter(10);
    backend.send(Command::ComputeSha256(Arc::clone(&listed[0])));
    while server.asked("/file-upload/") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    backend.send(Command::SignOut);
    backend.send(Command::ComputeSha256(Arc::clone(&listed[1])));
    for _ in 0..2 {
        let result = backend
            .until("the end of it", |event| match event {
                Event::Sha256Computed { result, .. } => Some(result.clone()),
                _ => None,
            })
            .await;
        assert_eq!(result, refused);
    }
}

#[tokio::test]
async fn what_the_file_says_comes_with_how_bright_it_is() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    let upload = &uploads(&listing)[0];
    backend.want_images(vec![wish(upload, ImageSize::Metadata)]);
    let histogram = backend
        .until("metadata", |event| match event {
            Event::MetadataRead { metadata, .. } => Some(metadata.histogram.clone()),
            _ => None,
        })
        .await;
    let shares = histogram.unwrap().shares();
    for channel in shares {
        assert!((channel.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}

#[tokio::test]
async fn the_servers_thumbnail_is_used_when_it_is_large_enough() {
    let server = ScriptedServer::start(2);
    for (index, edge) in [(0, 480), (1, 100)] {
        let mut world = server.world();
        world.images[index].edges = (4000, 3000);
        let mut thumb = Image::new(index);
        thumb.id = format!("thumb{index}");
        thumb.original = Some(world.images[index].id.clone());
        thumb.bytes = png(edge, edge * 3 / 4, index);
        thumb.edges = (edge, edge * 3 / 4);
        world.thumbs.push(thumb);
    }
    let (mut backend, _, listing) = listed(&server).await;
    let wishes = uploads(&listing)
        .iter()
        .map(|one| wish(one, TILE))
        .collect();
    backend.want_images(wishes);
    decoded(&mut backend).await;
    decoded(&mut backend).await;
    assert_eq!(server.asked("/file-upload/thumb0"), 1);
    assert_eq!(server.asked("/file-upload/image00000"), 0);
    assert_eq!(server.asked("/file-upload/thumb1"), 0);
    assert_eq!(server.asked("/file-upload/image00001"), 1);
    assert_eq!(server.asked("channels.files"), 1);
}

#[tokio::test]
async fn each_way_in_which_bytes_fail_is_told_apart() {
    let server = ScriptedServer::start(5);
    let behaviours = [
        Behaviour::Forbidden,
        Behaviour::Missing,
        Behaviour::Html,
        Behaviour::CutShort,
        Behaviour::Garbage,
    ];
    for (image, behaviour) in server.world().images.iter_mut().zip(behaviours) {
        image.behaviour = behaviour;
    }
    let (mut backend, _, listing) = listed(&server).await;
    for (upload, behaviour) in uploads(&listing).iter().zip(behaviours) {
        backend.want_images(vec![wish(upload, TILE)]);
        let failure = failure(&mut backend).await;
        let is_right = match behaviour {
            Behaviour::Forbidden => failure == ImageFailure::Download(DownloadError::Forbidden),
            Behaviour::Missing => failure == ImageFailure::Download(DownloadError::Deleted),
            Behaviour::Html => failure == ImageFailure::Download(DownloadError::HtmlInsteadOfImage),
            Behaviour::CutShort => matches!(
                failure,
                ImageFailure::Download(DownloadError::WrongLength { .. })
            ),
            Behaviour::Garbage => matches!(failure, ImageFailure::Decode(_)),
            Behaviour::Good
            | Behaviour::GarbageOfNoSize
            | Behaviour::Corrupted
            | Behaviour::StorageGone
            | Behaviour::StallsAfter(_) => false,
        };
        assert!(is_right, "{behaviour:?}: {failure:?}");
    }
}

#[tokio::test]
async fn work_for_images_that_left_the_screen_is_dropped() {
    let server = gated(60, 0);
    let (mut backend, _, listing) = listed(&server).await;
    let uploads = uploads(&listing);
    backend.want_images(uploads[..40].iter().map(|one| wish(one, TILE)).collect());
    while server.asked("/file-upload/") < 6 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    backend.want_images(vec![wish(&uploads[50], TILE)]);
    while server.asked("image00050") < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.gate.add_permits(100);
    decoded(&mut backend).await;
    backend.want_images(Vec::new());
    // One that waited for its turn may just have got it.
    let asked = server.asked("/file-upload/");
    assert!(asked <= 10, "{asked}");
    let others = backend.passed(|event| matches!(event, Event::ImageDecoded { .. }));
    assert_eq!(others, 0);
}

#[tokio::test]
async fn clearing_the_cache_tells_how_much_it_was() {
    let server = ScriptedServer::start(1);
    let (mut backend, _, listing) = listed(&server).await;
    backend.want_images(vec![wish(&uploads(&listing)[0], TILE)]);
    decoded(&mut backend).await;
    backend.send(Command::ClearCache);
    let freed = backend
        .until("the end", |event| match event {
            Event::CacheCleared { freed } => Some(freed.0),
            _ => None,
        })
        .await;
    // The thumbnail: the original was not opened.
    assert!(freed > 0);
    let smaller = ImageSize::Thumbnail { edge_px: 128 };
    backend.want_images(vec![wish(&uploads(&listing)[0], smaller)]);
    decoded(&mut backend).await;
    assert_eq!(server.asked("/file-upload/"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn avatars_are_pictures_or_fail_quietly() {
    let demo = whole_visit::demo(LibraryChoice::Small).await;
    let (mut backend, room, _) = whole_visit::open_room(&demo, "support").await;
    let avatar = |subject| WantedImage {
        request: ImageRequest {
            subject,
            size: ImageSize::Thumbnail { edge_px: 48 },
        },
        upload: None,
    };
    let subjects = [
        ImageSubject::RoomAvatar(room.id.clone()),
        ImageSubject::UserAvatar("ana".to_owned()),
        ImageSubject::UserAvatar("kenji".to_owned()),
        ImageSubject::UserAvatar("nobody at all".to_owned()),
    ];
    backend.want_images(subjects.clone().map(avatar).into());
    let mut ended = HashSet::new();
    while ended.len() < subjects.len() {
        let subject = backend
            .until("an avatar", |event| match event {
                Event::ImageDecoded { request, .. } | Event::ImageFailed { request, .. } => {
                    Some(request.subject.clone())
                }
                _ => None,
            })
            .await;
        ended.insert(subject);
    }
}
