//! Times as files write them: those of a wall clock. What has no zone gets none.

use jiff::civil::{Date, DateTime, Time};

use super::{OtherTime, TimeKind};

/// No photograph is older; "0001" is another way to say that nobody knows.
const FIRST_YEAR: i16 = 1826;

/// EXIF's "2024:06:17 06:59:23". A camera whose clock was never set writes zeros or blanks.
pub(super) fn of_exif(text: &str) -> Option<DateTime> {
    let mut numbers = text
        .get(..19)?
        .split([':', ' ', '-', '/', 'T'])
        .map(|part| part.parse::<i16>().ok());
    let mut next = || numbers.next().flatten();
    let date = date(next()?, next()?, next()?)?;
    let time = time(next()?, next()?, next()?)?;
    Some(date.to_datetime(time))
}

/// XMP's "2024-06-17T06:59:23.12+02:00", of which the end may be missing: the day is needed.
pub(super) fn of_xmp(text: &str) -> Option<OtherTime> {
    let text = text.trim();
    let (day, clock) = text
        .split_once('T')
        .map_or((text, None), |(day, clock)| (day, Some(clock)));
    let mut numbers = day.split('-').map(|part| part.parse::<i16>().ok());
    let mut next = || numbers.next().flatten();
    let date = date(next()?, next()?, next()?)?;
    let (clock, zone) = match clock {
        Some(clock) => {
            let end = clock.find(['+', '-', 'Z']).unwrap_or(clock.len());
            clock.split_at_checked(end)?
        }
        None => ("", ""),
    };
    let mut numbers = clock.split([':', '.']).map(|part| part.parse::<i16>().ok());
    let mut next = || numbers.next().flatten();
    let time = match (next(), next()) {
        (Some(hour), Some(minute)) => time(hour, minute, next().unwrap_or(0)),
        _ => None,
    };
    let offset = match zone {
        "Z" => Some("+00:00".to_owned()),
        zone => Some(zone.to_owned()).filter(|zone| is_offset(zone)),
    };
    Some(OtherTime {
        kind: TimeKind::Created,
        date,
        offset: offset.filter(|_| time.is_some()),
        time,
    })
}

/// IPTC's "20240617" and "065923+0200".
pub(super) fn of_iptc(day: &str, clock: Option<&str>) -> Option<OtherTime> {
    let number = |text: &str, start, end| text.get(start..end)?.parse::<i16>().ok();
    let date = date(number(day, 0, 4)?, number(day, 4, 6)?, number(day, 6, 8)?)?;
    let time = clock.and_then(|clock| {
        time(
            number(clock, 0, 2)?,
            number(clock, 2, 4)?,
            number(clock, 4, 6)?,
        )
    });
    let offset = clock.and_then(|clock| {
        let (hours, minutes) = (clock.get(6..9)?, clock.get(9..11)?);
        Some(format!("{hours}:{minutes}")).filter(|offset| is_offset(offset))
    });
    Some(OtherTime {
        kind: TimeKind::Created,
        date,
        offset: offset.filter(|_| time.is_some()),
        time,
    })
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let small = |number: i16| i8::try_from(number).ok();
    let date = Date::new(year, small(month)?, small(day)?).ok()?;
    (year >= FIRST_YEAR).then_some(date)
}

fn time(hour: i16, minute: i16, second: i16) -> Option<Time> {
    let small = |number: i16| i8::try_from(number).ok();
    Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()
}

/// "+02:00".
pub(super) fn is_offset(text: &str) -> bool {
    let digits = |range| {
        text.get(range)
            .is_some_and(|part: &str| part.bytes().all(|c| c.is_ascii_digit()))
    };
    text.len() == 6
        && text.starts_with(['+', '-'])
        && text.get(3..4) == Some(":")
        && digits(1..3)
        && digits(4..6)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn times_without_sense_are_no_times() {
        assert!(of_exif("2024:02:30 10:00:00").is_none());
        assert!(of_exif("0000:00:00 00:00:00").is_none());
        assert!(of_exif("    :  :     :  :  ").is_none());
        assert!(of_exif("2024:06:17").is_none());
        assert!(of_exif("2024-06-17T06:59:23Z").is_some());
        assert!(is_offset("-11:30") && !is_offset("+1:30") && !is_offset("é2:00"));
        for text in [
            "",
            "2024",
            "2024-06",
            "2024-13-01",
            "0001-01-01",
            "T10:00",
            "é",
        ] {
            assert_eq!(of_xmp(text), None, "{text}");
        }
        for text in ["", "2024", "20241301", "00000000", "2024é101"] {
            assert_eq!(of_iptc(text, None), None, "{text}");
        }
    }

    #[test]
    fn as_much_is_read_as_was_written_and_no_zone_is_added() {
        let day = date(2024, 6, 17);
        let seconds = time(6, 59, 23, 0);
        for (text, clock, offset) in [
            ("2024-06-17", None, None),
            ("2024-06-17T06:59", Some(time(6, 59, 0, 0)), None),
            ("2024-06-17T06:59:23", Some(seconds), None),
            ("2024-06-17T06:59:23.45", Some(seconds), None),
            (
                "2024-06-17T06:59:23.45-03:30",
                Some(seconds),
                Some("-03:30"),
            ),
            (" 2024-06-17T06:59:23Z ", Some(seconds), Some("+00:00")),
            ("2024-06-17T06:59:23+nonsense", Some(seconds), None),
            ("2024-06-17T99:59:23", None, None),
        ] {
            let read = of_xmp(text).unwrap();
            assert_eq!((read.date, read.time), (day, clock), "{text}");
            assert_eq!(read.offset.as_deref(), offset, "{text}");
        }
        for (text, clock, offset) in [
            (None, None, None),
            (Some("065923"), Some(seconds), None),
            (Some("065923+0200"), Some(seconds), Some("+02:00")),
            (Some("0659"), None, None),
        ] {
            let read = of_iptc("20240617", text).unwrap();
            assert_eq!((read.date, read.time), (day, clock), "{text:?}");
            assert_eq!(read.offset.as_deref(), offset, "{text:?}");
        }
    }
}
