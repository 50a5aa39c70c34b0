//! From an image to its message, on the demo server.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use salon::demo_server::{
    DemoServer, Fault, FaultKind, LibraryChoice, NewImage, RateLimit, Switch,
};
use salon::domain::{Conversation, Message, Room, Upload, UploadId};
use salon::protocol::{
    ClientError, Command, Errand, ErrandEnd, ErrandId, Event, FoundMessage, MessageTrouble,
};

use crate::support::TestBackend;
use crate::uploads;
use crate::whole_visit::{asked, demo, open_room, room};

const HISTORY: &str = ".history";
const DAY_MILLIS: i64 = 24 * 3_600_000;
const LOOKUP: &str = "chat.getMessageByFileId";

fn start(backend: &TestBackend, number: u64, errand: Errand) {
    let id = ErrandId(number);
    backend.send(Command::StartErrand { id, errand });
}

async fn found(backend: &mut TestBackend) -> Result<FoundMessage, MessageTrouble> {
    backend
        .until("a message", |event| match event {
            Event::ErrandEnded { end, .. } => match &**end {
                ErrandEnd::MessageFound(found) => Some(found.clone()),
                _ => None,
            },
            _ => None,
        })
        .await
}

async fn find(
    backend: &mut TestBackend,
    room: &Room,
    upload: &Arc<Upload>,
) -> Result<FoundMessage, MessageTrouble> {
    let (room, upload) = (Box::new(room.clone()), Arc::clone(upload));
    start(backend, 1, Errand::FindMessage { room, upload });
    found(backend).await
}

async fn conversation(
    backend: &mut TestBackend,
    room: &Room,
    upload: &Arc<Upload>,
) -> Result<Box<Conversation>, MessageTrouble> {
    let (room, upload) = (Box::new(room.clone()), Arc::clone(upload));
    start(backend, 2, Errand::ReadConversation { room, upload });
    backend
        .until("a conversation", |event| match event {
            Event::ErrandEnded { end, .. } => match &**end {
                ErrandEnd::ConversationRead(read) => Some(read.clone()),
                _ => None,
            },
            _ => None,
        })
        .await
}

/// How often one message was asked for by its id.
fn message_asked(demo: &DemoServer) -> usize {
    let requests = demo.admin().requests();
    requests
        .iter()
        .filter(|one| one.path.ends_with("/chat.getMessage"))
        .count()
}

/// The id that the demo server gives the message of an upload.
fn message_of(upload: &Upload) -> String {
    let (_, rest) = upload.id.as_str().split_at(1);
    format!("M{rest}")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_image_leads_to_its_message_in_rooms_of_each_kind() {
    let demo = demo(LibraryChoice::Small).await;
    for slug in ["team-offsite", "board"] {
        let (mut backend, room, listing) = open_room(&demo, slug).await;
        let mut in_threads = 0;
        for upload in &uploads(&listing) {
            let found = find(&mut backend, &room, upload).await.unwrap();
            assert_eq!(found.place.message.as_str(), message_of(upload));
            in_threads += usize::from(found.place.thread.is_some());
        }
        assert!(in_threads > 0, "{slug} has no image in a thread");
        // Once is enough to know that the server has no lookup.
        assert_eq!(asked(&demo, LOOKUP), 1);
        assert!(
            asked(&demo, HISTORY) < uploads(&listing).len(),
            "each page was used once"
        );
        demo.admin().clear_requests();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_found_costs_nothing_again() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let upload = &uploads(&listing)[3];
    let first = find(&mut backend, &room, upload).await.unwrap();
    let calls = asked(&demo, HISTORY);
    assert_eq!(calls, 1);
    let again = find(&mut backend, &room, upload).await.unwrap();
    assert_eq!(again.place, first.place);
    assert_eq!(asked(&demo, HISTORY), calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_found_is_known_at_the_next_start() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let listed = uploads(&listing);
    let in_thread = |found: &FoundMessage| found.place.thread.is_some();
    let mut places = Vec::new();
    for upload in &listed {
        places.push(find(&mut backend, &room, upload).await.unwrap());
    }
    assert!(places.iter().any(in_thread));
    backend.close();
    demo.admin().clear_requests();
    let mut backend = TestBackend::on(backend.path(), Arc::clone(&backend.store));
    backend.log_in_as("ana", &demo.base_url(), "ana-demo", None);
    backend.session_started().await;
    for (upload, before) in listed.iter().zip(places) {
        let found = find(&mut backend, &room, upload).await.unwrap();
        assert_eq!(found.place, before.place);
    }
    assert_eq!(asked(&demo, HISTORY), 0);
    // Whether the message is still there was asked once.
    let checks = message_asked(&demo);
    assert!((1..=listed.len()).contains(&checks), "{checks}");
    find(&mut backend, &room, &listed[0]).await.unwrap();
    assert_eq!(message_asked(&demo), checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_went_between_two_runs_is_looked_for_again() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let listed = uploads(&listing);
    let [gone, stays] = [&listed[1], &listed[2]];
    for upload in [gone, stays] {
        find(&mut backend, &room, upload).await.unwrap();
    }
    backend.close();
    demo.admin().delete_upload_silently(gone.id.as_str());
    // In the second run it is found out, and from then on it is known.
    for run in 0..2 {
        let mut later = TestBackend::on(backend.path(), Arc::clone(&backend.store));
        later.log_in_as("ana", &demo.base_url(), "ana-demo", None);
        later.session_started().await;
        demo.admin().clear_requests();
        let found = find(&mut later, &room, gone).await;
        assert_eq!(found, Err(MessageTrouble::NotThere));
        assert_eq!(message_asked(&demo), usize::from(run == 0));
        let found = find(&mut later, &room, stays).await.unwrap();
        assert_eq!(found.place.message.as_str(), message_of(stays));
        later.close();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_finds_messages_by_file_is_asked_for_nothing_else() {
    let demo = demo(LibraryChoice::Small).await;
    let on = |quirks: &mut salon::demo_server::Quirks| quirks.message_by_file = Switch::On;
    demo.admin().change_quirks(on);
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let upload = &uploads(&listing)[2];
    let found = find(&mut backend, &room, upload).await.unwrap();
    assert_eq!(found.place.message.as_str(), message_of(upload));
    assert_eq!((asked(&demo, LOOKUP), asked(&demo, HISTORY)), (1, 0));
    // What it refuses may be in the history all the same.
    demo.faults().arm(Fault::on(
        "/api/v1/chat.getMessageByFileId",
        FaultKind::Forbidden,
    ));
    let upload = &uploads(&listing)[20];
    let found = find(&mut backend, &room, upload).await.unwrap();
    assert_eq!(found.place.message.as_str(), message_of(upload));
    assert_eq!(asked(&demo, HISTORY), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_deleted_is_not_found_and_that_is_said() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let listed = uploads(&listing);
    demo.admin().erase_upload(listed[0].id.as_str());
    demo.admin().delete_upload_silently(listed[5].id.as_str());
    for upload in [&listed[0], &listed[5]] {
        let found = find(&mut backend, &room, upload).await;
        assert_eq!(found, Err(MessageTrouble::NotThere));
    }
    assert!(asked(&demo, HISTORY) <= 2 * 9);
    let mut timeless = Upload::clone(&listed[0]);
    timeless.uploaded_at = None;
    let found = find(&mut backend, &room, &Arc::new(timeless)).await;
    assert_eq!(found, Err(MessageTrouble::NoTime));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_goes_after_it_was_found_is_forgotten() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let upload = &uploads(&listing)[1];
    find(&mut backend, &room, upload).await.unwrap();
    demo.admin().delete_upload_silently(upload.id.as_str());
    let read = conversation(&mut backend, &room, upload).await;
    assert_eq!(read, Err(MessageTrouble::NotThere));
    let found = find(&mut backend, &room, upload).await;
    assert_eq!(found, Err(MessageTrouble::NotThere));
}

/// A time when nothing is written but by the test, in milliseconds. The demo server's messages
/// come later than their uploads by a part that is the same for multiples of 40.
fn quiet_time() -> i64 {
    let now = Timestamp::now().as_millisecond();
    (now + 30 * DAY_MILLIS) / 40 * 40
}

fn post(demo: &DemoServer, slug: &str, at_millis: i64) -> String {
    let room = demo.admin().room_id(slug).unwrap();
    let image = NewImage {
        at_millis: Some(at_millis),
        ..NewImage::default()
    };
    demo.admin().post_images(&room, 1, &image).remove(0)
}

fn image(listed: &Upload, id: &str, at_millis: i64) -> Arc<Upload> {
    let mut upload = Upload::clone(listed);
    upload.id = UploadId::from(id);
    upload.uploaded_at = Some(Timestamp::from_millisecond(at_millis).unwrap());
    Arc::new(upload)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_the_budget_ended_goes_on_where_it_stopped() {
    let demo = demo(LibraryChoice::Small).await;
    let start = quiet_time();
    let posted: Vec<String> = (0..400)
        .map(|n| post(&demo, "team-offsite", start + n * 2_000))
        .collect();
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    // Sent more than ten minutes after it was uploaded.
    let upload = image(&uploads(&listing)[0], &posted[305], start);
    let found = find(&mut backend, &room, &upload).await;
    assert_eq!(found, Err(MessageTrouble::TooMuchWritten));
    assert_eq!(asked(&demo, HISTORY), 9);
    let found = find(&mut backend, &room, &upload).await.unwrap();
    assert_eq!(found.place.message.as_str(), message_of(&upload));
    assert!(asked(&demo, HISTORY) <= 9 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_after_an_image_is_what_came_next_however_much_came_later() {
    const HOUR: i64 = 3_600_000;
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let listed = uploads(&listing);
    // An image that nobody said anything about.
    let mut start = quiet_time();
    let (upload, sent_at) = loop {
        start += 2 * DAY_MILLIS;
        let upload = image(&listed[0], &post(&demo, "team-offsite", start), start);
        let read = conversation(&mut backend, &room, &upload).await.unwrap();
        if read.message.thread.is_none() && read.after.is_empty() {
            break (upload, read.message.sent_at.unwrap());
        }
    };
    let minutes_after = |message: &Message| {
        let after = message.sent_at.unwrap().duration_since(sent_at);
        after.as_mins()
    };
    for n in 0..120 {
        post(&demo, "team-offsite", start + 5 * HOUR + n * 2_000);
    }
    let read = conversation(&mut backend, &room, &upload).await.unwrap();
    let first = minutes_after(&read.after[0]);
    assert!((299..=301).contains(&first), "{first} minutes after it");
    for n in 0..6 {
        post(&demo, "team-offsite", start + 4 * HOUR + n * 2_000);
    }
    let read = conversation(&mut backend, &room, &upload).await.unwrap();
    assert_eq!(read.after.len(), 4);
    for message in &read.after {
        let after = minutes_after(message);
        assert!((239..=241).contains(&after), "{after} minutes after it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_the_room_is_told_so() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "board").await;
    demo.admin().remove_member(room.id.as_str(), "ana");
    let found = find(&mut backend, &room, &uploads(&listing)[0]).await;
    assert_eq!(found, Err(MessageTrouble::Client(ClientError::Forbidden)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_budget_is_waited_for_and_never_overdrawn() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    demo.admin().change_quirks(|quirks| {
        quirks.limiter = Some(RateLimit {
            calls: 2,
            window: Duration::from_secs(1),
        });
    });
    let listed = uploads(&listing);
    // Far enough from each other that no page tells of two.
    for upload in listed.iter().step_by(5) {
        let found = find(&mut backend, &room, upload).await.unwrap();
        assert_eq!(found.place.message.as_str(), message_of(upload));
    }
    let requests = demo.admin().requests();
    let refused = requests.iter().filter(|one| one.status == 429).count();
    assert_eq!(refused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_given_up_says_nothing_any_more() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let listed = uploads(&listing);
    let stall = Fault::on("/api/v1/channels.history", FaultKind::Stall);
    demo.faults().arm(stall.times(1));
    let find_first = Errand::FindMessage {
        room: Box::new(room.clone()),
        upload: Arc::clone(&listed[0]),
    };
    start(&backend, 7, find_first);
    while asked(&demo, HISTORY) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    backend.send(Command::StopErrand(ErrandId(7)));
    let found = find(&mut backend, &room, &listed[9]).await.unwrap();
    assert_eq!(found.place.message.as_str(), message_of(&listed[9]));
    let is_of_first =
        |event: &Event| matches!(event, Event::ErrandEnded { id, .. } if *id == ErrandId(7));
    assert_eq!(backend.passed(is_of_first), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_has_what_was_said_around_the_image_in_order() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, room, listing) = open_room(&demo, "team-offsite").await;
    let (mut n_threads, mut n_texts, mut n_reactions) = (0, 0, 0);
    for upload in &uploads(&listing) {
        let read = conversation(&mut backend, &room, upload).await.unwrap();
        assert!(read.message.carries(&upload.id));
        n_reactions += read.message.reactions.len();
        let is_sorted = |messages: &[Message]| messages.is_sorted_by_key(|one| one.sent_at);
        assert!(is_sorted(&read.before) && is_sorted(&read.after) && is_sorted(&read.thread));
        let sent_at = read.message.sent_at;
        assert!(read.before.iter().all(|one| one.sent_at <= sent_at));
        assert!(read.after.iter().all(|one| one.sent_at >= sent_at));
        if read.message.thread.is_some() {
            n_threads += 1;
            assert!(read.before.is_empty() && read.after.is_empty());
            assert_eq!(Some(&read.thread[0].id), read.message.thread.as_ref());
            assert!(read.thread.iter().any(|one| one.id == read.message.id));
        } else {
            let around = read.before.iter().chain(&read.after);
            assert!(around.clone().all(|one| one.thread.is_none()));
            n_texts += around.filter(|one| !one.text.is_empty()).count();
        }
    }
    assert!(n_threads > 0 && n_texts > 0 && n_reactions > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_threads_still_shows_the_message_in_one() {
    let demo = demo(LibraryChoice::Small).await;
    let off = |quirks: &mut salon::demo_server::Quirks| quirks.threads = Switch::Off;
    demo.admin().change_quirks(off);
    let mut backend = TestBackend::start();
    backend.log_in_as("ana", &demo.base_url(), "ana-demo", None);
    backend.session_started().await;
    let room = room(&mut backend, "team-offsite").await;
    let listing = backend.first_page(&room).await;
    for upload in &uploads(&listing) {
        let found = find(&mut backend, &room, upload).await.unwrap();
        if found.place.thread.is_none() {
            continue;
        }
        let read = conversation(&mut backend, &room, upload).await.unwrap();
        assert!(read.message.carries(&upload.id));
        assert_eq!(read.thread.len(), 1, "its head alone");
        return;
    }
    panic!("no image is in a thread");
}
