//! How requests are counted, timed and checked, whatever they ask for.

use reqwest::StatusCode;
use salon::demo_server::{Quirks, SchemaErrors};
use serde_json::{Value, json};

use crate::visit::{Visit, status_and_json, text, unlimited};

#[tokio::test]
async fn the_limiter_counts_routes_apart_and_says_so_on_every_answer() {
    let visit = Visit::start(Quirks::default()).await;
    for call in 1..=10 {
        let answer = visit.answer("api/v1/me").await;
        let remaining = (10 - call).to_string();
        assert_eq!(
            text(answer.headers(), "x-ratelimit-remaining"),
            Some(remaining.as_str())
        );
    }
    let refused = visit.answer("api/v1/me").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().get("retry-after").is_none());
    let reset: i64 = text(refused.headers(), "x-ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    assert!(reset > 1_700_000_000_000);
    let body: Value = refused.json().await.unwrap();
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("[error-too-many-requests]")
    );
    assert_eq!(
        visit.answer("api/v1/rooms.get").await.status(),
        StatusCode::OK
    );
    // A stranger is refused before the limiter looks, and costs nothing.
    let stranger = visit.bare_answer("api/v1/me").await;
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    assert!(stranger.headers().get("x-ratelimit-limit").is_none());
    let broken = visit.answer("api/v1/rooms.images").await;
    assert_eq!(broken.status(), StatusCode::BAD_REQUEST);
    assert!(broken.headers().get("x-ratelimit-limit").is_none());
}

#[tokio::test]
async fn the_clock_can_be_wrong_in_all_headers_alike() {
    let quirks = Quirks {
        clock_skew: jiff::SignedDuration::from_hours(-5),
        ..Quirks::default()
    };
    let visit = Visit::start(quirks).await;
    let answer = visit.answer("api/v1/me").await;
    let reset: i64 = text(answer.headers(), "x-ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    let reset = jiff::Timestamp::from_millisecond(reset).unwrap();
    let date = jiff::fmt::rfc2822::parse(text(answer.headers(), "date").unwrap()).unwrap();
    assert!(reset.duration_since(date.timestamp()).as_secs() <= 61);
    assert!(
        jiff::Timestamp::now()
            .duration_since(date.timestamp())
            .as_hours()
            >= 4
    );
}

#[tokio::test]
async fn schemas_are_strict_in_both_spellings() {
    let visit = Visit::start(unlimited()).await;
    let rid = visit.room("team-offsite");
    for query in ["", "roomId=a&sort=1", "roomId=a&count=many"] {
        let answer = visit.answer(&format!("api/v1/rooms.images?{query}")).await;
        let (status, body) = status_and_json(answer).await;
        assert_eq!(
            (status, &body["errorType"]),
            (StatusCode::BAD_REQUEST, &json!("error-invalid-params"))
        );
    }
    visit
        .admin()
        .change_quirks(|quirks| quirks.schema_errors = SchemaErrors::Legacy);
    let answer = visit
        .answer(&format!("api/v1/rooms.images?roomId={rid}&_=1"))
        .await;
    let (_, body) = status_and_json(answer).await;
    assert_eq!(
        body["error"],
        "must NOT have additional properties [invalid-params]"
    );
    assert_eq!(body["errorType"], "invalid-params");
}
