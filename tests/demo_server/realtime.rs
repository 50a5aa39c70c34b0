//! What is told over the websocket.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::StatusCode;
use salon::demo_server::{NewImage, Realtime};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::visit::{Visit, unlimited};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open_socket(visit: &Visit) -> Socket {
    let url = visit.url("websocket").replace("http://", "ws://");
    tokio_tungstenite::connect_async(url).await.unwrap().0
}

async fn say(socket: &mut Socket, frame: Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

/// The next frame of this kind; others are skipped.
async fn hear(socket: &mut Socket, kind: &str) -> Value {
    let heard = async {
        loop {
            let message = socket.next().await.unwrap().unwrap();
            let Ok(text) = message.to_text() else {
                continue;
            };
            let frame: Value = serde_json::from_str(text).unwrap();
            if frame["msg"] == kind {
                return frame;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), heard)
        .await
        .unwrap()
}

async fn signed_in_socket(visit: &Visit) -> Socket {
    let mut socket = open_socket(visit).await;
    say(
        &mut socket,
        json!({"msg": "connect", "version": "1", "support": ["1"]}),
    )
    .await;
    hear(&mut socket, "connected").await;
    let login = json!({
        "msg": "method", "method": "login", "id": "1", "params": [{"resume": visit.token}],
    });
    say(&mut socket, login).await;
    assert_eq!(
        hear(&mut socket, "result").await["result"]["id"],
        json!(visit.user)
    );
    socket
}

async fn subscribe(socket: &mut Socket, id: &str, stream: &str, event: &str) {
    let params = json!([event, {"useCollection": false, "args": []}]);
    say(
        socket,
        json!({"msg": "sub", "id": id, "name": stream, "params": params}),
    )
    .await;
}

#[tokio::test]
async fn posted_and_deleted_images_are_told_over_the_websocket() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("team-offsite");
    let mut socket = signed_in_socket(&visit).await;
    subscribe(&mut socket, "s1", "stream-room-messages", &rid).await;
    assert_eq!(hear(&mut socket, "ready").await["subs"], json!(["s1"]));
    subscribe(
        &mut socket,
        "s2",
        "stream-notify-room",
        &format!("{rid}/deleteMessage"),
    )
    .await;
    hear(&mut socket, "ready").await;
    let posted = visit.admin().post_images(&rid, 1, &NewImage::default());
    let frame = hear(&mut socket, "changed").await;
    assert_eq!(frame["collection"], "stream-room-messages");
    let message = &frame["fields"]["args"][0];
    assert_eq!(message["files"][0]["_id"], json!(posted[0]));
    assert!(message["ts"]["$date"].is_i64());
    visit.admin().delete_upload(&posted[0]);
    let frame = hear(&mut socket, "changed").await;
    assert_eq!(frame["fields"]["args"][0]["_id"], message["_id"]);
    assert_eq!(
        visit.bytes_of(&posted[0]).await.status(),
        StatusCode::NOT_FOUND
    );
    let kept = visit.admin().post_images(&rid, 1, &NewImage::default());
    hear(&mut socket, "changed").await;
    visit.admin().hide_upload(&kept[0]);
    hear(&mut socket, "changed").await;
    assert_eq!(visit.bytes_of(&kept[0]).await.status(), StatusCode::OK);
    let erased = visit.admin().image_ids(&rid)[0].clone();
    visit.admin().erase_upload(&erased);
    assert_eq!(
        hear(&mut socket, "changed").await["fields"]["args"][0]["t"],
        "rm"
    );
}

#[tokio::test]
async fn subscriptions_are_refused_dropped_and_ended() {
    let visit = Visit::start(unlimited()).await;
    let mut socket = signed_in_socket(&visit).await;
    subscribe(&mut socket, "a", "stream-notify-user", "somebody/message").await;
    assert_eq!(
        hear(&mut socket, "nosub").await["error"]["error"],
        "not-allowed"
    );
    subscribe(
        &mut socket,
        "b",
        "stream-notify-user",
        &format!("{}/message", visit.user),
    )
    .await;
    hear(&mut socket, "ready").await;
    say(&mut socket, json!({"msg": "unsub", "id": "b"})).await;
    assert!(hear(&mut socket, "nosub").await["error"].is_null());
    say(&mut socket, json!({"msg": "ping", "id": "7"})).await;
    assert_eq!(hear(&mut socket, "pong").await["id"], "7");
}

#[tokio::test]
async fn the_monolith_closes_the_socket_of_a_revoked_token_and_the_streamer_does_not() {
    let visit = Visit::start(unlimited()).await;
    let mut socket = signed_in_socket(&visit).await;
    visit
        .admin()
        .change_quirks(|quirks| quirks.realtime = Realtime::Streamer);
    let mut zombie = signed_in_socket(&visit).await;
    visit.admin().revoke_tokens("ana");
    let closed = async {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed)
        .await
        .unwrap();
    say(&mut zombie, json!({"msg": "ping"})).await;
    hear(&mut zombie, "pong").await;
    assert_eq!(
        visit.answer("api/v1/me").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let mut early = open_socket(&visit).await;
    say(&mut early, json!({"msg": "ping"})).await;
    let code = loop {
        if let Some(Ok(Message::Close(Some(frame)))) = early.next().await {
            break u16::from(frame.code);
        }
    };
    assert_eq!(code, 1002);
}
