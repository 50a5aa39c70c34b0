//! What is remembered between runs. Never a secret.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{SaveChoices, ViewerChoices};
use crate::domain::ByteCount;

/// Some 60,000 thumbnails of the usual size.
const THUMBNAIL_CACHE: ByteCount = ByteCount(1 << 30);

/// Everything remembered between runs, in one small JSON file.
///
/// Unknown fields are ignored and missing ones take their default, so that an older and a
/// newer version can share the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light, dark, or as the system says.
    pub theme: ThemeChoice,
    /// Wanted edge of a tile in points.
    pub tile_edge_points: f32,
    /// Square tiles or whole images.
    pub grid_layout: GridLayoutChoice,
    /// Whether the details panel is open.
    pub is_panel_open: bool,
    /// How single images are looked at.
    pub viewer: ViewerChoices,
    /// Size of the window in points, when it was closed.
    pub window_size: Option<[f32; 2]>,
    /// Accounts that signed in here, the last one first. The keyring cannot be listed on
    /// every system, so their names are kept here and only the secret there.
    pub accounts: Vec<KnownAccount>,
    /// The address to offer when nobody is signed in.
    pub last_server: Option<String>,
    /// How much of the disk thumbnails may take for each account.
    #[serde(with = "bytes")]
    pub thumbnail_cache: ByteCount,
    /// What shows a message.
    pub message_app: MessageApp,
    /// Where the last folder of a room is, by room id, per account (`key()`).
    pub save_folders: BTreeMap<String, BTreeMap<String, PathBuf>>,
    /// How each room was saved last, by [`KnownAccount::key`] and room id.
    pub save_choices: BTreeMap<String, BTreeMap<String, SaveChoices>>,
    /// How a room was saved last: what a room that was never saved begins with.
    pub last_save_choices: SaveChoices,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            tile_edge_points: 168.0,
            grid_layout: GridLayoutChoice::Square,
            is_panel_open: false,
            viewer: ViewerChoices::default(),
            window_size: None,
            accounts: Vec::new(),
            last_server: None,
            thumbnail_cache: THUMBNAIL_CACHE,
            message_app: MessageApp::default(),
            save_folders: BTreeMap::new(),
            save_choices: BTreeMap::new(),
            last_save_choices: SaveChoices::default(),
        }
    }
}

/// A number of bytes as a plain number.
mod bytes {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::domain::ByteCount;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(
        bytes: &ByteCount,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(bytes.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ByteCount, D::Error> {
        u64::deserialize(deserializer).map(ByteCount)
    }
}

/// An account that signed in on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// Base address of the server.
    pub server: String,
    /// User id.
    pub user_id: String,
    /// User name, to be shown and offered.
    pub username: String,
    /// The room that was open last.
    #[serde(default)]
    pub last_room: Option<String>,
}

impl KnownAccount {
    /// What names this account in settings, keyring and caches: `<user id>@<server>`.
    pub fn key(&self) -> String {
        format!("{}@{}", self.user_id, self.server)
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// What shows a message of the chat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageApp {
    /// The web client, in the browser.
    #[default]
    Browser,
    /// The official app of this machine.
    RocketChat,
}

/// How the grid shows images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridLayoutChoice {
    /// Square tiles, images cropped to fill them.
    #[default]
    Square,
    /// Rows of whole images of one height.
    Whole,
}
