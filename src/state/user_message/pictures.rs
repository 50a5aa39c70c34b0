//! Why there is no picture to see.

use super::{UserMessage, client};
use crate::domain::ByteCount;
use crate::protocol::{DownloadError, ImageError, ImageFailure};

/// Why a picture is missing.
pub fn image(failure: &ImageFailure) -> UserMessage {
    match failure {
        ImageFailure::Download(error) => download(error),
        ImageFailure::Decode(error) => decode(error),
    }
}

/// Why bytes did not arrive.
pub fn download(error: &DownloadError) -> UserMessage {
    match error {
        DownloadError::Client(error) => client(error),
        DownloadError::Forbidden => UserMessage::new(
            "No access to this file",
            "The server gives a room's files only to its members. Join the room to see them.",
        ),
        DownloadError::Deleted => UserMessage::new(
            "Deleted on the server",
            "Its message was deleted or the room was cleaned up.",
        ),
        DownloadError::Empty => UserMessage::new(
            "The server sent an empty file",
            "The file is lost on the server.",
        ),
        DownloadError::HtmlInsteadOfImage => UserMessage::new(
            "A web page came instead of the image",
            "A proxy may ask for a sign-in of its own. Open the server in a browser, then retry.",
        ),
        DownloadError::WrongDigest => UserMessage::new(
            "The file changed on the way",
            "Its checksum is not the one that the server announced. Try again.",
        ),
        DownloadError::WrongLength { expected, received } => UserMessage::new(
            "The file is incomplete",
            format!(
                "{} of {} came. Retry; if it stays, the file is damaged on the server.",
                ByteCount(*received),
                ByteCount(*expected)
            ),
        ),
        DownloadError::TooLarge { limit } => UserMessage::new(
            "The file is too large to show",
            format!("It exceeds {}. It can still be saved.", ByteCount(*limit)),
        ),
        DownloadError::StorageUnreachable { host } => UserMessage::new(
            "The server's file storage cannot be reached",
            format!("It is at {host}, perhaps inside another network. Tell the administrator."),
        ),
        DownloadError::StorageRefused { status } => UserMessage::new(
            "The server's file storage refuses",
            format!("Retry; if it stays, check this computer's clock (status {status})."),
        ),
    }
}

/// Why bytes are no picture.
pub fn decode(error: &ImageError) -> UserMessage {
    match error {
        ImageError::NoDecoder { format } => UserMessage::new(
            format!("No decoder for {format} in this build"),
            "Save it and open it with another program.",
        ),
        ImageError::UnknownKind { kind } => UserMessage::new(
            format!("No decoder for {kind}"),
            "Save it and open it with another program.",
        ),
        ImageError::NotAnImage => UserMessage::new(
            "This file is not an image",
            "It only carries the name of one. It can still be saved.",
        ),
        ImageError::TooLarge(_) => UserMessage::new(
            "Too large to show safely",
            "Save it and open it with another program if you trust where it comes from.",
        ),
        ImageError::Truncated => UserMessage::new(
            "The image is cut off",
            "It was stored incompletely. Ask the sender to post it again.",
        ),
        ImageError::Corrupt(_) => {
            UserMessage::new("The image is damaged", "Ask the sender to post it again.")
        }
        ImageError::NoPixels => {
            UserMessage::new("An image without pixels", "There is nothing to show.")
        }
        ImageError::Empty => UserMessage::new("An empty file", "The file is lost on the server."),
        ImageError::TookTooLong => UserMessage::new(
            "Reading the image takes too long",
            "Try again when this computer is less busy, or save it and open it with another program.",
        ),
        ImageError::DecoderCrashed => UserMessage::new(
            "The image could not be read",
            "It is damaged in an unusual way. It can still be saved.",
        ),
    }
}
