//! Which page holds an image: eight bytes for each, and what the table needs to breathe.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

use crate::domain::UploadId;

/// A page as the index names it: the newest images before page 0, or a page by a key that
/// stays the same when pages are put before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PlaceKey(pub(super) u32);

impl PlaceKey {
    /// Before page 0. Pages count up from 0, and down from `u32::MAX` when they are put before
    /// the first: neither comes here.
    pub(super) const FRONT: Self = Self(1 << 31);
}

/// Knows no ids, only their hashes: whoever asks compares with what is on the page.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceIndex {
    /// Random, so that no server can make a room whose ids collide.
    seed: RandomState,
    table: HashTable<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    key: PlaceKey,
}

impl PlaceIndex {
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// The place of an image; `is_there` says whether a place really holds it.
    pub(super) fn find(
        &self,
        id: &UploadId,
        mut is_there: impl FnMut(PlaceKey) -> bool,
    ) -> Option<PlaceKey> {
        let hash = self.hash(id);
        let is_it = |entry: &Entry| entry.hash == hash && is_there(entry.key);
        self.table.find(spread(hash), is_it).map(|entry| entry.key)
    }

    /// Notes an image that has no place yet.
    pub(super) fn insert(&mut self, id: &UploadId, key: PlaceKey) {
        let hash = self.hash(id);
        let entry = Entry { hash, key };
        self.table
            .insert_unique(spread(hash), entry, |entry| spread(entry.hash));
    }

    /// Forgets an image that was noted there.
    pub(super) fn remove(&mut self, id: &UploadId, key: PlaceKey) {
        let hash = self.hash(id);
        let is_it = |entry: &Entry| entry.hash == hash && entry.key == key;
        if let Ok(entry) = self.table.find_entry(spread(hash), is_it) {
            entry.remove();
        }
    }

    /// Half of the hash; two images of a million may share it.
    #[expect(clippy::cast_possible_truncation, reason = "half of it is meant")]
    fn hash(&self, id: &UploadId) -> u32 {
        self.seed.hash_one(id) as u32
    }
}

/// The table wants all 64 bits to differ.
const fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
