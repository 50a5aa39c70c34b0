//! Finding the server, signing in and out.

use salon::demo_server::{DemoOptions, DemoServer, LibraryChoice, LoginErrors, PasswordCheck};
use salon::domain::{AuthToken, Credentials, LogInRequest, ServerUrl};
use salon::rocketchat::{Client, ClientError, Http, LogInRefusal, TwoFactorMethod, log_in, probe};

use super::{FIRST, base, client, demo, request, room};

#[tokio::test]
async fn everybody_signs_in_in_their_own_way() {
    let demo = demo(LibraryChoice::Small, |quirks| quirks.limiter = None).await;
    let (admin, http) = (demo.admin(), Http::new().unwrap());
    let identity = probe(&http, &base(&demo)).await.unwrap();
    assert_eq!(
        (identity.base, identity.version.as_str()),
        (base(&demo), "8.8")
    );

    let ana = request(&demo, "ana", "ana-demo", None);
    assert_eq!(
        log_in(&http, &ana).await.unwrap().me.display_name(),
        "Ana Prado"
    );

    let ben = request(&demo, "ben", "ben-demo", None);
    let error = log_in(&http, &ben).await.unwrap_err();
    let ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(challenge.method, TwoFactorMethod::Totp);
    let ben = request(&demo, "ben", "ben-demo", admin.totp_code("ben"));
    log_in(&http, &ben).await.unwrap();

    let carla = request(&demo, "carla", "carla-demo", None);
    let error = log_in(&http, &carla).await.unwrap_err();
    let ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(challenge.method, TwoFactorMethod::Email);
    let code = admin.outbox().pop().unwrap().1;
    let carla = request(&demo, "carla", "carla-demo", Some(code));
    log_in(&http, &carla).await.unwrap();

    let emil = request(&demo, "emil", "emil-demo", None);
    assert!(log_in(&http, &emil).await.unwrap().must_change_password);
    let frida = request(&demo, "frida", "frida-demo", None);
    assert_eq!(
        log_in(&http, &frida).await,
        Err(ClientError::LogIn(LogInRefusal::NotActivated))
    );
    let by_mail = request(&demo, "ana@example.org", "ana-demo", None);
    log_in(&http, &by_mail).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_one_in_every_servers_words() {
    for errors in [
        LoginErrors::Masked,
        LoginErrors::Numeric,
        LoginErrors::Unmasked,
    ] {
        let demo = demo(LibraryChoice::Small, |quirks| quirks.login_errors = errors).await;
        let wrong = request(&demo, "ana", "nope", None);
        assert_eq!(
            log_in(&Http::new().unwrap(), &wrong).await,
            Err(ClientError::LogIn(LogInRefusal::WrongCredentials)),
            "{errors:?}"
        );
    }
}

#[tokio::test]
async fn crowd_and_ldap_need_nothing_from_the_person() {
    for check in [PasswordCheck::Crowd, PasswordCheck::Ldap] {
        let demo = demo(LibraryChoice::Small, |quirks| quirks.password_check = check).await;
        let code = demo.admin().totp_code("ben");
        let ben = request(&demo, "ben", "ben-demo", code);
        log_in(&Http::new().unwrap(), &ben).await.unwrap();
    }
}

#[tokio::test]
async fn a_personal_access_token_survives_signing_out_and_a_log_in_does_not() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let (admin, http) = (demo.admin(), Http::new().unwrap());
    let (_, token) = admin.make_personal_access_token("ana").unwrap();
    let pasted = LogInRequest {
        server: base(&demo),
        credentials: Credentials::PersonalAccessToken(AuthToken::new(token.clone())),
    };
    let session = log_in(&http, &pasted).await.unwrap();
    assert_eq!(session.me.username.as_deref(), Some("ana"));
    Client::new(http.clone(), session).log_out().await.unwrap();
    assert!(admin.is_token_alive(&token));

    let typed = request(&demo, "ana", "ana-demo", None);
    let client = Client::new(http.clone(), log_in(&http, &typed).await.unwrap());
    client.log_out().await.unwrap();
    assert_eq!(
        client.confirm_session().await,
        Err(ClientError::SessionExpired)
    );
}

#[tokio::test]
async fn a_server_below_a_path_and_behind_an_alias_is_found() {
    let options = DemoOptions {
        sub_path: Some("chat".to_owned()),
        library: LibraryChoice::Small,
        ..DemoOptions::default()
    };
    let demo = DemoServer::start(options).await.unwrap();
    let http = Http::new().unwrap();
    let alias = ServerUrl::parse_base(&demo.redirecting_url()).unwrap();
    assert_eq!(probe(&http, &alias).await.unwrap().base, base(&demo));
    let client = client(&demo, "ana");
    let room = room(&client, "general").await;
    let page = client.image_window(&room, FIRST, None).await.unwrap();
    let upload = &page.uploads[0];
    client
        .open_upload(&upload.id, &upload.name, upload.size)
        .await
        .unwrap();
}
