//! What is shown of a room: all of its images, or those whose file names were looked for, or that
//! have no copy on this machine, or have one.
//!
//! The list and the selection count positions of the whole room. The view counts those it
//! shows; both meet here and nowhere else. While a search is on, only what it found takes part
//! in choosing, counting and saving; what was chosen before and is not found comes back with
//! the rest of the room.
//!
//! What is shown stays until something else is looked for: an image that is saved while the
//! images without a copy are shown keeps its place, with a tick. Else, while a save runs, tiles
//! would vanish under the pointer. What begins to match joins at once.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::listing::{Listing, Slot};
use crate::domain::{ByteCount, Upload, UploadId};
use crate::state::find_matches::{joined, matches, split};
use crate::state::gallery::Gallery;
use crate::state::saved_copies::{SavedCopies, SavedFilter};
use crate::state::selection::Mark;
use crate::state::user_message::UserMessage;

/// A search by file name or by whether there is a copy, and what it has found.
#[derive(Debug, Default)]
pub struct Find {
    text: String,
    filter: SavedFilter,
    pub(super) found: Option<Found>,
    /// Bumped whenever what is shown may have changed.
    version: u64,
}

/// Where the images are that match.
#[derive(Debug)]
pub(super) struct Found {
    /// Positions of the whole list, in order.
    pub(super) positions: Vec<u32>,
    /// The versions of the list that was searched, and of what is known of copies.
    versions: (u64, u64),
    /// What matched when it was looked for and does no longer.
    stays: HashSet<UploadId>,
    /// Whether the disk had been looked at by then: before, nobody could know what matches.
    knows_disk: bool,
    /// Every match but these is chosen, also those in pages that are still to come.
    pub(super) all_but: Option<HashSet<UploadId>>,
}

impl Find {
    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether images with or without a copy are looked for.
    pub const fn filter(&self) -> SavedFilter {
        self.filter
    }

    /// Whether only what was found is shown.
    pub const fn is_on(&self) -> bool {
        self.found.is_some()
    }

    /// Looks for `text` in what the filter lets through; neither of them ends the search.
    fn look_for(
        &mut self,
        text: String,
        filter: SavedFilter,
        listing: &Listing,
        copies: &SavedCopies,
    ) {
        let is_off = text.trim().is_empty() && filter == SavedFilter::All;
        let changes_nothing = is_off && self.found.is_none();
        self.text = text;
        self.filter = filter;
        if changes_nothing {
            return;
        }
        self.version += 1;
        self.found = (!is_off).then(|| Found {
            positions: matches(self.text.trim(), filter, listing, copies),
            versions: (listing.version(), copies.version()),
            stays: HashSet::new(),
            knows_disk: copies.has_looked(),
            all_but: None,
        });
    }

    /// The positions of the list that are shown from `shown` on; `None` while all are.
    pub(super) fn positions(&self) -> Option<&[u32]> {
        self.found.as_ref().map(|found| found.positions.as_slice())
    }
}

/// Found positions as those of the list.
pub(super) fn places(positions: &[u32]) -> impl Iterator<Item = usize> + '_ {
    positions.iter().map(|position| *position as usize)
}

/// Positions as ranges, neighbours in one.
pub(super) fn runs(positions: impl IntoIterator<Item = usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for position in positions {
        match runs.last_mut() {
            Some(last) if last.end == position => last.end += 1,
            _ => runs.push(position..position + 1),
        }
    }
    runs
}

/// What the view shows.
impl Gallery {
    /// The search.
    pub const fn find(&self) -> &Find {
        &self.find
    }

    /// How many positions are shown.
    pub fn len(&self) -> usize {
        self.find
            .positions()
            .map_or_else(|| self.listing.len(), <[u32]>::len)
    }

    /// Whether there is nothing to show, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes whenever another image may be at a position.
    pub const fn shown_version(&self) -> (u64, u64) {
        (self.listing.version(), self.find.version)
    }

    /// The image at a shown position, if it is known.
    pub fn upload_at(&self, position: usize) -> Option<Arc<Upload>> {
        match self.listing.slot(self.place(position)?) {
            Some(Slot::Known(upload)) => Some(upload),
            Some(Slot::Unknown(_)) | None => None,
        }
    }

    /// Where an image is shown.
    pub fn position(&self, id: &UploadId) -> Option<usize> {
        self.shown_at(self.listing.position(id)?)
    }

    /// Where a place of the list is shown, if it is.
    pub fn shown_at(&self, place: usize) -> Option<usize> {
        match self.find.positions() {
            Some(positions) => positions.binary_search(&u32::try_from(place).ok()?).ok(),
            None => Some(place),
        }
    }

    /// What belongs to shown positions, of something that is there for each place of the list.
    pub fn shown_of<T: Copy>(&self, all: Vec<T>) -> Vec<T> {
        match self.find.positions() {
            Some(positions) => {
                let shown = places(positions).filter_map(|place| all.get(place));
                shown.copied().collect()
            }
            None => all,
        }
    }

    /// The keyboard's place; the nearest that is shown, if its image is not.
    pub fn focus(&self) -> usize {
        self.shown_near(self.selection.focus())
    }

    /// Where this place of the list is shown, or the nearest that is.
    pub(super) fn shown_near(&self, place: usize) -> usize {
        let Some(positions) = self.find.positions() else {
            return place;
        };
        let after = positions.partition_point(|shown| (*shown as usize) < place);
        let distance = |index: usize| {
            positions
                .get(index)
                .map(|other| (*other as usize).abs_diff(place))
        };
        match (after.checked_sub(1), distance(after)) {
            (Some(before), None) => before,
            (Some(before), Some(to_after)) if distance(before) < Some(to_after) => before,
            _ => after,
        }
    }

    /// Whether the image at a shown position is chosen, known or not.
    pub fn is_chosen_at(&self, position: usize) -> bool {
        self.place(position)
            .is_some_and(|place| self.selection.contains_position(place, &self.listing))
    }

    /// Whether anything that is shown is chosen.
    pub fn has_choice(&self) -> bool {
        !self.selection.is_empty() && (!self.find.is_on() || self.chosen_count() > 0)
    }

    /// How many of the shown images are chosen, those not read yet included.
    pub fn chosen_count(&self) -> usize {
        if !self.find.is_on() {
            return self.selection.count(&self.listing);
        }
        let versions = (
            self.listing.version(),
            self.find.version,
            self.selection.version(),
        );
        match self.chosen_count_of.get() {
            Some((of, count)) if of == versions => count,
            _ => {
                let count = self.count_chosen();
                self.chosen_count_of.set(Some((versions, count)));
                count
            }
        }
    }

    fn count_chosen(&self) -> usize {
        let Some(positions) = self.find.positions() else {
            return 0;
        };
        let (ids, mark) = self.selection.marked();
        let marked = if ids.len() < positions.len() {
            ids.iter().filter(|id| self.position(id).is_some()).count()
        } else {
            let chosen = places(positions)
                .filter(|place| self.selection.contains_position(*place, &self.listing));
            return chosen.count();
        };
        match mark {
            Mark::On => marked,
            Mark::Off => positions.len() - marked,
        }
    }

    /// The chosen images that are shown and known, in the order of the room.
    pub fn chosen(&self) -> Box<dyn Iterator<Item = Arc<Upload>> + '_> {
        let listing = &self.listing;
        let is_chosen = |upload: &Arc<Upload>| self.selection.contains(&upload.id);
        match (self.selection.these(), self.find.positions()) {
            (Some(ids), found)
                if ids.len() < found.map_or_else(|| listing.known_count(), <[u32]>::len) / 2 =>
            {
                let shown = ids.iter().filter_map(|id| self.position(id));
                let mut shown: Vec<usize> = shown.collect();
                shown.sort_unstable();
                Box::new(shown.into_iter().filter_map(|at| self.upload_at(at)))
            }
            (_, None) => Box::new(listing.known().filter(is_chosen)),
            (_, Some(found)) => {
                let shown = 0..found.len();
                Box::new(shown.filter_map(|at| self.upload_at(at)).filter(is_chosen))
            }
        }
    }

    /// Bytes of the chosen images that are shown and known.
    pub fn chosen_bytes(&self) -> ByteCount {
        let Some(found) = self.find.positions() else {
            return self.selection.bytes(&self.listing);
        };
        if self.chosen_count() < found.len() {
            return self.chosen().filter_map(|upload| upload.size).sum();
        }
        // All of them, which may be a million: without looking at each whole.
        let mut found = places(found).peekable();
        let mut bytes = ByteCount::default();
        for page in self.listing.pages() {
            for (within, facts) in page.facts().enumerate() {
                if found.next_if_eq(&(page.start + within)).is_some() {
                    bytes += facts.size.unwrap_or_default();
                }
            }
        }
        bytes
    }

    /// Whether matches that are still to come are chosen, too.
    pub(super) fn chooses_to_come(&self) -> bool {
        let found = self.find.found.as_ref();
        found.is_some_and(|found| found.all_but.is_some()) && !self.listing.is_complete()
    }

    /// The place in the list of a shown position; `None` behind the end of what was found.
    pub(super) fn place(&self, position: usize) -> Option<usize> {
        match self.find.positions() {
            Some(positions) => places(positions.get(position..=position)?).next(),
            None => Some(position),
        }
    }

    /// The places of shown positions, as ranges in order.
    pub(super) fn places(&self, shown: Range<usize>) -> Vec<Range<usize>> {
        match self.find.positions() {
            Some(positions) => {
                let end = shown.end.min(positions.len());
                let part = positions.get(shown.start.min(end)..end);
                runs(places(part.unwrap_or_default()))
            }
            None => vec![shown],
        }
    }
}

/// What is looked for.
impl Gallery {
    /// Shows only the images whose names contain this, of those that are let through; all of
    /// them if it is blank. Answers what there is to say about it.
    pub(super) fn look_for(&mut self, text: String) -> Option<UserMessage> {
        self.search(text, self.find.filter)
    }

    /// Shows only images with a copy, or only those without. Doing it again drops what has
    /// stayed though it matches no longer.
    pub(super) fn show_only(&mut self, filter: SavedFilter) -> Option<UserMessage> {
        self.search(self.find.text.clone(), filter)
    }

    /// Shows all images again.
    pub(super) fn end_search(&mut self) -> Option<UserMessage> {
        self.search(String::new(), SavedFilter::All)
    }

    fn search(&mut self, text: String, filter: SavedFilter) -> Option<UserMessage> {
        let before = self.find.version;
        let was_to_come = self.chooses_to_come();
        self.find
            .look_for(text, filter, &self.listing, &self.copies);
        if self.find.version == before {
            return None;
        }
        self.reveal += 1;
        // What was to be saved are the matches of a search that is over.
        let waiting = self.save_when_known.take_if(|_| was_to_come);
        waiting.map(|_| UserMessage::search_ended_before_saving())
    }

    /// The list may have changed, or what is known of copies: looks through it again.
    pub(super) fn search_again(&mut self) {
        let Some(found) = &mut self.find.found else {
            return;
        };
        let (listing, text) = (&self.listing, self.find.text.trim());
        let versions = (listing.version(), self.copies.version());
        if found.versions == versions {
            return;
        }
        let is_kept = found.versions.0 == versions.0 && found.knows_disk;
        found.versions = versions;
        found.knows_disk = self.copies.has_looked();
        let now = matches(text, self.find.filter, listing, &self.copies);
        if is_kept {
            let shown = std::mem::take(&mut found.positions);
            let (_, leaving) = split(shown.clone(), &now);
            let leaving = places(&leaving).filter_map(|place| match listing.slot(place) {
                Some(Slot::Known(upload)) => Some(upload.id.clone()),
                Some(Slot::Unknown(_)) | None => None,
            });
            found.stays.extend(leaving);
            found.positions = joined(now, &found.stays, listing);
            if found.positions == shown {
                return;
            }
        } else {
            found.positions = joined(now, &found.stays, listing);
        }
        self.find.version += 1;
        if let Some(all_but) = &found.all_but {
            let spared = all_but.iter().filter_map(|id| self.listing.position(id));
            let spared: HashSet<usize> = spared.collect();
            let all = places(&found.positions);
            let all = runs(all.filter(|place| !spared.contains(place)));
            self.selection.mark(&all, Mark::On, &self.listing);
        }
    }

    /// Drops what has stayed though it matches no longer.
    pub(super) fn let_go(&mut self) {
        let Some(found) = &mut self.find.found else {
            return;
        };
        if !found.stays.is_empty() {
            found.stays.clear();
            let text = self.find.text.trim();
            found.positions = matches(text, self.find.filter, &self.listing, &self.copies);
            found.versions = (self.listing.version(), self.copies.version());
            self.find.version += 1;
        }
    }
}
