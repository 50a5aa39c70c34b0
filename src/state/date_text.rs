//! Dates as people write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

/// A day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// One day.
    Day(Date),
    /// The month that begins on this day.
    Month(Date),
    /// The year that begins on this day.
    Year(Date),
}

impl Period {
    /// Its first day.
    pub const fn first(self) -> Date {
        match self {
            Self::Day(first) | Self::Month(first) | Self::Year(first) => first,
        }
    }

    /// The instant after its last one; `None` where time ends.
    pub fn end(self, zone: &TimeZone) -> Option<Timestamp> {
        let length: Span = match self {
            Self::Day(_) => 1.day(),
            Self::Month(_) => 1.month(),
            Self::Year(_) => 1.year(),
        };
        let after = self.first().checked_add(length).ok()?;
        Some(after.to_zoned(zone.clone()).ok()?.timestamp())
    }

    /// Whether an instant lies in it.
    pub fn contains(self, time: Timestamp, zone: &TimeZone) -> bool {
        let day = time.to_zoned(zone.clone()).date();
        let first = self.first();
        match self {
            Self::Day(_) => day == first,
            Self::Month(_) => day.first_of_month() == first,
            Self::Year(_) => day.year() == first.year(),
        }
    }

    /// "Tuesday 4 November 2025", "November 2025", "2025".
    pub fn in_words(self) -> String {
        let format = match self {
            Self::Day(_) => "%A %-d %B %Y",
            Self::Month(_) => "%B %Y",
            Self::Year(_) => "%Y",
        };
        self.first().strftime(format).to_string()
    }
}

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateProblem {
    /// Nothing was typed.
    Empty,
    /// It does not look like a date.
    NotADate,
    /// The calendar has no such day or month.
    NoSuchDay,
    /// Day and month could be either way round.
    TwoWays(Date, Date),
}

impl DateProblem {
    /// One sentence about what to type instead.
    pub fn in_words(&self) -> String {
        match self {
            Self::Empty => "Type a date, such as 2025-11-04, 2025-11 or 2025".to_owned(),
            Self::NotADate => "This is no date; type it as 2025-11-04, 2025-11 or 2025".to_owned(),
            Self::NoSuchDay => "The calendar has no such day".to_owned(),
            Self::TwoWays(one, other) => {
                let words = |day: &Date| day.strftime("%-d %B").to_string();
                format!(
                    "This can be {} or {}; type {one} or {other}",
                    words(one),
                    words(other)
                )
            }
        }
    }
}

/// Reads a date: `2025-11-04`, `2025-11`, `2025`, `4.11.2025`, `4 Nov 2025`, `November 4, 2025`,
/// `November 2025`, `4 Nov` (the last one that was), `today`, `yesterday`.
///
/// # Errors
/// The text is no date, or one that can be read two ways.
pub fn parse(text: &str, today: Date) -> Result<Period, DateProblem> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "" => return Err(DateProblem::Empty),
        "today" => return Ok(Period::Day(today)),
        "yesterday" => return Ok(Period::Day(today.yesterday().unwrap_or(today))),
        _ => {}
    }
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '.' | '/' | ',');
    let words: Vec<&str> = text.split(is_gap).filter(|word| !word.is_empty()).collect();
    let parts: Option<Vec<Part>> = words.iter().map(|word| Part::read(word)).collect();
    let is_month_first = text.contains('/');
    match parts.as_deref().unwrap_or_default() {
        [Part::Year(year)] => month(*year, 1).map(Period::Year),
        [Part::Year(year), Part::Small(number) | Part::Month(number)]
        | [Part::Small(number) | Part::Month(number), Part::Year(year)] => {
            month(*year, *number).map(Period::Month)
        }
        [Part::Small(a), Part::Small(b), Part::Year(year)] if is_month_first => {
            either_way(*year, *a, *b).map(Period::Day)
        }
        [
            Part::Year(year),
            Part::Small(number) | Part::Month(number),
            Part::Small(of_month),
        ]
        | [
            Part::Small(of_month),
            Part::Small(number) | Part::Month(number),
            Part::Year(year),
        ]
        | [Part::Month(number), Part::Small(of_month), Part::Year(year)] => {
            day(*year, *number, *of_month).map(Period::Day)
        }
        [Part::Month(number)] => last_month(*number, today).map(Period::Month),
        [Part::Small(of_month), Part::Month(number)]
        | [Part::Month(number), Part::Small(of_month)] => {
            last_day(*number, *of_month, today).map(Period::Day)
        }
        _ => Err(DateProblem::NotADate),
    }
}

/// One word of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Four digits.
    Year(i16),
    /// One or two digits.
    Small(i8),
    /// A month's name, or its first letters.
    Month(i8),
}

impl Part {
    fn read(word: &str) -> Option<Self> {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let ending = word.get(digits.len()..).unwrap_or_default();
        match digits.len() {
            4 if is_number && ending.is_empty() => digits.parse().ok().map(Self::Year),
            1 | 2 if is_number && matches!(ending, "" | "st" | "nd" | "rd" | "th") => {
                digits.parse().ok().map(Self::Small)
            }
            _ if word.len() >= 3 => {
                let index = MONTHS.iter().position(|month| month.starts_with(word))?;
                i8::try_from(index + 1).ok().map(Self::Month)
            }
            _ => None,
        }
    }
}

fn day(year: i16, month: i8, day: i8) -> Result<Date, DateProblem> {
    // What jiff adds is only which of the three is out of range.
    Date::new(year, month, day)
        .ok()
        .ok_or(DateProblem::NoSuchDay)
}

fn month(year: i16, number: i8) -> Result<Date, DateProblem> {
    day(year, number, 1)
}

/// With slashes some write the day first, others the month.
fn either_way(year: i16, a: i8, b: i8) -> Result<Date, DateProblem> {
    match (day(year, b, a), day(year, a, b)) {
        (Ok(one), Ok(other)) if one != other => Err(DateProblem::TwoWays(one, other)),
        (Ok(date), _) | (Err(_), Ok(date)) => Ok(date),
        (Err(problem), Err(_)) => Err(problem),
    }
}

fn last_month(number: i8, today: Date) -> Result<Date, DateProblem> {
    let this_year = month(today.year(), number)?;
    if this_year <= today {
        Ok(this_year)
    } else {
        month(today.year() - 1, number)
    }
}

/// The 29th of February may be years ago.
fn last_day(month: i8, of_month: i8, today: Date) -> Result<Date, DateProblem> {
    let years = (0..=8).map(|ago| today.year() - ago);
    years
        .filter_map(|year| day(year, month, of_month).ok())
        .find(|date| *date <= today)
        .ok_or(DateProblem::NoSuchDay)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(text: &str) -> Result<Period, DateProblem> {
        parse(text, date(2026, 3, 11))
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let day = Ok(Period::Day(date(2025, 11, 4)));
        for text in [
            "2025-11-04",
            " 2025-11-4 ",
            "2025/11/04",
            "4.11.2025",
            "04-11-2025",
            "4 Nov 2025",
            "4. November 2025",
            "Nov 4, 2025",
            "November 4th 2025",
            "4 nov",
        ] {
            assert_eq!(read(text), day, "{text}");
        }
        assert_eq!(read("today"), Ok(Period::Day(date(2026, 3, 11))));
        assert_eq!(read("Yesterday"), Ok(Period::Day(date(2026, 3, 10))));
        assert_eq!(read("29 feb"), Ok(Period::Day(date(2024, 2, 29))));
    }

    #[test]
    fn a_month_or_a_year_will_do() {
        let november = Ok(Period::Month(date(2025, 11, 1)));
        for text in [
            "2025-11",
            "11.2025",
            "Nov 2025",
            "2025 november",
            "november",
        ] {
            assert_eq!(read(text), november, "{text}");
        }
        assert_eq!(read("2019"), Ok(Period::Year(date(2019, 1, 1))));
    }

    #[test]
    fn what_is_no_date_says_what_to_type() {
        for (text, problem) in [
            ("", DateProblem::Empty),
            ("last week", DateProblem::NotADate),
            ("12", DateProblem::NotADate),
            ("20251104", DateProblem::NotADate),
            ("1-2-3-4", DateProblem::NotADate),
            ("2025-02-30", DateProblem::NoSuchDay),
            ("2025-13", DateProblem::NoSuchDay),
        ] {
            assert_eq!(read(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn slashes_are_taken_only_where_they_can_be_read_one_way() {
        assert_eq!(read("25/12/2024"), Ok(Period::Day(date(2024, 12, 25))));
        assert_eq!(read("12/25/2024"), Ok(Period::Day(date(2024, 12, 25))));
        assert_eq!(read("5/5/2024"), Ok(Period::Day(date(2024, 5, 5))));
        let problem = read("4/11/2025").unwrap_err();
        assert_eq!(
            problem.in_words(),
            "This can be 4 November or 11 April; type 2025-11-04 or 2025-04-11"
        );
    }

    #[test]
    fn a_period_ends_where_the_next_one_begins_in_local_time() {
        let berlin = TimeZone::fixed(jiff::tz::offset(1));
        let end = |period: Period| period.end(&berlin).unwrap().to_string();
        assert_eq!(end(Period::Day(date(2025, 12, 31))), "2025-12-31T23:00:00Z");
        assert_eq!(end(Period::Month(date(2025, 2, 1))), "2025-02-28T23:00:00Z");
        assert_eq!(end(Period::Year(date(2025, 1, 1))), "2025-12-31T23:00:00Z");
        let late: Timestamp = "2025-12-31T23:30:00Z".parse().unwrap();
        assert!(Period::Day(date(2026, 1, 1)).contains(late, &berlin));
        assert!(!Period::Year(date(2025, 1, 1)).contains(late, &berlin));
    }
}
