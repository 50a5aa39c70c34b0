//! When to pass on that a room changed: soon, once for all that comes together, and ever more
//! seldom while it goes on, because each time costs one of ten calls a minute.

use std::time::Duration;

use tokio::time::Instant;

use super::Timings;
use crate::domain::RoomId;

/// How often the pause between two reports doubles at most.
const MAX_DOUBLINGS: u32 = 2;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct NewsGatherer {
    waiting: Option<(RoomId, Instant)>,
    reported_at: Option<Instant>,
    /// Reports since it was last quiet.
    reports: u32,
}

impl NewsGatherer {
    /// This room changed.
    pub(super) fn note(&mut self, room: RoomId, now: Instant, timings: &Timings) {
        match &mut self.waiting {
            Some((waiting, _)) if *waiting == room => {}
            _ => {
                let at = self.earliest(now, timings).max(now + timings.live_gather);
                self.waiting = Some((room, at));
            }
        }
    }

    /// When something is to be reported.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|(_, at)| *at)
    }

    /// The room to report now.
    pub(super) fn take(&mut self, now: Instant) -> Option<RoomId> {
        let (room, _) = self.waiting.take_if(|(_, at)| *at <= now)?;
        self.reported_at = Some(now);
        self.reports = self.reports.saturating_add(1);
        Some(room)
    }

    /// Only the open room matters.
    pub(super) fn keep_only(&mut self, room: Option<&RoomId>) {
        self.waiting.take_if(|(waiting, _)| Some(&*waiting) != room);
    }

    fn earliest(&mut self, now: Instant, timings: &Timings) -> Instant {
        let Some(reported_at) = self.reported_at else {
            return now;
        };
        let longest = timings.live_interval * (1 << MAX_DOUBLINGS);
        if now.saturating_duration_since(reported_at) > longest {
            self.reports = 0;
        }
        let doublings = self.reports.saturating_sub(1).min(MAX_DOUBLINGS);
        let pause: Duration = timings.live_interval * (1 << doublings);
        reported_at + pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(id: &str) -> RoomId {
        RoomId::from(id)
    }

    #[test]
    fn what_comes_together_is_reported_once_and_a_flood_ever_more_seldom() {
        let timings = Timings::default();
        let mut gatherer = NewsGatherer::default();
        let begin = Instant::now();
        let mut reports = Vec::new();
        // Ten messages a second for a minute.
        for tenth in 0..600 {
            let now = begin + Duration::from_millis(100) * tenth;
            gatherer.note(room("r"), now, &timings);
            if gatherer.take(now).is_some() {
                reports.push(now.duration_since(begin).as_secs_f32());
            }
        }
        assert!(reports[0] < 0.5, "{reports:?}");
        assert!(reports.len() <= 7, "{reports:?}");
        // After a quiet time it is as quick as at first.
        let later = begin + Duration::from_mins(5);
        gatherer.take(later);
        let later = later + Duration::from_mins(1);
        gatherer.note(room("r"), later, &timings);
        assert_eq!(gatherer.due(), Some(later + timings.live_gather));
    }

    #[test]
    fn a_room_that_was_left_is_not_reported() {
        let timings = Timings::default();
        let mut gatherer = NewsGatherer::default();
        let now = Instant::now();
        gatherer.note(room("left"), now, &timings);
        gatherer.keep_only(Some(&room("open")));
        assert_eq!(gatherer.take(now + Duration::from_mins(1)), None);
    }
}
