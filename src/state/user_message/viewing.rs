//! What viewer and comparison have to say.

use super::{UserMessage, images};

impl UserMessage {
    /// Another number of images is chosen than can be compared.
    pub fn cannot_compare(count: usize) -> Self {
        let headline = match count {
            0 => "No image is selected".to_owned(),
            1 => "Only one image is selected".to_owned(),
            _ => format!("{} are selected", images(count)),
        };
        let advice = if count < 2 {
            "Select 2 to 4 images to compare them, for example with Ctrl and a click on each."
        } else {
            "At most 4 can be compared: take some out of the selection, with Ctrl and a click."
        };
        Self::new(headline, advice)
    }

    /// An image that is to be compared is not known yet.
    pub fn compared_is_not_listed() -> Self {
        Self::new(
            "The selected images are still being listed",
            "Compare them once their tiles show pictures.",
        )
    }

    /// The first step in the viewer.
    pub fn order_of_images() -> Self {
        Self::new(
            "Next is the older image",
            "The order is that of the grid, the newest first. Left goes back to newer ones.",
        )
    }

    /// The first time that an image was turned.
    pub fn turned_view_only() -> Self {
        Self::new(
            "Only the view is turned",
            "The file stays as it is, here and on the server, and is saved as it is.",
        )
    }

    /// A slide show came to its end.
    pub fn slide_show_over() -> Self {
        Self::new(
            "The slide show is over",
            "That was the last image. P starts again with the first one.",
        )
    }
}
