//! What is kept comes back as it was.

use std::sync::Arc;

use super::*;
use crate::domain::{ListingWindow, PageIndex, Person, Room, RoomKind, SubscriptionId};
use crate::storage::{ServerNotes, remove_library};

fn page_of(uploads: Vec<Upload>) -> PageReading {
    PageReading {
        room: room(),
        anchor: None,
        window: ListingWindow::Page(PageIndex(0)),
        page: UploadPage {
            total: uploads.len(),
            uploads,
            hidden_count: 0,
            is_anchor_lost: false,
        },
    }
}

#[test]
fn an_upload_comes_back_as_it_was_however_odd_it_is() {
    let plain = upload(1);
    let bare = Upload {
        id: UploadId::from("kQ2mNb8vXcZ1aS5dF"),
        name: String::new(),
        media_type: String::new(),
        size: None,
        dimensions: None,
        identified_format: None,
        user: None,
        uploaded_at: None,
        updated_at: None,
        store: None,
        path: None,
        etag: None,
        ..plain.clone()
    };
    let odd = Upload {
        id: UploadId::from("'); DROP TABLE uploads; --"),
        name: "日本\u{0}\u{1}\u{202e}語 🌄'\".png".to_owned(),
        media_type: "IMAGE/PNG; charset=\u{2}".to_owned(),
        size: Some(ByteCount(i64::MAX as u64)),
        dimensions: Some(PixelSize::new(u32::MAX, 0)),
        path: Some("/\u{1}/'); DROP TABLE uploads; --/\u{2}".to_owned()),
        description: Some(String::new()),
        uploaded_at: Some(Timestamp::from_millisecond(-62_135_596_800_000).unwrap()),
        ..plain.clone()
    };
    let machine = Machine::new();
    let library = machine.open();
    let all = vec![plain, bare, odd];
    library.keep_page(page_of(all.clone()));
    library.close();
    let listing = stored(&machine.open()).unwrap();
    let back: Vec<Upload> = listing.known().map(Arc::unwrap_or_clone).collect();
    assert_eq!(back, all);
}

#[test]
fn uploaders_are_named_by_whoever_named_them_last() {
    let ana = Person {
        id: UserId::from("user1"),
        username: Some("ana".to_owned()),
        name: None,
    };
    let renamed = Person {
        name: Some("Ana Name".to_owned()),
        ..ana.clone()
    };
    let machine = Machine::new();
    let library = machine.open();
    let named = Upload {
        uploader: Some(ana),
        ..upload(1)
    };
    library.keep_page(page_of(vec![named]));
    library.keep_people(vec![renamed.clone()]);
    let listing = stored(&library).unwrap();
    let uploader = listing.known().next().unwrap().uploader.clone();
    assert_eq!(uploader, Some(renamed));
}

#[test]
fn rooms_and_notes_come_back_and_rooms_that_were_left_do_not() {
    let first = Room {
        id: room(),
        subscription: Some(SubscriptionId::from("SUB1")),
        kind: RoomKind::Channel,
        is_team: false,
        discussion_of: None,
        title: "general".to_owned(),
        slug: Some("general".to_owned()),
        other_username: None,
        topic: Some("All of it".to_owned()),
        avatar_etag: Some("e1".to_owned()),
        is_favorite: true,
        is_archived: false,
        is_encrypted: false,
        is_hidden: true,
        unread_count: 7,
        last_activity: Some(Timestamp::from_second(1_700_000_000).unwrap()),
    };
    let second = Room {
        id: RoomId::from("DM"),
        subscription: None,
        kind: RoomKind::GroupDirect,
        is_team: true,
        discussion_of: Some(room()),
        other_username: Some("bob".to_owned()),
        is_favorite: false,
        is_archived: true,
        is_encrypted: true,
        is_hidden: false,
        last_activity: None,
        ..first.clone()
    };
    let machine = Machine::new();
    let library = machine.open();
    library.keep_rooms(vec![first.clone(), second.clone()]);
    library.keep_server_notes(ServerNotes {
        name: Some("Here".to_owned()),
        version: None,
    });
    library.close();
    let library = machine.open();
    let mut rooms = library.rooms();
    rooms.sort_by(|a, b| b.id.cmp(&a.id));
    assert_eq!(rooms, [first, second.clone()]);
    assert_eq!(library.server_notes().name.as_deref(), Some("Here"));
    library.keep_rooms(vec![second.clone()]);
    library.flush();
    assert_eq!(library.rooms(), [second]);
}

#[test]
fn a_large_room_is_read_by_the_page_and_as_a_whole() {
    let server = Server::with(20_050);
    let machine = Machine::new();
    let library = machine.open();
    let mut listing = Listing::default();
    for page in 0..201 {
        server.read(&library, &mut listing, ListingWindow::Page(PageIndex(page)));
        if page % 50 == 0 {
            library.flush();
        }
    }
    library.close();
    let library = machine.open();
    let go_on = AtomicBool::new(false);
    let some = library.listing(&room(), 100..103, &go_on).unwrap();
    assert_eq!((some.total(), some.known_count()), (Some(20_050), 300));
    assert_eq!(ids(&some), server.ids()[10_000..10_300]);
    assert_eq!(ids(&stored(&library).unwrap()), server.ids());
    assert!(
        library
            .whole_listing(&room(), &AtomicBool::new(true))
            .is_none()
    );
    assert!(
        library
            .listing(&RoomId::from("other"), 0..1, &go_on)
            .is_none()
    );
}

#[test]
fn nothing_is_left_of_an_account_that_is_removed() {
    let machine = Machine::new();
    let library = machine.open();
    library.keep_page(page_of(vec![upload(1)]));
    library.close();
    remove_library(&machine.dirs(), &account()).unwrap();
    assert!(machine.files().is_empty(), "{:?}", machine.files());
    assert!(stored(&machine.open()).is_none());
}
