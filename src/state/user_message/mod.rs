//! Every failure in words for people: what happened, and what to do. Such texts are here, by what
//! they are about, and, for what people wait for, in `errand_message`.

mod amounts;
mod disk;
mod errands;
mod listing;
mod pictures;
mod saving;
mod server;
mod signing_in;
mod viewing;

pub use amounts::{duration, grouped, images};
pub use disk::storage;
pub use errands::{cache_cleared, open_failed};
pub use pictures::{decode, download, image};
pub use saving::{does_not_fit, save, save_to_resume, saves_to_resume, survey};
pub use server::client;
pub use signing_in::{
    address, keyring, keyring_not_removed, keyring_unreadable, must_change_password,
};

/// What happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserMessage {
    /// One short sentence without a full stop.
    pub headline: String,
    /// What to do; may be empty when nothing needs doing.
    pub advice: String,
}

impl UserMessage {
    pub(super) fn new(headline: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            headline: headline.into(),
            advice: advice.into(),
        }
    }
}
