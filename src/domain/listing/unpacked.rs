//! Pages that were looked at a moment ago, ready to be looked at again.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::Upload;

/// A screen of small tiles spans four pages, and the screens before and behind it as many.
const CAPACITY: usize = 24;

/// A page's images, ready to be shown.
pub(super) type Uploads = Arc<[Arc<Upload>]>;

/// See the [module documentation](self). A copy of a list begins without any.
#[derive(Debug, Default)]
pub(super) struct Unpacked(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    clock: u64,
    pages: Vec<KeptPage>,
}

#[derive(Debug)]
struct KeptPage {
    stamp: u64,
    used_at: u64,
    uploads: Uploads,
}

impl Clone for Unpacked {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Unpacked {
    /// The page with this stamp, made if it is not kept.
    pub(super) fn get(&self, stamp: u64, make: impl FnOnce() -> Uploads) -> Uploads {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        if let Some(page) = kept.pages.iter_mut().find(|page| page.stamp == stamp) {
            page.used_at = now;
            return Arc::clone(&page.uploads);
        }
        let uploads = make();
        let page = KeptPage {
            stamp,
            used_at: now,
            uploads: Arc::clone(&uploads),
        };
        if kept.pages.len() < CAPACITY {
            kept.pages.push(page);
        } else if let Some(oldest) = kept.pages.iter_mut().min_by_key(|page| page.used_at) {
            *oldest = page;
        }
        uploads
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
