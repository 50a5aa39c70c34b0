//! What the backend shall do.

use std::path::PathBuf;
use std::sync::Arc;

#[cfg(doc)]
use super::Event;
use super::{ClashRule, Errand, ErrandId, Generation, KnownAccount, SaveOrder, Settings};
use crate::domain::{LogInRequest, RoomId, SaveJobId, ServerUrl, Upload};

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
