//! The whole contract between the window and what works behind it.
//!
//! Three things to learn: [`Command`] (what the backend shall do, none may be lost),
//! [`Wanted`] (what is worth having now; only the latest counts), [`Event`] (what the
//! backend found).
#![warn(missing_docs)]

mod errand;
mod saving;
mod waker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, watch};

pub use self::errand::{
    CopiedFiles, CopyTrouble, Errand, ErrandEnd, ErrandId, FoundMessage, MessageTrouble,
};
pub use self::saving::{
    SaveActivity, SaveFailure, SaveOrder, SaveProgress, SaveReport, SaveSelection, SaveSurvey,
    SavedFiles, SurveyError, UnfinishedSave,
};
pub use self::waker::Waker;
pub use crate::domain::listing::Listing;
use crate::domain::{
    AccountId, ByteCount, ListingWindow, LogInRequest, Person, Room, RoomId, SaveJobId, ServerUrl,
    TokenKind, Upload, UploadId, UploadPage,
};
pub use crate::imaging::{
    Animation, DecodedImage, Histogram, ImageError, Metadata, OtherTime, Playback, Position, Tile,
    TileArea, TimeKind,
};
pub use crate::rocketchat::{
    ClientError, DownloadError, LogInRefusal, ServerIdentity, TlsProblem, TwoFactorChallenge,
    TwoFactorMethod, WrongAnswer,
};
pub use crate::storage::{
    Backdrop, ClashRule, DoubleClickChoice, GridLayoutChoice, KeyringError, KnownAccount,
    MessageApp, SaveChoices, SavedUntil, Settings, SlideInterval, StorageError, ThemeChoice,
    ViewerChoices, WheelChoice,
};

/// How many commands may wait: a person presses a few a second, the runner takes them at once.
const COMMAND_CAPACITY: usize = 64;

/// How many events may wait. A thumbnail of 256 KiB each makes this 8 MiB at most; a full
/// channel makes decoders wait with their permit, and so downloads.
const EVENT_CAPACITY: usize = 32;

/// One counter for the meaning of "now": bumped by log-in, log-out and another room. An
/// answer that carries an older one is dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What the backend shall do. Sent by `state`, none may be lost.
#[derive(Debug)]
pub enum Command {
    /// Find out what answers at this base. Newer questions replace older ones; asked a
    /// moment after the last. Answer: [`Event::ServerProbed`].
    ProbeServer {
        /// Where to look.
        server: ServerUrl,
        /// Echoed, so that an answer to an older text is recognised.
        typed: String,
    },
    /// Sign in. Answers: [`Event::SessionStarted`] or [`Event::LogInFailed`].
    LogIn {
        /// Where and with what.
        request: LogInRequest,
        /// Echoed.
        generation: Generation,
    },
    /// `users.2fa.sendEmailCode`. Answer: [`Event::CodeResent`].
    ResendCode {
        /// Which server.
        server: ServerUrl,
        /// From the challenge, else what the person typed.
        email_or_username: String,
    },
    /// Take the session of this account out of the keyring and check it with `GET /me`.
    /// Where this machine knows rooms of the account, [`Event::SessionRestored`] comes at once
    /// and [`Event::SessionConfirmed`] or [`Event::SessionExpired`] when the server has
    /// answered. Else: [`Event::SessionStarted`], [`Event::NoStoredSession`],
    /// [`Event::SessionExpired`], or [`Event::LogInFailed`] for a server that is away.
    ResumeSession {
        /// Which account.
        account: KnownAccount,
        /// Echoed.
        generation: Generation,
    },
    /// Read what this machine knows of the images of a room.
    /// Answers: up to two [`Event::ListingRestored`], none when nothing is known.
    RestoreListing {
        /// Which room.
        room: RoomId,
    },
    /// Try once more to put the running session into the keyring.
    /// Answer: [`Event::KeyringChanged`].
    KeepSession,
    /// End the session on the server (not for a personal access token), remove its keyring
    /// entry and what is known of this account but for what was saved where and what is still to
    /// be saved. Answer: [`Event::SignedOut`].
    SignOut,
    /// The same, and remove that, too.
    SignOutAndForget,
    /// Remove the keyring entry and the caches of an account that is not signed in.
    /// Answer: [`Event::AccountForgotten`].
    ForgetAccount(KnownAccount),
    /// Read the rooms; after the first time only what changed since.
    /// Answer: [`Event::RoomsLoaded`].
    LoadRooms {
        /// Echoed.
        generation: Generation,
    },
    /// Find a public channel by its exact name, joined or not. Answer: [`Event::RoomFound`].
    FindRoom {
        /// Without `#`.
        name: String,
        /// Echoed.
        generation: Generation,
    },
    /// Show the system's folder dialog. Answer: [`Event::FolderPicked`].
    PickFolder {
        /// Where to begin.
        start: Option<PathBuf>,
    },
    /// Look what a save would do. A newer question replaces an older one.
    /// Answer: [`Event::SaveSurveyed`].
    SurveySave {
        /// Echoed.
        survey: u64,
        /// What to look at.
        order: Box<SaveOrder>,
    },
    /// Save images into a folder, after the saves that were begun before.
    /// Answers: [`Event::SaveAdvanced`], [`Event::SaveAsks`], [`Event::SaveFinished`].
    StartSave {
        /// Named by `state`, differently in each run of the program.
        job: SaveJobId,
        /// What to save.
        order: Box<SaveOrder>,
    },
    /// The same for several, one after the other.
    StartSaves(Vec<(SaveJobId, SaveOrder)>),
    /// Let a save rest. What came of unfinished files stays.
    PauseSave(SaveJobId),
    /// Go on with saves that rest, also with those of an earlier run.
    ResumeSaves(Vec<SaveJobId>),
    /// End a save; what is complete stays, what is not leaves no trace.
    CancelSave(SaveJobId),
    /// The answer to [`Event::SaveAsks`], for all files of the save.
    AnswerClash {
        /// Which save.
        job: SaveJobId,
        /// What to do; not [`ClashRule::Ask`].
        rule: ClashRule,
    },
    /// Save the failed images of a save once more, as the same job.
    RetrySave(SaveJobId),
    /// Forget a save that is over or rests.
    ForgetSave(SaveJobId),
    /// Find out which images of a room are on this machine's disks.
    /// Answer: [`Event::SavedFilesFound`].
    FindSavedFiles {
        /// Which room.
        room: RoomId,
    },
    /// Tell the person by the means of the desktop, because nobody looks at the window.
    NotifyDesktop {
        /// One line.
        title: String,
        /// What more there is to say.
        text: String,
    },
    /// Show how far all saves are where the system has a place for it, such as the taskbar:
    /// 0 to 1, or nothing any longer.
    ShowTaskbarProgress(Option<f32>),
    /// Write the settings file.
    KeepSettings(Box<Settings>),
    /// Open a folder or web address with the program the system has for it.
    Open(OpenTarget),
    /// Do something that a person waits for. Answers: [`Event::ErrandAdvanced`],
    /// [`Event::ErrandEnded`].
    StartErrand {
        /// Named by `state`.
        id: ErrandId,
        /// What to do.
        errand: Errand,
    },
    /// Give it up: nothing more is heard of it.
    StopErrand(ErrandId),
    /// The server could not be reached: try again now instead of at the next interval.
    Reconnect,
    /// Throw away the downloaded copies on this machine.
    ClearCache,
    /// Hash the original file of an image. Answer: [`Event::Sha256Computed`].
    ComputeSha256(Arc<Upload>),
}

/// What to hand over to another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenTarget {
    /// A folder in the file manager.
    Folder(PathBuf),
    /// An address in the browser.
    Web(String),
}

/// What is worth having now, best first. A value, not a stream: the backend starts what is
/// new in it and drops what is no longer in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Echoed by [`Event::PageLoaded`].
    pub generation: Generation,
    /// The open room.
    pub room: Option<Room>,
    /// `startingFromId` of every window but the very first: holds the offsets still.
    pub anchor: Option<UploadId>,
    /// The windows of the listing that the view lacks, the visible ones first.
    pub windows: Vec<ListingWindow>,
    /// Windows that are worth having once the view has all it needs: the rest of what is
    /// selected.
    pub later: Vec<ListingWindow>,
    /// The pictures that are missing, the visible ones first.
    pub images: Vec<WantedImage>,
    /// Whether images are looked at in full: only then all pixels of the last ones are kept.
    pub is_viewing: bool,
}

/// One picture to get, with what is needed to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedImage {
    /// Which picture.
    pub request: ImageRequest,
    /// For an upload, its description.
    pub upload: Option<Arc<Upload>>,
}

/// One picture in one size: the key of textures and of work under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageRequest {
    /// Of what.
    pub subject: ImageSubject,
    /// How large.
    pub size: ImageSize,
}

/// What a picture is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImageSubject {
    /// An upload.
    Upload(UploadId),
    /// `/avatar/room/<rid>`.
    RoomAvatar(RoomId),
    /// `/avatar/<username>`.
    UserAvatar(String),
}

/// How large a picture has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageSize {
    /// Fit into a square of this many device pixels; the server's thumbnail will do.
    Thumbnail {
        /// The longer side.
        edge_px: u16,
    },
    /// Of the original, about as large as it is looked at as a whole. A format that can be
    /// decoded at a fraction of its size may come up to a quarter smaller.
    Full {
        /// The longer side at most.
        max_edge_px: u32,
    },
    /// A part of the original, to be looked at closely.
    Tile(Tile),
    /// One frame of an animation, composed as it is shown.
    Frame {
        /// From 0 on. One that does not exist is answered with [`Event::ImageFailed`].
        index: u32,
        /// The longer side at most.
        max_edge_px: u32,
    },
    /// No pixels: only what the original file says about itself.
    /// Answer: [`Event::MetadataRead`].
    Metadata,
}

/// What the backend found. Sent to `state`.
#[derive(Debug)]
pub enum Event {
    /// Answer to [`Command::ProbeServer`].
    ServerProbed {
        /// The text the question was asked for.
        typed: String,
        /// The server, or why not.
        result: Result<ServerIdentity, ClientError>,
    },
    /// Signed in, by password, token or a session from the keyring.
    SessionStarted {
        /// Of the command.
        generation: Generation,
        /// Who and where.
        session: Box<SessionInfo>,
    },
    /// A session from the keyring, before the server was asked about it, with what this
    /// machine knows of the account.
    SessionRestored {
        /// Of the command.
        generation: Generation,
        /// Who and where.
        session: Box<SessionInfo>,
        /// The rooms, in no order.
        rooms: Vec<Room>,
        /// Everybody whose name is known.
        people: Vec<Person>,
    },
    /// The server accepts the session that was restored, and says this about it.
    SessionConfirmed {
        /// Who and where.
        session: Box<SessionInfo>,
    },
    /// The server refused, or could not be asked.
    LogInFailed {
        /// Of the command.
        generation: Generation,
        /// Why.
        error: ClientError,
    },
    /// The keyring has no session for the account.
    NoStoredSession {
        /// Of the command.
        generation: Generation,
        /// What the keyring said, when it is not simply empty.
        keyring: Option<KeyringError>,
    },
    /// Answer to [`Command::ResendCode`].
    CodeResent(Result<(), ClientError>),
    /// The token is dead, confirmed by `GET /me`. Everything shown stays.
    SessionExpired {
        /// The running generation.
        generation: Generation,
    },
    /// Answer to [`Command::SignOut`] and [`Command::SignOutAndForget`]; sent when the entry and the caches are gone.
    SignedOut {
        /// Why the entry could not be removed.
        keyring: Option<KeyringError>,
    },
    /// Answer to [`Command::ForgetAccount`].
    AccountForgotten {
        /// Why the entry could not be removed.
        keyring: Option<KeyringError>,
    },
    /// Where a session's token is kept now.
    KeyringChanged {
        /// Whose.
        account: AccountId,
        /// Where.
        status: KeyringStatus,
    },
    /// Others find this server at another address than the one that was signed in with.
    PublicAddressTold {
        /// The one that was signed in with.
        server: ServerUrl,
        /// The one for others.
        public: ServerUrl,
    },
    /// Answer to [`Command::LoadRooms`]: the whole list, in no order.
    RoomsLoaded {
        /// Of the command.
        generation: Generation,
        /// The rooms.
        result: Result<Vec<Room>, ClientError>,
    },
    /// Answer to [`Command::FindRoom`].
    RoomFound {
        /// Of the command.
        generation: Generation,
        /// The name that was asked for.
        name: String,
        /// The room.
        result: Result<Room, ClientError>,
    },
    /// A window of the open room's listing.
    PageLoaded {
        /// Of the wish.
        generation: Generation,
        /// Which window.
        window: ListingWindow,
        /// The anchor it was asked with.
        anchor: Option<UploadId>,
        /// The images.
        result: Result<UploadPage, ClientError>,
    },
    /// Answer to [`Command::RestoreListing`]: first the newest pages, then all that is known.
    ListingRestored {
        /// Which room.
        room: RoomId,
        /// Its images as they were last known; the server has not confirmed them.
        listing: Box<Listing>,
    },
    /// Images came to a room or left it, or may have: its newest page is worth reading again.
    /// Sent for the open room only, and no oftener than the server's budget bears.
    RoomChanged {
        /// Which room.
        room: RoomId,
    },
    /// Names for user ids.
    PeopleResolved(Vec<Person>),
    /// A picture.
    ImageDecoded {
        /// Which.
        request: ImageRequest,
        /// The pixels.
        image: DecodedImage,
    },
    /// No picture.
    ImageFailed {
        /// Which.
        request: ImageRequest,
        /// Why.
        error: ImageFailure,
    },
    /// What an original file says about itself; also sent along with a full picture.
    MetadataRead {
        /// Which file.
        upload: UploadId,
        /// What it says.
        metadata: Box<Metadata>,
    },
    /// How things stand with the server.
    ConnectionChanged(Connection),
    /// Answer to [`Command::PickFolder`].
    FolderPicked(FolderChoice),
    /// Answer to [`Command::SurveySave`].
    SaveSurveyed {
        /// Of the command.
        survey: u64,
        /// What the save would do.
        result: Result<Box<SaveSurvey>, SurveyError>,
    },
    /// How far a save is; at most ten a second.
    SaveAdvanced {
        /// Which.
        job: SaveJobId,
        /// The numbers.
        progress: SaveProgress,
    },
    /// Another file has the name of one to save, and the person is to say what to do. The save
    /// waits.
    SaveAsks {
        /// Which.
        job: SaveJobId,
        /// The other file.
        path: PathBuf,
    },
    /// The folder of a save has another name without links: the one that
    /// [`Event::SavedRoomsKnown`] has for it.
    SaveFolderFound {
        /// Which.
        job: SaveJobId,
        /// Absolute and without links.
        folder: PathBuf,
    },
    /// A save is over. It can be begun again as long as it is not forgotten.
    SaveFinished {
        /// Which.
        job: SaveJobId,
        /// What became of it.
        report: Box<SaveReport>,
    },
    /// The saves of earlier runs that are not over; they rest. Sent once for each session.
    SavesRestored(Vec<UnfinishedSave>),
    /// Rooms that were saved without a gap, each with its folder. Sent when a session begins,
    /// and when one of them was saved again.
    SavedRoomsKnown(Vec<SavedUntil>),
    /// Answer to [`Command::FindSavedFiles`].
    SavedFilesFound(SavedFiles),
    /// The system's preference for light or dark.
    SystemThemeChanged {
        /// Dark.
        is_dark: bool,
    },
    /// Something about this machine that a person should know, such as settings that cannot
    /// be written.
    StorageTrouble(StorageError),
    /// Nothing opened the folder or address.
    OpenFailed(OpenTarget),
    /// How far an errand of several files is.
    ErrandAdvanced {
        /// Which.
        id: ErrandId,
        /// How many are done.
        done: usize,
    },
    /// An errand is over.
    ErrandEnded {
        /// Which.
        id: ErrandId,
        /// What became of it.
        end: Box<ErrandEnd>,
    },
    /// Answer to [`Command::ComputeSha256`].
    Sha256Computed {
        /// Of which file.
        upload: UploadId,
        /// In hexadecimal digits.
        result: Result<String, ImageFailure>,
    },
    /// Answer to [`Command::ClearCache`].
    CacheCleared {
        /// How much that was.
        freed: ByteCount,
    },
}

/// Who is signed in, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Scope of everything.
    pub account: AccountId,
    /// The person.
    pub me: Person,
    /// `Site_Name`, if the server told.
    pub server_name: Option<String>,
    /// `major.minor`.
    pub server_version: Option<String>,
    /// Where the token comes from.
    pub token_kind: TokenKind,
    /// A new password must be set in the web client.
    pub must_change_password: bool,
    /// Where the token is kept.
    pub keyring: KeyringStatus,
}

/// Where the session's token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringStatus {
    /// In the keyring of the system.
    Kept,
    /// Being put there; the system may be asking for a password.
    Waiting,
    /// Only in this running program.
    NotKept(KeyringError),
    /// The same on purpose: the demo forgets everything when it ends.
    NotMeantToBe,
}

/// How things stand with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// The last request was answered.
    Online,
    /// Listing waits for the server's budget.
    RateLimited {
        /// When it goes on.
        until: Instant,
    },
    /// The server cannot be reached; the backend tries again by itself.
    Offline {
        /// Since when.
        since: jiff::Timestamp,
    },
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageFailure {
    /// The bytes did not come.
    Download(DownloadError),
    /// The bytes are no picture.
    Decode(ImageError),
}

/// What became of the folder dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderChoice {
    /// This one.
    Picked(PathBuf),
    /// The person closed the dialog.
    Cancelled,
    /// The system has no dialog: ask for a path in the window.
    NoDialog,
}

/// The backend's way to report.
#[derive(Debug, Clone)]
pub struct EventSender {
    sender: mpsc::Sender<Event>,
    waker: Waker,
}

impl EventSender {
    /// Queues the event and wakes the window; waits while the channel is full. An event for a
    /// window that is gone is dropped.
    pub async fn send(&self, event: Event) {
        let thumbnail = match &event {
            Event::ImageDecoded { request, .. } | Event::ImageFailed { request, .. } => {
                matches!(request.size, ImageSize::Thumbnail { .. }).then(|| request.clone())
            }
            _ => None,
        };
        if self.sender.send(event).await.is_err() {
            return;
        }
        match thumbnail {
            Some(thumbnail) => {
                let n_waiting = EVENT_CAPACITY - self.sender.capacity();
                self.waker.wake_for(&thumbnail, n_waiting);
            }
            None => self.waker.wake(),
        }
    }
}

/// The window's end of the ring.
#[derive(Debug)]
pub struct UiEnd {
    /// Commands to the backend.
    pub commands: mpsc::Sender<Command>,
    /// The wish list.
    pub wanted: watch::Sender<Wanted>,
    /// What was found.
    pub events: mpsc::Receiver<Event>,
    /// To be armed before `events` is drained.
    pub waker: Waker,
}

/// The backend's end of the ring.
#[derive(Debug)]
pub struct BackendEnd {
    /// Commands to run.
    pub commands: mpsc::Receiver<Command>,
    /// The latest wish list.
    pub wanted: watch::Receiver<Wanted>,
    /// Where to report.
    pub events: EventSender,
}

/// Makes the ring.
pub fn channel(waker: Waker) -> (UiEnd, BackendEnd) {
    let (commands, commands_end) = mpsc::channel(COMMAND_CAPACITY);
    let (wanted, wanted_end) = watch::channel(Wanted::default());
    let (events_end, events) = mpsc::channel(EVENT_CAPACITY);
    (
        UiEnd {
            commands,
            wanted,
            events,
            waker: waker.clone(),
        },
        BackendEnd {
            commands: commands_end,
            wanted: wanted_end,
            events: EventSender {
                sender: events_end,
                waker,
            },
        },
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_events_wake_the_window_once_until_it_is_armed() {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&calls);
        let (ui, backend) = channel(Waker::new(move |_within| {
            seen.fetch_add(1, Ordering::SeqCst);
        }));
        for _ in 0..3 {
            backend.events.send(Event::CodeResent(Ok(()))).await;
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        ui.waker.arm();
        backend.events.send(Event::CodeResent(Ok(()))).await;
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
