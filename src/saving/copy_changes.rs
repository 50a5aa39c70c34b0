//! What is changed in copies before they get their names: nothing, unless somebody asks.

use super::credit::{Credit, Credited, with_credit};
use super::privacy::without_position;
use super::{CopyError, Planned};
use crate::domain::Person;

/// Larger files are not changed: that takes three times as much memory.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// Formats that have no place for a position. Of all others nobody knows.
const WITHOUT_METADATA: [&str; 8] = ["BMP", "ICO", "CUR", "QOI", "PNM", "TGA", "HDR", "farbfeld"];

/// How XMP begins in a GIF.
const XMP_IN_GIF: &[u8] = b"XMP DataXMP";

/// What to change in copies.
#[derive(Debug, Clone, Default)]
pub struct CopyChanges {
    /// Positions are taken out. A file that may hold one and cannot be changed is not saved.
    pub is_position_removed: bool,
    /// The address of the room: copies say where they come from, who posted them and when. A
    /// file that cannot be changed stays as it is.
    pub credit_link: Option<String>,
}

impl CopyChanges {
    /// Whether copies stay as they are.
    pub const fn are_none(&self) -> bool {
        !self.is_position_removed && self.credit_link.is_none()
    }

    /// Whether a file of this length can be changed at all.
    pub(super) const fn can_hold(len_bytes: u64) -> bool {
        len_bytes <= MAX_BYTES
    }

    /// Why a position could not be taken out of a file that is too long.
    pub(super) fn too_long() -> String {
        format!("it is larger than {} MB", MAX_BYTES / 1_000_000)
    }

    /// Whether a file holds a position, or may hold one.
    pub(super) fn has_position(file: &[u8], format: Option<&str>) -> bool {
        !matches!(position_removed(file, format), Ok(None))
    }

    /// The changed file; `None` when it stays as it is.
    ///
    /// # Errors
    ///
    /// Why its position, if it has one, cannot be taken out.
    pub(super) fn apply(
        &self,
        file: &[u8],
        format: Option<&str>,
        planned: &Planned,
    ) -> Result<Option<Vec<u8>>, String> {
        let mut changed = None;
        if self.is_position_removed {
            changed = position_removed(file, format)?;
        }
        if let Some(link) = &self.credit_link {
            let upload = &planned.upload;
            let person = upload.uploader.as_ref();
            let credit = Credit {
                author: person.map(Person::display_name),
                posted_at: upload.uploaded_at,
                link: Some(link),
            };
            match with_credit(changed.as_deref().unwrap_or(file), &credit) {
                Ok(Credited::Copy(copy)) => changed = Some(copy),
                Ok(Credited::LeftAlone(why)) => {
                    tracing::debug!(id = %upload.id, ?why, "a copy has no credit");
                }
                Err(error) => tracing::debug!(id = %upload.id, %error, "a copy has no credit"),
            }
        }
        Ok(changed)
    }
}

fn position_removed(file: &[u8], format: Option<&str>) -> Result<Option<Vec<u8>>, String> {
    match without_position(file) {
        Ok(changed) => Ok(changed),
        Err(CopyError::OtherFormat) => {
            let has_none = match format {
                Some("GIF") => memchr::memmem::find(file, XMP_IN_GIF).is_none(),
                Some(format) => WITHOUT_METADATA.contains(&format),
                None => false,
            };
            let refusal = || CopyError::OtherFormat.to_string();
            has_none.then_some(None).ok_or_else(refusal)
        }
        Err(error) => Err(error.to_string()),
    }
}
