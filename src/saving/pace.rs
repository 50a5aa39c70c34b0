//! How many files at a time: more while all goes well, fewer when the server asks for a rest.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Hides the server's latency without being noticed by it.
const FIRST_LIMIT: usize = 4;

/// More gain nothing but with a server that is far away.
const MAX_LIMIT: usize = 8;

/// One host, however many files: what it says to one request goes for all.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Files that came through since the limit was changed.
    streak: usize,
    /// The server has asked for a rest before.
    was_refused: bool,
    paused_until: Option<Instant>,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self {
            state: Mutex::new(State {
                limit: FIRST_LIMIT,
                streak: 0,
                was_refused: false,
                paused_until: None,
            }),
        }
    }

    /// How many files may be under way.
    pub(super) fn limit(&self) -> usize {
        self.state().limit
    }

    /// A file came through.
    pub(super) fn went_well(&self) {
        let mut state = self.state();
        state.streak += 1;
        // Quickly at first; with more care up to where it was too much before.
        let needed = if state.was_refused {
            2 * state.limit
        } else {
            1
        };
        if state.streak >= needed && state.limit < MAX_LIMIT {
            state.limit += 1;
            state.streak = 0;
        }
    }

    /// The server has too much to do: half as many from now on, and none for this long.
    pub(super) fn slow_down(&self, pause: Duration) {
        let mut state = self.state();
        let until = Instant::now() + pause;
        let is_news = state
            .paused_until
            .is_none_or(|known| known < Instant::now());
        // Eight requests that were under way together are refused together, and count once.
        if is_news {
            state.limit = (state.limit / 2).max(1);
        }
        state.streak = 0;
        state.was_refused = true;
        state.paused_until = state.paused_until.max(Some(until));
    }

    /// How long the server still wants to be left alone.
    pub(super) fn pause_left(&self) -> Option<Duration> {
        let until = self.state().paused_until?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Waits until the server may be asked again.
    pub(super) async fn wait(&self) {
        while let Some(left) = self.pause_left() {
            tokio::time::sleep(left).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_its_limit_while_all_goes_well_and_halves_once_for_each_refusal() {
        let pace = Pace::new();
        assert_eq!(pace.limit(), 4);
        for _ in 0..200 {
            pace.went_well();
        }
        assert_eq!(pace.limit(), 8);
        let pause = Duration::from_mins(1);
        for _ in 0..8 {
            pace.slow_down(pause);
        }
        assert_eq!(pace.limit(), 4);
        assert!(pace.pause_left().is_some_and(|left| left <= pause));
        for _ in 0..7 {
            pace.went_well();
        }
        assert_eq!(pace.limit(), 4, "too soon after a refusal");
        pace.went_well();
        assert_eq!(pace.limit(), 5);
    }

    #[test]
    fn there_is_always_one_left() {
        let pace = Pace::new();
        for _ in 0..10 {
            pace.slow_down(Duration::ZERO);
        }
        assert_eq!(pace.limit(), 1);
        assert_eq!(pace.pause_left(), None);
    }
}
