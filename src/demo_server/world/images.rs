//! The uploads of a room, newest first, and how they come and go.

use std::borrow::Cow;

use super::{Upload, World};

/// An upload's place in a room's listing. 24 bytes, so that 100,000 of them are no burden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) uploaded_at: i64,
    pub(crate) source: Source,
}

/// Where the rest of an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Kept(usize),
    Archive(u32),
}

impl World {
    /// What `rooms.images` lists, newest first; equal times in storage order.
    pub(crate) fn images_of(&self, room: &str) -> &[Entry] {
        self.images.get(room).map_or(&[], Vec::as_slice)
    }

    /// Files of a room that are no images.
    pub(crate) fn other_files_of(&self, room: &str) -> &[Entry] {
        self.other_files.get(room).map_or(&[], Vec::as_slice)
    }

    /// The whole upload behind an entry.
    pub(crate) fn upload_at(&self, entry: Entry) -> Option<Cow<'_, Upload>> {
        match entry.source {
            Source::Kept(place) => self.uploads.get(place).map(Cow::Borrowed),
            Source::Archive(index) => self
                .archive
                .as_ref()
                .map(|archive| Cow::Owned(archive.upload(index))),
        }
    }

    /// An upload or a thumbnail by its id; hidden ones too, for their bytes are kept.
    pub(crate) fn upload(&self, id: &str) -> Option<Cow<'_, Upload>> {
        if let Some(place) = self.places.get(id) {
            return self.uploads.get(*place).map(Cow::Borrowed);
        }
        if let Some(rest) = id.strip_prefix('T') {
            return ["U", "G"].iter().find_map(|prefix| {
                let original = self.upload(&format!("{prefix}{rest}"))?;
                original.thumbnail().map(Cow::Owned)
            });
        }
        let entry = self.archive_entry(id)?;
        self.upload_at(entry)
    }

    /// The listing's entry for an id, if it is listed.
    pub(crate) fn entry(&self, id: &str) -> Option<Entry> {
        match self.places.get(id) {
            Some(place) => self.uploads.get(*place).map(|upload| Entry {
                uploaded_at: upload.uploaded_at,
                source: Source::Kept(*place),
            }),
            None => self.archive_entry(id),
        }
    }

    fn archive_entry(&self, id: &str) -> Option<Entry> {
        let archive = self.archive.as_ref()?;
        let index = archive.index_of(id)?;
        let entry = Entry {
            uploaded_at: archive.uploaded_at(index),
            source: Source::Archive(index),
        };
        let images = self.images_of(&archive.room);
        let first = images.partition_point(|other| other.uploaded_at > entry.uploaded_at);
        let ties = images.get(first..)?;
        ties.iter()
            .take_while(|other| other.uploaded_at == entry.uploaded_at)
            .any(|other| other.source == entry.source)
            .then_some(entry)
    }

    /// Stores an upload and lists it where its kind and state allow.
    pub(crate) fn add_upload(&mut self, upload: Upload) {
        let place = self.uploads.len();
        self.places.insert(upload.id.clone(), place);
        let entry = Entry {
            uploaded_at: upload.uploaded_at,
            source: Source::Kept(place),
        };
        if !upload.is_hidden {
            let shelves = if upload.type_group() == "image" {
                &mut self.images
            } else {
                &mut self.other_files
            };
            let shelf = shelves.entry(upload.room.clone()).or_default();
            let at = shelf.partition_point(|other| other.uploaded_at >= entry.uploaded_at);
            shelf.insert(at, entry);
        }
        self.uploads.push(upload);
    }

    /// Changes an upload that is not of the archive, such as its `expiresAt`.
    pub(crate) fn change_upload(&mut self, id: &str, change: impl FnOnce(&mut Upload)) -> bool {
        let Some(upload) = self
            .places
            .get(id)
            .and_then(|place| self.uploads.get_mut(*place))
        else {
            return false;
        };
        change(upload);
        true
    }

    /// Takes an upload out of the listings; with `Fate::Gone` its document and bytes go too.
    pub(crate) fn remove_upload(&mut self, id: &str, fate: Fate) -> Option<Upload> {
        let entry = self.entry(id)?;
        let upload = self.upload_at(entry)?.into_owned();
        for shelf in [&mut self.images, &mut self.other_files] {
            if let Some(entries) = shelf.get_mut(&upload.room) {
                entries.retain(|other| other.source != entry.source);
            }
        }
        match (fate, entry.source) {
            (Fate::Gone, Source::Kept(_)) => {
                self.places.remove(id);
            }
            (Fate::Hidden, Source::Kept(_)) => {
                self.change_upload(id, |upload| upload.is_hidden = true);
            }
            (Fate::Hidden, Source::Archive(_)) => {
                let mut hidden = upload.clone();
                hidden.is_hidden = true;
                self.add_upload(hidden);
            }
            (Fate::Gone, Source::Archive(_)) => {}
        }
        Some(upload)
    }

    pub(super) fn list_archive(&mut self, length: u32) {
        let Some(archive) = &self.archive else {
            return;
        };
        let entries = (0..length)
            .map(|index| Entry {
                uploaded_at: archive.uploaded_at(index),
                source: Source::Archive(index),
            })
            .collect();
        self.images.insert(archive.room.clone(), entries);
    }
}

/// What becomes of a deleted upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Document and bytes are removed, the default.
    Gone,
    /// `Message_KeepHistory`: only out of the listings.
    Hidden,
}
