//! All pixels of the images that were looked at closely last: only while images are looked at in
//! full, and no more than so many bytes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::UploadId;
use crate::imaging::Canvas;

/// What they may take together: a few photographs of a phone. One alone may take more: as much
/// as may be decoded, 512 MiB, and a third of that for its smaller levels.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct Canvases {
    /// The one that was used last is the last one.
    kept: Mutex<Vec<(UploadId, Arc<Canvas>)>>,
    /// Decodes one at a time: two large ones would be more than there is memory for, and all
    /// tiles of one image are served by one decode.
    pub(super) turn: tokio::sync::Mutex<()>,
}

impl Canvases {
    pub(super) fn get(&self, id: &UploadId) -> Option<Arc<Canvas>> {
        let mut kept = self.kept();
        let place = kept.iter().position(|(of, _)| of == id)?;
        let used = kept.remove(place);
        let canvas = Arc::clone(&used.1);
        kept.push(used);
        Some(canvas)
    }

    pub(super) fn keep(&self, id: &UploadId, canvas: Canvas) -> Arc<Canvas> {
        let canvas = Arc::new(canvas);
        let mut kept = self.kept();
        kept.retain(|(of, _)| of != id);
        kept.push((id.clone(), Arc::clone(&canvas)));
        let bytes = |kept: &[(UploadId, Arc<Canvas>)]| -> usize {
            kept.iter().map(|(_, canvas)| canvas.len_bytes()).sum()
        };
        while kept.len() > 1 && bytes(&kept) > MOST_BYTES {
            kept.remove(0);
        }
        canvas
    }

    /// Keeps one that nobody asked for, where there is room.
    pub(super) fn offer(&self, id: &UploadId, canvas: Canvas) {
        let has_room = {
            let kept = self.kept();
            let others = kept.iter().filter(|(of, _)| of != id);
            let taken: usize = others.map(|(_, it)| it.len_bytes()).sum();
            taken == 0 || taken + canvas.len_bytes() <= MOST_BYTES
        };
        if has_room {
            self.keep(id, canvas);
        }
    }

    /// Makes room for one that is about to be decoded, so that there are never two large ones.
    pub(super) fn make_room_for(&self, n_bytes: u64) {
        let mut kept = self.kept();
        let bytes = |kept: &[(UploadId, Arc<Canvas>)]| -> u64 {
            kept.iter().map(|(_, it)| it.len_bytes() as u64).sum()
        };
        while !kept.is_empty() && bytes(&kept) + n_bytes > MOST_BYTES as u64 {
            kept.remove(0);
        }
    }

    pub(super) fn clear(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(UploadId, Arc<Canvas>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas(width: u16, height: u16) -> Canvas {
        // A binary gray map: a header and a byte a pixel.
        let mut file = format!("P5 {width} {height} 255\n").into_bytes();
        file.resize(file.len() + usize::from(width) * usize::from(height), 7);
        Canvas::decode(&file).unwrap()
    }

    #[test]
    fn the_ones_that_were_used_longest_ago_go_and_the_newest_stays_however_large() {
        let canvases = Canvases::default();
        let id = |name: &str| UploadId::from(name);
        // 96 MiB each with their levels.
        for name in ["a", "b"] {
            canvases.keep(&id(name), canvas(8192, 9216));
        }
        assert!(canvases.get(&id("a")).is_some());
        canvases.keep(&id("c"), canvas(8192, 9216));
        assert!(canvases.get(&id("b")).is_none());
        assert!(canvases.get(&id("a")).is_some());
        canvases.keep(&id("d"), canvas(16_384, 16_384));
        assert!(canvases.get(&id("d")).is_some());
        assert!(canvases.get(&id("a")).is_none());
        canvases.make_room_for(1);
        assert!(canvases.get(&id("d")).is_none());
    }
}
