//! Who posted what: listings give ids only, and names, sidecars and credits want more.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Person, Upload, UserId};

/// The people that are known, and those that nobody knows.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// `None` for somebody whom the server does not know either.
    known: HashMap<UserId, Option<Person>>,
}

impl People {
    /// Begins with those that this machine knows.
    pub fn new(known: impl IntoIterator<Item = Person>) -> Self {
        let known = known.into_iter();
        Self {
            known: known
                .map(|person| (person.id.clone(), Some(person)))
                .collect(),
        }
    }

    /// Who posted these and is to be asked for, each once.
    pub fn unknown(&self, uploads: &[Arc<Upload>]) -> Vec<UserId> {
        let mut unknown: Vec<UserId> = Vec::new();
        let nameless = uploads.iter().filter(|upload| upload.uploader.is_none());
        for id in nameless.filter_map(|upload| upload.user.as_ref()) {
            if !self.known.contains_key(id) && !unknown.contains(id) {
                unknown.push(id.clone());
            }
        }
        unknown
    }

    /// Takes in what the server told of those that were asked for.
    pub fn learn(&mut self, people: Vec<Person>) {
        let people = people.into_iter();
        self.known
            .extend(people.map(|person| (person.id.clone(), Some(person))));
    }

    /// Whether somebody was asked for already.
    pub fn was_asked_for(&self, id: &UserId) -> bool {
        self.known.contains_key(id)
    }

    /// Nobody knows this one: not asked for again.
    pub fn learn_of(&mut self, id: UserId, person: Option<Person>) {
        self.known.insert(id, person);
    }

    /// The same uploads with the names that are known.
    pub fn name(&self, uploads: Vec<Arc<Upload>>) -> Vec<Arc<Upload>> {
        let named = uploads.into_iter().map(|upload| {
            let user = upload.user.as_ref().filter(|_| upload.uploader.is_none());
            match user.and_then(|id| self.known.get(id)?.clone()) {
                Some(person) => Arc::new(Upload {
                    uploader: Some(person),
                    ..(*upload).clone()
                }),
                None => upload,
            }
        });
        named.collect()
    }
}
