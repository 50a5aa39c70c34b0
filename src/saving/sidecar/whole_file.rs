//! Small files that are complete or not there.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::{SCHEMA_VERSION, SidecarError};
use crate::storage::StorageError;

/// Replaces `path` by what `fill` writes, once all of that is on disk.
pub(super) fn write_whole(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), SidecarError> {
    let folder = path.parent().unwrap_or(path);
    let written = || -> io::Result<()> {
        // Named and made as the parts of pictures, so that a crash leaves nothing for ever.
        let part = tempfile::Builder::new()
            .prefix(".salon-")
            .suffix(".part")
            .rand_bytes(12)
            .make_in(folder, |path| {
                File::options().write(true).create_new(true).open(path)
            })?;
        let mut writer = BufWriter::new(part);
        fill(&mut writer)?;
        let part = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        part.as_file().sync_all()?;
        part.persist(path).map_err(|refused| refused.error)?;
        Ok(())
    };
    written().map_err(|error| StorageError::in_folder(folder, path, &error).into())
}

/// The object in `path` if Salon wrote it; `None` when there is no such file.
pub(super) fn read_object(path: &Path) -> Result<Option<Map<String, Value>>, SidecarError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::from_io(path, &error).into()),
    };
    let path = path.to_path_buf();
    let read: Result<Value, _> = serde_json::from_slice(&bytes);
    let object = match read {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(SidecarError::Foreign { path }),
        Err(error) => {
            let cause = error.to_string();
            return Err(SidecarError::Damaged { path, cause });
        }
    };
    match object.get("salon").and_then(Value::as_u64) {
        Some(version) if version > SCHEMA_VERSION => Err(SidecarError::Newer { path, version }),
        Some(_) => Ok(Some(object)),
        None => Err(SidecarError::Foreign { path }),
    }
}
