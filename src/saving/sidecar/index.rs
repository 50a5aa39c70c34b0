//! One JSON file about all pictures of a folder.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::single::overlay;
use super::whole_file::{read_object, write_whole};
use super::{ImageRecord, SCHEMA_VERSION, SidecarError};

/// What the file is called.
pub const INDEX_NAME: &str = "index.json";

/// What `index.json` says: `{"salon": 1, …, "images": [...]}`, newest image first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// What others added beside the images.
    others: Map<String, Value>,
    images: Vec<ImageRecord>,
    /// Entries that are no images to this version; they are kept as they are.
    strange: Vec<Value>,
}

/// As it is written.
#[derive(Serialize)]
struct IndexFile<'a> {
    salon: u64,
    #[serde(flatten)]
    others: &'a Map<String, Value>,
    images: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Image(&'a ImageRecord),
    Strange(&'a Value),
}

impl Index {
    /// The index of `folder`; an empty one when there is none yet.
    ///
    /// # Errors
    /// When it cannot be read, or is not Salon's, or a newer Salon wrote it.
    pub fn read(folder: &Path) -> Result<Self, SidecarError> {
        let path = folder.join(INDEX_NAME);
        let Some(mut others) = read_object(&path)? else {
            return Ok(Self::default());
        };
        others.remove("salon");
        let entries = match others.remove("images") {
            Some(Value::Array(entries)) => entries,
            Some(_) => {
                let cause = "its images are no list".to_owned();
                return Err(SidecarError::Damaged { path, cause });
            }
            None => Vec::new(),
        };
        let mut index = Self {
            others,
            ..Self::default()
        };
        for entry in entries {
            match serde_json::from_value(entry.clone()) {
                Ok(image) => index.images.push(image),
                Err(_other) => index.strange.push(entry),
            }
        }
        Ok(index)
    }

    /// Adds images, or what is newly known of those that are there already (by upload id). What
    /// was known before and is not known now stays, as does what others added. An image whose
    /// file is now another's is there no more.
    pub fn merge(&mut self, records: impl IntoIterator<Item = ImageRecord>) {
        let mut places: HashMap<String, usize> = self
            .images
            .iter()
            .enumerate()
            .map(|(place, image)| (image.id.clone(), place))
            .collect();
        let mut owners = HashMap::new();
        for record in records {
            owners.insert(record.file.clone(), record.id.clone());
            let known = places
                .get(&record.id)
                .and_then(|at| self.images.get_mut(*at));
            if let Some(known) = known {
                let mut fields = Map::new();
                overlay(&mut fields, known);
                overlay(&mut fields, &record);
                // Both are records, so what they make together is one.
                *known = serde_json::from_value(Value::Object(fields)).unwrap_or(record);
            } else {
                places.insert(record.id.clone(), self.images.len());
                self.images.push(record);
            }
        }
        let is_there =
            |image: &ImageRecord| owners.get(&image.file).is_none_or(|id| *id == image.id);
        self.images.retain(is_there);
        self.images
            .sort_by_cached_key(|image| Reverse(image.posted()));
    }

    /// The images, newest first.
    pub fn images(&self) -> &[ImageRecord] {
        &self.images
    }

    /// Writes it to `folder`.
    ///
    /// # Errors
    /// When it cannot be written, or a file of that name turned up that is not Salon's.
    pub fn write(&self, folder: &Path) -> Result<(), SidecarError> {
        let path = folder.join(INDEX_NAME);
        read_object(&path)?;
        let images = self.images.iter().map(Entry::Image);
        let file = IndexFile {
            salon: SCHEMA_VERSION,
            others: &self.others,
            images: images
                .chain(self.strange.iter().map(Entry::Strange))
                .collect(),
        };
        write_whole(&path, |out| Ok(serde_json::to_writer_pretty(out, &file)?))
    }
}
