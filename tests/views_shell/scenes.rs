//! States made by hand, through the same door as the backend's events.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use salon::domain::{
    AccountId, ByteCount, ListingWindow, PageIndex, Person, PixelSize, Room, RoomId, RoomKind,
    ServerUrl, SubscriptionId, TokenKind, Upload, UploadId, UploadPage, UserId,
};
use salon::protocol::{
    Connection, DownloadError, Event, ImageFailure, ImageRequest, ImageSize, ImageSubject,
    KeyringStatus, LogInRefusal, SaveActivity, SaveFailure, SaveProgress, SaveReport, SessionInfo,
    Settings, TwoFactorChallenge, TwoFactorMethod,
};
use salon::state::{Action, AppState, SelectHow};

use super::shell::{Shell, shell_of};

pub(super) fn new_state() -> AppState {
    AppState::new(Settings::default(), PathBuf::from("/home/ana/Pictures")).0
}

pub(super) fn signed_out_at(address: &str) -> Shell {
    let mut shell = shell_of(new_state());
    shell
        .state
        .on_action(Action::TypeServer(address.to_owned()));
    shell.answer_probe(address);
    shell
}

/// Signed in, with a room of `total` images open, the first hundred of them listed.
pub(super) fn signed_in(total: usize) -> Shell {
    let mut shell = shell_of(new_state());
    let state = &mut shell.state;
    let (generation, session) = (state.generation, Box::new(session()));
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    let (generation, result) = (state.generation, Ok(rooms()));
    state.on_event(Event::RoomsLoaded { generation, result });
    list(&mut shell, 0, total);
    shell
}

/// The server lists a page of the open room.
pub(super) fn list(shell: &mut Shell, page: usize, total: usize) {
    let first = page * 100;
    let uploads = (first..total.min(first + 100)).map(upload).collect();
    list_page(shell, page, (uploads, total));
}

/// The open room has these images and no others.
pub(super) fn list_these(shell: &mut Shell, uploads: Vec<Upload>) {
    let total = uploads.len();
    list_page(shell, 0, (uploads, total));
}

fn list_page(shell: &mut Shell, page: usize, (uploads, total): (Vec<Upload>, usize)) {
    let state = &mut shell.state;
    let listing = &state.gallery.as_ref().unwrap().listing;
    let answer = UploadPage {
        uploads,
        total,
        hidden_count: 0,
        is_anchor_lost: false,
    };
    let event = Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(page)),
        anchor: listing.anchor().cloned(),
        result: Ok(answer),
    };
    state.on_event(event);
}

/// These are selected, beside those that are.
pub(super) fn choose(shell: &mut Shell, positions: &[usize]) {
    for position in positions {
        let (position, how) = (*position, SelectHow::Toggle);
        shell.state.on_action(Action::Select { position, how });
    }
}

pub(super) fn session() -> SessionInfo {
    SessionInfo {
        account: AccountId {
            server: server(),
            user: UserId::from("ana-id"),
        },
        me: Person {
            id: UserId::from("ana-id"),
            username: Some("ana".to_owned()),
            name: Some("Ana Martins".to_owned()),
        },
        server_name: Some("Acme".to_owned()),
        server_version: Some("8.8".to_owned()),
        token_kind: TokenKind::LogIn,
        must_change_password: false,
        keyring: KeyringStatus::Kept,
    }
}

pub(super) fn challenge(method: TwoFactorMethod) -> LogInRefusal {
    LogInRefusal::TwoFactorRequired(TwoFactorChallenge {
        method,
        is_code_sent: true,
        code_expires_at: None,
        email_or_username: None,
    })
}

pub(super) fn start_save(shell: &mut Shell) {
    let state = &mut shell.state;
    state.on_action(Action::SelectAll);
    state.on_action(Action::SaveSelectedAs);
    let folder = PathBuf::from("/home/ana/Pictures");
    state.on_action(Action::ChangeSaveFolder(folder));
    state.on_action(Action::ConfirmSave);
    advance_save(shell, SaveActivity::Running);
}

pub(super) fn advance_save(shell: &mut Shell, activity: SaveActivity) {
    let progress = SaveProgress {
        activity,
        saved_count: 311,
        failed_count: 0,
        total_count: 1243,
        saved_bytes: ByteCount(412_000_000),
        total_bytes: ByteCount(1_740_000_000),
        bytes_per_second: 8_100_000,
        is_total_final: true,
    };
    let job = shell.state.saves.jobs.last().unwrap().id;
    let event = Event::SaveAdvanced { job, progress };
    shell.state.on_event(event);
}

pub(super) fn report() -> SaveReport {
    let folder = PathBuf::from("/home/ana/Pictures");
    let written = |n: usize| (upload(n).id, folder.join(upload(n).name));
    let failure = SaveFailure::Download(DownloadError::Deleted);
    SaveReport {
        saved: vec![written(0), written(1)],
        already_there: vec![written(2)],
        failed: vec![(Arc::new(upload(3)), failure)],
        saved_bytes: ByteCount(2_000_000),
        ..SaveReport::of_nothing(folder.clone())
    }
}

pub(super) fn limit_rate(shell: &mut Shell) {
    let until = Instant::now() + Duration::from_secs(42);
    let limited = Connection::RateLimited { until };
    shell.state.on_event(Event::ConnectionChanged(limited));
}

pub(super) fn refuse_file(shell: &mut Shell) {
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(1).id),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    let error = ImageFailure::Download(DownloadError::Forbidden);
    shell.state.on_event(Event::ImageFailed { request, error });
}

pub(super) fn server() -> ServerUrl {
    ServerUrl::parse_base("https://chat.example.org/").unwrap()
}

fn rooms() -> Vec<Room> {
    let mut favorite = room("team-offsite", RoomKind::Channel);
    favorite.is_favorite = true;
    let mut direct = room("anna", RoomKind::Direct);
    "Anna Schmidt".clone_into(&mut direct.title);
    direct.other_username = Some("anna".to_owned());
    let mut group = room("group", RoomKind::GroupDirect);
    "田中, Анна, محمد".clone_into(&mut group.title);
    let long = "a-room-whose-name-is-much-longer-than-the-list-is-wide";
    vec![
        favorite,
        direct,
        group,
        room("support", RoomKind::Channel),
        room(long, RoomKind::PrivateGroup),
    ]
}

pub(super) fn room(name: &str, kind: RoomKind) -> Room {
    Room {
        subscription: Some(SubscriptionId::from(name)),
        slug: Some(name.to_owned()),
        ..Room::new(RoomId::from(name), kind, name)
    }
}

/// One an hour, the newest on 20 March 2024.
pub(super) fn upload(n: usize) -> Upload {
    let noon: Timestamp = "2024-03-20T12:00:00Z".parse().unwrap();
    let hours = SignedDuration::from_hours(i64::try_from(n).unwrap());
    Upload {
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(1_000_000)),
        dimensions: Some(PixelSize::new(4000, 3000)),
        uploaded_at: Some(noon - hours),
        ..Upload::new(
            UploadId::from(format!("upload-{n}")),
            RoomId::from("team-offsite"),
            format!("IMG_{n}.jpg"),
        )
    }
}

/// Higher than the window, however wide that is.
pub(super) fn tall(n: usize) -> Upload {
    Upload {
        dimensions: Some(PixelSize::new(1000, 4000)),
        ..upload(n)
    }
}
