//! "Copy all as JSON": everything the panel shows, for programs.

use serde_json::json;

use crate::domain::{Message, MessageId, PixelSize, Upload};
use crate::protocol::Metadata;
use crate::state::{Gallery, file_json};
use crate::ui::detail_digest;

/// One image as pretty-printed JSON.
pub(super) fn of_upload(
    gallery: &Gallery,
    upload: &Upload,
    (size, metadata): (Option<PixelSize>, Option<&Metadata>),
    message: Option<&Message>,
) -> String {
    let value = json!({
        "id": upload.id.as_str(),
        "name": upload.name,
        "type": upload.media_type,
        "bytes": upload.size.map(|size| size.0),
        "width": size.map(|size| size.width),
        "height": size.map(|size| size.height),
        "uploaded_at": upload.uploaded_at.map(|time| time.to_string()),
        "updated_at": upload.updated_at.map(|time| time.to_string()),
        "user": upload.user.as_ref().map(|user| json!({
            "id": user.as_str(),
            "username": upload.uploader.as_ref().and_then(|person| person.username.clone()),
            "name": upload.uploader.as_ref().and_then(|person| person.name.clone()),
        })),
        "room": { "id": upload.room.as_str(), "title": gallery.room.title },
        "description": upload.description,
        "identified_format": upload.identified_format,
        "store": upload.store,
        "path": upload.path,
        "etag": upload.etag,
        "sha256": detail_digest::known(gallery, upload),
        "file": metadata.map(file_json),
        "message": message.map(|message| json!({
            "id": message.id.as_str(),
            "thread": message.thread.as_ref().map(MessageId::as_str),
            "sent_at": message.sent_at.map(|time| time.to_string()),
            "text": message.text,
            "captions": message.captions,
        })),
    });
    format!("{value:#}")
}
