//! Images of the open room that have no picture, and why.

use crate::domain::UploadId;
use crate::protocol::{DownloadError, ImageFailure};
use crate::state::gallery::{FileAccess, Gallery};
use crate::state::rooms::is_final;

/// Whether no other try would bring a picture: the bytes are what the server has, and Salon makes
/// none of them, or they are too many to be looked at.
pub const fn is_hopeless(failure: &ImageFailure) -> bool {
    match failure {
        ImageFailure::Decode(_) => is_final(failure),
        ImageFailure::Download(error) => matches!(error, DownloadError::TooLarge { .. }),
    }
}

impl Gallery {
    /// Why this image has no picture.
    pub fn failure(&self, id: &UploadId) -> Option<&ImageFailure> {
        self.failures.get(id)
    }

    /// How many of the images that are listed, or found, failed.
    pub fn failed_count(&self) -> usize {
        self.listed_failures().count()
    }

    /// How many of them failed for now: another try may bring them.
    pub fn retryable_count(&self) -> usize {
        let failures = self.listed_failures();
        failures.filter(|(_, it)| !is_hopeless(it)).count()
    }

    /// Where those are that never have a picture here, however often they are tried.
    pub fn hopeless(&self) -> Vec<usize> {
        let hopeless = self.listed_failures().filter(|(_, it)| is_hopeless(it));
        let mut positions: Vec<usize> = hopeless.map(|(position, _)| position).collect();
        positions.sort_unstable();
        positions
    }

    /// Those that what was found leaves out are not spoken of.
    fn listed_failures(&self) -> impl Iterator<Item = (usize, &ImageFailure)> {
        let failures = self.failures.iter();
        failures.filter_map(|(id, failure)| Some((self.position(id)?, failure)))
    }

    pub(super) fn retry(&mut self, ids: &[UploadId]) {
        for id in ids {
            self.failures.remove(id);
            self.without_parts.remove(id);
            self.metadata_failures.remove(id);
        }
        self.access = FileAccess::Open;
    }

    pub(super) fn retry_all(&mut self) {
        // The others would be fetched for nothing.
        self.failures.retain(|_, failure| is_hopeless(failure));
        self.without_parts.clear();
        self.metadata_failures.clear();
        self.access = FileAccess::Open;
        self.list_error = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ImageError;

    #[test]
    fn what_would_come_again_as_it_is_is_hopeless() {
        let download = |error| is_hopeless(&ImageFailure::Download(error));
        assert!(download(DownloadError::TooLarge { limit: 1 }));
        assert!(
            !download(DownloadError::Deleted),
            "an administrator may bring it back"
        );
        assert!(!download(DownloadError::WrongLength {
            expected: 2,
            received: 1
        }));
        let decode = |error| is_hopeless(&ImageFailure::Decode(error));
        assert!(decode(ImageError::NotAnImage));
        assert!(!decode(ImageError::TookTooLong));
    }
}
