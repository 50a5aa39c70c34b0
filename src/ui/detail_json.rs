//! "Copy all as JSON": everything the panel shows, for programs.

use serde_json::{Value, json};

use crate::domain::Upload;
use crate::protocol::Metadata;
use crate::state::Gallery;

/// One image as pretty-printed JSON.
pub(super) fn of_upload(gallery: &Gallery, upload: &Upload, metadata: Option<&Metadata>) -> String {
    let value = json!({
        "id": upload.id.as_str(),
        "name": upload.name,
        "type": upload.media_type,
        "bytes": upload.size.map(|size| size.0),
        "width": upload.dimensions.map(|size| size.width),
        "height": upload.dimensions.map(|size| size.height),
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
        "file": metadata.map(of_file),
    });
    format!("{value:#}")
}

fn of_file(metadata: &Metadata) -> Value {
    json!({
        "format": metadata.format,
        "width": metadata.dimensions.map(|size| size.width),
        "height": metadata.dimensions.map(|size| size.height),
        "bits_per_channel": metadata.bits_per_channel,
        "is_animated": metadata.is_animated,
        "color_profile": metadata.color_profile,
        "camera": metadata.camera,
        "lens": metadata.lens,
        "exposure_seconds": metadata
            .exposure_time
            .filter(|(_, denominator)| *denominator != 0)
            .map(|(numerator, denominator)| f64::from(numerator) / f64::from(denominator)),
        "f_number": metadata.f_number,
        "iso": metadata.iso,
        "focal_length_mm": metadata.focal_length_mm,
        "has_flash_fired": metadata.has_flash_fired,
        "taken_at": metadata.taken_at.map(|time| time.to_string()),
        "taken_at_offset": metadata.taken_at_offset,
        "orientation": metadata.orientation,
        "position": metadata.position.map(|position| json!({
            "latitude": position.latitude,
            "longitude": position.longitude,
            "altitude_m": position.altitude_m,
        })),
        "software": metadata.software,
        "artist": metadata.artist,
        "copyright": metadata.copyright,
        "description": metadata.description,
    })
}
