//! What tests and scripts rely on: faults, the library, the log of requests, the end.

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{Client, StatusCode};
use salon::demo_server::{DemoOptions, DemoServer, Fault, FaultKind, Quirks, TwoFactor};
use serde_json::{Value, json};

use crate::visit::{Visit, text, unlimited};

#[tokio::test]
async fn faults_strike_where_and_as_often_as_told() {
    let visit = Visit::start(unlimited()).await;
    let faults = visit.server.faults();
    let me = "api/v1/me";
    let status = |kind: FaultKind| {
        faults.arm(Fault::on("/api/v1/me", kind).times(1));
        visit.get(me).send()
    };
    let limited = status(FaultKind::RateLimited {
        wait: Duration::from_secs(42),
    })
    .await
    .unwrap();
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(limited.headers().contains_key("x-ratelimit-reset"));
    assert!(limited.text().await.unwrap().contains("wait 42 seconds"));
    let broken = status(FaultKind::InternalError).await.unwrap();
    assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let proxy = status(FaultKind::BadGateway).await.unwrap();
    assert_eq!(text(proxy.headers(), "content-type"), Some("text/html"));
    let page = status(FaultKind::HtmlPage).await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.json::<Value>().await.is_err());
    assert!(
        status(FaultKind::CutOff)
            .await
            .unwrap()
            .bytes()
            .await
            .is_err()
    );
    let garbage = status(FaultKind::Garbage).await.unwrap();
    assert!(garbage.json::<Value>().await.is_err());
    let reshaped: Value = status(FaultKind::OtherShape)
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(reshaped["addedLater"].is_object() && reshaped["emails"].is_null());
    assert_eq!(
        status(FaultKind::EmptyBody)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap()
            .len(),
        0
    );
    let stalled = tokio::time::timeout(Duration::from_millis(300), status(FaultKind::Stall)).await;
    assert!(stalled.is_err());
    assert_eq!(visit.json(me).await["username"], "ana");
}

#[tokio::test]
async fn the_banner_and_the_library_are_what_tests_rely_on() {
    let visit = Visit::of(DemoOptions {
        quirks: unlimited(),
        ..DemoOptions::default()
    })
    .await;
    let banner: Value = serde_json::from_str(&visit.server.banner()).unwrap();
    assert_eq!(banner["url"], json!(visit.server.base_url()));
    assert_eq!(
        (&banner["user"], &banner["password"]),
        (&json!("ana"), &json!("ana-demo"))
    );
    let accounts = visit.server.accounts();
    assert!(
        accounts
            .iter()
            .any(|account| matches!(account.two_factor, Some(TwoFactor::Totp { .. })))
    );
    assert_eq!(
        visit.admin().image_ids(&visit.room("team-offsite")).len(),
        1243
    );
    let second = DemoServer::start(DemoOptions::default()).await.unwrap();
    let rid = visit.room("team-offsite");
    assert_eq!(
        second.admin().image_ids(&rid),
        visit.admin().image_ids(&rid)
    );
}

#[tokio::test]
async fn the_request_log_holds_what_came() {
    let visit = Visit::start(unlimited()).await;
    visit.json("api/v1/me?x=1").await;
    let requests = visit.admin().requests();
    let last = requests.last().unwrap();
    assert_eq!(
        (last.path.as_str(), last.query.as_str(), last.status),
        ("/api/v1/me", "x=1", 200)
    );
}

#[tokio::test]
async fn a_dropped_server_no_longer_answers() {
    let visit = Visit::start(unlimited()).await;
    let Visit { server, http, .. } = visit;
    let url = format!("{}api/info", server.base_url());
    assert!(http.get(&url).send().await.is_ok());
    let socket_url = format!("{}websocket", server.base_url()).replace("http://", "ws://");
    let (mut socket, _) = tokio_tungstenite::connect_async(socket_url).await.unwrap();
    drop(server);
    let closed = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(Duration::from_secs(5), closed)
        .await
        .unwrap();
    tokio::task::yield_now().await;
    assert!(
        Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(&url)
            .send()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_script_can_have_somebody_post() {
    let visit = Visit::start(Quirks::default()).await;
    let rid = visit.room("general");
    let newest = format!("api/v1/rooms.images?roomId={rid}&count=3");
    let before = visit.json(&newest).await["total"].as_u64().unwrap();
    let post = |path: &str| visit.http.post(visit.url(path)).send();
    let posted: Value = post("demo/post/general/3")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let after = visit.json(&newest).await;
    assert_eq!(after["total"], json!(before + 3));
    for file in after["files"].as_array().unwrap() {
        assert!(posted.as_array().unwrap().contains(&file["_id"]));
    }
    for wrong in ["demo/post/nowhere/3", "demo/post/general/many"] {
        assert_eq!(post(wrong).await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}
