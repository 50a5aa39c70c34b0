//! Errands: what takes a moment, for a person who waits for it and may give it up.

use std::sync::Arc;

use crate::domain::{ByteCount, Conversation, Message, MessagePlace, PixelSize, Room, Upload};
use crate::protocol::{ClientError, ImageFailure};

/// One errand; counted by `state`, differently in each run of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrandId(pub u64);

/// What to do.
#[derive(Debug, Clone)]
pub enum Errand {
    /// Find the message that an image was sent with. End: [`ErrandEnd::MessageFound`].
    FindMessage {
        /// Where the image is listed.
        room: Box<Room>,
        /// The image.
        upload: Arc<Upload>,
    },
    /// The same, and read what was said around it. Ends: [`ErrandEnd::ConversationRead`].
    ReadConversation {
        /// Where the image is listed.
        room: Box<Room>,
        /// The image.
        upload: Arc<Upload>,
    },
    /// Put the pixels of an image on the clipboard. End: [`ErrandEnd::ImageCopied`].
    CopyImage(Arc<Upload>),
    /// Fetch files into a private folder and put them on the clipboard.
    /// End: [`ErrandEnd::FilesCopied`].
    CopyFiles(Vec<Arc<Upload>>),
    /// Fetch a file into a private folder and open it with the program the system has for it.
    /// End: [`ErrandEnd::CopyOpened`].
    OpenCopy(Arc<Upload>),
}

/// What became of an errand.
#[derive(Debug)]
pub enum ErrandEnd {
    /// Of [`Errand::FindMessage`].
    MessageFound(Result<FoundMessage, MessageTrouble>),
    /// Of [`Errand::ReadConversation`].
    ConversationRead(Result<Box<Conversation>, MessageTrouble>),
    /// Of [`Errand::CopyImage`]: how large it is.
    ImageCopied(Result<PixelSize, CopyTrouble>),
    /// Of [`Errand::CopyFiles`].
    FilesCopied(Result<CopiedFiles, CopyTrouble>),
    /// Of [`Errand::OpenCopy`].
    CopyOpened(Result<(), CopyTrouble>),
}

/// Where the message of an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundMessage {
    /// Where.
    pub place: MessagePlace,
    /// What it says, if it was read on the way.
    pub message: Option<Box<Message>>,
}

/// Why no message was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageTrouble {
    /// The server does not say when the image was posted, and cannot be asked by its id.
    NoTime,
    /// No message of the day after the upload carries the image: it was deleted, or the file
    /// came to the server in another way.
    NotThere,
    /// So much was written in that time that the server's limit of calls does not reach.
    TooMuchWritten,
    /// The server could not be asked, or refuses.
    Client(ClientError),
}

/// What was put on the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFiles {
    /// How many files.
    pub count: usize,
    /// How much that is.
    pub bytes: ByteCount,
    /// How many could not be fetched, and why the first of them could not.
    pub failed: Option<(usize, ImageFailure)>,
}

/// Why nothing was copied or opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyTrouble {
    /// The file did not come, or is no picture.
    Image(ImageFailure),
    /// It cannot be written on this machine.
    Storage(crate::protocol::StorageError),
    /// The system's clipboard does not take it.
    Clipboard {
        /// For the log.
        cause: String,
    },
    /// The system has no program for such a file.
    NoProgram,
    /// A drawing (SVG), which browsers open with the scripts in it.
    MayRunScripts,
}
