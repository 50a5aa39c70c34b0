//! The server's JSON as the server spells it, and the way from there to `domain`.
//!
//! Lenient throughout: unknown fields are ignored, missing ones are `None`, a field of
//! another type than documented counts as missing. One odd document never loses a list.

mod frame;
mod lenient;
mod message;
mod room;
mod upload;
mod user;

pub(super) use frame::{FrameErrorWire, FrameWire};
pub(super) use lenient::time;
pub(super) use message::MessageWire;
pub(super) use room::{RoomWire, SubscriptionWire};
pub(super) use upload::{FilesWire, UploadWire};
pub(super) use user::{MeWire, UserWire};
