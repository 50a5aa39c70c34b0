//! A few chosen images side by side.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::domain::{Upload, UploadId};
use crate::state::gallery::Gallery;
use crate::state::user_message::UserMessage;

/// How many images can be looked at side by side: more would be smaller than their tiles.
pub const COMPARABLE: RangeInclusive<usize> = 2..=4;

impl Gallery {
    /// Whether chosen images are shown side by side, or one of those in the viewer.
    pub const fn is_comparing(&self) -> bool {
        !self.compared.is_empty()
    }

    /// Whether the tiles are on screen: neither one image nor a few of them.
    pub const fn shows_tiles(&self) -> bool {
        !self.is_viewer_open && !self.is_comparing()
    }

    /// Whether as many images are chosen as can be compared.
    pub fn can_compare(&self) -> bool {
        COMPARABLE.contains(&self.chosen_count())
    }

    /// The images side by side and where they are shown, in the order of the grid.
    pub fn compared(&self) -> Vec<(usize, Arc<Upload>)> {
        let known = |id: &UploadId| {
            let position = self.position(id)?;
            Some((position, self.upload_at(position)?))
        };
        self.compared.iter().filter_map(known).collect()
    }

    /// Shows what is chosen side by side. Answers what there is to say when it cannot.
    pub(super) fn compare(&mut self) -> Option<UserMessage> {
        let count = self.chosen_count();
        if !COMPARABLE.contains(&count) {
            return Some(UserMessage::cannot_compare(count));
        }
        let chosen: Vec<UploadId> = self.chosen().map(|upload| upload.id.clone()).collect();
        if chosen.len() < count {
            return Some(UserMessage::compared_is_not_listed());
        }
        let is_among = self
            .focused()
            .is_some_and(|upload| chosen.contains(&upload.id));
        let first = chosen.first().and_then(|id| self.position(id));
        if let Some(first) = first.filter(|_| !is_among) {
            self.place_focus(first);
        }
        self.compared = chosen;
        None
    }

    /// Takes one out; of two, the other is left alone in the viewer.
    pub(super) fn drop_compared(&mut self, id: &UploadId) {
        self.compared.retain(|other| other != id);
        let [left] = &self.compared[..] else {
            self.focus_on_compared();
            return;
        };
        let position = self.position(left);
        self.compared.clear();
        if let Some(position) = position {
            self.place_focus(position);
            self.is_viewer_open = true;
        }
    }

    /// Back to the tiles.
    pub(super) fn leave_comparison(&mut self) {
        self.compared.clear();
        self.reveal += 1;
    }

    /// What was deleted meanwhile is compared no longer.
    pub(super) fn follow_comparison(&mut self) {
        let is_gone = |id: &&UploadId| self.position(id).is_none();
        let gone: Vec<UploadId> = self.compared.iter().filter(is_gone).cloned().collect();
        if gone.is_empty() {
            return;
        }
        self.compared.retain(|id| !gone.contains(id));
        if self.compared.len() < *COMPARABLE.start() {
            self.leave_comparison();
        }
    }

    /// The keyboard's place is always one of the images side by side.
    pub(super) fn focus_on_compared(&mut self) {
        let focused = self.focused();
        let is_among = focused.is_some_and(|upload| self.compared.contains(&upload.id));
        let first = self.compared.first().and_then(|id| self.position(id));
        if let Some(first) = first.filter(|_| !is_among) {
            self.place_focus(first);
        }
    }
}
