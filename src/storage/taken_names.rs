//! Which names of a folder are taken, judged as the strictest system would.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::NamedTempFile;

use super::file_names::{name_key, numbered};
use super::same_content::{Candidate, Newcomer};
use super::{Finished, OnClash, Placed, StorageError};

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
    by_length: HashMap<u64, Vec<Candidate>>,
    /// The last number that is known to be taken.
    last_number: u32,
}

impl Family {
    fn take_in(&mut self, files: impl IntoIterator<Item = Candidate>) {
        for file in files {
            self.by_length.entry(file.length()).or_default().push(file);
        }
    }
}

/// The folders that running jobs save into.
static OPEN_FOLDERS: Mutex<Vec<OpenFolder>> = Mutex::new(Vec::new());

type OpenFolder = (PathBuf, Weak<Mutex<TakenNames>>);

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
        part: NamedTempFile<File>,
        folder: &Path,
        wanted: &str,
    ) -> Result<Finished, StorageError> {
        let key = name_key(wanted);
        let mut family = self.families.remove(&key).unwrap_or_default();
        let placed = self.place_in_family(part, folder, wanted, &mut family);
        self.families.insert(key, family);
        placed
    }

    fn place_in_family(
        &mut self,
        mut part: NamedTempFile<File>,
        folder: &Path,
        wanted: &str,
        family: &mut Family,
    ) -> Result<Finished, StorageError> {
        let failed = |path: &Path, error: &_| StorageError::in_folder(folder, path, error);
        let content = part.as_file().try_clone().and_then(Newcomer::new);
        let mut newcomer = content.map_err(|error| failed(part.path(), &error))?;
        let alike = family.by_length.get_mut(&newcomer.length());
        if let Some(twin) = alike.and_then(|alike| newcomer.find_equal(alike)) {
            return Ok(Finished::AlreadyThere(twin));
        }
        loop {
            let path = folder.join(numbered(wanted, family.last_number + 1));
            if self.is_free(&path) {
                match give_name(part, &path) {
                    Ok(()) => {
                        self.add(path.clone());
                        family.last_number += 1;
                        family.take_in([newcomer.saved_at(path.clone())]);
                        return Ok(Finished::Saved(path));
                    }
                    // Somebody was faster. It is looked at like any other.
                    Err((back, error)) if error.kind() == ErrorKind::AlreadyExists => {
                        self.add(path.clone());
                        part = back;
                    }
                    Err((_, error)) => return Err(failed(&path, &error)),
                }
            }
            let owners = self.by_key.get(&key_of(&path)).cloned().unwrap_or_default();
            let mut owners: Vec<_> = owners.into_iter().filter_map(Candidate::new).collect();
            let twin = newcomer.find_equal(&mut owners);
            family.last_number += 1;
            family.take_in(owners);
            if let Some(twin) = twin {
                return Ok(Finished::AlreadyThere(twin));
            }
        }
    }

    /// The same, as `clash` wants it where the name is taken by something else.
    pub(super) fn place_as(
        &mut self,
        part: NamedTempFile<File>,
        folder: &Path,
        wanted: &str,
        clash: OnClash,
    ) -> Result<Placed, StorageError> {
        let path = folder.join(wanted);
        if clash == OnClash::Number || self.is_free(&path) {
            return self.place(part, folder, wanted).map(Placed::from);
        }
        let owners = self.by_key.get(&key_of(&path)).cloned().unwrap_or_default();
        let mut files: Vec<_> = owners.iter().cloned().filter_map(Candidate::new).collect();
        let content = part.as_file().try_clone().and_then(Newcomer::new);
        let content = content.map_err(|error| StorageError::in_folder(folder, &path, &error));
        if let Some(twin) = content?.find_equal(&mut files) {
            return Ok(Placed::AlreadyThere(twin));
        }
        // A folder or a link of that name is nobody's old copy.
        let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
        match owners.into_iter().next() {
            Some(owner) if clash == OnClash::Skip => Ok(Placed::NameTaken(owner)),
            Some(owner) if is_file(&owner) => self.replace(part, folder, &owner),
            _ => self.place(part, folder, wanted).map(Placed::from),
        }
    }

    /// Gives a complete file the name of another one, which is gone then.
    pub(super) fn replace(
        &mut self,
        part: NamedTempFile<File>,
        folder: &Path,
        path: &Path,
    ) -> Result<Placed, StorageError> {
        let replaced = part.persist(path);
        replaced.map_err(|refused| StorageError::in_folder(folder, path, &refused.error))?;
        // What was known of the content there is so no longer.
        self.families.remove(&key_of(path));
        self.add(path.to_path_buf());
        Ok(Placed::Saved(path.to_path_buf()))
    }

    /// Whether nothing has this name; forgets files that were deleted meanwhile.
    pub(super) fn is_free(&mut self, path: &Path) -> bool {
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
    let Err(refused) = part.persist_noclobber(path) else {
        return Ok(());
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn part(folder: &Path, bytes: &[u8]) -> NamedTempFile<File> {
        let mut part = NamedTempFile::new_in(folder).unwrap();
        part.write_all(bytes).unwrap();
        part
    }

    #[test]
    fn where_nothing_better_is_known_a_placeholder_keeps_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        give_name_by_placeholder(part(folder.path(), b"one"), &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let refused = give_name_by_placeholder(part(folder.path(), b"two"), &path);
        let (_part, error) = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_placeholder_whose_file_is_lost_goes_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let part = part(folder.path(), b"one");
        fs::remove_file(part.path()).unwrap();
        let refused = give_name_by_placeholder(part, &path);
        assert_eq!(refused.unwrap_err().1.kind(), ErrorKind::NotFound);
        assert!(!path.exists());
    }
}
