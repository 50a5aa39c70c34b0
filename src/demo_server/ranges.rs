//! The `Range` header in both dialects of the server.

use super::quirks::Ranges;

/// What a range asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: no range, or one that is not understood.
    Whole,
    /// From the first to the last byte, both included.
    Part(u64, u64),
    /// 416.
    Unsatisfiable,
}

/// Reads the header for a file of `size` bytes.
pub(super) fn wanted(header: Option<&str>, size: u64, dialect: Ranges) -> Wanted {
    let Some((start, stop)) = header
        .and_then(|text| text.strip_prefix("bytes="))
        .and_then(two)
    else {
        return Wanted::Whole;
    };
    match dialect {
        Ranges::Rfc => rfc(start, stop, size),
        Ranges::Legacy => legacy(start, stop, size),
    }
}

fn two(text: &str) -> Option<(&str, &str)> {
    text.split_once('-').filter(|(_, stop)| !stop.contains(','))
}

fn rfc(start: &str, stop: &str, size: u64) -> Wanted {
    let last = size.saturating_sub(1);
    match (start.parse::<u64>().ok(), stop.parse::<u64>().ok()) {
        (Some(start), _) if start >= size => Wanted::Unsatisfiable,
        (Some(start), Some(stop)) if stop < start => Wanted::Unsatisfiable,
        (Some(start), Some(stop)) => Wanted::Part(start, stop.min(last)),
        (Some(start), None) if stop.is_empty() => Wanted::Part(start, last),
        (None, Some(0)) if start.is_empty() => Wanted::Unsatisfiable,
        (None, Some(suffix)) if start.is_empty() => Wanted::Part(size.saturating_sub(suffix), last),
        _ => Wanted::Whole,
    }
}

/// Up to 8.4: both numbers or nothing; one byte cannot be asked for; `stop == size` passes.
fn legacy(start: &str, stop: &str, size: u64) -> Wanted {
    match (start.parse::<u64>(), stop.parse::<u64>()) {
        (Ok(start), Ok(stop)) if stop <= start || stop > size => Wanted::Unsatisfiable,
        (Ok(start), Ok(stop)) => Wanted::Part(start, stop.min(size.saturating_sub(1))),
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_servers_follow_the_rfc() {
        let wanted = |text| wanted(Some(text), 100, Ranges::Rfc);
        assert_eq!(wanted("bytes=0-0"), Wanted::Part(0, 0));
        assert_eq!(wanted("bytes=40-"), Wanted::Part(40, 99));
        assert_eq!(wanted("bytes=-10"), Wanted::Part(90, 99));
        assert_eq!(wanted("bytes=40-1000"), Wanted::Part(40, 99));
        assert_eq!(wanted("bytes=100-"), Wanted::Unsatisfiable);
        assert_eq!(wanted("bytes=9-3"), Wanted::Unsatisfiable);
        assert_eq!(wanted("items=0-3"), Wanted::Whole);
    }

    #[test]
    fn older_servers_are_wrong_at_both_edges() {
        let wanted = |text| wanted(Some(text), 100, Ranges::Legacy);
        assert_eq!(wanted("bytes=0-"), Wanted::Whole);
        assert_eq!(wanted("bytes=-10"), Wanted::Whole);
        assert_eq!(wanted("bytes=0-0"), Wanted::Unsatisfiable);
        assert_eq!(wanted("bytes=40-100"), Wanted::Part(40, 99));
        assert_eq!(wanted("bytes=40-101"), Wanted::Unsatisfiable);
        assert_eq!(wanted("bytes=40-99"), Wanted::Part(40, 99));
    }
}
