//! Saves that are not over: what was to be saved, where and how, so that quitting, a crash or
//! signing out costs one press of "Resume".
//!
//! Which files are complete is not written here: the ledger and the folder know it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::saved_files::{path_of, path_value};
use super::writer::Job;
use super::{Library, file, folder_of, remove_library};
use crate::domain::{AccountId, Room, RoomId, RoomKind, SaveJobId, UploadId};
use crate::storage::{Dirs, SaveChoices, StorageError};

/// A save that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSave {
    /// Names it.
    pub job: SaveJobId,
    /// The room, as far as it is needed to list and save it.
    pub room: Room,
    /// Into which folder.
    pub folder: PathBuf,
    /// How.
    pub choices: SaveChoices,
    /// Which images.
    pub scope: SaveScope,
    /// How far it came.
    pub counts: SaveCounts,
}

/// Which images of a room to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveScope {
    /// These, in order: their numbers in names come from it.
    Uploads(#[serde(with = "ids")] Vec<UploadId>),
    /// All but these.
    AllBut(#[serde(with = "ids")] Vec<UploadId>),
    /// What was posted since the room was saved without a gap.
    News,
}

/// How far a save came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SaveCounts {
    /// Files that are complete.
    pub saved: usize,
    /// Files that failed.
    pub failed: usize,
    /// All files, as far as they were known.
    pub total: usize,
}

/// Held by the one program that offers the saves of an account's earlier runs: another one would
/// take what that one runs for something that was cut off.
#[derive(Debug)]
pub struct SavesLock(#[expect(dead_code, reason = "held, and released by the system")] File);

impl Library {
    /// `None` while another program holds it.
    pub fn lock_saves(&self) -> Option<SavesLock> {
        let path = self.path().with_extension("lock");
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(&path);
        match file {
            Ok(file) => match file.try_lock() {
                Ok(()) => Some(SavesLock(file)),
                Err(std::fs::TryLockError::WouldBlock) => None,
                // Some network homes have no locks; two programs at once are rare.
                Err(std::fs::TryLockError::Error(error)) => {
                    tracing::debug!(%error, "the saves cannot be locked");
                    Some(SavesLock(file))
                }
            },
            Err(error) => {
                tracing::warn!(%error, "saves of earlier runs are not offered");
                None
            }
        }
    }

    /// The saves that are not over, in the order they were begun.
    pub fn unfinished_saves(&self) -> Vec<StoredSave> {
        let sql = "SELECT job, rid, folder, spec, saved_count, failed_count, total_count
            FROM save_jobs ORDER BY job";
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], of_row)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = self.read(read).unwrap_or_default();
        rows.into_iter().flatten().collect()
    }

    /// Keeps a save until it is forgotten, and returns when it is written.
    ///
    /// # Errors
    ///
    /// When the library cannot be written to, or was closed.
    pub fn keep_save(&self, save: StoredSave) -> Result<(), StorageError> {
        let (done, wait) = sync_channel(1);
        self.send_and_wait(Job::Save(Box::new(save), done), &wait)
    }

    /// Notes how far a save came. Nothing is kept of one that is not there.
    pub fn keep_save_counts(&self, job: SaveJobId, counts: SaveCounts) {
        self.send(Job::SaveCounts(job, counts));
    }

    /// Forgets a save that is over.
    ///
    /// # Errors
    ///
    /// As [`Self::keep_save`].
    pub fn forget_save(&self, job: SaveJobId) -> Result<(), StorageError> {
        let (done, wait) = sync_channel(1);
        self.send_and_wait(Job::ForgetSave(job, done), &wait)
    }
}

/// What a save is, in the words of its column: a room is written here as well, because a room
/// that one has left is in no list.
#[derive(Debug, Serialize, Deserialize)]
struct Spec {
    title: String,
    kind: Kind,
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    other_username: Option<String>,
    #[serde(default)]
    is_team: bool,
    #[serde(default)]
    is_encrypted: bool,
    #[serde(default)]
    discussion_of: Option<String>,
    scope: SaveScope,
    choices: SaveChoices,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(remote = "RoomKind", rename_all = "snake_case")]
enum KindWords {
    Channel,
    PrivateGroup,
    Direct,
    GroupDirect,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kind(#[serde(with = "KindWords")] RoomKind);

/// Ids as texts.
mod ids {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::domain::UploadId;

    pub(super) fn serialize<S: Serializer>(
        ids: &[UploadId],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(ids.iter().map(UploadId::as_str))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<UploadId>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        Ok(texts.into_iter().map(UploadId::from).collect())
    }
}

pub(super) fn write(connection: &Connection, save: &StoredSave) -> rusqlite::Result<()> {
    let StoredSave {
        job,
        room,
        folder,
        choices,
        scope,
        counts,
    } = save;
    let spec = Spec {
        title: room.title.clone(),
        kind: Kind(room.kind),
        slug: room.slug.clone(),
        other_username: room.other_username.clone(),
        is_team: room.is_team,
        is_encrypted: room.is_encrypted,
        discussion_of: room.discussion_of.as_ref().map(|id| id.to_string()),
        scope: scope.clone(),
        choices: choices.clone(),
    };
    let spec = serde_json::to_string(&spec)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let sql = "INSERT OR REPLACE INTO save_jobs
        (job, rid, folder, spec, saved_count, failed_count, total_count)
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        number(job.0),
        room.id.as_str(),
        path_value(folder),
        spec,
        number(counts.saved as u64),
        number(counts.failed as u64),
        number(counts.total as u64),
    ])?;
    Ok(())
}

pub(super) fn write_counts(
    connection: &Connection,
    job: SaveJobId,
    counts: SaveCounts,
) -> rusqlite::Result<()> {
    let sql =
        "UPDATE save_jobs SET saved_count = ?, failed_count = ?, total_count = ? WHERE job = ?";
    connection.prepare_cached(sql)?.execute(params![
        number(counts.saved as u64),
        number(counts.failed as u64),
        number(counts.total as u64),
        number(job.0),
    ])?;
    Ok(())
}

pub(super) fn forget(connection: &Connection, job: SaveJobId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM save_jobs WHERE job = ?";
    connection.prepare_cached(sql)?.execute([number(job.0)])?;
    Ok(())
}

/// `None` for what only a newer version understands, and for a path of another system.
fn of_row(row: &Row<'_>) -> rusqlite::Result<Option<StoredSave>> {
    let spec: String = row.get(3)?;
    let spec = serde_json::from_str::<Spec>(&spec)
        .inspect_err(|error| tracing::warn!(%error, "an unfinished save is not understood"));
    let (Ok(spec), Some(folder)) = (spec, path_of(row.get_ref(2)?)) else {
        return Ok(None);
    };
    let count = |index| Ok::<_, rusqlite::Error>(unsigned(row.get(index)?));
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    Ok(Some(StoredSave {
        job: SaveJobId(count(0)?),
        room: Room {
            is_team: spec.is_team,
            discussion_of: spec.discussion_of.map(RoomId::from),
            slug: spec.slug,
            other_username: spec.other_username,
            is_encrypted: spec.is_encrypted,
            ..Room::new(
                RoomId::from(row.get::<_, String>(1)?),
                spec.kind.0,
                spec.title,
            )
        },
        folder,
        choices: spec.choices,
        scope: spec.scope,
        counts: SaveCounts {
            saved: size(count(4)?),
            failed: size(count(5)?),
            total: size(count(6)?),
        },
    }))
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Removes all that is known of an account but what was saved where and what is to be saved.
///
/// The files are the person's own, and what is in them is on the disk anyway. Where there is
/// nothing of that, or it cannot be told apart, everything is removed. For a library that nobody
/// has open.
///
/// # Errors
///
/// When something is left that should not be.
pub fn keep_only_saves(dirs: &Dirs, account: &AccountId) -> Result<(), StorageError> {
    let path = folder_of(dirs, account).join(super::FILE);
    match clear(&path) {
        Ok(true) => Ok(()),
        Ok(false) => remove_library(dirs, account),
        // Another program writes to it: what it knows is not lost for that.
        Err(error) if file::reaction(&error) == file::Reaction::Wait => {
            Err(file::storage_error(&path, &error))
        }
        Err(error) => {
            tracing::warn!(%error, "what was saved is forgotten with the rest");
            remove_library(dirs, account)
        }
    }
}

/// Whether something is worth keeping.
fn clear(path: &Path) -> rusqlite::Result<bool> {
    if !path.exists() {
        return Ok(false);
    }
    let connection = file::connect(path)?;
    let sql =
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM saved_files) OR EXISTS (SELECT 1 FROM save_jobs)";
    let has_saves = connection.query_row(sql, [], |_| Ok(())).optional()?;
    if has_saves.is_none() {
        return Ok(false);
    }
    connection.pragma_update(None, "secure_delete", "ON")?;
    for table in [
        "uploads", "spans", "listings", "words", "people", "rooms", "meta",
    ] {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    // What was deleted is in free pages and in the log until then.
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(true)
}
