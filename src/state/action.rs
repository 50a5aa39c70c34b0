//! What the person can do.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use secrecy::SecretString;

use crate::domain::{AuthToken, ByteCount, RoomId, SaveJobId, Upload, UploadId};
use crate::protocol::{
    ClashRule, GridLayoutChoice, KnownAccount, OpenTarget, SaveChoices, ThemeChoice, ViewerChoices,
    WantedImage,
};
use crate::state::go_to_date::DateTarget;
use crate::state::image_action::ImageAction;
use crate::state::saved_copies::SavedFilter;
use crate::state::selection::{BandEnd, BandKind};

/// One thing the person did, or one thing the view needs to say.
#[derive(Debug, Clone)]
pub enum Action {
    // Signing in
    /// The server's address changed in the form.
    TypeServer(String),
    /// The person agreed to send the password without encryption to this server.
    AgreeToInsecure,
    /// User name or e-mail, and password.
    SubmitPassword {
        user: String,
        password: SecretString,
    },
    /// The second factor.
    SubmitCode(String),
    /// Send another code by e-mail.
    ResendCode,
    /// Leave the code question, back to user and password.
    LeaveCodeQuestion,
    /// A personal access token.
    SubmitToken(AuthToken),
    /// Try the stored session again (the server was away).
    RetryResume,
    /// Choose another account: leave the waiting stored session for the form.
    UseAnotherAccount,
    /// Go on with an account that was signed in here before.
    ResumeAccount(KnownAccount),
    /// Forget an account that is not signed in.
    ForgetAccount(KnownAccount),
    /// Sign out of this account on this machine.
    SignOut,
    /// The same, and this computer forgets what was saved where.
    SignOutAndForget,
    /// Try the keyring again.
    KeepSession,

    // Rooms
    /// Show a room's images.
    OpenRoom(RoomId),
    /// Find a public channel by its exact name and open it.
    FindRoom(String),
    /// Read rooms and images again.
    Reload,
    /// The server is away: try to reach it now.
    Reconnect,
    /// Ask the typed server again.
    ProbeAgain,

    // What is on screen
    /// What the last frame showed and lacked; at most one a frame.
    Show(Shown),
    /// Fetch these pictures again after they failed.
    RetryImages(Vec<UploadId>),
    /// Fetch everything that failed in this room again.
    RetryAllFailed,

    /// Show only the images whose file names contain this; all of them if it is blank.
    Find(String),
    /// Show only images with a copy on this machine, or only those without, or both.
    ShowOnly(SavedFilter),
    /// Show all images again, whatever their names and copies.
    EndSearch,
    /// Go to the newest image of a day, month or year, or the nearest older one.
    GoToDate(DateTarget),
    /// Go to no date after all.
    StayHere,

    // Selection
    /// A click or its keyboard equivalent on the image at a position.
    Select { position: usize, how: SelectHow },
    /// The keyboard moved the focus.
    MoveFocus { to: usize, how: MoveHow },
    /// The rubber band began.
    StartBand(BandKind),
    /// The rubber band covers these positions now.
    Band { covered: Vec<Range<usize>> },
    /// The rubber band ended, or was given up.
    EndBand(BandEnd),
    /// A date header was clicked: all of its images on, or off if all were on.
    ToggleRange(Range<usize>),
    /// Every image of the room, also those not listed yet.
    SelectAll,
    /// Nothing.
    ClearSelection,
    /// Everything that is not selected now.
    InvertSelection,
    /// The selection before it was cleared.
    UndoClear,

    // Viewer and panel
    /// Show the image at this position large.
    OpenViewer(usize),
    /// Show another image large.
    StepViewer(ViewerStep),
    /// Back to the grid.
    CloseViewer,
    /// The view of an image was turned or mirrored.
    TurnedView,
    /// The slide show has shown the last image.
    EndSlideShow,
    /// Show the chosen images side by side.
    Compare,
    /// Take this one out of those side by side.
    DropCompared(UploadId),
    /// Back from the images side by side to the grid.
    LeaveComparison,
    /// Hash the original file, which is fetched for it if it is not here.
    ComputeSha256(Arc<Upload>),
    /// Open or close the details.
    TogglePanel,
    /// Size of tiles in points.
    SetTileEdge(f32),
    /// Square or whole.
    SetLayout(GridLayoutChoice),
    /// How single images are looked at.
    SetViewer(ViewerChoices),
    /// Light, dark or system.
    SetTheme(ThemeChoice),
    /// How much of the disk thumbnails may take.
    SetThumbnailCache(ByteCount),
    /// The window was resized, in points.
    RememberWindowSize([f32; 2]),

    // Saving
    /// Ctrl+S: save the selection, or the image in view, as the room was saved last.
    SaveSelected,
    /// Save somewhere else or otherwise: always show the sheet.
    SaveSelectedAs,
    /// Another folder was typed on the sheet.
    ChangeSaveFolder(PathBuf),
    /// Something else was chosen on the sheet.
    ChangeSaveChoices(Box<SaveChoices>),
    /// Ask the system's dialog for the folder.
    BrowseFolder,
    /// Save as the sheet says.
    ConfirmSave,
    /// Do not save after all.
    LeaveSaveSheet,
    /// Let a job rest.
    PauseSave(SaveJobId),
    /// Go on with these that rest.
    ResumeSaves(Vec<SaveJobId>),
    /// Stop a job.
    CancelSave(SaveJobId),
    /// What to do, for the whole job, where another file has the name.
    AnswerClash { job: SaveJobId, rule: ClashRule },
    /// Save the failed ones of a job again, or what it did not get to.
    RetrySave(SaveJobId),
    /// Take a job that is over or rests off the list.
    DismissSaves(Vec<SaveJobId>),
    /// Save what is new in the open room since it was saved, and repair what is there.
    SaveNews,
    /// Do not tell of it.
    HideNews,
    /// The same for every room that was saved.
    UpdateFolders,

    /// Something else with an image: its message, a copy, another program.
    OnImage(ImageAction),

    // Other
    /// The window got the keyboard: somebody looks at it.
    FocusGained(Instant),
    /// The window lost the keyboard.
    FocusLost,
    /// Hand a folder or an address to another program.
    Open(OpenTarget),
    /// Close a notice.
    DismissNotice(u64),
    /// Something was copied; says so briefly.
    Copied(&'static str),
    /// Throw the downloaded copies away.
    ClearCache,
}

/// How a click selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectHow {
    /// Only this.
    Only,
    /// This on or off.
    Toggle,
    /// From the anchor to this, nothing else.
    Range,
    /// From the anchor to this, added.
    AddRange,
}

/// What the keyboard does to the selection while it moves the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveHow {
    /// Select only the new one.
    Select,
    /// Leave the selection alone.
    FocusOnly,
    /// From the anchor to the new one.
    Extend,
}

/// Where to go in the viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerStep {
    /// By so many images; negative is towards the first.
    By(isize),
    /// To this position.
    To(usize),
    /// The newest.
    First,
    /// The oldest.
    Last,
}

/// What one frame showed, and what it had no picture for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The room it was drawn for.
    pub room: Option<RoomId>,
    /// Positions of the grid on screen.
    pub visible: Range<usize>,
    /// Pictures that are missing, the most wanted first.
    pub missing: Vec<WantedImage>,
}
