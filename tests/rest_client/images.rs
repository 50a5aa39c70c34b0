//! The images of a room, from servers with all the quirks of the real ones.

use salon::domain::{ListingWindow, PageIndex, RoomKind, UploadId};
use salon::rocketchat::{ClientError, Endpoint};
use serde_json::{Value, json};

use crate::stub::{Asked, Reply, Stub};
use crate::{client, room};

fn image(n: usize) -> Value {
    let millis = 1_775_035_800_000_i64 - i64::try_from(n).unwrap() * 1000;
    let uploaded_at = jiff::Timestamp::from_millisecond(millis).unwrap();
    json!({
        "_id": format!("up{n}"), "name": format!("{n}.png"), "type": "image/png", "rid": "r1",
        "size": 1000 + n, "typeGroup": "image", "userId": "u1", "store": "GridFS:Uploads",
        "uploadedAt": format!("{uploaded_at:.3}"),
        "identify": { "format": "png", "size": { "width": 40, "height": 30 } },
        "someday": "a new field",
    })
}

fn number(id: &str) -> Option<usize> {
    id.strip_prefix("up")?.parse().ok()
}

/// `rooms.images` as the real server answers it for a room of `count` images, of which it
/// gives at most `limit` a call.
fn rooms_images(count: usize, limit: usize, asked: &Asked) -> Reply {
    for (name, _) in &asked.query {
        if !["roomId", "count", "offset", "startingFromId"].contains(&name.as_str()) {
            return Reply::json(
                400,
                &json!({ "success": false, "errorType": "invalid-params",
                    "error": "must NOT have additional properties [invalid-params]" }),
            );
        }
    }
    let anchor = asked
        .query("startingFromId")
        .and_then(number)
        .filter(|anchor| *anchor < count);
    let asked_count: usize = asked.query("count").unwrap().parse().unwrap();
    let limit = limit.min(asked_count);
    let listed = anchor.unwrap_or(0)..count;
    let total = listed.len();
    let mut numbers: Vec<usize> = listed.skip(asked.offset()).take(limit).collect();
    if let Some(anchor) = anchor
        && !numbers.contains(&anchor)
    {
        numbers.insert(0, anchor);
    }
    let files: Vec<Value> = numbers.into_iter().map(image).collect();
    Reply::json(
        200,
        &json!({ "files": files, "count": limit, "offset": asked.offset(), "total": total,
            "success": true }),
    )
}

fn page(n: usize) -> ListingWindow {
    ListingWindow::Page(PageIndex(n))
}

fn ids(uploads: &[salon::domain::Upload]) -> Vec<String> {
    uploads
        .iter()
        .map(|upload| upload.id.as_str().to_owned())
        .collect()
}

fn up(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("up{n}")).collect()
}

#[tokio::test]
async fn pages_from_an_anchor_hold_every_image_once() {
    let stub = Stub::start(|asked| rooms_images(243, 100, asked)).await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::PrivateGroup);
    let anchor = UploadId::from("up0");
    let mut listed = Vec::new();
    for n in 0..3 {
        let read = client.image_window(&room, page(n), Some(&anchor)).await;
        let read = read.unwrap();
        assert_eq!((read.total, read.hidden_count), (243, 0));
        listed.extend(ids(&read.uploads));
    }
    assert_eq!(listed, up(0..243));
    let seam = ListingWindow::Seam(PageIndex(1));
    let seam = client.image_window(&room, seam, Some(&anchor)).await;
    assert_eq!(ids(&seam.unwrap().uploads), up(150..243));
    let asked = &stub.asked()[1];
    assert_eq!(asked.path, "/api/v1/rooms.images");
    assert_eq!(asked.query("roomId"), Some("r1"));
    assert_eq!(asked.query("startingFromId"), Some("up0"));
    assert_eq!(asked.query("count"), Some("100"));
    assert_eq!(asked.query("offset"), Some("100"));
}

#[tokio::test]
async fn a_server_with_a_smaller_limit_fills_the_window_in_more_calls() {
    let stub = Stub::start(|asked| rooms_images(243, 30, asked)).await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    let anchor = UploadId::from("up0");
    let read = client.image_window(&room, page(1), Some(&anchor)).await;
    assert_eq!(ids(&read.unwrap().uploads), up(100..200));
    assert_eq!(stub.asked().len(), 4);
    let read = client.image_window(&room, page(2), Some(&anchor)).await;
    assert_eq!(ids(&read.unwrap().uploads), up(200..243));
}

#[tokio::test]
async fn a_lost_anchor_is_reported_with_no_images() {
    let stub = Stub::start(|asked| rooms_images(50, 100, asked)).await;
    let client = client(stub.server());
    let gone = UploadId::from("gone");
    let read = client
        .image_window(&room("r1", RoomKind::Channel), page(0), Some(&gone))
        .await
        .unwrap();
    assert!(read.is_anchor_lost);
    assert!(read.uploads.is_empty());
}

#[tokio::test]
async fn a_room_without_access_is_forbidden() {
    let stub =
        Stub::start(|_| Reply::json(403, &json!({ "success": false, "error": "unauthorized" })))
            .await;
    let room = room("r1", RoomKind::Channel);
    assert_eq!(
        client(stub.server())
            .image_window(&room, page(0), None)
            .await,
        Err(ClientError::Forbidden)
    );
}

#[tokio::test]
async fn an_older_server_is_asked_at_its_own_endpoint_from_then_on() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/v1/channels.images" => rooms_images(10, 100, asked),
        _ => Reply::json(
            404,
            &json!({ "success": false, "status": "error",
                "message": "API endpoint does not exist." }),
        ),
    })
    .await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    for _ in 0..3 {
        let read = client.image_window(&room, page(0), None).await.unwrap();
        assert_eq!(read.uploads.len(), 10);
    }
    assert_eq!(stub.asked_at("/api/v1/rooms.images").len(), 1);
    assert_eq!(stub.asked_at("/api/v1/channels.images").len(), 3);
    assert_eq!(client.endpoint_ready_at(Endpoint::Images), None);
}

#[tokio::test]
async fn a_server_with_file_lists_only_names_the_uploaders_and_knows_no_anchor() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/v1/groups.files" => {
            let mut file = image(0);
            file["user"] = json!({ "_id": "u1", "username": "bo", "name": "Bo Li" });
            Reply::json(
                200,
                &json!({ "files": [file], "count": 1, "offset": 0, "total": 1, "success": true }),
            )
        }
        _ => Reply::bytes(404, "Not Found"),
    })
    .await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::PrivateGroup);
    let anchor = UploadId::from("up5");
    let read = client.image_window(&room, page(0), Some(&anchor)).await;
    let read = read.unwrap();
    assert!(!read.is_anchor_lost);
    assert_eq!(
        read.uploads[0].uploader.as_ref().unwrap().display_name(),
        "Bo Li"
    );
    let asked = &stub.asked_at("/api/v1/groups.files")[0];
    assert_eq!(asked.query("typeGroup"), Some("image"));
    assert_eq!(asked.query("sort"), Some(r#"{"uploadedAt":-1}"#));
    assert_eq!(asked.query("startingFromId"), None);
}

#[tokio::test]
async fn a_list_that_changes_under_a_window_is_read_anew() {
    // The image that is first in the list goes while the window is read.
    let stub = Stub::start_counting(move |call, asked| {
        rooms_images(if call == 0 { 90 } else { 89 }, 50, asked)
    })
    .await;
    let room = room("r1", RoomKind::Channel);
    let read = client(stub.server())
        .image_window(&room, page(0), None)
        .await
        .unwrap();
    assert_eq!(ids(&read.uploads), up(0..89));
    assert_eq!(read.total, 89);
    assert_eq!(stub.asked().len(), 4);
}

#[tokio::test]
async fn a_list_that_never_comes_to_rest_is_taken_as_it_is() {
    let stub = Stub::start_counting(move |call, asked| rooms_images(400 + call, 50, asked)).await;
    let room = room("r1", RoomKind::Channel);
    let read = client(stub.server())
        .image_window(&room, page(0), None)
        .await
        .unwrap();
    assert_eq!(read.uploads.len(), 100);
    assert!(stub.asked().len() <= 10);
}

#[tokio::test]
async fn a_window_that_the_budget_cut_in_two_goes_on_where_it_stopped() {
    let stub = Stub::start_counting(move |call, asked| {
        let reply = rooms_images(100, 25, asked);
        // Of a window of one second, the first two calls are allowed.
        let remaining = if call < 2 { 1 - call } else { 9 };
        let reset = jiff::Timestamp::now().as_millisecond();
        reply
            .with("X-RateLimit-Limit", "10")
            .with("X-RateLimit-Remaining", &remaining.to_string())
            .with("X-RateLimit-Reset", &reset.to_string())
    })
    .await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    assert!(matches!(
        client.image_window(&room, page(0), None).await,
        Err(ClientError::RateLimited { .. })
    ));
    let ready_at = client.endpoint_ready_at(Endpoint::Images).unwrap();
    tokio::time::sleep_until(ready_at.into()).await;
    let read = client.image_window(&room, page(0), None).await.unwrap();
    assert_eq!(ids(&read.uploads), up(0..100));
    assert_eq!(stub.asked().len(), 4);
}

#[tokio::test]
async fn a_proxy_that_stumbles_is_asked_again() {
    let stub = Stub::start_counting(|call, asked| match call {
        0 => Reply::html(502),
        1 => Reply::html(503),
        _ => rooms_images(3, 100, asked),
    })
    .await;
    let room = room("r1", RoomKind::Channel);
    let read = client(stub.server())
        .image_window(&room, page(0), None)
        .await
        .unwrap();
    assert_eq!(read.uploads.len(), 3);
}

#[tokio::test]
async fn an_answer_of_another_shape_is_malformed_and_html_the_servers_fault() {
    let room = room("r1", RoomKind::Channel);
    let stub = Stub::start(|_| Reply::json(200, &json!({ "success": true, "images": [] }))).await;
    let error = client(stub.server())
        .image_window(&room, page(0), None)
        .await
        .unwrap_err();
    assert!(matches!(error, ClientError::Malformed { .. }), "{error:?}");
    let stub = Stub::start(|_| Reply::html(200)).await;
    assert_eq!(
        client(stub.server())
            .image_window(&room, page(0), None)
            .await,
        Err(ClientError::ServerFault { status: 200 })
    );
}
