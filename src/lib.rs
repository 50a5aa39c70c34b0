//! Salon, a desktop gallery for the images of Rocket.Chat rooms.
//!
//! # Bird's-eye view
//!
//! ```text
//!            Action                        Effect::Send(Command) ──mpsc──▶
//!  ui ──────────────▶ state ────────────▶ Effect::Want(Wanted) ──watch──▶ backend ─▶ rocketchat
//!   ▲  (reads AppState)  │                 Effect::StoreTexture ─▶ ui                 imaging
//!   └─── draws ◀─────────┘ ◀──────────── Event ◀──mpsc + Waker───────────┘            storage
//! ```
//!
//! One direction, one ring. Three enums to learn: [`state::Action`] (what the person did),
//! [`protocol::Command`] with [`protocol::Wanted`] (what the backend shall do, what is worth
//! having now) and [`protocol::Event`] (what the backend found).
//!
//! # Code map
//!
//! * [`domain`]: plain values. [`domain::listing`] is the heart: a sparse list of a room's
//!   images that stays right while the room changes.
//! * [`rocketchat`]: one server's REST API and websocket; every quirk of a server ends there.
//! * [`imaging`]: bytes in, pixels and metadata out.
//! * [`storage`]: this machine: keyring, library, caches, settings, saved files.
//! * [`saving`]: whole rooms into folders, resumed wherever they were cut off; their names, what is
//!   written beside them and into copies.
//! * [`protocol`]: the contract between window and backend.
//! * [`backend`]: the tokio side: sessions, listing, pictures, saves.
//! * [`state`]: what the app knows and how it changes.
//! * [`ui`]: draws it. [`app`] joins both ends; [`start`] and [`cli`] start it.
//! * [`command_line`]: what the program does without a window.
//! * [`demo_server`]: a small Rocket.Chat to try the app on, and to test against.
//!
//! # Invariants (`tests/layers.rs` holds those about names)
//!
//! * `state` does no I/O and knows neither egui nor tokio; nothing in it can fail.
//! * Only `rocketchat` knows the server's JSON; only [`app`] and [`start`] know eframe.
//! * `demo_server` names nothing of the rest, so that no mistake is made on both sides alike.
//! * Only [`ui::TextureStore`] holds pixels on the window's side.
//! * Every channel is bounded; the window never waits for the backend.
//! * An answer that depends on when it was asked carries a [`protocol::Generation`].
//! * A token is in memory and in the keyring, and nowhere else.
//!
//! # Cross-cutting
//!
//! *Errors*: one enum per boundary, one variant per reaction; words for people only in
//! [`state::user_message`]. *Cancellation*: what is no longer in `Wanted` is dropped; a save
//! has a token of its own. *Time*: `jiff`; EXIF times are civil times without a zone.
//! *Panics*: a decoder that panics costs one picture, so the release profile unwinds.

pub mod app;
pub mod backend;
pub mod cli;
pub mod command_line;
pub mod demo_server;
pub mod domain;
pub mod imaging;
pub mod protocol;
pub mod rocketchat;
pub mod saving;
pub mod start;
pub mod state;
pub mod storage;
pub mod ui;
