//! Files beside the pictures, as somebody finds them who opens the folder.

mod page;

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{
    ContactSheet, INDEX_NAME, ImageRecord, Index, SavedImage, SidecarError, write_sidecar,
};
use crate::domain::{
    ByteCount, MessageId, Person, PixelSize, Room, RoomId, RoomKind, ServerUrl, Upload, UploadId,
    UserId,
};
use crate::saving::template::{ExtensionRule, Item, Place, Template};

fn room() -> Room {
    Room {
        slug: Some("team offsite".to_owned()),
        ..Room::new(
            RoomId::from("r1"),
            RoomKind::PrivateGroup,
            "Team <Offsite> & Co",
        )
    }
}

fn upload(id: &str, name: &str, posted: &str) -> Upload {
    let user = UserId::from("u1");
    Upload {
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(2_000_000)),
        dimensions: Some(PixelSize::new(4032, 3024)),
        identified_format: Some("jpeg".to_owned()),
        user: Some(user.clone()),
        uploader: Some(Person {
            id: user,
            username: Some("anna".to_owned()),
            name: Some("Anna Schmidt".to_owned()),
        }),
        uploaded_at: posted.parse().ok(),
        store: Some("GridFS:Uploads".to_owned()),
        ..Upload::new(UploadId::from(id), RoomId::from("r1"), name)
    }
}

static UTC: TimeZone = TimeZone::UTC;

/// To be named.
fn item<'a>(upload: &'a Upload, server: &'a ServerUrl) -> Item<'a> {
    Item {
        upload,
        room: "team",
        server,
        place: Place {
            from_oldest: 1,
            total: 1,
        },
        media_type: "image/jpeg",
        extension: ExtensionRule::Keep,
        zone: &UTC,
    }
}

fn record(upload: &Upload) -> ImageRecord {
    let server = ServerUrl::parse_base("https://chat.example.org/").unwrap();
    let template = Template::parse("{room}/{name}").unwrap();
    let path = template.path(&item(upload, &server));
    ImageRecord::from(&SavedImage {
        upload,
        room: &room(),
        server: &server,
        message: None,
        path: &path,
        size_bytes: 1_999_000,
        sha256: [0xab; 32],
        dimensions: None,
    })
}

fn written(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_sidecar_says_all_that_is_known_of_its_picture() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("photo.jpg");
    let upload = upload("f1", "photo.jpg", "2025-11-04T14:32:05.123Z");
    write_sidecar(&picture, &record(&upload)).unwrap();
    assert_eq!(names_in(folder.path()), ["photo.jpg.json"]);
    let link = "https://chat.example.org/group/team%20offsite";
    let expected = json!({
        "salon": 1,
        "id": "f1",
        "file": "photo.jpg",
        "original_name": "photo.jpg",
        "posted_at": "2025-11-04T14:32:05.123Z",
        "uploader": {"id": "u1", "username": "anna", "name": "Anna Schmidt"},
        "room": {"id": "r1", "name": "Team <Offsite> & Co", "link": link},
        "server": "https://chat.example.org/",
        "link": link,
        "media_type": "image/jpeg",
        "size_bytes": 1_999_000,
        "server_size_bytes": 2_000_000,
        "width": 4032,
        "height": 3024,
        "sha256": "ab".repeat(32),
        "identified_format": "jpeg",
        "store": "GridFS:Uploads",
    });
    assert_eq!(written(&folder.path().join("photo.jpg.json")), expected);
}

#[test]
fn the_link_leads_to_the_message_when_it_is_known() {
    let upload = upload("f1", "a.jpg", "");
    let server = ServerUrl::parse_base("https://x.org/chat").unwrap();
    let path = record(&upload).file;
    let message = MessageId::from("m&1");
    let item_path = Template::default().path(&item(&upload, &server));
    let record = ImageRecord::from(&SavedImage {
        upload: &upload,
        room: &room(),
        server: &server,
        message: Some(&message),
        path: &item_path,
        size_bytes: 1,
        sha256: [0; 32],
        dimensions: Some(PixelSize::new(1, 2)),
    });
    assert_eq!(
        record.link,
        "https://x.org/chat/group/team%20offsite?msg=m%261"
    );
    assert_eq!((record.width, record.height), (Some(1), Some(2)));
    assert_eq!(record.posted_at, None);
    assert_eq!(path, "team/a.jpg");
}

#[test]
fn a_sidecar_written_again_keeps_what_others_added() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("a.jpg");
    let file = folder.path().join("a.jpg.json");
    let older = json!({"salon": 1, "id": "f1", "rating": 5, "description": "kept"});
    fs::write(&file, older.to_string()).unwrap();
    write_sidecar(&picture, &record(&upload("f1", "a.jpg", ""))).unwrap();
    let now = written(&file);
    assert_eq!(now["rating"], 5);
    assert_eq!(now["description"], "kept");
    assert_eq!(now["file"], "a.jpg");
    write_sidecar(&picture, &record(&upload("f2", "a.jpg", ""))).unwrap();
    let of_another = written(&file);
    assert_eq!(of_another["id"], "f2");
    assert_eq!(of_another.get("description"), None);
}

#[test]
fn an_image_whose_file_was_replaced_leaves_the_index() {
    let mut index = Index::default();
    index.merge([
        record(&upload("f1", "a.jpg", "")),
        record(&upload("f2", "b.jpg", "")),
    ]);
    index.merge([record(&upload("f3", "a.jpg", ""))]);
    let ids: Vec<_> = index.images().iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["f2", "f3"]);
}

#[test]
fn what_salon_did_not_write_stays() {
    let folder = tempfile::tempdir().unwrap();
    let record = record(&upload("f1", "a.jpg", ""));
    let picture = folder.path().join("a.jpg");
    let images = [record.clone()];
    let sheet = ContactSheet {
        title: "x",
        link: None,
        images: &images,
        zone: &TimeZone::UTC,
    };
    let mut index = Index::default();
    index.merge([record.clone()]);
    for (name, content, is_foreign) in [
        ("a.jpg.json", "{\"mine\": true}", true),
        ("a.jpg.json", "[1]", true),
        ("a.jpg.json", "{\"salon\": 1", false),
        ("a.jpg.json", "{\"salon\": 2}", false),
        ("index.json", "{\"salon\": 7, \"images\": 3}", false),
        ("index.json", "{}", true),
        (
            "index.html",
            "<!DOCTYPE html><title>my homepage</title>",
            true,
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let refused = match name {
            "index.html" => sheet.write(folder.path()),
            "index.json" => index.write(folder.path()),
            _ => write_sidecar(&picture, &record),
        };
        let error = refused.unwrap_err();
        assert_eq!(
            matches!(error, SidecarError::Foreign { .. }),
            is_foreign,
            "{error}"
        );
        assert!(error.to_string().contains("stays as it is"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert_eq!(
        names_in(folder.path()),
        ["a.jpg.json", "index.html", "index.json"]
    );
}

#[test]
fn an_index_of_a_newer_salon_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(INDEX_NAME);
    fs::write(&path, "{\"salon\": 2, \"images\": {}}").unwrap();
    let error = Index::read(folder.path()).unwrap_err();
    let sentence = error.to_string();
    assert!(
        sentence.starts_with("A newer Salon wrote this file (its format is 2)"),
        "{sentence}"
    );
    assert!(sentence.contains("Update Salon"), "{sentence}");
}

#[test]
fn an_index_grows_by_upload_and_keeps_what_it_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::read(folder.path()).unwrap();
    let first = upload("f1", "a.jpg", "2025-11-04T14:32:05Z");
    let mut captioned = first.clone();
    captioned.description = Some("the view".to_owned());
    index.merge([record(&captioned)]);
    index.write(folder.path()).unwrap();

    let path = folder.path().join(INDEX_NAME);
    let mut by_others = written(&path);
    by_others["album"] = json!({"name": "mine"});
    by_others["images"][0]["rating"] = json!(5);
    by_others["images"]
        .as_array_mut()
        .unwrap()
        .push(json!({"later": "kind"}));
    fs::write(&path, by_others.to_string()).unwrap();

    let mut index = Index::read(folder.path()).unwrap();
    let second = upload("f2", "b.jpg", "2025-11-05T14:32:05Z");
    let third = upload("f3", "undated.jpg", "");
    let mut first = first;
    first.uploader = None;
    index.merge([&third, &second, &first].map(record));
    index.write(folder.path()).unwrap();

    let now = written(&path);
    assert_eq!(now["salon"], 1);
    assert_eq!(now["album"]["name"], "mine");
    let ids: Vec<_> = now["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(
        ids,
        [&json!("f2"), &json!("f1"), &json!("f3"), &Value::Null]
    );
    assert_eq!(now["images"][1]["rating"], 5);
    assert_eq!(
        now["images"][1]["description"], "the view",
        "known before, not now"
    );
    assert_eq!(now["images"][1]["uploader"]["username"], "anna");
    assert_eq!(now["images"][3], json!({"later": "kind"}));
    assert_eq!(Index::read(folder.path()).unwrap(), index);
    assert_eq!(names_in(folder.path()), [INDEX_NAME]);
}

#[test]
fn a_folder_that_is_gone_is_named() {
    let error = Index::default()
        .write(Path::new("/nowhere/at/all"))
        .unwrap_err();
    assert!(matches!(
        error,
        SidecarError::Storage(crate::storage::StorageError::FolderGone { .. })
    ));
}
