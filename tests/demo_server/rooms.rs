//! Rooms, the people in them, and what was said there.

use reqwest::StatusCode;
use salon::demo_server::Switch;
use serde_json::{Value, json};

use crate::visit::{Visit, status_and_json, text, unlimited};

#[tokio::test]
async fn rooms_and_subscriptions_come_whole_and_then_in_steps() {
    let visit = Visit::start(unlimited()).await;
    let subscriptions = visit.json("api/v1/subscriptions.get").await;
    let rooms = visit.json("api/v1/rooms.get").await;
    let n_rooms = rooms["update"].as_array().unwrap().len();
    assert_eq!(subscriptions["update"].as_array().unwrap().len(), n_rooms);
    assert_eq!(subscriptions["remove"], json!([]));
    let now = jiff::Timestamp::now();
    let now = format!("{:.3}", now - jiff::SignedDuration::from_secs(1));
    let since = |name: &str| format!("api/v1/{name}?updatedSince={now}");
    assert_eq!(
        visit.json(&since("subscriptions.get")).await["update"],
        json!([])
    );
    let board = visit.room("board");
    let membership = subscriptions["update"].as_array().unwrap().iter();
    let membership = membership
        .clone()
        .find(|own| own["rid"] == json!(board))
        .unwrap();
    visit.admin().remove_member(&board, "ana");
    visit
        .admin()
        .rename_room(&visit.room("support"), "helpdesk");
    let changed = visit.json(&since("subscriptions.get")).await;
    assert_eq!(changed["remove"][0]["_id"], membership["_id"]);
    assert_eq!(changed["update"][0]["name"], "helpdesk");
    assert_eq!(
        visit.json(&since("rooms.get")).await["update"][0]["name"],
        "helpdesk"
    );
    visit.admin().delete_room(&board);
    assert_eq!(
        visit.json(&since("rooms.get")).await["remove"][0]["_id"],
        json!(board)
    );
    let broken = visit
        .answer("api/v1/subscriptions.get?updatedSince=soon")
        .await;
    assert_eq!(
        status_and_json(broken).await.1["errorType"],
        "error-roomId-param-invalid"
    );
}

#[tokio::test]
async fn the_rooms_are_of_every_kind() {
    let visit = Visit::start(unlimited()).await;
    let rooms = visit.json("api/v1/rooms.get").await;
    let rooms = rooms["update"].as_array().unwrap();
    let has = |check: &dyn Fn(&Value) -> bool| rooms.iter().any(check);
    assert!(has(&|room| room["prid"].is_string()));
    assert!(has(&|room| room["teamMain"] == true));
    assert!(has(&|room| room["encrypted"] == true));
    assert!(has(&|room| room["archived"] == true));
    assert!(has(&|room| room["uids"]
        .as_array()
        .is_some_and(|uids| uids.len() == 3)));
    let subscriptions = visit.json("api/v1/subscriptions.get").await;
    let subscriptions = subscriptions["update"].as_array().unwrap();
    assert!(subscriptions.iter().any(|own| own["status"] == "INVITED"));
    assert!(subscriptions.iter().all(|own| own["name"] != "design"));
    let info = visit.json("api/v1/rooms.info?roomName=team-offsite").await;
    assert_eq!(info["room"]["t"], "c");
    let missing = visit.answer("api/v1/rooms.info?roomId=nothing").await;
    assert_eq!(
        status_and_json(missing).await.1["errorType"],
        "error-room-not-found"
    );
}

#[tokio::test]
async fn people_are_found_one_by_one_and_many_at_once() {
    let visit = Visit::start(unlimited()).await;
    let mei = visit.admin().user_id("mei.lin").unwrap();
    let user = visit.json("api/v1/users.info?username=mei.lin").await;
    assert_eq!(user["user"]["_id"], json!(mei));
    let presence = format!("api/v1/users.presence?ids={mei},{}", visit.user);
    assert_eq!(
        visit.json(&presence).await["users"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.presence = Switch::Off);
    assert_eq!(visit.json(&presence).await["users"], json!([]));
}

#[tokio::test]
async fn a_message_leads_from_its_id_to_the_upload() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("support");
    let history = visit
        .json(&format!("api/v1/channels.history?roomId={rid}&count=5"))
        .await;
    let messages = history["messages"].as_array().unwrap();
    let has_file = |message: &&Value| message["attachments"].is_array();
    let message = messages.iter().find(has_file).unwrap();
    let upload = message["attachments"][0]["fileId"].as_str().unwrap();
    assert!(visit.admin().image_ids(&rid).contains(&upload.to_owned()));
    let id = message["_id"].as_str().unwrap();
    let single = visit
        .json(&format!("api/v1/chat.getMessage?msgId={id}"))
        .await;
    assert_eq!(single["message"]["files"][0]["_id"], json!(upload));
    let unknown = visit.answer("api/v1/chat.getMessage?msgId=nothing").await;
    assert_eq!(
        status_and_json(unknown).await,
        (StatusCode::BAD_REQUEST, json!({"success": false}))
    );
}

#[tokio::test]
async fn avatars_are_svg_unless_asked_otherwise_and_can_be_blocked() {
    let visit = Visit::start(unlimited()).await;
    let letter = visit.bare_answer("avatar/carla").await;
    assert_eq!(
        text(letter.headers(), "content-type"),
        Some("image/svg+xml")
    );
    let changed = text(letter.headers(), "last-modified").unwrap().to_owned();
    let again = visit
        .bare("avatar/carla")
        .header("If-Modified-Since", changed)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let png = visit.bare_answer("avatar/carla?format=png&size=64").await;
    assert_eq!(
        image::load_from_memory(&png.bytes().await.unwrap())
            .unwrap()
            .width(),
        64
    );
    let own = format!("avatar/uid/{}", visit.user);
    let uploaded = visit.bare_answer(&own).await;
    assert_eq!(text(uploaded.headers(), "content-type"), Some("image/png"));
    assert_eq!(
        visit.bare_answer("avatar/uid/nobody").await.status(),
        StatusCode::NOT_FOUND
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.avatar_blocking = Switch::On);
    let blocked = visit.answer(&own).await;
    assert_eq!(
        text(blocked.headers(), "content-type"),
        Some("image/svg+xml")
    );
    let known = format!("{own}?rc_uid={}&rc_token={}", visit.user, visit.token);
    let known = visit.bare_answer(&known).await;
    assert_eq!(text(known.headers(), "content-type"), Some("image/png"));
}
