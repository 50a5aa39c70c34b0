//! SHA-256 of files, for those who ask for it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Upload, UploadId};
use crate::protocol::{Command, ImageFailure};
use crate::state::{AppState, Effect};

/// What is known of the hash of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileDigest {
    /// It was asked for.
    Computing,
    /// In hexadecimal digits.
    Known(String),
    /// The file did not come, or could not be read.
    Failed(ImageFailure),
}

/// Those of a room.
#[derive(Debug, Default)]
pub(super) struct FileDigests(HashMap<UploadId, FileDigest>);

impl FileDigests {
    pub(super) fn of(&self, id: &UploadId) -> Option<&FileDigest> {
        self.0.get(id)
    }
}

impl AppState {
    pub(super) fn compute_sha256(&mut self, upload: Arc<Upload>) -> Vec<Effect> {
        let Some(gallery) = &mut self.gallery else {
            return Vec::new();
        };
        let digests = &mut gallery.digests.0;
        if let Some(FileDigest::Computing | FileDigest::Known(_)) = digests.get(&upload.id) {
            return Vec::new();
        }
        digests.insert(upload.id.clone(), FileDigest::Computing);
        vec![Effect::Send(Command::ComputeSha256(upload))]
    }

    pub(super) fn sha256_computed(
        &mut self,
        upload: &UploadId,
        result: Result<String, ImageFailure>,
    ) -> Vec<Effect> {
        // The room may have been left meanwhile.
        let mut galleries = self.gallery.iter_mut().chain(&mut self.kept);
        let asked = galleries.find_map(|gallery| gallery.digests.0.get_mut(upload));
        if let Some(digest) = asked {
            *digest = match result {
                Ok(text) => FileDigest::Known(text),
                Err(error) => FileDigest::Failed(error),
            };
        }
        Vec::new()
    }
}
