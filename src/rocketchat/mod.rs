//! One server's REST API. The only place that knows the server's JSON.
//!
//! Begin at [`Client`]: one signed-in session. Before that come [`probe()`] (is it a
//! Rocket.Chat server?) and [`log_in`]. Every quirk of the server ends in here:
//!
//! * `rate_budget` and `budget_bucket`: ten calls a minute and endpoint, kept from the answers' headers.
//! * `answer` and `refusal`: from status and body to a value or one [`ClientError`].
//! * `uploads` and `window_reader`: pages of a room's images, whatever the server puts into
//!   them.
//! * `download` and `file_source`: bytes, with credentials only for the server itself.
//! * `messages`: the message of a file, and what was said around it.
//! * `realtime`: the websocket, on which the server tells what changed.
//!
//! Written for servers 6.x to 8.x; older ones where it costs nothing.
#![warn(missing_docs)]

mod announced_digest;
mod answer;
mod auth;
mod budget_bucket;
mod budget_headers;
mod client;
mod download;
mod endpoint;
mod error;
mod file_source;
mod files;
mod http;
mod identity;
mod log_in_refusal;
mod message_links;
mod messages;
mod people;
mod probe;
mod rate_budget;
mod realtime;
mod redirect;
mod refusal;
mod request;
mod retry;
mod room_directory;
mod room_title;
mod rooms;
mod server_rules;
mod settings;
mod thumbnails;
mod transport_error;
mod uploads;
mod window_reader;
mod wire;

pub use auth::{log_in, resend_email_code, resume};
pub use client::Client;
pub use download::Download;
pub use endpoint::Endpoint;
pub use error::{
    ClientError, DownloadError, LogInRefusal, TlsProblem, TwoFactorChallenge, TwoFactorMethod,
    WrongAnswer,
};
pub use files::AvatarOf;
pub use http::Http;
pub use identity::ServerIdentity;
pub use message_links::MessageLinks;
pub use messages::{FileLookup, HISTORY_PAGE_SIZE, HistorySpan, Replies, ThreadPage};
pub use probe::probe;
pub use realtime::{Realtime, RealtimeEnd, RealtimeNews, RoomChange};
pub use room_directory::RoomDirectory;
pub use thumbnails::{Thumbnail, ThumbnailPage};
