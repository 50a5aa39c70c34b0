//! The ledger of saved files: what was written where, so that nothing is saved twice.
//!
//! It is never the only truth. A row whose file is gone does not count, and a file without its
//! row costs one more look at the disk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use jiff::Timestamp;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Library;
use super::writer::Job;
use crate::domain::{ByteCount, RoomId, UploadId};
use crate::storage::{SaveChoices, StorageError};

/// A file that was finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFile {
    /// What it is a copy of.
    pub upload: UploadId,
    /// The room that was saved.
    pub room: RoomId,
    /// The folder that the room was saved into, absolute.
    pub folder: PathBuf,
    /// The file in it or below it, absolute.
    pub path: PathBuf,
    /// Its length when it was written.
    pub size: ByteCount,
    /// When the upload was posted.
    pub posted_at: Option<Timestamp>,
    /// When the file was finished.
    pub saved_at: Timestamp,
    /// XXH3 of what was written; not known of what older versions saved.
    pub xxh3: Option<u128>,
    /// SHA-256 of it, where somebody asked for it.
    pub sha256: Option<[u8; 32]>,
}

/// Where a copy of an upload was written, and how long it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCopy {
    /// What it is a copy of.
    pub upload: UploadId,
    /// The file, absolute.
    pub path: PathBuf,
    /// Its length when it was written.
    pub size: ByteCount,
}

/// How far a room was saved into a folder without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedUntil {
    /// The room.
    pub room: RoomId,
    /// The folder, absolute.
    pub folder: PathBuf,
    /// Everything that was posted until then is there.
    pub until: Timestamp,
    /// How it was saved; not known of what older versions saved.
    pub choices: Option<SaveChoices>,
}

impl SavedUntil {
    /// Whether this is the folder, however its path without links is written.
    pub fn is_in(&self, folder: &Path) -> bool {
        plain_path(&self.folder) == plain_path(folder)
    }
}

/// The path as people write it: Windows puts `\\?\` in front of one without links.
pub fn plain_path(path: &Path) -> &Path {
    let text = path.to_str();
    let plain = text.and_then(|text| text.strip_prefix(r"\\?\"));
    let plain = plain.filter(|text| !text.starts_with(r"UNC\"));
    plain.map_or(path, Path::new)
}

impl Library {
    /// Where copies of this upload were saved, the latest first.
    pub fn copies_of(&self, upload: &UploadId) -> Vec<SavedFile> {
        let sql = "WHERE upload = ? ORDER BY saved_ms DESC, rowid DESC";
        self.saved_files(sql, &[Value::from(upload.as_str().to_owned())])
    }

    /// What was saved at this absolute path: of several uploads where all are the same bytes.
    pub fn saved_at_path(&self, path: &Path) -> Vec<SavedFile> {
        self.saved_files("WHERE path = ? ORDER BY rowid", &[path_value(path)])
    }

    /// All that was saved of this room into this folder, the latest first.
    pub fn saved_in(&self, room: &RoomId, folder: &Path) -> Vec<SavedFile> {
        let sql = "WHERE rid = ? AND folder = ? ORDER BY saved_ms DESC, rowid DESC";
        let room = Value::from(room.as_str().to_owned());
        self.saved_files(sql, &[room, path_value(folder)])
    }

    /// Every copy that was ever written of this room's uploads, into whatever folder, the latest
    /// first. On a connection of its own: a room of a million images takes seconds, and nobody
    /// else waits for it.
    pub fn copies_in_room(&self, room: &RoomId) -> Vec<SavedCopy> {
        let sql = "SELECT upload, path, size FROM saved_files WHERE rid = ?
                   ORDER BY saved_ms DESC, rowid DESC";
        // One that was closed may have been removed since: connecting would make it anew.
        if self.shared.reader().is_none() {
            return Vec::new();
        }
        let read = || {
            let connection = super::file::connect(&self.shared.path)?;
            let mut statement = connection.prepare(sql)?;
            let copies = statement.query_map([room.as_str()], of_copy_row)?;
            copies.collect::<rusqlite::Result<Vec<_>>>()
        };
        let copies = self.judge(read()).unwrap_or_default();
        copies.into_iter().flatten().collect()
    }

    /// Until when this room was saved into this folder without a gap.
    pub fn saved_until(&self, room: &RoomId, folder: &Path) -> Option<Timestamp> {
        let sql = "SELECT until_ms FROM saved_rooms WHERE rid = ? AND folder = ?";
        let until = self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement
                .query_row(params![room.as_str(), path_value(folder)], |row| row.get(0))
                .optional()
        })??;
        Timestamp::from_millisecond(until).ok()
    }

    /// All rooms that were saved without a gap, the latest first.
    pub fn saved_rooms(&self) -> Vec<SavedUntil> {
        let sql = "SELECT rid, folder, until_ms, choices FROM saved_rooms ORDER BY until_ms DESC";
        let mark = |row: &Row<'_>| {
            let (folder, until) = (path_of(row.get_ref(1)?), row.get(2)?);
            let until = Timestamp::from_millisecond(until).ok();
            let room = RoomId::from(row.get::<_, String>(0)?);
            let choices = row
                .get::<_, Option<String>>(3)?
                .as_deref()
                .and_then(choices_of);
            Ok(folder.zip(until).map(|(folder, until)| SavedUntil {
                room,
                folder,
                until,
                choices,
            }))
        };
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], mark)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = self.read(read).unwrap_or_default();
        rows.into_iter().flatten().collect()
    }

    /// Writes a row, in place of those that say something else was written there: a moment later,
    /// with those of other files, and before any [`Self::record_saved_until`] that comes after it.
    /// Whoever opened the library is told when it cannot be written.
    pub fn record_saved(&self, file: SavedFile) {
        let sender = self.sender();
        let sent = sender.map(|sender| sender.send(Job::Saved(Box::new(file))));
        if !matches!(sent, Some(Ok(()))) {
            tracing::debug!("a file was saved while the library was being closed");
        }
    }

    /// Remembers how far a room was saved, and returns when that is written.
    ///
    /// # Errors
    ///
    /// When the library cannot be written to, or was closed.
    pub fn record_saved_until(&self, mark: SavedUntil) -> Result<(), StorageError> {
        let (done, wait) = sync_channel(1);
        self.send_and_wait(Job::SavedUntil(Box::new(mark), done), &wait)
    }

    pub(super) fn send_and_wait(
        &self,
        job: Job,
        wait: &std::sync::mpsc::Receiver<Result<(), StorageError>>,
    ) -> Result<(), StorageError> {
        let closed = || StorageError::Io {
            path: self.shared.path.clone(),
            cause: "closed".to_owned(),
        };
        let sender = self.sender().ok_or_else(closed)?;
        sender.send(job).map_err(|_closed| closed())?;
        // A sender that stays alive here would keep `close` waiting for the answer's thread.
        drop(sender);
        wait.recv().unwrap_or_else(|_closed| Err(closed()))
    }

    fn saved_files(&self, condition: &str, values: &[Value]) -> Vec<SavedFile> {
        let sql = format!("SELECT {COLUMNS} FROM saved_files {condition}");
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(values), of_row)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = self.read(read).unwrap_or_default();
        rows.into_iter().flatten().collect()
    }
}

const COLUMNS: &str = "upload, rid, folder, path, size, posted_ms, saved_ms, xxh3, sha256";

pub(super) fn write(connection: &Connection, file: &SavedFile) -> rusqlite::Result<()> {
    let size = i64::try_from(file.size.0).unwrap_or(i64::MAX);
    let xxh3 = file.xxh3.map(u128::to_be_bytes);
    // What is not known of one of them is NULL. A row of an older version has no hash that the new
    // one has: only one of the same upload is known to be of the same content.
    let sql = "DELETE FROM saved_files
        WHERE path = ?1 AND (size <> ?2 OR xxh3 <> ?3 OR sha256 <> ?4
            OR (xxh3 IS NULL AND (sha256 IS NULL OR ?4 IS NULL) AND upload <> ?5))";
    connection.prepare_cached(sql)?.execute(params![
        path_value(&file.path),
        size,
        xxh3,
        file.sha256,
        file.upload.as_str(),
    ])?;
    // The same content again, and nobody asked for its SHA-256 this time.
    let sql = format!(
        "INSERT INTO saved_files ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)
         ON CONFLICT (path, upload) DO UPDATE SET rid = excluded.rid, folder = excluded.folder,
            size = excluded.size, posted_ms = excluded.posted_ms, saved_ms = excluded.saved_ms,
            xxh3 = excluded.xxh3, sha256 = coalesce(excluded.sha256, sha256)"
    );
    connection.prepare_cached(&sql)?.execute(params![
        file.upload.as_str(),
        file.room.as_str(),
        path_value(&file.folder),
        path_value(&file.path),
        size,
        file.posted_at.map(Timestamp::as_millisecond),
        file.saved_at.as_millisecond(),
        xxh3,
        file.sha256,
    ])?;
    Ok(())
}

pub(super) fn write_until(connection: &Connection, mark: &SavedUntil) -> rusqlite::Result<()> {
    let choices = mark.choices.as_ref().map(serde_json::to_string);
    let choices = choices
        .transpose()
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let sql = "INSERT OR REPLACE INTO saved_rooms (rid, folder, until_ms, choices)
        VALUES (?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        mark.room.as_str(),
        path_value(&mark.folder),
        mark.until.as_millisecond(),
        choices,
    ])?;
    Ok(())
}

/// `None` for what only a newer version understands.
fn choices_of(text: &str) -> Option<SaveChoices> {
    serde_json::from_str(text)
        .inspect_err(|error| tracing::warn!(%error, "how a room was saved is not understood"))
        .ok()
}

/// `None` for a path that only another system has.
fn of_row(row: &Row<'_>) -> rusqlite::Result<Option<SavedFile>> {
    let (Some(folder), Some(path)) = (path_of(row.get_ref(2)?), path_of(row.get_ref(3)?)) else {
        return Ok(None);
    };
    let time = |millis: i64| Timestamp::from_millisecond(millis).ok();
    let size: i64 = row.get(4)?;
    Ok(Some(SavedFile {
        upload: UploadId::from(row.get::<_, String>(0)?),
        room: RoomId::from(row.get::<_, String>(1)?),
        folder,
        path,
        size: ByteCount(u64::try_from(size).unwrap_or(0)),
        posted_at: row.get::<_, Option<i64>>(5)?.and_then(time),
        saved_at: time(row.get(6)?).unwrap_or(Timestamp::UNIX_EPOCH),
        xxh3: row.get::<_, Option<[u8; 16]>>(7)?.map(u128::from_be_bytes),
        sha256: row.get(8)?,
    }))
}

/// `None` for a path that only another system has.
fn of_copy_row(row: &Row<'_>) -> rusqlite::Result<Option<SavedCopy>> {
    let Some(path) = path_of(row.get_ref(1)?) else {
        return Ok(None);
    };
    let size: i64 = row.get(2)?;
    Ok(Some(SavedCopy {
        upload: UploadId::from(row.get::<_, String>(0)?),
        path,
        size: ByteCount(u64::try_from(size).unwrap_or(0)),
    }))
}

/// Text where it is text; the bytes of a path that is none.
pub(super) fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        None => Value::Blob(path.as_os_str().as_encoded_bytes().to_vec()),
    }
}

pub(super) fn path_of(value: ValueRef<'_>) -> Option<PathBuf> {
    match value {
        ValueRef::Text(text) => Some(PathBuf::from(str::from_utf8(text).ok()?)),
        #[cfg(unix)]
        ValueRef::Blob(bytes) => {
            use std::os::unix::ffi::OsStrExt as _;
            Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
        }
        _ => None,
    }
}
