//! The same against the demo server, which counts calls, breaks ties and redirects as real
//! servers do.

use std::collections::HashSet;
use std::time::Duration;

use salon::demo_server::{
    DemoOptions, DemoServer, Fault, FaultKind, LibraryChoice, NewImage, RateLimit, Storage,
    TwoFactor,
};
use salon::domain::Room;
use salon::protocol::{
    ClientError, Command, Connection, DownloadError, Event, ImageFailure, ImageSize, Listing,
    LogInRefusal, SaveFailure,
};

use crate::support::{TestBackend, names_in};
use crate::{TILE, failure, save, uploads, whole_room};

/// A server whose budget is large: most tests are not about waiting.
pub(crate) async fn demo(library: LibraryChoice) -> DemoServer {
    let mut options = DemoOptions {
        library,
        ..DemoOptions::default()
    };
    options.quirks.limiter = Some(RateLimit {
        calls: 1000,
        window: Duration::from_mins(1),
    });
    DemoServer::start(options).await.unwrap()
}

pub(crate) async fn open_room(demo: &DemoServer, slug: &str) -> (TestBackend, Room, Listing) {
    let mut backend = TestBackend::start();
    backend.log_in_as("ana", &demo.base_url(), "ana-demo", None);
    backend.session_started().await;
    let room = room(&mut backend, slug).await;
    let listing = backend.first_page(&room).await;
    (backend, room, listing)
}

pub(crate) async fn room(backend: &mut TestBackend, slug: &str) -> Room {
    let rooms = backend.rooms().await;
    let mut rooms = rooms.into_iter();
    rooms
        .find(|room| room.slug.as_deref() == Some(slug))
        .unwrap()
}

pub(crate) fn asked(demo: &DemoServer, part: &str) -> usize {
    let requests = demo.admin().requests();
    requests
        .iter()
        .filter(|one| one.path.contains(part))
        .count()
}

fn refusals(demo: &DemoServer) -> usize {
    let requests = demo.admin().requests();
    requests.iter().filter(|one| one.status == 429).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_of_1243_images_is_listed_to_its_end_after_a_second_factor() {
    let demo = demo(LibraryChoice::Full).await;
    let accounts = demo.accounts();
    let is_totp = |factor: &TwoFactor| matches!(factor, TwoFactor::Totp { .. });
    let mut with_code = accounts
        .iter()
        .filter(|one| one.two_factor.as_ref().is_some_and(is_totp));
    let account = with_code.next().unwrap();
    let mut backend = TestBackend::start();
    backend.log_in_as(&account.user, &demo.base_url(), &account.password, None);
    let challenged = |event: &Event| match event {
        Event::LogInFailed { error, .. } => Some(error.clone()),
        _ => None,
    };
    let error = backend.until("the question for a code", challenged).await;
    assert!(
        matches!(
            error,
            ClientError::LogIn(LogInRefusal::TwoFactorRequired(_))
        ),
        "{error:?}"
    );
    let code = demo.admin().totp_code(&account.user);
    backend.log_in_as(
        &account.user,
        &demo.base_url(),
        &account.password,
        code.as_deref(),
    );
    backend.session_started().await;
    let room = room(&mut backend, "team-offsite").await;
    let mut listing = backend.first_page(&room).await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    let listed: Vec<String> = listing.known().map(|one| one.id.to_string()).collect();
    let all = demo
        .admin()
        .image_ids(&demo.admin().room_id("team-offsite").unwrap());
    assert_eq!(listed.len(), all.len());
    assert_eq!(listed.iter().collect::<HashSet<_>>(), all.iter().collect());
    assert_eq!(refusals(&demo), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_budget_is_kept_and_the_wait_is_announced() {
    let demo = demo(LibraryChoice::Full).await;
    demo.admin().change_quirks(|quirks| {
        quirks.limiter = Some(RateLimit {
            calls: 10,
            window: Duration::from_secs(4),
        });
    });
    let (mut backend, room, mut listing) = open_room(&demo, "team-offsite").await;
    while !listing.is_complete() {
        backend.page(&room, &mut listing).await;
    }
    assert_eq!(listing.known_count(), 1243);
    assert_eq!(refusals(&demo), 0);
    let waits = backend.passed(|event| {
        matches!(
            event,
            Event::ConnectionChanged(Connection::RateLimited { .. })
        )
    });
    assert!(waits >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn thumbnails_come_from_the_server_each_once() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "team-offsite").await;
    let uploads = uploads(&listing);
    backend.want_each(&uploads, TILE);
    let mut count = 0;
    while count < uploads.len() {
        crate::decoded(&mut backend).await;
        count += 1;
    }
    let requests = demo.admin().requests();
    let files = requests
        .iter()
        .filter(|one| one.path.starts_with("/file-upload/"));
    let ids: Vec<_> = files
        .map(|one| one.path.split('/').nth(2).unwrap())
        .collect();
    assert_eq!(
        ids.iter().collect::<HashSet<_>>().len(),
        ids.len(),
        "fetched twice"
    );
    // The server makes none for what it could not identify.
    let mut of_originals = uploads.iter().filter(|one| ids.contains(&one.id.as_str()));
    assert!(of_originals.all(|one| one.dimensions.is_none()));
    assert!(asked(&demo, "channels.files") <= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_oddity_ends_in_a_picture_or_a_reason() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "formats").await;
    let uploads = uploads(&listing);
    backend.want_each(&uploads, TILE);
    for _ in 0..uploads.len() {
        backend
            .until("an end", |event| {
                matches!(
                    event,
                    Event::ImageDecoded { .. } | Event::ImageFailed { .. }
                )
                .then_some(())
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_stored_elsewhere_are_fetched_without_credentials() {
    let demo = demo(LibraryChoice::Small).await;
    demo.admin().change_quirks(|quirks| {
        quirks.storage = Storage::S3 {
            expires: Duration::from_mins(2),
        };
    });
    let (mut backend, room, listing) = open_room(&demo, "support").await;
    let folder = save(&backend, &room, whole_room(&listing));
    let report = backend.saved().await;
    assert_eq!(
        report.saved.len(),
        listing.known_count(),
        "{:?}",
        report.failed
    );
    assert_eq!(names_in(&folder).len(), report.saved.len());
    assert_eq!(demo.admin().leaked_secrets(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_loses_and_gains_images_is_saved_once_each() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "general").await;
    let admin = demo.admin();
    // One that is known here and gone there, and one that is news.
    let gone = listing.known().nth(3).unwrap().id.clone();
    admin.delete_upload(gone.as_str());
    let new = NewImage {
        name: "newcomer.png".to_owned(),
        username: "ana".to_owned(),
        ..NewImage::default()
    };
    admin.post_images(room.id.as_str(), 1, &new);
    let mut listing = listing;
    listing.refresh();
    save(&backend, &room, whole_room(&listing));
    let report = backend.saved().await;
    let saved: HashSet<_> = report.saved.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(
        saved,
        admin.image_ids(room.id.as_str()).into_iter().collect()
    );
    assert_eq!(saved.len(), report.saved.len());
    let failed: Vec<_> = report
        .failed
        .iter()
        .map(|(one, why)| (&one.id, why))
        .collect();
    let deleted = SaveFailure::Download(DownloadError::Deleted);
    assert_eq!(failed, [(&gone, &deleted)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_told_once_and_the_save_goes_on_after_signing_in() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "support").await;
    let late = FaultKind::Delay(Duration::from_millis(60));
    demo.faults().arm(Fault::on("/file-upload", late));
    save(&backend, &room, whole_room(&listing));
    backend
        .until("a saved file", |event| match event {
            Event::SaveAdvanced { progress, .. } => (progress.saved_count > 2).then_some(()),
            _ => None,
        })
        .await;
    demo.admin().revoke_tokens("ana");
    backend
        .until("the end of the session", |event| {
            matches!(event, Event::SessionExpired { .. }).then_some(())
        })
        .await;
    backend.log_in_as("ana", &demo.base_url(), "ana-demo", None);
    backend.session_started().await;
    let report = backend.saved().await;
    assert_eq!(
        report.saved.len(),
        listing.known_count(),
        "{:?}",
        report.failed
    );
    assert_eq!(
        backend.passed(|event| matches!(event, Event::SessionExpired { .. })),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_one_did_not_join_lists_but_shows_nothing() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, ..) = open_room(&demo, "support").await;
    backend.send(Command::FindRoom {
        name: "design".to_owned(),
        generation: salon::protocol::Generation(1),
    });
    let room = backend
        .until("the room", |event| match event {
            Event::RoomFound { result, .. } => Some(result.clone().unwrap()),
            _ => None,
        })
        .await;
    assert_eq!(room.subscription, None);
    let listing = backend.first_page(&room).await;
    let uploads = uploads(&listing);
    let asked_before = asked(&demo, "/api/v1/me");
    let full = ImageSize::Full { max_edge_px: 4096 };
    backend.want_each(&uploads, full);
    for _ in 0..uploads.len() {
        let failure = failure(&mut backend).await;
        assert_eq!(failure, ImageFailure::Download(DownloadError::Forbidden));
    }
    // Whether the session lives is asked once, not for each of them.
    assert_eq!(asked(&demo, "/api/v1/me") - asked_before, 1);
}
