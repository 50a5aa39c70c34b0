//! Errands that are under way, and what the first answers taught.

use std::collections::{HashMap, VecDeque};

use crate::domain::{ByteCount, Conversation, Message, MessagePlace, Room, UploadId};
use crate::protocol::{ErrandId, MessageTrouble};

/// More files than these are copied only when the person says so once more.
pub(super) const MANY_FILES: usize = 100;

/// The same for bytes: they are written to this machine's disk first.
pub(super) const MANY_BYTES: ByteCount = ByteCount(500_000_000);

/// More than these are never copied: a clipboard is no place to keep a room in.
pub(super) const MOST_FILES: usize = 2_000;

/// The same for bytes.
pub(super) const MOST_BYTES: ByteCount = ByteCount(4_000_000_000);

/// How many messages are remembered: more than anybody looks at in one sitting.
const MESSAGE_CAPACITY: usize = 500;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct Errands {
    running: Vec<RunningErrand>,
    last_id: u64,
    /// Asks whether that many are to be copied.
    pub question: Option<CopyQuestion>,
    found: HashMap<UploadId, Found>,
    found_order: VecDeque<UploadId>,
    /// What was said around an image; of one at a time.
    pub(super) conversation: Option<(UploadId, ReadConversation)>,
}

/// One that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningErrand {
    /// Names it.
    pub id: ErrandId,
    /// What it is.
    pub kind: ErrandKind,
    /// The name of the file it is about, if that is one; for people.
    pub file: Option<String>,
    /// How many files of several are done.
    pub done: usize,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrandKind {
    /// The message of an image, to be shown or linked to.
    FindMessage {
        /// Of which image.
        upload: UploadId,
        /// Where it is.
        room: Box<Room>,
        /// What to do with it.
        purpose: Purpose,
    },
    /// What was said around an image.
    ReadConversation(UploadId),
    /// The pixels of an image.
    CopyImage,
    /// Files, and how many.
    CopyFiles(usize),
    /// A copy for another program.
    OpenCopy,
}

/// What a message is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To show it in the chat.
    Show,
    /// To copy a link to it.
    Link,
}

/// So many are to be copied that the person is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyQuestion {
    /// How many.
    pub count: usize,
    /// How much that is.
    pub bytes: ByteCount,
}

/// What is known of the message of an image.
#[derive(Debug, Clone)]
struct Found {
    place: MessagePlace,
    message: Option<Box<Message>>,
}

/// What was said around an image, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadConversation {
    /// Being read.
    Reading,
    /// There.
    Read(Box<Conversation>),
    /// It could not be read.
    Failed(MessageTrouble),
}

impl Errands {
    /// Those under way, the oldest first.
    pub fn running(&self) -> &[RunningErrand] {
        &self.running
    }

    /// The message of this image, if it was read.
    pub fn message(&self, upload: &UploadId) -> Option<&Message> {
        let read = self.conversation(upload).and_then(ReadConversation::read);
        let message = read.map(|conversation| &conversation.message);
        message.or_else(|| self.found.get(upload)?.message.as_deref())
    }

    /// What was said around this image, if somebody asked.
    pub fn conversation(&self, upload: &UploadId) -> Option<&ReadConversation> {
        let (of, read) = self.conversation.as_ref()?;
        (of == upload).then_some(read)
    }

    /// Where the message of this image is, if it was found.
    pub(super) fn place(&self, upload: &UploadId) -> Option<&MessagePlace> {
        self.found.get(upload).map(|found| &found.place)
    }

    /// Notes that it began.
    pub(super) fn begin(&mut self, kind: ErrandKind, file: Option<String>) -> ErrandId {
        self.last_id += 1;
        let id = ErrandId(self.last_id);
        self.running.push(RunningErrand {
            id,
            kind,
            file,
            done: 0,
        });
        id
    }

    /// Takes it off the list; `None` for one that was given up.
    pub(super) fn end(&mut self, id: ErrandId) -> Option<RunningErrand> {
        let index = self.running.iter().position(|errand| errand.id == id)?;
        Some(self.running.remove(index))
    }

    /// The one that is the same thing, for another image perhaps: a newer one takes its place.
    pub(super) fn same_kind(&self, kind: &ErrandKind) -> Option<ErrandId> {
        let same = |errand: &&RunningErrand| {
            std::mem::discriminant(&errand.kind) == std::mem::discriminant(kind)
        };
        self.running.iter().find(same).map(|errand| errand.id)
    }

    pub(super) fn advance(&mut self, id: ErrandId, done: usize) {
        if let Some(errand) = self.running.iter_mut().find(|errand| errand.id == id) {
            errand.done = done;
        }
    }

    pub(super) fn remember(
        &mut self,
        upload: UploadId,
        place: MessagePlace,
        message: Option<Box<Message>>,
    ) {
        let before = self.found.get_mut(&upload);
        let message = message.or_else(|| before.and_then(|found| found.message.take()));
        let found = Found { place, message };
        if self.found.insert(upload.clone(), found).is_none() {
            self.found_order.push_back(upload);
        }
        if self.found_order.len() > MESSAGE_CAPACITY
            && let Some(oldest) = self.found_order.pop_front()
        {
            self.found.remove(&oldest);
        }
    }

    pub(super) fn forget(&mut self, upload: &UploadId) {
        self.found.remove(upload);
        self.found_order.retain(|known| known != upload);
    }

    /// Another account: nothing of this is its business.
    pub(super) fn forget_all(&mut self) {
        // Numbers are never given twice: an answer may still come.
        let last_id = self.last_id;
        *self = Self {
            last_id,
            ..Self::default()
        };
    }
}

impl ReadConversation {
    fn read(&self) -> Option<&Conversation> {
        match self {
            Self::Read(conversation) => Some(conversation),
            Self::Reading | Self::Failed(_) => None,
        }
    }
}
