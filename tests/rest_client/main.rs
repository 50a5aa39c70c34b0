//! The REST client over real HTTP, against servers that each test writes for itself.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budget;
mod demo;
mod files;
mod images;
mod log_in;
mod messages;
mod probe;
mod realtime;
mod rooms;
mod secrets;
mod socket_ends;
mod stub;
mod thumbnails;
mod tls;

use salon::domain::{
    AuthToken, Credentials, ListingWindow, LogInRequest, PageIndex, Person, Room, RoomId, RoomKind,
    ServerUrl, Session, TokenKind, UploadId, UserId,
};
use salon::rocketchat::{AvatarOf, Client, Http, RoomDirectory, log_in, probe, resend_email_code};

const TOKEN: &str = "Wm0rB2t9Zb6cQf1vXh3yKp8sNd5gJu7eLaTiOqRxCzE";
const USER: &str = "kQ2mZr8uTfLwYxP4a";

fn session(server: ServerUrl, token_kind: TokenKind) -> Session {
    Session {
        server,
        me: Person {
            id: UserId::from(USER),
            username: Some("ana".to_owned()),
            name: Some("Ana Prado".to_owned()),
        },
        token: AuthToken::new(TOKEN.to_owned()),
        token_kind,
        must_change_password: false,
    }
}

fn client(server: ServerUrl) -> Client {
    Client::new(Http::new().unwrap(), session(server, TokenKind::LogIn))
}

fn room(id: &str, kind: RoomKind) -> Room {
    Room::new(RoomId::from(id), kind, id)
}

/// Everything is called from tasks, which may move between threads.
#[tokio::test]
async fn every_call_may_run_in_a_task() {
    fn task<T: Send>(call: impl Future<Output = T> + Send + 'static) {
        drop(call);
    }
    let client = client(ServerUrl::parse_base("http://127.0.0.1:9/").unwrap());
    let (http, server) = (Http::new().unwrap(), client.session().server.clone());
    task({
        let (client, room) = (client.clone(), room("r", RoomKind::Channel));
        async move {
            let id = UploadId::from("x");
            let window = ListingWindow::Page(PageIndex(0));
            client.image_window(&room, window, Some(&id)).await.ok();
            client.thumbnails(&room, 0).await.ok();
            client.rooms(&mut RoomDirectory::default()).await.ok();
            client.find_room("x").await.ok();
            client.people(&[UserId::from("x")]).await.ok();
            client.confirm_session().await.ok();
            client.log_out().await.ok();
            let download = client.open_upload(&id, "x", None).await.unwrap();
            download.read_all(1).await.ok();
            client
                .open_avatar(&AvatarOf::User(String::new()))
                .await
                .ok();
        }
    });
    task(async move {
        probe(&http, &server).await.ok();
        resend_email_code(&http, &server, "ana").await.ok();
        let request = LogInRequest {
            server,
            credentials: Credentials::PersonalAccessToken(AuthToken::new(String::new())),
        };
        log_in(&http, &request).await.ok();
    });
}
