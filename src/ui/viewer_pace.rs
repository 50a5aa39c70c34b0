//! How fast a held key turns the pages: not faster than the pictures come, and not slower than
//! ten in a second.

/// Whoever holds a key sees each image, but does not wait for one, in seconds.
const LONGEST: f64 = 0.1;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the image in view came into view, by egui's clock.
    turned_at: f64,
    is_shown: bool,
}

impl Pace {
    /// Another image came into view.
    pub(super) fn turned(&mut self, now: f64) {
        *self = Self {
            turned_at: now,
            is_shown: false,
        };
    }

    /// Its picture was drawn, or there is none.
    pub(super) const fn shown(&mut self) {
        self.is_shown = true;
    }

    /// Since when the image is in view.
    pub(super) const fn turned_at(&self) -> f64 {
        self.turned_at
    }

    /// Whether a key that is held may go on to the next one. Says so once: what follows in the
    /// same frame would be skipped unseen.
    pub(super) fn may_turn(&mut self, now: f64) -> bool {
        let may = self.is_shown || now - self.turned_at >= LONGEST;
        if may {
            self.turned(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_image_is_seen_and_none_is_waited_for_longer_than_a_tenth_of_a_second() {
        let mut pace = Pace::default();
        pace.turned(1.0);
        assert!(!pace.may_turn(1.03));
        pace.shown();
        assert!(pace.may_turn(1.04));
        assert!(!pace.may_turn(1.04), "twice in one frame");
        assert!(!pace.may_turn(1.1));
        assert!(pace.may_turn(1.15));
    }
}
