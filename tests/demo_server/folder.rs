//! The demo server serves the images of a folder as a real server serves uploads.

use std::fs;
use std::path::Path;

use filetime::FileTime;
use image::{Rgb, RgbImage};
use reqwest::StatusCode;
use salon::demo_server::{DemoOptions, DemoServer, LibraryChoice, Quirks, Storage, Thumbnails};
use serde_json::{Value, json};

use crate::visit::Visit;

async fn visit_to(folder: &Path, quirks: Quirks) -> Visit {
    Visit::of(DemoOptions {
        library: LibraryChoice::Small,
        images: Some(folder.to_owned()),
        quirks,
        ..DemoOptions::default()
    })
    .await
}

async fn files(visit: &Visit, path: &str) -> Vec<Value> {
    let room = visit.room("corpus");
    let body = visit.json(&format!("api/v1/{path}roomId={room}")).await;
    body["files"].as_array().unwrap().clone()
}

/// Writes a file that is so many seconds old at the turn of 2026.
fn write(folder: &Path, name: &str, bytes: &[u8], age: i64) {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    filetime::set_file_mtime(&path, FileTime::from_unix_time(1_767_225_600 - age, 0)).unwrap();
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
    fs::read(format!("{folder}{name}")).unwrap()
}

fn names(files: &[Value]) -> Vec<&str> {
    let names = files.iter().map(|file| file["name"].as_str().unwrap());
    names.collect()
}

#[tokio::test]
async fn a_folder_is_a_room_of_its_images_with_their_own_dates_sizes_and_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let old = fixture("animated.gif");
    write(folder.path(), "old.gif", &old, 60);
    write(folder.path(), "new.JPG", &fixture("baseline.jpg"), 0);
    write(folder.path(), "notes.txt", b"no image", 30);
    fs::create_dir(folder.path().join("more.png")).unwrap();

    let visit = visit_to(folder.path(), Quirks::default()).await;
    let files = files(&visit, "rooms.images?").await;

    assert_eq!(names(&files), ["new.JPG", "old.gif"]);
    assert_eq!(files[0]["uploadedAt"], "2026-01-01T00:00:00.000Z");
    assert_eq!(files[1]["uploadedAt"], "2025-12-31T23:59:00.000Z");
    assert_eq!(files[1]["type"], "image/gif");
    assert_eq!(files[1]["size"], json!(old.len()));
    let path = files[1]["path"].as_str().unwrap().trim_start_matches('/');
    let answer = visit.answer(path).await;
    assert_eq!(answer.headers()["content-type"], "image/gif");
    assert_eq!(answer.bytes().await.unwrap(), old);
}

#[tokio::test]
async fn files_are_identified_by_content_where_the_server_looks_into_them() {
    let folder = tempfile::tempdir().unwrap();
    for (age, (name, of)) in (0..).zip([
        ("upright.jpg", "orientation-1.jpg"),
        ("turned.jpg", "orientation-6.jpg"),
        ("upside-down.jpg", "orientation-3.jpg"),
        ("named-wrongly.png", "a-jpeg-named.png"),
        ("scan.tiff", "lzw.tiff"),
    ]) {
        write(folder.path(), name, &fixture(of), age);
    }
    write(folder.path(), "broken.jpg", b"\xff\xd8\xff", 9);

    let visit = visit_to(folder.path(), Quirks::default()).await;
    let files = files(&visit, "rooms.images?").await;

    let size = |place: usize| {
        let size = &files[place]["identify"]["size"];
        (
            size["width"].as_u64().unwrap(),
            size["height"].as_u64().unwrap(),
        )
    };
    let upright = size(0);
    assert_ne!(upright.0, upright.1);
    assert_eq!(size(1), (upright.0, upright.1));
    assert_eq!(size(2), (upright.1, upright.0));
    assert_eq!(files[3]["identify"]["format"], "jpeg");
    assert_eq!(files[4].get("identify"), None);
    assert_eq!(files[5].get("identify"), None);
}

#[tokio::test]
async fn thumbnails_of_a_folder_are_made_unless_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.png");
    let gradient = |x: u32, y: u32| Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90]);
    RgbImage::from_fn(960, 720, gradient).save(&photo).unwrap();
    write(folder.path(), "small.jpg", &fixture("baseline.jpg"), 0);

    let visit = visit_to(folder.path(), Quirks::default()).await;
    let thumbs = files(&visit, "channels.files?typeGroup=thumb&").await;
    assert_eq!(names(&thumbs), ["thumb-photo.png"]);
    let path = thumbs[0]["path"].as_str().unwrap().trim_start_matches('/');
    let file = visit.answer(path).await.bytes().await.unwrap();
    assert_eq!(thumbs[0]["size"], json!(file.len()));
    let thumb = image::load_from_memory(&file).unwrap();
    assert_eq!((thumb.width(), thumb.height()), (480, 360));

    let quirks = Quirks {
        thumbnails: Thumbnails::NotMade,
        storage: Storage::FileSystem,
        ..Quirks::default()
    };
    let without = visit_to(folder.path(), quirks).await;
    assert_eq!(without.answer(path).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_last_requests_are_told_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let visit = visit_to(folder.path(), Quirks::default()).await;
    files(&visit, "rooms.images?").await;

    let body = visit.answer("demo/requests").await.text().await.unwrap();

    assert!(!body.contains(&visit.token));
    let requests: Value = serde_json::from_str(&body).unwrap();
    let first = &requests[0];
    assert_eq!(first["path"], "/api/v1/rooms.images");
    assert_eq!(
        (&first["method"], &first["status"]),
        (&json!("GET"), &json!(200))
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said() {
    let options = DemoOptions {
        images: Some("/nowhere/at/all".into()),
        ..DemoOptions::default()
    };
    assert!(DemoServer::start(options).await.is_err());
}
