//! Wanted pictures: starts what is new in the list, best first, and drops what left it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::image_job::Workshop;
use crate::imaging::ImageError;
use crate::protocol::{Event, ImageFailure, ImageRequest, ImageSubject, Wanted, WantedImage};

/// Pictures under way: the six that may download, and some that decode or wait for a listing.
const MAX_UPLOADS: usize = 10;

/// Avatars under way: small and many, and never in the way of images.
const MAX_AVATARS: usize = 2;

pub(super) struct ImagePipeline {
    workshop: Arc<Workshop>,
    wanted: watch::Receiver<Wanted>,
    jobs: JoinSet<()>,
    request_of: HashMap<Id, ImageRequest>,
    /// One entry for each listed picture that was begun, until it leaves the list: so nothing
    /// is made twice.
    entries: HashMap<ImageRequest, Entry>,
    begun: u64,
}

enum Entry {
    Running {
        job: AbortHandle,
        /// The place in the order in which jobs were begun.
        place: u64,
    },
    Done,
}

impl ImagePipeline {
    pub(super) fn new(workshop: Arc<Workshop>, wanted: watch::Receiver<Wanted>) -> Self {
        Self {
            workshop,
            wanted,
            jobs: JoinSet::new(),
            request_of: HashMap::new(),
            entries: HashMap::new(),
            begun: 0,
        }
    }

    pub(super) async fn run(mut self) {
        let cancel = self.workshop.link.cancel.clone();
        cancel.run_until_cancelled(self.work()).await;
        self.jobs.shutdown().await;
    }

    async fn work(&mut self) {
        loop {
            self.reconcile();
            tokio::select! {
                Ok(()) = self.wanted.changed() => {}
                Some(ended) = self.jobs.join_next_with_id() => self.ended(ended).await,
                else => std::future::pending().await,
            }
        }
    }

    fn reconcile(&mut self) {
        let images = self.wanted.borrow_and_update().images.clone();
        let listed: HashSet<&ImageRequest> = images.iter().map(|image| &image.request).collect();
        let left = self
            .entries
            .extract_if(|request, _| !listed.contains(request));
        let mut dropped: Vec<(u64, AbortHandle)> = left
            .filter_map(|(_, entry)| match entry {
                Entry::Running { job, place } => Some((place, job)),
                Entry::Done => None,
            })
            .collect();
        // The last one first: what waits for a turn must not get it from what is dropped.
        dropped.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        for (_, job) in dropped {
            job.abort();
        }
        let (mut uploads, mut avatars) = self.running();
        for image in images {
            let (running, limit) = if is_avatar(&image.request) {
                (&mut avatars, MAX_AVATARS)
            } else {
                (&mut uploads, MAX_UPLOADS)
            };
            if *running < limit && !self.entries.contains_key(&image.request) {
                *running += 1;
                self.begin(image);
            }
        }
    }

    fn running(&self) -> (usize, usize) {
        let entries = self.entries.iter();
        let running = entries.filter(|(_, entry)| matches!(entry, Entry::Running { .. }));
        let (avatars, uploads): (Vec<_>, Vec<_>) =
            running.partition(|(request, _)| is_avatar(request));
        (uploads.len(), avatars.len())
    }

    fn begin(&mut self, image: WantedImage) {
        let workshop = Arc::clone(&self.workshop);
        let request = image.request.clone();
        let job = self.jobs.spawn(async move { workshop.make(image).await });
        self.request_of.insert(job.id(), request.clone());
        self.begun += 1;
        let place = self.begun;
        self.entries.insert(request, Entry::Running { job, place });
    }

    async fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let (id, is_panic) = match &ended {
            Ok((id, ())) => (*id, false),
            Err(error) => (error.id(), error.is_panic()),
        };
        let Some(request) = self.request_of.remove(&id) else {
            return;
        };
        // Another job may run for the same request by now: one that left the list and came back.
        if let Some(entry) = self.entries.get_mut(&request)
            && matches!(entry, Entry::Running { job, .. } if job.id() == id)
        {
            *entry = Entry::Done;
        }
        if is_panic {
            tracing::error!(?request, "the work on a picture panicked");
            let error = ImageFailure::Decode(ImageError::DecoderCrashed);
            let event = Event::ImageFailed { request, error };
            self.workshop.link.events.send(event).await;
        }
    }
}

const fn is_avatar(request: &ImageRequest) -> bool {
    match request.subject {
        ImageSubject::Upload(_) => false,
        ImageSubject::RoomAvatar(_) | ImageSubject::UserAvatar(_) => true,
    }
}
