//! Writes what the server said about a window of a room.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::rooms;
use super::spans::{self, Span};
use super::upload_row::{self, IdValue};
use super::words::Words;
use crate::domain::{LISTING_PAGE_SIZE, ListingWindow, PageIndex, RoomId, UploadId, UploadPage};

/// One answer of a listing, with what it was asked for.
#[derive(Debug, Clone)]
pub struct PageReading {
    /// The room.
    pub room: RoomId,
    /// `startingFromId` of the question: the answer's `total` counts from there.
    pub anchor: Option<UploadId>,
    /// The positions that were asked for.
    pub window: ListingWindow,
    /// What came.
    pub page: UploadPage,
}

/// How a room's list stood when its newest end was last read.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) room: i64,
    pub(super) total: i64,
    pub(super) anchor: Option<UploadId>,
    pub(super) era: i64,
}

/// The head of this room, if anything was read of it.
pub(super) fn head(connection: &Connection, rid: &RoomId) -> rusqlite::Result<Option<Head>> {
    let sql = "SELECT room, total, anchor, era FROM listings WHERE rid = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let head = statement.query_row([rid.as_str()], |row| {
        let anchor = match row.get_ref(2)? {
            rusqlite::types::ValueRef::Null => None,
            anchor => Some(upload_row::id(anchor)?),
        };
        Ok(Head {
            room: row.get(0)?,
            total: row.get(1)?,
            anchor,
            era: row.get(3)?,
        })
    });
    head.optional()
}

/// Takes in an answer. What it says about other positions than its own (that they have moved)
/// shows in a new era.
pub(super) fn write(
    connection: &Connection,
    words: &mut Words,
    reading: &PageReading,
) -> rusqlite::Result<()> {
    let PageReading {
        room: rid,
        anchor,
        window,
        page,
    } = reading;
    let is_head = *window == ListingWindow::Page(PageIndex(0)) && anchor.is_none();
    if page.is_anchor_lost || (anchor.is_none() && !is_head) {
        return Ok(());
    }
    let total = count(page.total);
    let known = head(connection, rid)?;
    let head = match known {
        None => new_head(connection, rid, total, anchor.as_ref())?,
        Some(known) => moved_head(connection, known, total, anchor.as_ref(), page)?,
    };
    let newest = page.uploads.first().map(|upload| &upload.id);
    let head = if is_head {
        let anchor = newest.cloned();
        Head { anchor, ..head }
    } else {
        head
    };
    keep_head(connection, &head)?;
    let named = page
        .uploads
        .iter()
        .filter_map(|upload| upload.uploader.as_ref());
    let people: HashMap<_, _> = named.map(|person| (&person.id, person)).collect();
    let people: Vec<_> = people.into_values().collect();
    rooms::write_people(connection, &people)?;
    write_rows(connection, words, &head, total, reading)
}

fn new_head(
    connection: &Connection,
    rid: &RoomId,
    total: i64,
    anchor: Option<&UploadId>,
) -> rusqlite::Result<Head> {
    let sql = "INSERT INTO listings (rid, total, era) VALUES (?, ?, 1)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(Head {
        room: statement.insert(params![rid.as_str(), total])?,
        total,
        anchor: anchor.cloned(),
        era: 1,
    })
}

/// The head after an answer with this total. Where the total is not what it would be had
/// nothing but new images come, another era begins.
fn moved_head(
    connection: &Connection,
    known: Head,
    total: i64,
    anchor: Option<&UploadId>,
    page: &UploadPage,
) -> rusqlite::Result<Head> {
    let next_era = known.era + 1;
    let Some(anchor) = anchor else {
        let mut uploads = page.uploads.iter();
        let new_count = uploads.position(|upload| Some(&upload.id) == known.anchor.as_ref());
        let expected = new_count.map(|new| known.total + count(new));
        let is_steady = expected == Some(total);
        return Ok(Head {
            total,
            era: if is_steady { known.era } else { next_era },
            ..known
        });
    };
    let is_known_anchor = known.anchor.as_ref() == Some(anchor);
    let expected = if is_known_anchor {
        Some(known.total)
    } else {
        place(connection, known.room, anchor)?
    };
    Ok(match expected {
        Some(expected) if expected == total => known,
        // Something between the anchor and the old end went: the anchor's place is certain now,
        // and what is newer moved with it.
        Some(expected) => {
            connection
                .prepare_cached(
                    "UPDATE OR REPLACE uploads SET from_end = ?3 WHERE room = ?1 AND id = ?2",
                )?
                .execute(params![known.room, IdValue(anchor), total])?;
            Head {
                total: (known.total + total - expected).max(total),
                era: next_era,
                ..known
            }
        }
        None => Head {
            total,
            anchor: Some(anchor.clone()),
            era: next_era,
            ..known
        },
    })
}

fn place(connection: &Connection, room: i64, id: &UploadId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT from_end FROM uploads WHERE room = ? AND id = ?")?
        .query_row(params![room, IdValue(id)], |row| row.get(0))
        .optional()
}

fn keep_head(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE listings SET total = ?2, anchor = ?3, era = ?4 WHERE room = ?1")?
        .execute(params![
            head.room,
            head.total,
            head.anchor.as_ref().map(IdValue),
            head.era
        ])?;
    connection
        .prepare_cached("DELETE FROM uploads WHERE room = ? AND from_end > ?")?
        .execute(params![head.room, head.total])?;
    spans::cut_above(connection, head.room, head.total)
}

fn write_rows(
    connection: &Connection,
    words: &mut Words,
    head: &Head,
    total: i64,
    reading: &PageReading,
) -> rusqlite::Result<()> {
    let page = &reading.page;
    let high = total - count(reading.window.offset());
    let answered = page.uploads.len() + page.hidden_count;
    let low = (high - count(answered.min(LISTING_PAGE_SIZE)) + 1).max(1);
    if low > high {
        return Ok(());
    }
    connection
        .prepare_cached("DELETE FROM uploads WHERE room = ? AND from_end BETWEEN ? AND ?")?
        .execute(params![head.room, low, high])?;
    for (from_end, upload) in (low..=high).rev().zip(&page.uploads) {
        upload_row::insert(connection, words, head.room, from_end, upload)?;
    }
    let era = head.era;
    spans::add(connection, head.room, &Span { low, high, era })
}

/// Takes out an upload that is gone. Its place counts as one that holds nothing to show.
pub(super) fn forget(connection: &Connection, rid: &RoomId, id: &UploadId) -> rusqlite::Result<()> {
    if let Some(head) = head(connection, rid)? {
        connection
            .prepare_cached("DELETE FROM uploads WHERE room = ? AND id = ?")?
            .execute(params![head.room, IdValue(id)])?;
    }
    Ok(())
}

/// Lists are shorter than anything that overflows.
pub(super) fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
