//! The websocket, against a server that says what the test wants, and against the demo server.

use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt as _;
use salon::demo_server::{DemoOptions, DemoServer, LibraryChoice, NewImage, Realtime};
use salon::domain::{RoomId, ServerUrl, UploadId};
use salon::rocketchat::{Client, ClientError, Http, RealtimeEnd, RealtimeNews, RoomDirectory};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use crate::socket_ends::{Listener, PATIENT, Peer, changed, following, listen, soon};
use crate::stub::{Reply, Stub};
use crate::tls::Authority;
use crate::{TOKEN, USER, client, demo, session};

/// The client listens to a room, and the server knows.
async fn in_room(tcp: &TcpListener, client: &Client) -> (Peer<TcpStream>, Listener) {
    let mut listener = Listener::start(client, Some("r1"), PATIENT);
    let mut peer = Peer::accept(tcp).await;
    peer.welcome(6).await;
    assert_eq!(listener.news().await, following("r1"));
    (peer, listener)
}

#[tokio::test]
async fn the_room_that_is_open_is_listened_to_and_another_one_takes_its_place() {
    let (tcp, server) = listen().await;
    let mut listener = Listener::start(&client(server), Some("r1"), PATIENT);
    let mut peer = Peer::accept(&tcp).await;
    let own = |event: &str| format!("stream-notify-user {USER}/{event}");
    let of = |room: &str| {
        [
            format!("stream-room-messages {room}"),
            format!("stream-notify-room {room}/deleteMessage"),
            format!("stream-notify-room {room}/deleteMessageBulk"),
        ]
    };
    let mut expected = vec![
        own("subscriptions-changed"),
        own("rooms-changed"),
        own("force_logout"),
    ];
    expected.extend(of("r1"));
    assert_eq!(peer.welcome(6).await, expected);
    assert_eq!(listener.news().await, following("r1"));

    listener.room.send_replace(Some(RoomId::from("r2")));
    let mut left = Vec::new();
    for _ in 0..3 {
        let frame = peer.hear().await;
        assert_eq!(frame["msg"], "unsub");
        peer.say(&json!({ "msg": "nosub", "id": frame["id"] }))
            .await;
        left.push(frame["id"].as_str().unwrap().to_owned());
    }
    left.sort();
    assert_eq!(left, ["s4", "s5", "s6"]);
    assert_eq!(peer.subscriptions(3).await, of("r2"));
    assert_eq!(listener.news().await, following("r2"));
}

#[tokio::test]
async fn what_is_told_of_a_message_is_known_of_its_image_until_it_is_gone() {
    let (tcp, server) = listen().await;
    let client = client(server);
    let (mut peer, mut listener) = in_room(&tcp, &client).await;
    let posted = |id: &str, upload: &str| {
        let file = json!({ "_id": upload, "type": "image/png", "typeGroup": "image" });
        json!({ "msg": "changed", "collection": "stream-room-messages", "fields": {
            "eventName": "r1", "args": [{ "_id": id, "rid": "r1", "tmid": "head",
                "files": [file] }] } })
    };
    let place = |upload: &str| client.message_links().place(&UploadId::from(upload));
    for (id, upload) in [("m1", "up1"), ("m2", "up2")] {
        peer.say(&posted(id, upload)).await;
        assert_eq!(listener.news().await, changed("r1"));
        let place = place(upload).unwrap();
        assert_eq!((place.message.as_str(), place.thread.is_some()), (id, true));
    }
    let deleted = json!({ "msg": "changed", "collection": "stream-notify-room", "fields": {
        "eventName": "r1/deleteMessage", "args": [{ "_id": "m1" }] } });
    peer.say(&deleted).await;
    assert_eq!(listener.news().await, changed("r1"));
    let erased = json!({ "msg": "changed", "collection": "stream-room-messages", "fields": {
        "eventName": "r1", "args": [{ "_id": "m2", "rid": "r1", "t": "rm" }] } });
    peer.say(&erased).await;
    assert_eq!(listener.news().await, changed("r1"));
    assert_eq!((place("up1"), place("up2")), (None, None));
}

#[tokio::test]
async fn silence_is_broken_by_a_ping_and_lasting_silence_ends_it() {
    let (tcp, server) = listen().await;
    let mut listener = Listener::start(&client(server), None, Duration::from_millis(150));
    let mut peer = Peer::accept(&tcp).await;
    peer.welcome(3).await;
    // A ping each way, each answered at once.
    assert_eq!(peer.hear().await, json!({ "msg": "ping" }));
    peer.say(&json!({ "msg": "pong" })).await;
    peer.say(&json!({ "msg": "ping", "id": "7" })).await;
    assert_eq!(peer.hear().await, json!({ "msg": "pong", "id": "7" }));
    assert!(listener.news.try_recv().is_err());
    assert_eq!(peer.hear().await, json!({ "msg": "ping" }));
    let end = listener.end().await;
    assert!(matches!(end, RealtimeEnd::Lost { .. }), "{end:?}");
}

#[tokio::test]
async fn a_token_that_is_refused_and_a_closed_socket_are_told_apart() {
    let (tcp, server) = listen().await;
    let listener = Listener::start(&client(server.clone()), None, PATIENT);
    let mut peer = Peer::accept(&tcp).await;
    peer.hear().await;
    peer.say(&json!({ "msg": "connected", "session": "s" }))
        .await;
    let login = peer.hear().await;
    let error = json!({ "error": 403, "reason": "You've been logged out by the server." });
    peer.say(&json!({ "msg": "result", "id": login["id"], "error": error }))
        .await;
    assert_eq!(listener.end().await, RealtimeEnd::SessionRefused);

    let listener = Listener::start(&client(server), None, PATIENT);
    let mut peer = Peer::accept(&tcp).await;
    peer.welcome(3).await;
    peer.0.close(None).await.unwrap();
    let end = listener.end().await;
    assert!(matches!(end, RealtimeEnd::Lost { .. }), "{end:?}");
}

#[tokio::test]
async fn strange_frames_are_passed_over() {
    let (tcp, server) = listen().await;
    let mut listener = Listener::start(&client(server), Some("r1"), PATIENT);
    let mut peer = Peer::accept(&tcp).await;
    peer.welcome(6).await;
    assert_eq!(listener.news().await, following("r1"));
    for text in [
        "",
        "[]",
        "7",
        "{\"msg\":{}}",
        "{\"msg\":\"changed\",\"fields\":[1]}",
    ] {
        peer.0.send(Message::text(text)).await.unwrap();
    }
    let of_another = json!({ "msg": "changed", "collection": "stream-room-messages",
        "fields": { "eventName": "r2", "args": [{ "_id": "m1", "t": "rm" }] } });
    peer.say(&of_another).await;
    let bulk = json!({ "msg": "changed", "collection": "stream-notify-room",
        "fields": { "eventName": "r1/deleteMessageBulk", "args": [{}] } });
    peer.say(&bulk).await;
    assert_eq!(listener.news().await, changed("r1"));
}

#[tokio::test]
async fn a_server_without_a_websocket_says_so_and_one_that_starts_may_have_one() {
    for status in [200, 301, 400, 403, 404, 426, 501] {
        let stub = Stub::start(move |_| Reply::html(status)).await;
        let end = client(stub.server()).open_realtime().await.unwrap_err();
        assert!(
            matches!(end, RealtimeEnd::NotOffered { .. }),
            "{status} {end:?}"
        );
        let asked = stub.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].header("x-auth-token"), None);
    }
    for status in [429, 500, 502, 503, 504] {
        let stub = Stub::start(move |_| Reply::html(status)).await;
        let end = client(stub.server()).open_realtime().await.unwrap_err();
        assert!(
            matches!(end, RealtimeEnd::Unreachable(_)),
            "{status} {end:?}"
        );
    }
    let (tcp, server) = listen().await;
    drop(tcp);
    let end = client(server).open_realtime().await.unwrap_err();
    assert!(
        matches!(
            end,
            RealtimeEnd::Unreachable(ClientError::Unreachable { .. })
        ),
        "{end:?}"
    );
}

#[tokio::test]
async fn the_websocket_trusts_whom_all_requests_trust() {
    let authority = Authority::new("Acme");
    let (tcp, acceptor, server) = authority.listen("localhost").await;
    let peer = tokio::spawn(async move {
        // The first client hangs up: it does not know the issuer.
        let (stream, _) = tcp.accept().await.unwrap();
        acceptor.accept(stream).await.unwrap_err();
        let (stream, _) = tcp.accept().await.unwrap();
        let stream = acceptor.accept(stream).await.unwrap();
        Peer(accept_async(stream).await.unwrap()).welcome(6).await
    });
    let session = session(server, salon::domain::TokenKind::LogIn);
    let stranger = Client::new(Http::new().unwrap(), session.clone());
    let end = stranger.open_realtime().await.unwrap_err();
    assert!(
        matches!(end, RealtimeEnd::Unreachable(ClientError::Tls(_))),
        "{end:?}"
    );
    let http = Http::with_root_certificate(authority.pem.as_bytes()).unwrap();
    let mut listener = Listener::start(&Client::new(http, session), Some("r1"), PATIENT);
    assert_eq!(listener.news().await, following("r1"));
    soon("the server", peer).await.unwrap();
}

/// Both kinds of server, the second one below a path.
async fn both_servers() -> [DemoServer; 2] {
    let mut options = DemoOptions {
        library: LibraryChoice::Small,
        ..DemoOptions::default()
    };
    let monolith = DemoServer::start(options.clone()).await.unwrap();
    options.sub_path = Some("chat".to_owned());
    options.quirks.realtime = Realtime::Streamer;
    [monolith, DemoServer::start(options).await.unwrap()]
}

#[tokio::test]
async fn images_that_come_and_go_are_told_by_both_kinds_of_server() {
    for server in both_servers().await {
        let admin = server.admin();
        let room = admin.room_id("team-offsite").unwrap();
        let other = admin.room_id("general").unwrap();
        let client = demo::client(&server, "ana");
        let mut listener = Listener::start(&client, Some(&room), PATIENT);
        assert_eq!(listener.news().await, following(&room));

        admin.post_images(&other, 1, &NewImage::default());
        let posted = admin.post_images(&room, 2, &NewImage::default());
        assert_eq!(listener.news().await, changed(&room));
        assert_eq!(listener.news().await, changed(&room));
        // A reaction to an image that is known.
        admin.resend_message(&posted[0]);
        admin.delete_upload(&posted[0]);
        assert_eq!(listener.news().await, changed(&room));
        admin.erase_upload(&posted[1]);
        assert_eq!(listener.news().await, changed(&room));
        admin.prune(&room, 0, 1);
        assert_eq!(listener.news().await, changed(&room));
        admin.send_frame("{\"msg\":\"changed\"}");
        admin.close_websockets(4000);
        let end = listener.end().await;
        assert!(matches!(end, RealtimeEnd::Lost { .. }), "{end:?}");
    }
}

#[tokio::test]
async fn changes_of_the_room_list_need_no_question() {
    let [server, _] = both_servers().await;
    let admin = server.admin();
    let client = demo::client(&server, "ana");
    let mut directory = RoomDirectory::default();
    let before = client.rooms(&mut directory).await.unwrap().len();
    let room = admin.room_id("team-offsite").unwrap();
    let mut listener = Listener::start(&client, Some(&room), PATIENT);
    assert_eq!(listener.news().await, following(&room));
    admin.clear_requests();
    admin.rename_room(&room, "home-again");
    admin.remove_member(&admin.room_id("general").unwrap(), "ana");
    // The room, the membership in it, and the one that ended.
    for _ in 0..3 {
        assert!(directory.apply(listener.room_change().await));
    }
    let rooms = client.told_rooms(&mut directory).await.unwrap();
    assert_eq!(rooms.len(), before - 1);
    assert!(
        rooms
            .iter()
            .any(|room| room.slug.as_deref() == Some("home-again"))
    );
    let asked: Vec<String> = admin.requests().into_iter().map(|one| one.path).collect();
    assert!(
        asked.iter().all(|path| path.contains("settings.public")),
        "{asked:?}"
    );
    admin.revoke_tokens("ana");
    assert_eq!(listener.news().await, RealtimeNews::SessionInDoubt);
}

#[tokio::test]
async fn the_token_is_in_no_log() {
    let log = crate::secrets::Log::default();
    let guard = log.record();
    let (tcp, server) = listen().await;
    let client = client(server);
    let (mut peer, listener) = in_room(&tcp, &client).await;
    let echo = json!({ "msg": "error", "reason": "Bad request", "offendingMessage": TOKEN });
    peer.say(&echo).await;
    peer.say(&json!({ "msg": "nosub", "id": "s1", "error": { "error": "not-allowed" } }))
        .await;
    drop(peer);
    let end = listener.end().await;
    drop(guard);
    let logged = log.text();
    assert!(logged.contains("websocket"), "nothing was logged: {logged}");
    assert!(!logged.contains(TOKEN), "{logged}");
    assert!(!format!("{end:?} {end}").contains(TOKEN));
}

/// What runs in a task may move between threads.
#[test]
fn listening_may_run_in_a_task() {
    fn is_send<T: Send>(_: &T) {}
    let client = Arc::new(client(
        ServerUrl::parse_base("http://127.0.0.1:9/").unwrap(),
    ));
    let work = async move {
        let (_room, open) = watch::channel(None);
        let (sender, _news) = mpsc::channel(1);
        let socket = client.open_realtime().await.unwrap();
        socket.listen(open, sender, PATIENT).await
    };
    is_send(&work);
}
