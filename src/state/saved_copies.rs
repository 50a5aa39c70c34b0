//! Of which images of a room a copy is on this machine's disks, as far as is known.
//!
//! Two sources: the last look at the disk, and what was saved since. Each look replaces both, so
//! a file that was moved or deleted is forgotten with the next one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::domain::UploadId;

/// While a save runs, the disk is looked at again after so many files at the earliest.
const FEWEST_NEW: usize = 20;

/// And after the room's copies have grown by one in so many: all looks together then cost as
/// much as eight looks at the whole.
const GROWTH: usize = 8;

/// Which images take part in what is shown, by whether a copy is on a disk here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SavedFilter {
    /// All of them.
    #[default]
    All,
    /// Those without a copy.
    NotSaved,
    /// Those with one.
    Saved,
}

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct SavedCopies {
    /// What the last look found, in the order of the ids: a hash table over a room of a million
    /// images would take twice the memory.
    found: Vec<(UploadId, PathBuf)>,
    /// What was saved since.
    fresh: HashMap<UploadId, PathBuf>,
    question: Question,
    has_looked: bool,
    /// How far the running save was at the last look.
    counted: usize,
    version: u64,
}

/// Whether an answer is to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Question {
    #[default]
    None,
    Open,
    /// What was asked for may have changed before the answer was made.
    Outdated,
}

impl SavedCopies {
    /// Where a copy of this image is.
    pub fn path(&self, upload: &UploadId) -> Option<&Path> {
        if let Some(path) = self.fresh.get(upload) {
            return Some(path);
        }
        let found = self.found.binary_search_by(|(id, _)| id.cmp(upload));
        let (_, path) = self.found.get(found.ok()?)?;
        Some(path)
    }

    /// Whether the disk was looked at since the room was opened.
    pub const fn has_looked(&self) -> bool {
        self.has_looked
    }

    /// Changes whenever another image may have a copy.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The images with a copy, some of them twice.
    pub(super) fn ids(&self) -> impl Iterator<Item = &UploadId> {
        let found = self.found.iter().map(|(id, _)| id);
        found.chain(self.fresh.keys())
    }

    /// Somebody wants the disk to be looked at; answers whether to ask for it now. One question
    /// at a time, so that no answer is taken for that to a later one.
    pub(super) fn wants_look(&mut self) -> bool {
        if self.question == Question::None {
            self.question = Question::Open;
            return true;
        }
        self.question = Question::Outdated;
        false
    }

    /// The disk was looked at; answers whether to do it once more.
    pub(super) fn looked(&mut self, mut files: Vec<(UploadId, PathBuf)>) -> bool {
        files.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let has_fresh = !self.fresh.is_empty();
        if self.question == Question::Open {
            self.fresh.clear();
        }
        if files != self.found || has_fresh || !self.has_looked {
            self.version += 1;
        }
        self.found = files;
        self.has_looked = true;
        let is_outdated = self.question == Question::Outdated;
        self.question = Question::None;
        is_outdated && self.wants_look()
    }

    /// These files are complete now.
    pub(super) fn saved(&mut self, files: impl IntoIterator<Item = (UploadId, PathBuf)>) {
        self.fresh.extend(files);
        self.counted = 0;
        self.version += 1;
    }

    /// A running save has completed so many files; answers whether it is time for a look.
    pub(super) fn advanced(&mut self, saved_count: usize) -> bool {
        self.counted = self.counted.min(saved_count);
        let enough = (self.found.len() / GROWTH).max(FEWEST_NEW);
        if self.question != Question::None || saved_count - self.counted < enough {
            return false;
        }
        self.counted = saved_count;
        self.wants_look()
    }

    /// Another room is shown: only what no look has confirmed is kept.
    pub(super) fn leave(&mut self) {
        *self = Self {
            fresh: std::mem::take(&mut self.fresh),
            version: self.version + 1,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> (UploadId, PathBuf) {
        (UploadId::from(name), PathBuf::from(format!("/p/{name}")))
    }

    fn has(copies: &SavedCopies, name: &str) -> bool {
        copies.path(&UploadId::from(name)).is_some()
    }

    #[test]
    fn what_a_look_no_longer_finds_is_forgotten_also_if_it_was_saved_just_now() {
        let mut copies = SavedCopies::default();
        copies.saved([file("a")]);
        assert!(copies.wants_look());
        assert!(!copies.looked(vec![file("c"), file("b")]));
        assert!(!has(&copies, "a"));
        assert!(has(&copies, "b") && has(&copies, "c"));
        assert!(copies.wants_look());
        copies.looked(vec![file("c")]);
        assert!(!has(&copies, "b"));
    }

    #[test]
    fn what_is_saved_while_the_disk_is_looked_at_stays_and_is_looked_at_again() {
        let mut copies = SavedCopies::default();
        assert!(copies.wants_look());
        copies.saved([file("a")]);
        assert!(!copies.wants_look());
        assert!(copies.looked(Vec::new()));
        assert!(has(&copies, "a"));
        assert!(!copies.looked(Vec::new()));
        assert!(!has(&copies, "a"));
    }

    #[test]
    fn a_look_that_changes_nothing_changes_no_version() {
        let mut copies = SavedCopies::default();
        copies.looked(vec![file("a")]);
        let version = copies.version();
        copies.wants_look();
        copies.looked(vec![file("a")]);
        assert_eq!(copies.version(), version);
    }

    #[test]
    fn a_running_save_is_looked_at_less_and_less_often() {
        let mut copies = SavedCopies::default();
        let mut looks = 0;
        for count in 0..10_000 {
            if copies.advanced(count) {
                looks += 1;
                copies.looked((0..count).map(|n| file(&n.to_string())).collect());
            }
        }
        assert!((20..60).contains(&looks), "{looks}");
    }
}
