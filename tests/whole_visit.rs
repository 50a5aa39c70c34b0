//! The whole visit: start, sign in with a code, open a room, scroll to the end of 1,243
//! images, select all, save, start again, sign out. Real HTTP, real limiter, real keyring
//! daemon, real files.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

#[path = "support/app.rs"]
mod app;
#[path = "support/child_process.rs"]
mod child_process;
#[path = "support/private_bus.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod private_bus;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use egui::{Key, Modifiers};
use salon::demo_server::DemoOptions;
use salon::protocol::KeyringStatus;
use salon::state::{Phase, SignInStep};
use salon::storage::KeyringStore;

use app::{App, Server};
use private_bus::{Daemon, Keyring, entry_count, on_private_bus_within};

#[test]
fn a_whole_visit_from_the_code_to_the_last_file_and_out_again() {
    let test = "a_whole_visit_from_the_code_to_the_last_file_and_out_again";
    on_private_bus_within(Duration::from_mins(8), test, || {
        let _daemon = Daemon::start(Keyring::Unlocked);
        let home = tempfile::tempdir().unwrap();
        let server = Server::start(DemoOptions::default());
        let mut app = start(home.path());
        sign_in_with_code(&mut app, &server);
        assert_eq!(entry_count(), 1);
        scroll_to_the_end(&mut app);
        save_everything(&mut app, &server, &home.path().join("saved"));
        // The next start knows nothing of the calls of this minute.
        let requests = server.demo.admin().requests();
        assert!(
            requests.iter().all(|request| request.status != 429),
            "our own doing"
        );
        drop(app);
        come_back_and_sign_out(home.path());
        assert_eq!(entry_count(), 0);
    });
}

fn start(home: &Path) -> App {
    App::start(home, Arc::new(KeyringStore::default()))
}

fn sign_in_with_code(app: &mut App, server: &Server) {
    app.sign_in(server, "ben");
    app.until("a code is asked for", |state| {
        matches!(state.sign_in.step, SignInStep::Code { .. })
    });
    app.type_into("Code", &server.demo.admin().totp_code("ben").unwrap());
    app.key(Modifiers::NONE, Key::Enter);
    app.until("signed in", |state| matches!(state.phase, Phase::SignedIn));
    app.until("the keyring has it", |state| {
        state
            .session
            .as_ref()
            .is_some_and(|session| session.keyring == KeyringStatus::Kept)
    });
}

fn scroll_to_the_end(app: &mut App) {
    app.open_room("team-offsite");
    assert_eq!(app.gallery().listing.len(), 1_243);
    app.key(Modifiers::NONE, Key::End);
    app.until("the oldest image is there", |state| {
        let gallery = state.gallery.as_ref().unwrap();
        gallery.selection.focus() == 1_242 && gallery.focused().is_some()
    });
    let oldest = app.gallery().focused().unwrap();
    // Its tile is on the screen: it can be found as a person with a screen reader would.
    app.until_label("its tile is drawn", &oldest.name);
}

fn begin_saving_everything(app: &mut App, folder: &Path) {
    app.key(Modifiers::COMMAND, Key::A);
    let gallery = app.gallery();
    assert_eq!(gallery.selection.count(&gallery.listing), 1_243);
    app.key(Modifiers::COMMAND, Key::S);
    app.until("the sheet is there", |state| state.saves.sheet.is_some());
    app.harness.step();
    app.key(Modifiers::COMMAND, Key::A);
    app.harness
        .event(egui::Event::Text(folder.display().to_string()));
    app.harness.step();
    app.key(Modifiers::NONE, Key::Enter);
}

fn save_everything(app: &mut App, server: &Server, folder: &Path) {
    begin_saving_everything(app, folder);
    app.until("everything is saved", |state| {
        state
            .saves
            .jobs
            .first()
            .is_some_and(|job| job.report.is_some())
    });
    let report = app.state().saves.jobs[0].report.as_ref().unwrap();
    assert_eq!(report.failed, Vec::new());
    assert_eq!(report.saved.len() + report.already_there.len(), 1_243);
    assert_same_bytes(
        server,
        folder,
        report
            .saved
            .iter()
            .map(|(id, path)| (id.as_str(), path.as_path())),
    );
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let parts = names
        .filter(|name| name.to_string_lossy().ends_with(".part"))
        .count();
    assert_eq!(parts, 0);
}

/// What is on disk is what the server serves, asked for by other means, for some of them.
fn assert_same_bytes<'a>(
    server: &Server,
    folder: &Path,
    saved: impl Iterator<Item = (&'a str, &'a Path)>,
) {
    let (user, token) = server.demo.admin().mint_session("ben").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = reqwest::Client::new();
    let saved: HashMap<_, _> = saved.collect();
    for (id, path) in saved.into_iter().step_by(40) {
        assert!(path.starts_with(folder));
        let url = format!("{}file-upload/{id}/x", server.demo.base_url());
        let served = runtime.block_on(async {
            let request = client
                .get(url)
                .header("X-User-Id", &user)
                .header("X-Auth-Token", &token);
            request.send().await.unwrap().bytes().await.unwrap()
        });
        assert_eq!(std::fs::read(path).unwrap(), served, "{}", path.display());
    }
}

fn come_back_and_sign_out(home: &Path) {
    let mut app = start(home);
    app.until("signed in without a question", |state| {
        matches!(state.phase, Phase::SignedIn)
    });
    app.until("in the last room", |state| {
        state
            .gallery
            .as_ref()
            .is_some_and(|gallery| gallery.room.title == "team-offsite")
    });
    app.click("Account of Ben Okafor");
    app.click("Sign out…");
    app.click("Sign out");
    app.until("signed out", |state| {
        matches!(state.phase, Phase::SignedOut)
    });
    let cache = home.join("cache");
    let left = walk(&cache);
    assert_eq!(left, Vec::<String>::new(), "of this account's caches");
}

fn walk(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path.display().to_string()]
            }
        })
        .collect()
}
