//! What became of errands, in words for people.

use crate::domain::{ByteCount, PixelSize, safe_display_name};
use crate::protocol::{ClientError, CopiedFiles, CopyTrouble, MessageApp, MessageTrouble};
use crate::state::errands::{ErrandKind, Purpose, RunningErrand};
use crate::state::user_message::{self, UserMessage, grouped};

/// "1 file", "1,243 files".
pub fn files(count: usize) -> String {
    let word = if count == 1 { "file" } else { "files" };
    format!("{} {word}", grouped(count))
}

/// What is being waited for.
pub fn waiting(errand: &RunningErrand) -> String {
    match &errand.kind {
        ErrandKind::FindMessage { purpose, .. } => match purpose {
            Purpose::Show => "Looking for the message of this image…".to_owned(),
            Purpose::Link => "Looking for the message, to copy a link to it…".to_owned(),
        },
        ErrandKind::ReadConversation(_) => "Reading the conversation…".to_owned(),
        ErrandKind::CopyImage => "Copying the image…".to_owned(),
        ErrandKind::CopyFiles(count) => {
            let done = grouped(errand.done);
            format!("Copying: {done} of {} fetched…", files(*count))
        }
        ErrandKind::OpenCopy => "Opening a copy with another program…".to_owned(),
    }
}

/// Why there is no message, and what is offered in its place. A notice names the file: another
/// image may be in view by then.
pub fn no_message(file: Option<&str>, trouble: &MessageTrouble) -> UserMessage {
    let headline = format!(
        "The message of {} was not found",
        file.unwrap_or("this image")
    );
    match trouble {
        MessageTrouble::NoTime => UserMessage::new(
            headline,
            "The server does not say when it was posted, so there is no place to look.",
        ),
        MessageTrouble::NotThere => UserMessage::new(
            headline,
            "No message of the day after its upload carries it: it was deleted, or the file came \
             to the server in another way.",
        ),
        MessageTrouble::TooMuchWritten => UserMessage::new(
            headline,
            "So much was written after its upload that the server's limit of calls does not \
             reach. Try again in a minute: the search goes on from there.",
        ),
        MessageTrouble::Client(ClientError::Forbidden) => UserMessage::new(
            "You may not read the messages of this room",
            "The server gives its images, but not what was written. Ask the room's owner to add \
             you.",
        ),
        MessageTrouble::Client(error) => user_message::client(error),
    }
}

/// Pixels are on the clipboard.
pub fn image_copied(size: PixelSize) -> UserMessage {
    UserMessage::new("Image copied", format!("{size} pixels"))
}

/// Files are on the clipboard.
pub fn files_copied(copied: &CopiedFiles) -> UserMessage {
    let headline = format!("{} copied ({})", files(copied.count), copied.bytes);
    let advice = match &copied.failed {
        None => "Paste them while Salon runs.".to_owned(),
        Some((count, first)) => {
            let why = user_message::image(first).headline;
            format!("{} could not be fetched: {why}.", files(*count))
        }
    };
    UserMessage::new(headline, advice)
}

/// Nothing was copied: neither this one file nor any of several.
pub fn not_copied(file: Option<&str>, trouble: &CopyTrouble) -> UserMessage {
    match file {
        Some(file) => about_copy(&format!("{file} was not copied"), trouble),
        None => about_copy("Nothing was copied", trouble),
    }
}

/// No other program opened it.
pub fn not_opened(file: Option<&str>, trouble: &CopyTrouble) -> UserMessage {
    let file = file.unwrap_or("The image");
    about_copy(&format!("{file} was not opened"), trouble)
}

fn about_copy(headline: &str, trouble: &CopyTrouble) -> UserMessage {
    match trouble {
        CopyTrouble::Image(failure) => {
            let UserMessage {
                headline: why,
                advice,
            } = user_message::image(failure);
            UserMessage::new(format!("{headline}: {}", lower_first(&why)), advice)
        }
        CopyTrouble::Storage(error) => {
            let UserMessage {
                headline: why,
                advice,
            } = user_message::storage(error);
            UserMessage::new(format!("{headline}: {}", lower_first(&why)), advice)
        }
        CopyTrouble::Clipboard { cause } => UserMessage::new(
            format!("{headline}: the clipboard does not take it"),
            format!("The system says: {}", safe_display_name(cause)),
        ),
        CopyTrouble::NoProgram => UserMessage::new(
            format!("{headline}: no program for this type of file was found"),
            "Choose one in the settings of your system, or save the image.",
        ),
        CopyTrouble::MayRunScripts => UserMessage::new(
            format!("{headline}: an SVG drawing may contain a program"),
            "Most systems open it with a browser, which would run it. If you trust whoever posted \
             it, save it and open it from its folder.",
        ),
    }
}

/// Not all that is chosen is listed yet.
pub fn not_listed_yet() -> UserMessage {
    UserMessage::new(
        "Not all of the selection is listed yet",
        "Copy it when the list is complete, or save it: saving waits for the list.",
    )
}

/// More is chosen than a clipboard is for.
pub fn too_much_to_copy(count: usize, bytes: ByteCount) -> UserMessage {
    UserMessage::new(
        format!("{} ({bytes}) are too many to copy", files(count)),
        "Save them instead: that can be paused, and goes on after a restart.",
    )
}

/// Another program shows messages from now on.
pub const fn name_of(app: MessageApp) -> &'static str {
    match app {
        MessageApp::Browser => "Browser",
        MessageApp::RocketChat => "Rocket.Chat app",
    }
}

/// A headline in the middle of a sentence; names and abbreviations keep their capitals.
fn lower_first(headline: &str) -> String {
    let mut chars = headline.chars();
    let (first, rest) = (chars.next(), chars.as_str());
    match first {
        Some(first) if rest.starts_with(|c: char| c.is_lowercase() || c == ' ') => {
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => headline.to_owned(),
    }
}
