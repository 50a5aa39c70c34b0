//! Pages that came a moment ago: what the view was shown a save need not ask for again, and
//! the other way round. Each such call is one of ten a minute.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::{ListingWindow, RoomId, UploadId, UploadPage};

/// A save and the view go through the same list at nearly the same time.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// Of a hundred images each: a few megabytes.
const MAX_PAGES: usize = 64;

/// Which page of which list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PageAddress {
    pub(super) room: RoomId,
    pub(super) anchor: Option<UploadId>,
    pub(super) window: ListingWindow,
}

/// Who has not seen a page yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    View,
    Save,
}

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct PageMemory {
    pages: VecDeque<Remembered>,
}

struct Remembered {
    address: PageAddress,
    reader: Reader,
    page: UploadPage,
    came_at: Instant,
}

impl PageMemory {
    /// An answer of the server. What was read of the same list under another total is out of
    /// date: images went, and offsets have moved.
    pub(super) fn note(&mut self, address: &PageAddress, page: &UploadPage) {
        self.pages.retain(|known| {
            let is_same_list =
                known.address.room == address.room && known.address.anchor == address.anchor;
            let is_valid = known.page.total == page.total && !page.is_anchor_lost;
            known.came_at.elapsed() < KEPT_FOR && (!is_same_list || is_valid)
        });
    }

    /// Keeps a page for somebody who may ask for it. Without an anchor nothing holds the list
    /// still, so such a page is asked for anew each time.
    pub(super) fn keep(&mut self, address: PageAddress, reader: Reader, page: UploadPage) {
        if address.anchor.is_none() || page.is_anchor_lost {
            return;
        }
        self.pages
            .retain(|known| known.address != address || known.reader != reader);
        if self.pages.len() >= MAX_PAGES {
            self.pages.pop_front();
        }
        self.pages.push_back(Remembered {
            address,
            reader,
            page,
            came_at: Instant::now(),
        });
    }

    /// The page, once: who asks a second time wants to know what the server says now.
    pub(super) fn take(&mut self, address: &PageAddress, reader: Reader) -> Option<UploadPage> {
        let is_it = |known: &Remembered| known.address == *address && known.reader == reader;
        let index = self.pages.iter().position(is_it)?;
        let found = self.pages.remove(index)?;
        (found.came_at.elapsed() < KEPT_FOR).then_some(found.page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PageIndex;

    fn address(page: usize) -> PageAddress {
        PageAddress {
            room: RoomId::from("room"),
            anchor: Some(UploadId::from("anchor")),
            window: ListingWindow::Page(PageIndex(page)),
        }
    }

    fn page(total: usize) -> UploadPage {
        UploadPage {
            uploads: Vec::new(),
            total,
            hidden_count: 0,
            is_anchor_lost: false,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_given_once_to_whom_it_is_kept_for_and_not_for_long() {
        let mut memory = PageMemory::default();
        memory.keep(address(1), Reader::Save, page(300));
        assert_eq!(memory.take(&address(1), Reader::View), None);
        assert_eq!(memory.take(&address(1), Reader::Save), Some(page(300)));
        assert_eq!(memory.take(&address(1), Reader::Save), None);
        memory.keep(address(1), Reader::Save, page(300));
        tokio::time::advance(KEPT_FOR).await;
        assert_eq!(memory.take(&address(1), Reader::Save), None);
    }

    #[test]
    fn a_list_that_shrank_and_one_without_anchor_are_not_remembered() {
        let mut memory = PageMemory::default();
        memory.keep(address(1), Reader::View, page(300));
        memory.note(&address(2), &page(299));
        assert_eq!(memory.take(&address(1), Reader::View), None);
        let mut first = address(0);
        first.anchor = None;
        memory.keep(first.clone(), Reader::View, page(300));
        assert_eq!(memory.take(&first, Reader::View), None);
    }
}
