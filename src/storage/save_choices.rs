//! How a room is saved: names, what is written beside the files, what is changed in copies.

use serde::{Deserialize, Serialize};

/// The default template: original names.
const ORIGINAL_NAME: &str = "{name}";

/// How to save, as a person chose it for a room. Remembered in the settings, and with each save
/// that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a box to tick, independent of the others"
)]
pub struct SaveChoices {
    /// Names and sub-folders, see `saving::template`.
    pub template: String,
    /// What to do where another file has the name.
    pub on_clash: ClashRule,
    /// Whether an extension that contradicts the content is corrected.
    pub corrects_extensions: bool,
    /// A JSON file beside each.
    pub has_sidecars: bool,
    /// One `index.json` for the folder.
    pub has_index: bool,
    /// One `index.html` for the folder.
    pub has_page: bool,
    /// Copies without position.
    pub strips_position: bool,
    /// Copies that say who posted them.
    pub has_credit: bool,
}

impl SaveChoices {
    /// Whether SHA-256 of each file is written beside it.
    pub const fn needs_sha256(&self) -> bool {
        self.has_sidecars || self.has_index || self.has_page
    }

    /// Whether links to the server are written beside the copies, or into them.
    pub const fn has_links(&self) -> bool {
        self.has_sidecars || self.has_index || self.has_page || self.has_credit
    }

    /// Whether it must be known who posted an image before it can be saved.
    pub fn need_names(&self) -> bool {
        self.has_links() || self.template.contains("{user}")
    }
}

impl Default for SaveChoices {
    fn default() -> Self {
        Self {
            template: ORIGINAL_NAME.to_owned(),
            on_clash: ClashRule::Number,
            corrects_extensions: false,
            has_sidecars: false,
            has_index: false,
            has_page: false,
            strips_position: false,
            has_credit: false,
        }
    }
}

/// What to do where another file has the name. The same upload is never saved twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClashRule {
    /// The new file gets a number.
    #[default]
    Number,
    /// The new file is left out.
    Skip,
    /// The other file is replaced.
    Overwrite,
    /// The person is asked once, when it happens first.
    Ask,
}
