//! Rooms as the person sees them.

use jiff::Timestamp;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use super::{RoomId, SubscriptionId};

/// What is escaped in a part of a path: all but what RFC 3986 calls unreserved.
pub const URL_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What kind of room it is; teams and discussions are channels or groups underneath.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomKind {
    /// `t: "c"`: a public channel.
    Channel,
    /// `t: "p"`: a private group.
    PrivateGroup,
    /// `t: "d"` with one other person, or only oneself.
    Direct,
    /// `t: "d"` with more than two people.
    GroupDirect,
}

/// One room the person is in: its subscription merged with the room itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of the server, in its words"
)]
pub struct Room {
    /// `rid`.
    pub id: RoomId,
    /// The membership; `None` for a room that is only previewed.
    pub subscription: Option<SubscriptionId>,
    /// What kind of room.
    pub kind: RoomKind,
    /// `teamMain`: the main room of a team.
    pub is_team: bool,
    /// `prid`: a discussion, and the room it was started in.
    pub discussion_of: Option<RoomId>,
    /// The name to show (rules of the web client, settings of the server applied).
    pub title: String,
    /// `name` as the server spells it: the last part of the room's web address.
    pub slug: Option<String>,
    /// For a direct message, the other person's user name: whose avatar to show.
    pub other_username: Option<String>,
    /// `topic`, if it is set.
    pub topic: Option<String>,
    /// `avatarETag`: changes when the room's avatar does.
    pub avatar_etag: Option<String>,
    /// `f`: a favourite.
    pub is_favorite: bool,
    /// `archived`.
    pub is_archived: bool,
    /// `encrypted`: end-to-end encrypted, so that its files cannot be shown.
    pub is_encrypted: bool,
    /// `open: false`: the person hid the room; it can still be read.
    pub is_hidden: bool,
    /// Number of unread messages.
    pub unread_count: u32,
    /// Latest activity: the sort key beside favourites.
    pub last_activity: Option<Timestamp>,
}

impl Room {
    /// A room of which nothing more is known: without a membership, a name in addresses, news.
    pub fn new(id: RoomId, kind: RoomKind, title: impl Into<String>) -> Self {
        Self {
            id,
            subscription: None,
            kind,
            is_team: false,
            discussion_of: None,
            title: title.into(),
            slug: None,
            other_username: None,
            topic: None,
            avatar_etag: None,
            is_favorite: false,
            is_archived: false,
            is_encrypted: false,
            is_hidden: false,
            unread_count: 0,
            last_activity: None,
        }
    }

    /// The path of this room in the web client, without the server.
    pub fn web_path(&self) -> String {
        let segment =
            |text: &str| percent_encoding::utf8_percent_encode(text, URL_SEGMENT).to_string();
        match self.kind {
            RoomKind::Channel => {
                format!(
                    "channel/{}",
                    segment(self.slug.as_deref().unwrap_or(self.id.as_str()))
                )
            }
            RoomKind::PrivateGroup => {
                format!(
                    "group/{}",
                    segment(self.slug.as_deref().unwrap_or(self.id.as_str()))
                )
            }
            RoomKind::Direct | RoomKind::GroupDirect => {
                format!("direct/{}", segment(self.id.as_str()))
            }
        }
    }

    /// The prefix of the type-specific endpoints: `channels`, `groups` or `im`.
    pub const fn endpoint_prefix(&self) -> &'static str {
        match self.kind {
            RoomKind::Channel => "channels",
            RoomKind::PrivateGroup => "groups",
            RoomKind::Direct | RoomKind::GroupDirect => "im",
        }
    }
}
