//! What many images of a room share, kept once: types, stores, and who posted.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Person, UserId};

/// See the [module documentation](self).
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    words: Vec<Arc<str>>,
    word_numbers: HashMap<Arc<str>, u64>,
    users: Vec<User>,
    user_numbers: HashMap<UserId, u64>,
    /// Uploaders that differ from what is known of their user.
    others: Vec<Person>,
}

#[derive(Debug, Clone)]
struct User {
    id: UserId,
    person: Option<Person>,
}

/// How an upload's [`Person`] is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uploader {
    /// Whatever is known of the upload's user.
    AsUser,
    /// Somebody else: this one.
    Other(u64),
}

impl Dictionary {
    /// The number of a word, a new one for a new word.
    pub(super) fn number_of(&mut self, word: &str) -> u64 {
        if let Some(number) = self.word_numbers.get(word) {
            return *number;
        }
        let number = self.words.len() as u64;
        let word: Arc<str> = Arc::from(word);
        self.words.push(Arc::clone(&word));
        self.word_numbers.insert(word, number);
        number
    }

    pub(super) fn word(&self, number: u64) -> Option<&str> {
        self.words.get(index(number)?).map(AsRef::as_ref)
    }

    pub(super) fn user_number(&mut self, id: &UserId) -> u64 {
        if let Some(number) = self.user_numbers.get(id) {
            return *number;
        }
        let number = self.users.len() as u64;
        self.users.push(User {
            id: id.clone(),
            person: None,
        });
        self.user_numbers.insert(id.clone(), number);
        number
    }

    pub(super) fn user(&self, number: u64) -> Option<&UserId> {
        Some(&self.users.get(index(number)?)?.id)
    }

    /// How to keep the uploader of something that `user` posted. The first that is told of a
    /// user holds for all that user's uploads.
    pub(super) fn uploader(&mut self, user: Option<u64>, uploader: Option<&Person>) -> Uploader {
        let Some(person) = uploader else {
            return Uploader::AsUser;
        };
        let user = user.and_then(|user| self.users.get_mut(index(user)?));
        if let Some(user) = user.filter(|user| user.id == person.id)
            && *user.person.get_or_insert_with(|| person.clone()) == *person
        {
            return Uploader::AsUser;
        }
        let known = self.others.iter().position(|other| other == person);
        let number = known.unwrap_or_else(|| {
            self.others.push(person.clone());
            self.others.len() - 1
        });
        Uploader::Other(number as u64)
    }

    pub(super) fn person(&self, user: Option<u64>, uploader: Uploader) -> Option<&Person> {
        match uploader {
            Uploader::AsUser => self.users.get(index(user?)?)?.person.as_ref(),
            Uploader::Other(number) => self.others.get(index(number)?),
        }
    }

    /// Names the person behind a user id, in all of that user's uploads that are kept
    /// [`Uploader::AsUser`].
    pub(super) fn name(&mut self, person: &Person) {
        let number = self.user_number(&person.id);
        if let Some(user) = index(number).and_then(|number| self.users.get_mut(number)) {
            user.person = Some(person.clone());
        }
    }
}

fn index(number: u64) -> Option<usize> {
    usize::try_from(number).ok()
}
