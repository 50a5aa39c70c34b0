//! What the backend found.

use std::path::PathBuf;

#[cfg(doc)]
use super::Command;
use super::{
    ClientError, Connection, DecodedImage, ErrandEnd, ErrandId, Generation, ImageFailure,
    ImageRequest, KeyringError, KeyringStatus, Listing, Metadata, OpenTarget, SaveProgress,
    SaveReport, SaveSurvey, SavedFiles, SavedUntil, ServerIdentity, SessionInfo, StorageError,
    SurveyError, UnfinishedSave,
};
use crate::domain::{
    AccountId, ByteCount, ListingWindow, Person, Room, RoomId, SaveJobId, ServerUrl, UploadId,
    UploadPage,
};

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
