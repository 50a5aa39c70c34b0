//! Whole files that were fetched for thumbnails: the last ones stay in memory for a while.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::domain::UploadId;

/// Ten photographs of a phone: what was on screen last, for whoever opens one of them.
const CAPACITY_BYTES: usize = 32 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Leftovers(Mutex<VecDeque<(UploadId, Bytes)>>);

impl Leftovers {
    pub(super) fn push(&self, id: UploadId, bytes: Bytes) {
        if bytes.len() > CAPACITY_BYTES {
            return;
        }
        let mut files = self.files();
        files.retain(|(known, _)| *known != id);
        files.push_back((id, bytes));
        let len_bytes = |files: &VecDeque<(UploadId, Bytes)>| -> usize {
            files.iter().map(|(_, bytes)| bytes.len()).sum()
        };
        while len_bytes(&files) > CAPACITY_BYTES {
            files.pop_front();
        }
    }

    pub(super) fn get(&self, id: &UploadId) -> Option<Bytes> {
        let files = self.files();
        let mut files = files.iter();
        let (_, bytes) = files.find(|(known, _)| known == id)?;
        Some(bytes.clone())
    }

    pub(super) fn take(&self, id: &UploadId) -> Option<Bytes> {
        let mut files = self.files();
        let at = files.iter().position(|(known, _)| known == id)?;
        files.remove(at).map(|(_, bytes)| bytes)
    }

    pub(super) fn clear(&self) {
        self.files().clear();
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(UploadId, Bytes)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room_and_nothing_is_larger_than_all_of_it() {
        let leftovers = Leftovers::default();
        let id = |name: &str| UploadId::from(name);
        let file = |megabytes: usize| Bytes::from(vec![1; megabytes * 1024 * 1024]);
        for name in ["a", "b", "c"] {
            leftovers.push(id(name), file(12));
        }
        assert!(leftovers.get(&id("a")).is_none());
        assert!(leftovers.get(&id("b")).is_some());
        leftovers.push(id("large"), file(33));
        assert!(leftovers.get(&id("large")).is_none());
        assert!(leftovers.take(&id("c")).is_some());
        assert!(leftovers.take(&id("c")).is_none());
    }
}
