//! Names for user ids.

use serde::Deserialize as _;
use serde_json::Value;

use super::wire::UserWire;
use super::{Client, ClientError};
use crate::domain::{Person, UserId};

/// Ids of 17 characters: a query of this many stays below the 8 KiB that proxies allow.
const IDS_PER_CALL: usize = 300;

impl Client {
    /// Who is behind these ids: `users.presence`, all in one call. A server that does not
    /// broadcast presence answers with nobody; then [`Self::person`] tells of each.
    ///
    /// # Errors
    /// When the server could not be asked. Unknown ids are simply absent.
    pub async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, ClientError> {
        let mut people = Vec::new();
        for some in ids.chunks(IDS_PER_CALL) {
            let ids: Vec<&str> = some.iter().map(UserId::as_str).collect();
            let answer = self
                .api()
                .get("users.presence", &[("ids", &ids.join(","))])
                .await;
            match answer {
                Ok(answer) => people.extend(users_in(&answer)),
                Err(error) if is_final(&error) => return Err(error),
                // Not every version has it.
                Err(error) => tracing::debug!(%error, "no users.presence"),
            }
        }
        people.retain(|person| ids.contains(&person.id));
        Ok(people)
    }

    /// Who is behind this id: `users.info`, of which ten calls a minute are allowed. `None`
    /// for somebody who was deleted.
    ///
    /// # Errors
    /// When the server could not be asked.
    pub async fn person(&self, id: &UserId) -> Result<Option<Person>, ClientError> {
        let query = [("userId", id.as_str())];
        match self.api().get("users.info", &query).await {
            Ok(answer) => Ok(answer.get("user").and_then(person)),
            Err(error) if is_final(&error) => Err(error),
            Err(error) => {
                tracing::debug!(%id, %error, "nobody by this id");
                Ok(None)
            }
        }
    }
}

/// Not an answer about these people, but about asking at all.
const fn is_final(error: &ClientError) -> bool {
    !matches!(
        error,
        ClientError::Refused { .. } | ClientError::NotFound | ClientError::Forbidden
    )
}

fn users_in(answer: &Value) -> Vec<Person> {
    let users = answer.get("users").and_then(Value::as_array);
    users.into_iter().flatten().filter_map(person).collect()
}

fn person(user: &Value) -> Option<Person> {
    UserWire::deserialize(user).ok()?.to_person()
}
