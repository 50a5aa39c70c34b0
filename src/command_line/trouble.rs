//! Why a command ends without having done its work: words for the person, a code for scripts.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use crate::rocketchat::{ClientError, DownloadError};
use crate::saving::JobEnd;
use crate::state::{UserMessage, user_message};
use crate::storage::StorageError;

/// An end, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Done = 0,
    SomeFailed = 1,
    Usage = 2,
    SignIn = 3,
    Server = 4,
    Disk = 5,
    Room = 6,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What happened, what to do about it, and how to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) exit: Exit,
    pub(super) message: UserMessage,
}

impl Trouble {
    pub(super) fn new(exit: Exit, headline: impl Into<String>, advice: impl Into<String>) -> Self {
        let message = UserMessage {
            headline: headline.into(),
            advice: advice.into(),
        };
        Self { exit, message }
    }

    pub(super) fn client(error: &ClientError) -> Self {
        let message = match error {
            ClientError::SessionExpired => UserMessage::signed_out_by_server(),
            error => user_message::client(error),
        };
        let exit = match error {
            ClientError::SessionExpired | ClientError::LogIn(_) => Exit::SignIn,
            ClientError::Forbidden | ClientError::NotFound => Exit::Room,
            _ => Exit::Server,
        };
        Self { exit, message }
    }

    pub(super) fn storage(error: &StorageError) -> Self {
        let message = user_message::storage(error);
        let exit = Exit::Disk;
        Self { exit, message }
    }

    pub(super) fn system(error: &dyn Error) -> Self {
        Self::new(Exit::SomeFailed, error.to_string(), "")
    }

    pub(super) fn job_end(end: &JobEnd) -> Self {
        match end {
            JobEnd::Cancelled => Self::new(
                Exit::Interrupted,
                "Stopped",
                "The same command goes on from here.",
            ),
            JobEnd::Storage(error) => Self::storage(error),
            JobEnd::NoAccess => Self {
                exit: Exit::Room,
                message: user_message::download(&DownloadError::Forbidden),
            },
            JobEnd::SignedOut => Self::client(&ClientError::SessionExpired),
            JobEnd::ServerLost(error) => Self {
                exit: Exit::Server,
                message: user_message::download(&DownloadError::Client(error.clone())),
            },
        }
    }

    /// In one line.
    pub(super) fn text(&self) -> String {
        let UserMessage { headline, advice } = &self.message;
        if advice.is_empty() {
            headline.clone()
        } else {
            format!("{headline}. {advice}")
        }
    }

    /// Tells it, and how to end.
    pub(super) fn report(&self) -> ExitCode {
        // Nobody is left to tell when standard error is closed.
        writeln!(std::io::stderr(), "salon: {}", self.text()).ok();
        self.exit.into()
    }
}
