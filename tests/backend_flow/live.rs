//! What the server tells by itself reaches the window, and costs next to nothing.

use std::time::{Duration, Instant};

use salon::demo_server::{DemoServer, LibraryChoice, NewImage};
use salon::domain::{ListingWindow, PageIndex, Room, RoomId};
use salon::protocol::{Command, Event, Generation, Listing};

use crate::support::TestBackend;
use crate::support::scripted_server::ScriptedServer;
use crate::whole_visit::{asked, demo, open_room, room};
use crate::{account, listed, signed_out};

const DEADLINE: Duration = Duration::from_secs(20);

async fn changed(backend: &mut TestBackend) -> RoomId {
    backend
        .until("a changed room", |event| match event {
            Event::RoomChanged { room } => Some(room.clone()),
            _ => None,
        })
        .await
}

/// Reads the newest page again, as the window does when it hears of a change.
async fn read_again(backend: &mut TestBackend, room: &Room, listing: &mut Listing) {
    listing.refresh();
    backend.want_windows(room, listing, vec![ListingWindow::Page(PageIndex(0))]);
    let (window, anchor, page) = backend.page_loaded().await;
    listing.merge(window, anchor.as_ref(), page);
    backend.want_windows(room, listing, Vec::new());
}

/// The websocket is there, and the server knows what is to be told.
async fn connected(demo: &DemoServer) {
    until("a websocket", || demo.admin().open_websockets() == 1).await;
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < DEADLINE, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A room that is open and listened to: the first image that is posted was told of.
async fn listening(demo: &DemoServer) -> (TestBackend, Room, Listing) {
    let (mut backend, room, mut listing) = open_room(demo, "team-offsite").await;
    let room_id = room.id.to_string();
    // Until the server has heard what to tell of, it tells nothing.
    for _ in 0..100 {
        demo.admin().post_images(&room_id, 1, &NewImage::default());
        let told = tokio::time::timeout(Duration::from_millis(700), async {
            loop {
                let event = backend.ui.events.recv().await.unwrap();
                if matches!(event, Event::RoomChanged { .. }) {
                    return;
                }
            }
        });
        if told.await.is_ok() {
            read_again(&mut backend, &room, &mut listing).await;
            return (backend, room, listing);
        }
    }
    panic!("nothing was ever told");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_appears_and_goes_without_a_reload() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, mut listing) = listening(&demo).await;
    let id = room.id.to_string();
    let posted = demo.admin().post_images(&id, 1, &NewImage::default());
    assert_eq!(changed(&mut backend).await, room.id);
    read_again(&mut backend, &room, &mut listing).await;
    let first = listing.known().next().unwrap();
    assert_eq!(first.id.as_str(), posted[0]);

    demo.admin().delete_upload(&posted[0]);
    assert_eq!(changed(&mut backend).await, room.id);
    read_again(&mut backend, &room, &mut listing).await;
    assert!(listing.known().all(|image| image.id.as_str() != posted[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_in_other_rooms_is_not_looked_at_until_they_are_opened() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, left, _) = listening(&demo).await;
    let opened = room(&mut backend, "research").await;
    backend.first_page(&opened).await;
    let open_id = opened.id.to_string();
    backend.passed.clear();
    // The other room is listened to once something in it is told.
    let mut told = None;
    while told.is_none() {
        demo.admin()
            .post_images(left.id.as_str(), 1, &NewImage::default());
        demo.admin().post_images(&open_id, 1, &NewImage::default());
        let waited = tokio::time::timeout(Duration::from_secs(2), changed(&mut backend));
        told = waited.await.ok();
    }
    assert_eq!(told, Some(opened.id.clone()));
    let of_left =
        backend.passed(|event| matches!(event, Event::RoomChanged { room } if *room == left.id));
    assert_eq!(of_left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_images_at_once_are_told_once() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, _) = listening(&demo).await;
    backend.passed.clear();
    for _ in 0..40 {
        demo.admin()
            .post_images(room.id.as_str(), 1, &NewImage::default());
    }
    changed(&mut backend).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let more = backend.passed(|event| matches!(event, Event::RoomChanged { .. }));
    assert_eq!(more, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_websocket_what_was_missed_is_made_up_for() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, mut listing) = listening(&demo).await;
    let missed = listing.known().next().unwrap().id.clone();
    demo.admin().delete_upload_silently(missed.as_str());
    demo.admin().close_websockets(4000);
    assert_eq!(changed(&mut backend).await, room.id);
    connected(&demo).await;
    read_again(&mut backend, &room, &mut listing).await;
    assert!(listing.upload(&missed).is_none());
    // And it listens again.
    demo.admin()
        .post_images(room.id.as_str(), 1, &NewImage::default());
    assert_eq!(changed(&mut backend).await, room.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_one_is_added_to_is_in_the_list_without_a_question() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, _) = listening(&demo).await;
    demo.admin().clear_requests();
    demo.admin().rename_room(room.id.as_str(), "renamed-live");
    let title = |rooms: &[Room]| {
        let mut rooms = rooms.iter();
        rooms.any(|room| room.slug.as_deref() == Some("renamed-live"))
    };
    backend
        .until("the new name", |event| match event {
            Event::RoomsLoaded {
                result: Ok(rooms), ..
            } => title(rooms).then_some(()),
            _ => None,
        })
        .await;
    assert_eq!(asked(&demo, "rooms.get"), 0);
    assert_eq!(asked(&demo, "subscriptions.get"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_websocket() {
    let demo = demo(LibraryChoice::Small).await;
    let (backend, _, _) = listening(&demo).await;
    connected(&demo).await;
    backend.send(Command::SignOut);
    until("no websocket", || demo.admin().open_websockets() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_elsewhere_is_told_without_a_question() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, _) = listening(&demo).await;
    demo.admin().revoke_tokens("ana");
    backend
        .until("the end of the session", |event| {
            matches!(event, Event::SessionExpired { .. }).then_some(())
        })
        .await;
    until("no websocket", || demo.admin().open_websockets() == 0).await;
    // And after signing in again there is another one.
    backend.log_in_as("ana", &demo.base_url(), "ana-demo", None);
    backend.session_started().await;
    connected(&demo).await;
}

#[tokio::test]
async fn a_server_without_a_websocket_is_asked_once_and_works_as_before() {
    let server = ScriptedServer::start(250);
    let (mut backend, room, mut listing) = listed(&server).await;
    until("the question", || server.asked("/websocket") == 1).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    assert_eq!(server.asked("/websocket"), 1);
    let connection = backend.passed(|event| matches!(event, Event::ConnectionChanged(_)));
    assert_eq!(connection, 0);
    // Somebody who signs in anew may have another way to the server.
    backend.send(Command::SignOut);
    signed_out(&mut backend).await;
    backend.send(Command::ResumeSession {
        account: account(&server),
        generation: Generation(2),
    });
    backend.log_in(
        &server.url(),
        crate::support::scripted_server::PASSWORD,
        None,
    );
    backend.session_started().await;
    until("the question", || server.asked("/websocket") == 2).await;
}
