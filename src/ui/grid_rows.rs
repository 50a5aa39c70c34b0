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
        GridLayout::justified(groups, geometry, |group| {
            let key = key(group, listing);
            let kept = before.remove(&key).or_else(|| self.rows.get(&key).cloned());
            let rows = kept
                .unwrap_or_else(|| Arc::new(justified_rows(&aspects(group, listing), geometry)));
            self.rows.insert(key, Arc::clone(&rows));
            rows
        })
    }
}

/// The parts of pages that a group is made of.
fn key(group: &DayGroup, listing: &Listing) -> u64 {
    let mut hasher = DefaultHasher::new();
    for page in listing.pages_in(group.range.clone()) {
        let start = group.range.start.max(page.start) - page.start;
        let end = group.range.end.min(page.start + page.len) - page.start;
        (page.version, start, end).hash(&mut hasher);
    }
    hasher.finish()
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
