//! Days and times in words, and which images of a room share a day. Pure.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::listing::{Listing, PageView};
use crate::ui::grid_layout::DayGroup;

/// Under how long a time images stand together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Scale {
    /// A header for each day.
    #[default]
    Day,
    /// A header for each month: most days have but one image, and a header above each would
    /// leave the wall mostly bare.
    Month,
}

/// A header of this scale in words.
pub(super) fn header_in_words(day: Date, today: Date, scale: Scale) -> String {
    match scale {
        _ if day == Date::ZERO => "No date".to_owned(),
        Scale::Day => day_in_words(day, today),
        Scale::Month if day.year() == today.year() => day.strftime("%B").to_string(),
        Scale::Month => day.strftime("%B %Y").to_string(),
    }
}

/// "Today", "Yesterday", "Monday", "Tuesday 4 November", "Tuesday 4 November 2024".
fn day_in_words(day: Date, today: Date) -> String {
    let days_ago = day.until(today).map_or(i32::MAX, |span| span.get_days());
    match days_ago {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=6 => day.strftime("%A").to_string(),
        _ if day.year() == today.year() => day.strftime("%A %-d %B").to_string(),
        _ => long_day(day),
    }
}

/// "Tuesday 4 November 2025".
pub(super) fn long_day(day: Date) -> String {
    day.strftime("%A %-d %B %Y").to_string()
}

/// "Tuesday 4 November 2025 14:32", for names that are read aloud.
pub(super) fn spoken_time(time: Timestamp, zone: &TimeZone) -> String {
    let local = time.to_zoned(zone.clone());
    local.strftime("%A %-d %B %Y %H:%M").to_string()
}

/// "Tue 4 Nov 2025, 14:32".
pub(super) fn short_time(time: Timestamp, zone: &TimeZone) -> String {
    let local = time.to_zoned(zone.clone());
    local.strftime("%a %-d %b %Y, %H:%M").to_string()
}

/// "Tuesday 4 November 2025, 14:32:07 (CET)".
pub(super) fn exact_time(time: Timestamp, zone: &TimeZone) -> String {
    let local = time.to_zoned(zone.clone());
    local.strftime("%A %-d %B %Y, %H:%M:%S (%Z)").to_string()
}

/// "2025-11-04 13:32:07.123 UTC".
pub(super) fn utc_time(time: Timestamp) -> String {
    let utc = time.to_zoned(TimeZone::UTC);
    utc.strftime("%Y-%m-%d %H:%M:%S.%3f UTC").to_string()
}

/// Where the days of a room begin. Kept page by page, as time zones are slow to look up.
#[derive(Debug, Default)]
pub(super) struct DayBreaks {
    zone: Option<TimeZone>,
    /// Judged by the newest images and kept, so that headers do not change while pages come.
    scale: Option<Scale>,
    /// In the order of the room.
    pages: Vec<KeptPage>,
}

/// Where within a page a day begins.
type Break = (usize, Date);

#[derive(Debug)]
struct KeptPage {
    /// No other page has it.
    version: u64,
    breaks: Vec<Break>,
}

impl DayBreaks {
    /// Forgets everything: another room.
    pub(super) fn clear(&mut self) {
        self.pages.clear();
        self.scale = None;
    }

    /// How long a time one header stands for.
    pub(super) fn scale(&self) -> Scale {
        self.scale.unwrap_or_default()
    }

    /// The images of the room by day, in order. Images not known yet are in groups of no day.
    pub(super) fn groups(&mut self, listing: &Listing, zone: &TimeZone) -> Vec<DayGroup> {
        if self.zone.as_ref() != Some(zone) {
            self.clear();
            self.zone = Some(zone.clone());
        }
        if self.scale.is_none() {
            // Not by the few that were posted since.
            let newest = listing.pages().find(|page| page.index.is_some());
            let newest = newest.filter(PageView::is_known);
            self.scale = newest.map(|page| scale_of(&page, zone));
        }
        let scale = self.scale();
        let mut kept = KeptPages(std::mem::take(&mut self.pages).into_iter());
        let mut groups: Vec<DayGroup> = Vec::new();
        for page in listing.pages() {
            if !page.is_known() {
                extend(&mut groups, None, page.start, page.start + page.len);
                continue;
            }
            let known = kept.take(page.version).unwrap_or_else(|| KeptPage {
                version: page.version,
                breaks: breaks_of(&page, zone, scale),
            });
            let breaks = &known.breaks;
            let ends = breaks.iter().skip(1).map(|(within, _)| *within);
            for ((within, day), end) in breaks.iter().zip(ends.chain([page.len])) {
                extend(
                    &mut groups,
                    Some(*day),
                    page.start + within,
                    page.start + end,
                );
            }
            self.pages.push(known);
        }
        groups
    }
}

/// The pages of the last time, in order: nearly all come again, in the same order.
struct KeptPages(std::vec::IntoIter<KeptPage>);

impl KeptPages {
    /// So many changed pages may lie between two that did not; a merge changes two or three.
    const REACH: usize = 64;

    /// The page with this version, if it was kept. Those before it are gone.
    fn take(&mut self, version: u64) -> Option<KeptPage> {
        let mut ahead = self.0.as_slice().iter().take(Self::REACH);
        let at = ahead.position(|page| page.version == version)?;
        self.0.nth(at)
    }
}

/// Months where there are fewer than two images a day.
fn scale_of(page: &PageView<'_>, zone: &TimeZone) -> Scale {
    let day_count = breaks_of(page, zone, Scale::Day).len();
    if day_count * 2 > page.len.max(2) {
        Scale::Month
    } else {
        Scale::Day
    }
}

fn breaks_of(page: &PageView<'_>, zone: &TimeZone, scale: Scale) -> Vec<Break> {
    let mut breaks: Vec<Break> = Vec::new();
    for (within, time) in page.times().enumerate() {
        // An image without a time stays with its neighbours.
        let Some(time) = time else {
            continue;
        };
        let day = time.to_zoned(zone.clone()).date();
        let day = match scale {
            Scale::Day => day,
            Scale::Month => day.first_of_month(),
        };
        if breaks.last().is_none_or(|(_, last)| *last != day) {
            let start = if breaks.is_empty() { 0 } else { within };
            breaks.push((start, day));
        }
    }
    if breaks.is_empty() && page.len > 0 {
        breaks.push((0, Date::ZERO));
    }
    breaks
}

fn extend(groups: &mut Vec<DayGroup>, day: Option<Date>, start: usize, end: usize) {
    if start == end {
        return;
    }
    match groups.last_mut() {
        Some(last) if last.day == day => last.range.end = end,
        _ => groups.push(DayGroup {
            day,
            range: start..end,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ListingWindow, PageIndex, RoomId, Upload, UploadId, UploadPage};
    use jiff::civil::date;

    #[test]
    fn near_days_have_names_and_far_ones_dates() {
        let today = date(2026, 3, 11);
        let words = |day| day_in_words(day, today);
        assert_eq!(words(date(2026, 3, 11)), "Today");
        assert_eq!(words(date(2026, 3, 10)), "Yesterday");
        assert_eq!(words(date(2026, 3, 9)), "Monday");
        assert_eq!(words(date(2026, 3, 5)), "Thursday");
        assert_eq!(words(date(2026, 3, 4)), "Wednesday 4 March");
        assert_eq!(words(date(2025, 11, 4)), "Tuesday 4 November 2025");
        assert_eq!(words(date(2026, 3, 12)), "Thursday 12 March");
    }

    #[test]
    fn times_are_local_and_exact_ones_say_their_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let time: Timestamp = "2025-11-04T23:32:07.123Z".parse().unwrap();
        assert_eq!(spoken_time(time, &zone), "Wednesday 5 November 2025 00:32");
        assert_eq!(short_time(time, &zone), "Wed 5 Nov 2025, 00:32");
        assert_eq!(utc_time(time), "2025-11-04 23:32:07.123 UTC");
        assert!(exact_time(time, &zone).starts_with("Wednesday 5 November 2025, 00:32:07"));
    }

    fn upload(number: usize, time: Option<&str>) -> Upload {
        Upload {
            uploaded_at: time.map(|time| time.parse().unwrap()),
            ..Upload::new(
                UploadId::from(format!("{number}")),
                RoomId::from("r"),
                String::new(),
            )
        }
    }

    fn listing(times: &[Option<&str>], total: usize) -> Listing {
        let mut listing = Listing::default();
        let numbered = times.iter().enumerate();
        let answer = UploadPage {
            uploads: numbered.map(|(n, time)| upload(n, *time)).collect(),
            total,
            hidden_count: 0,
            is_anchor_lost: false,
        };
        listing.merge(ListingWindow::Page(PageIndex(0)), None, answer);
        listing
    }

    #[test]
    fn a_room_with_hardly_an_image_a_day_has_a_header_a_month() {
        let times = [
            Some("2025-11-05T00:30:00Z"),
            Some("2025-11-03T23:30:00Z"),
            Some("2025-10-04T12:00:00Z"),
        ];
        let mut breaks = DayBreaks::default();
        let groups = breaks.groups(&listing(&times, 3), &TimeZone::UTC);
        assert_eq!(breaks.scale(), Scale::Month);
        let ranges: Vec<_> = groups.iter().map(|group| group.range.clone()).collect();
        assert_eq!(ranges, vec![0..2, 2..3]);
        let words = header_in_words(groups[0].day.unwrap(), date(2026, 1, 1), Scale::Month);
        assert_eq!(words, "November 2025");
    }

    #[test]
    fn images_of_one_local_day_are_together_and_unknown_ones_apart() {
        let times = [
            Some("2025-11-05T00:30:00Z"),
            None,
            Some("2025-11-04T23:30:00Z"),
            Some("2025-11-04T12:00:00Z"),
        ];
        let listing = listing(&times, 250);
        let mut breaks = DayBreaks::default();
        let in_utc = breaks.groups(&listing, &TimeZone::UTC);
        let ranges: Vec<_> = in_utc.iter().map(|group| group.range.clone()).collect();
        assert_eq!(ranges, vec![0..2, 2..4, 4..154]);
        assert_eq!(in_utc[2].day, None);

        let east = TimeZone::fixed(jiff::tz::offset(1));
        let in_berlin = breaks.groups(&listing, &east);
        assert_eq!(in_berlin[0].range, 0..3);
        assert_eq!(in_berlin[0].day, Some(date(2025, 11, 5)));
    }

    #[test]
    fn what_is_kept_of_pages_never_outlives_them() {
        let times: Vec<String> = (0..500)
            .map(|n| format!("2025-{:02}-{:02}T12:00:00Z", 12 - n / 50, 28 - n % 28))
            .collect();
        let page = |index: usize, gone: usize| UploadPage {
            uploads: (index * 100..index * 100 + 100)
                .filter(|n| *n != gone)
                .map(|n| upload(n, Some(&times[n])))
                .collect(),
            total: 500,
            hidden_count: 0,
            is_anchor_lost: false,
        };
        let mut listing = Listing::default();
        let mut breaks = DayBreaks::default();
        for (index, gone) in [
            (0, 999),
            (3, 999),
            (1, 150),
            (3, 340),
            (4, 999),
            (1, 999),
            (2, 201),
        ] {
            let anchor = listing.anchor().cloned();
            let window = ListingWindow::Page(PageIndex(index));
            listing.merge(window, anchor.as_ref(), page(index, gone));
            let kept = breaks.groups(&listing, &TimeZone::UTC);
            let mut anew = DayBreaks::default();
            assert_eq!(kept, anew.groups(&listing, &TimeZone::UTC), "page {index}");
        }
    }
}
