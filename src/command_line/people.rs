//! Who posted what: listings give ids only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::asking::ask;
use super::trouble::Trouble;
use crate::cli::SaveArgs;
use crate::domain::{Person, Upload, UserId};
use crate::rocketchat::{Client, ClientError};
use crate::storage::Library;

/// The people that are known, and those that nobody knows.
pub(super) struct People(Option<HashMap<UserId, Option<Person>>>);

impl People {
    /// Those that the library knows; nobody where no name is needed.
    pub(super) fn new(args: &SaveArgs, library: Option<&Arc<Library>>) -> Self {
        let is_needed = args.sidecars
            || args.index
            || args.page
            || args.credit
            || args.template.contains("{user}");
        Self(is_needed.then(|| {
            let known = library.map(|it| it.people()).unwrap_or_default();
            let known = known.into_iter().map(|known| known.person);
            known
                .map(|person| (person.id.clone(), Some(person)))
                .collect()
        }))
    }

    /// The same uploads with names.
    pub(super) async fn name(
        &mut self,
        uploads: Vec<Arc<Upload>>,
        client: &Client,
        patience: Duration,
        told: impl Fn(Duration) + Copy,
    ) -> Result<Vec<Arc<Upload>>, Trouble> {
        let Some(known) = &mut self.0 else {
            return Ok(uploads);
        };
        let mut unknown: Vec<UserId> = Vec::new();
        for id in uploads.iter().filter_map(|upload| upload.user.as_ref()) {
            if !known.contains_key(id) && !unknown.contains(id) {
                unknown.push(id.clone());
            }
        }
        if !unknown.is_empty() {
            let asked = ask(patience, told, async || client.people(&unknown).await).await;
            let people = or_nobody(asked)?;
            known.extend(
                people
                    .into_iter()
                    .map(|person| (person.id.clone(), Some(person))),
            );
        }
        for id in unknown {
            if known.contains_key(&id) {
                continue;
            }
            let asked = ask(patience, told, async || client.person(&id).await).await;
            known.insert(id, or_nobody(asked)?);
        }
        let named = uploads.into_iter().map(|upload| {
            let person = upload.user.as_ref().and_then(|id| known.get(id)?.clone());
            match person {
                Some(person) => Arc::new(Upload {
                    uploader: Some(person),
                    ..(*upload).clone()
                }),
                None => upload,
            }
        });
        Ok(named.collect())
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
