//! Hand-made values for the tests of this module.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Action, AppState, Effect, SaveJob, SaveOrigin, SelectHow};
use crate::domain::listing::Listing;
use crate::domain::{
    AccountId, ByteCount, ListingWindow, PageIndex, Person, Room, RoomId, RoomKind, SaveJobId,
    ServerUrl, TokenKind, Upload, UploadId, UploadPage, UserId,
};
use crate::protocol::{
    Command, Event, KeyringStatus, SaveActivity, SaveProgress, SaveReport, SessionInfo, Settings,
    Wanted,
};

pub(super) fn room(number: usize) -> Room {
    Room {
        slug: Some(format!("room-{number}")),
        last_activity: Timestamp::from_second(1_000_000 - i64::try_from(number).unwrap()).ok(),
        ..Room::new(
            RoomId::from(format!("room{number}")),
            RoomKind::Channel,
            format!("Room {number}"),
        )
    }
}

pub(super) fn upload(number: usize) -> Upload {
    Upload {
        media_type: "image/png".to_owned(),
        size: Some(ByteCount(1000)),
        user: Some(UserId::from("anna")),
        uploaded_at: Timestamp::from_second(2_000_000 - i64::try_from(number).unwrap()).ok(),
        ..Upload::new(
            UploadId::from(format!("up{number}")),
            RoomId::from("room0"),
            format!("image-{number}.png"),
        )
    }
}

pub(super) fn page(index: usize, total: usize) -> UploadPage {
    let first = index * 100;
    let uploads = (first..(first + 100).min(total)).map(upload).collect();
    UploadPage {
        uploads,
        total,
        hidden_count: 0,
        is_anchor_lost: false,
    }
}

/// A list of which the pages given are read.
pub(super) fn listing(total: usize, pages: &[usize]) -> Listing {
    let mut listing = Listing::default();
    listing.merge(ListingWindow::Page(PageIndex(0)), None, page(0, total));
    for index in pages {
        let anchor = listing.anchor().cloned();
        let window = ListingWindow::Page(PageIndex(*index));
        listing.merge(window, anchor.as_ref(), page(*index, total));
    }
    listing
}

pub(super) fn session(user: &str) -> SessionInfo {
    let server = ServerUrl::parse_base("https://chat.example.org/").unwrap();
    SessionInfo {
        account: AccountId {
            server,
            user: UserId::from(user),
        },
        me: Person {
            id: UserId::from(user),
            username: Some(user.to_owned()),
            name: Some(user.to_uppercase()),
        },
        server_name: Some("Example".to_owned()),
        server_version: Some("8.8".to_owned()),
        token_kind: TokenKind::LogIn,
        must_change_password: false,
        keyring: KeyringStatus::Kept,
    }
}

/// Signed in, with `count` rooms and the first of them open.
pub(super) fn signed_in(count: usize) -> AppState {
    let (mut state, _effects) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    let generation = state.generation;
    let session = Box::new(session("ana"));
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    let result = Ok((0..count).map(room).collect());
    state.on_event(Event::RoomsLoaded { generation, result });
    state
}

/// Signed in, with one room open of which the first page is read.
pub(super) fn in_room(total: usize) -> AppState {
    let mut state = signed_in(2);
    load_page(&mut state, 0, total);
    state
}

pub(super) fn load_page(state: &mut AppState, index: usize, total: usize) -> Vec<Effect> {
    let anchor = state
        .gallery
        .as_ref()
        .and_then(|gallery| gallery.listing.anchor().cloned());
    state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(index)),
        anchor,
        result: Ok(page(index, total)),
    })
}

/// A save of this room that has just begun.
pub(super) fn save_job(number: u64, room: Room) -> SaveJob {
    SaveJob {
        id: SaveJobId(number),
        room,
        folder: PathBuf::from("/here"),
        origin: SaveOrigin::Choice,
        progress: save_progress(0, 0, 0),
        clash: None,
        report: None,
        is_stopping: false,
        is_whole_room: false,
    }
}

pub(super) fn save_progress(saved: usize, failed: usize, total: usize) -> SaveProgress {
    SaveProgress {
        activity: SaveActivity::Running,
        saved_count: saved,
        failed_count: failed,
        total_count: total,
        saved_bytes: ByteCount(0),
        total_bytes: ByteCount(0),
        bytes_per_second: 0,
        is_total_final: true,
    }
}

pub(super) fn save_report(saved: Vec<(UploadId, PathBuf)>) -> SaveReport {
    SaveReport {
        saved,
        ..SaveReport::of_nothing(PathBuf::from("/here"))
    }
}

/// What the backend is told.
pub(super) fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let command = |effect| match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    };
    effects.into_iter().filter_map(command).collect()
}

/// The last wish list, if there is a new one.
pub(super) fn wanted(effects: Vec<Effect>) -> Option<Wanted> {
    let wanted = |effect| match effect {
        Effect::Want(wanted) => Some(wanted),
        _ => None,
    };
    effects.into_iter().filter_map(wanted).next_back()
}

pub(super) fn select(state: &mut AppState, position: usize, how: SelectHow) -> Vec<Effect> {
    state.on_action(Action::Select { position, how })
}
