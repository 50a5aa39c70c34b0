//! Messages, as far as they tell of images.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use super::lenient;

/// A message of a room's stream.
#[derive(Debug, Default, Deserialize)]
pub(in crate::rocketchat) struct MessageWire {
    #[serde(rename = "_id")]
    pub(in crate::rocketchat) id: String,
    /// Kind of a message of the system, `"rm"`: removed.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) t: Option<String>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) ts: Option<Timestamp>,
    #[serde(rename = "_updatedAt", default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::part")]
    file: Option<FileWire>,
    #[serde(default, deserialize_with = "lenient::part")]
    files: Option<Vec<FileWire>>,
    #[serde(default, deserialize_with = "lenient::part")]
    attachments: Option<Vec<AttachmentWire>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileWire {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    type_group: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AttachmentWire {
    #[serde(default, deserialize_with = "lenient::text")]
    title_link: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    image_url: Option<String>,
}

impl MessageWire {
    /// The images in it: ids of uploads, and where an old server names none, their addresses.
    pub(in crate::rocketchat) fn images(&self) -> BTreeSet<String> {
        let files = self.files.iter().flatten().chain(&self.file);
        let images: BTreeSet<String> = files
            .filter(|file| file.is_image())
            .map(|file| file.id.clone())
            .collect();
        if !images.is_empty() {
            return images;
        }
        // An address elsewhere is a picture that somebody linked to.
        let attached = self.attachments.iter().flatten();
        let uploaded = attached
            .filter(|attachment| attachment.image_url.is_some())
            .filter_map(|attachment| attachment.title_link.clone())
            .filter(|link| link.contains("file-upload/"));
        uploaded.collect()
    }
}

impl FileWire {
    fn is_image(&self) -> bool {
        let media_type = self.media_type.as_deref().unwrap_or_default();
        media_type.starts_with("image/") && self.type_group.as_deref() != Some("thumb")
    }
}
