//! Copies without the place where they were taken.

#[cfg(test)]
mod tests;

use super::embedded::{Container, CopyError};
use crate::imaging::read_metadata;

/// The file without its position: no GPS fields in EXIF, none in XMP. `None` when it has none,
/// and then nothing needs to be written.
///
/// JPEG, PNG and WebP. Pixels and all other fields stay as they are, so does what a phone put
/// behind the picture, except for the position of a film there. What a person wrote (a caption,
/// the name of a town) is not a position, nor is what only the maker of the camera understands.
///
/// Needs three times the file in memory for a moment.
///
/// # Errors
/// When the file is of another format, or damaged so that nobody could be sure that no position
/// is left.
pub fn without_position(file: &[u8]) -> Result<Option<Vec<u8>>, CopyError> {
    let mut container = Container::open(file)?;
    if !container.remove_position()? {
        // Such as one that the reader finds where none is expected.
        return match read_metadata(file).position {
            Some(_) => Err(CopyError::Stuck("it is not where it should be")),
            None => Ok(None),
        };
    }
    let copy = container.close();
    match read_metadata(&copy).position {
        Some(_) => Err(CopyError::Stuck("it is there twice")),
        None => Ok(Some(copy)),
    }
}
