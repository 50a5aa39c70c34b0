//! How the demo server is started.

use std::path::PathBuf;

use jiff::Timestamp;

use super::quirks::Quirks;

/// What to start.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// 0 takes any free port.
    pub port: u16,
    /// Where the server is mounted, such as "chat"; `None` is the root.
    pub sub_path: Option<String>,
    /// The same seed gives the same rooms, ids, names and pictures.
    pub seed: u64,
    /// How much there is to look at.
    pub library: LibraryChoice,
    /// The images of this folder are one more room, `#corpus`: byte for byte, as on a server
    /// that does not turn images upright, each posted when its file was written.
    pub images: Option<PathBuf>,
    /// What the library counts back from. `None` is the hour in which the server starts.
    pub newest: Option<Timestamp>,
    /// Where this server differs from the newest one.
    pub quirks: Quirks,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            port: 0,
            sub_path: None,
            seed: 7,
            library: LibraryChoice::Full,
            images: None,
            newest: None,
            quirks: Quirks::default(),
        }
    }
}

/// How much there is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LibraryChoice {
    /// Every room, among them one of 100,000 images.
    Full,
    /// The same rooms with at most 40 images in each. `#formats` stays whole.
    Small,
}

/// A setting with two positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// In force.
    On,
    /// Not in force.
    Off,
}

impl Switch {
    /// Whether the setting is in force.
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}
