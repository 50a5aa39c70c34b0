//! The client against the demo server, which has the quirks of real ones behind switches.

use std::collections::HashSet;
use std::time::Duration;

use jiff::SignedDuration;
use salon::demo_server::{
    AnchorRule, DemoOptions, DemoServer, Fault, FaultKind, ImagesEndpoint, LibraryChoice,
    LoginErrors, NewImage, PasswordCheck, Quirks, Storage, Switch,
};
use salon::domain::listing::Listing;
use salon::domain::{
    AuthToken, Credentials, ListingWindow, LogInRequest, PageIndex, Person, Room, RoomKind,
    ServerUrl, Session, TokenKind, UploadId, UserId,
};
use salon::rocketchat::{
    AvatarOf, Client, ClientError, DownloadError, Http, LogInRefusal, RoomDirectory,
    TwoFactorMethod, log_in, probe,
};
use secrecy::SecretString;

const FIRST: ListingWindow = ListingWindow::Page(PageIndex(0));

async fn demo(library: LibraryChoice, change: impl FnOnce(&mut Quirks)) -> DemoServer {
    let mut options = DemoOptions {
        library,
        ..DemoOptions::default()
    };
    change(&mut options.quirks);
    DemoServer::start(options).await.unwrap()
}

fn base(demo: &DemoServer) -> ServerUrl {
    ServerUrl::parse_base(&demo.base_url()).unwrap()
}

/// A session that cost no log-in.
fn client(demo: &DemoServer, username: &str) -> Client {
    let (user, token) = demo.admin().mint_session(username).unwrap();
    let session = Session {
        server: base(demo),
        me: Person {
            id: UserId::from(user),
            username: Some(username.to_owned()),
            name: None,
        },
        token: AuthToken::new(token),
        token_kind: TokenKind::LogIn,
        must_change_password: false,
    };
    Client::new(Http::new().unwrap(), session)
}

fn request(demo: &DemoServer, user: &str, password: &str, code: Option<String>) -> LogInRequest {
    LogInRequest {
        server: base(demo),
        credentials: Credentials::Password {
            user: user.to_owned(),
            password: SecretString::from(password),
            code,
        },
    }
}

async fn room(client: &Client, title: &str) -> Room {
    let rooms = client.rooms(&mut RoomDirectory::default()).await.unwrap();
    let titles: Vec<&str> = rooms.iter().map(|room| room.title.as_str()).collect();
    let found = rooms.iter().find(|room| room.title == title);
    found.unwrap_or_else(|| panic!("{titles:?}")).clone()
}

/// Reads windows until the list is whole, and checks that no image is in it twice.
async fn list(client: &Client, room: &Room) -> Vec<String> {
    let mut listing = Listing::default();
    for _ in 0..200 {
        let Some(window) = listing.all_missing_windows().first().copied() else {
            let ids: Vec<String> = listing
                .known()
                .map(|upload| upload.id.as_str().to_owned())
                .collect();
            let distinct: HashSet<&String> = ids.iter().collect();
            assert_eq!(distinct.len(), ids.len());
            return ids;
        };
        let anchor = listing.anchor().cloned();
        let page = client.image_window(room, window, anchor.as_ref()).await;
        listing.merge(window, anchor.as_ref(), page.unwrap());
    }
    panic!("the list was never complete");
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

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
async fn the_rooms_are_those_that_can_be_read_by_their_names() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let client = client(&demo, "ana");
    let mut known = RoomDirectory::default();
    let rooms = client.rooms(&mut known).await.unwrap();
    let titles: HashSet<&str> = rooms.iter().map(|room| room.title.as_str()).collect();
    assert!(titles.contains("general"), "{titles:?}");
    assert!(titles.contains("Posters for the autumn fair"), "{titles:?}");
    assert!(!titles.contains("Book club"), "{titles:?}");
    assert!(!titles.contains("design"), "{titles:?}");
    assert!(rooms.iter().any(|room| room.kind == RoomKind::GroupDirect));
    assert!(rooms.iter().any(|room| room.is_team));

    demo.admin()
        .remove_member(&demo.admin().room_id("support").unwrap(), "ana");
    let fewer = client.rooms(&mut known).await.unwrap();
    assert_eq!(fewer.len(), rooms.len() - 1);

    let design = client.find_room("design").await.unwrap();
    assert_eq!(design.subscription, None);
    let general = client.find_room("general").await.unwrap();
    assert!(general.subscription.is_some());
}

#[tokio::test]
async fn a_long_list_holds_every_image_once_whatever_the_server_is_like() {
    let demo = demo(LibraryChoice::Full, |quirks| quirks.limiter = None).await;
    let admin = demo.admin();
    let client = client(&demo, "ana");
    let room = room(&client, "team-offsite").await;
    let all = sorted(admin.image_ids(room.id.as_str()));
    assert!(all.len() > 1000);
    assert_eq!(sorted(list(&client, &room).await), all);

    admin.change_quirks(|quirks| {
        quirks.page_limit = 40;
        quirks.anchor_rule = AnchorRule::AnyRoom;
    });
    assert_eq!(sorted(list(&client, &room).await), all);

    for endpoint in [ImagesEndpoint::Channels, ImagesEndpoint::Neither] {
        admin.change_quirks(|quirks| {
            quirks.page_limit = 100;
            quirks.images_endpoint = endpoint;
        });
        assert_eq!(sorted(list(&client, &room).await), all, "{endpoint:?}");
    }
}

#[tokio::test]
async fn drafts_are_not_listed_and_a_deleted_anchor_is_noticed() {
    let demo = demo(LibraryChoice::Small, |quirks| quirks.limiter = None).await;
    let admin = demo.admin();
    let client = client(&demo, "ana");
    let room = room(&client, "support").await;
    let before = list(&client, &room).await;
    let mut draft = NewImage {
        is_draft: true,
        ..NewImage::default()
    };
    draft.name = "draft.jpg".to_owned();
    admin.post_images(room.id.as_str(), 2, &draft);
    assert_eq!(sorted(list(&client, &room).await), sorted(before.clone()));

    admin.delete_upload(&before[0]);
    let anchor = UploadId::from(before[0].as_str());
    let page = client.image_window(&room, FIRST, Some(&anchor)).await;
    assert!(page.unwrap().is_anchor_lost);
}

#[tokio::test]
async fn the_servers_own_limiter_never_has_to_speak() {
    let demo = demo(LibraryChoice::Full, |quirks| {
        quirks.clock_skew = SignedDuration::from_hours(-5);
    })
    .await;
    let client = client(&demo, "ana");
    let room = room(&client, "archive-100k").await;
    let windows = (0..40).map(|n| {
        let (client, room) = (client.clone(), room.clone());
        let window = ListingWindow::Page(PageIndex(n * 20));
        async move { client.image_window(&room, window, None).await }
    });
    let results = futures_util::future::join_all(windows).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10);
    let requests = demo.admin().requests();
    assert!(requests.iter().all(|request| request.status != 429));
}

#[tokio::test]
async fn bytes_come_whole_from_every_kind_of_storage() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let admin = demo.admin();
    let client = client(&demo, "ana");
    let room = room(&client, "general").await;
    let page = client.image_window(&room, FIRST, None).await.unwrap();
    let upload = &page.uploads[0];
    let mut copies = Vec::new();
    for storage in [
        Storage::GridFs,
        Storage::FileSystem,
        Storage::Webdav,
        Storage::S3 {
            expires: Duration::from_secs(60),
        },
    ] {
        admin.change_quirks(|quirks| quirks.storage = storage);
        let download = client
            .open_upload(&upload.id, &upload.name, upload.size)
            .await
            .unwrap();
        copies.push(download.read_all(50_000_000).await.unwrap());
    }
    assert!(copies.iter().all(|copy| *copy == copies[0]));
    assert_eq!(admin.leaked_secrets(), 0);

    let design = client.find_room("design").await.unwrap();
    let page = client.image_window(&design, FIRST, None).await.unwrap();
    let refused = client.open_upload(&page.uploads[0].id, "x", None).await;
    assert_eq!(refused.unwrap_err(), DownloadError::Forbidden);
}

#[tokio::test]
async fn trouble_with_bytes_is_told_apart() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let client = client(&demo, "ana");
    let room = room(&client, "general").await;
    let id = UploadId::from(demo.admin().image_ids(room.id.as_str())[0].as_str());
    for (kind, expected) in [
        (FaultKind::Forbidden, DownloadError::Forbidden),
        (FaultKind::NotFound, DownloadError::Deleted),
        (FaultKind::EmptyBody, DownloadError::Empty),
        (FaultKind::HtmlPage, DownloadError::HtmlInsteadOfImage),
        (FaultKind::CutOff, ClientError::CutOff.into()),
        (FaultKind::Unauthorized, ClientError::SessionExpired.into()),
        (
            FaultKind::InternalError,
            ClientError::ServerFault { status: 500 }.into(),
        ),
    ] {
        demo.faults().clear();
        demo.faults().arm(Fault::on("/file-upload", kind.clone()));
        let result = match client.open_upload(&id, "x", None).await {
            Ok(download) => download.read_all(50_000_000).await.map(drop),
            Err(error) => Err(error),
        };
        assert_eq!(result, Err(expected), "{kind:?}");
    }
}

#[tokio::test]
async fn trouble_with_answers_is_told_apart() {
    let demo = demo(LibraryChoice::Small, |quirks| quirks.limiter = None).await;
    let client = client(&demo, "ana");
    for (kind, expected) in [
        (FaultKind::Unauthorized, ClientError::SessionExpired),
        (FaultKind::Forbidden, ClientError::Forbidden),
        (
            FaultKind::InternalError,
            ClientError::ServerFault { status: 500 },
        ),
        (
            FaultKind::BadGateway,
            ClientError::Unavailable { status: 502 },
        ),
        (
            FaultKind::HtmlPage,
            ClientError::ServerFault { status: 200 },
        ),
        (FaultKind::CutOff, ClientError::CutOff),
    ] {
        demo.faults().clear();
        demo.faults().arm(Fault::on("/api/v1/me", kind.clone()));
        assert_eq!(client.confirm_session().await, Err(expected), "{kind:?}");
    }
    demo.faults().clear();
    demo.faults()
        .arm(Fault::on("/api/v1", FaultKind::OtherShape));
    let room = room(&client, "general").await;
    assert!(!list(&client, &room).await.is_empty());
}

#[tokio::test]
async fn avatars_come_as_images_for_those_who_may_see_them() {
    let demo = demo(LibraryChoice::Small, |quirks| {
        quirks.avatar_blocking = Switch::On;
    })
    .await;
    let client = client(&demo, "ana");
    for name in ["ana", "carla"] {
        let avatar = AvatarOf::User(name.to_owned());
        let download = client.open_avatar(&avatar).await.unwrap();
        let bytes = download.read_all(5_000_000).await.unwrap();
        let kind = infer::get(&bytes).map(|kind| kind.mime_type());
        assert!(
            matches!(kind, Some("image/png" | "image/jpeg")),
            "{name}: {kind:?}"
        );
    }
}

#[tokio::test]
async fn uploaders_and_thumbnails_are_found() {
    let demo = demo(LibraryChoice::Small, |_| {}).await;
    let client = client(&demo, "ana");
    let room = room(&client, "team-offsite").await;
    let page = client.image_window(&room, FIRST, None).await.unwrap();
    let mut users: Vec<UserId> = page
        .uploads
        .iter()
        .filter_map(|upload| upload.user.clone())
        .collect();
    users.sort();
    users.dedup();
    let people = client.people(&users).await.unwrap();
    assert!(people.iter().all(|person| person.name.is_some()));
    assert!(people.len() + 1 >= users.len());
    demo.admin()
        .change_quirks(|quirks| quirks.presence = Switch::Off);
    assert!(!client.people(&users).await.unwrap().is_empty());

    let thumbnails = client.thumbnails(&room, 0).await.unwrap();
    assert!(!thumbnails.thumbnails.is_empty());
    let originals: HashSet<&UploadId> = page.uploads.iter().map(|upload| &upload.id).collect();
    for thumbnail in &thumbnails.thumbnails {
        assert!(originals.contains(&thumbnail.original));
    }
    let first = &thumbnails.thumbnails[0];
    let download = client
        .open_upload(&first.id, &first.name, first.size)
        .await
        .unwrap();
    assert!(!download.read_all(5_000_000).await.unwrap().is_empty());
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
