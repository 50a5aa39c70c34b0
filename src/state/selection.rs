//! Chosen images, the keyboard's place among them, and where a range began.
//!
//! Three separate things: the *focus* (always one place), the *anchor* (start of a range) and
//! the *selection* (ids, not positions). Positions that were not read yet can be part of a
//! range; they turn into ids when their page arrives.

use std::collections::HashSet;
use std::ops::Range;

use crate::domain::listing::{Listing, Slot};
use crate::domain::{ByteCount, UploadId};
use crate::state::action::{MoveHow, SelectHow};

/// See the [module documentation](self).
#[derive(Debug, Clone, Default)]
pub struct Selection {
    chosen: Chosen,
    /// Positions that were not read yet and will be exceptions of `chosen` like its ids:
    /// disjoint ranges, each within one run of unknown positions.
    pending: Vec<Range<usize>>,
    /// Bytes of the exceptions of `chosen`.
    bytes: u128,
    focus: Place,
    anchor: Place,
    band: Option<Box<Band>>,
    cleared: Option<Box<Before>>,
    /// Bumped whenever what is chosen may have changed.
    version: u64,
}

/// What was chosen before.
#[derive(Debug, Clone)]
struct Before {
    chosen: Chosen,
    pending: Vec<Range<usize>>,
    bytes: u128,
}

/// A rubber band that is being drawn.
#[derive(Debug, Clone)]
struct Band {
    before: Before,
    kind: BandKind,
}

/// What a rubber band does to what was chosen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandKind {
    /// It takes its place.
    Replace,
    /// It adds to it.
    Add,
}

/// What becomes of a rubber band that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandEnd {
    /// What it covers stays chosen.
    Keep,
    /// Everything is as before.
    GiveUp,
}

/// Among the exceptions, or out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    In,
    Out,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    On,
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Chosen {
    These(HashSet<UploadId>),
    AllBut(HashSet<UploadId>),
}

impl Default for Chosen {
    fn default() -> Self {
        Self::These(HashSet::new())
    }
}

/// A position that follows its image when the list changes around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    position: usize,
    id: Option<UploadId>,
}

impl Place {
    fn at(position: usize, listing: &Listing) -> Self {
        let id = match listing.slot(position) {
            Some(Slot::Known(upload)) => Some(upload.id.clone()),
            Some(Slot::Unknown(_)) | None => None,
        };
        Self { position, id }
    }

    fn follow(&mut self, listing: &Listing) {
        let moved_to = self.id.as_ref().and_then(|id| listing.position(id));
        let position = moved_to
            .unwrap_or(self.position)
            .min(listing.len().saturating_sub(1));
        *self = Self::at(position, listing);
    }
}

impl Selection {
    /// Whether the image is chosen.
    pub fn contains(&self, id: &UploadId) -> bool {
        match &self.chosen {
            Chosen::These(ids) => ids.contains(id),
            Chosen::AllBut(ids) => !ids.contains(id),
        }
    }

    /// Whether the position is chosen, its image known or not.
    pub fn contains_position(&self, position: usize, listing: &Listing) -> bool {
        match listing.slot(position) {
            Some(Slot::Known(upload)) => self.contains(&upload.id),
            Some(Slot::Unknown(_)) => self.is_all_but() != self.is_pending(position),
            None => false,
        }
    }

    /// Whether all of these positions are chosen.
    pub fn contains_range(&self, range: Range<usize>, listing: &Listing) -> bool {
        let pending: usize = self.pending.iter().map(Range::len).sum();
        match &self.chosen {
            Chosen::These(ids) if ids.len() + pending < range.len() => return false,
            Chosen::AllBut(ids) if ids.is_empty() && pending == 0 => return true,
            Chosen::These(_) | Chosen::AllBut(_) => {}
        }
        listing.pages_in(range.clone()).all(|page| {
            let part = range.start.max(page.start)..range.end.min(page.start + page.len);
            if page.is_known() {
                let mut ids = page.ids().skip(part.start - page.start).take(part.len());
                ids.all(|id| self.contains(&id))
            } else {
                let mut positions = part;
                positions.all(|position| self.is_all_but() != self.is_pending(position))
            }
        })
    }

    /// How many images are chosen, those not read yet included.
    pub fn count(&self, listing: &Listing) -> usize {
        let pending: usize = self.pending.iter().map(Range::len).sum();
        match &self.chosen {
            Chosen::These(ids) => ids.len() + pending,
            Chosen::AllBut(ids) => listing.len().saturating_sub(ids.len() + pending),
        }
    }

    /// Bytes of the chosen images that are known.
    pub fn bytes(&self, listing: &Listing) -> ByteCount {
        let bytes = match &self.chosen {
            Chosen::These(_) => self.bytes,
            Chosen::AllBut(_) => u128::from(listing.known_bytes().0).saturating_sub(self.bytes),
        };
        ByteCount(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        matches!(&self.chosen, Chosen::These(ids) if ids.is_empty()) && self.pending.is_empty()
    }

    /// Whether the whole room is chosen, but for the ids given back.
    pub const fn all_but(&self) -> Option<&HashSet<UploadId>> {
        match &self.chosen {
            Chosen::AllBut(ids) => Some(ids),
            Chosen::These(_) => None,
        }
    }

    /// The ids that are chosen, unless the whole room is.
    pub const fn these(&self) -> Option<&HashSet<UploadId>> {
        match &self.chosen {
            Chosen::These(ids) => Some(ids),
            Chosen::AllBut(_) => None,
        }
    }

    /// Changes whenever what is chosen may have changed: sums over it can be kept.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The positions whose pages must be read before the selection is known by id.
    pub fn pending(&self) -> &[Range<usize>] {
        &self.pending
    }

    /// The keyboard's place.
    pub const fn focus(&self) -> usize {
        self.focus.position
    }

    /// The image at the keyboard's place, if it is known.
    pub const fn focus_id(&self) -> Option<&UploadId> {
        self.focus.id.as_ref()
    }

    /// Where ranges begin.
    pub(super) const fn anchor(&self) -> usize {
        self.anchor.position
    }

    /// The known images that are on while all others are off, or the other way round.
    pub(super) const fn marked(&self) -> (&HashSet<UploadId>, Mark) {
        match &self.chosen {
            Chosen::These(ids) => (ids, Mark::On),
            Chosen::AllBut(ids) => (ids, Mark::Off),
        }
    }

    /// A selection to go back to, if it was cleared just now.
    pub const fn can_undo_clear(&self) -> bool {
        self.cleared.is_some()
    }

    /// A click, or Space, at a position.
    pub fn select(&mut self, position: usize, how: SelectHow, listing: &Listing) {
        self.version += 1;
        self.focus = Place::at(position, listing);
        match how {
            SelectHow::Only => {
                self.empty();
                self.anchor = self.focus.clone();
                self.choose(position..position + 1, listing);
            }
            SelectHow::Toggle => {
                self.anchor = self.focus.clone();
                let is_chosen = self.contains_position(position, listing);
                let mark = if is_chosen { Mark::Off } else { Mark::On };
                self.set(position..position + 1, mark, listing);
            }
            SelectHow::Range | SelectHow::AddRange => {
                if how == SelectHow::Range {
                    self.empty();
                }
                let (first, last) = ordered(self.anchor.position, position);
                self.choose(first..last + 1, listing);
            }
        }
    }

    /// A range from the anchor to `position` of which only these parts are shown.
    pub(super) fn extend(
        &mut self,
        position: usize,
        how: SelectHow,
        parts: &[Range<usize>],
        listing: &Listing,
    ) {
        self.focus = Place::at(position, listing);
        if how == SelectHow::Range {
            self.empty();
        }
        self.mark(parts, Mark::On, listing);
    }

    /// These positions and nothing else.
    pub(super) fn choose_only(&mut self, ranges: &[Range<usize>], listing: &Listing) {
        self.empty();
        self.mark(ranges, Mark::On, listing);
    }

    /// These positions on or off.
    pub(super) fn mark(&mut self, ranges: &[Range<usize>], mark: Mark, listing: &Listing) {
        self.version += 1;
        for range in ranges {
            self.set(range.clone(), mark, listing);
        }
    }

    /// The keyboard moved.
    pub fn move_focus(&mut self, to: usize, how: MoveHow, listing: &Listing) {
        match how {
            MoveHow::Select => self.select(to, SelectHow::Only, listing),
            MoveHow::Extend => self.select(to, SelectHow::Range, listing),
            MoveHow::FocusOnly => self.focus = Place::at(to, listing),
        }
    }

    /// Puts focus and anchor somewhere without choosing it.
    pub fn place_focus(&mut self, position: usize, listing: &Listing) {
        self.focus = Place::at(position, listing);
        self.anchor = self.focus.clone();
    }

    /// All on, or all off if all were on.
    pub fn toggle_range(&mut self, range: Range<usize>, listing: &Listing) {
        self.version += 1;
        let is_all_chosen = self.contains_range(range.clone(), listing);
        let mark = if is_all_chosen { Mark::Off } else { Mark::On };
        self.set(range, mark, listing);
    }

    /// Everything, also what is not listed yet.
    pub fn select_all(&mut self) {
        self.version += 1;
        self.empty();
        self.chosen = Chosen::AllBut(HashSet::new());
    }

    /// Nothing; can be undone.
    pub fn clear(&mut self) {
        if !self.is_empty() {
            let before = Before {
                chosen: std::mem::take(&mut self.chosen),
                pending: std::mem::take(&mut self.pending),
                bytes: std::mem::take(&mut self.bytes),
            };
            self.version += 1;
            self.cleared = Some(Box::new(before));
        }
    }

    /// Takes [`Self::clear`] back.
    pub fn undo_clear(&mut self, listing: &Listing) {
        if let Some(before) = self.cleared.take() {
            self.restore(*before, listing);
        }
    }

    /// What was not chosen, unread positions included.
    pub fn invert(&mut self) {
        self.version += 1;
        self.chosen = match std::mem::take(&mut self.chosen) {
            Chosen::These(ids) => Chosen::AllBut(ids),
            Chosen::AllBut(ids) => Chosen::These(ids),
        };
        self.cleared = None;
    }

    /// The rubber band begins.
    pub fn start_band(&mut self, kind: BandKind) {
        let before = Before {
            chosen: self.chosen.clone(),
            pending: self.pending.clone(),
            bytes: self.bytes,
        };
        self.band = Some(Box::new(Band { before, kind }));
        if kind == BandKind::Replace {
            self.empty();
        }
    }

    /// The rubber band covers other positions.
    pub fn band(&mut self, covered: &[Range<usize>], listing: &Listing) {
        let Some(band) = self.band.clone() else {
            return;
        };
        match band.kind {
            BandKind::Add => self.restore(band.before, listing),
            BandKind::Replace => self.empty(),
        }
        for range in covered {
            self.choose(range.clone(), listing);
        }
    }

    /// The rubber band ends.
    pub fn end_band(&mut self, end: BandEnd, listing: &Listing) {
        if let Some(band) = self.band.take()
            && end == BandEnd::GiveUp
        {
            self.restore(band.before, listing);
        }
    }

    /// The list changed: places follow their images, positions that were read turn into ids.
    pub fn follow(&mut self, listing: &Listing) {
        self.focus.follow(listing);
        self.anchor.follow(listing);
        for range in std::mem::take(&mut self.pending) {
            self.put(range, Put::In, listing);
        }
        self.version += 1;
    }

    fn restore(&mut self, before: Before, listing: &Listing) {
        self.chosen = before.chosen;
        self.bytes = before.bytes;
        self.pending.clear();
        self.version += 1;
        // Some of them may have been read meanwhile.
        for range in before.pending {
            self.put(range, Put::In, listing);
        }
    }

    fn empty(&mut self) {
        self.chosen = Chosen::default();
        self.bytes = 0;
        self.pending.clear();
        self.cleared = None;
    }

    fn choose(&mut self, range: Range<usize>, listing: &Listing) {
        self.set(range, Mark::On, listing);
    }

    fn set(&mut self, range: Range<usize>, mark: Mark, listing: &Listing) {
        self.cleared = None;
        self.version += 1;
        let put = if (mark == Mark::On) == self.is_all_but() {
            Put::Out
        } else {
            Put::In
        };
        self.put(range, put, listing);
    }

    /// Puts positions among the exceptions, or takes them out: known ones by their ids.
    fn put(&mut self, range: Range<usize>, put: Put, listing: &Listing) {
        for page in listing.pages_in(range.clone()) {
            let part = range.start.max(page.start)..range.end.min(page.start + page.len);
            if !page.is_known() {
                self.put_unknown(part, put);
                continue;
            }
            let sized = page.ids().zip(page.facts().map(|facts| facts.size));
            for (id, size) in sized.skip(part.start - page.start).take(part.len()) {
                let (Chosen::These(ids) | Chosen::AllBut(ids)) = &mut self.chosen;
                let bytes = u128::from(size.unwrap_or_default().0);
                if put == Put::Out {
                    if ids.remove(&id) {
                        self.bytes = self.bytes.saturating_sub(bytes);
                    }
                } else if ids.insert(id) {
                    self.bytes += bytes;
                }
            }
        }
    }

    fn put_unknown(&mut self, part: Range<usize>, put: Put) {
        let mut kept = Vec::with_capacity(self.pending.len() + 1);
        for old in self.pending.drain(..) {
            let before = old.start..old.end.min(part.start);
            let after = old.start.max(part.end)..old.end;
            kept.extend([before, after].into_iter().filter(|rest| !rest.is_empty()));
        }
        if put == Put::In && !part.is_empty() {
            match kept.last_mut() {
                // Page follows page: one range for them all.
                Some(last) if last.end == part.start => last.end = part.end,
                _ => kept.push(part),
            }
        }
        self.pending = kept;
    }

    const fn is_all_but(&self) -> bool {
        matches!(self.chosen, Chosen::AllBut(_))
    }

    fn is_pending(&self, position: usize) -> bool {
        self.pending.iter().any(|range| range.contains(&position))
    }
}

fn ordered(a: usize, b: usize) -> (usize, usize) {
    if a <= b { (a, b) } else { (b, a) }
}
