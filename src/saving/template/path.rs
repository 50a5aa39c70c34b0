//! A relative path that every system takes.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::storage::{name_key, numbered};

/// Portable names with `/` between them; the last one is the file's. Never empty, never
/// absolute, never with a part that is `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PortablePath(String);

impl PortablePath {
    /// Of names that are portable each.
    pub(super) fn new(components: &[String]) -> Self {
        Self(components.join("/"))
    }

    /// The path of a file that was saved below `folder`; `None` for one that is elsewhere, or has
    /// a name that is no text.
    pub fn of_saved(path: &Path, folder: &Path) -> Option<Self> {
        let below = path.strip_prefix(folder).ok()?;
        let components = below.components().map(|component| match component {
            Component::Normal(name) => name.to_str().map(str::to_owned),
            _ => None,
        });
        let components: Vec<String> = components.collect::<Option<_>>()?;
        (!components.is_empty()).then(|| Self::new(&components))
    }

    /// With `/` between the parts, on every system.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sub-folders, outermost first, then the file's name.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The file's name.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The sub-folders alone, `None` when the file is in none.
    pub fn folder(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(folder, _)| folder)
    }

    /// The path of this system inside `folder`.
    pub fn within(&self, folder: &Path) -> PathBuf {
        let mut path = folder.to_path_buf();
        path.extend(self.components());
        path
    }

    /// The `n`-th choice when this is taken: `a/b (2).jpg`; the first is the path itself.
    pub fn numbered(&self, n: u32) -> Self {
        let name = numbered(self.file_name(), n);
        Self(match self.folder() {
            Some(folder) => format!("{folder}/{name}"),
            None => name,
        })
    }

    /// What two paths have in common that some system takes for the same.
    pub fn key(&self) -> String {
        // One by one: a fullwidth slash is part of a name, and its compatible form is `/`.
        let keys: Vec<_> = self.components().map(name_key).collect();
        keys.join("\0")
    }
}

impl fmt::Display for PortablePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
