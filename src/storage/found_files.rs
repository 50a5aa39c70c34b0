//! The files of a folder by length and time: finds copies of which nobody wrote down that they
//! were saved, without reading them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::file_names::{name_key, numbered};
use super::save_file::is_part;

/// FAT counts in steps of two seconds.
const TIME_STEP_SECS: i64 = 2;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct FoundFiles {
    /// By length in bytes and whole seconds.
    files: HashMap<(u64, i64), Vec<PathBuf>>,
}

impl FoundFiles {
    /// Looks at every file of this folder itself. What cannot be read is not there.
    pub fn of(folder: &Path) -> Self {
        let mut files: HashMap<_, Vec<PathBuf>> = HashMap::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, Ok(metadata)) = (entry.path(), entry.metadata()) else {
                continue;
            };
            let modified = metadata.modified().ok().map(Timestamp::try_from);
            if let Some(Ok(modified)) = modified
                && metadata.is_file()
                && !is_part(&path)
            {
                let key = (metadata.len(), modified.as_second());
                files.entry(key).or_default().push(path);
            }
        }
        Self { files }
    }

    /// The files of this length that were given this time and are called `name`, or a number
    /// of it. Only a save of that very upload makes such a file.
    pub fn copies(&self, name: &str, length: u64, posted_at: Timestamp) -> Vec<&Path> {
        let second = posted_at.as_second();
        let mut found: Vec<&Path> = (second - TIME_STEP_SECS..=second + TIME_STEP_SECS)
            .filter_map(|second| self.files.get(&(length, second)))
            .flatten()
            .map(PathBuf::as_path)
            .filter(|path| is_number_of(path, name))
            .collect();
        found.sort();
        found
    }
}

/// Whether the file is called `name`, `name (2)` or another number of it.
fn is_number_of(path: &Path, name: &str) -> bool {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let key = name_key(&file_name);
    if key == name_key(name) {
        return true;
    }
    let number = file_name
        .rsplit_once(" (")
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(number, _)| number.parse().ok());
    number.is_some_and(|number| key == name_key(&numbered(name, number)))
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn only_a_file_of_that_name_length_and_time_is_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let posted = Timestamp::from_millisecond(1_700_000_000_900).unwrap();
        let make = |name: &str, bytes: &[u8], time: Timestamp| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let file = File::options().append(true).open(&path).unwrap();
            file.set_modified(time.into()).unwrap();
            path
        };
        let hour = jiff::SignedDuration::from_hours(1);
        let plain = make("a.png", b"12345", posted);
        let number = make("a (12).PNG", b"12345", posted);
        make("b.png", b"12345", posted);
        make("a (3).png", b"123456", posted);
        make("a (4).png", b"12345", posted + hour);
        make("a (x).png", b"12345", posted);
        let found = FoundFiles::of(folder.path());
        let copies = found.copies("a.png", 5, posted);
        assert_eq!(copies, [number.as_path(), plain.as_path()]);
        assert!(found.copies("c.png", 5, posted).is_empty());
    }
}
