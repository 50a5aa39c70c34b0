//! Finds out whether a file is there already, looking into as few files as possible.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// How much of a file is read at a time.
const READ_BYTES: usize = 64 * 1024;

type Digest = [u8; 32];

/// A complete file that has no name yet.
pub(super) struct Newcomer {
    file: File,
    length: u64,
    digest: Option<Digest>,
}

/// A file that may have the same content.
pub(super) struct Candidate {
    path: PathBuf,
    length: u64,
    /// Once it was needed, so that no file is read again for each newcomer of its length.
    digest: Option<Digest>,
}

impl Candidate {
    /// The file of this path, unless it is something else: opening a pipe would wait for its
    /// other end.
    pub(super) fn new(path: PathBuf) -> Option<Self> {
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some(Self {
            path,
            length: metadata.len(),
            digest: None,
        })
    }

    pub(super) const fn length(&self) -> u64 {
        self.length
    }
}

impl Newcomer {
    /// Reads through `file`, a second handle of it: its owner may move meanwhile.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            length,
            digest: None,
        })
    }

    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// What it is once it is saved at `path`.
    pub(super) fn saved_at(self, path: PathBuf) -> Candidate {
        Candidate {
            path,
            length: self.length,
            digest: self.digest,
        }
    }

    /// The first of these that has the same content. One that cannot be read is another.
    pub(super) fn find_equal(&mut self, candidates: &mut [Candidate]) -> Option<PathBuf> {
        for candidate in candidates {
            if self.is_equal(candidate).unwrap_or(false) {
                return Some(candidate.path.clone());
            }
        }
        None
    }

    fn is_equal(&mut self, candidate: &mut Candidate) -> io::Result<bool> {
        if candidate.length != self.length {
            return Ok(false);
        }
        let theirs = match candidate.digest {
            Some(known) => known,
            None => *candidate
                .digest
                .insert(digest(&mut File::open(&candidate.path)?)?),
        };
        let ours = match self.digest {
            Some(known) => known,
            None => *self.digest.insert(digest(&mut self.file)?),
        };
        // It may have been changed or replaced since it was read.
        Ok(ours == theirs && self.is_equal_now(&candidate.path)?)
    }

    fn is_equal_now(&mut self, path: &Path) -> io::Result<bool> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() || metadata.len() != self.length {
            return Ok(false);
        }
        let mut other = File::open(path)?;
        self.file.seek(SeekFrom::Start(0))?;
        let mut ours = Vec::with_capacity(READ_BYTES);
        let mut theirs = Vec::with_capacity(READ_BYTES);
        loop {
            read_some(&mut self.file, &mut ours)?;
            read_some(&mut other, &mut theirs)?;
            if ours != theirs {
                return Ok(false);
            }
            if ours.is_empty() {
                return Ok(true);
            }
        }
    }
}

fn digest(file: &mut File) -> io::Result<Digest> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Sha256::new();
    let mut bytes = Vec::with_capacity(READ_BYTES);
    loop {
        read_some(file, &mut bytes)?;
        if bytes.is_empty() {
            return Ok(hasher.finalize().into());
        }
        hasher.update(&bytes);
    }
}

fn read_some(file: &mut File, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    file.take(READ_BYTES as u64).read_to_end(buffer)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_equal_only_to_the_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other");
        let bytes = vec![7; READ_BYTES + 10];
        fs::write(folder.path().join("ours"), &bytes).unwrap();
        let ours = File::open(folder.path().join("ours")).unwrap();
        let mut newcomer = Newcomer::new(ours).unwrap();
        let mut is_equal_to = |content: &[u8]| {
            fs::write(&path, content).unwrap();
            let mut candidates = [Candidate::new(path.clone()).unwrap()];
            newcomer.find_equal(&mut candidates).is_some()
        };
        assert!(is_equal_to(&bytes));
        let mut other = bytes.clone();
        *other.last_mut().unwrap() = 8;
        assert!(!is_equal_to(&other));
        assert!(!is_equal_to(&bytes[1..]));
        assert!(is_equal_to(&bytes), "the file is read from its start again");
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other");
        fs::write(&path, b"same").unwrap();
        fs::write(folder.path().join("ours"), b"same").unwrap();
        let ours = File::open(folder.path().join("ours")).unwrap();
        let mut newcomer = Newcomer::new(ours).unwrap();
        let mut candidates = [Candidate::new(path.clone()).unwrap()];
        assert_eq!(newcomer.find_equal(&mut candidates).as_ref(), Some(&path));
        fs::write(&path, b"else").unwrap();
        assert_eq!(newcomer.find_equal(&mut candidates), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(newcomer.find_equal(&mut candidates), None);
    }
}
