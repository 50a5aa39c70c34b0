//! What answers at an address.

use salon::domain::ServerUrl;
use salon::rocketchat::{ClientError, Http, WrongAnswer, probe};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::stub::{Asked, Reply, Stub, saying};

fn info(version: &str) -> Value {
    json!({ "version": version, "workspaceUrl": "https://x", "success": true })
}

/// The server below `base`; elsewhere a web page, as the real one answers.
fn rocket_chat(base: &str, version: &str, asked: &Asked) -> Reply {
    match asked.path.strip_prefix(base) {
        Some("/api/info") => Reply::json(200, &info(version)),
        Some("/api/v1/settings.public") => Reply::json(
            200,
            &json!({ "settings": [
                { "_id": "Site_Name", "value": "Acme" },
                { "_id": "Accounts_ShowFormLogin", "value": false },
                { "_id": "Accounts_EmailOrUsernamePlaceholder", "value": "staff number" },
            ], "success": true }),
        ),
        _ => Reply::html(200),
    }
}

async fn error_of(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> ClientError {
    let stub = Stub::start(answer).await;
    probe(&Http::new().unwrap(), &stub.server())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_server_says_what_the_form_wants_to_know() {
    let stub = Stub::start(|asked| rocket_chat("", "8.8", asked)).await;
    let identity = probe(&Http::new().unwrap(), &stub.server()).await.unwrap();
    assert_eq!(identity.base, stub.server());
    assert_eq!(identity.version, "8.8");
    assert_eq!(identity.name.as_deref(), Some("Acme"));
    assert!(identity.is_form_log_in_hidden);
    assert_eq!(identity.user_hint.as_deref(), Some("staff number"));
    let settings = &stub.asked_at("/api/v1/settings.public")[0];
    assert_eq!(
        settings.query("_id"),
        Some("Site_Name,Accounts_ShowFormLogin,Accounts_EmailOrUsernamePlaceholder")
    );
    assert_eq!(settings.query("count"), Some("100"));
    for asked in stub.asked() {
        assert!(asked.header("user-agent").unwrap().starts_with("Salon/"));
    }
}

#[tokio::test]
async fn an_old_server_is_asked_for_settings_in_its_own_way() {
    let stub = Stub::start(|asked| rocket_chat("", "6.13.1", asked)).await;
    let identity = probe(&Http::new().unwrap(), &stub.server()).await.unwrap();
    assert_eq!(identity.version, "6.13");
    let settings = &stub.asked_at("/api/v1/settings.public")[0];
    let query: Value = serde_json::from_str(settings.query("query").unwrap()).unwrap();
    assert_eq!(query["_id"]["$in"][0], "Site_Name");
    assert_eq!(settings.query("_id"), None);
}

#[tokio::test]
async fn a_server_that_keeps_its_settings_to_itself_is_as_good() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/info" => Reply::json(200, &info("8.8")),
        _ => Reply::json(403, &json!({ "success": false })),
    })
    .await;
    let identity = probe(&Http::new().unwrap(), &stub.server()).await.unwrap();
    assert_eq!(identity.name, None);
    assert!(!identity.is_form_log_in_hidden);
}

#[tokio::test]
async fn a_server_on_a_sub_path_is_found_with_and_without_its_slash() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/chat" => Reply::redirect("/chat/"),
        _ => rocket_chat("/chat", "8.8", asked),
    })
    .await;
    let identity = probe(&Http::new().unwrap(), &stub.server_at("/chat/"))
        .await
        .unwrap();
    assert_eq!(identity.base, stub.server_at("/chat/"));
}

#[tokio::test]
async fn redirects_lead_to_the_base_that_is_kept() {
    let target = Stub::start(|asked| rocket_chat("/chat", "8.8", asked)).await;
    let home = target.url("/chat/home");
    let typed = Stub::start(move |_| Reply::redirect(&home)).await;
    let identity = probe(&Http::new().unwrap(), &typed.server()).await.unwrap();
    assert_eq!(identity.base, target.server_at("/chat/"));
}

#[tokio::test]
async fn a_sign_in_page_that_guards_only_the_web_client_does_not_hide_the_server() {
    let guard = Stub::start(|_| Reply::html(200)).await;
    let page = guard.url("/sso/login");
    let stub = Stub::start(move |asked| match asked.path.as_str() {
        "/" => Reply::redirect(&page),
        _ => rocket_chat("", "8.8", asked),
    })
    .await;
    let identity = probe(&Http::new().unwrap(), &stub.server()).await.unwrap();
    assert_eq!(identity.base, stub.server());
}

#[tokio::test]
async fn what_answers_instead_is_named() {
    let wrong = |answer| ClientError::NotRocketChat(answer);
    assert_eq!(
        error_of(|_| Reply::html(200)).await,
        wrong(WrongAnswer::Html)
    );
    assert_eq!(
        error_of(|_| Reply::json(200, &json!({ "name": "x" }))).await,
        wrong(WrongAnswer::OtherJson)
    );
    assert_eq!(
        error_of(|_| Reply::json(200, &json!({ "version": "8.8", "success": false }))).await,
        wrong(WrongAnswer::OtherJson)
    );
    assert_eq!(
        error_of(|_| Reply::bytes(200, "hello")).await,
        wrong(WrongAnswer::OtherContent)
    );
    assert_eq!(
        error_of(|_| Reply::html(404)).await,
        wrong(WrongAnswer::Status(404))
    );
    assert_eq!(
        error_of(|_| Reply::html(401).with("WWW-Authenticate", "Basic realm=x")).await,
        wrong(WrongAnswer::ProxyAuthentication)
    );
    assert_eq!(
        error_of(|_| Reply::html(407)).await,
        wrong(WrongAnswer::ProxyAuthentication)
    );
    for status in [502, 503, 504] {
        assert_eq!(
            error_of(move |_| Reply::html(status)).await,
            ClientError::Unavailable { status }
        );
    }
    assert_eq!(
        error_of(|_| Reply::html(500)).await,
        ClientError::ServerFault { status: 500 }
    );
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let error = error_of(|asked| Reply::redirect(&asked.path)).await;
    assert!(matches!(error, ClientError::Malformed { .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_at_the_address_is_told_from_no_such_address() {
    let http = Http::new().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let server = ServerUrl::parse_base(&format!("http://127.0.0.1:{port}/")).unwrap();
    assert!(matches!(
        probe(&http, &server).await,
        Err(ClientError::Unreachable { .. })
    ));
    let server = ServerUrl::parse_base("https://salon-test.invalid/").unwrap();
    assert_eq!(
        probe(&http, &server).await,
        Err(ClientError::NameNotFound {
            host: "salon-test.invalid".to_owned()
        })
    );
}

#[tokio::test]
async fn what_speaks_another_language_than_http_is_no_server() {
    let server = saying(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()).await;
    assert_eq!(
        probe(&Http::new().unwrap(), &server).await,
        Err(ClientError::NotRocketChat(WrongAnswer::OtherContent))
    );
}
