//! What is answered before anybody signed in: the version, the web client, public settings.

use reqwest::StatusCode;
use salon::demo_server::{DemoOptions, Front, LibraryChoice, Quirks};
use serde_json::{Value, json};

use crate::visit::{Visit, text, unlimited};

#[tokio::test]
async fn info_tells_strangers_only_major_and_minor() {
    let visit = Visit::start(Quirks::default()).await;
    let info: Value = visit.bare_answer("api/info").await.json().await.unwrap();
    assert_eq!(
        (&info["version"], &info["success"]),
        (&json!("8.8"), &json!(true))
    );
    let (user, token) = visit.admin().mint_session("admin").unwrap();
    let request = visit
        .bare("api/info")
        .header("X-User-Id", user)
        .header("X-Auth-Token", token);
    let info: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(info["info"]["version"], "8.8.1");
}

#[tokio::test]
async fn unknown_paths_are_the_web_client_and_unknown_api_paths_plain_text() {
    let visit = Visit::start(Quirks::default()).await;
    let page = visit.bare_answer("channel/general").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("<title>Rocket.Chat"));
    let unknown = visit.bare_answer("api/v1/nothing").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert!(serde_json::from_str::<Value>(&unknown.text().await.unwrap()).is_err());
}

#[tokio::test]
async fn json_has_the_exact_headers() {
    let visit = Visit::start(Quirks::default()).await;
    let answer = visit.answer("api/v1/me").await;
    assert_eq!(
        text(answer.headers(), "content-type"),
        Some("application/json")
    );
    assert_eq!(text(answer.headers(), "cache-control"), Some("no-store"));
    assert_eq!(text(answer.headers(), "pragma"), Some("no-cache"));
}

#[tokio::test]
async fn the_sub_path_is_part_of_every_address() {
    let options = DemoOptions {
        sub_path: Some("chat".to_owned()),
        library: LibraryChoice::Small,
        ..DemoOptions::default()
    };
    let visit = Visit::of(options).await;
    assert!(visit.server.base_url().ends_with("/chat/"));
    assert_eq!(visit.json("api/v1/me").await["username"], "ana");
    let outside = visit.server.base_url().replace("/chat/", "/api/info");
    let answer = visit.http.get(outside).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn public_settings_are_picked_by_id_or_by_query_of_old_servers() {
    let visit = Visit::start(unlimited()).await;
    let path = "api/v1/settings.public?_id=Site_Name,%20LDAP_Enable,Nothing&count=100";
    let body: Value = visit.bare_answer(path).await.json().await.unwrap();
    assert_eq!(body["total"], 2);
    visit
        .admin()
        .change_quirks(|quirks| "6.13.1".clone_into(&mut quirks.version));
    let query = "%7B%22_id%22%3A%7B%22%24in%22%3A%5B%22Site_Name%22%5D%7D%7D";
    let path = format!("api/v1/settings.public?query={query}");
    let body: Value = visit.bare_answer(&path).await.json().await.unwrap();
    assert_eq!(
        body["settings"],
        json!([{"_id": "Site_Name", "value": "Salon demo"}])
    );
}

#[tokio::test]
async fn what_stands_in_front_answers_first() {
    let visit = Visit::start(unlimited()).await;
    let front = |front: Front| {
        visit.admin().change_quirks(|quirks| quirks.front = front);
        visit.bare("api/info").send()
    };
    let page = front(Front::OtherPage).await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let starting = front(Front::Starting).await.unwrap();
    assert_eq!(starting.status(), StatusCode::SERVICE_UNAVAILABLE);
    let (user, password) = ("a".to_owned(), "b".to_owned());
    let guarded = front(Front::BasicAuth { user, password }).await.unwrap();
    assert_eq!(guarded.status(), StatusCode::UNAUTHORIZED);
    assert!(guarded.headers().contains_key("www-authenticate"));
    let known = visit
        .bare("api/info")
        .basic_auth("a", Some("b"))
        .send()
        .await
        .unwrap();
    assert_eq!(known.status(), StatusCode::OK);
    let moved = visit
        .http
        .get(format!("{}api/info", visit.server.redirecting_url()));
    let moved = moved.send().await.unwrap();
    let target = visit.url("api/info");
    assert_eq!(text(moved.headers(), "location"), Some(target.as_str()));
}
