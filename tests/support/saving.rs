//! Short ways to save a file and to look at what is in a folder then.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use salon::domain::{RoomId, Upload, UploadId};
use salon::storage::{Finished, SaveFolder, StorageError};

pub fn upload(name: &str) -> Upload {
    Upload {
        media_type: "image/png".to_owned(),
        ..Upload::new(UploadId::from("u1"), RoomId::from("r1"), name)
    }
}

pub fn save(folder: &SaveFolder, name: &str, bytes: &[u8]) -> Result<Finished, StorageError> {
    let mut part = folder.begin(&upload(name))?;
    part.write(bytes)?;
    part.finish(None)
}

/// Saves something new and tells under which name.
pub fn saved(folder: &SaveFolder, name: &str, bytes: &[u8]) -> String {
    match save(folder, name, bytes).unwrap() {
        Finished::Saved(path) => {
            assert_eq!(fs::read(&path).unwrap(), bytes);
            let name = path.strip_prefix(folder.path()).unwrap();
            name.to_str().unwrap().to_owned()
        }
        Finished::AlreadyThere(path) => panic!("{} was there", path.display()),
    }
}

pub fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}
