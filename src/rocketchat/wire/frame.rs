//! Frames of the websocket (DDP), as far as they are listened to.

use serde::Deserialize;
use serde_json::Value;

use super::lenient;

/// Any frame; which fields it has depends on `msg`.
#[derive(Default, Deserialize)]
pub(in crate::rocketchat) struct FrameWire {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) msg: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) collection: Option<String>,
    #[serde(default, deserialize_with = "lenient::part")]
    pub(in crate::rocketchat) fields: Option<StreamFieldsWire>,
    #[serde(default, deserialize_with = "lenient::texts")]
    pub(in crate::rocketchat) subs: Vec<String>,
    #[serde(default, deserialize_with = "lenient::part")]
    pub(in crate::rocketchat) error: Option<FrameErrorWire>,
}

/// What a stream tells.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rocketchat) struct StreamFieldsWire {
    pub(in crate::rocketchat) event_name: String,
    #[serde(default)]
    pub(in crate::rocketchat) args: Vec<Value>,
}

/// Why a method or a subscription was refused: `error` is a word or a number.
#[derive(Debug, Deserialize)]
pub(in crate::rocketchat) struct FrameErrorWire {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) error: Option<String>,
}
