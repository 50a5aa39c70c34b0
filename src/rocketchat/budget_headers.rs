//! What an answer says about the calls that may still be made.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// `X-RateLimit-Reset` is exact, `Date` beside it has whole seconds.
const DATE_PRECISION: Duration = Duration::from_secs(1);

/// The server's window is a minute (`API_Enable_Rate_Limiter_Limit_Time_Default`): whatever
/// clocks say, waiting longer is never right.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(61);

/// The limiter's three headers, with the server's clock taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BudgetHeaders {
    /// `X-RateLimit-Limit`.
    pub(super) limit: Option<u32>,
    /// `X-RateLimit-Remaining`.
    pub(super) remaining: u32,
    /// `X-RateLimit-Reset`: when the window ends, in milliseconds of the server's clock. Names
    /// the window.
    pub(super) window_millis: Option<i64>,
    /// How long until then.
    pub(super) resets_in: Duration,
}

impl BudgetHeaders {
    /// Reads them; `None` for an answer that was not counted.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let remaining = number(headers, "x-ratelimit-remaining")?;
        let window_millis = number(headers, "x-ratelimit-reset");
        Some(Self {
            limit: number(headers, "x-ratelimit-limit").and_then(|limit| limit.try_into().ok()),
            remaining: remaining.max(0).try_into().unwrap_or(u32::MAX),
            window_millis,
            resets_in: window_millis.map_or(LONGEST_WAIT, |end| time_until(end, headers)),
        })
    }
}

/// How long a 429 asks to wait: by its headers, else by its words, else a whole window.
pub(super) fn wait_of_refusal(headers: &HeaderMap, body: &[u8]) -> Duration {
    if let Some(end) = number(headers, "x-ratelimit-reset") {
        return time_until(end, headers);
    }
    let told = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .or_else(|| seconds_in_words(&String::from_utf8_lossy(body)));
    told.map_or(LONGEST_WAIT, |secs| {
        (Duration::from_secs(secs) + DATE_PRECISION).min(LONGEST_WAIT)
    })
}

/// Measured against the server's own clock, which may be minutes away from this machine's.
fn time_until(end_millis: i64, headers: &HeaderMap) -> Duration {
    let now = headers
        .get(DATE)
        .and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok())
        .map_or_else(Timestamp::now, |date| date.timestamp());
    let left = u64::try_from(end_millis.saturating_sub(now.as_millisecond())).unwrap_or(0);
    (Duration::from_millis(left) + DATE_PRECISION).min(LONGEST_WAIT)
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// "… You must wait 42 seconds before …"
fn seconds_in_words(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("wait ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_wait_is_measured_on_the_servers_clock() {
        // 2026-04-01T09:31:00Z is 1775035860; the Date is a minute before, whatever the time
        // is here.
        let read = BudgetHeaders::read(&headers(&[
            ("x-ratelimit-limit", "10"),
            ("x-ratelimit-remaining", "7"),
            ("x-ratelimit-reset", "1775035860000"),
            ("date", "Wed, 01 Apr 2026 09:30:30 GMT"),
        ]))
        .unwrap();
        assert_eq!(read.limit, Some(10));
        assert_eq!(read.remaining, 7);
        assert_eq!(read.resets_in, Duration::from_secs(31));
    }

    #[test]
    fn a_wait_is_never_longer_than_a_window() {
        let wait = wait_of_refusal(
            &headers(&[
                ("x-ratelimit-reset", "1775039460000"),
                ("date", "Wed, 01 Apr 2026 09:30:30 GMT"),
            ]),
            b"",
        );
        assert_eq!(wait, LONGEST_WAIT);
    }

    #[test]
    fn without_headers_the_words_say_how_long_to_wait() {
        let body = br#"{"success":false,"error":"Error, too many requests. Please slow down. You must wait 42 seconds before trying this endpoint again. [error-too-many-requests]"}"#;
        assert_eq!(
            wait_of_refusal(&HeaderMap::new(), body),
            Duration::from_secs(43)
        );
        assert_eq!(
            wait_of_refusal(&headers(&[("retry-after", "5")]), b"slow down"),
            Duration::from_secs(6)
        );
        assert_eq!(wait_of_refusal(&HeaderMap::new(), b""), LONGEST_WAIT);
    }

    #[test]
    fn an_answer_without_the_headers_was_not_counted() {
        assert_eq!(BudgetHeaders::read(&HeaderMap::new()), None);
    }
}
