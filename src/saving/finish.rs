//! The end of a file: on disk, named, and written down.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fetch::Stop;
use super::file_saver::{FileEnd, FileSaver};
use super::target::key_of;
use super::{CopyChanges, Planned, TargetFolder};
use crate::imaging;
use crate::protocol::SaveFailure;
use crate::storage::{
    ContentHasher, ContentHashes, FinishedPart, OnClash, Placed, ResumablePart, StorageError,
    correct_extension, portable_file_name,
};

/// Bytes at the start that tell the type of a file.
const HEAD_BYTES: usize = 512;

impl FileSaver {
    /// Finishes a part whose bytes are all there and right, where blocking is allowed: disks may
    /// be slow, and the one thread has all the network to look after.
    pub(super) async fn finish(
        &self,
        part: ResumablePart,
        planned: &Planned,
        name: String,
        truncated: Option<PathBuf>,
    ) -> Result<FileEnd, Stop> {
        let finishing = Finishing {
            target: Arc::clone(&self.target),
            changes: Arc::clone(&self.changes),
            planned: planned.clone(),
            name,
            clash: self.options.on_clash,
            is_extension_corrected: self.options.is_extension_corrected,
            needs_sha256: self.options.needs_sha256,
            truncated,
        };
        match tokio::task::spawn_blocking(move || finishing.finish(part)).await {
            Ok(end) => end,
            // Whatever takes a hostile file apart may panic: that costs this file.
            Err(error) if error.is_panic() => Err(StorageError::Io {
                path: planned.path.clone(),
                cause: "finishing this file crashed".to_owned(),
            }
            .into()),
            // Only while the program ends.
            Err(_) => Err(Stop::Halted),
        }
    }

    /// Makes the names of what was saved survive a power cut. Once for all files: until then a
    /// cut costs no more than fetching them again, because a row counts only with its file.
    pub(super) async fn sync_folders(&self) {
        let target = Arc::clone(&self.target);
        let sync = move || target.sync();
        if tokio::task::spawn_blocking(sync).await.is_err() {
            tracing::debug!("folders were not synced");
        }
    }

    /// Whether a copy that was saved before still has the position that is to be taken out, or
    /// may have.
    pub(super) async fn has_position(&self, path: &Path) -> bool {
        if !self.changes.is_position_removed {
            return false;
        }
        let path = path.to_path_buf();
        let look = move || {
            let file = std::fs::read(path)?;
            let format = imaging::sniff(file.get(..HEAD_BYTES).unwrap_or(&file));
            Ok::<_, io::Error>(CopyChanges::has_position(&file, format))
        };
        matches!(tokio::task::spawn_blocking(look).await, Ok(Ok(true)))
    }

    /// Gives a file that is there its row; `false` when it cannot be read, or is no image.
    pub(super) async fn write_down(&self, planned: &Planned, path: &Path) -> bool {
        let (target, planned) = (Arc::clone(&self.target), planned.clone());
        let path = path.to_path_buf();
        let hasher = if self.options.needs_sha256 {
            ContentHasher::with_sha256()
        } else {
            ContentHasher::default()
        };
        let write = move || match length_and_hashes(&path, hasher) {
            Ok(Some((length, hashes))) => {
                target.record(&planned, &path, length, hashes);
                true
            }
            _ => false,
        };
        tokio::task::spawn_blocking(write).await.unwrap_or(false)
    }
}

struct Finishing {
    target: Arc<TargetFolder>,
    changes: Arc<CopyChanges>,
    planned: Planned,
    name: String,
    clash: OnClash,
    is_extension_corrected: bool,
    needs_sha256: bool,
    truncated: Option<PathBuf>,
}

impl Finishing {
    fn finish(self, mut part: ResumablePart) -> Result<FileEnd, Stop> {
        let head = part.head(HEAD_BYTES)?;
        let essence = self.planned.upload.essence();
        let format = imaging::sniff(&head);
        let media_type = format.and_then(imaging::media_type).unwrap_or(&essence);
        let name = if self.is_extension_corrected {
            portable_file_name(&correct_extension(&self.name, media_type), media_type)
        } else {
            portable_file_name(&self.name, media_type)
        };
        let part = self.changed(part, format)?;
        let finished = if self.clash == OnClash::Number {
            self.place(part, &name, self.clash)?
        } else {
            self.place_among_ours(part, &name)?
        };
        Ok(self.written_down(finished))
    }

    /// The copy as it is to be kept. What came from the server stays another part until then:
    /// a run that is cut off here must not go on from what was changed.
    fn changed(
        &self,
        mut part: ResumablePart,
        format: Option<&str>,
    ) -> Result<ResumablePart, Stop> {
        if self.changes.are_none() {
            return Ok(part);
        }
        let length = usize::try_from(part.len()).ok();
        let Some(length) = length.filter(|_| CopyChanges::can_hold(part.len())) else {
            if self.changes.is_position_removed {
                part.discard();
                return Err(SaveFailure::PositionStays(CopyChanges::too_long()).into());
            }
            return Ok(part);
        };
        let file = part.head(length)?;
        match self.changes.apply(&file, format, &self.planned) {
            Ok(None) => Ok(part),
            Ok(Some(changed)) => {
                let (folder, _) = self.target.place_of(&self.planned.path)?;
                let mut copy = folder.begin_anew()?;
                let wants = self.needs_sha256.then(|| copy.want_sha256());
                let written = wants.unwrap_or(Ok(())).and_then(|()| copy.write(&changed));
                if let Err(error) = written {
                    copy.discard();
                    return Err(error.into());
                }
                part.discard();
                Ok(copy)
            }
            Err(cause) => {
                part.discard();
                Err(SaveFailure::PositionStays(cause).into())
            }
        }
    }

    fn place(
        &self,
        part: ResumablePart,
        name: &str,
        clash: OnClash,
    ) -> Result<FinishedPart, StorageError> {
        let posted_at = self.planned.upload.uploaded_at;
        part.finish(posted_at, name, clash, self.truncated.as_deref())
    }

    /// One at a time: the next one of this name must know that it was taken by this one. Two
    /// uploads of one name are two files, whatever is to be done about those of others.
    fn place_among_ours(
        &self,
        part: ResumablePart,
        name: &str,
    ) -> Result<FinishedPart, StorageError> {
        let mut ours = self.target.ours();
        let wanted = self.target.parent_of(&self.planned.path).join(name);
        let is_ours = ours.contains(&key_of(&wanted)) || self.target.is_recorded(&wanted);
        let clash = if is_ours { OnClash::Number } else { self.clash };
        let finished = self.place(part, name, clash)?;
        if let Placed::Saved(path) | Placed::AlreadyThere(path) = &finished.placed {
            ours.insert(key_of(path));
        }
        Ok(finished)
    }

    fn written_down(self, finished: FinishedPart) -> FileEnd {
        let FinishedPart {
            placed,
            length,
            hashes,
        } = finished;
        match placed {
            Placed::Saved(path) => {
                self.target.record(&self.planned, &path, length, hashes);
                FileEnd::Saved {
                    is_repair: self.truncated.as_ref() == Some(&path),
                    path,
                    length,
                    sha256: hashes.sha256,
                }
            }
            Placed::AlreadyThere(path) => {
                self.target.record(&self.planned, &path, length, hashes);
                FileEnd::AlreadyThere(path)
            }
            Placed::NameTaken(path) => FileEnd::NameTaken(path),
        }
    }
}

/// `None` for what begins like a web page: then it is not what was saved.
fn length_and_hashes(
    path: &Path,
    mut hasher: ContentHasher,
) -> io::Result<Option<(u64, ContentHashes)>> {
    let mut file = std::fs::File::open(path)?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    (&file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if imaging::looks_like_html(&head) {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(0))?;
    let length = hasher.update_from(file)?;
    Ok(Some((length, hasher.hashes())))
}
