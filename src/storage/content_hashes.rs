//! What the bytes of a file are known by.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};
use twox_hash::xxhash3_128::Hasher as Xxh3;

/// How much of a file is read at a time.
const READ_BYTES: usize = 256 * 1024;

/// Hashes of all bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentHashes {
    /// XXH3 of 128 bits: tells one content from another, and costs next to nothing. Not against
    /// somebody who makes two files of one hash on purpose.
    pub xxh3: u128,
    /// SHA-256, where somebody asked for it: as much work as receiving the file.
    pub sha256: Option<[u8; 32]>,
}

/// Takes in the bytes of a file one after another.
#[derive(Default)]
pub struct ContentHasher {
    xxh3: Xxh3,
    sha256: Option<Sha256>,
}

impl ContentHasher {
    /// One that makes SHA-256 as well; the default makes only the fast one.
    pub fn with_sha256() -> Self {
        Self {
            xxh3: Xxh3::new(),
            sha256: Some(Sha256::new()),
        }
    }

    /// One of the same kind that has taken in nothing yet.
    pub fn anew(&self) -> Self {
        if self.has_sha256() {
            Self::with_sha256()
        } else {
            Self::default()
        }
    }

    /// Whether it makes SHA-256 as well.
    pub const fn has_sha256(&self) -> bool {
        self.sha256.is_some()
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.xxh3.write(bytes);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
    }

    /// All that `source` gives, and how many bytes that is.
    ///
    /// # Errors
    ///
    /// Those of `source`.
    pub fn update_from(&mut self, mut source: impl Read) -> io::Result<u64> {
        let mut chunk = Vec::with_capacity(READ_BYTES);
        let mut length = 0;
        loop {
            chunk.clear();
            (&mut source)
                .take(READ_BYTES as u64)
                .read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                return Ok(length);
            }
            self.update(&chunk);
            length += chunk.len() as u64;
        }
    }

    /// Of all bytes so far.
    pub fn hashes(&self) -> ContentHashes {
        ContentHashes {
            xxh3: self.xxh3.finish_128(),
            sha256: self.sha256.as_ref().map(|it| it.clone().finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::hexadecimal;

    fn hashes(mut hasher: ContentHasher, bytes: &[u8]) -> ContentHashes {
        for part in bytes.chunks(7) {
            hasher.update(part);
        }
        hasher.hashes()
    }

    /// The values that `xxh128sum` and `sha256sum` print.
    #[test]
    fn hashes_are_those_that_other_programs_print() {
        let abc = hashes(ContentHasher::with_sha256(), b"abc");
        assert_eq!(
            format!("{:032x}", abc.xxh3),
            "06b05ab6733a618578af5f94892f3950"
        );
        assert_eq!(
            hexadecimal(&abc.sha256.unwrap()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hashes(ContentHasher::default(), b"abc").sha256, None);
    }

    #[test]
    fn a_source_is_read_to_its_end() {
        let bytes = vec![5; READ_BYTES * 2 + 9];
        let mut hasher = ContentHasher::with_sha256();
        let length = hasher.update_from(bytes.as_slice()).unwrap();
        assert_eq!(length, bytes.len() as u64);
        let expected = hashes(ContentHasher::with_sha256(), &bytes);
        assert_eq!(hasher.hashes(), expected);
    }
}
