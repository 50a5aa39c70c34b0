//! `#corpus`: a room of files from a folder.

use super::super::bytes::Content;
use super::ids::mixed;
use super::pictures::{author, upload_id};
use super::room::{Room, RoomKind};
use super::{Upload, World};

/// The room's short name, which is also its name.
const CORPUS: &str = "corpus";

/// A file of a folder, as it would be uploaded.
#[derive(Debug, Clone)]
pub(crate) struct FolderImage {
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    /// When the file was written, in milliseconds since 1970.
    pub(crate) uploaded_at: i64,
    pub(crate) identify: Option<(&'static str, u32, u32)>,
    pub(crate) content: Content,
}

impl World {
    /// Opens `#corpus` with these images, for everybody.
    pub(super) fn open_folder(&mut self, images: Vec<FolderImage>, newest: i64) {
        let room = Self::room_id(self.seed, CORPUS);
        self.rooms.push(Room {
            id: room.clone(),
            kind: RoomKind::Channel,
            name: Some(CORPUS.to_owned()),
            fname: Some(CORPUS.to_owned()),
            topic: Some("Images of a folder".to_owned()),
            members: self.people.iter().map(|person| person.id.clone()).collect(),
            team: None,
            parent: None,
            is_encrypted: false,
            is_archived: false,
            created_at: newest,
            updated_at: newest,
            last_message_at: None,
        });
        for (n, image) in (0..).zip(images) {
            let id = upload_id(self.seed, CORPUS, n);
            let mut upload = Upload::new(id, &room, &image.name, image.uploaded_at);
            image.media_type.clone_into(&mut upload.media_type);
            upload.user = author(self, mixed(self.seed, CORPUS, n));
            upload.identify = image.identify;
            upload.content = image.content;
            self.add_upload(upload);
        }
    }
}
