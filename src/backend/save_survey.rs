//! What a save would do: looked at again with every change of the sheet that asks for it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::{AccountId, Upload};
use crate::protocol::{ClashRule, SaveOrder, SaveSelection, SaveSurvey, SurveyError};
use crate::saving::template::Place;
use crate::saving::{DRAFT_LIFETIME, Naming, People, Survey, TargetFolder, free_at};
use crate::storage::{Library, OnClash};

/// How many names are shown.
const EXAMPLES: usize = 3;

/// Looks at everything that is known of the order's images. Reads the disk. `None` when it was
/// stopped.
pub(super) fn survey(
    order: &SaveOrder,
    account: &AccountId,
    library: Option<Arc<Library>>,
    stop: &AtomicBool,
) -> Option<Result<Box<SaveSurvey>, SurveyError>> {
    let SaveOrder {
        room,
        selection,
        folder,
        choices,
    } = order;
    let naming = match Naming::new(&choices.template, room, account.server.clone()) {
        Ok(naming) => naming,
        Err(error) => return Some(Err(SurveyError::Template(error.to_string()))),
    };
    let people = People::new(
        library
            .iter()
            .flat_map(|it| it.people())
            .map(|known| known.person),
    );
    let target = TargetFolder::look(folder, account.clone(), room.id.clone(), library);
    let target = match target {
        Ok(target) => target,
        Err(error) => return Some(Err(SurveyError::Storage(error))),
    };
    let on_clash = match choices.on_clash {
        ClashRule::Number | ClashRule::Ask => OnClash::Number,
        ClashRule::Skip => OnClash::Skip,
        ClashRule::Overwrite => OnClash::Overwrite,
    };
    let mut sums = Survey::default();
    let mut examples: Vec<PathBuf> = Vec::new();
    for (upload, place) in images(selection, target.as_ref()) {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        for upload in people.name(vec![upload]) {
            let planned = naming.plan(upload, place);
            if examples.len() < EXAMPLES {
                examples.push(planned.path.clone());
            }
            sums.take(planned, target.as_ref(), on_clash);
        }
    }
    let free = free_at(folder);
    Some(Ok(Box::new(SaveSurvey {
        count: sums.count,
        bytes: sums.bytes,
        there_count: sums.there_count,
        missing_bytes: sums.missing_bytes,
        lack: sums.lack(free),
        free,
        clash_count: sums.clash_count,
        taken_count: sums.taken_count,
        examples,
        is_partial: is_partial(selection),
    })))
}

fn is_partial(selection: &SaveSelection) -> bool {
    match selection {
        SaveSelection::Uploads(_) => false,
        SaveSelection::WholeRoom { listing, .. } | SaveSelection::News { listing } => {
            !listing.is_complete()
        }
    }
}

/// What is known of the images, with the places that they will have.
fn images<'a>(
    selection: &'a SaveSelection,
    target: Option<&TargetFolder>,
) -> Box<dyn Iterator<Item = (Arc<Upload>, Place)> + 'a> {
    match selection {
        SaveSelection::Uploads(uploads) => {
            let total = uploads.len();
            let chosen = uploads.iter().enumerate();
            Box::new(chosen.map(move |(index, upload)| {
                (Arc::clone(upload), Place::newest_first(index, total))
            }))
        }
        SaveSelection::WholeRoom { listing, except } => {
            let total = listing.len();
            let known = listing
                .known()
                .filter(|upload| !except.contains(&upload.id));
            Box::new(known.map(move |upload| {
                let position = listing.position(&upload.id).unwrap_or_default();
                (upload, Place::newest_first(position, total))
            }))
        }
        SaveSelection::News { listing } => {
            let total = listing.len();
            let since = target.and_then(TargetFolder::saved_until);
            let since = since.map(|until| until - DRAFT_LIFETIME);
            let broken = target.map_or_else(HashSet::new, TargetFolder::truncated);
            let news = listing.known().filter(move |upload| {
                let is_new = match (since, upload.uploaded_at) {
                    (Some(since), Some(at)) => at >= since,
                    _ => true,
                };
                is_new || broken.contains(&upload.id)
            });
            Box::new(news.map(move |upload| {
                let position = listing.position(&upload.id).unwrap_or_default();
                (upload, Place::newest_first(position, total))
            }))
        }
    }
}
