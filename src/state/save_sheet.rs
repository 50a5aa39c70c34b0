//! A save that is being prepared: where to, how, and what it would do.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::{ByteCount, Room};
use crate::protocol::{SaveChoices, SaveOrder, SaveSelection, SaveSurvey, SurveyError};

/// See the [module documentation](self).
#[derive(Debug)]
pub struct SaveSheet {
    /// The room the images are from.
    pub room: Room,
    /// Which of them.
    pub selection: SaveSelection,
    /// How many.
    pub count: usize,
    /// How large they are, as far as that is known.
    pub bytes: ByteCount,
    /// Into which folder.
    pub folder: PathBuf,
    /// Bumped when the folder was picked in the system's dialog.
    pub n_picks: u64,
    /// The system has no dialog for folders.
    pub has_no_dialog: bool,
    /// How.
    pub choices: SaveChoices,
    /// The last answer to what the save would do; of an earlier folder or choice as long as the
    /// next one is not there.
    pub survey: Option<Result<Box<SaveSurvey>, SurveyError>>,
    /// The question whose answer counts.
    asked: u64,
    is_asking: bool,
    /// Begin as soon as the next answer allows it.
    is_confirmed: bool,
}

/// Where a save goes and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveTarget {
    /// Into which folder.
    pub folder: PathBuf,
    /// How.
    pub choices: SaveChoices,
}

impl SaveSheet {
    pub(super) fn new(
        room: Room,
        chosen: (SaveSelection, usize, ByteCount),
        target: SaveTarget,
    ) -> Self {
        let (selection, count, bytes) = chosen;
        Self {
            room,
            selection,
            count,
            bytes,
            folder: target.folder,
            n_picks: 0,
            has_no_dialog: false,
            choices: target.choices,
            survey: None,
            asked: 0,
            is_asking: false,
            is_confirmed: false,
        }
    }

    /// What the save would be.
    pub(super) fn order(&self) -> SaveOrder {
        SaveOrder {
            room: Box::new(self.room.clone()),
            selection: self.selection.clone(),
            folder: self.folder.clone(),
            choices: self.choices.clone(),
        }
    }

    /// Only the answer to this question counts from now on.
    pub(super) const fn ask(&mut self, question: u64) {
        self.asked = question;
        self.is_asking = true;
        self.is_confirmed = false;
    }

    /// Takes an answer in; whether the save may begin now because the person wanted it to.
    pub(super) fn answer(
        &mut self,
        question: u64,
        answer: Result<Box<SaveSurvey>, SurveyError>,
    ) -> bool {
        if question != self.asked {
            return false;
        }
        self.survey = Some(answer);
        self.is_asking = false;
        std::mem::take(&mut self.is_confirmed) && !self.is_refused()
    }

    /// The person wants to begin; whether that may be now. What is refused by the answer to an
    /// older question waits for the next one.
    pub(super) fn confirm(&mut self) -> bool {
        let may_begin = !self.is_refused();
        self.is_confirmed = !may_begin && self.is_asking;
        may_begin
    }

    /// The survey, if there is one.
    pub fn known(&self) -> Option<&SaveSurvey> {
        self.survey.as_ref()?.as_deref().ok()
    }

    /// Why there is no survey.
    pub fn problem(&self) -> Option<&SurveyError> {
        self.survey.as_ref()?.as_ref().err()
    }

    /// By how much it does not fit on the disk.
    pub fn lack(&self) -> Option<ByteCount> {
        self.known()?.lack
    }

    /// Whether it cannot work out, as far as is known.
    pub fn is_refused(&self) -> bool {
        self.problem().is_some() || self.lack().is_some()
    }

    /// How many images will be saved: the survey has looked at those that are listed.
    pub fn total(&self) -> usize {
        let surveyed = self.known().map_or(0, |survey| survey.count);
        self.count.max(surveyed)
    }

    /// Whether the numbers but the total are about a part of the images.
    pub fn is_partial(&self) -> bool {
        match self.known() {
            Some(survey) => survey.is_partial || survey.count < self.count,
            None => match &self.selection {
                SaveSelection::Uploads(_) => false,
                SaveSelection::WholeRoom { listing, .. } | SaveSelection::News { listing } => {
                    !listing.is_complete()
                }
            },
        }
    }

    /// How long it will take at so many bytes a second.
    pub fn time_needed(&self, bytes_per_second: Option<u64>) -> Option<Duration> {
        let missing = self.known()?.missing_bytes.0;
        let secs = missing.checked_div(bytes_per_second?)?;
        (missing > 0).then(|| Duration::from_secs(secs.max(1)))
    }
}
