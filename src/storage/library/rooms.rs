//! The rooms of the account, and the people who post in them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::upload_row::time;
use crate::domain::{Person, Room, RoomId, RoomKind, SubscriptionId, UserId};

/// Somebody as the library knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    /// Who.
    pub person: Person,
    /// When the server last said so.
    pub named_at: Timestamp,
}

/// The facts of a room that are yes or no, one bit each; never renumbered.
const IS_TEAM: i64 = 1;
const IS_FAVORITE: i64 = 2;
const IS_ARCHIVED: i64 = 4;
const IS_ENCRYPTED: i64 = 8;
const IS_HIDDEN: i64 = 16;

const INSERT: &str = "INSERT OR REPLACE INTO rooms (rid, subscription, kind, flags, \
    discussion_of, title, slug, other_username, topic, avatar_etag, unread_count, \
    last_activity_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const SELECT: &str = "SELECT rid, subscription, kind, flags, discussion_of, title, slug, \
    other_username, topic, avatar_etag, unread_count, last_activity_ms FROM rooms";

/// Puts these rooms in the place of all others. Only what differs is written: on a busy server
/// one of thousands of rooms changes every few seconds.
pub(super) fn write(connection: &Connection, rooms: &[Room]) -> rusqlite::Result<()> {
    let known = read(connection)?.into_iter();
    let mut known: HashMap<RoomId, Room> = known.map(|room| (room.id.clone(), room)).collect();
    let mut statement = connection.prepare_cached(INSERT)?;
    for room in rooms {
        if known.remove(&room.id).is_some_and(|known| known == *room) {
            continue;
        }
        statement.execute(params![
            room.id.as_str(),
            room.subscription.as_ref().map(SubscriptionId::as_str),
            kind_number(room.kind),
            flags(room),
            room.discussion_of.as_ref().map(RoomId::as_str),
            room.title,
            room.slug,
            room.other_username,
            room.topic,
            room.avatar_etag,
            room.unread_count,
            room.last_activity.map(Timestamp::as_millisecond),
        ])?;
    }
    let mut remove = connection.prepare_cached("DELETE FROM rooms WHERE rid = ?")?;
    let mut gone = known.into_keys();
    gone.try_for_each(|room| remove.execute([room.as_str()]).map(drop))
}

/// All rooms, in no order.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Vec<Room>> {
    let mut statement = connection.prepare_cached(SELECT)?;
    let rooms = statement.query_map([], room)?;
    rooms.collect()
}

fn room(row: &Row<'_>) -> rusqlite::Result<Room> {
    let flags: i64 = row.get(3)?;
    let is = |flag: i64| flags & flag != 0;
    Ok(Room {
        id: RoomId::from(row.get::<_, String>(0)?),
        subscription: row.get::<_, Option<String>>(1)?.map(SubscriptionId::from),
        kind: kind(row.get(2)?),
        is_team: is(IS_TEAM),
        discussion_of: row.get::<_, Option<String>>(4)?.map(RoomId::from),
        title: row.get(5)?,
        slug: row.get(6)?,
        other_username: row.get(7)?,
        topic: row.get(8)?,
        avatar_etag: row.get(9)?,
        is_favorite: is(IS_FAVORITE),
        is_archived: is(IS_ARCHIVED),
        is_encrypted: is(IS_ENCRYPTED),
        is_hidden: is(IS_HIDDEN),
        unread_count: row.get(10)?,
        last_activity: time(row.get(11)?),
    })
}

fn flags(room: &Room) -> i64 {
    [
        (room.is_team, IS_TEAM),
        (room.is_favorite, IS_FAVORITE),
        (room.is_archived, IS_ARCHIVED),
        (room.is_encrypted, IS_ENCRYPTED),
        (room.is_hidden, IS_HIDDEN),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, flag)| flag)
    .sum()
}

const fn kind_number(kind: RoomKind) -> i64 {
    match kind {
        RoomKind::Channel => 0,
        RoomKind::PrivateGroup => 1,
        RoomKind::Direct => 2,
        RoomKind::GroupDirect => 3,
    }
}

const fn kind(number: i64) -> RoomKind {
    match number {
        1 => RoomKind::PrivateGroup,
        2 => RoomKind::Direct,
        3 => RoomKind::GroupDirect,
        _ => RoomKind::Channel,
    }
}

/// Notes the names of these people.
pub(super) fn write_people(connection: &Connection, people: &[&Person]) -> rusqlite::Result<()> {
    let now = Timestamp::now().as_millisecond();
    let sql = "INSERT OR REPLACE INTO people (id, username, name, named_at_ms) VALUES (?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for person in people {
        statement.execute(params![
            person.id.as_str(),
            person.username,
            person.name,
            now
        ])?;
    }
    Ok(())
}

/// Everybody who is known.
pub(super) fn read_people(connection: &Connection) -> rusqlite::Result<Vec<KnownPerson>> {
    let sql = "SELECT id, username, name, named_at_ms FROM people";
    let mut statement = connection.prepare_cached(sql)?;
    let people = statement.query_map([], |row| {
        Ok(KnownPerson {
            person: Person {
                id: UserId::from(row.get::<_, String>(0)?),
                username: row.get(1)?,
                name: row.get(2)?,
            },
            named_at: time(row.get(3)?).unwrap_or_default(),
        })
    })?;
    people.collect()
}

/// The same by their ids.
pub(super) fn people_by_id(connection: &Connection) -> rusqlite::Result<HashMap<Arc<str>, Person>> {
    let people = read_people(connection)?.into_iter();
    let by_id = people.map(|known| (Arc::from(known.person.id.as_str()), known.person));
    Ok(by_id.collect())
}

/// Remembers a text about the account.
pub(super) fn write_note(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")?
        .execute([key, value])?;
    Ok(())
}

/// All texts about the account.
pub(super) fn read_notes(connection: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    let mut statement = connection.prepare_cached("SELECT key, value FROM meta")?;
    let notes = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    notes.collect()
}
