//! One upload as a row.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, ToSql, params};

use super::words::Words;
use crate::domain::{ByteCount, Person, PixelSize, RoomId, Upload, UploadId, UserId};

/// What stands for the id and for the name in the pattern of a path.
const ID: char = '\u{1}';
const NAME: char = '\u{2}';

/// Reads what [`upload`] takes.
pub(super) const SELECT: &str = "SELECT from_end, id, name, media_type, format, store, user, \
    path, size, width, height, uploaded_ms, updated_ms, description, etag FROM uploads";

const INSERT: &str = "INSERT OR REPLACE INTO uploads (room, from_end, id, name, media_type, \
    format, store, user, path, size, width, height, uploaded_ms, updated_ms, description, etag) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// An id as it is kept: hexadecimal ones in half the space.
pub(super) struct IdValue<'a>(pub(super) &'a UploadId);

impl ToSql for IdValue<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = self.0.as_str();
        Ok(match packed(text) {
            Some(bytes) => ToSqlOutput::Owned(Value::Blob(bytes)),
            None => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// The id that was kept.
pub(super) fn id(value: ValueRef<'_>) -> rusqlite::Result<UploadId> {
    Ok(match value {
        ValueRef::Blob(bytes) => UploadId::from(unpacked(bytes)),
        other => UploadId::from(other.as_str()?),
    })
}

/// Writes an upload to its place, and away from wherever it was.
pub(super) fn insert(
    connection: &Connection,
    words: &mut Words,
    room: i64,
    from_end: i64,
    upload: &Upload,
) -> rusqlite::Result<()> {
    let media_type = words.id(connection, &upload.media_type)?;
    let format = words.id_of(connection, upload.identified_format.as_deref())?;
    let store = words.id_of(connection, upload.store.as_deref())?;
    let user = words.id_of(connection, upload.user.as_ref().map(UserId::as_str))?;
    let path = path_value(connection, words, upload)?;
    let mut statement: CachedStatement<'_> = connection.prepare_cached(INSERT)?;
    statement.execute(params![
        room,
        from_end,
        IdValue(&upload.id),
        upload.name,
        media_type,
        format,
        store,
        user,
        path,
        upload.size.and_then(|size| i64::try_from(size.0).ok()),
        upload.dimensions.map(|size| size.width),
        upload.dimensions.map(|size| size.height),
        upload.uploaded_at.map(Timestamp::as_millisecond),
        upload.updated_at.map(Timestamp::as_millisecond),
        upload.description,
        upload.etag,
    ])?;
    Ok(())
}

/// What an upload is put together from beside its row.
pub(super) struct Context<'a> {
    pub(super) connection: &'a Connection,
    pub(super) words: Words,
    pub(super) room: RoomId,
    pub(super) people: HashMap<Arc<str>, Person>,
}

impl Context<'_> {
    fn word(&mut self, id: Option<i64>) -> rusqlite::Result<Option<Arc<str>>> {
        id.map(|id| self.words.text(self.connection, id))
            .transpose()
    }
}

/// The upload in this row of [`SELECT`], and its place.
pub(super) fn upload(row: &Row<'_>, context: &mut Context<'_>) -> rusqlite::Result<(i64, Upload)> {
    let id = id(row.get_ref(1)?)?;
    let name: String = row.get(2)?;
    let user = context.word(row.get(6)?)?;
    let uploader = user.as_ref().and_then(|user| context.people.get(user));
    let uploader = uploader.cloned();
    let path = match row.get_ref(7)? {
        ValueRef::Null => None,
        ValueRef::Integer(pattern) => {
            let pattern = context.words.text(context.connection, pattern)?;
            Some(filled(&pattern, id.as_str(), &name))
        }
        other => Some(other.as_str()?.to_owned()),
    };
    let (width, height): (Option<u32>, Option<u32>) = (row.get(9)?, row.get(10)?);
    let media_type = context.word(row.get(3)?)?;
    let upload = Upload {
        room: context.room.clone(),
        media_type: media_type.as_deref().unwrap_or_default().to_owned(),
        size: row.get::<_, Option<i64>>(8)?.and_then(bytes),
        dimensions: width
            .zip(height)
            .map(|(width, height)| PixelSize::new(width, height)),
        identified_format: context.word(row.get(4)?)?.as_deref().map(str::to_owned),
        user: user.as_deref().map(UserId::from),
        uploader,
        uploaded_at: time(row.get(11)?),
        updated_at: time(row.get(12)?),
        store: context.word(row.get(5)?)?.as_deref().map(str::to_owned),
        description: row.get(13)?,
        etag: row.get(14)?,
        path,
        name,
        id,
    };
    Ok((row.get(0)?, upload))
}

fn bytes(count: i64) -> Option<ByteCount> {
    u64::try_from(count).ok().map(ByteCount)
}

/// A time that was kept; one that no calendar has is none.
pub(super) fn time(millis: Option<i64>) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis?).ok()
}

/// A path is the same for nearly all uploads but for id and name: then the number of its
/// pattern, else the text.
fn path_value(
    connection: &Connection,
    words: &mut Words,
    upload: &Upload,
) -> rusqlite::Result<Value> {
    let Some(path) = &upload.path else {
        return Ok(Value::Null);
    };
    match pattern(path, upload.id.as_str(), &upload.name) {
        Some(pattern) => words.id(connection, &pattern).map(Value::Integer),
        None => Ok(Value::Text(path.clone())),
    }
}

fn pattern(path: &str, id: &str, name: &str) -> Option<String> {
    let with_name = path.strip_suffix(name).filter(|_| !name.is_empty())?;
    let (before, after) = with_name.split_once(id).filter(|_| !id.is_empty())?;
    let pattern = format!("{before}{ID}{after}{NAME}");
    (filled(&pattern, id, name) == path).then_some(pattern)
}

fn filled(pattern: &str, id: &str, name: &str) -> String {
    let mut path = String::with_capacity(pattern.len() + id.len() + name.len());
    for part in pattern.split_inclusive([ID, NAME]) {
        match part.strip_suffix(ID) {
            Some(text) => path.extend([text, id]),
            None => match part.strip_suffix(NAME) {
                Some(text) => path.extend([text, name]),
                None => path.push_str(part),
            },
        }
    }
    path
}

fn packed(id: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = id.bytes().map(nibble).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    let is_object_id = digits.len() == 24 && pairs.remainder().is_empty();
    is_object_id.then(|| {
        pairs
            .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit))
            .collect()
    })
}

fn unpacked(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_id_is_packed_and_comes_back_as_it_was() {
        let object_id = "0123456789abcdef01234567";
        let bytes = packed(object_id).unwrap();
        assert_eq!(bytes.len(), 12);
        assert_eq!(unpacked(&bytes), object_id);
        for other in ["0123456789ABCDEF01234567", "0123", "", "kQ2mNb8vXcZ1aS5dF"] {
            assert_eq!(packed(other), None, "{other}");
        }
    }

    #[test]
    fn the_pattern_of_a_path_gives_the_path_back_or_is_none() {
        for (path, name, has_pattern) in [
            ("/file-upload/a1/x.jpg", "x.jpg", true),
            ("/ufs/GridFS:Uploads/a1/a1.jpg", "a1.jpg", true),
            ("/file-upload/a1/x%20y.jpg", "x y.jpg", false),
            ("/file-upload/b2/x.jpg", "x.jpg", false),
            ("/\u{1}/a1/x.jpg", "x.jpg", false),
            ("", "", false),
        ] {
            let pattern = pattern(path, "a1", name);
            assert_eq!(pattern.is_some(), has_pattern, "{path}");
            if let Some(pattern) = pattern {
                assert_eq!(filled(&pattern, "a1", name), path);
            }
        }
    }
}
