//! Asks who posted what, where somebody wants to know.

use std::sync::Arc;
use std::time::Duration;

use super::asking::ask;
use super::trouble::Trouble;
use crate::domain::Upload;
use crate::rocketchat::{Client, ClientError};
use crate::saving;
use crate::storage::{Library, SaveChoices};

/// The people that are known; `None` where no name is needed.
pub(super) struct People(Option<saving::People>);

impl People {
    /// Those that the library knows.
    pub(super) fn new(choices: &SaveChoices, library: Option<&Arc<Library>>) -> Self {
        Self(choices.need_names().then(|| {
            let known = library.map(|it| it.people()).unwrap_or_default();
            saving::People::new(known.into_iter().map(|known| known.person))
        }))
    }

    /// Nobody yet, and everybody is asked for.
    pub(super) fn all() -> Self {
        Self(Some(saving::People::default()))
    }

    /// The same uploads with names.
    pub(super) async fn name(
        &mut self,
        uploads: Vec<Arc<Upload>>,
        client: &Client,
        patience: Duration,
        told: impl Fn(Duration) + Copy,
    ) -> Result<Vec<Arc<Upload>>, Trouble> {
        let Some(people) = &mut self.0 else {
            return Ok(uploads);
        };
        let unknown = people.unknown(&uploads);
        if !unknown.is_empty() {
            let asked = ask(patience, told, async || client.people(&unknown).await).await;
            people.learn(or_nobody(asked)?);
        }
        for id in unknown {
            if !people.was_asked_for(&id) {
                let asked = ask(patience, told, async || client.person(&id).await).await;
                people.learn_of(id, or_nobody(asked)?);
            }
        }
        Ok(people.name(uploads))
    }
}

/// A server that does not tell who somebody is keeps nobody from saving.
fn or_nobody<T: Default>(asked: Result<T, ClientError>) -> Result<T, Trouble> {
    match asked {
        Ok(answer) => Ok(answer),
        Err(
            error @ (ClientError::SessionExpired
            | ClientError::Unreachable { .. }
            | ClientError::NameNotFound { .. }),
        ) => Err(Trouble::client(&error)),
        Err(error) => {
            tracing::warn!(%error, "names are not known");
            Ok(T::default())
        }
    }
}
