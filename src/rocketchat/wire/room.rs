//! Rooms and subscriptions: the same room, as the server and as one member sees it.

use jiff::Timestamp;
use serde::Deserialize;

use super::lenient;

/// `rooms.get`, `rooms.info`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "as the server spells it")]
pub(in crate::rocketchat) struct RoomWire {
    #[serde(rename = "_id")]
    pub(in crate::rocketchat) id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) t: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) fname: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) topic: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) prid: Option<String>,
    #[serde(rename = "avatarETag", default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) avatar_etag: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) team_main: bool,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) archived: bool,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) encrypted: bool,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) federated: bool,
    #[serde(default, deserialize_with = "lenient::texts")]
    pub(in crate::rocketchat) usernames: Vec<String>,
    #[serde(default, deserialize_with = "lenient::texts")]
    pub(in crate::rocketchat) uids: Vec<String>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) lm: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) ts: Option<Timestamp>,
    #[serde(rename = "_updatedAt", default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) updated_at: Option<Timestamp>,
}

/// `subscriptions.get`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rocketchat) struct SubscriptionWire {
    #[serde(rename = "_id")]
    pub(in crate::rocketchat) id: String,
    pub(in crate::rocketchat) rid: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) t: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) fname: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) prid: Option<String>,
    /// `"INVITED"` or `"BANNED"` (8.x): the room cannot be read.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) status: Option<String>,
    #[serde(default, deserialize_with = "lenient::optional_flag")]
    pub(in crate::rocketchat) open: Option<bool>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) f: bool,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) archived: bool,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) team_main: bool,
    #[serde(default, deserialize_with = "lenient::count")]
    pub(in crate::rocketchat) unread: Option<u64>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) lr: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) ts: Option<Timestamp>,
    #[serde(rename = "_updatedAt", default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) updated_at: Option<Timestamp>,
}
