//! Windows of a listing, the budget of calls, and the network.

use std::time::Duration;

use salon::domain::{ListingWindow, PageIndex};
use salon::protocol::{ClientError, Connection, Event};

use crate::support::scripted_server::ScriptedServer;
use crate::*;

#[tokio::test]
async fn every_image_of_a_long_room_is_listed_once() {
    let server = ScriptedServer::start(1243);
    let (mut backend, room, mut listing) = listed(&server).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    assert_eq!(listing.known_count(), 1243);
    assert_eq!(server.asked("rooms.images"), 13);
}

#[tokio::test]
async fn the_budget_is_never_overrun_and_waiting_for_it_is_announced() {
    let server = ScriptedServer::start(600);
    server.world().limiter = Some((3, Duration::from_secs(2)));
    let (mut backend, room, mut listing) = listed(&server).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    assert_eq!(listing.known_count(), 600);
    assert_eq!(server.world().refusals, 0);
    let waits = backend.passed(|event| {
        matches!(
            event,
            Event::ConnectionChanged(Connection::RateLimited { .. })
        )
    });
    assert!(waits >= 1, "{waits}");
    assert_eq!(server.asked("rooms.images"), 6);
}

#[tokio::test]
async fn uploaders_are_named_once() {
    let server = ScriptedServer::start(150);
    let (mut backend, room, mut listing) = listed(&server).await;
    // The names may come before or after the page.
    let named = |event: &Event| match event {
        Event::PeopleResolved(people) => people[0].name.clone(),
        _ => None,
    };
    let name = match backend.passed.iter().find_map(named) {
        Some(name) => name,
        None => backend.until("names", named).await,
    };
    assert_eq!(name, "Paula Poster");
    backend.page(&room, &mut listing).await;
    backend.passed.clear();
    assert_eq!(server.asked("users.presence"), 1);
}

#[tokio::test]
async fn a_server_fault_while_listing_is_retried_and_a_lasting_one_is_told() {
    let server = ScriptedServer::start(3);
    let (mut backend, room) = signed_in(&server).await;
    server.world().listing_failures = vec![500, 500];
    let listing = backend.first_page(&room).await;
    assert_eq!(listing.known_count(), 3);
    server.world().listing_failures = vec![500; 50];
    backend.want_windows(&room, &listing, vec![ListingWindow::Page(PageIndex(0))]);
    let error = backend
        .until("a failure", |event| match event {
            Event::PageLoaded { result, .. } => result.clone().err(),
            _ => None,
        })
        .await;
    assert_eq!(error, ClientError::ServerFault { status: 500 });
}

#[tokio::test]
async fn a_lost_network_is_announced_and_work_goes_on_by_itself() {
    let mut server = ScriptedServer::start(250);
    let (mut backend, room, mut listing) = listed(&server).await;
    server.stop();
    backend.want_windows(&room, &listing, listing.all_missing_windows());
    let connection = |event: &Event| match event {
        Event::ConnectionChanged(connection) => Some(*connection),
        _ => None,
    };
    let now = backend.until("offline", connection).await;
    assert!(matches!(now, Connection::Offline { .. }), "{now:?}");
    server.listen();
    let now = backend.until("online", connection).await;
    assert_eq!(now, Connection::Online);
    for _ in 0..2 {
        let (window, anchor, page) = backend.page_loaded().await;
        listing.merge(window, anchor.as_ref(), page);
    }
    assert_eq!(listing.known_count(), 250);
}

#[tokio::test]
async fn a_dragged_scrollbar_costs_only_the_page_where_it_rests() {
    let server = ScriptedServer::start(1243);
    let (mut backend, room, listing) = listed(&server).await;
    for page in 2..12 {
        let windows = [page, page + 1].map(|page| ListingWindow::Page(PageIndex(page)));
        backend.want_windows(&room, &listing, windows.into());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let last = ListingWindow::Page(PageIndex(11));
    backend.want_windows(&room, &listing, vec![last]);
    let (window, _, _) = backend.page_loaded().await;
    assert_eq!(window, last);
    assert_eq!(server.asked("rooms.images"), 2);
}

#[tokio::test]
async fn a_page_costs_one_call_when_the_view_and_a_save_want_it() {
    let server = ScriptedServer::start(1243);
    let (mut backend, room, mut listing) = listed(&server).await;
    save(&backend, &room, whole_room(&listing));
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 1243, "{:?}", report.failed);
    assert_eq!(listing.known_count(), 1243);
    // On a busy machine a page that was not taken in time may be asked for again.
    let asked = server.asked("rooms.images");
    assert!((13..=15).contains(&asked), "{asked}");
}
