//! Endpoints by what they are for. Each has a budget of its own.

use crate::domain::RoomKind;

/// What is asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST login`.
    LogIn,
    /// `POST users.2fa.sendEmailCode`.
    ResendCode,
    /// `GET me`.
    Me,
    /// `GET subscriptions.get`; `rooms.get` goes along with it.
    Rooms,
    /// `GET rooms.info`.
    RoomInfo,
    /// The images of a room, whichever endpoint this server has for them.
    Images,
    /// The thumbnails of a room of this kind.
    Thumbnails(RoomKind),
    /// `GET users.presence`.
    People,
}

/// `<prefix>.files` of this kind of room.
pub(super) const fn files_route(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Channel => "channels.files",
        RoomKind::PrivateGroup => "groups.files",
        RoomKind::Direct | RoomKind::GroupDirect => "im.files",
    }
}

/// `<prefix>.history` of this kind of room.
pub(super) const fn history_route(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Channel => "channels.history",
        RoomKind::PrivateGroup => "groups.history",
        RoomKind::Direct | RoomKind::GroupDirect => "im.history",
    }
}
