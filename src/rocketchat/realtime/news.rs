//! What the websocket brings.

use serde_json::Value;
use thiserror::Error;

use super::super::ClientError;
use crate::domain::RoomId;

/// What the server told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealtimeNews {
    /// From now on whatever happens to the images of this room is told. What happened before
    /// is not.
    Following(RoomId),
    /// Images of the room that is listened to came or went, or may have.
    ImagesChanged(RoomId),
    /// A room of the person, or the membership in it, changed.
    RoomChanged(RoomChange),
    /// The server says that the session is over: to be confirmed.
    SessionInDoubt,
}

/// A changed document of the room list, as the server spells it:
/// [`RoomDirectory::apply`](super::super::RoomDirectory::apply) takes it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomChange {
    pub(in crate::rocketchat) list: RoomListPart,
    pub(in crate::rocketchat) kind: ChangeKind,
    pub(in crate::rocketchat) document: Value,
}

/// Which of the two lists that make the room list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rocketchat) enum RoomListPart {
    Subscriptions,
    Rooms,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rocketchat) enum ChangeKind {
    /// The document is how it is now.
    Described,
    /// Of the document there may be no more than `_id`.
    Removed,
}

/// Why there is no websocket, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RealtimeEnd {
    /// The server has none, or something between lets none through. Trying again does not
    /// help; everything else works without.
    #[error("no websocket is offered: {cause}")]
    NotOffered {
        /// For the log.
        cause: String,
    },
    /// It could not be opened.
    #[error("the websocket could not be opened")]
    Unreachable(#[source] ClientError),
    /// The server does not take the token: to be confirmed.
    #[error("the session was refused")]
    SessionRefused,
    /// It ended. Another one may work.
    #[error("the websocket was lost: {cause}")]
    Lost {
        /// For the log.
        cause: String,
    },
}

impl RealtimeEnd {
    pub(super) fn lost(cause: impl Into<String>) -> Self {
        Self::Lost {
            cause: cause.into(),
        }
    }
}
