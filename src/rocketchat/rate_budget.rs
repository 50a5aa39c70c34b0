//! Ten calls a minute and endpoint, shared by all tasks.
//!
//! The server counts calls for each route, method and client address and answers 429 to the
//! eleventh. This side keeps the same count, from the headers of the answers, and does not
//! make a call that would be refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::Method;
use tokio::sync::Notify;

use super::ClientError;
use super::budget_bucket::{Bucket, CallOutcome, Denied};
use crate::domain::ServerUrl;

/// Which count a call goes into.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct BudgetKey {
    /// Counts of two servers have nothing to do with each other.
    pub(super) server: ServerUrl,
    /// `GET` and `POST` of a route are counted apart.
    pub(super) method: Method,
    /// The route below `/api/v1/`.
    pub(super) route: &'static str,
}

/// The counts of all endpoints.
#[derive(Debug, Default)]
pub(super) struct RateBudget {
    buckets: Mutex<HashMap<BudgetKey, Bucket>>,
    /// Told whenever a call is over.
    settled: Notify,
}

impl RateBudget {
    /// Takes one call out of the budget. Waits while the first call of a window is under way.
    ///
    /// # Errors
    /// [`ClientError::RateLimited`] when there is none left.
    pub(super) async fn take(self: &Arc<Self>, key: BudgetKey) -> Result<Permit, ClientError> {
        loop {
            // Made before looking, so that no call that is settled in between is missed.
            let settled = self.settled.notified();
            match self.with(&key, |bucket| bucket.take(now())) {
                Ok(()) => break,
                Err(Denied::Spent(retry_after)) => {
                    return Err(ClientError::RateLimited { retry_after });
                }
                Err(Denied::Unsure) => settled.await,
            }
        }
        Ok(Permit {
            budget: Arc::clone(self),
            key,
            outcome: CallOutcome::Unknown,
        })
    }

    /// When a call may be made; `None` for now.
    pub(super) fn ready_at(&self, key: &BudgetKey) -> Option<Instant> {
        self.with(key, |bucket| bucket.ready_at(now()))
    }

    fn with<T>(&self, key: &BudgetKey, use_bucket: impl FnOnce(&mut Bucket) -> T) -> T {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        use_bucket(buckets.entry(key.clone()).or_default())
    }
}

/// One call that was taken out of the budget. Dropped without a word (the task was
/// cancelled), it counts as made.
#[derive(Debug)]
pub(super) struct Permit {
    budget: Arc<RateBudget>,
    key: BudgetKey,
    outcome: CallOutcome,
}

impl Permit {
    /// Says what became of the call.
    pub(super) fn settle(mut self, outcome: CallOutcome) {
        self.outcome = outcome;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget
            .with(&self.key, |bucket| bucket.settle(self.outcome, now()));
        self.budget.settled.notify_waiters();
    }
}

/// The runtime's clock, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
