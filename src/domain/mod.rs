//! Plain values that every layer may name: no I/O, no serde, no egui, no tokio.
#![warn(missing_docs)]

mod ids;
pub mod links;
pub mod listing;
mod message;
mod person;
mod room;
mod server_url;
mod session;
mod size;
mod upload;

pub use ids::{MessageId, RoomId, SaveJobId, SubscriptionId, UploadId, UserId};
pub use message::{Conversation, Message, MessageKind, MessagePlace, Reaction};
pub use person::Person;
pub use room::{Room, RoomKind, URL_SEGMENT};
pub use server_url::{AddressError, ServerUrl, TypedAddress};
pub use session::{AccountId, AuthToken, Credentials, LogInRequest, Session, TokenKind};
pub use size::{ByteCount, PixelSize};
pub use upload::{
    LISTING_PAGE_SIZE, ListingWindow, PageIndex, Upload, UploadPage, safe_display_name,
};
