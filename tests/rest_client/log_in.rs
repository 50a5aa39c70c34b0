//! Signing in, taking up a session, signing out.

use salon::domain::{AuthToken, Credentials, LogInRequest, TokenKind, UserId};
use salon::rocketchat::{
    ClientError, Http, LogInRefusal, TwoFactorMethod, WrongAnswer, log_in, resend_email_code,
    resume,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::stub::{Asked, Reply, Stub};
use crate::{TOKEN, USER, client, session};

fn password(stub: &Stub, code: Option<&str>) -> LogInRequest {
    LogInRequest {
        server: stub.server(),
        credentials: Credentials::Password {
            user: " ana ".to_owned(),
            password: SecretString::from("hunter2"),
            code: code.map(SecretString::from),
        },
    }
}

fn accepted() -> Value {
    json!({ "status": "success", "data": { "userId": USER, "authToken": TOKEN, "me": {
        "_id": USER, "username": "ana", "name": "Ana Prado", "requirePasswordChange": true,
        "settings": { "preferences": {} }, "emails": [],
    } } })
}

/// A server that answers `POST login` as told and knows nothing else.
async fn with_login(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Stub {
    Stub::start(move |asked| match asked.path.as_str() {
        "/api/v1/login" => answer(asked),
        _ => Reply::bytes(404, "not found"),
    })
    .await
}

#[tokio::test]
async fn user_and_password_are_sent_as_two_strings_and_nothing_else() {
    let stub = with_login(|_| Reply::json(200, &accepted())).await;
    let session = log_in(&Http::new().unwrap(), &password(&stub, None))
        .await
        .unwrap();
    assert_eq!(
        stub.asked_at("/api/v1/login")[0].body,
        json!({ "user": "ana", "password": "hunter2" })
    );
    assert_eq!(session.token.expose(), TOKEN);
    assert_eq!(session.me.id, UserId::from(USER));
    assert_eq!(session.me.display_name(), "Ana Prado");
    assert_eq!(session.token_kind, TokenKind::LogIn);
    assert!(session.must_change_password);
}

#[tokio::test]
async fn a_code_is_sent_along_as_its_bare_digits() {
    let stub = with_login(|_| Reply::json(200, &accepted())).await;
    let http = Http::new().unwrap();
    log_in(&http, &password(&stub, Some("123-456")))
        .await
        .unwrap();
    assert_eq!(
        stub.asked_at("/api/v1/login")[0].body,
        json!({ "user": "ana", "password": "hunter2", "code": "123456" })
    );
}

#[tokio::test]
async fn the_second_factor_is_asked_for_with_what_the_server_tells() {
    let stub = with_login(|asked| {
        let error = if asked.body["code"].is_null() {
            "totp-required"
        } else {
            "totp-invalid"
        };
        Reply::json(
            401,
            &json!({ "success": false, "status": "error", "error": error, "message": "TOTP",
            "details": { "method": "email", "codeGenerated": true, "emailOrUsername": "ana",
                "availableMethods": ["email"] } }),
        )
    })
    .await;
    let http = Http::new().unwrap();
    let required = log_in(&http, &password(&stub, None)).await.unwrap_err();
    let ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge)) = required else {
        panic!("{required:?}");
    };
    assert_eq!(challenge.method, TwoFactorMethod::Email);
    assert!(challenge.is_code_sent);
    assert_eq!(challenge.email_or_username.as_deref(), Some("ana"));
    let invalid = log_in(&http, &password(&stub, Some("000000")))
        .await
        .unwrap_err();
    assert!(matches!(
        invalid,
        ClientError::LogIn(LogInRefusal::TwoFactorInvalid(_))
    ));
}

#[tokio::test]
async fn a_numeric_error_code_is_understood() {
    let stub = with_login(|_| {
        Reply::json(
            401,
            &json!({ "success": false, "status": "error", "error": 401,
                "message": "Incorrect login or password" }),
        )
    })
    .await;
    assert_eq!(
        log_in(&Http::new().unwrap(), &password(&stub, None)).await,
        Err(ClientError::LogIn(LogInRefusal::WrongCredentials))
    );
}

#[tokio::test]
async fn a_server_in_trouble_is_no_wrong_password() {
    let stub = with_login(|asked| match asked.body["user"].as_str() {
        Some("ana") => Reply::html(502),
        _ => Reply::json(
            500,
            &json!({ "success": false, "error": "Internal server error" }),
        ),
    })
    .await;
    let http = Http::new().unwrap();
    assert_eq!(
        log_in(&http, &password(&stub, None)).await,
        Err(ClientError::Unavailable { status: 502 })
    );
    // A POST is never repeated.
    assert_eq!(stub.asked_at("/api/v1/login").len(), 1);
}

#[tokio::test]
async fn a_proxy_with_a_password_of_its_own_is_named_as_such() {
    let stub = with_login(|_| Reply::html(401).with("WWW-Authenticate", "Basic realm=x")).await;
    assert_eq!(
        log_in(&Http::new().unwrap(), &password(&stub, None)).await,
        Err(ClientError::NotRocketChat(WrongAnswer::ProxyAuthentication))
    );
}

#[tokio::test]
async fn a_server_with_crowd_gets_the_crowd_form() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/api/info" => Reply::json(200, &json!({ "version": "8.8", "success": true })),
        "/api/v1/settings.public" => Reply::json(
            200,
            &json!({ "settings": [{ "_id": "CROWD_Enable", "value": true }], "success": true }),
        ),
        _ => Reply::json(200, &accepted()),
    })
    .await;
    let http = Http::new().unwrap();
    log_in(&http, &password(&stub, Some("123456")))
        .await
        .unwrap();
    assert_eq!(
        stub.asked_at("/api/v1/login")[0].body,
        json!({ "totp": { "code": "123456", "login": {
            "crowd": true, "username": "ana", "crowdPassword": "hunter2" } } })
    );
}

#[tokio::test]
async fn of_a_personal_access_token_only_the_token_is_needed() {
    let stub = with_login(|asked| {
        assert_eq!(asked.body, json!({ "resume": "pat-123" }));
        Reply::json(
            200,
            &json!({ "status": "success", "data": { "userId": USER, "authToken": "pat-123",
                "me": { "_id": USER, "username": "ana" } } }),
        )
    })
    .await;
    let request = LogInRequest {
        server: stub.server(),
        credentials: Credentials::PersonalAccessToken(AuthToken::new(" pat-123\n".to_owned())),
    };
    let session = log_in(&Http::new().unwrap(), &request).await.unwrap();
    assert_eq!(session.token.expose(), "pat-123");
    assert_eq!(session.token_kind, TokenKind::PersonalAccess);
}

#[tokio::test]
async fn a_token_that_nobody_knows_is_told_from_a_wrong_password() {
    let stub = with_login(|_| {
        Reply::json(
            401,
            &json!({ "status": "error", "error": "Unauthorized", "message": "Unauthorized" }),
        )
    })
    .await;
    let request = LogInRequest {
        server: stub.server(),
        credentials: Credentials::PersonalAccessToken(AuthToken::new("pat".to_owned())),
    };
    assert_eq!(
        log_in(&Http::new().unwrap(), &request).await,
        Err(ClientError::LogIn(LogInRefusal::TokenUnknown))
    );
}

#[tokio::test]
async fn another_code_is_asked_for_without_signing_in() {
    let stub = Stub::start(|_| Reply::json(200, &json!({ "success": true }))).await;
    resend_email_code(&Http::new().unwrap(), &stub.server(), "ana")
        .await
        .unwrap();
    let asked = &stub.asked()[0];
    assert_eq!(asked.path, "/api/v1/users.2fa.sendEmailCode");
    assert_eq!(asked.body, json!({ "emailOrUsername": "ana" }));
    assert_eq!(asked.header("x-auth-token"), None);
}

#[tokio::test]
async fn a_stored_session_is_taken_up_with_its_two_headers() {
    let stub = Stub::start(|asked| {
        if asked.header("x-auth-token") == Some(TOKEN) && asked.header("x-user-id") == Some(USER) {
            Reply::json(
                200,
                &json!({ "_id": USER, "username": "ana", "success": true }),
            )
        } else {
            Reply::json(
                401,
                &json!({ "success": false, "error": "You must be logged in to do this.",
                    "status": "error", "message": "You must be logged in to do this." }),
            )
        }
    })
    .await;
    let http = Http::new().unwrap();
    let take_up = |token: &str| {
        let token = AuthToken::new(token.to_owned());
        let (http, server) = (http.clone(), stub.server());
        async move { resume(&http, &server, &UserId::from(USER), token, TokenKind::LogIn).await }
    };
    let session = take_up(TOKEN).await.unwrap();
    assert_eq!(session.me.username.as_deref(), Some("ana"));
    assert_eq!(take_up("dead").await, Err(ClientError::SessionExpired));
}

#[tokio::test]
async fn a_session_is_confirmed_dead_only_by_the_server_itself() {
    let stub = Stub::start(|_| Reply::html(503)).await;
    assert_eq!(
        client(stub.server()).confirm_session().await,
        Err(ClientError::Unavailable { status: 503 })
    );
}

#[tokio::test]
async fn signing_out_never_destroys_a_personal_access_token() {
    let stub = Stub::start(|_| {
        Reply::json(
            200,
            &json!({ "status": "success", "data": { "message": "You've been logged out!" } }),
        )
    })
    .await;
    let http = Http::new().unwrap();
    let with_pat = session(stub.server(), TokenKind::PersonalAccess);
    salon::rocketchat::Client::new(http, with_pat)
        .log_out()
        .await
        .unwrap();
    assert!(stub.asked().is_empty());
    client(stub.server()).log_out().await.unwrap();
    assert_eq!(stub.asked()[0].path, "/api/v1/logout");
    assert_eq!(stub.asked()[0].method, "POST");
}

#[tokio::test]
async fn signing_out_of_a_session_that_is_over_is_no_failure() {
    let stub = Stub::start(|_| {
        Reply::json(
            401,
            &json!({ "success": false, "error": "You must be logged in to do this." }),
        )
    })
    .await;
    client(stub.server()).log_out().await.unwrap();
}
