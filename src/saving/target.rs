//! The folder that is saved into, with what is known of it.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::check::by_record;
use super::{Planned, Presence};
use crate::domain::{AccountId, ByteCount, RoomId, UploadId};
use crate::storage::{
    ContentHashes, FoundFiles, Library, SaveChoices, SaveFolder, SavedFile, SavedUntil,
    StorageError, name_key,
};

/// A folder, opened to save one room into it.
pub struct TargetFolder {
    root: PathBuf,
    account: AccountId,
    room: RoomId,
    /// `None` where the library cannot be used: then the files are all there is.
    library: Option<Arc<Library>>,
    /// What was written down when the folder was opened.
    rows: HashMap<UploadId, Vec<SavedFile>>,
    /// Files that are somebody's already.
    claimed: Mutex<HashSet<PathBuf>>,
    /// Names of our copies, as the strictest system would judge: what is saved here is neither
    /// replaced by another upload nor a reason to leave one out.
    ours: Mutex<HashSet<String>>,
    folders: Mutex<HashMap<PathBuf, Arc<SaveFolder>>>,
    found: Mutex<HashMap<PathBuf, Arc<FoundFiles>>>,
}

impl TargetFolder {
    /// Opens the folder, creating it if it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be created, read or written.
    pub fn open(
        path: &Path,
        account: AccountId,
        room: RoomId,
        library: Option<Arc<Library>>,
    ) -> Result<Self, StorageError> {
        drop(SaveFolder::open(path)?);
        let root = std::fs::canonicalize(path).map_err(|error| StorageError::Io {
            path: path.to_path_buf(),
            cause: error.to_string(),
        })?;
        let folder = Arc::new(SaveFolder::open(&root)?);
        let saved = library.as_ref().map(|it| it.saved_in(&room, &root));
        let mut rows: HashMap<_, Vec<SavedFile>> = HashMap::new();
        let mut claimed = HashSet::new();
        for row in saved.into_iter().flatten() {
            claimed.insert(row.path.clone());
            rows.entry(row.upload.clone()).or_default().push(row);
        }
        Ok(Self {
            folders: Mutex::new(HashMap::from([(root.clone(), folder)])),
            root,
            account,
            room,
            library,
            rows,
            ours: Mutex::new(claimed.iter().map(|path| key_of(path)).collect()),
            claimed: Mutex::new(claimed),
            found: Mutex::default(),
        })
    }

    /// The same for a folder that was saved into before: where it is gone, a disk may have been
    /// unplugged, and it must not be made on the disk below.
    ///
    /// # Errors
    ///
    /// [`StorageError::FolderGone`], and those of [`Self::open`].
    pub fn open_again(
        path: &Path,
        account: AccountId,
        room: RoomId,
        library: Option<Arc<Library>>,
    ) -> Result<Self, StorageError> {
        if !path.is_dir() {
            let path = path.to_path_buf();
            return Err(StorageError::FolderGone { path });
        }
        Self::open(path, account, room, library)
    }

    /// The same without making the folder: `None` where there is none.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn look(
        path: &Path,
        account: AccountId,
        room: RoomId,
        library: Option<Arc<Library>>,
    ) -> Result<Option<Self>, StorageError> {
        if path.exists() {
            return Self::open(path, account, room, library).map(Some);
        }
        // To say it before anybody waits for it.
        let above = path.ancestors().find(|above| above.exists());
        let probe = above.map(tempfile::tempfile_in);
        match probe {
            Some(Err(error)) => Err(StorageError::from_io(path, &error)),
            Some(Ok(_)) | None => Ok(None),
        }
    }

    /// Copies that were written down here and have lost their end since.
    pub fn truncated(&self) -> HashSet<UploadId> {
        let rows = self.rows.iter();
        let is_truncated = |rows: &[SavedFile]| matches!(by_record(rows), Presence::Truncated(_));
        rows.filter(|(_, rows)| is_truncated(rows))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Removes what came of an upload that will not be saved after all.
    pub fn discard_part(&self, planned: &Planned) {
        let folders = lock(&self.folders);
        if let Some(folder) = folders.get(&self.parent_of(&planned.path)) {
            folder.discard_part(&self.part_key(&planned.upload.id));
        }
    }

    /// Puts the names of all files on disk.
    pub(super) fn sync(&self) {
        let folders: Vec<_> = lock(&self.folders).values().cloned().collect();
        for folder in folders {
            folder.sync();
        }
    }

    /// The folder, absolute and without links.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Until when the room was saved here without a gap.
    pub fn saved_until(&self) -> Option<Timestamp> {
        self.library.as_ref()?.saved_until(&self.room, &self.root)
    }

    /// Remembers until when the room was saved here without a gap, and how. Without it the next
    /// run only looks at more files than it need.
    pub fn remember_saved_until(&self, until: Timestamp, choices: SaveChoices) {
        let mark = SavedUntil {
            room: self.room.clone(),
            folder: self.root.clone(),
            until,
            choices: Some(choices),
        };
        if let Some(library) = &self.library
            && let Err(error) = library.record_saved_until(mark)
        {
            tracing::warn!(%error, "how far the room was saved is not remembered");
        }
    }

    /// What names the part of an upload: the same upload of another server is another one.
    pub(super) fn part_key(&self, upload: &UploadId) -> String {
        format!("{}\n{upload}", self.account.server)
    }

    /// How much of an upload an earlier run left, where its folder was opened before.
    pub(super) fn part_length(&self, planned: &Planned) -> u64 {
        let folders = lock(&self.folders);
        let folder = folders.get(&self.parent_of(&planned.path));
        folder.map_or(0, |it| it.part_length(&self.part_key(&planned.upload.id)))
    }

    /// Writes down a file that is complete. Without its row it still counts, by its content.
    pub(super) fn record(&self, planned: &Planned, path: &Path, size: u64, hashes: ContentHashes) {
        lock(&self.claimed).insert(path.to_path_buf());
        lock(&self.ours).insert(key_of(path));
        let Some(library) = &self.library else { return };
        let row = SavedFile {
            upload: planned.upload.id.clone(),
            room: self.room.clone(),
            folder: self.root.clone(),
            path: path.to_path_buf(),
            size: ByteCount(size),
            posted_at: planned.upload.uploaded_at,
            saved_at: Timestamp::now(),
            xxh3: Some(hashes.xxh3),
            sha256: hashes.sha256,
        };
        library.record_saved(row);
    }

    /// Whether SHA-256 of this copy is written down.
    pub(super) fn has_sha256(&self, planned: &Planned, path: &Path) -> bool {
        let mut copies = self.copies_at_start(&planned.upload.id).into_iter();
        copies.any(|copy| copy.path == path && copy.sha256.is_some())
    }

    pub(super) fn copies_at_start(&self, upload: &UploadId) -> Vec<SavedFile> {
        self.rows.get(upload).cloned().unwrap_or_default()
    }

    pub(super) fn copies_now(&self, upload: &UploadId) -> Vec<SavedFile> {
        let library = self.library.as_ref();
        let mut copies = library.map_or_else(Vec::new, |it| it.copies_of(upload));
        copies.retain(|row| row.folder == self.root);
        copies
    }

    /// Names of our copies. Whoever holds it gives the next one its name.
    pub(super) fn ours(&self) -> MutexGuard<'_, HashSet<String>> {
        lock(&self.ours)
    }

    /// Whether a file of this name is a copy of some upload, by what is written down.
    pub(super) fn is_recorded(&self, path: &Path) -> bool {
        let library = self.library.as_ref();
        library.is_some_and(|it| !it.saved_at_path(path).is_empty())
    }

    /// Takes a file for one upload; `false` when another has it.
    pub(super) fn claim(&self, path: &Path) -> bool {
        lock(&self.claimed).insert(path.to_path_buf())
    }

    pub(super) fn found(&self, folder: &Path) -> Arc<FoundFiles> {
        let mut found = lock(&self.found);
        let known = found.entry(folder.to_path_buf());
        Arc::clone(known.or_insert_with(|| Arc::new(FoundFiles::of(folder))))
    }

    pub(super) fn parent_of(&self, path: &Path) -> PathBuf {
        match path.parent() {
            Some(parent) if parent != Path::new("") => self.root.join(parent),
            _ => self.root.clone(),
        }
    }

    /// What has this name, if something has that is none of our copies.
    pub fn taken_name(&self, path: &Path) -> Option<PathBuf> {
        let parent = self.parent_of(path);
        if !parent.is_dir() {
            return None;
        }
        let (folder, name) = self.place_of(path).ok()?;
        let wanted = folder.path().join(&name);
        let is_other = folder.is_taken(&name)
            && !self.ours().contains(&key_of(&wanted))
            && !self.is_recorded(&wanted);
        is_other.then_some(wanted)
    }

    /// The folder of a planned file, made if need be, and its name.
    pub(super) fn place_of(&self, path: &Path) -> Result<(Arc<SaveFolder>, String), StorageError> {
        let is_below = path
            .components()
            .all(|component| matches!(component, Component::Normal(_)));
        let name = path.file_name().and_then(OsStr::to_str);
        let (Some(name), true) = (name, is_below) else {
            return Err(StorageError::Io {
                path: path.to_path_buf(),
                cause: "not a name for a file in the folder".to_owned(),
            });
        };
        // Where a disk was unplugged, its folder must not be made on the disk below.
        if !self.root.is_dir() {
            let path = self.root.clone();
            return Err(StorageError::FolderGone { path });
        }
        let parent = self.parent_of(path);
        let mut folders = lock(&self.folders);
        if let Some(folder) = folders.get(&parent) {
            return Ok((Arc::clone(folder), name.to_owned()));
        }
        let folder = Arc::new(SaveFolder::open(&parent)?);
        folders.insert(parent, Arc::clone(&folder));
        Ok((folder, name.to_owned()))
    }
}

impl std::fmt::Debug for TargetFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TargetFolder({})", self.root.display())
    }
}

pub(super) fn key_of(path: &Path) -> String {
    name_key(&path.to_string_lossy())
}

/// A lock whose holder panicked still guards whole values: each is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
