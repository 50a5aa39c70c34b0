//! A small Rocket.Chat server with generated rooms, for trying Salon and for its tests.
//!
//! It speaks HTTP and the websocket protocol as servers 6.x to 8.x do, with every difference
//! between them behind a switch ([`Quirks`]) and every kind of trouble on demand ([`Faults`]).
//! It shares nothing with the client: a mistake made on both sides would show nowhere.
//!
//! - [`options`](DemoOptions): how to start it. `folder`: files of this machine as a room.
//! - `world`: what it knows. `paint` and `bytes`: the pictures. `api`: the REST endpoints.
//! - `file_route`, `ufs_route`, `object_storage`, `avatars`: what is not under `/api`.
//! - `realtime`: the websocket. [`Admin`]: what other people do meanwhile.

mod admin;
mod answers;
mod api;
mod avatars;
mod backstage;
mod bytes;
mod clock;
mod demo;
mod faults;
mod file_route;
mod folder;
mod limiter;
mod object_storage;
mod options;
mod paint;
mod quirks;
mod ranges;
mod realtime;
mod request_log;
mod router;
mod server;
mod trouble;
mod ufs_route;
mod world;

pub use admin::{Admin, NewImage};
pub use faults::{Fault, FaultKind, Faults};
pub use options::{DemoOptions, LibraryChoice, Switch};
pub use quirks::{
    AnchorRule, ForbiddenText, Front, ImagesEndpoint, LoginBlocking, LoginErrors, PasswordCheck,
    Quirks, Ranges, RateLimit, Realtime, SchemaErrors, Storage, Thumbnails,
};
pub use request_log::LoggedRequest;
pub use server::{DemoAccount, DemoServer, TwoFactor};
