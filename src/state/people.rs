//! Names of people: listings carry only their ids.

use std::collections::HashMap;

use crate::domain::{Person, UploadPage, UserId};
use crate::state::AppState;
use crate::state::effect::Effect;

impl AppState {
    pub(super) fn people_resolved(&mut self, people: Vec<Person>) -> Vec<Effect> {
        for gallery in self.gallery.iter_mut().chain(&mut self.kept) {
            gallery.listing.set_uploaders(&people);
        }
        let by_id = people.into_iter().map(|person| (person.id.clone(), person));
        self.people.extend(by_id);
        Vec::new()
    }
}

/// A page whose uploaders are named as far as their names are known.
pub(super) fn named(mut page: UploadPage, people: &HashMap<UserId, Person>) -> UploadPage {
    for upload in &mut page.uploads {
        if upload.uploader.is_none() {
            let person = upload.user.as_ref().and_then(|user| people.get(user));
            upload.uploader = person.cloned();
        }
    }
    page
}
