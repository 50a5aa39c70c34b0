//! What lists and their dates have to say.

use super::{UserMessage, images};

impl UserMessage {
    /// A selection was cleared.
    pub fn selection_cleared(count: usize) -> Self {
        Self::new(format!("Selection of {} cleared", images(count)), "")
    }

    /// A day, month or year without images; they begin again at an older day.
    pub fn date_without_images(asked: &str, there: &str) -> Self {
        Self::new(
            format!("No image is from {asked}"),
            format!("The nearest older one is from {there}."),
        )
    }

    /// A day, month or year before the oldest image.
    pub fn date_too_old(asked: &str, there: &str) -> Self {
        Self::new(
            format!("No image is from {asked} or before"),
            format!("The oldest one is from {there}."),
        )
    }

    /// The room changed faster than a date could be found in it.
    pub fn date_not_found(asked: &str) -> Self {
        Self::new(
            format!("{asked} was not found"),
            "The room changes while it is read; go there again in a moment.",
        )
    }

    /// No image of the room says when it was posted.
    pub fn no_dates() -> Self {
        Self::new("There is no image with a date to go to", "")
    }
}
