//! The REST limiter: calls for each route, method and address in a window that opens with the
//! first counted call, as Meteor's `RateLimiter` counts.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::json;

use super::answers::{Answer, json_answer};
use super::quirks::RateLimit;

/// Counters in memory, as in one server instance.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    windows: Mutex<HashMap<Key, Window>>,
}

/// Route, method, client address.
type Key = (String, Method, IpAddr);

#[derive(Debug, Clone, Copy)]
struct Window {
    opened_at: i64,
    calls: u32,
}

/// What the headers say about a counted call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// Milliseconds until the window closes.
    pub(super) wait_millis: i64,
    pub(super) is_allowed: bool,
}

impl Limiter {
    /// Counts a call and says whether it may go on.
    pub(super) fn count(&self, key: Key, rate: RateLimit, now: i64) -> Standing {
        let length = i64::try_from(rate.window.as_millis()).unwrap_or(i64::MAX);
        let mut windows = self.lock();
        let window = windows.entry(key).or_insert(Window {
            opened_at: now,
            calls: 0,
        });
        if now - window.opened_at >= length {
            *window = Window {
                opened_at: now,
                calls: 0,
            };
        }
        window.calls = window.calls.saturating_add(1);
        Standing {
            limit: rate.calls,
            remaining: rate.calls.saturating_sub(window.calls),
            wait_millis: window.opened_at.saturating_add(length) - now,
            is_allowed: window.calls <= rate.calls,
        }
    }

    /// Opens every window anew.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standing {
    /// The three headers; the reset is absolute, in milliseconds of the server's clock.
    pub(super) fn write_headers(self, answer: &mut Answer, server_now: i64) {
        let reset = server_now.saturating_add(self.wait_millis);
        let fields = [
            ("x-ratelimit-limit", i64::from(self.limit)),
            ("x-ratelimit-remaining", i64::from(self.remaining)),
            ("x-ratelimit-reset", reset),
        ];
        for (name, value) in fields {
            answer.headers_mut().insert(name, HeaderValue::from(value));
        }
    }

    /// The 429: no `errorType`, no `Retry-After`, the wait only in the text and the headers.
    pub(super) fn refusal(self) -> Answer {
        let seconds = self.wait_millis.max(0).unsigned_abs().div_ceil(1000);
        let text = format!(
            "Error, too many requests. Please slow down. You must wait {seconds} seconds before \
             trying this endpoint again. [error-too-many-requests]"
        );
        json_answer(
            StatusCode::TOO_MANY_REQUESTS,
            &json!({"success": false, "error": text}),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;

    fn key(route: &str) -> Key {
        (
            route.to_owned(),
            Method::GET,
            IpAddr::V4(Ipv4Addr::LOCALHOST),
        )
    }

    #[test]
    fn the_window_opens_with_the_first_call_and_routes_count_apart() {
        let limiter = Limiter::default();
        let rate = RateLimit {
            calls: 2,
            window: Duration::from_mins(1),
        };
        assert_eq!(limiter.count(key("me"), rate, 1000).remaining, 1);
        assert!(limiter.count(key("me"), rate, 2000).is_allowed);
        let third = limiter.count(key("me"), rate, 3000);
        assert!(!third.is_allowed);
        assert_eq!(third.wait_millis, 58_000);
        assert!(limiter.count(key("rooms.get"), rate, 3000).is_allowed);
        assert!(limiter.count(key("me"), rate, 61_000).is_allowed);
    }
}
