//! What there is to do about a failure.

use std::time::Duration;

use super::Timings;
use crate::rocketchat::{ClientError, DownloadError};

/// How often something that failed by chance is tried before it counts as failed.
const MAX_TRIES: u32 = 3;

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// The server cannot be reached: wait until it can.
    Reconnect,
    /// May be chance: try again a few times.
    TryAgain,
    /// The server said how long to wait.
    WaitFor(Duration),
    /// The token may be dead.
    CheckSession,
    /// Trying again does not help.
    GiveUp,
}

/// What helps against this.
pub(super) const fn reaction(error: &ClientError) -> Reaction {
    match error {
        ClientError::NameNotFound { .. } | ClientError::Unreachable { .. } => Reaction::Reconnect,
        ClientError::TimedOut
        | ClientError::CutOff
        | ClientError::Unavailable { .. }
        | ClientError::ServerFault { .. } => Reaction::TryAgain,
        ClientError::RateLimited { retry_after } => Reaction::WaitFor(*retry_after),
        ClientError::SessionExpired => Reaction::CheckSession,
        ClientError::Tls(_)
        | ClientError::NotRocketChat(_)
        | ClientError::Forbidden
        | ClientError::NotFound
        | ClientError::Refused { .. }
        | ClientError::Malformed { .. }
        | ClientError::InsecureRedirect
        | ClientError::NoCertificates { .. }
        | ClientError::LogIn(_) => Reaction::GiveUp,
    }
}

/// What helps against this. 403 may mean a dead token, too: the file route knows no 401.
pub(super) const fn download_reaction(error: &DownloadError) -> Reaction {
    match error {
        DownloadError::Client(error) => reaction(error),
        DownloadError::Forbidden => Reaction::CheckSession,
        DownloadError::Empty
        | DownloadError::WrongLength { .. }
        | DownloadError::WrongDigest
        | DownloadError::StorageUnreachable { .. }
        | DownloadError::StorageRefused { .. } => Reaction::TryAgain,
        DownloadError::Deleted
        | DownloadError::HtmlInsteadOfImage
        | DownloadError::TooLarge { .. } => Reaction::GiveUp,
    }
}

/// Counts the tries of one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tries {
    failed: u32,
    first_pause: Duration,
}

impl Tries {
    pub(super) const fn new(timings: &Timings) -> Self {
        Self {
            failed: 0,
            first_pause: timings.retry_first,
        }
    }

    /// How long to wait before the next try; `None` when there were enough.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        self.failed += 1;
        (self.failed < MAX_TRIES)
            .then(|| backoff(self.first_pause, self.first_pause * 60, self.failed - 1))
    }
}

/// `first`, doubled `doublings` times but never above `longest`, and up to a fifth more so
/// that what failed together does not come back together.
pub(super) fn backoff(first: Duration, longest: Duration, doublings: u32) -> Duration {
    let pause = first.saturating_mul(1 << doublings.min(16)).min(longest);
    pause + pause.mul_f64(fastrand::f64() / 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let (first, longest) = (Duration::from_secs(2), Duration::from_secs(30));
        for (doublings, base) in [(0, 2), (1, 4), (3, 16), (4, 30), (90, 30)] {
            let pause = backoff(first, longest, doublings);
            let base = Duration::from_secs(base);
            assert!(pause >= base && pause <= base.mul_f64(1.2), "{pause:?}");
        }
    }

    #[test]
    fn the_third_failure_is_final() {
        let mut tries = Tries::new(&Timings::default());
        assert!(tries.pause().is_some());
        assert!(tries.pause().is_some());
        assert_eq!(tries.pause(), None);
    }
}
