//! Going to a date: finding its place in a list of which few pages are known.
//!
//! The list is in order of time, so the place is found as a name is in a telephone book. Pages
//! that are known cost nothing; of the others as few as possible are asked for, one at a time,
//! as the server allows ten a minute. Every step looks at the list as it is then: a room that
//! changes meanwhile is no special case.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::listing::{Listing, PageView};
use crate::domain::{ListingWindow, PageIndex};
use crate::state::date_text::Period;
use crate::state::gallery::Gallery;
use crate::state::user_message::UserMessage;

/// Halving a list of ten million images takes fewer steps, even where every guess fails. A room
/// that needs more changes faster than it can be read.
const MAX_STEPS: usize = 60;

/// After so many pages, guesses have shown to be of little worth: from then on what is left is
/// halved.
const GUESSES: usize = 9;

/// Where to go.
#[derive(Debug, Clone)]
pub struct DateTarget {
    /// The day, month or year.
    pub period: Period,
    /// In which zone.
    pub zone: TimeZone,
}

/// A search for a date that is under way.
#[derive(Debug)]
pub struct GoingToDate {
    target: DateTarget,
    /// Everything older than this is of that day or before.
    before: Timestamp,
    /// The page that is asked for.
    asks: ListingWindow,
    /// How many pages were read for it.
    steps: usize,
}

impl GoingToDate {
    /// Where to.
    pub const fn period(&self) -> Period {
        self.target.period
    }

    /// How many pages were read for it.
    pub const fn pages_read(&self) -> usize {
        self.steps
    }

    /// The window to ask for next.
    pub(super) const fn window(&self) -> ListingWindow {
        self.asks
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Read this window.
    Ask(ListingWindow),
    /// This is the newest image before that time.
    At(usize),
    /// All are newer; this is the oldest.
    AtOldest(usize),
    /// No image has a time.
    Nowhere,
}

impl Gallery {
    /// The search for a date that is under way.
    pub const fn going_to_date(&self) -> Option<&GoingToDate> {
        self.going.as_ref()
    }

    /// Goes to the newest image of a day, month or year, else to the nearest older one.
    /// Answers what there is to say about it.
    pub(super) fn go_to_date(&mut self, target: DateTarget) -> Option<UserMessage> {
        let before = target.period.end(&target.zone).unwrap_or(Timestamp::MAX);
        self.going = Some(GoingToDate {
            target,
            before,
            asks: ListingWindow::Page(PageIndex(0)),
            steps: 0,
        });
        self.go_on()
    }

    /// Goes nowhere.
    pub(super) fn stay(&mut self) {
        self.going = None;
    }

    /// A window was read. Answers what there is to say about it.
    pub(super) fn go_on_after(&mut self, window: ListingWindow) -> Option<UserMessage> {
        let going = self.going.as_mut()?;
        if going.asks == window {
            going.steps += 1;
        }
        if going.steps > MAX_STEPS {
            let words = self.going.take()?.period().in_words();
            return Some(UserMessage::date_not_found(&words));
        }
        self.go_on()
    }

    /// The next step, if the list knows enough for it.
    fn go_on(&mut self) -> Option<UserMessage> {
        let going = self.going.as_mut()?;
        let step = if self.find.is_on() {
            let before = going.before;
            step_in_found(self, before)
        } else {
            step(&self.listing, going.before, going.steps)
        };
        let position = match step {
            Step::Ask(window) => {
                self.going.as_mut()?.asks = window;
                return None;
            }
            Step::At(position) | Step::AtOldest(position) => position,
            Step::Nowhere => {
                self.stay();
                return Some(UserMessage::no_dates());
            }
        };
        let DateTarget { period, zone } = self.going.take()?.target;
        self.place_focus(position);
        self.reveal += 1;
        self.reveal_at_top = self.reveal;
        let time = self.upload_at(position)?.uploaded_at?;
        if period.contains(time, &zone) {
            return None;
        }
        let there = Period::Day(time.to_zoned(zone).date()).in_words();
        let asked = period.in_words();
        Some(if step == Step::AtOldest(position) {
            UserMessage::date_too_old(&asked, &there)
        } else {
            UserMessage::date_without_images(&asked, &there)
        })
    }
}

/// A page that was read, by the times of its images.
struct Dated<'a> {
    page: PageView<'a>,
    newest: Timestamp,
    oldest: Timestamp,
}

fn dated(page: PageView<'_>) -> Option<Dated<'_>> {
    let mut times = page.times().flatten();
    let newest = times.next()?;
    let oldest = times.last().unwrap_or(newest);
    Some(Dated {
        page,
        newest,
        oldest,
    })
}

/// The next step on the way to the newest image before `before`, after so many steps.
fn step(listing: &Listing, before: Timestamp, steps: usize) -> Step {
    if let [head] = listing.missing_windows(0..0).as_slice() {
        return Step::Ask(*head);
    }
    let known: Vec<Dated<'_>> = listing.pages().filter_map(dated).collect();
    let split = known.partition_point(|page| page.oldest >= before);
    let newer = split.checked_sub(1).and_then(|index| known.get(index));
    let older = known.get(split);
    let first = newer.map_or(0, |page| page.page.index.map_or(0, |index| index.0 + 1));
    let end = older.map_or_else(
        || listing.page_count(),
        |page| page.page.index.map_or(0, |index| index.0),
    );
    let guess = guess(first..end, before, (newer, older), steps);
    let unread = listing.pages().filter(|page| !page.is_known());
    let unread = unread.filter_map(|page| Some(page.index?.0));
    let between = unread.filter(|index| (first..end).contains(index));
    // A page without a single time is of no use as a landmark: its neighbours are taken.
    if let Some(page) = between.min_by_key(|index| index.abs_diff(guess)) {
        return Step::Ask(ListingWindow::Page(PageIndex(page)));
    }
    let place = |dated: &Dated<'_>, is_it: &dyn Fn(Timestamp) -> bool| {
        let within = dated.page.times().position(|time| time.is_some_and(is_it));
        dated.page.start + within.unwrap_or(0)
    };
    match (older, newer) {
        (Some(page), _) => Step::At(place(page, &|time| time < before)),
        (None, Some(page)) => Step::AtOldest(place(page, &|time| time == page.oldest)),
        (None, None) => Step::Nowhere,
    }
}

/// Which of the pages between two known ones most likely has the place.
fn guess(
    pages: Range<usize>,
    before: Timestamp,
    (newer, older): (Option<&Dated<'_>>, Option<&Dated<'_>>),
    steps: usize,
) -> usize {
    let span = pages.len();
    let last = pages.end.saturating_sub(1);
    let (Some(newer), Some(older)) = (newer, older) else {
        // The oldest page first: with both ends known, the next guess is near.
        return last;
    };
    let seconds = |from: Timestamp, to: Timestamp| {
        usize::try_from(from.as_second() - to.as_second()).unwrap_or(0)
    };
    let all = seconds(newer.oldest, older.newest).max(1);
    let way = seconds(newer.oldest, before).min(all);
    // Where images come evenly, the place is at that share of the pages.
    let even = pages.start + span.saturating_mul(way) / all;
    let place = match steps % 3 {
        _ if steps > GUESSES => pages.start + span / 2,
        1 => even,
        // Beyond it on the longer side, to have the place between two known pages that are near
        // each other.
        2 if way < all / 2 => even + span / 16 + 1,
        2 => even.saturating_sub(span / 16 + 1),
        // Halving what is left ends soon also where images come unevenly.
        _ => pages.start + span / 2,
    };
    place.clamp(pages.start, last.max(pages.start))
}

/// The same among what a search has found, of which every image is known.
fn step_in_found(gallery: &Gallery, before: Timestamp) -> Step {
    let is_older = |position: usize| {
        let time = gallery.upload_at(position)?.uploaded_at?;
        Some(time < before)
    };
    let (mut first, mut end) = (0, gallery.len());
    while first < end {
        let middle = first + (end - first) / 2;
        // An image without a time says nothing: the next one that has one does.
        let told = (middle..end).find_map(|position| Some((position, is_older(position)?)));
        match told {
            Some((position, false)) => first = position + 1,
            Some((_, true)) | None => end = middle,
        }
    }
    match (first < gallery.len(), gallery.len().checked_sub(1)) {
        (true, _) => Step::At(first),
        (false, Some(last)) => Step::AtOldest(last),
        (false, None) => Step::Nowhere,
    }
}
