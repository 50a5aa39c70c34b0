//! Whether the server can be reached: one place that knows, tells and tries again.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use super::Timings;
use super::reaction::{Reaction, backoff, reaction};
use crate::domain::ServerUrl;
use crate::protocol::{Connection, Event, EventSender};
use crate::rocketchat::{Http, probe};

/// How things stand with one server. Tasks report what they see, and wait here while the
/// server is away instead of each asking it again.
#[derive(Debug)]
pub(super) struct ConnectionMonitor {
    situation: watch::Sender<Situation>,
    impatience: Notify,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Situation {
    offline_since: Option<Timestamp>,
    limited_until: Option<Instant>,
    /// The same for everything but the listing.
    others_limited_until: Option<Instant>,
    /// Tries to reach the server since a request of ours last came through.
    tries: u32,
}

impl Situation {
    fn shown(self) -> Connection {
        let limited_until = self.limited_until.max(self.others_limited_until);
        match (self.offline_since, limited_until) {
            (Some(since), _) => Connection::Offline { since },
            (None, Some(until)) => Connection::RateLimited { until },
            (None, None) => Connection::Online,
        }
    }
}

impl ConnectionMonitor {
    pub(super) fn new() -> Self {
        Self {
            situation: watch::Sender::new(Situation::default()),
            impatience: Notify::new(),
        }
    }

    /// A request was answered.
    pub(super) fn reached(&self) {
        self.change(|now| {
            now.offline_since = None;
            now.tries = 0;
        });
    }

    /// A request did not reach the server.
    pub(super) fn lost(&self) {
        self.change(|now| {
            now.offline_since.get_or_insert_with(Timestamp::now);
        });
    }

    /// Listing waits for the server's budget, or no longer does.
    pub(super) fn limited(&self, until: Option<Instant>) {
        self.change(|now| now.limited_until = until);
    }

    /// Something else waits for the server's budget, for as long as the answer is kept.
    pub(super) fn limited_elsewhere(&self, until: Instant) -> LimitNotice<'_> {
        self.change(|now| {
            now.others_limited_until = now.others_limited_until.max(Some(until));
        });
        LimitNotice {
            monitor: self,
            until,
        }
    }

    pub(super) fn is_offline(&self) -> bool {
        self.situation.borrow().offline_since.is_some()
    }

    /// Waits until the server can be reached.
    pub(super) async fn online(&self) {
        let mut receiver = self.situation.subscribe();
        // Fails only when the sender is gone, and that is `self`.
        receiver
            .wait_for(|now| now.offline_since.is_none())
            .await
            .ok();
    }

    /// Waits until the server cannot be reached.
    pub(super) async fn offline(&self) {
        let mut receiver = self.situation.subscribe();
        // Fails only when the sender is gone, and that is `self`.
        receiver
            .wait_for(|now| now.offline_since.is_some())
            .await
            .ok();
    }

    /// The person does not want to wait for the next look at the server.
    pub(super) fn look_now(&self) {
        if self.is_offline() {
            self.impatience.notify_one();
        }
    }

    fn change(&self, change: impl FnOnce(&mut Situation)) {
        self.situation.send_if_modified(|now| {
            let before = *now;
            change(now);
            *now != before
        });
    }

    /// Tells the window, in order, each change once.
    pub(super) async fn report(&self, events: &EventSender) {
        let mut receiver = self.situation.subscribe();
        let mut told = Connection::Online;
        loop {
            let now = receiver.borrow_and_update().shown();
            if now != told {
                tracing::debug!(?now, "connection");
                events.send(Event::ConnectionChanged(now)).await;
                told = now;
            }
            if receiver.changed().await.is_err() {
                return;
            }
        }
    }

    /// While the server is away, asks it again and again who it is.
    pub(super) async fn look_for_server(&self, http: &Http, server: &ServerUrl, timings: &Timings) {
        let mut receiver = self.situation.subscribe();
        loop {
            let away = receiver.wait_for(|now| now.offline_since.is_some()).await;
            let Ok(tries) = away.map(|now| now.tries) else {
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(pause(timings, tries)) => {}
                () = self.impatience.notified() => {}
            }
            self.change(|now| now.tries += 1);
            let is_reached = match probe(http, server).await {
                Ok(_) => true,
                Err(error) => is_answer(reaction(&error)),
            };
            tracing::debug!(is_reached, tries, "looked for the server");
            if is_reached {
                // Tries are forgotten only when a request of ours comes through: a server that
                // answers this question and no other must not be asked in ever the same pace.
                self.change(|now| now.offline_since = None);
            }
        }
    }
}

/// Takes back what it announced, however the waiting ends.
pub(super) struct LimitNotice<'a> {
    monitor: &'a ConnectionMonitor,
    until: Instant,
}

impl Drop for LimitNotice<'_> {
    fn drop(&mut self) {
        self.monitor.change(|now| {
            // Another one waits longer.
            now.others_limited_until = now.others_limited_until.filter(|until| *until > self.until);
        });
    }
}

const fn is_answer(reaction: Reaction) -> bool {
    match reaction {
        Reaction::Reconnect | Reaction::TryAgain => false,
        Reaction::WaitFor(_) | Reaction::CheckSession | Reaction::GiveUp => true,
    }
}

fn pause(timings: &Timings, tries: u32) -> Duration {
    backoff(timings.reconnect_first, timings.reconnect_longest, tries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_away_outranks_waiting_for_the_budget() {
        let monitor = ConnectionMonitor::new();
        monitor.limited(Some(Instant::now()));
        monitor.lost();
        assert!(monitor.is_offline());
        assert!(matches!(
            monitor.situation.borrow().shown(),
            Connection::Offline { .. }
        ));
        monitor.reached();
        assert!(matches!(
            monitor.situation.borrow().shown(),
            Connection::RateLimited { .. }
        ));
    }

    #[test]
    fn who_waits_longest_for_the_budget_is_announced_and_takes_it_back() {
        let monitor = ConnectionMonitor::new();
        let shown = || monitor.situation.borrow().shown();
        let soon = Instant::now() + Duration::from_secs(5);
        let late = soon + Duration::from_secs(5);
        let longer = monitor.limited_elsewhere(late);
        let shorter = monitor.limited_elsewhere(soon);
        assert_eq!(shown(), Connection::RateLimited { until: late });
        drop(shorter);
        assert_eq!(shown(), Connection::RateLimited { until: late });
        drop(longer);
        assert_eq!(shown(), Connection::Online);
    }
}
