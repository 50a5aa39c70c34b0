//! How somebody likes to look at single images.

use serde::{Deserialize, Serialize};

/// What the viewer remembers between runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewerChoices {
    /// Whether the neighbours of the image are shown in a row below it.
    pub is_film_strip_shown: bool,
    /// How long a slide show shows each image.
    pub slide_interval: SlideInterval,
    /// What is behind a transparent image.
    pub backdrop: Backdrop,
    /// What the wheel does.
    pub wheel: WheelChoice,
    /// What a double click does.
    pub double_click: DoubleClickChoice,
    /// It was said that the next image is an older one.
    pub has_told_order: bool,
    /// It was said that turning changes the view and not the file.
    pub has_told_view_only: bool,
}

/// How long a slide show shows each image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlideInterval {
    /// Three seconds.
    Short,
    /// Five seconds.
    #[default]
    Medium,
    /// Ten seconds.
    Long,
}

impl SlideInterval {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Short, Self::Medium, Self::Long];

    /// How long that is.
    pub const fn secs(self) -> u8 {
        match self {
            Self::Short => 3,
            Self::Medium => 5,
            Self::Long => 10,
        }
    }
}

/// What is behind a transparent image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backdrop {
    /// Fields that show what is transparent.
    #[default]
    Checkerboard,
    /// One dark colour.
    Dark,
    /// One light colour.
    Light,
}

impl Backdrop {
    /// The one after this.
    pub const fn next(self) -> Self {
        match self {
            Self::Checkerboard => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::Checkerboard,
        }
    }
}

/// What the wheel does over an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WheelChoice {
    /// It zooms at the pointer.
    #[default]
    Zoom,
    /// It goes to the next image and back.
    Step,
}

/// What a double click on an image does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubleClickChoice {
    /// It shows the whole image, or its actual size there.
    Zoom,
    /// It fills the screen with the image, or gives the screen back.
    FullScreen,
}

impl Default for DoubleClickChoice {
    /// As the viewers do that come with the system.
    fn default() -> Self {
        // Those of GNOME and KDE fill the screen.
        if cfg!(target_os = "linux") {
            Self::FullScreen
        } else {
            Self::Zoom
        }
    }
}
