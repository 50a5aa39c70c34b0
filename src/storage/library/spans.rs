//! Which positions of a room were read, and in which era.

use std::ops::RangeInclusive;

use rusqlite::{Connection, params};

/// Positions from the old end, both ends included, that were read in the same era.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) era: i64,
}

/// All spans of a room, oldest positions first.
pub(super) fn of_room(connection: &Connection, room: i64) -> rusqlite::Result<Vec<Span>> {
    let sql = "SELECT low, high, era FROM spans WHERE room = ? ORDER BY low";
    let mut statement = connection.prepare_cached(sql)?;
    let spans = statement.query_map([room], |row| {
        Ok(Span {
            low: row.get(0)?,
            high: row.get(1)?,
            era: row.get(2)?,
        })
    })?;
    spans.collect()
}

/// Whether every one of these positions was read, whenever that was.
pub(super) fn cover(spans: &[Span], range: &RangeInclusive<i64>) -> bool {
    let mut next = *range.start();
    let from = spans.partition_point(|span| span.high < next);
    for span in spans.iter().skip(from) {
        if next > *range.end() || span.low > next {
            break;
        }
        next = next.max(span.high + 1);
    }
    next > *range.end()
}

/// Notes that these positions were read in this era. Neighbors of one era become one span.
pub(super) fn add(connection: &Connection, room: i64, read: &Span) -> rusqlite::Result<()> {
    let mut whole = read.clone();
    let touches = |span: &Span| span.high >= read.low - 1 && span.low <= read.high + 1;
    for span in of_room(connection, room)?.into_iter().filter(touches) {
        remove(connection, room, span.low)?;
        if span.era == read.era {
            whole.low = whole.low.min(span.low);
            whole.high = whole.high.max(span.high);
            continue;
        }
        let (before, after) = (span.high.min(read.low - 1), span.low.max(read.high + 1));
        if span.low <= before {
            let high = before;
            insert(
                connection,
                room,
                &Span {
                    high,
                    ..span.clone()
                },
            )?;
        }
        if after <= span.high {
            insert(connection, room, &Span { low: after, ..span })?;
        }
    }
    insert(connection, room, &whole)
}

/// The list has become shorter: nothing is behind its new end.
pub(super) fn cut_above(connection: &Connection, room: i64, total: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM spans WHERE room = ? AND low > ?")?
        .execute(params![room, total])?;
    connection
        .prepare_cached("UPDATE spans SET high = ?2 WHERE room = ?1 AND high > ?2")?
        .execute(params![room, total])?;
    Ok(())
}

fn remove(connection: &Connection, room: i64, low: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM spans WHERE room = ? AND low = ?")?
        .execute(params![room, low])?;
    Ok(())
}

fn insert(connection: &Connection, room: i64, span: &Span) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO spans (room, low, high, era) VALUES (?, ?, ?, ?)")?
        .execute(params![room, span.low, span.high, span.era])?;
    Ok(())
}
