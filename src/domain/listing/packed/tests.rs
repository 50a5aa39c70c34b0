//! What was packed comes back as it was, and takes little.

use jiff::Timestamp;

use super::PackedPage;
use crate::domain::listing::dictionary::Dictionary;
use crate::domain::{ByteCount, Person, PixelSize, RoomId, Upload, UploadId, UserId};

fn person(id: &str, name: Option<&str>) -> Person {
    Person {
        id: UserId::from(id),
        username: Some(id.to_lowercase()),
        name: name.map(str::to_owned),
    }
}

/// As a server of today describes a photograph.
fn usual_upload(number: usize) -> Upload {
    let id = format!(
        "{:024x}",
        0x6720_0000_0000_u64 * 7_919 + number as u64 * 104_729
    );
    let name = format!("IMG_20240312_{number:06}.JPG");
    let millis = 1_790_000_000_123 - 700_001 * i64::try_from(number).unwrap();
    Upload {
        path: Some(format!("/file-upload/{id}/{name}")),
        id: UploadId::from(id),
        room: RoomId::from("GENERAL"),
        name,
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(2_300_000 + number as u64 % 1_000_000)),
        dimensions: Some(PixelSize::new(4032, 3024)),
        identified_format: Some("jpeg".to_owned()),
        user: Some(UserId::from(format!("user{}", number % 40))),
        uploader: None,
        uploaded_at: Timestamp::from_millisecond(millis).ok(),
        updated_at: Timestamp::from_millisecond(millis + 43).ok(),
        store: Some("GridFS:Uploads".to_owned()),
        description: None,
        etag: Some(format!("q8Wk2a9Zt{:08}", number % 99_999_999)),
    }
}

fn odd_text(random: &mut fastrand::Rng) -> String {
    const TEXTS: [&str; 14] = [
        "",
        " ",
        "a",
        "IMG_1.JPG",
        "ünï cödé ẞ İ.png",
        "a\u{308}\u{308}.PNG",
        "🌄🌄",
        "\u{202e}gnp.exe",
        "\0\n\t",
        "%41%%/../x y?#&+.jpg",
        "0123456789abcdef",
        "0123456789ABCDEF",
        "ΟΔΥΣΣΕΥΣ",
        "image/png; charset=\"x\"",
    ];
    let mut text = TEXTS[random.usize(..TEXTS.len())].to_owned();
    if random.u8(..8) == 0 {
        text = text.repeat(40);
    }
    if random.bool() {
        text.push(random.char(..));
    }
    text
}

fn odd_time(random: &mut fastrand::Rng) -> Option<Timestamp> {
    match random.u8(..6) {
        0 => None,
        1 => Some(Timestamp::MIN),
        2 => Some(Timestamp::MAX),
        3 => Timestamp::new(
            random.i64(-9_000_000..9_000_000),
            random.i32(-999_999_999..0),
        )
        .ok(),
        4 => Timestamp::from_nanosecond(i128::from(random.i64(..))).ok(),
        _ => Timestamp::from_millisecond(random.i64(-1_000_000..1_900_000_000_000)).ok(),
    }
}

fn odd_upload(random: &mut fastrand::Rng, number: usize) -> Upload {
    let maybe = |random: &mut fastrand::Rng| random.bool().then(|| odd_text(random));
    let (id, name) = (format!("{}{number}", odd_text(random)), odd_text(random));
    let store = maybe(random);
    let path = match random.u8(..6) {
        0 => None,
        1 => Some(odd_text(random)),
        2 => Some(format!("/file-upload/{id}/{name}")),
        3 => Some(format!("/file-upload/{id}/{}", name.replace(' ', "%20"))),
        4 => Some(format!(
            "/ufs/{}/{id}/{name}",
            store.as_deref().unwrap_or("x")
        )),
        _ => Some(format!("/ufs/GridFS:Uploads/{id}/{name}")),
    };
    Upload {
        id: UploadId::from(id),
        room: RoomId::from(odd_text(random)),
        name,
        media_type: odd_text(random),
        size: [
            None,
            Some(ByteCount(0)),
            Some(ByteCount(u64::MAX)),
            Some(ByteCount(random.u64(..))),
        ][random.usize(..4)],
        dimensions: random
            .bool()
            .then(|| PixelSize::new(random.u32(..), random.u32(..))),
        identified_format: maybe(random),
        user: maybe(random).map(UserId::from),
        uploader: None,
        uploaded_at: odd_time(random),
        updated_at: odd_time(random),
        store,
        description: maybe(random),
        path,
        etag: maybe(random),
    }
}

#[test]
fn whatever_a_server_says_of_its_uploads_comes_back() {
    for seed in 0..400 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut dictionary = Dictionary::default();
        let count = random.usize(..30);
        let uploads: Vec<Upload> = (0..count).map(|n| odd_upload(&mut random, n)).collect();
        let packed = PackedPage::pack(&uploads, &mut dictionary);
        assert_eq!(packed.unpack(&dictionary), uploads, "seed {seed}");
        let ids: Vec<_> = packed.ids().collect();
        let times: Vec<_> = packed.times().collect();
        let facts: Vec<_> = packed.facts(&dictionary).collect();
        assert_eq!((ids.len(), times.len(), facts.len()), (count, count, count));
        for (at, upload) in uploads.iter().enumerate() {
            assert_eq!(ids[at], upload.id);
            assert_eq!(packed.position(&upload.id), Some(at), "seed {seed}");
            assert_eq!(times[at], (upload.uploaded_at, upload.updated_at));
            assert_eq!(facts[at].size, upload.size);
            assert_eq!(facts[at].dimensions, upload.dimensions);
            assert_eq!(facts[at].media_type, upload.media_type);
        }
        assert_eq!(packed.position(&UploadId::from("not there")), None);
    }
}

#[test]
fn uploaders_come_back_also_when_they_are_not_the_user() {
    let mut uploads: Vec<Upload> = (0..6).map(usual_upload).collect();
    uploads[0].user = Some(UserId::from("ana"));
    uploads[0].uploader = Some(person("ana", Some("Ana")));
    uploads[1].user = Some(UserId::from("ana"));
    uploads[1].uploader = Some(person("ana", Some("Ana with another name")));
    uploads[2].user = None;
    uploads[2].uploader = Some(person("bo", None));
    uploads[3].user = Some(UserId::from("ana"));
    uploads[3].uploader = Some(person("bo", None));
    uploads[4].user = Some(UserId::from("cy"));
    let mut dictionary = Dictionary::default();
    let packed = PackedPage::pack(&uploads, &mut dictionary);
    assert_eq!(packed.unpack(&dictionary), uploads);
    dictionary.name(&person("cy", Some("Cy")));
    let named = &packed.unpack(&dictionary)[4];
    assert_eq!(named.uploader, Some(person("cy", Some("Cy"))));
}

#[test]
fn a_hundred_usual_uploads_take_little() {
    let uploads: Vec<Upload> = (0..100).map(usual_upload).collect();
    let mut dictionary = Dictionary::default();
    let packed = PackedPage::pack(&uploads, &mut dictionary);
    assert!(packed.byte_len() < 100 * 100, "{} bytes", packed.byte_len());
}
