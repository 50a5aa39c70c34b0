//! The whole contract between the window and what works behind it.
//!
//! Three things to learn: [`Command`] (what the backend shall do, none may be lost),
//! [`Wanted`] (what is worth having now; only the latest counts), [`Event`] (what the
//! backend found).
#![warn(missing_docs)]

mod command;
mod errand;
mod event;
mod picture;
mod ring;
mod saving;
mod session;
mod waker;
mod wanted;

pub use self::command::{Command, OpenTarget};
pub use self::errand::{
    CopiedFiles, CopyTrouble, Errand, ErrandEnd, ErrandId, FoundMessage, MessageTrouble,
};
pub use self::event::{Event, FolderChoice};
pub use self::picture::{ImageFailure, ImageRequest, ImageSize, ImageSubject};
pub use self::ring::{BackendEnd, EventSender, UiEnd, channel};
pub use self::saving::{
    SaveActivity, SaveFailure, SaveOrder, SaveProgress, SaveReport, SaveSelection, SaveSurvey,
    SavedFiles, SurveyError, UnfinishedSave,
};
pub use self::session::{Connection, KeyringStatus, SessionInfo};
pub use self::waker::Waker;
pub use self::wanted::{Wanted, WantedImage};
pub use crate::domain::listing::Listing;
pub use crate::imaging::{
    Animation, ColorModel, Colors, DecodedImage, Histogram, ImageError, Metadata, OtherTime,
    Playback, Position, Tile, TileArea, TimeKind,
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
