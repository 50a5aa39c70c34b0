//! What was done once, at a press, or could not be.

use super::UserMessage;
use crate::domain::ByteCount;
use crate::protocol::OpenTarget;

impl UserMessage {
    /// Something was put on the clipboard.
    pub fn copied(what: &str) -> Self {
        Self::new(format!("{what} copied"), "")
    }
}

/// Nothing opened a folder or address.
pub fn open_failed(target: &OpenTarget) -> UserMessage {
    match target {
        OpenTarget::Folder(path) => UserMessage::new(
            "No file manager opened the folder",
            format!("It is here: {}", path.display()),
        ),
        OpenTarget::Web(url) if url.starts_with("rocketchat:") => UserMessage::new(
            "The Rocket.Chat app was not found on this computer",
            "Install it, or choose the browser for messages in the account menu.",
        ),
        OpenTarget::Web(url) => {
            UserMessage::new("No browser opened the address", format!("It is: {url}"))
        }
    }
}

/// The downloaded copies were thrown away.
pub fn cache_cleared(freed: ByteCount) -> UserMessage {
    UserMessage::new(format!("{freed} of downloaded copies removed"), "")
}
