//! Salon, a desktop gallery for Rocket.Chat.

pub mod backend;
pub mod demo_server;
pub mod domain;
pub mod imaging;
pub mod protocol;
pub mod rocketchat;
pub mod state;
pub mod storage;
pub mod ui;
