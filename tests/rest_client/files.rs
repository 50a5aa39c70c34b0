//! Bytes: where they are fetched, with what, and what may go wrong on the way.

use salon::domain::{ByteCount, RoomId, ServerUrl, UploadId};
use salon::rocketchat::{AvatarOf, Client, ClientError, DownloadError};
use serde_json::json;

use crate::stub::{Asked, Reply, Stub, saying};
use crate::{TOKEN, USER, client};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest of an image, which nobody decodes here";

async fn fetch(client: &Client, expected: Option<u64>) -> Result<Vec<u8>, DownloadError> {
    let id = UploadId::from("up1");
    let expected = expected.map(ByteCount);
    client
        .open_upload(&id, "a b.png", expected)
        .await?
        .read_all(1_000_000)
        .await
}

async fn error_of(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> DownloadError {
    let stub = Stub::start(answer).await;
    fetch(&client(stub.server()), None).await.unwrap_err()
}

/// Nothing in the request may tell who asks, or what was asked before.
fn assert_anonymous(asked: &Asked) {
    for name in [
        "x-auth-token",
        "x-user-id",
        "authorization",
        "cookie",
        "referer",
    ] {
        assert_eq!(asked.header(name), None, "{name}");
    }
    let all = format!("{asked:?}");
    assert!(!all.contains(TOKEN), "{all}");
    assert!(!all.contains(USER), "{all}");
}

#[tokio::test]
async fn bytes_come_from_below_the_typed_address_with_two_headers() {
    let stub = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let client = client(stub.server_at("/chat/"));
    let bytes = fetch(&client, Some(PNG.len() as u64)).await.unwrap();
    assert_eq!(bytes, PNG);
    let asked = &stub.asked()[0];
    assert_eq!(asked.path, "/chat/file-upload/up1/a%20b.png");
    assert_eq!(asked.header("x-auth-token"), Some(TOKEN));
    assert_eq!(asked.header("x-user-id"), Some(USER));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    assert_eq!(asked.header("cookie"), None);
    assert!(asked.query.is_empty());
}

#[tokio::test]
async fn no_file_name_breaks_the_address() {
    let stub = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let client = client(stub.server());
    let id = UploadId::from("up1");
    for (name, path) in [
        ("", "file"),
        (".", "file"),
        ("..", "file"),
        ("\n.\t", "file"),
        ("%2e%2e", "%252e%252e"),
        ("50% ä/b?#.png", "50%25%20%C3%A4%2Fb%3F%23.png"),
    ] {
        client.open_upload(&id, name, None).await.unwrap();
        let asked = stub.asked().pop().unwrap();
        assert_eq!(asked.path, format!("/file-upload/up1/{path}"));
    }
}

#[tokio::test]
async fn a_storage_elsewhere_learns_nothing() {
    let storage = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let link = storage.url("/bucket/up1?X-Amz-Signature=abc");
    let server = Stub::start(move |_| Reply::redirect(&link)).await;
    let client = client(server.server());
    assert_eq!(fetch(&client, None).await.unwrap(), PNG);
    let asked = storage.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].query("X-Amz-Signature"), Some("abc"));
    assert_anonymous(&asked[0]);
}

#[tokio::test]
async fn the_way_back_from_elsewhere_is_anonymous_too() {
    let back = Stub::start(|asked| match asked.query("back") {
        Some(_) => Reply::bytes(200, PNG),
        None => Reply::bytes(500, ""),
    })
    .await;
    let home = back.url("/caught?back=1");
    let elsewhere = Stub::start(move |_| Reply::redirect(&home)).await;
    let away = elsewhere.url("/x");
    let server = Stub::start(move |_| Reply::redirect(&away)).await;
    fetch(&client(server.server()), None).await.unwrap();
    assert_anonymous(&elsewhere.asked()[0]);
    assert_anonymous(&back.asked()[0]);
}

#[tokio::test]
async fn a_redirect_within_the_server_keeps_the_headers() {
    let server = Stub::start(|asked| match asked.path.as_str() {
        "/moved" => Reply::bytes(200, PNG),
        _ => Reply::redirect("/moved"),
    })
    .await;
    fetch(&client(server.server()), None).await.unwrap();
    assert_eq!(
        server.asked_at("/moved")[0].header("x-auth-token"),
        Some(TOKEN)
    );
}

#[tokio::test]
async fn credentials_of_the_rest_api_never_leave_the_server_either() {
    let elsewhere = Stub::start(|_| Reply::json(200, &json!({ "success": true }))).await;
    let link = elsewhere.url("/api/v1/me");
    let server = Stub::start(move |_| Reply::redirect(&link)).await;
    client(server.server()).confirm_session().await.unwrap_err();
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn an_expired_link_is_renewed_once() {
    let storage = Stub::start(|asked| match asked.query("n") {
        Some("0") => Reply::bytes(403, "<Error>Request has expired</Error>"),
        _ => Reply::bytes(200, PNG),
    })
    .await;
    let link = storage.url("/up1?n=");
    let server = Stub::start_counting(move |n, _| Reply::redirect(format!("{link}{n}"))).await;
    assert_eq!(fetch(&client(server.server()), None).await.unwrap(), PNG);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_storage_that_keeps_refusing_is_reported() {
    let storage = Stub::start(|_| Reply::bytes(403, "<Error/>")).await;
    let link = storage.url("/up1");
    let error = error_of(move |_| Reply::redirect(&link)).await;
    assert_eq!(error, DownloadError::StorageRefused { status: 403 });
    assert_eq!(storage.asked().len(), 2);
    let proxied = |_: &Asked| Reply::bytes(500, "").with("x-rc-proxyfile-status", "403");
    let error = error_of(proxied).await;
    assert_eq!(error, DownloadError::StorageRefused { status: 403 });
}

#[tokio::test]
async fn each_refusal_has_its_own_reason() {
    assert_eq!(
        error_of(|_| Reply::bytes(403, "")).await,
        DownloadError::Forbidden
    );
    assert_eq!(
        error_of(|_| Reply::bytes(404, "")).await,
        DownloadError::Deleted
    );
    assert_eq!(
        error_of(|_| Reply::bytes(401, "")).await,
        DownloadError::Client(ClientError::SessionExpired)
    );
    assert_eq!(
        error_of(|_| Reply::bytes(200, "")).await,
        DownloadError::Empty
    );
    assert_eq!(
        error_of(|_| Reply::html(200)).await,
        DownloadError::HtmlInsteadOfImage
    );
    assert_eq!(
        error_of(|_| Reply::html(500)).await,
        DownloadError::Client(ClientError::ServerFault { status: 500 })
    );
    assert_eq!(
        error_of(|_| Reply::html(503)).await,
        DownloadError::Client(ClientError::Unavailable { status: 503 })
    );
}

#[tokio::test]
async fn a_length_other_than_described_is_noticed() {
    let stub = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let client = client(stub.server());
    let received = PNG.len() as u64;
    for expected in [received - 1, received + 1] {
        assert_eq!(
            fetch(&client, Some(expected)).await,
            Err(DownloadError::WrongLength { expected, received })
        );
    }
}

#[tokio::test]
async fn more_than_the_limit_is_not_read() {
    let stub = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let id = UploadId::from("up1");
    let download = client(stub.server())
        .open_upload(&id, "x", None)
        .await
        .unwrap();
    assert_eq!(download.content_length(), Some(PNG.len() as u64));
    assert_eq!(
        download.read_all(20).await,
        Err(DownloadError::TooLarge { limit: 20 })
    );
}

/// A server that sends `head` and the beginning of a body, and then hangs up.
async fn cut_off(head: &'static str) -> ServerUrl {
    saying([head.as_bytes(), &[0x89; 1000]].concat()).await
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_no_file() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n",
    ] {
        let client = client(cut_off(head).await);
        assert_eq!(
            fetch(&client, None).await,
            Err(DownloadError::Client(ClientError::CutOff))
        );
    }
    // Without any length, only the description tells.
    let client = client(cut_off("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await);
    assert_eq!(
        fetch(&client, Some(5000)).await,
        Err(DownloadError::WrongLength {
            expected: 5000,
            received: 1000
        })
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_no_answer() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n";
    let client = client(cut_off(head).await);
    assert_eq!(client.confirm_session().await, Err(ClientError::CutOff));
}

#[tokio::test]
async fn avatars_are_asked_for_with_cookies_and_nothing_in_the_address() {
    let stub = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let client = client(stub.server());
    let user = AvatarOf::User("bo li".to_owned());
    client.open_avatar(&user).await.unwrap();
    let room = AvatarOf::Room(RoomId::from("GENERAL"));
    client.open_avatar_version(&room, Some("e1")).await.unwrap();
    let asked = stub.asked();
    assert_eq!(asked[0].path, "/avatar/bo%20li");
    assert_eq!(asked[1].path, "/avatar/room/GENERAL");
    assert_eq!(asked[1].query("etag"), Some("e1"));
    for asked in asked {
        assert_eq!(asked.query("format"), Some("png"));
        assert!(asked.query("rc_token").is_none());
        let cookie = format!("rc_uid={USER}; rc_token={TOKEN}");
        assert_eq!(asked.header("cookie"), Some(cookie.as_str()));
    }
}

#[tokio::test]
async fn an_avatar_kept_elsewhere_is_asked_for_anonymously() {
    let elsewhere = Stub::start(|_| Reply::bytes(200, PNG)).await;
    let link = elsewhere.url("/avatars/bo.png");
    let server = Stub::start(move |_| Reply::redirect(&link)).await;
    let user = AvatarOf::User("bo".to_owned());
    client(server.server()).open_avatar(&user).await.unwrap();
    assert_anonymous(&elsewhere.asked()[0]);
}
