//! The rooms of the person, and people.

use salon::domain::{RoomKind, UserId};
use salon::rocketchat::{ClientError, RoomDirectory};
use serde_json::{Value, json};

use crate::client;
use crate::stub::{Asked, Reply, Stub};

fn changes(update: &Value, remove: &Value) -> Reply {
    Reply::json(
        200,
        &json!({ "update": update, "remove": remove, "success": true }),
    )
}

/// Two rooms at first; later the first one is left, and the second one gets a topic.
fn two_rooms(asked: &Asked) -> Reply {
    match (asked.path.as_str(), asked.query("updatedSince")) {
        ("/api/info", _) => Reply::json(200, &json!({ "version": "8.8", "success": true })),
        ("/api/v1/settings.public", _) => Reply::json(
            200,
            &json!({ "settings": [{ "_id": "UI_Use_Real_Name", "value": true }], "success": true }),
        ),
        ("/api/v1/subscriptions.get", None) => changes(
            &json!([
                { "_id": "s1", "rid": "r1", "t": "c", "name": "general", "fname": "general",
                    "open": true, "unread": 2, "f": true, "_updatedAt": "2026-04-01T09:00:00.000Z" },
                { "_id": "s2", "rid": "r2", "t": "d", "name": "bo", "fname": "Bo Li",
                    "open": true, "_updatedAt": "2026-04-01T09:30:00.000Z" },
            ]),
            &json!([]),
        ),
        ("/api/v1/rooms.get", None) => changes(
            &json!([
                { "_id": "r1", "t": "c", "name": "general", "_updatedAt": "2026-04-01T08:00:00.000Z" },
                { "_id": "r2", "t": "d", "usernames": ["ana", "bo"], "uids": ["kQ2mZr8uTfLwYxP4a", "b"],
                    "_updatedAt": "2026-04-01T08:30:00.000Z" },
            ]),
            &json!([]),
        ),
        ("/api/v1/subscriptions.get", Some("2026-04-01T09:29:50.000Z")) => changes(
            &json!([]),
            &json!([{ "_id": "s1", "_deletedAt": "2026-04-01T10:00:00.000Z" }]),
        ),
        ("/api/v1/rooms.get", Some("2026-04-01T08:29:50.000Z")) => changes(
            &json!([{ "_id": "r2", "t": "d", "usernames": ["ana", "bo"], "topic": "Lunch",
                "_updatedAt": "2026-04-01T10:00:00.000Z" }]),
            &json!([]),
        ),
        _ => Reply::json(400, &json!({ "success": false, "error": "unexpected" })),
    }
}

#[tokio::test]
async fn where_others_find_the_server_is_read_with_the_rooms() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/v1/settings.public" => {
            assert!(asked.query("_id").unwrap().contains("Site_Url"));
            let site_url = json!({ "_id": "Site_Url", "value": "https://chat.example.org/team" });
            let answer = json!({ "settings": [site_url], "success": true });
            Reply::json(200, &answer)
        }
        _ => two_rooms(asked),
    })
    .await;
    let client = client(stub.server());
    assert_eq!(client.public_address(), None);
    client.rooms(&mut RoomDirectory::default()).await.unwrap();
    let public = client.public_address().map(|address| address.to_string());
    assert_eq!(public.as_deref(), Some("https://chat.example.org/team/"));
}

#[tokio::test]
async fn rooms_are_read_whole_once_and_then_by_their_changes() {
    let stub = Stub::start(two_rooms).await;
    let client = client(stub.server());
    let mut known = RoomDirectory::default();
    let mut rooms = client.rooms(&mut known).await.unwrap();
    rooms.sort_by(|a, b| a.title.cmp(&b.title));
    assert_eq!(rooms.len(), 2);
    assert_eq!(rooms[0].title, "Bo Li");
    assert_eq!(rooms[0].kind, RoomKind::Direct);
    assert_eq!(rooms[0].other_username.as_deref(), Some("bo"));
    assert_eq!((rooms[1].unread_count, rooms[1].is_favorite), (2, true));
    let rooms = client.rooms(&mut known).await.unwrap();
    assert_eq!(rooms.len(), 1);
    assert_eq!(rooms[0].topic.as_deref(), Some("Lunch"));
    // How rooms are named was asked once.
    assert_eq!(stub.asked_at("/api/v1/settings.public").len(), 1);
}

#[tokio::test]
async fn a_failed_reading_leaves_what_is_known_as_it_was() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/v1/rooms.get" => Reply::json(500, &json!({ "success": false })),
        _ => two_rooms(asked),
    })
    .await;
    let mut known = RoomDirectory::default();
    for _ in 0..2 {
        assert_eq!(
            client(stub.server()).rooms(&mut known).await,
            Err(ClientError::ServerFault { status: 500 })
        );
    }
    for asked in stub.asked_at("/api/v1/subscriptions.get") {
        assert_eq!(asked.query("updatedSince"), None);
    }
}

#[tokio::test]
async fn a_room_is_found_by_its_name_joined_or_not() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/v1/rooms.info" if asked.query("roomName") == Some("general") => Reply::json(
            200,
            &json!({ "room": { "_id": "GENERAL", "t": "c", "name": "general", "topic": "All" },
                "success": true }),
        ),
        "/api/v1/rooms.info" => Reply::json(
            400,
            &json!({ "success": false, "errorType": "error-room-not-found",
                "error": "The required \"roomId\" or \"roomName\" param provided does not match \
                    any channel [error-room-not-found]" }),
        ),
        "/api/v1/subscriptions.getOne" => {
            Reply::json(200, &json!({ "subscription": null, "success": true }))
        }
        _ => two_rooms(asked),
    })
    .await;
    let client = client(stub.server());
    let room = client.find_room("#general").await.unwrap();
    assert_eq!(
        (room.id.as_str(), room.title.as_str()),
        ("GENERAL", "general")
    );
    assert_eq!(room.subscription, None);
    assert_eq!(client.find_room("nope").await, Err(ClientError::NotFound));
}

#[tokio::test]
async fn many_people_are_named_in_one_call() {
    let stub = Stub::start(|_| {
        Reply::json(
            200,
            &json!({ "users": [{ "_id": "u1", "username": "bo", "name": "Bo Li", "status": "away" },
                { "_id": "u2", "username": "cy" }], "full": false, "success": true }),
        )
    })
    .await;
    let ids: Vec<UserId> = ["u1", "u2", "u3"].map(UserId::from).into();
    let people = client(stub.server()).people(&ids).await.unwrap();
    assert_eq!(people.len(), 2);
    assert_eq!(stub.asked().len(), 1);
    assert_eq!(stub.asked()[0].query("ids"), Some("u1,u2,u3"));
}

#[tokio::test]
async fn without_presence_people_are_looked_up_singly() {
    let stub = Stub::start(|asked| match asked.query("userId") {
        None => Reply::json(200, &json!({ "users": [], "full": false, "success": true })),
        Some("u1") => Reply::json(
            400,
            &json!({ "success": false, "error": "User not found." }),
        ),
        Some(id) => Reply::json(
            200,
            &json!({ "user": { "_id": id, "username": id }, "success": true }),
        ),
    })
    .await;
    let client = client(stub.server());
    let ids = ["u1", "u2"].map(UserId::from);
    assert_eq!(client.people(&ids).await.unwrap(), []);
    assert_eq!(client.person(&ids[0]).await.unwrap(), None);
    let found = client.person(&ids[1]).await.unwrap().unwrap();
    assert_eq!(found.id, ids[1]);
    assert_eq!(stub.asked_at("/api/v1/users.info").len(), 2);
}
