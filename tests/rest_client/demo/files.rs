//! Bytes, and trouble of every kind.

use std::time::Duration;

use salon::demo_server::{Fault, FaultKind, LibraryChoice, Storage, Switch};
use salon::domain::UploadId;
use salon::rocketchat::{AvatarOf, ClientError, DownloadError};

use super::{FIRST, client, demo, list, room};

#[tokio::test]
async fn bytes_come_whole_from_every_kind_of_storage() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let admin = demo.admin();
    let client = client(&demo, "ana");
    let room = room(&client, "general").await;
    let page = client.image_window(&room, FIRST, None).await.unwrap();
    let upload = &page.uploads[0];
    let mut copies = Vec::new();
    for storage in [
        Storage::GridFs,
        Storage::FileSystem,
        Storage::Webdav,
        Storage::S3 {
            expires: Duration::from_mins(1),
        },
    ] {
        admin.change_quirks(|quirks| quirks.storage = storage);
        let download = client
            .open_upload(&upload.id, &upload.name, upload.size)
            .await
            .unwrap();
        copies.push(download.read_all(50_000_000).await.unwrap());
    }
    assert!(copies.iter().all(|copy| *copy == copies[0]));
    assert_eq!(admin.leaked_secrets(), 0);

    let design = client.find_room("design").await.unwrap();
    let page = client.image_window(&design, FIRST, None).await.unwrap();
    let refused = client.open_upload(&page.uploads[0].id, "x", None).await;
    assert_eq!(refused.unwrap_err(), DownloadError::Forbidden);
}

#[tokio::test]
async fn trouble_with_bytes_is_told_apart() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let client = client(&demo, "ana");
    let room = room(&client, "general").await;
    let id = UploadId::from(demo.admin().image_ids(room.id.as_str())[0].as_str());
    for (kind, expected) in [
        (FaultKind::Forbidden, DownloadError::Forbidden),
        (FaultKind::NotFound, DownloadError::Deleted),
        (FaultKind::EmptyBody, DownloadError::Empty),
        (FaultKind::HtmlPage, DownloadError::HtmlInsteadOfImage),
        (FaultKind::CutOff, ClientError::CutOff.into()),
        (FaultKind::Unauthorized, ClientError::SessionExpired.into()),
        (
            FaultKind::InternalError,
            ClientError::ServerFault { status: 500 }.into(),
        ),
    ] {
        demo.faults().clear();
        demo.faults().arm(Fault::on("/file-upload", kind.clone()));
        let result = match client.open_upload(&id, "x", None).await {
            Ok(download) => download.read_all(50_000_000).await.map(drop),
            Err(error) => Err(error),
        };
        assert_eq!(result, Err(expected), "{kind:?}");
    }
}

#[tokio::test]
async fn trouble_with_answers_is_told_apart() {
    let demo = demo(LibraryChoice::Small, |quirks| quirks.limiter = None).await;
    let client = client(&demo, "ana");
    for (kind, expected) in [
        (FaultKind::Unauthorized, ClientError::SessionExpired),
        (FaultKind::Forbidden, ClientError::Forbidden),
        (
            FaultKind::InternalError,
            ClientError::ServerFault { status: 500 },
        ),
        (
            FaultKind::BadGateway,
            ClientError::Unavailable { status: 502 },
        ),
        (
            FaultKind::HtmlPage,
            ClientError::ServerFault { status: 200 },
        ),
        (FaultKind::CutOff, ClientError::CutOff),
    ] {
        demo.faults().clear();
        demo.faults().arm(Fault::on("/api/v1/me", kind.clone()));
        assert_eq!(client.confirm_session().await, Err(expected), "{kind:?}");
    }
    demo.faults().clear();
    demo.faults()
        .arm(Fault::on("/api/v1", FaultKind::OtherShape));
    let room = room(&client, "general").await;
    assert!(!list(&client, &room).await.is_empty());
}

#[tokio::test]
async fn avatars_come_as_images_for_those_who_may_see_them() {
    let demo = demo(LibraryChoice::Small, |quirks| {
        quirks.avatar_blocking = Switch::On;
    })
    .await;
    let client = client(&demo, "ana");
    for name in ["ana", "carla"] {
        let avatar = AvatarOf::User(name.to_owned());
        let download = client.open_avatar(&avatar).await.unwrap();
        let bytes = download.read_all(5_000_000).await.unwrap();
        let kind = infer::get(&bytes).map(|kind| kind.mime_type());
        assert!(
            matches!(kind, Some("image/png" | "image/jpeg")),
            "{name}: {kind:?}"
        );
    }
}
