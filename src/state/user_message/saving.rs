//! Saves: what ends them, what failed, what can go on.

use super::{UserMessage, download, grouped, images, storage};
use crate::domain::{ByteCount, Room, RoomKind, safe_display_name};
use crate::protocol::{SaveFailure, SaveProgress, SurveyError};

impl UserMessage {
    /// Another search took the place of the one whose matches were to be saved.
    pub fn search_ended_before_saving() -> Self {
        Self::new(
            "Nothing was saved",
            "The search ended before all of its images were listed.",
        )
    }

    /// A save waits for the list.
    pub fn listing_before_saving(count: usize) -> Self {
        Self::new(
            format!("Listing {} before they are saved", images(count)),
            "Saving begins by itself; stay in this room until then.",
        )
    }
}

/// Why one file of a save failed.
pub fn save(failure: &SaveFailure) -> UserMessage {
    match failure {
        SaveFailure::Download(error) => download(error),
        SaveFailure::Storage(error) => storage(error),
        SaveFailure::NotAnImage => UserMessage::new(
            "The file is not an image",
            "Its content does not match its name, so it was not saved.",
        ),
        SaveFailure::PositionStays(cause) => UserMessage::new(
            "Its position cannot be taken out",
            format!("It was not saved: {cause}. To have it all the same, save it as it is."),
        ),
        SaveFailure::DoesNotFit(lack) => does_not_fit(*lack),
        SaveFailure::Template(problem) => template(problem),
    }
}

/// Why it is not known what a save would do.
pub fn survey(error: &SurveyError) -> UserMessage {
    match error {
        SurveyError::Template(problem) => template(problem),
        SurveyError::Storage(error) => storage(error),
    }
}

/// There is not enough space for what is to be saved.
pub fn does_not_fit(lack: ByteCount) -> UserMessage {
    UserMessage::new(
        format!("The disk is too small: {lack} are missing"),
        "Free some space, choose a folder on another disk, or save fewer images.",
    )
}

/// A template that cannot be understood; the problem is a sentence without a full stop.
fn template(problem: &str) -> UserMessage {
    UserMessage::new(
        "The names of the files cannot be made",
        format!("{}.", problem.trim_end_matches('.')),
    )
}

/// A save of an earlier run can go on.
pub fn save_to_resume(room: &Room, progress: &SaveProgress) -> UserMessage {
    let title = safe_display_name(&room.title);
    let hash = if room.kind == RoomKind::Channel {
        "#"
    } else {
        ""
    };
    let done = grouped(progress.saved_count);
    let failed = match progress.failed_count {
        0 => "The rest is saved when you resume it.".to_owned(),
        count => format!(
            "{} failed; they are tried again when you resume it.",
            images(count)
        ),
    };
    UserMessage::new(
        format!(
            "A save of {hash}{title} stopped at {done} of {}",
            grouped(progress.total_count.max(progress.saved_count))
        ),
        failed,
    )
}

/// Several saves of earlier runs can go on.
pub fn saves_to_resume(count: usize) -> UserMessage {
    UserMessage::new(
        format!("{} saves stopped before they were complete", grouped(count)),
        "The rest is saved when you resume them.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_a_save_is_said_with_what_to_do() {
        let lack = ByteCount(3_200_000_000);
        let message = save(&SaveFailure::DoesNotFit(lack));
        assert!(message.headline.contains("3.2 GB"), "{message:?}");
        assert_eq!(message, does_not_fit(lack));
        let problem = "The template is empty. Write {name} to keep the original names";
        let message = save(&SaveFailure::Template(problem.to_owned()));
        assert_eq!(message.advice, format!("{problem}."));
        let error = SurveyError::Template(problem.to_owned());
        assert_eq!(survey(&error), message);
    }
}
