//! Signing in, with a second step or without, and what it is refused for.

use reqwest::StatusCode;
use salon::demo_server::{LoginErrors, PasswordCheck};
use serde_json::{Value, json};

use crate::visit::{Visit, status_and_json, unlimited};

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
    let outbox: Value = visit.bare_answer("demo/outbox").await.json().await.unwrap();
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
