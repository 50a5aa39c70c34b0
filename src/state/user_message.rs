//! Every failure in words for people: what happened, and what to do. Such texts are here and,
//! for what people wait for, in `errand_message`.

use std::time::Duration;

use crate::domain::{AddressError, ByteCount, Room, RoomKind, ServerUrl, safe_display_name};
use crate::protocol::{
    ClientError, DownloadError, ImageError, ImageFailure, KeyringError, LogInRefusal, OpenTarget,
    SaveFailure, SaveProgress, StorageError, SurveyError, TlsProblem, TwoFactorMethod, WrongAnswer,
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

    /// Something was put on the clipboard.
    pub fn copied(what: &str) -> Self {
        Self::new(format!("{what} copied"), "")
    }

    /// A selection was cleared.
    pub fn selection_cleared(count: usize) -> Self {
        Self::new(format!("Selection of {} cleared", images(count)), "")
    }

    /// Another number of images is chosen than can be compared.
    pub fn cannot_compare(count: usize) -> Self {
        let headline = match count {
            0 => "No image is selected".to_owned(),
            1 => "Only one image is selected".to_owned(),
            _ => format!("{} are selected", images(count)),
        };
        let advice = if count < 2 {
            "Select 2 to 4 images to compare them, for example with Ctrl and a click on each."
        } else {
            "At most 4 can be compared: take some out of the selection, with Ctrl and a click."
        };
        Self::new(headline, advice)
    }

    /// An image that is to be compared is not known yet.
    pub fn compared_is_not_listed() -> Self {
        Self::new(
            "The selected images are still being listed",
            "Compare them once their tiles show pictures.",
        )
    }

    /// The first step in the viewer.
    pub fn order_of_images() -> Self {
        Self::new(
            "Next is the older image",
            "The order is that of the grid, the newest first. Left goes back to newer ones.",
        )
    }

    /// The first time that an image was turned.
    pub fn turned_view_only() -> Self {
        Self::new(
            "Only the view is turned",
            "The file stays as it is, here and on the server, and is saved as it is.",
        )
    }

    /// A slide show came to its end.
    pub fn slide_show_over() -> Self {
        Self::new(
            "The slide show is over",
            "That was the last image. P starts again with the first one.",
        )
    }

    /// Another search took the place of the one whose matches were to be saved.
    pub fn search_ended_before_saving() -> Self {
        Self::new(
            "Nothing was saved",
            "The search ended before all of its images were listed.",
        )
    }

    /// A day, month or year without images; they begin again at an older day.
    pub fn date_without_images(asked: &str, there: &str) -> Self {
        Self::new(
            format!("No image is from {asked}"),
            format!("The nearest older one is from {there}."),
        )
    }

    /// A day, month or year before the oldest image.
    pub fn date_too_old(asked: &str, there: &str) -> Self {
        Self::new(
            format!("No image is from {asked} or before"),
            format!("The oldest one is from {there}."),
        )
    }

    /// The room changed faster than a date could be found in it.
    pub fn date_not_found(asked: &str) -> Self {
        Self::new(
            format!("{asked} was not found"),
            "The room changes while it is read; go there again in a moment.",
        )
    }

    /// No image of the room says when it was posted.
    pub fn no_dates() -> Self {
        Self::new("There is no image with a date to go to", "")
    }

    /// A save waits for the list.
    pub fn listing_before_saving(count: usize) -> Self {
        Self::new(
            format!("Listing {} before they are saved", images(count)),
            "Saving begins by itself; stay in this room until then.",
        )
    }

    /// The stored session had died before the start.
    pub fn signed_out_by_server() -> Self {
        Self::new("The server ended your session", "Sign in again to go on.")
    }
}

/// "1 image", "1,243 images".
pub fn images(count: usize) -> String {
    format!(
        "{} {}",
        grouped(count),
        if count == 1 { "image" } else { "images" }
    )
}

/// A number with its thousands set off: "20,413".
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "42 s", "3 min", "1 h 20 min".
pub fn duration(duration: Duration) -> String {
    let is_broken = duration.subsec_nanos() > 0;
    match duration.as_secs() + u64::from(is_broken) {
        secs @ 0..=90 => format!("{} s", secs.max(1)),
        secs @ 91..=5_400 => format!("{} min", secs.div_ceil(60)),
        secs => format!("{} h {} min", secs / 3_600, secs % 3_600 / 60),
    }
}

/// An address that cannot be one.
pub fn address(error: &AddressError) -> UserMessage {
    match error {
        AddressError::Empty => UserMessage::new("No address yet", "Type your server's address."),
        AddressError::Scheme(scheme) => UserMessage::new(
            format!("{scheme}:// is not an address of the web"),
            "Use https://, or leave it out.",
        ),
        AddressError::HoldsCredentials => UserMessage::new(
            "The address holds a name or password",
            "Take it out of the address; user and password have their own fields.",
        ),
        AddressError::Invalid => UserMessage::new(
            "This is not an address",
            "It should look like chat.example.org or https://example.org/chat.",
        ),
    }
}

/// Anything that went wrong with the server.
pub fn client(error: &ClientError) -> UserMessage {
    match error {
        ClientError::NameNotFound { host } => UserMessage::new(
            format!("There is no server called {host}"),
            "Check the spelling and your network connection.",
        ),
        ClientError::Unreachable { .. } => UserMessage::new(
            "The server refuses the connection",
            "Check the address and port, and whether the server is running.",
        ),
        ClientError::TimedOut => UserMessage::new(
            "The server does not answer",
            "Check your network connection, then try again.",
        ),
        ClientError::Tls(problem) => tls(problem),
        ClientError::NotRocketChat(answer) => not_rocket_chat(answer),
        ClientError::Unavailable { status } => UserMessage::new(
            "The server is starting up or down for maintenance",
            format!("Try again in a minute (status {status})."),
        ),
        ClientError::ServerFault { status } => UserMessage::new(
            "The server has a problem of its own",
            format!("Try again later; if it stays, tell its administrator (status {status})."),
        ),
        ClientError::RateLimited { retry_after } => UserMessage::new(
            "The server asks for a pause",
            format!("Try again in {}.", duration(*retry_after)),
        ),
        ClientError::SessionExpired => {
            UserMessage::new("Your session is over", "Sign in again to go on.")
        }
        ClientError::Forbidden => UserMessage::new(
            "You have no access to this room",
            "Ask its owner to add you, or an administrator for the right to view it.",
        ),
        ClientError::NotFound => UserMessage::new(
            "The server does not know this",
            "It may have been deleted, or the server is too old for it.",
        ),
        ClientError::Refused { message, .. } => UserMessage::new(
            "The server refused",
            if message.is_empty() {
                "It gave no reason.".to_owned()
            } else {
                format!("It says: {message}")
            },
        ),
        ClientError::Malformed { .. } => UserMessage::new(
            "The server's answer makes no sense",
            "A proxy may have changed it, or the server's version is unknown. Try again later.",
        ),
        ClientError::CutOff => UserMessage::new(
            "The connection broke in the middle of the answer",
            "Try again; if it stays, look at the network in between.",
        ),
        ClientError::InsecureRedirect => UserMessage::new(
            "The server leads to an address without encryption",
            "Nothing was sent there. Tell the server's administrator.",
        ),
        ClientError::NoCertificates { .. } => UserMessage::new(
            "This computer has no certificates to check servers with",
            "Install the package ca-certificates, then start Salon again.",
        ),
        ClientError::LogIn(refusal) => log_in(refusal),
    }
}

fn tls(problem: &TlsProblem) -> UserMessage {
    let headline = "The connection is not trusted";
    let advice = match problem {
        TlsProblem::UnknownIssuer => {
            "Nobody this computer trusts has signed the server's certificate. If your \
             organisation has its own authority, install its certificate in the system."
        }
        TlsProblem::Expired => "The server's certificate has expired. Tell its administrator.",
        TlsProblem::NotYetValid => {
            "The server's certificate is not valid yet. Check this computer's date and time."
        }
        TlsProblem::WrongName => {
            "The server's certificate is for another name. Check the address for typing mistakes."
        }
        TlsProblem::Revoked => "The server's certificate was withdrawn. Tell its administrator.",
        TlsProblem::NotTls => {
            "The server does not encrypt. If you trust the network, type http:// before the address."
        }
        TlsProblem::Other(cause) => {
            return UserMessage::new(
                headline,
                format!("The encrypted connection failed: {cause}"),
            );
        }
    };
    UserMessage::new(headline, advice)
}

fn not_rocket_chat(answer: &WrongAnswer) -> UserMessage {
    match answer {
        WrongAnswer::Html | WrongAnswer::OtherContent | WrongAnswer::OtherJson => UserMessage::new(
            "Something answers there, but not Rocket.Chat",
            "Check the address. If the server lives below a path, type it too: example.org/chat.",
        ),
        WrongAnswer::Status(status) => UserMessage::new(
            "There is no Rocket.Chat server at this address",
            format!("Check the address and its path (status {status})."),
        ),
        WrongAnswer::ProxyAuthentication => UserMessage::new(
            "A proxy in front of the server wants a password of its own",
            "Salon cannot answer it. Ask the administrator for an address without it.",
        ),
    }
}

fn log_in(refusal: &LogInRefusal) -> UserMessage {
    match refusal {
        LogInRefusal::WrongCredentials => UserMessage::new(
            "User or password is wrong",
            "Check both. If you sign in through another service, use a personal access token.",
        ),
        LogInRefusal::TwoFactorRequired(_) => {
            UserMessage::new("A second step is needed", "Type the code.")
        }
        LogInRefusal::TwoFactorInvalid(challenge) => UserMessage::new(
            "The code is wrong or has expired",
            match challenge.method {
                TwoFactorMethod::Totp => "Type the newest code; check the clock of your phone.",
                TwoFactorMethod::Email => "Type the code of the newest e-mail, or ask for another.",
            },
        ),
        LogInRefusal::TwoFactorExhausted => {
            UserMessage::new("Too many wrong codes", "Ask for a new code and try again.")
        }
        LogInRefusal::BlockedForUser => UserMessage::new(
            "The server has blocked this user after too many attempts",
            "Wait five minutes, then try again; until then the right password is refused too.",
        ),
        LogInRefusal::BlockedForAddress => UserMessage::new(
            "The server has blocked your network address after too many attempts",
            "Wait five minutes, then try again.",
        ),
        LogInRefusal::NotActivated => UserMessage::new(
            "This account is not active",
            "It waits for approval or was switched off. Ask an administrator.",
        ),
        LogInRefusal::EmailNotVerified => UserMessage::new(
            "Your e-mail address is not verified",
            "Open the link in the server's e-mail, then sign in again.",
        ),
        LogInRefusal::NoRoles => UserMessage::new(
            "This account has no role on the server",
            "Ask an administrator to give it one.",
        ),
        LogInRefusal::AppUser => UserMessage::new(
            "This account belongs to an app and cannot sign in",
            "Use your own account.",
        ),
        LogInRefusal::TokenUnknown => UserMessage::new(
            "The server does not know this token",
            "Copy it once more, whole; it is shown only once, when it is made.",
        ),
        LogInRefusal::TokenExpired => UserMessage::new(
            "This token has expired",
            "Make a new one in the web client.",
        ),
        LogInRefusal::TooManyAttempts => {
            UserMessage::new("Too many attempts", "Wait a minute, then try again.")
        }
        LogInRefusal::Other { message, .. } => UserMessage::new(
            "The server refuses to sign you in",
            if message.is_empty() {
                "It gave no reason.".to_owned()
            } else {
                format!("It says: {message}")
            },
        ),
    }
}

/// An account whose password must be changed first.
pub fn must_change_password(server: &ServerUrl) -> UserMessage {
    UserMessage::new(
        "The server wants you to set a new password",
        format!("Do it in the web client: {server}"),
    )
}

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

/// Why something could not be written on this machine.
pub fn storage(error: &StorageError) -> UserMessage {
    match error {
        StorageError::DiskFull { path } => UserMessage::new(
            "The disk is full",
            format!(
                "Free some space or choose another folder: {}",
                path.display()
            ),
        ),
        StorageError::NotWritable { path } => UserMessage::new(
            "This folder cannot be written to",
            format!(
                "Choose another one, or change its permissions: {}",
                path.display()
            ),
        ),
        StorageError::FolderGone { path } => UserMessage::new(
            "The folder is gone",
            format!(
                "Plug its disk in again or choose another one: {}",
                path.display()
            ),
        ),
        StorageError::LibraryDamaged { path } => UserMessage::new(
            "What was remembered of your rooms is damaged",
            format!(
                "Salon reads it from the server again. The damaged file was kept: {}",
                path.display()
            ),
        ),
        StorageError::LibraryTooNew { path } => UserMessage::new(
            "What was remembered of your rooms is from a newer Salon",
            format!(
                "Salon reads it from the server again. The newer file was kept: {}",
                path.display()
            ),
        ),
        StorageError::LibraryInUse { path } => UserMessage::new(
            "Nothing is remembered of your rooms this time",
            format!(
                "Another program uses the file. Close it and start Salon again: {}",
                path.display()
            ),
        ),
        StorageError::Io { path, cause } => {
            UserMessage::new("Writing failed", format!("{cause}: {}", path.display()))
        }
    }
}

/// Why one file of a save failed.
pub fn save(failure: &SaveFailure) -> UserMessage {
    match failure {
        SaveFailure::Download(error) => download(error),
        SaveFailure::Storage(error) => storage(error),
        SaveFailure::NotAnImage => UserMessage::new(
            "The file is not an image",
            "Its content does not match its name, so it was not saved.",
        ),
        SaveFailure::PositionStays(cause) => UserMessage::new(
            "Its position cannot be taken out",
            format!("It was not saved: {cause}. To have it all the same, save it as it is."),
        ),
        SaveFailure::DoesNotFit(lack) => does_not_fit(*lack),
        SaveFailure::Template(problem) => template(problem),
    }
}

/// Why it is not known what a save would do.
pub fn survey(error: &SurveyError) -> UserMessage {
    match error {
        SurveyError::Template(problem) => template(problem),
        SurveyError::Storage(error) => storage(error),
    }
}

/// There is not enough space for what is to be saved.
pub fn does_not_fit(lack: ByteCount) -> UserMessage {
    UserMessage::new(
        format!("The disk is too small: {lack} are missing"),
        "Free some space, choose a folder on another disk, or save fewer images.",
    )
}

/// A template that cannot be understood; the problem is a sentence without a full stop.
fn template(problem: &str) -> UserMessage {
    UserMessage::new(
        "The names of the files cannot be made",
        format!("{}.", problem.trim_end_matches('.')),
    )
}

/// A save of an earlier run can go on.
pub fn save_to_resume(room: &Room, progress: &SaveProgress) -> UserMessage {
    let title = safe_display_name(&room.title);
    let hash = if room.kind == RoomKind::Channel {
        "#"
    } else {
        ""
    };
    let done = grouped(progress.saved_count);
    let failed = match progress.failed_count {
        0 => "The rest is saved when you resume it.".to_owned(),
        count => format!(
            "{} failed; they are tried again when you resume it.",
            images(count)
        ),
    };
    UserMessage::new(
        format!(
            "A save of {hash}{title} stopped at {done} of {}",
            grouped(progress.total_count.max(progress.saved_count))
        ),
        failed,
    )
}

/// Several saves of earlier runs can go on.
pub fn saves_to_resume(count: usize) -> UserMessage {
    UserMessage::new(
        format!("{} saves stopped before they were complete", grouped(count)),
        "The rest is saved when you resume them.",
    )
}

/// The keyring does not keep the session.
pub fn keyring(error: &KeyringError) -> UserMessage {
    let headline = "You stay signed in only until Salon is closed";
    let advice = match error {
        KeyringError::Missing(_) => {
            "This system has no keyring running. Install or start one, such as GNOME Keyring or \
             KWallet, then try again."
        }
        KeyringError::Locked => "The keyring is locked. Unlock it, then try again.",
        KeyringError::Refused(_) => "The keyring refused. Look at its settings, then try again.",
        KeyringError::Slow => {
            "The keyring does not answer. It may be asking for its password in another window."
        }
        KeyringError::Unreadable(_) => {
            "The keyring holds an entry that this version cannot read, and it was left alone."
        }
    };
    UserMessage::new(headline, advice)
}

/// The stored session could not be read at the start.
pub fn keyring_unreadable(error: &KeyringError) -> UserMessage {
    let headline = "The stored session could not be read";
    let advice = match error {
        KeyringError::Missing(_) => "This system has no keyring running. Sign in for this time.",
        KeyringError::Locked => "The keyring is locked. Unlock it and start again, or sign in.",
        KeyringError::Refused(_) | KeyringError::Slow => {
            "The keyring does not answer. Sign in for this time."
        }
        KeyringError::Unreadable(_) => {
            "Its entry is damaged or from a newer version. Sign in again."
        }
    };
    UserMessage::new(headline, advice)
}

/// Signing out could not remove the entry.
pub fn keyring_not_removed(_error: &KeyringError) -> UserMessage {
    UserMessage::new(
        "The keyring entry could not be removed",
        "The session is over on the server, so it opens nothing. You can delete the entry \
         \"Salon\" in your keyring program.",
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_as_people_write_them() {
        assert_eq!(images(1), "1 image");
        assert_eq!(images(20_413), "20,413 images");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(duration(Duration::from_millis(41_200)), "42 s");
        assert_eq!(duration(Duration::from_secs(170)), "3 min");
        assert_eq!(duration(Duration::from_mins(160)), "2 h 40 min");
    }

    #[test]
    fn what_stops_a_save_is_said_with_what_to_do() {
        let lack = ByteCount(3_200_000_000);
        let message = save(&SaveFailure::DoesNotFit(lack));
        assert!(message.headline.contains("3.2 GB"), "{message:?}");
        assert_eq!(message, does_not_fit(lack));
        let problem = "The template is empty. Write {name} to keep the original names";
        let message = save(&SaveFailure::Template(problem.to_owned()));
        assert_eq!(message.advice, format!("{problem}."));
        let error = SurveyError::Template(problem.to_owned());
        assert_eq!(survey(&error), message);
    }

    #[test]
    fn every_failure_of_a_server_says_what_to_do_in_plain_words() {
        let errors = [
            ClientError::NameNotFound {
                host: "x".to_owned(),
            },
            ClientError::Unreachable {
                cause: String::new(),
            },
            ClientError::TimedOut,
            ClientError::Tls(TlsProblem::Expired),
            ClientError::NotRocketChat(WrongAnswer::Html),
            ClientError::Unavailable { status: 503 },
            ClientError::ServerFault { status: 500 },
            ClientError::RateLimited {
                retry_after: Duration::from_secs(42),
            },
            ClientError::SessionExpired,
            ClientError::Forbidden,
            ClientError::NotFound,
            ClientError::Refused {
                code: None,
                message: String::new(),
            },
            ClientError::Malformed {
                what: String::new(),
            },
            ClientError::CutOff,
            ClientError::InsecureRedirect,
            ClientError::NoCertificates {
                cause: String::new(),
            },
            ClientError::LogIn(LogInRefusal::WrongCredentials),
        ];
        for error in errors {
            let message = client(&error);
            assert!(!message.headline.ends_with('.'), "{message:?}");
            assert!(!message.advice.is_empty(), "{message:?}");
            let text = format!("{} {}", message.headline, message.advice).to_lowercase();
            for word in ["sorry", "please", "error occurred", "json", "exception"] {
                assert!(!text.contains(word), "{message:?}");
            }
        }
    }
}
