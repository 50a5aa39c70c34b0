//! Choosing among what is shown of a room.
//!
//! The selection counts positions of the whole room; [`super::find`] says which of them are shown.
//! While a search is on, only what it found takes part.

use std::collections::HashSet;
use std::ops::Range;

use crate::state::action::{MoveHow, SelectHow};
use crate::state::find::{places, runs};
use crate::state::gallery::Gallery;
use crate::state::selection::Mark;

/// What the person does to it.
impl Gallery {
    /// A click, or Space, at a shown position.
    pub(super) fn select(&mut self, position: usize, how: SelectHow) {
        let Some(place) = self.place(position) else {
            return;
        };
        match how {
            SelectHow::Range | SelectHow::AddRange if self.find.is_on() => {
                self.forget_all_but();
                let from = self.shown_near(self.selection.anchor());
                let parts = self.places(from.min(position)..from.max(position) + 1);
                self.selection.extend(place, how, &parts, &self.listing);
            }
            SelectHow::Toggle => {
                self.selection.select(place, how, &self.listing);
                self.spare(position);
            }
            SelectHow::Only | SelectHow::Range | SelectHow::AddRange => {
                self.forget_all_but();
                self.selection.select(place, how, &self.listing);
            }
        }
    }

    /// The keyboard moved to a shown position.
    pub(super) fn move_focus(&mut self, to: usize, how: MoveHow) {
        match how {
            MoveHow::Select => self.select(to, SelectHow::Only),
            MoveHow::Extend => self.select(to, SelectHow::Range),
            MoveHow::FocusOnly => {
                if let Some(place) = self.place(to) {
                    self.selection.move_focus(place, how, &self.listing);
                }
            }
        }
    }

    /// Focus and anchor at a shown position, nothing chosen.
    pub(super) fn place_focus(&mut self, position: usize) {
        if let Some(place) = self.place(position) {
            self.selection.place_focus(place, &self.listing);
        }
    }

    /// The rubber band covers these shown positions now.
    pub(super) fn band(&mut self, covered: &[Range<usize>]) {
        self.forget_all_but();
        let places = covered.iter().flat_map(|range| self.places(range.clone()));
        let places: Vec<Range<usize>> = places.collect();
        self.selection.band(&places, &self.listing);
    }

    /// All of these shown positions on, or off if all were on.
    pub(super) fn toggle_range(&mut self, range: Range<usize>) {
        if !self.find.is_on() {
            self.selection.toggle_range(range, &self.listing);
            return;
        }
        self.forget_all_but();
        let is_all_chosen = range.clone().all(|position| self.is_chosen_at(position));
        let mark = if is_all_chosen { Mark::Off } else { Mark::On };
        let places = self.places(range);
        self.selection.mark(&places, mark, &self.listing);
    }

    /// Everything that is shown or will be, and nothing else.
    pub(super) fn select_all(&mut self) {
        // In a room whose list is still to come it counts for all that will.
        if self.listing.is_started() && self.is_empty() {
            return;
        }
        let Some(found) = &mut self.find.found else {
            self.selection.select_all();
            return;
        };
        found.all_but = Some(HashSet::new());
        let places = runs(places(&found.positions));
        self.selection.choose_only(&places, &self.listing);
    }

    /// What is shown and not chosen instead of what is shown and chosen.
    pub(super) fn invert(&mut self) {
        if !self.find.is_on() {
            self.selection.invert();
            return;
        }
        self.forget_all_but();
        let positions = places(self.find.positions().unwrap_or_default());
        let (chosen, others): (Vec<usize>, Vec<usize>) =
            positions.partition(|place| self.selection.contains_position(*place, &self.listing));
        self.selection.mark(&runs(chosen), Mark::Off, &self.listing);
        self.selection.mark(&runs(others), Mark::On, &self.listing);
    }

    /// Nothing is chosen any more, shown or not; can be undone.
    pub(super) fn clear_selection(&mut self) {
        self.forget_all_but();
        self.selection.clear();
    }

    fn forget_all_but(&mut self) {
        if let Some(found) = &mut self.find.found {
            found.all_but = None;
        }
    }

    /// One image was put on or off by hand: it stays so when more of the room is listed.
    fn spare(&mut self, position: usize) {
        let is_chosen = self.is_chosen_at(position);
        let id = self.upload_at(position).map(|upload| upload.id.clone());
        let found = self.find.found.as_mut();
        if let (Some(all_but), Some(id)) = (found.and_then(|it| it.all_but.as_mut()), id) {
            if is_chosen {
                all_but.remove(&id);
            } else {
                all_but.insert(id);
            }
        }
    }
}
