//! Ten calls a minute and endpoint, shared by all tasks.
//!
//! The server counts calls for each route, method and client address and answers 429 to the
//! eleventh. This side keeps the same count, from the headers of the answers, and does not
//! make a call that would be refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::Method;

use super::ClientError;
use super::budget_bucket::{Bucket, CallOutcome};
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
}

impl RateBudget {
    /// Takes one call out of the budget.
    ///
    /// # Errors
    /// [`ClientError::RateLimited`] when there is none left.
    pub(super) fn take(self: &Arc<Self>, key: BudgetKey) -> Result<Permit, ClientError> {
        let taken = self.with(&key, |bucket| bucket.take(now()));
        match taken {
            Ok(()) => Ok(Permit {
                budget: Arc::clone(self),
                key,
                is_settled: false,
            }),
            Err(retry_after) => Err(ClientError::RateLimited { retry_after }),
        }
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
    is_settled: bool,
}

impl Permit {
    /// Says what became of the call.
    pub(super) fn settle(mut self, outcome: CallOutcome) {
        self.is_settled = true;
        self.budget
            .with(&self.key, |bucket| bucket.settle(outcome, now()));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.is_settled {
            self.budget.with(&self.key, |bucket| {
                bucket.settle(CallOutcome::Unknown, now());
            });
        }
    }
}

/// The runtime's clock, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
