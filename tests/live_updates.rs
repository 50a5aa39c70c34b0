//! Images that other people post and delete, as a person at the window sees it: the real window's
//! code, backend and websocket, and no reload.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

#[path = "support/app.rs"]
mod app;

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use salon::demo_server::{DemoOptions, NewImage};
use salon::domain::UploadId;
use salon::state::Phase;
use salon::storage::MemoryStore;

use app::{App, Server};

fn new_image(name: &str) -> NewImage {
    NewImage {
        name: name.to_owned(),
        ..NewImage::default()
    }
}

/// Ana, looking at a room of 1,243 images, with a websocket.
fn visit(server: &Server, home: &tempfile::TempDir) -> (App, String) {
    let mut app = App::start(home.path(), Arc::<MemoryStore>::default());
    app.sign_in(server, "ana");
    app.until("signed in", |state| matches!(state.phase, Phase::SignedIn));
    app.until("there is a websocket", |_| {
        server.demo.admin().open_websockets() == 1
    });
    app.open_room("team-offsite");
    let room = server.demo.admin().room_id("team-offsite").unwrap();
    (app, room)
}

/// Where the tile of this name is on the screen.
fn top_of(app: &App, name: &str) -> f32 {
    let nodes = app.harness.root().children_recursive();
    let mut tiles = nodes.filter(|node| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(name))
    });
    tiles.next().expect(name).rect().top()
}

#[test]
fn images_come_and_go_by_themselves_and_nothing_in_view_moves() {
    let server = Server::start(DemoOptions::default());
    let home = tempfile::tempdir().unwrap();
    let (mut app, room) = visit(&server, &home);
    let admin = server.demo.admin();

    // At the top it is simply there.
    let first = admin.post_images(&room, 1, &new_image("first.jpg"));
    app.until("it is listed", |state| {
        let listing = &state.gallery.as_ref().unwrap().listing;
        listing.position(&UploadId::from(first[0].as_str())) == Some(0)
    });
    app.until_label("its tile is drawn", "first.jpg");

    // Gone again.
    admin.delete_upload(&first[0]);
    app.until("it is gone", |state| {
        let listing = &state.gallery.as_ref().unwrap().listing;
        listing.upload(&UploadId::from(first[0].as_str())).is_none() && listing.len() == 1_243
    });

    // Looking at older ones.
    app.key(Modifiers::NONE, Key::PageDown);
    app.key(Modifiers::NONE, Key::PageDown);
    let looked_at = app.gallery().focused().expect("an image in focus");
    let top = |app: &App| top_of(app, &looked_at.name);
    let before = top(&app);
    admin.post_images(&room, 2, &new_image("later.jpg"));
    app.until_label("it is told", "2 new images above");
    assert!((top(&app) - before).abs() < 1.0, "{before} {}", top(&app));
    let focused = app.gallery().focused().expect("the same one");
    assert_eq!(focused.id, looked_at.id);
    app.click("2 new images above, show them");
    app.until_label("it is shown", "later-001.jpg");
    assert!(
        admin.requests().iter().all(|request| request.status != 429),
        "the server's budget is kept"
    );
}
