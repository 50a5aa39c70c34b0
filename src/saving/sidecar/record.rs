//! All that is known of one saved image, as it stands in the JSON files.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{MessageId, MessagePlace, PixelSize, Room, ServerUrl, Upload, links};
use crate::saving::template::PortablePath;
use crate::storage::hexadecimal;

/// One image that lies on disk now.
#[derive(Debug, Clone, Copy)]
pub struct SavedImage<'a> {
    /// As the server describes it.
    pub upload: &'a Upload,
    /// Where it was posted.
    pub room: &'a Room,
    /// On which server, as others find it.
    pub server: &'a ServerUrl,
    /// With which message, when that is known.
    pub message: Option<&'a MessageId>,
    /// Where it lies, from the folder that was saved to.
    pub path: &'a PortablePath,
    /// Of the file on disk.
    pub size_bytes: u64,
    /// Of the file on disk.
    pub sha256: [u8; 32],
    /// As the file says; else what the server said is taken.
    pub dimensions: Option<PixelSize>,
}

/// One image in the JSON files. A field that is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRecord {
    /// Of the upload; what two records of the same image have in common.
    pub id: String,
    /// Where the file lies, with `/`, from the folder that was saved to.
    pub file: String,
    /// As the server has it.
    pub original_name: String,
    /// RFC 3339, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_at: Option<String>,
    /// Who posted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<PersonRecord>,
    /// Where.
    pub room: RoomRecord,
    /// The address of the server, as others find it.
    pub server: String,
    /// To the message in the web client, else to the room.
    pub link: String,
    /// As declared by the uploader.
    pub media_type: String,
    /// Of the file on disk.
    pub size_bytes: u64,
    /// As the server said; differs when the copy was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_size_bytes: Option<u64>,
    /// Columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Of the file on disk, in hexadecimal digits.
    pub sha256: String,
    /// Caption or alternative text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When the server last changed what it says of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// The format that the server found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified_format: Option<String>,
    /// Where the server keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// Its path on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_path: Option<String>,
    /// The server's mark of this content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What others added.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Somebody in the JSON files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// Of the server.
    pub id: String,
    /// The handle, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The real name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A room in the JSON files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRecord {
    /// Of the server.
    pub id: String,
    /// As people see it.
    pub name: String,
    /// In the web client.
    pub link: String,
}

impl From<&SavedImage<'_>> for ImageRecord {
    fn from(saved: &SavedImage<'_>) -> Self {
        let upload = saved.upload;
        let room_link = links::room_link(saved.server, saved.room);
        let size = saved.dimensions.or(upload.dimensions);
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        Self {
            id: upload.id.to_string(),
            file: saved.path.to_string(),
            original_name: upload.name.clone(),
            posted_at: text(upload.uploaded_at),
            uploader: PersonRecord::of(upload),
            link: saved.message.map_or_else(
                || room_link.clone(),
                |message| {
                    let place = MessagePlace {
                        message: message.clone(),
                        thread: None,
                    };
                    links::message_link(saved.server, saved.room, &place)
                },
            ),
            room: RoomRecord {
                id: saved.room.id.to_string(),
                name: saved.room.title.clone(),
                link: room_link,
            },
            server: saved.server.to_string(),
            media_type: upload.media_type.clone(),
            size_bytes: saved.size_bytes,
            server_size_bytes: upload.size.map(|size| size.0),
            width: size.map(|size| size.width),
            height: size.map(|size| size.height),
            sha256: hexadecimal(&saved.sha256),
            description: upload.description.clone(),
            updated_at: text(upload.updated_at),
            identified_format: upload.identified_format.clone(),
            store: upload.store.clone(),
            server_path: upload.path.clone(),
            etag: upload.etag.clone(),
            others: Map::new(),
        }
    }
}

impl PersonRecord {
    fn of(upload: &Upload) -> Option<Self> {
        let known = upload.uploader.as_ref().map(|person| Self {
            id: person.id.to_string(),
            username: person.username.clone(),
            name: person.name.clone(),
        });
        known.or_else(|| {
            let id = upload.user.as_ref()?.to_string();
            Some(Self {
                id,
                username: None,
                name: None,
            })
        })
    }
}

impl ImageRecord {
    /// When it was posted, if that is known.
    pub fn posted(&self) -> Option<Timestamp> {
        self.posted_at.as_deref()?.parse().ok()
    }

    /// What to call who posted it: real name, else handle, else id.
    pub fn uploader_name(&self) -> Option<&str> {
        let person = self.uploader.as_ref()?;
        let filled = |text: &Option<String>| text.as_ref().is_some_and(|it| !it.trim().is_empty());
        let name = person.name.as_deref().filter(|_| filled(&person.name));
        let username = || {
            person
                .username
                .as_deref()
                .filter(|_| filled(&person.username))
        };
        Some(name.or_else(username).unwrap_or(&person.id))
    }
}
