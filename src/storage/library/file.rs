//! The file itself: opening it, and setting it aside when it cannot be used.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::schema::{Fitness, migrate};
use crate::storage::StorageError;
use crate::storage::dirs::create_private;

/// How long another window of the same account may hold the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// What SQLite keeps in memory of a file: enough for the index while many pages are written.
const CACHE_KIB: i64 = 16 * 1024;

/// What to do about a file that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// Its content makes no sense: set it aside.
    SetAside,
    /// Another program holds it: work without.
    Wait,
    /// The disk, or a right to it: tell.
    Tell,
}

/// Sorts an error by what there is to do about it.
pub(super) fn reaction(error: &rusqlite::Error) -> Reaction {
    use rusqlite::Error;
    match error {
        Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown => {
                Reaction::SetAside
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Reaction::Wait,
            _ => Reaction::Tell,
        },
        // A table that is not there, a value of another type: written by no version of ours.
        Error::SqlInputError { .. }
        | Error::QueryReturnedNoRows
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..) => Reaction::SetAside,
        _ => Reaction::Tell,
    }
}

/// The same as an error to tell about.
pub(super) fn storage_error(path: &Path, error: &rusqlite::Error) -> StorageError {
    let path = path.to_path_buf();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StorageError::DiskFull { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            StorageError::NotWritable { path }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StorageError::LibraryInUse { path }
        }
        _ => StorageError::Io {
            path,
            cause: error.to_string(),
        },
    }
}

/// Opens the file, making it if need be. One that cannot be used is set aside and another one
/// made: then `report` is told.
pub(super) fn open(path: &Path, report: &dyn Fn(StorageError)) -> Result<Connection, StorageError> {
    let folder = path.parent().unwrap_or(path);
    create_private(folder)?;
    match try_open(path) {
        Ok((connection, Fitness::Ready)) => return Ok(connection),
        Ok((connection, Fitness::Newer)) => {
            drop(connection);
            let aside = set_aside(path, "newer")?;
            report(StorageError::LibraryTooNew { path: aside });
        }
        Err(error) if reaction(&error) == Reaction::SetAside => {
            tracing::warn!(%error, "the library is damaged");
            let aside = set_aside(path, "damaged")?;
            report(StorageError::LibraryDamaged { path: aside });
        }
        Err(error) => return Err(storage_error(path, &error)),
    }
    let opened = try_open(path).map_err(|error| storage_error(path, &error))?;
    Ok(opened.0)
}

fn try_open(path: &Path) -> rusqlite::Result<(Connection, Fitness)> {
    let mut connection = connect(path)?;
    let fitness = migrate(&mut connection)?;
    if fitness == Fitness::Ready {
        // A table that lost its first page shows at once.
        connection.query_row("SELECT count(*) FROM rooms", [], |_| Ok(()))?;
        connection.query_row("SELECT max(rid) FROM listings", [], |_| Ok(()))?;
    }
    Ok((connection, fitness))
}

/// One more connection to a file that was opened before.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(32);
    // Otherwise a statement is prepared anew with each value, in case that value is a rare one.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Half of a page that was overwritten shows as damage, and not as rows that are not there.
    connection.pragma_update(None, "cell_size_check", "ON")?;
    // Only counts for a file that is still empty.
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // With a write-ahead log this is whole after a crash; only the latest news may be missing.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// Renames the file with its log, so that nothing in it is lost.
pub(super) fn set_aside(path: &Path, why: &str) -> Result<PathBuf, StorageError> {
    let stamp = Timestamp::now().strftime("%Y%m%d-%H%M%S%.3f").to_string();
    let aside = with_suffix(path, &format!(".{why}-{stamp}"));
    for part in ["", "-wal", "-shm"] {
        let (from, to) = (with_suffix(path, part), with_suffix(&aside, part));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StorageError::from_io(&from, &error));
            }
            _ => {}
        }
    }
    tracing::warn!(path = %aside.display(), why, "the library was set aside");
    Ok(aside)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
