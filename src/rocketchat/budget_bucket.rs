//! The count of calls of one endpoint.

use std::time::{Duration, Instant};

use super::budget_headers::{BudgetHeaders, LONGEST_WAIT};

/// `API_Enable_Rate_Limiter_Limit_Calls_Default`: what to go by before the first answer.
const DEFAULT_LIMIT: u32 = 10;

/// Two ends of a window nearer than this are the same window: the server computes the end
/// anew for each answer.
const SAME_WINDOW_MILLIS: i64 = 500;

/// What became of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum CallOutcome {
    /// An answer with the limiter's headers.
    Counted(BudgetHeaders),
    /// A good answer without them: the endpoint or the person is not limited.
    NotLimited,
    /// 429.
    Refused(Duration),
    /// Nobody knows whether the server counted it.
    Unknown,
    /// It never left this machine, or was turned away before the limiter.
    NotCounted,
}

/// Why a call may not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// The budget is used up for this long.
    Spent(Duration),
    /// The first call of a window is under way, and only its answer tells how many more there
    /// are: others behind the same address, or this program before it was started anew, may
    /// have used some.
    Unsure,
}

/// The count of one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    limit: u32,
    remaining: u32,
    /// Calls under way. The server may or may not have counted each of them yet.
    in_flight: u32,
    /// When the window ends by this machine's clock; `None` while no call was counted in it.
    ends_at: Option<Instant>,
    /// The server's name for the window.
    window_millis: Option<i64>,
    is_limited: bool,
    /// Whether an answer told how much is left of this window; before, it is only assumed.
    is_known: bool,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            remaining: DEFAULT_LIMIT,
            in_flight: 0,
            ends_at: None,
            window_millis: None,
            is_limited: true,
            is_known: false,
        }
    }
}

impl Bucket {
    /// Takes one call, or says why not.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Denied> {
        self.turn_over(now);
        if self.is_spent() {
            let ends_at = *self.ends_at.get_or_insert(now + LONGEST_WAIT);
            return Err(Denied::Spent(ends_at.saturating_duration_since(now)));
        }
        if self.is_limited && !self.is_known && self.in_flight > 0 {
            return Err(Denied::Unsure);
        }
        // The server's window begins with the first call it counts; until its answer says
        // when it ends, take the longest.
        self.ends_at.get_or_insert(now + LONGEST_WAIT);
        self.in_flight += 1;
        Ok(())
    }

    /// When a call may be made; `None` for now.
    pub(super) fn ready_at(&mut self, now: Instant) -> Option<Instant> {
        self.turn_over(now);
        self.is_spent()
            .then(|| self.ends_at.unwrap_or(now + LONGEST_WAIT))
    }

    const fn is_spent(&self) -> bool {
        self.is_limited && self.remaining <= self.in_flight
    }

    /// Takes in what became of a call.
    pub(super) fn settle(&mut self, outcome: CallOutcome, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match outcome {
            CallOutcome::Counted(headers) => self.count(headers, now),
            CallOutcome::NotLimited => self.is_limited = false,
            CallOutcome::Refused(wait) => {
                self.is_limited = true;
                self.is_known = true;
                self.remaining = 0;
                self.ends_at = Some(now + wait);
                self.window_millis = None;
            }
            CallOutcome::Unknown => self.remaining = self.remaining.saturating_sub(1),
            CallOutcome::NotCounted => {}
        }
    }

    /// Answers of calls made together come in any order: of one window the smallest number
    /// counts, and an older window none at all.
    fn count(&mut self, headers: BudgetHeaders, now: Instant) {
        let age = match (headers.window_millis, self.window_millis) {
            (Some(new), Some(known)) => new.saturating_sub(known),
            _ => 0,
        };
        if age < -SAME_WINDOW_MILLIS {
            return;
        }
        let is_new_window = age > SAME_WINDOW_MILLIS || !self.is_known;
        self.is_limited = true;
        self.is_known = true;
        self.limit = headers.limit.unwrap_or(self.limit).max(1);
        self.remaining = if is_new_window {
            headers.remaining
        } else {
            self.remaining.min(headers.remaining)
        };
        self.window_millis = headers.window_millis.or(self.window_millis);
        self.ends_at = Some(now + headers.resets_in);
    }

    /// Begins a new window when the old one is over.
    fn turn_over(&mut self, now: Instant) {
        if self.ends_at.is_some_and(|end| end <= now) {
            self.remaining = self.limit;
            self.ends_at = None;
            self.is_known = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(remaining: u32, window_millis: i64, resets_in_secs: u64) -> CallOutcome {
        CallOutcome::Counted(BudgetHeaders {
            limit: Some(10),
            remaining,
            window_millis: Some(window_millis),
            resets_in: Duration::from_secs(resets_in_secs),
        })
    }

    fn after(start: Instant, secs: u64) -> Instant {
        start + Duration::from_secs(secs)
    }

    /// A bucket that was told how many calls remain until a minute from `start`.
    fn known(remaining: u32, start: Instant) -> Bucket {
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        bucket.settle(headers(remaining, 60_000, 60), start);
        bucket
    }

    #[test]
    fn the_first_call_of_a_window_goes_alone() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        assert_eq!(bucket.take(start), Err(Denied::Unsure));
        assert_eq!(bucket.ready_at(start), None);
        bucket.settle(headers(2, 60_000, 60), start);
        bucket.take(start).unwrap();
        bucket.take(start).unwrap();
        let minute = Duration::from_mins(1);
        assert_eq!(bucket.take(start), Err(Denied::Spent(minute)));
        assert_eq!(bucket.ready_at(start), Some(start + minute));
    }

    #[test]
    fn without_any_word_from_the_server_ten_calls_are_made() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        for _ in 0..10 {
            bucket.take(start).unwrap();
            bucket.settle(CallOutcome::Unknown, start);
        }
        assert_eq!(bucket.take(start), Err(Denied::Spent(LONGEST_WAIT)));
    }

    #[test]
    fn answers_in_any_order_never_raise_the_budget_of_a_window() {
        let start = Instant::now();
        let mut bucket = known(9, start);
        for _ in 0..3 {
            bucket.take(start).unwrap();
        }
        bucket.settle(headers(6, 60_000, 60), start);
        bucket.settle(headers(8, 60_003, 60), start);
        bucket.settle(headers(7, 59_998, 60), start);
        assert_eq!(bucket.remaining, 6);
    }

    #[test]
    fn calls_under_way_count_against_what_remains() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        bucket.settle(headers(2, 60_000, 30), start);
        bucket.take(start).unwrap();
        bucket.take(start).unwrap();
        let half = Duration::from_secs(30);
        assert_eq!(bucket.take(start), Err(Denied::Spent(half)));
    }

    #[test]
    fn a_new_window_begins_with_the_full_budget() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        bucket.settle(headers(0, 60_000, 30), start);
        assert!(bucket.take(after(start, 29)).is_err());
        assert_eq!(bucket.ready_at(after(start, 29)), Some(after(start, 30)));
        bucket.take(after(start, 30)).unwrap();
        bucket.settle(headers(9, 120_000, 60), after(start, 30));
        assert_eq!(bucket.remaining, 9);
        // A late answer of the window before changes nothing.
        bucket.settle(headers(0, 60_000, 1), after(start, 31));
        assert_eq!(bucket.remaining, 9);
    }

    #[test]
    fn a_server_that_allows_more_is_believed_from_its_first_answer_on() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        let generous = CallOutcome::Counted(BudgetHeaders {
            limit: Some(100),
            remaining: 99,
            window_millis: Some(60_000),
            resets_in: Duration::from_mins(1),
        });
        bucket.settle(generous, start);
        assert_eq!(bucket.remaining, 99);
    }

    #[test]
    fn an_endpoint_that_does_not_count_is_never_waited_for() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        bucket.settle(CallOutcome::NotLimited, start);
        for _ in 0..50 {
            bucket.take(start).unwrap();
        }
        assert_eq!(bucket.ready_at(start), None);
    }

    #[test]
    fn a_refusal_is_obeyed_to_its_end() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        bucket.settle(CallOutcome::Refused(Duration::from_secs(43)), start);
        let left = Duration::from_secs(40);
        assert_eq!(bucket.take(after(start, 3)), Err(Denied::Spent(left)));
        assert!(bucket.take(after(start, 43)).is_ok());
    }

    #[test]
    fn a_call_that_never_left_costs_nothing_and_a_cancelled_one_counts() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        bucket.take(start).unwrap();
        bucket.settle(CallOutcome::NotCounted, start);
        assert_eq!(bucket.remaining, 10);
        bucket.take(start).unwrap();
        bucket.settle(CallOutcome::Unknown, start);
        assert_eq!(bucket.remaining, 9);
    }
}
