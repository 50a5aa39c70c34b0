//! The rows of whole images, kept from layout to layout: a page that arrives in a room of a
//! million images changes the rows of a day or two.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::domain::PixelSize;
use crate::domain::listing::Listing;
use crate::ui::grid_layout::{
    DayGroup, Geometry, GridLayout, JustifiedRows, USUAL_ASPECT, justified_rows,
};

/// See the [module documentation](self). Of one room.
#[derive(Debug, Default)]
pub(super) struct KeptRows {
    geometry: Option<Geometry>,
    /// By what they are made of.
    rows: HashMap<u64, Arc<JustifiedRows>>,
}

impl KeptRows {
    /// Lays the room out; only what changed is made anew.
    pub(super) fn lay_out(
        &mut self,
        groups: &[DayGroup],
        geometry: Geometry,
        listing: &Listing,
    ) -> GridLayout {
        if self.geometry != Some(geometry) {
            self.rows.clear();
            self.geometry = Some(geometry);
        }
        let mut before = std::mem::take(&mut self.rows);
        let mut parts = Parts::of(listing);
        GridLayout::justified(groups, geometry, |group| {
            let key = parts.key(group);
            let kept = before.remove(&key).or_else(|| self.rows.get(&key).cloned());
            let rows = kept
                .unwrap_or_else(|| Arc::new(justified_rows(&aspects(group, listing), geometry)));
            self.rows.insert(key, Arc::clone(&rows));
            rows
        })
    }
}

/// The parts of pages that groups are made of, group after group.
struct Parts {
    /// Start, end and version of each page.
    pages: Vec<(usize, usize, u64)>,
    /// The first page that the next group may be on.
    next: usize,
}

impl Parts {
    fn of(listing: &Listing) -> Self {
        let pages = listing.pages();
        Self {
            pages: pages
                .map(|page| (page.start, page.start + page.len, page.version))
                .collect(),
            next: 0,
        }
    }

    /// What the rows of a group depend on, but for the geometry. Groups are asked for in order.
    fn key(&mut self, group: &DayGroup) -> u64 {
        let mut hasher = DefaultHasher::new();
        while let Some((start, end, version)) = self.pages.get(self.next) {
            if *start >= group.range.end {
                break;
            }
            if *end > group.range.start {
                let from = group.range.start.max(*start) - start;
                let to = group.range.end.min(*end) - start;
                (version, from, to).hash(&mut hasher);
            }
            if *end > group.range.end {
                break;
            }
            self.next += 1;
        }
        hasher.finish()
    }
}

/// Of every image of the room, known or not.
pub(super) fn all_aspects(listing: &Listing) -> Vec<f32> {
    let range = 0..listing.len();
    aspects(&DayGroup { day: None, range }, listing)
}

fn aspects(group: &DayGroup, listing: &Listing) -> Vec<f32> {
    let aspect = |size: PixelSize| size.aspect_ratio();
    let mut aspects = Vec::with_capacity(group.range.len());
    for page in listing.pages_in(group.range.clone()) {
        let start = group.range.start.max(page.start) - page.start;
        let end = group.range.end.min(page.start + page.len) - page.start;
        let facts = page.facts().skip(start).take(end - start);
        aspects.extend(facts.map(|facts| facts.dimensions.map_or(USUAL_ASPECT, aspect)));
    }
    aspects.resize(group.range.len(), USUAL_ASPECT);
    aspects
}
