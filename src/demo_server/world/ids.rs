//! Ids that follow from the seed, in the shapes Meteor makes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use fastrand::Rng;

/// Without the characters people mix up.
const ALPHABET: &[u8; 55] = b"23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz";

/// Letters and digits from a seed.
pub(crate) fn letters(seed: u64, length: usize) -> String {
    let mut rng = Rng::with_seed(seed);
    (0..length)
        .map(|_| letter(rng.usize(0..ALPHABET.len())))
        .collect()
}

/// A 17-character id for the `n`-th thing called `kind`.
pub(crate) fn id(seed: u64, kind: &str, n: u64) -> String {
    letters(mixed(seed, kind, n), 17)
}

/// A number that follows from all three.
pub(crate) fn mixed(seed: u64, kind: &str, n: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, kind, n).hash(&mut hasher);
    hasher.finish()
}

/// A login token: 43 characters of base64url, never the same twice.
pub(crate) fn fresh_token() -> String {
    (0..43)
        .map(|_| {
            let index = fastrand::usize(0..64);
            char::from(
                *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                    .get(index)
                    .unwrap_or(&b'A'),
            )
        })
        .collect()
}

/// The id of an image of the archive; its place can be read from it again.
pub(crate) fn archive_id(seed: u64, index: u32) -> String {
    let mut rest = (index ^ SCATTER) as usize;
    let mut text = "G".to_owned();
    for _ in 0..4 {
        text.push(letter(rest % ALPHABET.len()));
        rest /= ALPHABET.len();
    }
    text.push_str(&letters(mixed(seed, "archive", u64::from(index)), 12));
    text
}

/// The place of an image of the archive.
pub(crate) fn archive_index(seed: u64, id: &str) -> Option<u32> {
    let digits = id.strip_prefix('G')?.as_bytes().get(..4)?;
    let mut scattered = 0_u32;
    for digit in digits.iter().rev() {
        let value = ALPHABET.iter().position(|known| known == digit)?;
        scattered = scattered * 55 + u32::try_from(value).ok()?;
    }
    let index = scattered ^ SCATTER;
    (archive_id(seed, index) == id).then_some(index)
}

/// Neighbours in the archive should not look like neighbours.
const SCATTER: u32 = 0x2_a5c3;

fn letter(index: usize) -> char {
    char::from(ALPHABET.get(index).copied().unwrap_or(b'2'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_archive_image_can_be_read_from_its_id() {
        for index in [0, 1, 99_999, 54_321] {
            let id = archive_id(7, index);
            assert_eq!(id.len(), 17);
            assert_eq!(archive_index(7, &id), Some(index));
            assert_eq!(archive_index(8, &id), None);
        }
        assert_eq!(archive_index(7, "Gzzzz"), None);
    }
}
