//! What there is to save, before it begins: how many, how large, what is there, what fits.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use jiff::Timestamp;

use super::{Checked, Planned, Presence, TargetFolder};
use crate::domain::ByteCount;
use crate::storage::{OnClash, free_space, name_key};

/// The sums of what was looked at by now.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// How many images.
    pub count: usize,
    /// How large they are, as far as the listing says.
    pub bytes: ByteCount,
    /// How many are there, or are left out.
    pub there_count: usize,
    /// What has still to be fetched, as far as the listing says.
    pub missing_bytes: ByteCount,
    /// How much of that is not on the disk yet.
    pub needed_bytes: ByteCount,
    /// How many have the name of another one of them.
    pub clash_count: usize,
    /// How many have the name of a file that is there and is none of theirs.
    pub taken_count: usize,
    /// When the newest of them was posted.
    pub newest: Option<Timestamp>,
    /// Whether there is more, which is listed while this is being saved.
    pub is_partial: bool,
    /// How many there seem to be then, if that is known.
    pub expected_count: Option<usize>,
    /// Hashes of their names: a million of them are eight megabytes.
    names: HashSet<u64>,
}

impl Survey {
    /// Looks at an upload, and counts it. `None` is a folder that is not there yet.
    pub fn take(
        &mut self,
        planned: Planned,
        target: Option<&TargetFolder>,
        on_clash: OnClash,
    ) -> Checked {
        let upload = &planned.upload;
        self.count += 1;
        self.bytes += upload.size.unwrap_or_default();
        self.newest = self.newest.max(upload.uploaded_at);
        self.clash_count += usize::from(!self.names.insert(key_of(&planned.path)));
        let checked = match target {
            Some(target) => target.check(planned, on_clash),
            None => Checked {
                planned,
                presence: Presence::Missing,
                part_bytes: ByteCount(0),
            },
        };
        let is_taken = match (&checked.presence, target) {
            (Presence::NameTaken(_), _) => true,
            (Presence::Missing, Some(target)) => target.taken_name(&checked.planned.path).is_some(),
            _ => false,
        };
        self.taken_count += usize::from(is_taken);
        self.there_count += usize::from(checked.presence.is_settled());
        self.missing_bytes += checked.missing();
        self.needed_bytes += checked.needed();
        checked
    }

    /// By how much it does not fit, if it does not.
    pub fn lack(&self, free: Option<ByteCount>) -> Option<ByteCount> {
        let lack = self.needed_bytes.0.checked_sub(free?.0)?;
        (lack > 0).then_some(ByteCount(lack))
    }
}

/// How much of the disk is free where this folder is, or will be.
pub fn free_at(folder: &Path) -> Option<ByteCount> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    free_space(there)
        .inspect_err(|error| tracing::warn!(%error, "free space is not known"))
        .ok()
        .map(ByteCount)
}

/// Names count as the same when any system takes them for the same.
fn key_of(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    name_key(&path.to_string_lossy()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_says_by_how_much() {
        let survey = Survey {
            needed_bytes: ByteCount(40_000_000),
            ..Survey::default()
        };
        assert_eq!(survey.lack(Some(ByteCount(1_000_000_000))), None);
        assert_eq!(survey.lack(None), None);
        let lack = survey.lack(Some(ByteCount(30_000_000)));
        assert_eq!(lack, Some(ByteCount(10_000_000)));
    }

    #[test]
    fn free_space_is_known_where_the_folder_is_still_to_be_made() {
        let root = tempfile::tempdir().unwrap();
        let free = free_at(&root.path().join("a/b/c")).unwrap();
        assert!(free.0 > 0);
    }
}
