//! What there is to do about a file that did not come.

use std::time::{Duration, Instant};

use crate::rocketchat::{ClientError, DownloadError};

/// How often something that failed by chance is tried before it counts as failed.
const MAX_TRIES: u32 = 4;

/// How often a server may ask for a pause before one of its files counts as failed. With a
/// minute each, that is half an hour.
const MAX_PAUSES: u32 = 30;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Try again after this pause.
    Again(Duration),
    /// The server wants to be left alone for this long, by everybody.
    SlowDown(Duration),
    /// The token may be dead.
    CheckSession,
    /// This file fails.
    GiveUp,
    /// The server is away for good.
    ServerLost,
}

/// Counts the tries of one file.
#[derive(Debug)]
pub(super) struct Tries {
    first_pause: Duration,
    patience: Duration,
    failed: u32,
    pauses: u32,
    away_since: Option<Instant>,
    /// The most bytes that a try left behind.
    furthest: u64,
}

impl Tries {
    pub(super) const fn new(first_pause: Duration, patience: Duration) -> Self {
        Self {
            first_pause,
            patience,
            failed: 0,
            pauses: 0,
            away_since: None,
            furthest: 0,
        }
    }

    /// What helps against this. `there` is how many bytes of the file are there now: a try that
    /// brought some is no failure.
    pub(super) fn after(&mut self, error: &DownloadError, there: u64) -> Next {
        if there > self.furthest {
            self.furthest = there;
            self.failed = 0;
            self.away_since = None;
        }
        match error {
            DownloadError::Client(error) => self.after_client(error),
            DownloadError::Forbidden => Next::CheckSession,
            DownloadError::Empty
            | DownloadError::WrongLength { .. }
            | DownloadError::WrongDigest
            | DownloadError::StorageUnreachable { .. }
            | DownloadError::StorageRefused { .. } => self.chance(),
            DownloadError::Deleted
            | DownloadError::HtmlInsteadOfImage
            | DownloadError::TooLarge { .. } => Next::GiveUp,
        }
    }

    fn after_client(&mut self, error: &ClientError) -> Next {
        match error {
            ClientError::NameNotFound { .. } | ClientError::Unreachable { .. } => self.away(),
            ClientError::RateLimited { retry_after } => self.pause(*retry_after),
            ClientError::Unavailable { .. } => match self.chance() {
                Next::Again(pause) => Next::SlowDown(pause),
                next => next,
            },
            ClientError::TimedOut | ClientError::CutOff | ClientError::ServerFault { .. } => {
                self.chance()
            }
            ClientError::SessionExpired => Next::CheckSession,
            _ => Next::GiveUp,
        }
    }

    /// As many tries as for anything that may be chance.
    pub(super) fn chance(&mut self) -> Next {
        self.failed += 1;
        if self.failed >= MAX_TRIES {
            return Next::GiveUp;
        }
        Next::Again(self.backoff(self.failed - 1))
    }

    fn pause(&mut self, pause: Duration) -> Next {
        self.pauses += 1;
        if self.pauses > MAX_PAUSES {
            return Next::GiveUp;
        }
        Next::SlowDown(pause)
    }

    fn away(&mut self) -> Next {
        let since = *self.away_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= self.patience {
            return Next::ServerLost;
        }
        self.failed += 1;
        let left = self.patience.saturating_sub(since.elapsed());
        Next::Again(self.backoff(self.failed - 1).min(left))
    }

    /// Doubled each time, and up to a fifth more, so that what failed together does not come
    /// back together.
    fn backoff(&self, doublings: u32) -> Duration {
        let pause = self.first_pause.saturating_mul(1 << doublings.min(16));
        pause
            .min(LONGEST_PAUSE)
            .mul_f64(1.0 + fastrand::f64() / 5.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(patience: Duration) -> Tries {
        Tries::new(Duration::from_millis(100), patience)
    }

    fn after(tries: &mut Tries, error: ClientError, there: u64) -> Next {
        tries.after(&DownloadError::Client(error), there)
    }

    #[test]
    fn a_failure_by_chance_is_final_after_some_tries_that_brought_nothing() {
        let mut tries = tries(Duration::ZERO);
        for there in [0, 10, 10, 10] {
            let next = after(&mut tries, ClientError::CutOff, there);
            assert!(matches!(next, Next::Again(_)), "{next:?}");
        }
        assert_eq!(after(&mut tries, ClientError::CutOff, 10), Next::GiveUp);
    }

    #[test]
    fn the_servers_time_is_honoured() {
        let wait = Duration::from_secs(7);
        let limited = ClientError::RateLimited { retry_after: wait };
        let mut tries = tries(Duration::ZERO);
        assert_eq!(after(&mut tries, limited, 0), Next::SlowDown(wait));
    }

    #[test]
    fn a_server_that_is_away_is_waited_for_no_longer_than_patience_lasts() {
        let away = || ClientError::Unreachable {
            cause: String::new(),
        };
        let mut patient = tries(Duration::from_mins(1));
        assert!(matches!(after(&mut patient, away(), 0), Next::Again(_)));
        let mut impatient = tries(Duration::ZERO);
        assert_eq!(after(&mut impatient, away(), 0), Next::ServerLost);
    }

    #[test]
    fn what_is_gone_or_no_image_is_not_tried_again() {
        for error in [DownloadError::Deleted, DownloadError::HtmlInsteadOfImage] {
            assert_eq!(tries(Duration::ZERO).after(&error, 0), Next::GiveUp);
        }
        let next = tries(Duration::ZERO).after(&DownloadError::Forbidden, 0);
        assert_eq!(next, Next::CheckSession);
    }
}
