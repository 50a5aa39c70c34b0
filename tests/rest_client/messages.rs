//! Messages: each dialect of the servers, and each way to say no.

use jiff::Timestamp;
use salon::domain::{MessageId, MessageKind, RoomKind, UploadId};
use salon::rocketchat::{ClientError, FileLookup, HistorySpan, Replies};
use serde_json::{Value, json};

use crate::stub::{Reply, Stub};
use crate::{client, room};

const NOT_FOUND: &str = "404 Not Found";

fn file_message() -> Value {
    json!({
        "_id": "m1", "rid": "r1", "ts": "2026-04-01T09:30:00.123Z", "msg": "",
        "u": { "_id": "kQ2m", "username": "ana", "name": "Ana Prado" }, "tmid": "head",
        "file": { "_id": "up1", "name": "cat.png", "type": "image/png" },
        "files": [
            { "_id": "up1", "name": "cat.png", "type": "image/png", "typeGroup": "image" },
            { "_id": "th1", "name": "thumb-cat.png", "type": "image/png", "typeGroup": "thumb" },
        ],
        "attachments": [{ "title_link": "/file-upload/up1/cat.png", "description": "our cat",
            "image_url": "/file-upload/th1/cat.png" }],
        "reactions": { ":tada:": { "usernames": ["bo", "ana"] } },
    })
}

fn found(message: &Value) -> Reply {
    Reply::json(200, &json!({ "message": message, "success": true }))
}

async fn one(reply: Reply) -> Stub {
    Stub::start(move |_| reply.clone()).await
}

fn span(replies: Replies) -> HistorySpan {
    let time = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    HistorySpan {
        oldest: time("2026-04-01T09:29:59.5Z"),
        latest: time("2026-04-01T09:40:00Z"),
        count: 100,
        replies,
    }
}

#[tokio::test]
async fn a_message_is_read_with_all_that_is_shown_of_it() {
    let stub = one(found(&file_message())).await;
    let message = client(stub.server()).message(&MessageId::from("m1")).await;
    let message = message.unwrap().unwrap();
    assert_eq!(message.thread, Some(MessageId::from("head")));
    assert_eq!(message.author.unwrap().display_name(), "Ana Prado");
    assert_eq!(message.kind, MessageKind::Written);
    assert_eq!(message.captions, ["our cat"]);
    assert_eq!(message.file_names, ["cat.png"]);
    assert_eq!(message.uploads, [UploadId::from("up1")]);
    assert_eq!(message.reactions[0].usernames, ["bo", "ana"]);
    let asked = &stub.asked()[0];
    assert_eq!(asked.path, "/api/v1/chat.getMessage");
    assert_eq!(asked.query("msgId"), Some("m1"));
}

#[tokio::test]
async fn an_unknown_message_is_none_and_a_foreign_one_is_forbidden() {
    let id = MessageId::from("m1");
    for reply in [
        Reply::json(400, &json!({ "success": false })),
        Reply::json(
            404,
            &json!({ "success": false, "error": "Resource not found" }),
        ),
    ] {
        let stub = one(reply).await;
        assert_eq!(client(stub.server()).message(&id).await, Ok(None));
    }
    let refused = json!({ "success": false, "error": "Not allowed [error-not-allowed]",
        "errorType": "error-not-allowed" });
    let stub = one(Reply::json(400, &refused)).await;
    let answer = client(stub.server()).message(&id).await;
    assert_eq!(answer, Err(ClientError::Forbidden));
    let stub = one(Reply::json(200, &json!({ "success": true }))).await;
    let answer = client(stub.server()).message(&id).await;
    assert!(
        matches!(answer, Err(ClientError::Malformed { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_server_without_the_lookup_is_asked_once() {
    for reply in [
        Reply::bytes(404, NOT_FOUND).with("Content-Type", "text/plain; charset=UTF-8"),
        // 6.x.
        Reply::json(
            404,
            &json!({ "status": "error", "message": "API endpoint does not exist" }),
        ),
        Reply::html(404),
        Reply::json(
            405,
            &json!({ "status": "error", "message": "Method not allowed" }),
        ),
    ] {
        let stub = one(reply).await;
        let client = client(stub.server());
        for _ in 0..3 {
            let lookup = client.message_of_file(&UploadId::from("up1")).await;
            assert_eq!(lookup, Ok(FileLookup::NotOffered));
        }
        assert_eq!(stub.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_server_with_the_lookup_finds_refuses_or_knows_of_nothing() {
    let id = UploadId::from("up1");
    let stub = one(found(&file_message())).await;
    let lookup = client(stub.server()).message_of_file(&id).await.unwrap();
    assert!(matches!(lookup, FileLookup::Found(message) if message.carries(&id)));
    assert_eq!(stub.asked()[0].query("fileId"), Some("up1"));

    let nothing = json!({ "success": false, "error": "Resource not found" });
    let stub = one(Reply::json(404, &nothing)).await;
    let client_of_8_9 = client(stub.server());
    for _ in 0..2 {
        let lookup = client_of_8_9.message_of_file(&id).await;
        assert_eq!(lookup, Ok(FileLookup::Nothing));
    }
    assert_eq!(
        stub.asked().len(),
        2,
        "it is worth asking about another file"
    );

    let stub = one(Reply::json(
        403,
        &json!({ "success": false, "error": "unauthorized" }),
    ))
    .await;
    let lookup = client(stub.server()).message_of_file(&id).await;
    assert_eq!(lookup, Err(ClientError::Forbidden));
}

#[tokio::test]
async fn the_history_is_asked_for_by_the_kind_of_room_with_both_ends() {
    let stub = Stub::start(|_| {
        let odd = json!({ "rid": "r1", "msg": "without an id" });
        let messages = json!([file_message(), odd, "not a message"]);
        Reply::json(200, &json!({ "messages": messages, "success": true }))
    })
    .await;
    let kinds = [
        (RoomKind::Channel, "/api/v1/channels.history"),
        (RoomKind::PrivateGroup, "/api/v1/groups.history"),
        (RoomKind::Direct, "/api/v1/im.history"),
        (RoomKind::GroupDirect, "/api/v1/im.history"),
    ];
    for (kind, path) in kinds {
        let (client, room) = (client(stub.server()), room("r1", kind));
        let messages = client.history(&room, span(Replies::Included));
        let messages = messages.await.unwrap();
        assert_eq!(messages.len(), 1);
        let asked = stub.asked().pop().unwrap();
        assert_eq!(asked.path, path);
        for (name, value) in [
            ("roomId", "r1"),
            ("oldest", "2026-04-01T09:29:59.500Z"),
            ("latest", "2026-04-01T09:40:00.000Z"),
            ("inclusive", "true"),
            ("count", "100"),
            ("showThreadMessages", "true"),
        ] {
            assert_eq!(asked.query(name), Some(value), "{name}");
        }
    }
    let open_end = HistorySpan {
        oldest: None,
        ..span(Replies::LeftOut)
    };
    let (client, group) = (client(stub.server()), room("r1", RoomKind::PrivateGroup));
    let read = client.history(&group, open_end);
    read.await.unwrap();
    let asked = stub.asked().pop().unwrap();
    assert_eq!(asked.query("oldest"), None);
    assert_eq!(asked.query("showThreadMessages"), Some("false"));
}

#[tokio::test]
async fn a_schema_from_before_the_switch_for_threads_is_asked_without_it() {
    for error in [
        json!({ "success": false, "error": "must NOT have additional properties [invalid-params]",
            "errorType": "invalid-params" }),
        json!({ "success": false, "error": "must NOT have additional properties",
            "errorType": "error-invalid-params" }),
    ] {
        let stub = Stub::start(move |asked| {
            if asked.query("showThreadMessages").is_some() {
                return Reply::json(400, &error);
            }
            Reply::json(
                200,
                &json!({ "messages": [file_message()], "success": true }),
            )
        })
        .await;
        let client = client(stub.server());
        let room = room("r1", RoomKind::Channel);
        for _ in 0..2 {
            let read = client.history(&room, span(Replies::Included));
            assert_eq!(read.await.unwrap().len(), 1);
        }
        assert_eq!(stub.asked().len(), 3, "the switch is tried once");
    }
}

#[tokio::test]
async fn a_history_that_may_not_be_read_says_which_way() {
    let cases = [
        (
            403,
            json!({ "success": false, "error": "unauthorized" }),
            ClientError::Forbidden,
        ),
        (
            400,
            json!({ "success": false, "error": "x [error-room-not-found]",
                "errorType": "error-room-not-found" }),
            ClientError::NotFound,
        ),
        (
            401,
            json!({ "success": false, "status": "error", "message": "You must be logged in" }),
            ClientError::SessionExpired,
        ),
    ];
    for (status, body, error) in cases {
        let stub = one(Reply::json(status, &body)).await;
        let (client, room) = (client(stub.server()), room("r1", RoomKind::Channel));
        let read = client.history(&room, span(Replies::Included));
        assert_eq!(read.await, Err(error));
    }
    let stub = one(Reply::json(
        429,
        &json!({ "success": false, "error":
        "Error, too many requests. You must wait 7 seconds before [error-too-many-requests]" }),
    ))
    .await;
    let (client, room) = (client(stub.server()), room("r1", RoomKind::Channel));
    let read = client.history(&room, span(Replies::Included));
    assert!(matches!(read.await, Err(ClientError::RateLimited { .. })));
}

#[tokio::test]
async fn replies_come_in_their_order_with_how_many_there_are() {
    let reply = |id: &str, minute: u32| {
        json!({ "_id": id, "rid": "r1", "tmid": "head",
        "ts": format!("2026-04-01T09:{minute}:00.000Z"), "msg": id })
    };
    let stub = one(Reply::json(
        200,
        &json!({
            "messages": [reply("b", 31), reply("a", 30)], "count": 2, "offset": 0, "total": 9,
            "success": true,
        }),
    ))
    .await;
    let page = client(stub.server())
        .thread(&MessageId::from("head"), 30)
        .await;
    let page = page.unwrap();
    let ids: Vec<&str> = page.replies.iter().map(|reply| reply.id.as_str()).collect();
    assert_eq!((ids, page.total), (vec!["a", "b"], 9));
    let asked = &stub.asked()[0];
    assert_eq!(asked.path, "/api/v1/chat.getThreadMessages");
    assert_eq!(
        (asked.query("tmid"), asked.query("count")),
        (Some("head"), Some("30"))
    );

    let off = json!({ "success": false, "error": "Threads Disabled [error-not-allowed]",
        "errorType": "error-not-allowed" });
    let stub = one(Reply::json(400, &off)).await;
    let page = client(stub.server())
        .thread(&MessageId::from("head"), 30)
        .await;
    assert_eq!(page, Err(ClientError::Forbidden));
}
