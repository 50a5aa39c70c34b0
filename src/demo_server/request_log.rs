//! Which requests came, for tests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, Uri};

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The method.
    pub method: Method,
    /// The path below the base, such as "/api/v1/me".
    pub path: String,
    /// The query, undecoded; empty without one.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The status answered; 0 while there is none.
    pub status: u16,
    /// Milliseconds since 1970.
    pub at_millis: i64,
}

/// The last requests.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    entries: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    kept: VecDeque<LoggedRequest>,
    n_dropped: u64,
}

/// A long visit makes a few thousand requests.
const MOST_REQUESTS: usize = 20_000;

impl RequestLog {
    /// Notes a request and gives the number to note its status under.
    pub(super) fn note(&self, method: &Method, path: &str, uri: &Uri, headers: &HeaderMap) -> u64 {
        let mut log = self.lock();
        if log.kept.len() >= MOST_REQUESTS {
            log.kept.pop_front();
            log.n_dropped += 1;
        }
        log.kept.push_back(LoggedRequest {
            method: method.clone(),
            path: path.to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            headers: headers.clone(),
            status: 0,
            at_millis: super::clock::now_millis(),
        });
        log.n_dropped + log.kept.len() as u64 - 1
    }

    pub(super) fn answered(&self, number: u64, status: u16) {
        let mut log = self.lock();
        let index = number
            .checked_sub(log.n_dropped)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| log.kept.get_mut(index)) {
            entry.status = status;
        }
    }

    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        self.lock().kept.iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        let mut log = self.lock();
        log.n_dropped += log.kept.len() as u64;
        log.kept.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
