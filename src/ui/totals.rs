//! Sums over a room's images, made again only when they can have changed: a hundred thousand
//! images are too many to add up in every frame, and a thousand pages too many to look through.

use crate::domain::{ByteCount, RoomId};
use crate::state::{Gallery, user_message};

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Totals {
    of_list: Option<ListKey>,
    /// The versions of the selection and of what is shown.
    of_choice: Option<(u64, (u64, u64))>,
    /// Bytes of all images that are listed.
    pub(super) listed: ByteCount,
    is_complete: bool,
    chosen_words: String,
    chosen_of_all_words: String,
}

/// Room and version of its list, and whether the list has an anchor: reading it anew takes the
/// anchor away and nothing else.
type ListKey = (RoomId, u64, bool);

impl Totals {
    /// Adds up again if the list or the selection changed.
    pub(super) fn update(&mut self, gallery: Option<&Gallery>) {
        let Some(gallery) = gallery else {
            *self = Self::default();
            return;
        };
        let (listing, selection) = (&gallery.listing, &gallery.selection);
        let has_anchor = listing.anchor().is_some();
        let of_list = (gallery.room.id.clone(), listing.version(), has_anchor);
        if self.of_list.as_ref() != Some(&of_list) {
            self.listed = listing.known_bytes();
            self.is_complete = listing.is_complete();
            self.of_list = Some(of_list);
            self.of_choice = None;
        }
        let of_choice = Some((selection.version(), gallery.shown_version()));
        if self.of_choice != of_choice {
            let of_all = format!(" of {}", user_message::grouped(gallery.len()));
            self.chosen_words = self.words(gallery, "");
            self.chosen_of_all_words = self.words(gallery, &of_all);
            self.of_choice = of_choice;
        }
    }

    /// Whether every image of the room is listed.
    pub(super) const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// "3 selected · 4.2 MB"; "at least" while some of them are not listed yet.
    pub(super) fn chosen_words(&self) -> &str {
        &self.chosen_words
    }

    /// "3 of 71 selected · 4.2 MB".
    pub(super) fn chosen_of_all_words(&self) -> &str {
        &self.chosen_of_all_words
    }

    fn words(&self, gallery: &Gallery, of_all: &str) -> String {
        let selection = &gallery.selection;
        if !gallery.has_choice() {
            return String::new();
        }
        let count = user_message::grouped(gallery.chosen_count());
        let bytes = gallery.chosen_bytes();
        let is_known = if gallery.find().is_on() {
            gallery.is_choice_known()
        } else {
            selection.pending().is_empty() && (selection.all_but().is_none() || self.is_complete)
        };
        if is_known {
            format!("{count}{of_all} selected · {bytes}")
        } else {
            format!("{count}{of_all} selected · at least {bytes}")
        }
    }
}
