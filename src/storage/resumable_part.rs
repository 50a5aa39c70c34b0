//! A file on its way that outlives the program: cut off at any byte, the next run goes on from
//! there. Its name is made of what it is a part of, and a lock says whose it is.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tempfile::{NamedTempFile, TempPath};

use super::part_checks::{is_beginning, is_still_there, may_have_holes};
use super::save_file::{SaveFolder, resumable_part_path, set_posted_time};
use super::taken_names::TakenNames;
use super::{ContentHasher, ContentHashes, OnClash, Placed, StorageError};

/// Bytes gathered before they are written: larger ones gain nothing, smaller ones cost CPU.
const BUFFER_BYTES: usize = 256 * 1024;

/// What comes in such a piece is not copied into the buffer first.
const DIRECT_BYTES: usize = 64 * 1024;

/// How much of the end is fetched again and compared: a part that is of something else, or of
/// which a power cut took the end, shows there.
const OVERLAP_BYTES: u64 = 16 * 1024;

/// How often a part may be given its name by others while it is being opened.
const MAX_RACES: usize = 16;

/// See the [module documentation](self).
pub struct ResumablePart {
    file: File,
    path: PathBuf,
    folder: PathBuf,
    taken: Arc<Mutex<TakenNames>>,
    buffer: Vec<u8>,
    hasher: ContentHasher,
    /// Of what was written, without the buffer.
    length: u64,
    /// What was at the end before, to be compared with what comes.
    tail: Vec<u8>,
}

/// What came is not what the part has there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnotherFile;

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct FinishedPart {
    /// What became of it.
    pub placed: Placed,
    /// Its length in bytes.
    pub length: u64,
    /// What it is known by; with SHA-256 where [`ResumablePart::want_sha256`] was called.
    pub hashes: ContentHashes,
}

impl SaveFolder {
    /// Opens the part of what is called `key`, such as an upload on a server: a new one, or
    /// what an earlier run left. `None` while another process writes it.
    ///
    /// # Errors
    ///
    /// When it cannot be created or read.
    pub fn resume(&self, key: &str) -> Result<Option<ResumablePart>, StorageError> {
        let folder = self.path();
        let path = resumable_part_path(folder, key);
        let failed = |error: &io::Error| StorageError::in_folder(folder, &path, error);
        for _ in 0..MAX_RACES {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            let file = options.open(&path).map_err(|error| failed(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                // Some network mounts have no locks. Then two processes may write the same
                // bytes to it; what is wrong in the end has the wrong length or content.
                Err(TryLockError::Error(error)) => {
                    tracing::debug!(%error, "a part cannot be locked");
                }
            }
            // Who had it may have given it its name a moment ago.
            if is_still_there(&file, &path).map_err(|error| failed(&error))? {
                let part = self.part_of(file, path.clone());
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// How many bytes of what is called `key` an earlier run left in its part.
    pub fn part_length(&self, key: &str) -> u64 {
        let part = fs::symlink_metadata(resumable_part_path(self.path(), key));
        part.map_or(0, |part| part.len())
    }

    /// Removes a part that will not be resumed. One that another process writes to stays.
    pub fn discard_part(&self, key: &str) {
        if !resumable_part_path(self.path(), key).exists() {
            return;
        }
        match self.resume(key) {
            Ok(Some(part)) => part.discard(),
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, "a part cannot be removed"),
        }
    }

    /// A part that nobody else has, and that cannot be resumed: for one that another process
    /// keeps for too long.
    ///
    /// # Errors
    ///
    /// When it cannot be created.
    pub fn begin_anew(&self) -> Result<ResumablePart, StorageError> {
        let key = format!("{:032x}", fastrand::u128(..));
        self.resume(&key)?.ok_or_else(|| StorageError::Io {
            path: self.path().to_path_buf(),
            cause: "a part has no name".to_owned(),
        })
    }

    fn part_of(&self, file: File, path: PathBuf) -> ResumablePart {
        ResumablePart {
            file,
            path,
            folder: self.path().to_path_buf(),
            taken: self.taken(),
            buffer: Vec::new(),
            hasher: ContentHasher::default(),
            length: 0,
            tail: Vec::new(),
        }
    }
}

impl ResumablePart {
    /// Reads what is there already, and tells from which byte on to fetch: a little before its
    /// end. `expected` is the length of the whole file, if that is known.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn resume_at(&mut self, expected: Option<u64>) -> Result<u64, StorageError> {
        let flushed = self.flush();
        let read = flushed.and_then(|()| self.read_back(expected));
        read.map_err(|error| self.failed(&error))
    }

    fn read_back(&mut self, expected: Option<u64>) -> io::Result<u64> {
        let metadata = self.file.metadata()?;
        let there = metadata.len();
        let start = there.saturating_sub(OVERLAP_BYTES);
        let is_too_long = expected.is_some_and(|expected| there > expected);
        if start == 0 || is_too_long || may_have_holes(&metadata) {
            self.empty()?;
            return Ok(0);
        }
        self.file.seek(SeekFrom::Start(0))?;
        self.hasher = self.hasher.anew();
        if self.hasher.update_from((&self.file).take(start))? < start {
            self.empty()?;
            return Ok(0);
        }
        self.tail.clear();
        self.file.read_to_end(&mut self.tail)?;
        self.file.set_len(start)?;
        self.file.seek(SeekFrom::Start(start))?;
        self.length = start;
        Ok(start)
    }

    /// Throws away what is there.
    ///
    /// # Errors
    ///
    /// When the disk is gone.
    pub fn restart(&mut self) -> Result<(), StorageError> {
        self.empty().map_err(|error| self.failed(&error))
    }

    fn empty(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.tail.clear();
        self.hasher = self.hasher.anew();
        self.length = 0;
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0)).map(drop)
    }

    /// Whether these bytes, the next ones, are what the part had there before.
    ///
    /// # Errors
    ///
    /// [`AnotherFile`]: what is there is of something else. Restart it.
    pub fn compare(&mut self, bytes: &[u8]) -> Result<(), AnotherFile> {
        let n_known = self.tail.len().min(bytes.len());
        if self.tail.get(..n_known) != bytes.get(..n_known) {
            return Err(AnotherFile);
        }
        self.tail.drain(..n_known);
        Ok(())
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// When the disk is full or gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.hasher.update(bytes);
        let written = if bytes.len() >= DIRECT_BYTES {
            self.flush().and_then(|()| self.write_through(bytes))
        } else {
            if self.buffer.is_empty() {
                self.buffer.reserve(BUFFER_BYTES);
            }
            self.buffer.extend_from_slice(bytes);
            if self.buffer.len() < BUFFER_BYTES {
                return Ok(());
            }
            self.flush()
        };
        written.map_err(|error| self.failed(&error))
    }

    /// Past the buffer.
    fn write_through(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.length + self.buffer.len() as u64
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From now on SHA-256 is made, too. What is there already is read again for that.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn want_sha256(&mut self) -> Result<(), StorageError> {
        if self.hasher.has_sha256() {
            return Ok(());
        }
        self.hasher = ContentHasher::with_sha256();
        if self.is_empty() {
            return Ok(());
        }
        let flushed = self.flush();
        let read = flushed.and_then(|()| {
            self.file.seek(SeekFrom::Start(0))?;
            self.hasher.update_from((&self.file).take(self.length))?;
            self.file.seek(SeekFrom::Start(self.length))
        });
        read.map(drop).map_err(|error| self.failed(&error))
    }

    /// What all that is there is known by.
    pub fn hashes(&self) -> ContentHashes {
        self.hasher.hashes()
    }

    /// Its first bytes, at most so many.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn head(&mut self, max_bytes: usize) -> Result<Vec<u8>, StorageError> {
        let mut head = Vec::with_capacity(max_bytes);
        let flushed = self.flush();
        let read = flushed.and_then(|()| {
            self.file.seek(SeekFrom::Start(0))?;
            (&self.file).take(max_bytes as u64).read_to_end(&mut head)?;
            self.file.seek(SeekFrom::Start(self.length))
        });
        read.map(|_| head).map_err(|error| self.failed(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.buffer);
        if written.is_ok() {
            self.length += self.buffer.len() as u64;
            self.buffer.clear();
        }
        written
    }

    /// Puts the file on disk with `posted_at` as its time and gives it the name `wanted`, or
    /// what `clash` says where that is taken. `truncated` is a file that was a copy of it once:
    /// where it still holds the beginning of it, and nothing else, it is replaced. The name itself
    /// is on disk only after [`SaveFolder::sync`].
    ///
    /// # Errors
    ///
    /// When the disk is full, or the folder gone or no longer writable. Then no trace is left.
    pub fn finish(
        mut self,
        posted_at: Option<Timestamp>,
        wanted: &str,
        clash: OnClash,
        truncated: Option<&Path>,
    ) -> Result<FinishedPart, StorageError> {
        let flushed = self.flush();
        set_posted_time(&self.file, posted_at);
        if let Err(error) = flushed.and_then(|()| self.file.sync_all()) {
            let failed = self.failed(&error);
            self.discard();
            return Err(failed);
        }
        let length = self.length;
        let hashes = self.hasher.hashes();
        let beginning = truncated.filter(|path| is_beginning(path, &mut self.file, length));
        let temporary = TempPath::try_from_path(self.path.clone());
        let temporary = temporary.map_err(|error| StorageError::from_io(&self.path, &error))?;
        let part = NamedTempFile::from_parts(self.file, temporary);
        let placed = {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            match beginning {
                Some(path) => taken.replace(part, &self.folder, path),
                None => taken.place_as(part, &self.folder, wanted, clash),
            }
        }?;
        Ok(FinishedPart {
            placed,
            length,
            hashes,
        })
    }

    /// Leaves it for the next run, with all that came.
    pub fn keep(mut self) {
        if let Err(error) = self.flush() {
            tracing::debug!(%error, "the end of a part is lost");
        }
        if self.length == 0 {
            self.discard();
        }
    }

    /// Leaves no trace.
    pub fn discard(self) {
        // Removed while the lock is held, so that nobody has begun to write to it.
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::debug!(%error, "a part cannot be removed");
            }
            _ => {}
        }
    }

    fn failed(&self, error: &io::Error) -> StorageError {
        StorageError::in_folder(&self.folder, &self.path, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, SaveFolder) {
        let root = tempfile::tempdir().unwrap();
        let folder = SaveFolder::open(root.path()).unwrap();
        (root, folder)
    }

    fn bytes(n: usize) -> Vec<u8> {
        (0..n).map(|n| u8::try_from(n * n % 251).unwrap()).collect()
    }

    fn finish(part: ResumablePart, truncated: Option<&Path>) -> FinishedPart {
        part.finish(None, "a.png", OnClash::Number, truncated)
            .unwrap()
    }

    #[test]
    fn a_part_goes_on_where_it_was_left_and_hashes_the_whole() {
        let (root, folder) = folder();
        let whole = bytes(400_000);
        let mut part = folder.resume("one").unwrap().unwrap();
        assert_eq!(part.resume_at(Some(400_000)).unwrap(), 0);
        part.write(&whole[..300_000]).unwrap();
        part.keep();
        let mut part = folder.resume("one").unwrap().unwrap();
        let start = part.resume_at(Some(400_000)).unwrap();
        assert_eq!(start, 300_000 - OVERLAP_BYTES);
        part.want_sha256().unwrap();
        let rest = &whole[usize::try_from(start).unwrap()..];
        part.compare(rest).unwrap();
        part.write(rest).unwrap();
        assert_eq!(part.head(4).unwrap(), &whole[..4]);
        let finished = finish(part, None);
        assert_eq!(finished.placed, Placed::Saved(root.path().join("a.png")));
        let mut hasher = ContentHasher::with_sha256();
        hasher.update(&whole);
        assert_eq!(finished.hashes, hasher.hashes());
        assert_eq!(fs::read(root.path().join("a.png")).unwrap(), whole);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn large_and_small_pieces_are_written_in_the_order_in_which_they_come() {
        let (root, folder) = folder();
        let whole = bytes(700_000);
        let mut part = folder.resume("one").unwrap().unwrap();
        let mut rest = whole.as_slice();
        for n in [
            10,
            200_000,
            5,
            DIRECT_BYTES,
            DIRECT_BYTES - 1,
            300_000,
            100_000,
        ] {
            let (piece, after) = rest.split_at(n.min(rest.len()));
            part.write(piece).unwrap();
            rest = after;
            assert_eq!(part.len(), (whole.len() - rest.len()) as u64);
        }
        assert!(rest.is_empty());
        let finished = finish(part, None);
        assert_eq!(finished.length, 700_000);
        assert_eq!(fs::read(root.path().join("a.png")).unwrap(), whole);
    }

    #[test]
    fn a_part_of_something_else_shows_at_its_end() {
        let (_root, folder) = folder();
        let mut part = folder.resume("one").unwrap().unwrap();
        part.write(&bytes(40_000)).unwrap();
        part.keep();
        let mut part = folder.resume("one").unwrap().unwrap();
        let start = part.resume_at(None).unwrap();
        let mut other = bytes(40_000).split_off(usize::try_from(start).unwrap());
        part.compare(&other[..100]).unwrap();
        other[200] ^= 1;
        assert_eq!(part.compare(&other[100..]), Err(AnotherFile));
        part.restart().unwrap();
        assert!(part.is_empty());
    }

    #[test]
    fn what_is_longer_than_the_file_or_of_a_few_bytes_is_begun_anew() {
        let (_root, folder) = folder();
        for (written, expected) in [(50_000, 40_000), (1_000, 40_000)] {
            let mut part = folder.resume("one").unwrap().unwrap();
            part.write(&bytes(written)).unwrap();
            part.keep();
            let mut part = folder.resume("one").unwrap().unwrap();
            assert_eq!(part.resume_at(Some(expected)).unwrap(), 0);
        }
    }

    #[test]
    fn one_part_has_one_writer_and_no_writer_leaves_an_empty_one() {
        let (root, folder) = folder();
        let part = folder.resume("one").unwrap().unwrap();
        assert!(folder.resume("one").unwrap().is_none());
        assert!(folder.resume("two").unwrap().is_some_and(|part| {
            part.keep();
            true
        }));
        part.discard();
        folder.resume("one").unwrap().unwrap().keep();
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_truncated_copy_is_replaced_and_an_edited_one_is_not() {
        for (there, name) in [(bytes(1_000), "a.png"), (vec![7; 1_000], "a (2).png")] {
            let (root, folder) = folder();
            let path = root.path().join("a.png");
            fs::write(&path, &there).unwrap();
            let folder = SaveFolder::open(folder.path()).unwrap();
            let mut part = folder.resume("one").unwrap().unwrap();
            part.write(&bytes(5_000)).unwrap();
            let finished = finish(part, Some(&path));
            assert_eq!(finished.placed, Placed::Saved(root.path().join(name)));
            assert_eq!(fs::read(root.path().join(name)).unwrap(), bytes(5_000));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_place_of_a_part_is_not_followed() {
        let (root, folder) = folder();
        let elsewhere = root.path().join("elsewhere");
        fs::write(&elsewhere, b"precious").unwrap();
        let path = resumable_part_path(root.path(), "one");
        std::os::unix::fs::symlink(&elsewhere, path).unwrap();
        assert!(folder.resume("one").is_err());
        assert_eq!(fs::read(&elsewhere).unwrap(), b"precious");
    }
}
