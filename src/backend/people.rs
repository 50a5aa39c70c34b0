//! Names for the user ids of uploads: each asked for once, many at a time.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::library::LibraryDesk;
use super::link::{Next, SessionLink};
use super::reaction::{Reaction, Tries, reaction};
use crate::domain::{Person, UploadPage, UserId};
use crate::protocol::Event;
use crate::rocketchat::ClientError;

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
    /// Where names are remembered.
    library: Option<Arc<LibraryDesk>>,
}

#[derive(Default)]
struct Ids {
    /// Known, asked for, or waiting below.
    seen: HashSet<UserId>,
    waiting: Vec<UserId>,
    /// Those whom the answer for many left out: asked for one by one, as the budget allows.
    single: VecDeque<UserId>,
}

impl PeopleDesk {
    /// A desk whose names are remembered there.
    pub(super) fn kept_in(library: Arc<LibraryDesk>) -> Self {
        let inner = Inner {
            library: Some(library),
            ..Inner::default()
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// These people are named already and need not be asked for.
    pub(super) fn know(&self, people: impl Iterator<Item = UserId>) {
        let mut ids = self.ids();
        for id in people {
            ids.waiting.retain(|waiting| *waiting != id);
            ids.seen.insert(id);
        }
    }

    /// Reports names, and remembers them.
    pub(super) async fn tell(&self, link: &SessionLink, people: Vec<Person>) {
        if let Some(library) = &self.inner.library {
            library.keep_people(people.clone()).await;
        }
        link.events.send(Event::PeopleResolved(people)).await;
    }

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
            .filter(|person| ids.seen.insert(person.id.clone()) || ids.is_waiting(&person.id))
            .collect();
        let is_open = |id: &UserId| !news.iter().any(|person| person.id == *id);
        ids.waiting.retain(is_open);
        ids.single.retain(is_open);
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
            // No call for a single person before.
            let mut single_from = None;
            loop {
                let batch = self.next_batch();
                let single = self.ids().single.front().cloned();
                if !batch.is_empty() {
                    let missing = self.resolve(&link, batch).await;
                    self.ids().single.extend(missing);
                    continue;
                }
                let Some(id) = single else {
                    self.inner.has_work.notified().await;
                    continue;
                };
                if let Some(until) = single_from.filter(|until| *until > Instant::now()) {
                    tokio::select! {
                        () = tokio::time::sleep_until(until) => {}
                        () = self.inner.has_work.notified() => {}
                    }
                    continue;
                }
                single_from = self.look_up(&link, &id).await;
                if single_from.is_none() {
                    self.ids().single.retain(|waiting| *waiting != id);
                }
            }
        };
        link.cancel.run_until_cancelled(work).await;
    }

    /// Asks for many at once. Returns those of whom the server said nothing: it tells no presence,
    /// or they are gone.
    async fn resolve(&self, link: &SessionLink, mut batch: Vec<UserId>) -> Vec<UserId> {
        let mut tries = Tries::new(&link.timings);
        loop {
            let client = link.client().await;
            match client.people(&batch).await {
                Ok(people) => {
                    link.monitor.reached();
                    batch.retain(|id| !people.iter().any(|person| person.id == *id));
                    if !people.is_empty() {
                        self.tell(link, people).await;
                    }
                    return batch;
                }
                // Nobody waits for a name: no reason to announce it.
                Err(ClientError::RateLimited { retry_after }) => {
                    tokio::time::sleep(retry_after).await;
                }
                Err(error) => match link.after_failure(&client, &error, &mut tries).await {
                    Next::Again => {}
                    Next::GiveUp => {
                        tracing::debug!(%error, count = batch.len(), "nobody named these people");
                        return Vec::new();
                    }
                },
            }
        }
    }

    /// Asks for one. Returns when to ask again, if there was no call left; who is not known to the
    /// server stays unknown.
    async fn look_up(&self, link: &SessionLink, id: &UserId) -> Option<Instant> {
        let mut tries = Tries::new(&link.timings);
        loop {
            let client = link.client().await;
            let error = match client.person(id).await {
                Ok(person) => {
                    link.monitor.reached();
                    if let Some(person) = person {
                        self.tell(link, vec![person]).await;
                    }
                    return None;
                }
                Err(error) => error,
            };
            if let Reaction::WaitFor(pause) = reaction(&error) {
                return Some(Instant::now() + pause);
            }
            if link.after_failure(&client, &error, &mut tries).await == Next::GiveUp {
                return None;
            }
        }
    }
}

impl Ids {
    fn is_waiting(&self, id: &UserId) -> bool {
        self.waiting.contains(id) || self.single.contains(id)
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
