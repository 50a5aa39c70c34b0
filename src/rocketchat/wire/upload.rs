//! `IUpload`, and the answers that list it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::UserWire;
use super::lenient;
use crate::domain::{ByteCount, Person, PixelSize, RoomId, Upload, UploadId, UserId};
use crate::rocketchat::ClientError;

/// The answer of `rooms.images` and of `<prefix>.files`.
#[derive(Debug)]
pub(in crate::rocketchat) struct FilesWire {
    /// Each as it came: one that cannot be understood must not lose the page.
    pub(in crate::rocketchat) files: Vec<Value>,
    /// `rooms.images`: the limit that was applied. `*.files`: the number of files.
    pub(in crate::rocketchat) count: Option<usize>,
    /// How many match.
    pub(in crate::rocketchat) total: usize,
}

impl FilesWire {
    /// Reads an answer to a question that began at `offset`.
    pub(in crate::rocketchat) fn read(
        mut value: Value,
        offset: usize,
    ) -> Result<Self, ClientError> {
        let Some(Value::Array(files)) = value.get_mut("files").map(Value::take) else {
            return Err(ClientError::Malformed {
                what: "a list of files without files".to_owned(),
            });
        };
        let number = |key: &str| {
            let number = lenient::whole_number(value.get(key)?)?;
            usize::try_from(number).ok()
        };
        Ok(Self {
            count: number("count"),
            total: number("total").unwrap_or(offset + files.len()),
            files,
        })
    }
}

/// One stored file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rocketchat) struct UploadWire {
    #[serde(rename = "_id")]
    pub(in crate::rocketchat) id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) rid: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) name: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    type_group: Option<String>,
    #[serde(default, deserialize_with = "lenient::count")]
    pub(in crate::rocketchat) size: Option<u64>,
    #[serde(default, deserialize_with = "lenient::part")]
    identify: Option<IdentifyWire>,
    #[serde(default, deserialize_with = "lenient::text")]
    user_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::part")]
    user: Option<UserWire>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) uploaded_at: Option<Timestamp>,
    #[serde(rename = "_updatedAt", default, deserialize_with = "lenient::date")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::text")]
    store: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    description: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    path: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    etag: Option<String>,
    /// Only unsent drafts have it.
    #[serde(
        rename = "expiresAt",
        default,
        deserialize_with = "lenient::is_present"
    )]
    is_draft: bool,
    #[serde(rename = "_hidden", default, deserialize_with = "lenient::flag")]
    is_hidden: bool,
    /// Of a thumbnail: what it is a thumbnail of.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) original_file_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct IdentifyWire {
    #[serde(default, deserialize_with = "lenient::text")]
    format: Option<String>,
    #[serde(default, deserialize_with = "lenient::part")]
    size: Option<SizeWire>,
}

#[derive(Debug, Deserialize)]
struct SizeWire {
    #[serde(default, deserialize_with = "lenient::count")]
    width: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    height: Option<u64>,
}

impl UploadWire {
    /// Reads one document; `None` when it has no id and so can never be fetched.
    pub(in crate::rocketchat) fn read(value: Value) -> Option<Self> {
        Self::deserialize(value)
            .ok()
            .filter(|upload| !upload.id.is_empty())
    }

    /// Whether it is a sent image of this room, and not a draft, a hidden file, a file of
    /// another kind or of another room.
    pub(in crate::rocketchat) fn is_image_of(&self, room: &RoomId) -> bool {
        let is_image = self
            .type_group
            .as_deref()
            .is_none_or(|group| group == "image");
        is_image && !self.is_draft && !self.is_hidden && self.is_in(room)
    }

    /// Whether it belongs to this room, as far as it says.
    pub(in crate::rocketchat) fn is_in(&self, room: &RoomId) -> bool {
        self.rid.as_deref().is_none_or(|rid| rid == room.as_str())
    }

    /// `identify.size`, unless a side is missing or zero.
    pub(in crate::rocketchat) fn dimensions(&self) -> Option<PixelSize> {
        let size = self.identify.as_ref()?.size.as_ref()?;
        let side = |side: Option<u64>| side?.try_into().ok().filter(|side| *side > 0);
        Some(PixelSize::new(side(size.width)?, side(size.height)?))
    }

    /// `user`, which only some endpoints add.
    pub(in crate::rocketchat) fn uploader(&self) -> Option<Person> {
        self.user.as_ref()?.to_person()
    }

    /// The image, taken to be in `room` when it does not say.
    pub(in crate::rocketchat) fn into_upload(self, room: &RoomId) -> Upload {
        let dimensions = self.dimensions();
        let uploader = self.uploader();
        // Old versions of `*.files` put `user` in the place of `userId`.
        let user = self.user_id.map(UserId::from);
        Upload {
            id: UploadId::from(self.id),
            room: self.rid.map_or_else(|| room.clone(), RoomId::from),
            name: self.name.unwrap_or_default(),
            media_type: self.media_type.unwrap_or_default(),
            size: self.size.map(ByteCount),
            dimensions,
            identified_format: self.identify.and_then(|identify| identify.format),
            user: user.or_else(|| uploader.as_ref().map(|person| person.id.clone())),
            uploader,
            uploaded_at: self.uploaded_at,
            updated_at: self.updated_at,
            store: self.store,
            description: self.description.filter(|text| !text.is_empty()),
            path: self.path,
            etag: self.etag,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn upload(value: Value) -> Upload {
        UploadWire::read(value)
            .unwrap()
            .into_upload(&RoomId::from("r1"))
    }

    #[test]
    fn a_document_as_documented_is_read_whole() {
        let upload = upload(json!({
            "_id": "667f3f", "name": "日本 50%20.jpg", "size": 78441, "type": "image/jpeg",
            "rid": "GENERAL", "userId": "kQ2m", "store": "GridFS:Uploads",
            "_updatedAt": "2024-06-17T06:59:23.700Z",
            "identify": { "format": "jpeg", "size": { "width": 4032, "height": 3024 } },
            "complete": true, "etag": "q8Wk2", "path": "/file-upload/667f3f/x.jpg",
            "progress": 1, "token": "aaaaaaaaaa", "uploadedAt": "2024-06-17T06:59:23.602Z",
            "uploading": false, "url": "http://localhost:3000/ufs/x", "typeGroup": "image",
            "description": "our cat", "hashes": { "sha256": "00" },
        }));
        assert_eq!(upload.id.as_str(), "667f3f");
        assert_eq!(upload.room.as_str(), "GENERAL");
        assert_eq!(upload.name, "日本 50%20.jpg");
        assert_eq!(upload.size, Some(ByteCount(78441)));
        assert_eq!(upload.dimensions, Some(PixelSize::new(4032, 3024)));
        assert_eq!(upload.identified_format.as_deref(), Some("jpeg"));
        assert_eq!(upload.user, Some(UserId::from("kQ2m")));
        assert_eq!(
            upload.uploaded_at.unwrap().as_millisecond(),
            1_718_607_563_602
        );
        assert_eq!(upload.description.as_deref(), Some("our cat"));
    }

    #[test]
    fn an_id_is_all_that_a_document_needs() {
        let upload = upload(json!({ "_id": "x" }));
        assert_eq!(upload.room.as_str(), "r1");
        assert_eq!(upload.size, None);
        assert_eq!(upload.dimensions, None);
        assert!(UploadWire::read(json!({ "_id": 7 })).is_none());
        assert!(UploadWire::read(json!({ "_id": "" })).is_none());
    }

    #[test]
    fn odd_types_count_as_what_they_mean_or_as_missing() {
        let upload = upload(json!({
            "_id": "x", "size": "123", "name": null, "type": 7,
            "uploadedAt": { "$date": 1_775_035_800_123_i64 }, "_updatedAt": "yesterday",
            "identify": "no object", "user": [], "description": "",
        }));
        assert_eq!(upload.size, Some(ByteCount(123)));
        assert_eq!(
            upload.uploaded_at.unwrap().as_millisecond(),
            1_775_035_800_123
        );
        assert_eq!(upload.updated_at, None);
        assert_eq!(upload.dimensions, None);
        assert_eq!(upload.uploader, None);
        assert_eq!(upload.description, None);
        let half = json!({ "_id": "x", "size": 12.0, "identify": { "size": { "width": 5 } } });
        assert_eq!(UploadWire::read(half.clone()).unwrap().size, Some(12));
        assert_eq!(UploadWire::read(half).unwrap().dimensions(), None);
    }

    #[test]
    fn the_user_of_a_file_list_stands_in_for_the_id() {
        let upload = upload(json!({
            "_id": "x", "user": { "_id": "u1", "username": "ana", "name": "Ana Prado" },
        }));
        assert_eq!(upload.user, Some(UserId::from("u1")));
        assert_eq!(upload.uploader.unwrap().username.as_deref(), Some("ana"));
    }
}
