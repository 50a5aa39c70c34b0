//! The tables, and how a file of an older version is brought up to date.

use rusqlite::{Connection, TransactionBehavior};

/// One step for each version of the file: step `n` makes version `n + 1`. A step that was
/// released is never changed; what is new gets a step of its own.
const STEPS: [&str; 4] = [FIRST, SAVED, JOBS, HASHES];

/// Uploads count from the old end of their room, so that new ones move no row. `words` holds
/// what many rows share: types, stores, users, patterns of paths. An id of 24 hexadecimal
/// digits is a blob of 12 bytes. A time is in milliseconds, as the server keeps it.
///
/// `spans` tells which positions were read, and when: all that was read while nothing was
/// deleted has one `era`. Positions without a row inside a span are drafts and hidden files.
const FIRST: &str = "
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE rooms (
    rid TEXT NOT NULL PRIMARY KEY,
    subscription TEXT,
    kind INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    discussion_of TEXT,
    title TEXT NOT NULL,
    slug TEXT,
    other_username TEXT,
    topic TEXT,
    avatar_etag TEXT,
    unread_count INTEGER NOT NULL,
    last_activity_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT,
    name TEXT,
    named_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE words (
    id INTEGER NOT NULL PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE listings (
    room INTEGER NOT NULL PRIMARY KEY,
    rid TEXT NOT NULL UNIQUE,
    total INTEGER NOT NULL,
    anchor ANY,
    era INTEGER NOT NULL
) STRICT;
CREATE TABLE spans (
    room INTEGER NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    era INTEGER NOT NULL,
    PRIMARY KEY (room, low)
) STRICT, WITHOUT ROWID;
CREATE TABLE uploads (
    room INTEGER NOT NULL,
    from_end INTEGER NOT NULL,
    id ANY NOT NULL,
    name TEXT NOT NULL,
    media_type INTEGER NOT NULL,
    format INTEGER,
    store INTEGER,
    user INTEGER,
    path ANY,
    size INTEGER,
    width INTEGER,
    height INTEGER,
    uploaded_ms INTEGER,
    updated_ms INTEGER,
    description TEXT,
    etag TEXT,
    PRIMARY KEY (room, from_end)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX uploads_by_id ON uploads (room, id);
";

/// The ledger: a row for each file that was saved, and how far each room was saved into a
/// folder without a gap. A path is text, or a blob where it is none.
const SAVED: &str = "
CREATE TABLE saved_files (
    path ANY NOT NULL,
    upload TEXT NOT NULL,
    rid TEXT NOT NULL,
    folder ANY NOT NULL,
    size INTEGER NOT NULL,
    posted_ms INTEGER,
    saved_ms INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    UNIQUE (path, upload)
) STRICT;
CREATE INDEX saved_files_by_upload ON saved_files (upload);
CREATE INDEX saved_files_by_room ON saved_files (rid, folder);
CREATE TABLE saved_rooms (
    rid TEXT NOT NULL,
    folder ANY NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (rid, folder)
) STRICT, WITHOUT ROWID;
";

/// `spec` is JSON: what a save is only matters as a whole. See [`super::save_jobs`]. `choices`
/// is JSON as well: how a room was saved, so that an update does the same.
const JOBS: &str = "
CREATE TABLE save_jobs (
    job INTEGER NOT NULL PRIMARY KEY,
    rid TEXT NOT NULL,
    folder ANY NOT NULL,
    spec TEXT NOT NULL,
    saved_count INTEGER NOT NULL,
    failed_count INTEGER NOT NULL,
    total_count INTEGER NOT NULL
) STRICT;
ALTER TABLE saved_rooms ADD COLUMN choices TEXT;
";

/// Every saved file has a fast hash; SHA-256 only those of which somebody asked for it.
const HASHES: &str = "
CREATE TABLE saved_files_with_hashes (
    path ANY NOT NULL,
    upload TEXT NOT NULL,
    rid TEXT NOT NULL,
    folder ANY NOT NULL,
    size INTEGER NOT NULL,
    posted_ms INTEGER,
    saved_ms INTEGER NOT NULL,
    xxh3 BLOB,
    sha256 BLOB,
    UNIQUE (path, upload)
) STRICT;
INSERT INTO saved_files_with_hashes
    SELECT path, upload, rid, folder, size, posted_ms, saved_ms, NULL, sha256
    FROM saved_files ORDER BY rowid;
DROP TABLE saved_files;
ALTER TABLE saved_files_with_hashes RENAME TO saved_files;
CREATE INDEX saved_files_by_upload ON saved_files (upload);
CREATE INDEX saved_files_by_room ON saved_files (rid, folder);
";

/// Whether a file can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fitness {
    /// It has all tables now.
    Ready,
    /// A newer version of this program wrote it.
    Newer,
}

/// Brings the file up to this version.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<Fitness> {
    let latest = STEPS.len();
    if version(connection)? > latest {
        return Ok(Fitness::Newer);
    }
    if version(connection)? < latest {
        // Another process may be at it as well: what counts is what the lock shows.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let from = version(&transaction)?;
        for step in STEPS.iter().skip(from) {
            transaction.execute_batch(step)?;
        }
        if from < latest {
            transaction.pragma_update(None, "user_version", latest.to_string())?;
        }
        transaction.commit()?;
    }
    Ok(Fitness::Ready)
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative number is none of ours.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_version_saved_is_still_written_down() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in [FIRST, SAVED, JOBS] {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "user_version", "3").unwrap();
        let rows = "INSERT INTO saved_files VALUES
            ('/b', 'u2', 'r', '/', 9, NULL, 1, x'02'), ('/a', 'u1', 'r', '/', 8, 7, 1, x'01')";
        connection.execute_batch(rows).unwrap();
        assert_eq!(migrate(&mut connection).unwrap(), Fitness::Ready);
        let sql = "SELECT format('%s %d %s %s %s', path, size, coalesce(posted_ms, '-'),
                coalesce(xxh3, '-'), hex(sha256)) FROM saved_files ORDER BY rowid";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        let rows: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
        assert_eq!(rows, ["/b 9 - - 02", "/a 8 7 - 01"]);
    }
}
