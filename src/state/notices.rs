//! Short messages at the edge of the window.

use crate::domain::SaveJobId;
use crate::protocol::OpenTarget;
use crate::state::user_message::UserMessage;

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeLevel {
    /// Something was done.
    Info,
    /// Something needs attention; stays until it is closed.
    Warning,
}

/// What a notice offers to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeOffer {
    /// Put the token into the keyring.
    RetryKeyring,
    /// Bring a cleared selection back.
    UndoClear,
    /// Open a room of the chat, by this link.
    OpenRoom(String),
    /// Copy this link: no browser opened it.
    CopyLink(String),
    /// Go on with saves of an earlier run.
    ResumeSaves(Vec<SaveJobId>),
}

impl NoticeOffer {
    /// What helps where no program opened it. A link of the Rocket.Chat app opens nothing else.
    pub(super) fn of_unopened(target: OpenTarget) -> Option<Self> {
        match target {
            OpenTarget::Web(link) if !link.starts_with("rocketchat:") => Some(Self::CopyLink(link)),
            OpenTarget::Web(_) | OpenTarget::Folder(_) => None,
        }
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Names it.
    pub id: u64,
    /// How urgent.
    pub level: NoticeLevel,
    /// What happened and what to do.
    pub message: UserMessage,
    /// A button.
    pub offer: Option<NoticeOffer>,
}

/// The messages on screen, oldest first.
#[derive(Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    last_id: u64,
}

impl Notices {
    /// At most so many; older ones give way.
    const CAPACITY: usize = 4;

    /// The messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.shown.iter()
    }

    /// Shows a message; one that is on screen already is not shown twice.
    pub fn push(&mut self, level: NoticeLevel, message: UserMessage, offer: Option<NoticeOffer>) {
        self.shown.retain(|notice| {
            notice.message != message && (offer.is_none() || notice.offer != offer)
        });
        self.last_id += 1;
        self.shown.push(Notice {
            id: self.last_id,
            level,
            message,
            offer,
        });
        let surplus = self.shown.len().saturating_sub(Self::CAPACITY);
        self.shown.drain(..surplus);
    }

    /// Takes a message off.
    pub fn dismiss(&mut self, id: u64) {
        self.shown.retain(|notice| notice.id != id);
    }

    /// Takes off every message with this offer.
    pub fn withdraw(&mut self, offer: &NoticeOffer) {
        self.shown
            .retain(|notice| notice.offer.as_ref() != Some(offer));
    }

    /// Takes off every message that offers a room in place of a message.
    pub(super) fn withdraw_room(&mut self) {
        self.shown
            .retain(|notice| !matches!(notice.offer, Some(NoticeOffer::OpenRoom(_))));
    }

    /// Takes off all: the account they were about is left.
    pub(super) fn withdraw_all(&mut self) {
        self.shown.clear();
    }

    /// Takes off every message that offers to go on with this save.
    pub(super) fn withdraw_resume(&mut self, job: SaveJobId) {
        self.shown.retain(|notice| {
            !matches!(&notice.offer, Some(NoticeOffer::ResumeSaves(jobs)) if jobs.contains(&job))
        });
    }
}
