//! Where a file goes and what it is called, by a template such as
//! `{room}/{date}/{time} {user} {name}`.
//!
//! `/` begins a sub-folder, `{{` and `}}` are braces. The known words:
//!
//! | word | value | when it is missing |
//! | --- | --- | --- |
//! | `{date}` | day it was posted, in the zone asked for: `2025-11-04` | `undated` |
//! | `{time}` | time of that day: `143205` | `untimed` |
//! | `{user}` | user name of who posted it, else the real name, else the id | `unknown` |
//! | `{name}` | original name without its extension | `image` |
//! | `{id}` | id of the upload | `unknown` |
//! | `{n}` | position counted from the oldest, at least four digits: `0042` | |
//! | `{room}` | name of the room | `room` |
//! | `{server}` | host and path of the server: `chat.example.org` | |
//! | `{ext}` | extension without its dot: `jpg` | `image` |
//!
//! Every file's name ends with its extension. Where the template does not end with `.{ext}`, it
//! is appended, so that `{ext}/{name}` sorts by type and still gives files that open.
//!
//! Whatever the values hold, each part of a path between two slashes is one portable name
//! (see [`portable_file_name`]): a value never adds a folder and never leaves the one it is in.

mod error;
mod parse;
mod path;
mod preview;
#[cfg(test)]
mod tests;

pub use error::TemplateError;
pub use path::PortablePath;
pub use preview::Preview;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{ServerUrl, Upload};
use crate::storage::{
    MAX_NAME_BYTES, correct_extension, cut_to, portable_file_name, split_extension,
};

/// So that names still sort when a room grows from 999 images to 1000.
const LEAST_DIGITS: usize = 4;

/// A template that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    folders: Vec<Vec<Part>>,
    /// Of the file's name, without `.{ext}` at its end.
    file: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Value(Word),
}

/// What stands in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Date,
    Time,
    User,
    Name,
    Id,
    Number,
    Room,
    Server,
    Extension,
}

/// One image to name.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The image.
    pub upload: &'a Upload,
    /// The name of its room as people see it.
    pub room: &'a str,
    /// Where it comes from.
    pub server: &'a ServerUrl,
    /// Where it stands among all that are saved.
    pub place: Place,
    /// The type by content once it is known, else the declared one, such as `image/jpeg`.
    pub media_type: &'a str,
    /// What to do with an extension that contradicts `media_type`.
    pub extension: ExtensionRule,
    /// For `{date}` and `{time}`; usually the system's.
    pub zone: &'a TimeZone,
}

/// A position among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 1 is the oldest.
    pub from_oldest: u64,
    /// How many there are; gives the number of digits.
    pub total: u64,
}

impl Place {
    /// In a list that has the newest first.
    pub fn newest_first(position: usize, total: usize) -> Self {
        Self {
            from_oldest: total.saturating_sub(position).max(1) as u64,
            total: total as u64,
        }
    }
}

/// What to do with the extension of `photo.png` when it holds a JPEG.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExtensionRule {
    /// It stays: the name is what the uploader chose. Only a missing one is added.
    #[default]
    Keep,
    /// It becomes the one of the type.
    Correct,
}

impl Default for Template {
    /// The original name, `{name}`.
    fn default() -> Self {
        Self {
            folders: Vec::new(),
            file: vec![Part::Value(Word::Name)],
        }
    }
}

impl Template {
    /// Understands a template.
    ///
    /// # Errors
    /// When it cannot be one; the error's text says where and what to do.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        parse::template(text)
    }

    /// Where this image goes, relative to the folder that is saved to.
    pub fn path(&self, item: &Item<'_>) -> PortablePath {
        let original = original_name(item);
        let (stem, extension) = split_extension(&original).unwrap_or((&original, ""));
        let values = Values {
            item,
            stem,
            extension,
        };
        let mut components: Vec<String> = self
            .folders
            .iter()
            .map(|parts| portable_file_name(&values.fill(parts, MAX_NAME_BYTES), ""))
            .collect();
        components.push(self.file_name(&values));
        PortablePath::new(&components)
    }

    fn file_name(&self, values: &Values<'_>) -> String {
        if values.extension.is_empty() {
            let name = values.fill(&self.file, MAX_NAME_BYTES);
            return portable_file_name(&name, values.item.media_type);
        }
        let ending = format!(".{}", values.extension);
        let stem = values.fill(&self.file, MAX_NAME_BYTES - ending.len());
        // Whoever writes `{name}.jpg` does not want `a.jpg.jpg`.
        let is_written_out = matches!(self.file.last(), Some(Part::Literal(text))
            if text.to_ascii_lowercase().ends_with(&ending.to_ascii_lowercase()));
        let name = if is_written_out { stem } else { stem + &ending };
        portable_file_name(&name, values.item.media_type)
    }
}

fn original_name(item: &Item<'_>) -> String {
    let name = &item.upload.name;
    match item.extension {
        ExtensionRule::Keep => portable_file_name(name, item.media_type),
        ExtensionRule::Correct => {
            portable_file_name(&correct_extension(name, item.media_type), item.media_type)
        }
    }
}

/// What the words stand for.
struct Values<'a> {
    item: &'a Item<'a>,
    stem: &'a str,
    extension: &'a str,
}

impl Values<'_> {
    /// One name. If it is too long, the original name in it is cut rather than what comes after
    /// it: an id or a time is what keeps two of them apart.
    fn fill(&self, parts: &[Part], max_bytes: usize) -> String {
        let filled = self.join(parts, self.stem);
        let names = parts
            .iter()
            .filter(|part| matches!(part, Part::Value(Word::Name)));
        let excess = filled.len().saturating_sub(max_bytes);
        match excess.checked_div(names.count()) {
            Some(excess) if excess > 0 && excess + 1 < self.stem.len() => {
                let cut = cut_to(self.stem, self.stem.len() - excess - 1);
                self.join(parts, cut.trim_end())
            }
            _ => filled,
        }
    }

    fn join(&self, parts: &[Part], name: &str) -> String {
        let of = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::Value(Word::Name) => name.to_owned(),
            Part::Value(word) => self.value(*word),
        };
        parts.iter().map(of).collect()
    }

    fn value(&self, word: Word) -> String {
        let upload = self.item.upload;
        match word {
            Word::Date => self.posted("%Y-%m-%d", "undated"),
            Word::Time => self.posted("%H%M%S", "untimed"),
            Word::User => visible(self.user().unwrap_or_default(), "unknown"),
            Word::Name => self.stem.to_owned(),
            Word::Id => visible(upload.id.as_str(), "unknown"),
            Word::Number => {
                let Place { from_oldest, total } = self.item.place;
                let n_digits = total.to_string().len().max(LEAST_DIGITS);
                format!("{from_oldest:0n_digits$}")
            }
            Word::Room => visible(self.item.room, "room"),
            Word::Server => self.item.server.host_and_path(),
            Word::Extension => visible(self.extension, "image"),
        }
    }

    fn posted(&self, format: &str, missing: &str) -> String {
        let local = |time: Timestamp| time.to_zoned(self.item.zone.clone());
        self.item.upload.uploaded_at.map_or_else(
            || missing.to_owned(),
            |time| local(time).strftime(format).to_string(),
        )
    }

    fn user(&self) -> Option<&str> {
        let upload = self.item.upload;
        let is_filled = |text: &&str| !text.trim().is_empty();
        let person = upload.uploader.as_ref();
        let username = person.and_then(|person| person.username.as_deref());
        let name = || person.and_then(|person| person.name.as_deref());
        let id = || upload.user.as_ref().map(|id| id.as_str());
        username
            .filter(is_filled)
            .or_else(|| name().filter(is_filled))
            .or_else(id)
    }
}

/// The value, or what stands for it when nothing of it would be left in a name.
fn visible(value: &str, missing: &str) -> String {
    let name = portable_file_name(value, "");
    let is_empty = name == portable_file_name("", "") || name.trim_matches('_').is_empty();
    if is_empty && name != value {
        missing.to_owned()
    } else {
        value.to_owned()
    }
}
