//! When a room counts as saved without a gap.

use super::JobReport;
use crate::protocol::SaveFailure;
use crate::rocketchat::DownloadError;

/// Whether nothing is missing of what was to be saved: the next time only what is newer is.
///
/// What was deleted on the server will not come with the next one either; but a server
/// that says so of everything has lost its storage.
pub fn is_without_gap(n_there: usize, n_left_out: usize, failures: &[&SaveFailure]) -> bool {
    let is_gone =
        |failure: &&SaveFailure| matches!(failure, SaveFailure::Download(DownloadError::Deleted));
    n_left_out == 0 && (failures.is_empty() || (n_there > 0 && failures.iter().all(is_gone)))
}

impl JobReport {
    /// Whether nothing is missing of what was to be saved.
    pub fn is_without_gap(&self) -> bool {
        let failures: Vec<_> = self.failed.iter().map(|(_, failure)| failure).collect();
        let n_there = self.saved_count + self.there_count;
        self.left_count == 0 && is_without_gap(n_there, self.taken_count, &failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELETED: SaveFailure = SaveFailure::Download(DownloadError::Deleted);
    const EMPTY: SaveFailure = SaveFailure::Download(DownloadError::Empty);

    #[test]
    fn only_what_was_deleted_may_be_missing_and_not_all_of_it() {
        assert!(is_without_gap(0, 0, &[]));
        assert!(is_without_gap(5, 0, &[&DELETED]));
        assert!(!is_without_gap(0, 0, &[&DELETED]));
        assert!(!is_without_gap(5, 0, &[&DELETED, &EMPTY]));
        assert!(!is_without_gap(5, 1, &[]));
    }
}
