//! Users, as far as a gallery cares.

use serde::Deserialize;

use super::lenient;
use crate::domain::{Person, UserId};

/// A user in any answer.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::rocketchat) struct UserWire {
    #[serde(rename = "_id", default, deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    username: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
}

impl UserWire {
    /// The person; `None` without an id.
    pub(in crate::rocketchat) fn to_person(&self) -> Option<Person> {
        let id = self.id.as_deref().filter(|id| !id.is_empty())?;
        Some(Person {
            id: UserId::from(id),
            username: self.username.clone(),
            name: self.name.clone(),
        })
    }
}

/// `GET me`, and `data.me` of a log-in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rocketchat) struct MeWire {
    #[serde(flatten)]
    pub(in crate::rocketchat) user: UserWire,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(in crate::rocketchat) require_password_change: bool,
}
