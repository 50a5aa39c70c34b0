//! The demo server keeps the contracts of Rocket.Chat that a client must cope with. Raw
//! requests only: nothing of Salon's own client may hide a mistake.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on shall fail where it stands"
)]

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use salon::demo_server::{
    Admin, AnchorRule, DemoOptions, DemoServer, Fault, FaultKind, Front, ImagesEndpoint,
    LibraryChoice, LoginErrors, NewImage, PasswordCheck, Quirks, Ranges, Realtime, SchemaErrors,
    Storage, Switch, Thumbnails, TwoFactor,
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A server, a client that follows nothing, and Ana's session.
struct Visit {
    server: DemoServer,
    http: Client,
    user: String,
    token: String,
}

impl Visit {
    async fn start(quirks: Quirks) -> Self {
        Self::of(DemoOptions {
            quirks,
            library: LibraryChoice::Small,
            ..DemoOptions::default()
        })
        .await
    }

    async fn of(options: DemoOptions) -> Self {
        let server = DemoServer::start(options).await.unwrap();
        let (user, token) = server.admin().mint_session("ana").unwrap();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_proxy()
            .build()
            .unwrap();
        Self {
            server,
            http,
            user,
            token,
        }
    }

    fn admin(&self) -> Admin {
        self.server.admin()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    fn bare(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.bare(path)
            .header("X-User-Id", &self.user)
            .header("X-Auth-Token", &self.token)
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn login(&self, body: &Value) -> (StatusCode, Value) {
        let request = self.http.post(self.url("api/v1/login")).json(body);
        status_and_json(request.send().await.unwrap()).await
    }

    fn room(&self, name: &str) -> String {
        self.admin().room_id(name).unwrap()
    }

    /// An upload of a room by its name.
    async fn upload(&self, room: &str, name: &str) -> Value {
        let rid = self.room(room);
        let body = self
            .json(&format!("api/v1/rooms.images?roomId={rid}&count=0"))
            .await;
        let files = body["files"].as_array().unwrap();
        files
            .iter()
            .find(|file| file["name"] == name)
            .unwrap()
            .clone()
    }

    async fn bytes_of(&self, id: &str) -> Response {
        self.get(&format!("file-upload/{id}/x"))
            .send()
            .await
            .unwrap()
    }
}

async fn status_and_json(answer: Response) -> (StatusCode, Value) {
    (answer.status(), answer.json().await.unwrap())
}

fn unlimited() -> Quirks {
    Quirks {
        limiter: None,
        unstable_ties: Switch::Off,
        ..Quirks::default()
    }
}

fn ids(page: &Value) -> Vec<String> {
    let files = page["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file["_id"].as_str().unwrap().to_owned())
        .collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn info_tells_strangers_only_major_and_minor() {
    let visit = Visit::start(Quirks::default()).await;
    let info: Value = visit
        .bare("api/info")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
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
    let page = visit.bare("channel/general").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("<title>Rocket.Chat"));
    let unknown = visit.bare("api/v1/nothing").send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert!(serde_json::from_str::<Value>(&unknown.text().await.unwrap()).is_err());
}

#[tokio::test]
async fn json_has_the_exact_headers() {
    let visit = Visit::start(Quirks::default()).await;
    let answer = visit.get("api/v1/me").send().await.unwrap();
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
async fn the_login_table_is_kept() {
    let visit = Visit::start(unlimited()).await;
    let digest = "5a2c2a1f";
    let sha = "a2353e0ca53011f9ecf4669b9db71fdd06946b61d6b65f25af9f8cc66e1435b1";
    let right = [
        json!({"user": "ana", "password": "ana-demo"}),
        json!({"user": "ana@example.org", "password": "ana-demo"}),
        json!({"username": "ana", "password": "ana-demo"}),
        json!({"email": "ana@example.org", "password": "ana-demo"}),
        json!({"user": {"username": "ana"}, "password": "ana-demo"}),
        json!({"user": "ana", "password": {"digest": sha, "algorithm": "sha-256"}}),
    ];
    for body in right {
        let (status, answer) = visit.login(&body).await;
        assert_eq!(status, StatusCode::OK, "{body}: {answer}");
        assert_eq!(answer["data"]["userId"].as_str().unwrap().len(), 17);
        assert_eq!(answer["data"]["authToken"].as_str().unwrap().len(), 43);
        assert_eq!(answer["data"]["me"]["username"], "ana");
    }
    let wrong = [
        json!({"user": "ana", "password": "nope"}),
        json!({"user": "nobody", "password": "nope"}),
        json!({"user": "ana", "password": "ana-demo", "remember": true}),
        json!({"user": "ana", "password": {"digest": digest, "algorithm": "sha-256"}}),
        json!({"resume": "nothing"}),
        json!({}),
    ];
    for body in wrong {
        let (status, answer) = visit.login(&body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
        assert_eq!(
            (&answer["error"], &answer["status"]),
            (&json!("Unauthorized"), &json!("error"))
        );
    }
    let (_, answer) = visit
        .login(&json!({"user": "frida", "password": "frida-demo"}))
        .await;
    assert_eq!(answer["error"], "error-user-is-not-activated");
    let (_, answer) = visit
        .login(&json!({"user": "emil", "password": "emil-demo"}))
        .await;
    assert_eq!(answer["data"]["me"]["requirePasswordChange"], true);
}

#[tokio::test]
async fn a_login_without_content_type_is_not_understood() {
    let visit = Visit::start(unlimited()).await;
    let body = json!({"user": "ana", "password": "ana-demo"}).to_string();
    let answer = visit
        .http
        .post(visit.url("api/v1/login"))
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let answer = visit
        .http
        .post(visit.url("api/v1/login"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("user=ana&password=ana-demo")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_resumed_token_stays_the_same_and_logging_out_deletes_even_an_access_token() {
    let visit = Visit::start(unlimited()).await;
    let (user, token) = visit.admin().make_personal_access_token("ben").unwrap();
    let (status, answer) = visit.login(&json!({ "resume": token })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["data"]["authToken"], json!(token));
    assert_eq!(answer["data"]["userId"], json!(user));
    let logout = visit.http.post(visit.url("api/v1/logout"));
    let logout = logout
        .header("X-User-Id", &user)
        .header("X-Auth-Token", &token);
    let (status, body) = status_and_json(logout.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["success"], Value::Null);
    assert!(!visit.admin().is_token_alive(&token));
}

#[tokio::test]
async fn totp_is_asked_for_with_401_and_only_a_string_user_may_carry_the_code() {
    let visit = Visit::start(unlimited()).await;
    let (status, answer) = visit
        .login(&json!({"user": "ben", "password": "ben-demo"}))
        .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer["error"], "totp-required");
    assert_eq!(answer["details"]["method"], "totp");
    let code = visit.admin().totp_code("ben").unwrap();
    let wrapped = json!({"user": {"username": "ben"}, "password": "ben-demo", "code": code});
    assert_eq!(visit.login(&wrapped).await.1["error"], "totp-required");
    let wrong = json!({"user": "ben", "password": "ben-demo", "code": "000000"});
    assert_eq!(visit.login(&wrong).await.1["error"], "totp-invalid");
    let right = json!({"user": "ben", "password": "ben-demo", "code": code});
    assert_eq!(visit.login(&right).await.0, StatusCode::OK);
    let by_header = visit
        .http
        .post(visit.url("api/v1/login"))
        .header("x-2fa-code", code)
        .json(&json!({"user": "ben", "password": "ben-demo"}));
    assert_eq!(by_header.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_mailed_code_is_sent_once_lives_until_used_and_can_be_sent_again() {
    let visit = Visit::start(unlimited()).await;
    let first = json!({"user": "carla", "password": "carla-demo"});
    let (_, answer) = visit.login(&first).await;
    assert_eq!(answer["details"]["codeGenerated"], true);
    assert_eq!(answer["details"]["emailOrUsername"], "carla");
    let (_, answer) = visit.login(&first).await;
    assert_eq!(answer["details"]["codeGenerated"], false);
    assert!(answer["details"]["codeExpires"].is_string());
    let resend = visit.http.post(visit.url("api/v1/users.2fa.sendEmailCode"));
    let resend = resend
        .json(&json!({"emailOrUsername": "carla"}))
        .send()
        .await
        .unwrap();
    assert_eq!(resend.status(), StatusCode::OK);
    let mails = visit.admin().outbox();
    assert_eq!(mails.len(), 2);
    let stale = json!({"user": "carla", "password": "carla-demo", "code": mails[0].1});
    assert_eq!(visit.login(&stale).await.1["error"], "totp-invalid");
    let right = json!({"user": "carla", "password": "carla-demo", "code": mails[1].1});
    assert_eq!(visit.login(&right).await.0, StatusCode::OK);
    assert_eq!(visit.login(&right).await.0, StatusCode::UNAUTHORIZED);
    let outbox: Value = visit
        .bare("demo/outbox")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(outbox[1]["code"], json!(mails[1].1));
}

#[tokio::test]
async fn too_many_failures_refuse_the_right_password_too() {
    let visit = Visit::start(unlimited()).await;
    for _ in 0..10 {
        visit
            .login(&json!({"user": "ana", "password": "nope"}))
            .await;
    }
    let (_, answer) = visit
        .login(&json!({"user": "ana", "password": "ana-demo"}))
        .await;
    assert_eq!(answer["error"], "error-login-blocked-for-user");
    let (status, _) = visit
        .login(&json!({"user": "kenji", "password": "kenji-demo"}))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn login_errors_and_password_checks_differ_by_server() {
    let visit = Visit::start(unlimited()).await;
    let plain = json!({"user": "ana", "password": "ana-demo"});
    let wrong = json!({"user": "ana", "password": "x"});
    visit
        .admin()
        .change_quirks(|quirks| quirks.login_errors = LoginErrors::Numeric);
    assert_eq!(visit.login(&wrong).await.1["error"], 401);
    visit
        .admin()
        .change_quirks(|quirks| quirks.password_check = PasswordCheck::Ldap);
    assert_eq!(visit.login(&plain).await.0, StatusCode::OK);
    visit
        .admin()
        .change_quirks(|quirks| quirks.password_check = PasswordCheck::Crowd);
    assert_eq!(visit.login(&plain).await.0, StatusCode::UNAUTHORIZED);
    let crowd = json!({"crowd": true, "username": "ana", "crowdPassword": "ana-demo"});
    assert_eq!(visit.login(&crowd).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_limiter_counts_routes_apart_and_says_so_on_every_answer() {
    let visit = Visit::start(Quirks::default()).await;
    for call in 1..=10 {
        let answer = visit.get("api/v1/me").send().await.unwrap();
        let remaining = (10 - call).to_string();
        assert_eq!(
            text(answer.headers(), "x-ratelimit-remaining"),
            Some(remaining.as_str())
        );
    }
    let refused = visit.get("api/v1/me").send().await.unwrap();
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
        visit.get("api/v1/rooms.get").send().await.unwrap().status(),
        StatusCode::OK
    );
    // A stranger is refused before the limiter looks, and costs nothing.
    let stranger = visit.bare("api/v1/me").send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    assert!(stranger.headers().get("x-ratelimit-limit").is_none());
    let broken = visit.get("api/v1/rooms.images").send().await.unwrap();
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
    let answer = visit.get("api/v1/me").send().await.unwrap();
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
        let answer = visit
            .get(&format!("api/v1/rooms.images?{query}"))
            .send()
            .await
            .unwrap();
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
        .get(&format!("api/v1/rooms.images?roomId={rid}&_=1"))
        .send()
        .await
        .unwrap();
    let (_, body) = status_and_json(answer).await;
    assert_eq!(
        body["error"],
        "must NOT have additional properties [invalid-params]"
    );
    assert_eq!(body["errorType"], "invalid-params");
}

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
            .get(&format!("api/v1/rooms.images?roomId={rid}"))
            .send()
            .await
            .unwrap();
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
        .get(&format!("api/v1/rooms.images?roomId={rid}"))
        .send()
        .await
        .unwrap();
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
        .get(&format!("api/v1/groups.files?roomId={rid}"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        status_and_json(wrong).await.1["errorType"],
        "error-room-not-found"
    );
}

#[tokio::test]
async fn files_have_the_headers_of_their_store() {
    let visit = Visit::start(unlimited()).await;
    let file = visit.upload("photography", "coffee.jpg").await;
    let id = file["_id"].as_str().unwrap();
    let answer = visit.bytes_of(id).await;
    let headers = answer.headers().clone();
    let size = file["size"].to_string();
    assert_eq!(text(&headers, "content-length"), Some(size.as_str()));
    assert_eq!(text(&headers, "content-type"), Some("image/jpeg"));
    assert_eq!(text(&headers, "cache-control"), Some("max-age=31536000"));
    assert_eq!(
        text(&headers, "content-security-policy"),
        Some("default-src 'none'")
    );
    assert!(
        text(&headers, "content-disposition")
            .unwrap()
            .starts_with("attachment; filename*=UTF-8''")
    );
    assert!(headers.contains_key("last-modified") && !headers.contains_key("accept-ranges"));
    assert_eq!(answer.bytes().await.unwrap().len().to_string(), size);
    visit
        .admin()
        .change_quirks(|quirks| quirks.storage = Storage::FileSystem);
    assert_eq!(
        text(visit.bytes_of(id).await.headers(), "accept-ranges"),
        Some("bytes")
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.storage = Storage::Webdav);
    let streamed = visit.bytes_of(id).await;
    assert!(!streamed.headers().contains_key("content-length"));
    assert!(!streamed.headers().contains_key("content-type"));
    assert_eq!(streamed.bytes().await.unwrap().len().to_string(), size);
    visit
        .admin()
        .change_quirks(|quirks| quirks.storage = Storage::Unavailable);
    assert_eq!(
        visit.bytes_of(id).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn the_file_route_wants_a_slash_knows_no_names_and_never_says_401() {
    let visit = Visit::start(unlimited()).await;
    let id = visit.upload("photography", "coffee.jpg").await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let no_slash = visit
        .get(&format!("file-upload/{id}"))
        .send()
        .await
        .unwrap();
    assert_eq!(no_slash.status(), StatusCode::NOT_FOUND);
    let stranger = visit
        .bare(&format!("file-upload/{id}/x"))
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        visit.bytes_of("nothing").await.status(),
        StatusCode::NOT_FOUND
    );
    let stale = visit
        .get(&format!("file-upload/{id}/x"))
        .header("Cookie", "rc_uid=a; rc_token=b");
    assert_eq!(stale.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let old = visit
        .get(&format!("ufs/GridFS:Uploads/{id}.jpg"))
        .send()
        .await
        .unwrap();
    assert_eq!(old.status(), StatusCode::OK);
    let etag = text(old.headers(), "etag").unwrap().to_owned();
    let again = visit
        .get(&format!("ufs/GridFS:Uploads/{id}"))
        .header("If-None-Match", etag);
    assert_eq!(
        again.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.protect_files = Switch::Off);
    let open = visit
        .bare(&format!("file-upload/{id}/x"))
        .send()
        .await
        .unwrap();
    assert_eq!(open.status(), StatusCode::OK);
}

#[tokio::test]
async fn ranges_come_in_two_dialects() {
    let visit = Visit::start(unlimited()).await;
    let file = visit.upload("photography", "coffee.jpg").await;
    let (id, size) = (
        file["_id"].as_str().unwrap(),
        file["size"].as_u64().unwrap(),
    );
    let path = format!("file-upload/{id}/x");
    let ranged = |range: String| visit.get(&path).header("Range", range).send();
    let part = ranged("bytes=1000-".to_owned()).await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let wanted = format!("bytes 1000-{}/{size}", size - 1);
    assert_eq!(text(part.headers(), "content-range"), Some(wanted.as_str()));
    assert_eq!(part.bytes().await.unwrap().len() as u64, size - 1000);
    let beyond = ranged(format!("bytes={size}-")).await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    visit
        .admin()
        .change_quirks(|quirks| quirks.ranges = Ranges::Legacy);
    assert_eq!(
        ranged("bytes=1000-".to_owned()).await.unwrap().status(),
        StatusCode::OK
    );
    let both = ranged(format!("bytes=1000-{}", size - 1)).await.unwrap();
    assert_eq!(both.status(), StatusCode::PARTIAL_CONTENT);
}

#[tokio::test]
async fn a_caller_that_accepts_gzip_gets_it_without_a_length() {
    let visit = Visit::start(unlimited()).await;
    let id = visit.upload("photography", "coffee.jpg").await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("file-upload/{id}/x");
    let packed = visit
        .get(&path)
        .header("Accept-Encoding", "gzip, br")
        .send()
        .await
        .unwrap();
    assert_eq!(text(packed.headers(), "content-encoding"), Some("gzip"));
    assert!(!packed.headers().contains_key("content-length"));
    let plain = visit
        .get(&path)
        .header("Accept-Encoding", "identity")
        .send()
        .await
        .unwrap();
    assert!(plain.headers().contains_key("content-length"));
}

#[tokio::test]
async fn storage_elsewhere_refuses_and_counts_whoever_brings_secrets() {
    let storage = Storage::S3 {
        expires: Duration::from_mins(1),
    };
    let visit = Visit::start(Quirks {
        storage,
        ..unlimited()
    })
    .await;
    let file = visit.upload("photography", "coffee.jpg").await;
    let redirect = visit.bytes_of(file["_id"].as_str().unwrap()).await;
    assert_eq!(redirect.status(), StatusCode::FOUND);
    assert!(!redirect.headers().contains_key("cache-control"));
    let location = text(redirect.headers(), "location").unwrap().to_owned();
    assert!(!location.starts_with(&visit.server.base_url()));
    let clean = visit.http.get(&location).send().await.unwrap();
    assert_eq!(
        clean.bytes().await.unwrap().len() as u64,
        file["size"].as_u64().unwrap()
    );
    assert_eq!(visit.admin().leaked_secrets(), 0);
    let leaky = visit
        .http
        .get(&location)
        .header("X-Auth-Token", &visit.token)
        .send()
        .await
        .unwrap();
    assert_eq!(leaky.status(), StatusCode::BAD_REQUEST);
    assert_eq!(visit.admin().leaked_secrets(), 1);
    let forged = location.replace("X-Amz-Expires=1", "X-Amz-Expires=2");
    assert_eq!(
        visit.http.get(forged).send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn every_listed_size_is_the_length_served() {
    let visit = Visit::start(unlimited()).await;
    for room in ["formats", "support", "photography"] {
        let rid = visit.room(room);
        let page = visit
            .json(&format!("api/v1/rooms.images?roomId={rid}&count=0"))
            .await;
        for file in page["files"].as_array().unwrap() {
            if file["name"] == "lost-by-the-store.jpg" {
                continue;
            }
            let answer = visit.bytes_of(file["_id"].as_str().unwrap()).await;
            assert_eq!(answer.status(), StatusCode::OK, "{}", file["name"]);
            let length = answer.bytes().await.unwrap().len() as u64;
            assert_eq!(Some(length), file["size"].as_u64(), "{}", file["name"]);
        }
    }
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
        .get("api/v1/subscriptions.get?updatedSince=soon")
        .send()
        .await
        .unwrap();
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
    let missing = visit
        .get("api/v1/rooms.info?roomId=nothing")
        .send()
        .await
        .unwrap();
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
async fn public_settings_are_picked_by_id_or_by_query_of_old_servers() {
    let visit = Visit::start(unlimited()).await;
    let path = "api/v1/settings.public?_id=Site_Name,%20LDAP_Enable,Nothing&count=100";
    let body: Value = visit.bare(path).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["total"], 2);
    visit
        .admin()
        .change_quirks(|quirks| "6.13.1".clone_into(&mut quirks.version));
    let query = "%7B%22_id%22%3A%7B%22%24in%22%3A%5B%22Site_Name%22%5D%7D%7D";
    let path = format!("api/v1/settings.public?query={query}");
    let body: Value = visit
        .bare(&path)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        body["settings"],
        json!([{"_id": "Site_Name", "value": "Salon demo"}])
    );
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
    let unknown = visit
        .get("api/v1/chat.getMessage?msgId=nothing")
        .send()
        .await
        .unwrap();
    assert_eq!(
        status_and_json(unknown).await,
        (StatusCode::BAD_REQUEST, json!({"success": false}))
    );
}

#[tokio::test]
async fn avatars_are_svg_unless_asked_otherwise_and_can_be_blocked() {
    let visit = Visit::start(unlimited()).await;
    let letter = visit.bare("avatar/carla").send().await.unwrap();
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
    let png = visit
        .bare("avatar/carla?format=png&size=64")
        .send()
        .await
        .unwrap();
    assert_eq!(
        image::load_from_memory(&png.bytes().await.unwrap())
            .unwrap()
            .width(),
        64
    );
    let own = format!("avatar/uid/{}", visit.user);
    let uploaded = visit.bare(&own).send().await.unwrap();
    assert_eq!(text(uploaded.headers(), "content-type"), Some("image/png"));
    assert_eq!(
        visit
            .bare("avatar/uid/nobody")
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::NOT_FOUND
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.avatar_blocking = Switch::On);
    let blocked = visit.get(&own).send().await.unwrap();
    assert_eq!(
        text(blocked.headers(), "content-type"),
        Some("image/svg+xml")
    );
    let known = format!("{own}?rc_uid={}&rc_token={}", visit.user, visit.token);
    let known = visit.bare(&known).send().await.unwrap();
    assert_eq!(text(known.headers(), "content-type"), Some("image/png"));
}

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
        visit.get("api/v1/me").send().await.unwrap().status(),
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
