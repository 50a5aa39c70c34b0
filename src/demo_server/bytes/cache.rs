//! The files made last, so that a range request does not paint again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::Content;

/// Room for the pictures of a few screens; painting one again costs milliseconds only.
const CACHE_BYTES: usize = 40 * 1024 * 1024;

/// The files made last, oldest out first.
#[derive(Debug, Default)]
pub(crate) struct ByteCache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    files: HashMap<Content, Bytes>,
    order: VecDeque<Content>,
    n_bytes: usize,
}

impl ByteCache {
    /// The file, from the cache or made now. Blocks: call it where that is allowed.
    pub(crate) fn file(&self, content: &Content) -> Option<Bytes> {
        if let Some(file) = self.lock().files.get(content) {
            return Some(file.clone());
        }
        let file = content.file()?;
        if matches!(content, Content::Painted(_) | Content::Thumbnail { .. }) {
            self.keep(content, &file);
        }
        Some(file)
    }

    fn keep(&self, content: &Content, file: &Bytes) {
        let mut kept = self.lock();
        if kept.files.insert(content.clone(), file.clone()).is_none() {
            kept.order.push_back(content.clone());
            kept.n_bytes += file.len();
        }
        while kept.n_bytes > CACHE_BYTES {
            let Some(oldest) = kept.order.pop_front() else {
                return;
            };
            if let Some(dropped) = kept.files.remove(&oldest) {
                kept.n_bytes = kept.n_bytes.saturating_sub(dropped.len());
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
