//! A JSON file for one picture, beside it.

use std::path::Path;

use serde_json::{Map, Value};

use super::whole_file::{read_object, write_whole};
use super::{ImageRecord, SCHEMA_VERSION, SidecarError};

/// The name of the file beside `file_name`: `photo.jpg.json`. A saved name leaves room for it.
pub fn sidecar_name(file_name: &str) -> String {
    format!("{file_name}.json")
}

/// Writes the record of the picture at `picture` beside it. Fields that others added to an
/// older one of the same image are kept.
///
/// # Errors
/// When it cannot be written, or the file of that name is not Salon's to replace.
pub fn write_sidecar(picture: &Path, record: &ImageRecord) -> Result<(), SidecarError> {
    let name = picture.file_name().unwrap_or_default().to_string_lossy();
    let path = picture.with_file_name(sidecar_name(&name));
    let older = read_object(&path)?;
    // What was said of another image is not true of this one.
    let same = older.filter(|older| older.get("id").is_some_and(|id| *id == *record.id));
    let mut object = same.unwrap_or_default();
    // It lies beside its picture, wherever that is.
    let record = ImageRecord {
        file: name.into_owned(),
        ..record.clone()
    };
    object.insert("salon".to_owned(), SCHEMA_VERSION.into());
    overlay(&mut object, &record);
    write_whole(&path, |out| Ok(serde_json::to_writer_pretty(out, &object)?))
}

/// Puts what `record` knows over what was known before. What it does not know stays.
pub(super) fn overlay(object: &mut Map<String, Value>, record: &ImageRecord) {
    // A record has text for keys and no number that JSON lacks.
    let Ok(Value::Object(fields)) = serde_json::to_value(record) else {
        return;
    };
    for (name, value) in fields {
        match (object.get_mut(&name), value) {
            // Who posted it may be known by id alone now, and by name before.
            (Some(Value::Object(known)), Value::Object(value)) => known.extend(value),
            (_, value) => drop(object.insert(name, value)),
        }
    }
}
