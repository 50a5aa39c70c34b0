//! The client against the demo server, which has the quirks of real ones behind switches.

mod files;
mod listing;
mod sign_in;

use std::collections::HashSet;

use salon::demo_server::{DemoOptions, DemoServer, LibraryChoice, Quirks};
use salon::domain::listing::Listing;
use salon::domain::{
    AuthToken, Credentials, ListingWindow, LogInRequest, PageIndex, Person, Room, ServerUrl,
    Session, TokenKind, UserId,
};
use salon::rocketchat::{Client, Http, RoomDirectory};
use secrecy::SecretString;

pub(crate) const FIRST: ListingWindow = ListingWindow::Page(PageIndex(0));

pub(crate) async fn demo(library: LibraryChoice, change: impl FnOnce(&mut Quirks)) -> DemoServer {
    let mut options = DemoOptions {
        library,
        ..DemoOptions::default()
    };
    change(&mut options.quirks);
    DemoServer::start(options).await.unwrap()
}

pub(crate) fn base(demo: &DemoServer) -> ServerUrl {
    ServerUrl::parse_base(&demo.base_url()).unwrap()
}

/// A session that cost no log-in.
pub(crate) fn client(demo: &DemoServer, username: &str) -> Client {
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

pub(crate) fn request(
    demo: &DemoServer,
    user: &str,
    password: &str,
    code: Option<String>,
) -> LogInRequest {
    LogInRequest {
        server: base(demo),
        credentials: Credentials::Password {
            user: user.to_owned(),
            password: SecretString::from(password),
            code: code.map(SecretString::from),
        },
    }
}

pub(crate) async fn room(client: &Client, title: &str) -> Room {
    let rooms = client.rooms(&mut RoomDirectory::default()).await.unwrap();
    let titles: Vec<&str> = rooms.iter().map(|room| room.title.as_str()).collect();
    let found = rooms.iter().find(|room| room.title == title);
    found.unwrap_or_else(|| panic!("{titles:?}")).clone()
}

/// Reads windows until the list is whole, and checks that no image is in it twice.
pub(crate) async fn list(client: &Client, room: &Room) -> Vec<String> {
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

pub(crate) fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
