//! Names for the user ids of uploads: each asked for once, many at a time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::link::{Next, SessionLink};
use super::reaction::Tries;
use crate::domain::{Person, UploadPage, UserId};
use crate::protocol::Event;

/// How many people one call asks for: keeps the address under the 8 KB of common proxies.
const BATCH_SIZE: usize = 50;

/// Where ids are handed in.
#[derive(Clone, Default)]
pub(super) struct PeopleDesk {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<Ids>,
    has_work: Notify,
}

#[derive(Default)]
struct Ids {
    /// Known, asked for, or waiting below.
    seen: HashSet<UserId>,
    waiting: Vec<UserId>,
}

impl PeopleDesk {
    fn ids(&self) -> std::sync::MutexGuard<'_, Ids> {
        let state = &self.inner.state;
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for ids nobody named yet.
    pub(super) fn learn(&self, page: &UploadPage) {
        let mut ids = self.ids();
        let before = ids.waiting.len();
        for upload in page.uploads.iter().filter(|one| one.uploader.is_none()) {
            if let Some(user) = &upload.user
                && ids.seen.insert(user.clone())
            {
                ids.waiting.push(user.clone());
            }
        }
        if ids.waiting.len() > before {
            self.inner.has_work.notify_one();
        }
    }

    /// People that another answer named. Returns those that are news.
    pub(super) fn meet(&self, people: Vec<Person>) -> Vec<Person> {
        let mut ids = self.ids();
        let news: Vec<Person> = people
            .into_iter()
            .filter(|person| ids.seen.insert(person.id.clone()) || ids.waiting.contains(&person.id))
            .collect();
        ids.waiting
            .retain(|id| !news.iter().any(|person| person.id == *id));
        news
    }

    fn next_batch(&self) -> Vec<UserId> {
        let mut ids = self.ids();
        let count = ids.waiting.len().min(BATCH_SIZE);
        ids.waiting.drain(..count).collect()
    }

    /// Asks for names until the link is cancelled.
    pub(super) async fn run(self, link: Arc<SessionLink>) {
        let work = async {
            loop {
                let batch = self.next_batch();
                if batch.is_empty() {
                    self.inner.has_work.notified().await;
                } else {
                    resolve(&link, &batch).await;
                }
            }
        };
        link.cancel.run_until_cancelled(work).await;
    }
}

async fn resolve(link: &SessionLink, batch: &[UserId]) {
    let mut tries = Tries::new(&link.timings);
    loop {
        let client = link.client().await;
        match client.people(batch).await {
            Ok(people) => {
                link.monitor.reached();
                link.events.send(Event::PeopleResolved(people)).await;
                return;
            }
            Err(error) => match link.after_failure(&client, &error, &mut tries).await {
                Next::Again => {}
                Next::GiveUp => {
                    tracing::debug!(%error, count = batch.len(), "nobody named these people");
                    return;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str) -> Person {
        Person {
            id: UserId::from(id),
            username: Some(id.to_owned()),
            name: None,
        }
    }

    #[test]
    fn somebody_named_elsewhere_is_not_asked_for() {
        let desk = PeopleDesk::default();
        desk.ids().seen.insert(UserId::from("ana"));
        desk.ids().waiting.push(UserId::from("ana"));
        assert_eq!(desk.meet(vec![person("ana")]), [person("ana")]);
        assert!(desk.next_batch().is_empty());
        assert_eq!(desk.meet(vec![person("ana")]), []);
    }
}
