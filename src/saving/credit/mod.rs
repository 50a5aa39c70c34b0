//! Copies that say who posted them, when, and where to find that.

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::embedded::{Container, CopyError, Extended, Extension, XmpPlace, extended, new_packet};
use crate::imaging::read_metadata;

/// What a copy shall say of itself, as XMP that other programs read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Credit<'a> {
    /// `dc:creator`: who posted it.
    pub author: Option<&'a str>,
    /// `dc:date`; also `photoshop:DateCreated` when the file does not say when it was taken.
    pub posted_at: Option<Timestamp>,
    /// `dc:source`: the address of the message or the room.
    pub link: Option<&'a str>,
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Credited {
    /// The file with its credit. Pixels and other fields are as they were.
    Copy(Vec<u8>),
    /// The file is left as it is.
    LeftAlone(LeftAlone),
}

/// Why a file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftAlone {
    /// It says all of that already, or names others: what is there is never replaced.
    NothingToAdd,
    /// Its packet asks not to be changed.
    ReadOnly,
    /// Its packet cannot be read, or not be extended safely.
    StrangePacket,
    /// The packet would be too long for its place, or move other pictures in the file.
    NoRoom,
}

/// The file with XMP that says who posted it, when and where. JPEG, PNG and WebP.
///
/// A packet that is there is kept and extended. Whoever made the picture stays its author: a
/// `dc:creator`, or an artist in the EXIF fields, is not replaced by who posted it.
///
/// # Errors
/// When the file is of another format or damaged.
pub fn with_credit(file: &[u8], credit: &Credit<'_>) -> Result<Credited, CopyError> {
    let mut container = Container::open(file)?;
    let known = read_metadata(file);
    let time = credit.posted_at.map(|time| time.to_string());
    let extension = Extension {
        author: filled(credit.author).filter(|_| known.artist.is_none()),
        posted_at: time.as_deref(),
        link: filled(credit.link),
        is_made_then: known.taken_at.is_none(),
    };
    let packet = match container.xmp() {
        Some(packet) => extended(&packet, extension),
        None => new_packet(extension).map_or(Extended::NothingToAdd, Extended::Packet),
    };
    let left_alone = match packet {
        Extended::Packet(packet) => match container.set_xmp(&packet) {
            XmpPlace::Written => return Ok(Credited::Copy(container.close())),
            XmpPlace::NoRoom => LeftAlone::NoRoom,
        },
        Extended::NothingToAdd => LeftAlone::NothingToAdd,
        Extended::ReadOnly => LeftAlone::ReadOnly,
        Extended::Strange => LeftAlone::StrangePacket,
    };
    Ok(Credited::LeftAlone(left_alone))
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
