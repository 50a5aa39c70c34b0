//! The tables of the thumbnail cache, and what is asked of them.

use std::path::Path;
use std::time::Duration;

use rusqlite::{
    Connection, Error, ErrorCode, OpenFlags, OptionalExtension as _, Result, Row,
    TransactionBehavior, params,
};

use super::{StoredThumbnail, ThumbnailKey};
use crate::domain::{PixelSize, UploadId};

/// To be raised together with the number in the name of the file.
pub(super) const SCHEMA_VERSION: i64 = 1;

/// Rows and images are apart: a use changes a row, and rows are few pages.
const SCHEMA: &str = "
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        upload TEXT NOT NULL,
        edge_px INTEGER NOT NULL,
        version INTEGER NOT NULL,
        used INTEGER NOT NULL,
        length INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        format TEXT NOT NULL,
        is_animated INTEGER NOT NULL,
        is_whole INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX entry_by_upload ON entry (upload, edge_px);
    CREATE INDEX entry_by_use ON entry (used, id, length);
    CREATE TABLE image (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
";

/// How long to wait for another program that writes: in the background, and rarely.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection that only reads.
pub(super) struct Reader {
    connection: Connection,
    /// Of the file it looks at.
    pub(super) epoch: u64,
}

impl Reader {
    pub(super) fn open(path: &Path, epoch: u64) -> Result<Self> {
        // A read-only connection could not take part in the locking of a WAL.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self { connection, epoch })
    }

    /// The row and the thumbnail, if there is one.
    pub(super) fn find(
        &self,
        key: &ThumbnailKey,
        edge_px: u32,
    ) -> Result<Option<(i64, StoredThumbnail)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT entry.id, bytes, edge_px, width, height, format, is_animated, length
             FROM entry JOIN image ON image.id = entry.id
             WHERE upload = ?1 AND version = ?2 AND (edge_px >= ?3 OR is_whole)
             ORDER BY edge_px LIMIT 1",
        )?;
        let found = statement
            .query_row(params![key.upload.as_str(), key.version, edge_px], read)
            .optional()?;
        Ok(found.flatten())
    }
}

/// `None` for an image that is not as long as its row says.
fn read(row: &Row<'_>) -> Result<Option<(i64, StoredThumbnail)>> {
    let bytes: Vec<u8> = row.get(1)?;
    let length: i64 = row.get(7)?;
    if i64::try_from(bytes.len()) != Ok(length) {
        return Ok(None);
    }
    let thumbnail = StoredThumbnail {
        bytes,
        edge_px: row.get(2)?,
        original_size: PixelSize::new(row.get(3)?, row.get(4)?),
        format: row.get(5)?,
        is_animated: row.get(6)?,
    };
    Ok(Some((row.get(0)?, thumbnail)))
}

/// One change of the tables.
pub(super) enum Change {
    Keep(ThumbnailKey, StoredThumbnail),
    Forget(UploadId),
    /// This row was used.
    Use(i64),
}

impl Change {
    /// How much it adds.
    pub(super) fn len_bytes(&self) -> u64 {
        match self {
            Self::Keep(_, thumbnail) => thumbnail.bytes.len() as u64,
            Self::Forget(_) | Self::Use(_) => 0,
        }
    }
}

/// The connection that writes.
pub(super) struct Database {
    pub(super) connection: Connection,
    pub(super) page_bytes: u64,
}

impl Database {
    /// Opens the file or makes it. Reads a few pages, however many thumbnails there are.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // In this order: the first two count only before anything is in the file. Pages of
        // 8 KiB waste the least on images of 8 to 40 kB.
        connection.execute_batch(
            "PRAGMA page_size = 8192;
             PRAGMA auto_vacuum = INCREMENTAL;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             PRAGMA journal_size_limit = 16777216;",
        )?;
        if user_version(&connection)? == 0 {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another program may have made the tables meanwhile.
            if user_version(&transaction)? == 0 {
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            transaction.commit()?;
        }
        if user_version(&connection)? != SCHEMA_VERSION {
            return Err(Error::InvalidQuery);
        }
        // Says whether the tables are those of this version.
        for table in ["entry", "image"] {
            connection.prepare_cached(&format!("SELECT id FROM {table} LIMIT 1"))?;
        }
        let mut database = Self {
            connection,
            page_bytes: 0,
        };
        database.page_bytes = database.pragma("page_size")?;
        Ok(database)
    }

    /// Makes these changes, all or none; `now` is in microseconds.
    pub(super) fn apply(&mut self, changes: &[Change], now: i64) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (used, change) in (now..).zip(changes) {
            match change {
                Change::Keep(key, thumbnail) => keep(&transaction, key, thumbnail, used)?,
                Change::Forget(upload) => {
                    let mut rows =
                        transaction.prepare_cached("SELECT id FROM entry WHERE upload = ?1")?;
                    let rows = rows.query_map([upload.as_str()], |row| row.get(0))?;
                    let rows: Vec<i64> = rows.collect::<Result<_>>()?;
                    for row in rows {
                        delete(&transaction, row)?;
                    }
                }
                Change::Use(row) => {
                    transaction
                        .prepare_cached("UPDATE entry SET used = ?2 WHERE id = ?1")?
                        .execute([*row, used])?;
                }
            }
        }
        transaction.commit()
    }

    /// Deletes everything, gives the room back, and tells how many bytes the images had.
    pub(super) fn clear(&mut self) -> Result<u64> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sum = "SELECT coalesce(sum(length), 0) FROM entry";
        let length: i64 = transaction.query_row(sum, [], |row| row.get(0))?;
        transaction.execute_batch("DELETE FROM image; DELETE FROM entry;")?;
        transaction.commit()?;
        self.shrink(0)?;
        // What was deleted is not to be found in the log either.
        self.checkpoint("TRUNCATE")?;
        Ok(u64::try_from(length).unwrap_or_default())
    }

    pub(super) fn checkpoint(&self, mode: &str) -> Result<()> {
        let checkpoint = format!("PRAGMA wal_checkpoint({mode})");
        self.connection.query_row(&checkpoint, [], |_| Ok(()))
    }

    /// The length of the file once all is written to it.
    pub(super) fn file_bytes(&self) -> Result<u64> {
        Ok(self.pragma("page_count")? * self.page_bytes)
    }

    pub(super) fn used_bytes(&self) -> Result<u64> {
        let free = self.pragma("freelist_count")? * self.page_bytes;
        Ok(self.file_bytes()?.saturating_sub(free))
    }

    fn pragma(&self, name: &str) -> Result<u64> {
        let value: i64 = self
            .connection
            .pragma_query_value(None, name, |row| row.get(0))?;
        Ok(u64::try_from(value).unwrap_or_default())
    }
}

fn user_version(connection: &Connection) -> Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn keep(
    connection: &Connection,
    key: &ThumbnailKey,
    thumbnail: &StoredThumbnail,
    used: i64,
) -> Result<()> {
    let upload = key.upload.as_str();
    let old: Option<i64> = connection
        .prepare_cached("SELECT id FROM entry WHERE upload = ?1 AND edge_px = ?2")?
        .query_row(params![upload, thumbnail.edge_px], |row| row.get(0))
        .optional()?;
    if let Some(row) = old {
        delete(connection, row)?;
    }
    let length = i64::try_from(thumbnail.bytes.len()).unwrap_or(i64::MAX);
    let row = connection
        .prepare_cached(
            "INSERT INTO entry (upload, edge_px, version, used, length, width, height, format,
             is_animated, is_whole) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .insert(params![
            upload,
            thumbnail.edge_px,
            key.version,
            used,
            length,
            thumbnail.original_size.width,
            thumbnail.original_size.height,
            thumbnail.format,
            thumbnail.is_animated,
            thumbnail.is_whole(),
        ])?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO image (id, bytes) VALUES (?1, ?2)")?
        .execute(params![row, thumbnail.bytes])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, row: i64) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM image WHERE id = ?1")?
        .execute([row])?;
    connection
        .prepare_cached("DELETE FROM entry WHERE id = ?1")?
        .execute([row])?;
    Ok(())
}

/// Whether the file is at fault, and not the moment.
pub(super) fn is_damage(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown
        ),
        Error::SqlInputError { .. }
        | Error::InvalidQuery
        | Error::InvalidColumnType(..)
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::Utf8Error(..) => true,
        _ => false,
    }
}
