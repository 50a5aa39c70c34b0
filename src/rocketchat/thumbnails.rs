//! The server's own thumbnails of a room's images.

use std::collections::HashSet;

use jiff::Timestamp;

use super::endpoint::files_route;
use super::wire::{FilesWire, UploadWire};
use super::{Client, ClientError};
use crate::domain::{ByteCount, LISTING_PAGE_SIZE, Person, PixelSize, Room, UploadId};

/// A smaller copy that the server made of an image; a stored file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// `originalFileId`: the image it shows.
    pub original: UploadId,
    /// `_id`: what to fetch.
    pub id: UploadId,
    /// `name`, usually `thumb-` and the name of the original.
    pub name: String,
    /// `size` in bytes.
    pub size: Option<ByteCount>,
    /// Fits into 480 × 360 by default.
    pub dimensions: Option<PixelSize>,
    /// When it was made; the sort key.
    pub uploaded_at: Option<Timestamp>,
}

/// A hundred thumbnails, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThumbnailPage {
    /// The thumbnails.
    pub thumbnails: Vec<Thumbnail>,
    /// How many positions this answer covered: where the next one begins.
    pub position_count: usize,
    /// How many thumbnails the room has.
    pub total: usize,
    /// Who posted them, as far as the server told.
    pub people: Vec<Person>,
}

impl Client {
    /// The thumbnails of a room from position `offset` on:
    /// `<prefix>.files?typeGroup=thumb`. Not documented, so an older or a newer server may
    /// refuse it or answer with other files, which are left out: an optimisation only.
    ///
    /// # Errors
    /// When the server could not be asked, or refuses.
    pub async fn thumbnails(
        &self,
        room: &Room,
        offset: usize,
    ) -> Result<ThumbnailPage, ClientError> {
        let query = [
            ("roomId", room.id.as_str()),
            ("typeGroup", "thumb"),
            ("sort", r#"{"uploadedAt":-1}"#),
            ("count", &LISTING_PAGE_SIZE.to_string()),
            ("offset", &offset.to_string()),
        ];
        let answer = self.api().get(files_route(room.kind), &query).await?;
        let answer = FilesWire::read(answer, offset)?;
        let position_count = answer.files.len();
        let uploads: Vec<UploadWire> = answer
            .files
            .into_iter()
            .filter_map(UploadWire::read)
            .filter(|upload| upload.is_in(&room.id))
            .collect();
        let mut seen = HashSet::new();
        let people = uploads
            .iter()
            .filter_map(UploadWire::uploader)
            .filter(|person| seen.insert(person.id.clone()))
            .collect();
        Ok(ThumbnailPage {
            thumbnails: uploads.into_iter().filter_map(thumbnail).collect(),
            position_count,
            total: answer.total,
            people,
        })
    }
}

fn thumbnail(upload: UploadWire) -> Option<Thumbnail> {
    Some(Thumbnail {
        dimensions: upload.dimensions(),
        original: UploadId::from(upload.original_file_id.filter(|id| !id.is_empty())?),
        id: UploadId::from(upload.id),
        name: upload.name.unwrap_or_default(),
        size: upload.size.map(ByteCount),
        uploaded_at: upload.uploaded_at,
    })
}
