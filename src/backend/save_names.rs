//! Names of those who posted what is saved, where the save wants them.

use std::sync::Arc;

use super::link::{Next, SessionLink};
use super::reaction::Tries;
use crate::domain::Upload;
use crate::rocketchat::{Client, ClientError};
use crate::saving::People;
use crate::storage::{Library, SaveChoices};

/// The people that are known; `None` where no name is needed.
pub(super) struct Names(Option<People>);

impl Names {
    pub(super) fn new(choices: &SaveChoices, library: Option<&Arc<Library>>) -> Self {
        Self(choices.need_names().then(|| {
            let known = library.map(|it| it.people()).unwrap_or_default();
            People::new(known.into_iter().map(|known| known.person))
        }))
    }

    /// The same uploads with names. Somebody whom the server does not name keeps nobody from
    /// saving.
    pub(super) async fn name(
        &mut self,
        uploads: Vec<Arc<Upload>>,
        link: &SessionLink,
    ) -> Vec<Arc<Upload>> {
        let Some(people) = &mut self.0 else {
            return uploads;
        };
        let unknown = people.unknown(&uploads);
        if !unknown.is_empty() {
            let found = ask(link, async |client: &Client| client.people(&unknown).await).await;
            people.learn(found);
        }
        for id in unknown {
            if !people.was_asked_for(&id) {
                let found = ask(link, async |client: &Client| client.person(&id).await).await;
                people.learn_of(id, found);
            }
        }
        people.name(uploads)
    }
}

async fn ask<T: Default>(
    link: &SessionLink,
    question: impl AsyncFn(&Client) -> Result<T, ClientError>,
) -> T {
    let mut tries = Tries::new(&link.timings);
    loop {
        let client = link.client().await;
        match question(&client).await {
            Ok(answer) => {
                link.monitor.reached();
                return answer;
            }
            Err(error) => {
                if link.after_failure(&client, &error, &mut tries).await == Next::GiveUp {
                    tracing::debug!(%error, "a save goes on without names");
                    return T::default();
                }
            }
        }
    }
}
