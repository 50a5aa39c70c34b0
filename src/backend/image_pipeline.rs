//! Wanted pictures: starts what is new in the list, best first, and drops what left it.
//!
//! A thumbnail is looked for on this machine first. That takes a place of its own, so that no
//! download that is slow keeps back what is here already; only what is not here takes one of
//! the places of those that are fetched.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::image_job::Workshop;
use crate::domain::UploadId;
use crate::imaging::ImageError;
use crate::protocol::{
    Event, ImageFailure, ImageRequest, ImageSize, ImageSubject, Wanted, WantedImage,
};

/// Pictures under way: the six that may download, and some that decode or wait for a listing.
const MAX_UPLOADS: usize = 10;

/// Thumbnails that are looked for on this machine: one is read while the next ones wait.
const MAX_LOOKS: usize = 4;

/// Avatars under way: small and many, and never in the way of images.
const MAX_AVATARS: usize = 2;

pub(super) struct ImagePipeline {
    workshop: Arc<Workshop>,
    wanted: watch::Receiver<Wanted>,
    jobs: JoinSet<Outcome>,
    request_of: HashMap<Id, ImageRequest>,
    /// One entry for each listed picture that was begun, until it leaves the list: so nothing
    /// is made twice.
    entries: HashMap<ImageRequest, Entry>,
    begun: u64,
}

enum Entry {
    Running {
        job: AbortHandle,
        lane: Lane,
        /// The place in the order in which jobs were begun.
        place: u64,
    },
    /// Not on this machine: to be fetched.
    Absent,
    Done,
}

/// Which places a job takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Look,
    Upload,
    Avatar,
}

/// How a job ended.
enum Outcome {
    Reported,
    Absent,
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
        self.workshop.close_viewer(&HashSet::new());
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
        let (images, is_viewing) = {
            let wanted = self.wanted.borrow_and_update();
            (wanted.images.clone(), wanted.is_viewing)
        };
        let listed: HashSet<&ImageRequest> = images.iter().map(|image| &image.request).collect();
        let left = self
            .entries
            .extract_if(|request, _| !listed.contains(request));
        let mut dropped: Vec<(u64, AbortHandle)> = left
            .filter_map(|(_, entry)| match entry {
                Entry::Running { job, place, .. } => Some((place, job)),
                Entry::Absent | Entry::Done => None,
            })
            .collect();
        // The last one first: what waits for a turn must not get it from what is dropped.
        dropped.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        for (_, job) in dropped {
            job.abort();
        }
        // After them, so that none of them tells of what it waited for in vain.
        let wished = looked_at_closely(&images);
        if is_viewing {
            self.workshop.follow_viewer(&wished);
        } else {
            self.workshop.close_viewer(&wished);
        }
        let wished = images.iter().map(|image| {
            let entry = self.entries.get(&image.request);
            (image, !matches!(entry, Some(Entry::Done)))
        });
        self.workshop.precedence.follow(&wished.collect::<Vec<_>>());
        let mut running = self.running();
        for image in images {
            let lane = match self.entries.get(&image.request) {
                Some(Entry::Running { .. } | Entry::Done) => continue,
                Some(Entry::Absent) => Lane::Upload,
                None => first_lane(&image.request),
            };
            let running = lane.of(&mut running);
            if *running < lane.limit() {
                *running += 1;
                self.begin(image, lane);
            }
        }
    }

    fn running(&self) -> [usize; 3] {
        let lanes = self.entries.values().filter_map(|entry| match entry {
            Entry::Running { lane, .. } => Some(*lane),
            Entry::Absent | Entry::Done => None,
        });
        lanes.fold([0; 3], |mut running, lane| {
            *lane.of(&mut running) += 1;
            running
        })
    }

    fn begin(&mut self, image: WantedImage, lane: Lane) {
        let workshop = Arc::clone(&self.workshop);
        let request = image.request.clone();
        let job = self.jobs.spawn(async move {
            if lane == Lane::Look && !workshop.take_from_shelf(&image).await {
                return Outcome::Absent;
            }
            if lane != Lane::Look {
                workshop.make(image).await;
            }
            Outcome::Reported
        });
        self.request_of.insert(job.id(), request.clone());
        self.begun += 1;
        let place = self.begun;
        let entry = Entry::Running { job, lane, place };
        self.entries.insert(request, entry);
    }

    async fn ended(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (id, next, is_panic) = match &ended {
            Ok((id, Outcome::Absent)) => (*id, Entry::Absent, false),
            Ok((id, Outcome::Reported)) => (*id, Entry::Done, false),
            Err(error) => (error.id(), Entry::Done, error.is_panic()),
        };
        let Some(request) = self.request_of.remove(&id) else {
            return;
        };
        // Another job may run for the same request by now: one that left the list and came back.
        if let Some(entry) = self.entries.get_mut(&request)
            && matches!(entry, Entry::Running { job, .. } if job.id() == id)
        {
            *entry = next;
        }
        if is_panic {
            tracing::error!(?request, "the work on a picture panicked");
            let error = ImageFailure::Decode(ImageError::DecoderCrashed);
            let event = Event::ImageFailed { request, error };
            self.workshop.link.events.send(event).await;
        }
    }
}

impl Lane {
    const fn limit(self) -> usize {
        match self {
            Self::Look => MAX_LOOKS,
            Self::Upload => MAX_UPLOADS,
            Self::Avatar => MAX_AVATARS,
        }
    }

    const fn of(self, [looks, uploads, avatars]: &mut [usize; 3]) -> &mut usize {
        match self {
            Self::Look => looks,
            Self::Upload => uploads,
            Self::Avatar => avatars,
        }
    }
}

/// The images of which parts are wished for.
fn looked_at_closely(images: &[WantedImage]) -> HashSet<&UploadId> {
    let of_tile = |image: &'_ WantedImage| matches!(image.request.size, ImageSize::Tile(_));
    let tiles = images.iter().filter(|image| of_tile(image));
    let uploads = tiles.filter_map(|image| match &image.request.subject {
        ImageSubject::Upload(id) => Some(id),
        ImageSubject::RoomAvatar(_) | ImageSubject::UserAvatar(_) => None,
    });
    uploads.collect()
}

const fn first_lane(request: &ImageRequest) -> Lane {
    match (&request.subject, request.size) {
        (ImageSubject::RoomAvatar(_) | ImageSubject::UserAvatar(_), _) => Lane::Avatar,
        (ImageSubject::Upload(_), ImageSize::Thumbnail { .. }) => Lane::Look,
        (
            ImageSubject::Upload(_),
            ImageSize::Full { .. }
            | ImageSize::Tile(_)
            | ImageSize::Frame { .. }
            | ImageSize::Metadata,
        ) => Lane::Upload,
    }
}
