//! Rooms, their images, and who posted them.

use std::collections::HashSet;

use jiff::SignedDuration;
use salon::demo_server::{AnchorRule, ImagesEndpoint, LibraryChoice, NewImage, Switch};
use salon::domain::{ListingWindow, PageIndex, RoomKind, UploadId, UserId};
use salon::rocketchat::RoomDirectory;

use super::{FIRST, client, demo, list, room, sorted};

#[tokio::test]
async fn the_rooms_are_those_that_can_be_read_by_their_names() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let client = client(&demo, "ana");
    let mut known = RoomDirectory::default();
    let rooms = client.rooms(&mut known).await.unwrap();
    let titles: HashSet<&str> = rooms.iter().map(|room| room.title.as_str()).collect();
    assert!(titles.contains("general"), "{titles:?}");
    assert!(titles.contains("Posters for the autumn fair"), "{titles:?}");
    assert!(!titles.contains("Book club"), "{titles:?}");
    assert!(!titles.contains("design"), "{titles:?}");
    assert!(rooms.iter().any(|room| room.kind == RoomKind::GroupDirect));
    assert!(rooms.iter().any(|room| room.is_team));

    demo.admin()
        .remove_member(&demo.admin().room_id("support").unwrap(), "ana");
    let fewer = client.rooms(&mut known).await.unwrap();
    assert_eq!(fewer.len(), rooms.len() - 1);

    let design = client.find_room("design").await.unwrap();
    assert_eq!(design.subscription, None);
    let general = client.find_room("general").await.unwrap();
    assert!(general.subscription.is_some());
}

#[tokio::test]
async fn a_long_list_holds_every_image_once_whatever_the_server_is_like() {
    let demo = demo(LibraryChoice::Full, |quirks| quirks.limiter = None).await;
    let admin = demo.admin();
    let client = client(&demo, "ana");
    let room = room(&client, "team-offsite").await;
    let all = sorted(admin.image_ids(room.id.as_str()));
    assert!(all.len() > 1000);
    assert_eq!(sorted(list(&client, &room).await), all);

    admin.change_quirks(|quirks| {
        quirks.page_limit = 40;
        quirks.anchor_rule = AnchorRule::AnyRoom;
    });
    assert_eq!(sorted(list(&client, &room).await), all);

    for endpoint in [ImagesEndpoint::Channels, ImagesEndpoint::Neither] {
        admin.change_quirks(|quirks| {
            quirks.page_limit = 100;
            quirks.images_endpoint = endpoint;
        });
        assert_eq!(sorted(list(&client, &room).await), all, "{endpoint:?}");
    }
}

#[tokio::test]
async fn drafts_are_not_listed_and_a_deleted_anchor_is_noticed() {
    let demo = demo(LibraryChoice::Small, |quirks| quirks.limiter = None).await;
    let admin = demo.admin();
    let client = client(&demo, "ana");
    let room = room(&client, "support").await;
    let before = list(&client, &room).await;
    let mut draft = NewImage {
        is_draft: true,
        ..NewImage::default()
    };
    draft.name = "draft.jpg".to_owned();
    admin.post_images(room.id.as_str(), 2, &draft);
    assert_eq!(sorted(list(&client, &room).await), sorted(before.clone()));

    admin.delete_upload(&before[0]);
    let anchor = UploadId::from(before[0].as_str());
    let page = client.image_window(&room, FIRST, Some(&anchor)).await;
    assert!(page.unwrap().is_anchor_lost);
}

#[tokio::test]
async fn the_servers_own_limiter_never_has_to_speak() {
    let demo = demo(LibraryChoice::Full, |quirks| {
        quirks.clock_skew = SignedDuration::from_hours(-5);
    })
    .await;
    let client = client(&demo, "ana");
    let room = room(&client, "archive-100k").await;
    let windows = (0..40).map(|n| {
        let (client, room) = (client.clone(), room.clone());
        let window = ListingWindow::Page(PageIndex(n * 20));
        async move { client.image_window(&room, window, None).await }
    });
    let results = futures_util::future::join_all(windows).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10);
    let requests = demo.admin().requests();
    assert!(requests.iter().all(|request| request.status != 429));
}

#[tokio::test]
async fn uploaders_and_thumbnails_are_found() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let client = client(&demo, "ana");
    let room = room(&client, "team-offsite").await;
    let page = client.image_window(&room, FIRST, None).await.unwrap();
    let mut users: Vec<UserId> = page
        .uploads
        .iter()
        .filter_map(|upload| upload.user.clone())
        .collect();
    users.sort();
    users.dedup();
    let people = client.people(&users).await.unwrap();
    assert!(people.iter().all(|person| person.name.is_some()));
    assert!(people.len() + 1 >= users.len());
    demo.admin()
        .change_quirks(|quirks| quirks.presence = Switch::Off);
    assert!(client.people(&users).await.unwrap().is_empty());
    let person = client.person(&people[0].id).await.unwrap();
    assert_eq!(person.as_ref(), Some(&people[0]));

    let thumbnails = client.thumbnails(&room, 0).await.unwrap();
    assert!(!thumbnails.thumbnails.is_empty());
    let originals: HashSet<&UploadId> = page.uploads.iter().map(|upload| &upload.id).collect();
    for thumbnail in &thumbnails.thumbnails {
        assert!(originals.contains(&thumbnail.original));
    }
    let first = &thumbnails.thumbnails[0];
    let download = client
        .open_upload(&first.id, &first.name, first.size)
        .await
        .unwrap();
    assert!(!download.read_all(5_000_000).await.unwrap().is_empty());
}
