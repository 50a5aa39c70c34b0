//! The REST client over real HTTP, against servers that each test writes for itself.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budget;
mod files;
mod images;
mod log_in;
mod probe;
mod rooms;
mod stub;
mod tls;

use salon::domain::{
    AuthToken, Person, Room, RoomId, RoomKind, ServerUrl, Session, TokenKind, UserId,
};
use salon::rocketchat::{Client, Http};

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
    Room {
        id: RoomId::from(id),
        subscription: None,
        kind,
        is_team: false,
        discussion_of: None,
        title: id.to_owned(),
        slug: None,
        other_username: None,
        topic: None,
        avatar_etag: None,
        is_favorite: false,
        is_archived: false,
        is_encrypted: false,
        is_hidden: false,
        unread_count: 0,
        last_activity: None,
    }
}
