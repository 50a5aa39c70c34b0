//! Which images of a list a search shows.

use std::collections::HashSet;

use crate::domain::UploadId;
use crate::domain::listing::Listing;
use crate::state::saved_copies::{SavedCopies, SavedFilter};

/// The places of the known images whose names contain `text`, of those that the filter lets
/// through, in order. Without text, of all of them.
pub(super) fn matches(
    text: &str,
    filter: SavedFilter,
    listing: &Listing,
    copies: &SavedCopies,
) -> Vec<u32> {
    let named = (!text.is_empty()).then(|| listing.search(text));
    let saved = || in_order(copies.ids().map(|id| listing.position(id)));
    match (filter, named) {
        (SavedFilter::All, named) => named.unwrap_or_else(|| known_places(listing)),
        (SavedFilter::Saved, None) => saved(),
        (SavedFilter::Saved, Some(named)) => split(named, &saved()).0,
        (SavedFilter::NotSaved, named) => {
            let named = named.unwrap_or_else(|| known_places(listing));
            split(named, &saved()).1
        }
    }
}

/// These places as far as there are any, in order, each once.
fn in_order(places: impl Iterator<Item = Option<usize>>) -> Vec<u32> {
    let places = places.filter_map(|place| u32::try_from(place?).ok());
    let mut places: Vec<u32> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Two lists of places as one.
pub(super) fn joined(
    mut places: Vec<u32>,
    more: &HashSet<UploadId>,
    listing: &Listing,
) -> Vec<u32> {
    if !more.is_empty() {
        places.extend(in_order(more.iter().map(|id| listing.position(id))));
        places.sort_unstable();
        places.dedup();
    }
    places
}

/// Those that are in `among`, and those that are not. Both lists are in order.
pub(super) fn split(places: Vec<u32>, among: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut among = among.iter().copied().peekable();
    places.into_iter().partition(|place| {
        while among.next_if(|other| other < place).is_some() {}
        among.peek() == Some(place)
    })
}

fn known_places(listing: &Listing) -> Vec<u32> {
    let known = listing.pages().filter(|page| page.is_known());
    let places = known.flat_map(|page| page.start..page.start + page.len);
    places
        .filter_map(|place| u32::try_from(place).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn places_are_split_by_another_list_of_places() {
        let (within, without) = split(vec![1, 3, 4, 9], &[0, 3, 5, 9, 12]);
        assert_eq!((within, without), (vec![3, 9], vec![1, 4]));
        assert_eq!(split(vec![1], &[]), (vec![], vec![1]));
    }
}
