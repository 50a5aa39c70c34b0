//! Somebody who posts.

use super::UserId;

/// A user as far as a gallery cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The server's id.
    pub id: UserId,
    /// The handle, without `@`; a user just made by a single sign-on may have none yet.
    pub username: Option<String>,
    /// The real name.
    pub name: Option<String>,
}

impl Person {
    /// What to call this person: real name, else handle, else id.
    pub fn display_name(&self) -> &str {
        let filled = |text: &'_ &String| !text.trim().is_empty();
        self.name
            .as_ref()
            .filter(filled)
            .or_else(|| self.username.as_ref().filter(filled))
            .map_or_else(|| self.id.as_str(), String::as_str)
    }
}
