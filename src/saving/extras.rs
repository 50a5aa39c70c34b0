//! What a save writes beside the pictures.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SaveEvent;
use super::sidecar::{ContactSheet, ImageRecord, Index, SavedImage, SidecarError, write_sidecar};
use super::template::PortablePath;
use crate::domain::{ByteCount, Room, ServerUrl, Upload, links};
use crate::storage::{ContentHasher, Library, SaveChoices};
use jiff::tz::TimeZone;

/// What is written beside the pictures.
pub struct Extras {
    has_sidecars: bool,
    has_index: bool,
    has_page: bool,
    room: Room,
    /// As others find it.
    server: ServerUrl,
    folder: PathBuf,
    library: Option<Arc<Library>>,
    records: Vec<ImageRecord>,
    /// Why something was not written, each once.
    troubles: Vec<String>,
}

impl Extras {
    /// `None` when nothing is asked for. `server` is the address for others:
    /// [`Client::address_for_others`](crate::rocketchat::Client::address_for_others).
    pub fn new(
        choices: &SaveChoices,
        server: ServerUrl,
        room: Room,
        folder: &Path,
        library: Option<Arc<Library>>,
    ) -> Option<Self> {
        let SaveChoices {
            has_sidecars,
            has_index,
            has_page,
            ..
        } = *choices;
        (has_sidecars || has_index || has_page).then(|| Self {
            has_sidecars,
            // The page is made of all that the index knows.
            has_index: has_index || has_page,
            has_page,
            room,
            server,
            folder: folder.to_path_buf(),
            library,
            records: Vec::new(),
            troubles: Vec::new(),
        })
    }

    /// Takes in a file that is complete.
    pub fn take_in(&mut self, event: &SaveEvent) {
        match event {
            SaveEvent::Saved {
                planned,
                path,
                size,
                sha256: Some(sha256),
                ..
            } => self.add(&planned.upload, path, *size, *sha256),
            SaveEvent::Saved { planned, path, .. } => self.add_unrecorded(&planned.upload, path),
            SaveEvent::AlreadyThere { planned, path } => {
                let library = self.library.as_ref();
                let copies = library.map(|it| it.copies_of(&planned.upload.id));
                let mut copies = copies.into_iter().flatten();
                let copy = copies.find(|copy| copy.path == *path);
                match copy.and_then(|copy| Some((copy.size, copy.sha256?))) {
                    Some((size, sha256)) => self.add(&planned.upload, path, size, sha256),
                    None => self.add_unrecorded(&planned.upload, path),
                }
            }
            _ => {}
        }
    }

    /// Where there is no library, the file itself says what it is.
    fn add_unrecorded(&mut self, upload: &Upload, path: &Path) {
        let mut hasher = ContentHasher::with_sha256();
        let read = File::open(path).and_then(|file| hasher.update_from(file));
        match (read, hasher.hashes().sha256) {
            (Ok(length), Some(sha256)) => self.add(upload, path, ByteCount(length), sha256),
            (Err(error), _) => self
                .troubles
                .push(format!("{} cannot be read: {error}", path.display())),
            (Ok(_), None) => {}
        }
    }

    fn add(&mut self, upload: &Upload, path: &Path, size: ByteCount, sha256: [u8; 32]) {
        let Some(below) = PortablePath::of_saved(path, &self.folder) else {
            return;
        };
        let record = ImageRecord::from(&SavedImage {
            upload,
            room: &self.room,
            server: &self.server,
            message: None,
            path: &below,
            size_bytes: size.0,
            sha256,
            dimensions: None,
        });
        if self.has_sidecars {
            let written = write_sidecar(path, &record);
            self.note(written);
        }
        if self.has_index {
            self.records.push(record);
        }
    }

    /// Writes what is about the whole folder; answers why something was not written.
    pub fn finish(mut self) -> Vec<String> {
        if self.has_index {
            self.write_about_all();
        }
        self.troubles
    }

    fn write_about_all(&mut self) {
        let records = std::mem::take(&mut self.records);
        let mut index = match Index::read(&self.folder) {
            Ok(index) => index,
            Err(error) => {
                self.note(Err(error));
                return;
            }
        };
        index.merge(records);
        let written = index.write(&self.folder);
        self.note(written);
        if self.has_page {
            let link = links::room_link(&self.server, &self.room);
            let page = ContactSheet {
                title: &self.room.title,
                link: Some(&link),
                images: index.images(),
                zone: &TimeZone::system(),
            };
            let written = page.write(&self.folder);
            self.note(written);
        }
    }

    fn note(&mut self, written: Result<(), SidecarError>) {
        if let Err(error) = written {
            let text = error.to_string();
            if !self.troubles.contains(&text) {
                self.troubles.push(text);
            }
        }
    }
}

impl std::fmt::Debug for Extras {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Extras({})", self.folder.display())
    }
}
