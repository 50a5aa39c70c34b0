//! `salon save`, as a person and a script use it: the real program, real files, real HTTP.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests, which share more than each of them needs"
)]

mod again;
mod disks;
mod interrupted;
mod names;
mod room;
#[path = "../support/salon_command.rs"]
mod salon_command;
mod server_trouble;
