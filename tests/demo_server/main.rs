//! The demo server keeps the contracts of Rocket.Chat that a client must cope with. Raw
//! requests only: nothing of Salon's own client may hide a mistake.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on shall fail where it stands"
)]

mod files;
mod folder;
mod for_tests;
mod listing;
mod realtime;
mod requests;
mod rooms;
mod signing_in;
mod strangers;
mod visit;
