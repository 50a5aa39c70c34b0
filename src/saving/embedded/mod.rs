//! What is written into the files themselves: where it stands, and how to change it without
//! touching the pixels.
//!
//! The containers are taken apart and put together by `img-parts`. The EXIF fields are changed
//! in place by [`exif`]: no byte moves in its block, so that maker notes and previews, which
//! say where they are by position, stay readable. Crates that write EXIF lay it out anew.

mod container;
mod exif;
mod jpeg;
mod packet;
mod png_text;
mod webp;

pub(super) use container::{Container, XmpPlace};
pub(super) use packet::{Extended, Extension, extended, new_packet};

use thiserror::Error;

/// Why a copy cannot be changed. The file that was given is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CopyError {
    /// Neither JPEG nor PNG nor WebP.
    #[error("only JPEG, PNG and WebP files can be changed")]
    OtherFormat,
    /// Its structure cannot be followed to the end.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// A position that cannot be taken out without breaking something else.
    #[error("its position is kept in a way that cannot be taken out: {0}")]
    Stuck(&'static str),
}

fn after<'a>(bytes: &'a mut [u8], prefix: &[u8]) -> Option<&'a mut [u8]> {
    bytes
        .starts_with(prefix)
        .then(|| bytes.get_mut(prefix.len()..))
        .flatten()
}
