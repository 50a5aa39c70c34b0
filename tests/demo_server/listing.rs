//! The list of the images of a room, page by page.

use std::time::Duration;

use reqwest::StatusCode;
use salon::demo_server::{AnchorRule, DemoOptions, ImagesEndpoint, NewImage, Quirks, Thumbnails};
use serde_json::json;

use crate::visit::{Visit, ids, status_and_json, unlimited};

#[tokio::test]
async fn a_page_echoes_its_limit_and_repeats_its_anchor() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("team-offsite");
    let page = visit
        .json(&format!("api/v1/rooms.images?roomId={rid}&count=15"))
        .await;
    assert_eq!(
        (&page["count"], &page["offset"], &page["total"]),
        (&json!(15), &json!(0), &json!(40))
    );
    let first = ids(&page);
    assert_eq!(first.len(), 15);
    let anchor = &first[3];
    let path = format!("api/v1/rooms.images?roomId={rid}&count=15&startingFromId={anchor}");
    let anchored = visit.json(&path).await;
    assert_eq!(anchored["total"], 37);
    assert_eq!(ids(&anchored)[0], *anchor);
    let later = visit.json(&format!("{path}&offset=15")).await;
    assert_eq!(ids(&later).len(), 16);
    assert_eq!(ids(&later)[0], *anchor);
    let last = visit.json(&format!("{path}&offset=30")).await;
    assert_eq!((&last["count"], ids(&last).len()), (&json!(15), 8));
}

#[tokio::test]
async fn count_is_clamped_defaulted_and_zero_means_everything() {
    let visit = Visit::of(DemoOptions {
        quirks: unlimited(),
        ..DemoOptions::default()
    })
    .await;
    let rid = visit.room("team-offsite");
    let of = |count: &str| format!("api/v1/rooms.images?roomId={rid}{count}");
    assert_eq!(ids(&visit.json(&of("")).await).len(), 50);
    let clamped = visit.json(&of("&count=5000")).await;
    assert_eq!((&clamped["count"], ids(&clamped).len()), (&json!(100), 100));
    let all = visit.json(&of("&count=0")).await;
    assert_eq!(
        (&all["count"], &all["total"], ids(&all).len()),
        (&json!(0), &json!(1243), 1243)
    );
    visit.admin().change_quirks(|quirks| quirks.page_limit = 20);
    assert_eq!(visit.json(&of("&count=100")).await["count"], 20);
}

#[tokio::test]
async fn a_foreign_anchor_is_ignored_by_new_servers_and_returned_by_old_ones() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("team-offsite");
    let foreign = visit.admin().image_ids(&visit.room("support"))[5].clone();
    let path = format!("api/v1/rooms.images?roomId={rid}&startingFromId={foreign}");
    assert!(!ids(&visit.json(&path).await).contains(&foreign));
    visit
        .admin()
        .change_quirks(|quirks| quirks.anchor_rule = AnchorRule::AnyRoom);
    assert_eq!(ids(&visit.json(&path).await)[0], foreign);
    let unknown = format!("api/v1/rooms.images?roomId={rid}&startingFromId=nothing");
    assert_eq!(visit.json(&unknown).await["total"], 40);
}

#[tokio::test]
async fn uploads_of_one_millisecond_change_places_but_none_is_lost() {
    let visit = Visit::start(Quirks {
        limiter: None,
        ..Quirks::default()
    })
    .await;
    let rid = visit.room("quiet-corner");
    visit.admin().post_images(&rid, 12, &NewImage::default());
    let path = format!("api/v1/rooms.images?roomId={rid}&count=100");
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(ids(&visit.json(&path).await));
    }
    assert!(orders.iter().any(|order| *order != orders[0]));
    for order in &mut orders {
        order.sort();
        order.dedup();
        assert_eq!(order.len(), 12);
    }
}

#[tokio::test]
async fn a_hundred_thousand_images_are_paged_anywhere() {
    let visit = Visit::of(DemoOptions {
        quirks: unlimited(),
        ..DemoOptions::default()
    })
    .await;
    let rid = visit.room("archive-100k");
    let started = std::time::Instant::now();
    let page = visit
        .json(&format!(
            "api/v1/rooms.images?roomId={rid}&count=100&offset=54321"
        ))
        .await;
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(page["total"], 100_000);
    let file = &page["files"][7];
    let bytes = visit
        .bytes_of(file["_id"].as_str().unwrap())
        .await
        .bytes()
        .await
        .unwrap();
    assert_eq!(bytes.len() as u64, file["size"].as_u64().unwrap());
}

#[tokio::test]
async fn unknown_and_closed_rooms_are_both_403_and_open_ones_can_be_listed() {
    let visit = Visit::start(unlimited()).await;
    let closed = visit.room("book-club");
    for rid in ["nothing", &closed] {
        let answer = visit
            .answer(&format!("api/v1/rooms.images?roomId={rid}"))
            .await;
        let (status, body) = status_and_json(answer).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(body, json!({"success": false, "error": "unauthorized"}));
    }
    let design = visit.room("design");
    let page = visit
        .json(&format!("api/v1/rooms.images?roomId={design}"))
        .await;
    let refused = visit.bytes_of(&ids(&page)[0]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(refused.bytes().await.unwrap().len(), 0);
    visit.admin().add_member(&design, "ana");
    assert_eq!(
        visit.bytes_of(&ids(&page)[0]).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn older_servers_list_images_elsewhere() {
    let quirks = Quirks {
        images_endpoint: ImagesEndpoint::Channels,
        ..unlimited()
    };
    let visit = Visit::start(quirks).await;
    let rid = visit.room("team-offsite");
    let gone = visit
        .answer(&format!("api/v1/rooms.images?roomId={rid}"))
        .await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    let page = visit
        .json(&format!("api/v1/channels.images?roomId={rid}"))
        .await;
    assert_eq!(page["total"], 40);
}

#[tokio::test]
async fn files_carry_users_count_themselves_and_list_thumbnails_on_request() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("team-offsite");
    let sort = "%7B%22uploadedAt%22%3A-1%7D";
    let path = format!("api/v1/channels.files?roomId={rid}&sort={sort}&typeGroup");
    let files = visit.json(&format!("{path}=image&count=7&offset=38")).await;
    assert_eq!((&files["count"], &files["total"]), (&json!(2), &json!(40)));
    let thumbs = visit.json(&format!("{path}=thumb&count=100")).await;
    let thumb = &thumbs["files"][0];
    assert!(thumb["name"].as_str().unwrap().starts_with("thumb-"));
    let answer = visit.bytes_of(thumb["_id"].as_str().unwrap()).await;
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, thumb["size"].as_u64().unwrap());
    let decoded = image::load_from_memory(&bytes).unwrap();
    assert!(decoded.width() <= 480 && decoded.height() <= 360);
    let originals = ids(&visit.json(&format!("{path}=image&count=0")).await);
    assert!(
        originals
            .iter()
            .any(|id| thumb["originalFileId"] == json!(id))
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.thumbnails = Thumbnails::Hidden);
    assert_eq!(visit.json(&format!("{path}=thumb")).await["total"], 0);
    let wrong = visit
        .answer(&format!("api/v1/groups.files?roomId={rid}"))
        .await;
    assert_eq!(
        status_and_json(wrong).await.1["errorType"],
        "error-room-not-found"
    );
}

#[tokio::test]
async fn the_formats_room_lists_drafts_but_neither_hidden_nor_encrypted_files() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("formats");
    let page = visit
        .json(&format!("api/v1/rooms.images?roomId={rid}&count=0"))
        .await;
    let files = page["files"].as_array().unwrap();
    let named = |name: &str| files.iter().find(|file| file["name"] == name);
    assert!(named("draft-never-sent.jpg").unwrap()["expiresAt"].is_string());
    assert!(named("hidden.jpg").is_none());
    assert!(named("not-identified.jpg").unwrap()["identify"].is_null());
    assert!(named("image.png").is_some() && named("IMAGE.PNG").is_some());
    let vault = visit.room("vault");
    assert_eq!(
        visit
            .json(&format!("api/v1/rooms.images?roomId={vault}"))
            .await["total"],
        0
    );
    let files = visit
        .json(&format!("api/v1/groups.files?roomId={vault}"))
        .await;
    assert_eq!(files["files"][0]["typeGroup"], "application");
    assert!(files["files"][0]["content"]["ciphertext"].is_string());
}
