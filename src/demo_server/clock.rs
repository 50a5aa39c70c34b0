//! The server's clock and the spellings of its times.

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Milliseconds since 1970, on the true clock.
pub(super) fn now_millis() -> i64 {
    Timestamp::now().as_millisecond()
}

/// `2026-04-01T09:30:00.000Z`, as REST writes dates.
pub(super) fn iso(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

/// `{"$date": …}`, as the websocket writes dates.
pub(super) fn ejson(millis: i64) -> Value {
    json!({ "$date": millis })
}

/// `Tue, 15 Nov 1994 08:12:31 GMT`, as headers write dates.
pub(super) fn http_date(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .unwrap_or_else(|_| time.to_zoned(TimeZone::UTC).to_string())
}

/// The server's now, which may be wrong.
pub(super) fn skewed_now_millis(skew: SignedDuration) -> i64 {
    now_millis().saturating_add(i64::try_from(skew.as_millis()).unwrap_or(0))
}

/// A date of a query, in any spelling `new Date()` takes that clients send.
pub(super) fn parse_iso(text: &str) -> Option<i64> {
    text.parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_spelled_as_the_server_spells_them() {
        assert_eq!(iso(1_775_035_800_120), "2026-04-01T09:30:00.120Z");
        assert_eq!(iso(1_775_035_800_000), "2026-04-01T09:30:00.000Z");
        assert_eq!(http_date(784_887_151_000), "Tue, 15 Nov 1994 08:12:31 GMT");
        assert_eq!(
            parse_iso("2026-04-01T09:30:00.000Z"),
            Some(1_775_035_800_000)
        );
        assert_eq!(parse_iso("yesterday"), None);
    }
}
