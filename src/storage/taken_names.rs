//! Which names of a folder are taken, judged as the strictest system would.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::NamedTempFile;

use super::file_names::{name_key, numbered};
use super::{Finished, StorageError};

/// How much of two files is compared at a time.
const COMPARED_BYTES: usize = 64 * 1024;

/// The names of one folder. Shared by all jobs that save into it, because a file system that
/// tells `A.png` from `a.png` would let two jobs create both.
#[derive(Default)]
pub(super) struct TakenNames {
    /// Every name of the folder by its key; more than one where the file system allows it.
    by_key: HashMap<String, Vec<PathBuf>>,
    /// What became of each wanted name, by its key.
    families: HashMap<String, Family>,
}

/// The files that share a wanted name: `image.png`, `image (2).png`… A room of thousands of
/// pasted `image.png` must not look at each of them for each of them.
#[derive(Default)]
struct Family {
    /// By length, because only files of equal length can be equal.
    by_length: HashMap<u64, Vec<PathBuf>>,
    /// The last number that is known to be taken.
    last_number: u32,
}

/// The folders that running jobs save into.
static OPEN_FOLDERS: Mutex<Vec<(PathBuf, Weak<Mutex<TakenNames>>)>> = Mutex::new(Vec::new());

/// The names of `folder`, shared with every other job that has it open now.
pub(super) fn taken_names_of(
    folder: &Path,
    found: impl Iterator<Item = PathBuf>,
) -> Arc<Mutex<TakenNames>> {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let mut open = OPEN_FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|(_, names)| names.strong_count() > 0);
    let known = open.iter().find(|(path, _)| *path == folder);
    let names = known
        .and_then(|(_, names)| names.upgrade())
        .unwrap_or_else(|| {
            let names = Arc::default();
            open.push((folder, Arc::downgrade(&names)));
            names
        });
    drop(open);
    let mut taken = names.lock().unwrap_or_else(PoisonError::into_inner);
    for path in found {
        taken.add(path);
    }
    drop(taken);
    names
}

impl TakenNames {
    fn add(&mut self, path: PathBuf) {
        let paths = self.by_key.entry(key_of(&path)).or_default();
        if !paths.contains(&path) {
            paths.push(path);
        }
    }

    /// Gives a complete file its name: the wanted one, else the next number, never one that
    /// is taken. If one of the files that have that name already is the same, it stays and
    /// the new one goes.
    pub(super) fn place(
        &mut self,
        mut part: NamedTempFile<File>,
        folder: &Path,
        wanted: &str,
    ) -> Result<Finished, StorageError> {
        let failed = |path: &Path, error: &_| StorageError::in_folder(folder, path, error);
        let length = part
            .as_file()
            .metadata()
            .map_err(|error| failed(part.path(), &error))?;
        let length = length.len();
        let family_key = name_key(wanted);
        let mut family = self.families.remove(&family_key).unwrap_or_default();
        let alike = family.by_length.get(&length).map_or(&[][..], Vec::as_slice);
        if let Some(twin) = find_equal(&mut part, length, alike) {
            self.families.insert(family_key, family);
            return Ok(Finished::AlreadyThere(twin));
        }
        let placed = loop {
            family.last_number += 1;
            let path = folder.join(numbered(wanted, family.last_number));
            if self.is_free(&path) {
                match give_name(part, &path) {
                    Ok(()) => {
                        self.add(path.clone());
                        family
                            .by_length
                            .entry(length)
                            .or_default()
                            .push(path.clone());
                        break Ok(Finished::Saved(path));
                    }
                    // Somebody was faster. It is looked at like any other.
                    Err((back, error)) if error.kind() == ErrorKind::AlreadyExists => {
                        self.add(path.clone());
                        part = back;
                    }
                    Err((_, error)) => {
                        family.last_number -= 1;
                        break Err(failed(&path, &error));
                    }
                }
            }
            let owners = self.by_key.get(&key_of(&path)).cloned().unwrap_or_default();
            if let Some(twin) = find_equal(&mut part, length, &owners) {
                family.last_number -= 1;
                break Ok(Finished::AlreadyThere(twin));
            }
            for owner in owners {
                if let Ok(metadata) = fs::metadata(&owner) {
                    family
                        .by_length
                        .entry(metadata.len())
                        .or_default()
                        .push(owner);
                }
            }
        };
        self.families.insert(family_key, family);
        placed
    }

    /// Whether nothing has this name; forgets files that were deleted meanwhile.
    fn is_free(&mut self, path: &Path) -> bool {
        let key = key_of(path);
        let Some(owners) = self.by_key.get_mut(&key) else {
            return true;
        };
        owners.retain(|owner| fs::symlink_metadata(owner).is_ok());
        owners.is_empty()
    }
}

fn key_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name_key(&name.to_string_lossy())
}

/// Renames without ever replacing. Gives the file back when that did not work.
fn give_name(
    part: NamedTempFile<File>,
    path: &Path,
) -> Result<(), (NamedTempFile<File>, io::Error)> {
    // `renameat2(RENAME_NOREPLACE)`, else a hard link; `MoveFileExW` on Windows.
    let refused = match part.persist_noclobber(path) {
        Ok(_) => return Ok(()),
        Err(refused) => refused,
    };
    match refused.error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotFound | ErrorKind::StorageFull => {
            Err((refused.file, refused.error))
        }
        _ => give_name_by_placeholder(refused.file, path),
    }
}

/// For file systems that know neither of these (some network mounts): creates the name as
/// an empty file, which fails if it exists, and replaces that with the real one. Whoever
/// comes in between finds the name taken.
fn give_name_by_placeholder(
    part: NamedTempFile<File>,
    path: &Path,
) -> Result<(), (NamedTempFile<File>, io::Error)> {
    if let Err(error) = File::create_new(path) {
        return Err((part, error));
    }
    match part.persist(path) {
        Ok(_) => Ok(()),
        Err(refused) => {
            // Ours and empty: this takes nothing from anybody.
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, "an empty file stays behind");
            }
            Err((refused.file, refused.error))
        }
    }
}

/// The first of these files with the content of `part`.
fn find_equal(part: &mut NamedTempFile<File>, length: u64, paths: &[PathBuf]) -> Option<PathBuf> {
    let equal = paths
        .iter()
        .find(|path| is_equal(part.as_file_mut(), length, path).unwrap_or(false));
    equal.cloned()
}

/// Whether the file at `path` has the same content. One that cannot be read is another.
fn is_equal(part: &mut File, length: u64, path: &Path) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    // Opening a pipe would wait for its other end.
    if !metadata.is_file() || metadata.len() != length {
        return Ok(false);
    }
    let mut other = File::open(path)?;
    part.seek(SeekFrom::Start(0))?;
    let mut ours = Vec::with_capacity(COMPARED_BYTES);
    let mut theirs = Vec::with_capacity(COMPARED_BYTES);
    loop {
        read_some(part, &mut ours)?;
        read_some(&mut other, &mut theirs)?;
        if ours != theirs {
            return Ok(false);
        }
        if ours.is_empty() {
            return Ok(true);
        }
    }
}

fn read_some(file: &mut File, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    file.take(COMPARED_BYTES as u64).read_to_end(buffer)?;
    Ok(())
}
