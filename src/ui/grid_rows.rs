//! The rows of whole images, kept from layout to layout: a page that arrives in a room of a
//! million images changes the rows of a day or two.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::domain::PixelSize;
use crate::domain::listing::Listing;
use crate::state::Gallery;
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

/// What a search has found, in one section.
pub(super) fn lay_out_found(gallery: &Gallery, geometry: Geometry) -> GridLayout {
    let sizes = gallery.shown_dimensions().into_iter();
    let aspects: Vec<f32> = sizes.map(aspect).collect();
    let rows = Arc::new(justified_rows(&aspects, geometry));
    GridLayout::one_section(aspects.len(), geometry, rows)
}

fn aspect(size: Option<PixelSize>) -> f32 {
    size.map_or(USUAL_ASPECT, PixelSize::aspect_ratio)
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

fn aspects(group: &DayGroup, listing: &Listing) -> Vec<f32> {
    let mut aspects = Vec::with_capacity(group.range.len());
    for page in listing.pages_in(group.range.clone()) {
        let start = group.range.start.max(page.start) - page.start;
        let end = group.range.end.min(page.start + page.len) - page.start;
        let facts = page.facts().skip(start).take(end - start);
        aspects.extend(facts.map(|facts| aspect(facts.dimensions)));
    }
    aspects.resize(group.range.len(), USUAL_ASPECT);
    aspects
}
