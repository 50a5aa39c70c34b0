//! Reads a room's list as it was last known.

use std::collections::{HashMap, VecDeque};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, Rows, params};

use super::page_writer::{Head, count, head};
use super::spans::{self, Span};
use super::upload_row::{self, Context, SELECT};
use super::words::Words;
use crate::domain::listing::{Listing, StoredPage};
use crate::domain::{LISTING_PAGE_SIZE, PageIndex, Person, RoomId, Upload};

/// The pages of a room in this range that were read whole, as a list; `None` when nothing is
/// known of the room, or when `stop` was set meanwhile.
pub(super) fn listing(
    connection: &Connection,
    rid: &RoomId,
    pages: Range<usize>,
    people: HashMap<Arc<str>, Person>,
    stop: &AtomicBool,
) -> rusqlite::Result<Option<Listing>> {
    let Some(head) = head(connection, rid)? else {
        return Ok(None);
    };
    let total = usize::try_from(head.total).unwrap_or(0);
    let spans = spans::of_room(connection, head.room)?;
    let last = pages.end.min(total.div_ceil(LISTING_PAGE_SIZE));
    let wanted: VecDeque<usize> = (pages.start..last)
        .filter(|page| spans::cover(&spans, &positions(&head, *page)))
        .collect();
    let (low, high) = match (wanted.back(), wanted.front()) {
        (Some(last), Some(first)) => (
            *positions(&head, *last).start(),
            *positions(&head, *first).end(),
        ),
        _ => (1, 0),
    };
    let sql =
        format!("{SELECT} WHERE room = ? AND from_end BETWEEN ? AND ? ORDER BY from_end DESC");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut stream = PageStream {
        rows: statement.query(params![head.room, low, high])?,
        context: Context {
            connection,
            words: Words::default(),
            room: rid.clone(),
            people,
        },
        head: &head,
        current: spans
            .into_iter()
            .filter(|span| span.era == head.era)
            .collect(),
        wanted,
        ahead: None,
        failure: None,
        stop,
    };
    let listing = Listing::restored(total, head.anchor.clone(), &mut stream);
    if let Some(error) = stream.failure {
        return Err(error);
    }
    Ok((!stop.load(Ordering::Relaxed)).then_some(listing))
}

/// The positions from the old end that a page covers.
fn positions(head: &Head, page: usize) -> RangeInclusive<i64> {
    let high = head.total - count(page * LISTING_PAGE_SIZE);
    (high - count(LISTING_PAGE_SIZE) + 1).max(1)..=high
}

/// The wanted pages, newest first, put together from rows.
struct PageStream<'a> {
    rows: Rows<'a>,
    context: Context<'a>,
    head: &'a Head,
    /// What was read since something was last deleted.
    current: Vec<Span>,
    wanted: VecDeque<usize>,
    /// The first row of a page that comes later.
    ahead: Option<(i64, Upload)>,
    failure: Option<rusqlite::Error>,
    stop: &'a AtomicBool,
}

impl PageStream<'_> {
    fn next_row(&mut self) -> rusqlite::Result<Option<(i64, Upload)>> {
        if let Some(row) = self.ahead.take() {
            return Ok(Some(row));
        }
        match self.rows.next()? {
            Some(row) => upload_row::upload(row, &mut self.context).map(Some),
            None => Ok(None),
        }
    }

    fn page(&mut self, page: usize) -> rusqlite::Result<StoredPage> {
        let positions = positions(self.head, page);
        let mut uploads = Vec::with_capacity(LISTING_PAGE_SIZE);
        while let Some((from_end, upload)) = self.next_row()? {
            if from_end < *positions.start() {
                self.ahead = Some((from_end, upload));
                break;
            }
            // Above it are rows of a page that was not read whole.
            if from_end <= *positions.end() {
                uploads.push(upload);
            }
        }
        let len = positions.clone().count();
        Ok(StoredPage {
            index: PageIndex(page),
            hidden_count: len.saturating_sub(uploads.len()),
            uploads,
            is_certain: spans::cover(&self.current, &positions),
        })
    }
}

impl Iterator for PageStream<'_> {
    type Item = StoredPage;

    fn next(&mut self) -> Option<StoredPage> {
        if self.failure.is_some() || self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let page = self.wanted.pop_front()?;
        match self.page(page) {
            Ok(page) => Some(page),
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }
}
