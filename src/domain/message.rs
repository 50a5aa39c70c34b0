//! What is said in a room, as far as it is about an image.

use jiff::Timestamp;

use super::{MessageId, Person, RoomId, UploadId};

/// Where a message is in its room: all that a link to it needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessagePlace {
    /// `_id`.
    pub message: MessageId,
    /// `tmid`: the head of the thread it is a reply in.
    pub thread: Option<MessageId>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `_id`.
    pub id: MessageId,
    /// `rid`.
    pub room: RoomId,
    /// `tmid`: the head of the thread it is a reply in.
    pub thread: Option<MessageId>,
    /// `ts`: when it was sent, which for one with a file is later than its upload.
    pub sent_at: Option<Timestamp>,
    /// `u`.
    pub author: Option<Person>,
    /// What `t` makes of it.
    pub kind: MessageKind,
    /// `msg`: what was written, markup and all. A stranger's text.
    pub text: String,
    /// What was written beside its files.
    pub captions: Vec<String>,
    /// The names of its files, thumbnails left out.
    pub file_names: Vec<String>,
    /// The uploads it carries, thumbnails left out.
    pub uploads: Vec<UploadId>,
    /// Who answered with a picture, the most frequent first.
    pub reactions: Vec<Reaction>,
    /// `tcount`: how many replies the thread has that begins with it.
    pub reply_count: usize,
    /// `editedAt` is there.
    pub is_edited: bool,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageKind {
    /// Written by somebody.
    Written,
    /// `t: "rm"`: deleted; only its place is left.
    Removed,
    /// `t: "e2e"`: its text is encrypted end to end.
    Encrypted,
    /// Any other `t`: the server tells what happened, such as `uj` for somebody who joined.
    System(String),
}

/// One kind of answer by a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// With colons, such as `:thumbsup:`.
    pub emoji: String,
    /// The user names of those who gave it.
    pub usernames: Vec<String>,
}

impl Message {
    /// Where it is.
    pub fn place(&self) -> MessagePlace {
        MessagePlace {
            message: self.id.clone(),
            thread: self.thread.clone(),
        }
    }

    /// Whether this file was sent with it.
    pub fn carries(&self, upload: &UploadId) -> bool {
        self.uploads.contains(upload)
    }
}

/// A message and what was said around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The message itself.
    pub message: Message,
    /// What was said before it in the room, the oldest first. Empty for a reply in a thread.
    pub before: Vec<Message>,
    /// What was said after it in the room, the oldest first. Empty for a reply in a thread.
    pub after: Vec<Message>,
    /// The thread it begins or belongs to: its head first, then the replies.
    pub thread: Vec<Message>,
    /// How many replies the thread has besides.
    pub more_replies: usize,
}
