//! Going to a date in rooms of which little is known, by the windows that are asked for.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::fixtures::{room, signed_in, upload};
use super::*;
use crate::domain::{ListingWindow, PageIndex, Upload, UploadPage};
use crate::protocol::{ClientError, Event, Wanted};

/// When image `number` of the room was posted, in seconds; the newest is number 0.
type Clock = fn(usize) -> i64;

/// Noon of the day the newest image is from.
const NOON: &str = "2026-03-20T12:00:00Z";

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

/// Ten an hour, for more than eleven years.
fn evenly(number: usize) -> i64 {
    second(NOON) - i64::try_from(number).unwrap() * 360
}

/// Nearly all in one week of 2020, the others years apart.
fn in_bursts(number: usize) -> i64 {
    let number = i64::try_from(number).unwrap();
    match number {
        0..1_000 => second(NOON) - number * 86_400,
        1_000..990_000 => second("2020-05-08T00:00:00Z") - number / 2,
        _ => second("2012-05-08T00:00:00Z") - (number - 990_000) * 3_600,
    }
}

/// A server with one large room, and what was asked of it.
struct Server {
    total: usize,
    clock: Clock,
    asked: Vec<ListingWindow>,
}

impl Server {
    fn upload(&self, number: usize) -> Upload {
        let uploaded_at = Timestamp::from_second((self.clock)(number)).ok();
        Upload {
            uploaded_at,
            ..upload(number)
        }
    }

    fn page(&self, index: usize) -> UploadPage {
        let first = index * 100;
        let numbers = first..(first + 100).min(self.total);
        UploadPage {
            uploads: numbers.map(|number| self.upload(number)).collect(),
            total: self.total,
            hidden_count: 0,
            is_anchor_lost: false,
        }
    }

    /// Answers the first wish.
    fn answer(&mut self, state: &mut AppState) {
        let gallery = state.gallery.as_ref().unwrap();
        let wanted = gallery.wanted(state.generation);
        let window = wanted.windows[0];
        self.asked.push(window);
        let result = Ok(self.page(window.page().0));
        state.on_event(loaded(state, &wanted, window, result));
    }

    /// Answers until the date is found, and where that is.
    fn follow(&mut self, state: &mut AppState) -> usize {
        while is_going(state) {
            assert!(self.asked.len() < 100, "asks for ever");
            self.answer(state);
        }
        state.gallery.as_ref().unwrap().focus()
    }
}

fn loaded(
    state: &AppState,
    wanted: &Wanted,
    window: ListingWindow,
    result: Result<UploadPage, ClientError>,
) -> Event {
    Event::PageLoaded {
        generation: state.generation,
        window,
        anchor: wanted.anchor.clone(),
        result,
    }
}

fn is_going(state: &AppState) -> bool {
    let gallery = state.gallery.as_ref().unwrap();
    gallery.going_to_date().is_some()
}

/// A room of which the first page is known.
fn enter(total: usize, clock: Clock) -> (AppState, Server) {
    let mut server = Server {
        total,
        clock,
        asked: Vec::new(),
    };
    let mut state = signed_in(2);
    server.answer(&mut state);
    server.asked.clear();
    (state, server)
}

fn go(state: &mut AppState, period: Period) {
    let zone = TimeZone::UTC;
    state.on_action(Action::GoToDate(DateTarget { period, zone }));
}

fn day(date: Date) -> Period {
    Period::Day(date)
}

fn said(state: &AppState) -> Vec<String> {
    let notices = state.notices.iter();
    notices.map(|it| it.message.headline.clone()).collect()
}

/// The first number that is older than the end of the period.
fn truth(clock: Clock, total: usize, period: Period) -> usize {
    let end = period.end(&TimeZone::UTC).unwrap().as_second();
    let (mut first, mut last) = (0, total);
    while first < last {
        let middle = first.midpoint(last);
        if clock(middle) < end {
            last = middle;
        } else {
            first = middle + 1;
        }
    }
    first
}

#[test]
fn a_date_of_a_million_images_is_found_with_few_calls() {
    for (clock, most) in [(evenly as Clock, 6), (in_bursts as Clock, 20)] {
        let mut worst = 0;
        for period in [
            day(date(2026, 3, 20)),
            day(date(2025, 1, 1)),
            day(date(2020, 5, 2)),
            day(date(2020, 5, 7)),
            day(date(2016, 2, 29)),
            Period::Month(date(2015, 6, 1)),
            Period::Year(date(2012, 1, 1)),
        ] {
            let (mut state, mut server) = enter(1_000_000, clock);
            go(&mut state, period);
            let found = server.follow(&mut state);
            let expected = truth(clock, server.total, period).min(999_999);
            assert_eq!(found, expected, "{period:?}");
            worst = worst.max(server.asked.len());
        }
        assert!(worst <= most, "{worst} calls");
    }
}

#[test]
fn every_page_of_a_large_room_can_be_reached() {
    let (mut state, mut server) = enter(1_000_000, in_bursts);
    for number in (0..1_000_000).step_by(76_543).chain([999_999]) {
        let time = Timestamp::from_second(in_bursts(number)).unwrap();
        let period = day(time.to_zoned(TimeZone::UTC).date());
        go(&mut state, period);
        server.asked.clear();
        let found = server.follow(&mut state);
        assert_eq!(found, truth(in_bursts, server.total, period));
    }
}

#[test]
fn a_date_on_a_known_page_costs_nothing() {
    let (mut state, mut server) = enter(10_000, evenly);
    go(&mut state, day(date(2026, 3, 20)));
    assert!(!is_going(&state));
    go(&mut state, day(date(2026, 3, 20)));
    assert_eq!(server.follow(&mut state), 0);
    assert_eq!(server.asked, []);
    assert_eq!(said(&state), Vec::<String>::new());
    assert!(state.gallery.as_ref().unwrap().selection.is_empty());
}

#[test]
fn a_day_without_images_leads_to_the_nearest_older_one_and_says_so() {
    let (mut state, mut server) = enter(1_000_000, in_bursts);
    go(&mut state, Period::Year(date(2022, 1, 1)));
    let found = server.follow(&mut state);
    assert_eq!(found, 1_000);
    assert_eq!(said(&state), ["No image is from 2022"]);
}

#[test]
fn before_the_oldest_image_there_is_only_that() {
    let (mut state, mut server) = enter(2_345, evenly);
    go(&mut state, Period::Year(date(1999, 1, 1)));
    assert_eq!(server.follow(&mut state), 2_344);
    assert_eq!(said(&state), ["No image is from 1999 or before"]);
    assert_eq!(server.asked, [ListingWindow::Page(PageIndex(23))]);
}

#[test]
fn after_the_newest_image_there_is_that() {
    let (mut state, mut server) = enter(2_345, evenly);
    state.on_action(Action::MoveFocus {
        to: 50,
        how: MoveHow::Select,
    });
    go(&mut state, Period::Year(date(2030, 1, 1)));
    assert_eq!(server.follow(&mut state), 0);
    assert_eq!(said(&state), ["No image is from 2030"]);
}

#[test]
fn an_empty_room_and_images_without_times_lead_nowhere() {
    let (mut state, mut server) = enter(0, evenly);
    go(&mut state, day(date(2026, 3, 20)));
    server.follow(&mut state);
    assert_eq!(said(&state), ["There is no image with a date to go to"]);
    let (mut state, mut server) = enter(350, |_| i64::MAX);
    go(&mut state, day(date(2026, 3, 20)));
    server.follow(&mut state);
    assert_eq!(said(&state), ["There is no image with a date to go to"]);
}

#[test]
fn it_can_be_given_up_and_going_elsewhere_gives_it_up() {
    let elsewhere = [
        Action::StayHere,
        Action::MoveFocus {
            to: 3,
            how: MoveHow::Select,
        },
        Action::OpenViewer(2),
        Action::Find("x".to_owned()),
    ];
    for action in elsewhere {
        let (mut state, mut server) = enter(100_000, evenly);
        go(&mut state, Period::Year(date(2025, 1, 1)));
        assert!(is_going(&state));
        server.answer(&mut state);
        assert!(is_going(&state));
        let wanted = |state: &AppState| {
            let gallery = state.gallery.as_ref().unwrap();
            gallery.wanted(state.generation).windows
        };
        assert_eq!(wanted(&state).len(), 1, "one window at a time");
        state.on_action(action.clone());
        assert!(!is_going(&state), "{action:?}");
        assert_eq!(wanted(&state), []);
    }
}

#[test]
fn another_room_ends_it_also_on_the_way_back() {
    let (mut state, _) = enter(100_000, evenly);
    go(&mut state, Period::Year(date(2025, 1, 1)));
    state.on_action(Action::OpenRoom(room(1).id));
    assert!(!is_going(&state));
    state.on_action(Action::OpenRoom(room(0).id));
    assert!(!is_going(&state));
}

#[test]
fn a_room_that_is_read_anew_meanwhile_is_asked_for_its_newest_page_first() {
    let (mut state, mut server) = enter(100_000, evenly);
    let period = Period::Year(date(2025, 1, 1));
    go(&mut state, period);
    server.answer(&mut state);
    state.on_action(Action::Reload);
    server.total -= 777;
    server.asked.clear();
    let found = server.follow(&mut state);
    assert_eq!(server.asked[0], ListingWindow::Page(PageIndex(0)));
    assert_eq!(found, truth(evenly, server.total, period));
}

#[test]
fn a_room_that_shrinks_with_every_answer_comes_to_an_end() {
    let (mut state, mut server) = enter(1_000_000, in_bursts);
    go(&mut state, Period::Year(date(2013, 1, 1)));
    while is_going(&state) {
        assert!(server.asked.len() < 100);
        server.total -= 1_234;
        server.answer(&mut state);
    }
}

#[test]
fn a_page_that_fails_is_asked_for_again_on_request() {
    let (mut state, mut server) = enter(100_000, evenly);
    let period = Period::Year(date(2025, 1, 1));
    go(&mut state, period);
    let gallery = state.gallery.as_ref().unwrap();
    let wanted = gallery.wanted(state.generation);
    let error = ClientError::Forbidden;
    let event = loaded(&state, &wanted, wanted.windows[0], Err(error));
    state.on_event(event);
    assert!(is_going(&state));
    state.on_action(Action::RetryAllFailed);
    assert_eq!(
        server.follow(&mut state),
        truth(evenly, server.total, period)
    );
}
