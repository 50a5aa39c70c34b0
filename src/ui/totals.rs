//! Sums over a room's images, made again only when they can have changed: a hundred thousand
//! images are too many to add up in every frame.

use crate::domain::{ByteCount, RoomId};
use crate::state::{Gallery, user_message};

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Room, versions of list and selection, and whether every chosen image is known.
    of: Option<(RoomId, u64, u64, bool)>,
    /// Bytes of all images that are listed.
    pub(super) listed: ByteCount,
    chosen_words: String,
}

impl Totals {
    /// Adds up again if the list or the selection changed.
    pub(super) fn update(&mut self, gallery: Option<&Gallery>) {
        let Some(gallery) = gallery else {
            *self = Self::default();
            return;
        };
        let (listing, selection) = (&gallery.listing, &gallery.selection);
        let of = (
            gallery.room.id.clone(),
            listing.version(),
            selection.version(),
            gallery.is_choice_known(),
        );
        if self.of.as_ref() == Some(&of) {
            return;
        }
        self.listed = listing.known_bytes();
        self.chosen_words = chosen_words(gallery);
        self.of = Some(of);
    }

    /// "3 selected · 4.2 MB"; "at least" while some of them are not listed yet.
    pub(super) fn chosen_words(&self) -> &str {
        &self.chosen_words
    }
}

fn chosen_words(gallery: &Gallery) -> String {
    if gallery.selection.is_empty() {
        return String::new();
    }
    let count = user_message::grouped(gallery.selection.count(&gallery.listing));
    let bytes: ByteCount = gallery.chosen().filter_map(|upload| upload.size).sum();
    if gallery.is_choice_known() {
        format!("{count} selected · {bytes}")
    } else {
        format!("{count} selected · at least {bytes}")
    }
}
