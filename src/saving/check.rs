//! Whether a copy of an upload is in the folder, as far as that shows without fetching it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Planned, TargetFolder};
use crate::domain::{ByteCount, UploadId};
use crate::storage::{FoundFiles, OnClash, SavedFile};

/// What is known of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is there as it was written.
    There(PathBuf),
    /// It is there, and nobody wrote down that it was saved.
    Unrecorded(PathBuf),
    /// It was there, and has lost its end since.
    Truncated(PathBuf),
    /// Another file has the name, and is to be left alone.
    NameTaken(PathBuf),
    /// There is none.
    Missing,
}

impl Presence {
    /// Whether nothing need be fetched.
    pub const fn is_settled(&self) -> bool {
        matches!(
            self,
            Self::There(_) | Self::Unrecorded(_) | Self::NameTaken(_)
        )
    }
}

/// Something to save, and what is there of it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What to save.
    pub planned: Planned,
    /// What is there.
    pub presence: Presence,
    /// How much of it an earlier run left.
    pub part_bytes: ByteCount,
}

impl Checked {
    /// How many bytes are to come, as far as the listing says.
    pub fn missing(&self) -> ByteCount {
        match self.planned.upload.size {
            Some(size) if !self.presence.is_settled() => size,
            _ => ByteCount(0),
        }
    }

    /// How many more bytes of the disk it will take.
    pub fn needed(&self) -> ByteCount {
        ByteCount(self.missing().0.saturating_sub(self.part_bytes.0))
    }
}

impl TargetFolder {
    /// Looks whether a copy is there: where it was saved by what was written down, else by name,
    /// length and time.
    pub fn check(&self, planned: Planned, on_clash: OnClash) -> Checked {
        let presence = self.presence(&planned, on_clash);
        let part_bytes = ByteCount(match &presence {
            presence if presence.is_settled() => 0,
            _ => self.part_length(&planned),
        });
        Checked {
            planned,
            presence,
            part_bytes,
        }
    }

    fn presence(&self, planned: &Planned, on_clash: OnClash) -> Presence {
        let upload = &planned.upload;
        let recorded = by_record(&self.copies_at_start(&upload.id));
        if recorded != Presence::Missing {
            return recorded;
        }
        let found = self.found(&self.parent_of(&planned.path));
        if let Some(path) = self.unclaimed(planned, &found) {
            return Presence::Unrecorded(path);
        }
        if on_clash == OnClash::Skip
            && let Some(path) = self.taken_name(&planned.path)
        {
            return Presence::NameTaken(path);
        }
        Presence::Missing
    }

    /// Whether a copy was written down when the folder was opened, and is there as it was.
    pub fn has_copy(&self, upload: &UploadId) -> bool {
        matches!(by_record(&self.copies_at_start(upload)), Presence::There(_))
    }

    /// A copy that nobody wrote down and no other upload has.
    fn unclaimed(&self, planned: &Planned, found: &FoundFiles) -> Option<PathBuf> {
        let upload = &planned.upload;
        let (size, posted_at) = (upload.size?, upload.uploaded_at?);
        let name = planned.path.file_name().unwrap_or_default();
        let copies = found.copies(&name.to_string_lossy(), size.0, posted_at);
        let mut unclaimed = copies.into_iter().filter(|path| self.claim(path));
        unclaimed.next().map(Path::to_path_buf)
    }

    /// The same by what is in the folder now: another process may be about to write it down.
    pub(super) fn found_now(&self, planned: &Planned) -> Option<PathBuf> {
        let found = FoundFiles::of(&self.parent_of(&planned.path));
        self.unclaimed(planned, &found)
    }

    /// The same by what is written down now: another process may have saved it meanwhile.
    pub(super) fn recorded_now(&self, planned: &Planned) -> Presence {
        by_record(&self.copies_now(&planned.upload.id))
    }
}

/// A row without its file does not count. One that is longer than it was is somebody's own work
/// by now.
pub(super) fn by_record(rows: &[SavedFile]) -> Presence {
    let mut truncated = None;
    for row in rows {
        match fs::metadata(&row.path) {
            Ok(file) if file.is_file() && file.len() == row.size.0 => {
                return Presence::There(row.path.clone());
            }
            Ok(file) if file.is_file() && file.len() < row.size.0 => {
                truncated.get_or_insert_with(|| row.path.clone());
            }
            _ => {}
        }
    }
    truncated.map_or(Presence::Missing, Presence::Truncated)
}
