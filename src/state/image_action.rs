//! What a person can do with an image besides looking at it and saving it.

use crate::protocol::{ErrandId, MessageApp};

/// One thing to do. What it is about: the image in view, else what is chosen, else the image in
/// focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageAction {
    /// Show the message that the image in focus was sent with.
    ShowMessage,
    /// Copy a link to that message.
    CopyMessageLink,
    /// Copy a link to the room.
    CopyRoomLink,
    /// Copy a link to the file of the image in focus.
    CopyFileLink,
    /// Copy pixels, or files where several are chosen.
    Copy,
    /// Copy the pixels of the image in focus.
    CopyPixels,
    /// Copy files.
    CopyFiles,
    /// Copy as many as that.
    ConfirmCopy,
    /// Do not copy after all.
    LeaveCopy,
    /// Open a copy of the image in focus with another program.
    OpenCopy,
    /// Open the file of the image in focus in the browser.
    OpenInBrowser,
    /// Read what was said around the image in focus.
    ShowConversation,
    /// Put that away.
    HideConversation,
    /// Do not wait for this any longer.
    GiveUp(ErrandId),
    /// What shows messages from now on.
    SetMessageApp(MessageApp),
}
