//! Downloaded originals on this machine. Losing them costs time, nothing else: so every
//! trouble with a cached file is answered with "not here".

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::domain::{AccountId, ByteCount, UploadId};

use super::dirs::create_private;
use super::{Dirs, StorageError, message_links, thumbnail_cache};

/// Under the cache folder: one folder for each account.
const ORIGINALS: &str = "originals";

/// How much is freed at once when the cache is full, so that not every new file has to
/// remove an old one: a sixteenth.
const SLACK_DIVISOR: u64 = 16;

/// The originals of one account. The least recently used ones go when it is full.
pub struct DiskCache {
    folder: PathBuf,
    capacity: ByteCount,
    index: Mutex<Index>,
}

impl DiskCache {
    /// Opens the cache of this account and looks at what is in it. One that is larger than
    /// `capacity` shrinks with the next write.
    pub fn open(dirs: &Dirs, account: &AccountId, capacity: ByteCount) -> Self {
        let folder = account_folder(dirs, account);
        let index = Index::of(&folder);
        Self {
            folder,
            capacity,
            index: Mutex::new(index),
        }
    }

    /// The bytes of this upload, if they are here.
    pub fn read(&self, id: &UploadId) -> Option<Vec<u8>> {
        let path = self.path(id)?;
        match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::debug!(%error, path = %path.display(), "a cached file is lost");
                self.remove(id);
                None
            }
        }
    }

    /// The file that holds this upload, if it is here. It may go at any time.
    pub fn path(&self, id: &UploadId) -> Option<PathBuf> {
        let name = file_name(id);
        let path = self.folder.join(&name);
        // Not from the index: another window of the same account writes here too.
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            self.index().forget(&name);
            return None;
        };
        // A file that was being written when the power went can be empty.
        if !metadata.is_file() || metadata.len() == 0 || metadata.len() > self.capacity.0 {
            self.remove(id);
            return None;
        }
        self.index().use_now(name, metadata.len());
        if let Err(error) = touch(&path) {
            tracing::debug!(%error, "the time of a cached file cannot be set");
        }
        Some(path)
    }

    /// Keeps these bytes, making room if need be. What is larger than the whole cache, or
    /// empty, is not kept.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; what was cached before stays.
    pub fn write(&self, id: &UploadId, bytes: &[u8]) -> Result<(), StorageError> {
        let length = bytes.len() as u64;
        if length == 0 || length > self.capacity.0 {
            return Ok(());
        }
        let name = file_name(id);
        self.make_room(length);
        let path = self.folder.join(&name);
        write_whole(&path, bytes)?;
        self.index().use_now(name, length);
        // Others may have written meanwhile.
        self.make_room(0);
        Ok(())
    }

    /// Forgets this upload, because its bytes turned out to be damaged or it was deleted.
    pub fn remove(&self, id: &UploadId) {
        let name = file_name(id);
        remove_quietly(&self.folder.join(&name));
        self.index().forget(&name);
    }

    /// How much is cached.
    pub fn len_bytes(&self) -> ByteCount {
        ByteCount(self.index().total)
    }

    /// Removes everything of this account and tells how much that was.
    ///
    /// # Errors
    ///
    /// When something cannot be removed.
    pub fn clear(&self) -> Result<ByteCount, StorageError> {
        let mut index = self.index();
        let removed = remove_folder(&self.folder);
        let before = index.total;
        *index = Index::of(&self.folder);
        removed.map(|()| ByteCount(before.saturating_sub(index.total)))
    }

    fn make_room(&self, length: u64) {
        let mut index = self.index();
        if index.total.saturating_add(length) <= self.capacity.0 {
            return;
        }
        let wanted = self.capacity.0 - self.capacity.0 / SLACK_DIVISOR;
        while index.total.saturating_add(length) > wanted
            && let Some(name) = index.forget_oldest()
        {
            remove_quietly(&self.folder.join(name));
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes everything that is cached for this account: originals and thumbnails.
///
/// # Errors
///
/// When something cannot be removed.
pub fn remove_account_caches(dirs: &Dirs, account: &AccountId) -> Result<(), StorageError> {
    let originals = remove_folder(&account_folder(dirs, account));
    let thumbnails = remove_folder(&thumbnail_cache::account_folder(dirs, account));
    let links = message_links::remove(dirs, account);
    originals.and(thumbnails).and(links)
}

/// What is cached, and in which order it was used.
#[derive(Default)]
struct Index {
    files: HashMap<PathBuf, (u64, u64)>,
    by_use: BTreeMap<u64, PathBuf>,
    next_use: u64,
    total: u64,
}

impl Index {
    /// What is in this folder, in the order of the times of the files.
    fn of(folder: &Path) -> Self {
        let mut found = Vec::new();
        for shard in entries(folder) {
            for file in entries(&folder.join(&shard)) {
                let name = Path::new(&shard).join(file);
                let Ok(metadata) = fs::symlink_metadata(folder.join(&name)) else {
                    continue;
                };
                if metadata.is_file() {
                    found.push((metadata.modified().ok(), name, metadata.len()));
                }
            }
        }
        found.sort();
        let mut index = Self::default();
        for (_, name, length) in found {
            index.use_now(name, length);
        }
        index
    }

    fn use_now(&mut self, name: PathBuf, length: u64) {
        self.forget(&name);
        self.files.insert(name.clone(), (length, self.next_use));
        self.by_use.insert(self.next_use, name);
        self.next_use += 1;
        self.total = self.total.saturating_add(length);
    }

    fn forget(&mut self, name: &Path) {
        if let Some((length, used)) = self.files.remove(name) {
            self.by_use.remove(&used);
            self.total = self.total.saturating_sub(length);
        }
    }

    fn forget_oldest(&mut self) -> Option<PathBuf> {
        let (_, name) = self.by_use.pop_first()?;
        if let Some((length, _)) = self.files.remove(&name) {
            self.total = self.total.saturating_sub(length);
        }
        Some(name)
    }
}

fn account_folder(dirs: &Dirs, account: &AccountId) -> PathBuf {
    dirs.cache.join(ORIGINALS).join(account_name(account))
}

/// The name of a folder for this account.
pub(super) fn account_name(account: &AccountId) -> String {
    hash(&format!("{}@{}", account.user, account.server))
}

/// Ids are opaque and differ in case only, which not every file system tells apart.
fn file_name(id: &UploadId) -> PathBuf {
    let hash = hash(id.as_str());
    let (shard, rest) = hash.split_at_checked(2).unwrap_or(("", &hash));
    Path::new(shard).join(rest)
}

/// 32 hexadecimal digits.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let (half, _) = digest.split_at(16);
    half.iter().fold(String::new(), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(u32::from(nibble), 16));
        }
        hex
    })
}

fn entries(folder: &Path) -> impl Iterator<Item = std::ffi::OsString> {
    let listed = fs::read_dir(folder).into_iter().flatten();
    listed.filter_map(|entry| Some(entry.ok()?.file_name()))
}

/// Not synced: a file that a power cut destroys is fetched again.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let failed = |error: &io::Error| StorageError::from_io(path, error);
    let folder = path.parent().unwrap_or(path);
    create_private(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

fn touch(path: &Path) -> io::Result<()> {
    let file = File::options().append(true).open(path)?;
    file.set_modified(Timestamp::now().into())
}

fn remove_quietly(path: &Path) {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        _ => fs::remove_file(path),
    };
    if let Err(error) = removed
        && error.kind() != ErrorKind::NotFound
    {
        tracing::debug!(%error, path = %path.display(), "a cached file cannot be removed");
    }
}

pub(super) fn remove_folder(folder: &Path) -> Result<(), StorageError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StorageError::from_io(folder, &error))
        }
        _ => Ok(()),
    }
}
