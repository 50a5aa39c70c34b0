//! Everything that runs for the account that is signed in.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::canvases::Canvases;
use super::decoders::Decoders;
use super::image_job::Workshop;
use super::image_pipeline::ImagePipeline;
use super::library::LibraryDesk;
use super::link::SessionLink;
use super::listing_lane::ListingLane;
use super::live_updates::LiveUpdates;
use super::message_finder::MessageFinder;
use super::originals::Originals;
use super::people::PeopleDesk;
use super::precedence::Precedence;
use super::reels::Reels;
use super::rooms;
use super::runner::JobEnd;
use super::save_desk::SaveDesk;
use super::session::Services;
use super::thumbnail_shelf::ThumbnailShelf;
use super::thumbnail_sources::ThumbnailSources;
use crate::domain::ByteCount;
use crate::protocol::{Event, Generation, Wanted};

/// Questions for the rooms, and windows that saves ask for: each save asks for one at a time.
const QUESTION_CAPACITY: usize = 16;

/// Changes of the room list that wait for the list, which is read over the network: some
/// seconds of a busy server. The websocket waits when it is full.
const CHANGE_CAPACITY: usize = 64;

/// How much the caches of an account may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capacities {
    pub(super) originals: ByteCount,
    pub(super) thumbnails: ByteCount,
}

pub(super) struct Live {
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) library: Arc<LibraryDesk>,
    pub(super) shelf: Arc<ThumbnailShelf>,
    pub(super) saves: SaveDesk,
    pub(super) workshop: Arc<Workshop>,
    pub(super) messages: Arc<MessageFinder>,
    rooms: mpsc::Sender<Generation>,
}

impl Live {
    /// Starts the tasks of an account. They end when its link is cancelled.
    pub(super) fn begin(
        link: Arc<SessionLink>,
        services: &Services,
        capacities: Capacities,
        wanted: &watch::Receiver<Wanted>,
        jobs: &mut JoinSet<JobEnd>,
        library: Arc<LibraryDesk>,
    ) -> Self {
        let (rooms, room_questions) = mpsc::channel(QUESTION_CAPACITY);
        let (lane, requests) = mpsc::channel(QUESTION_CAPACITY);
        let originals = Arc::new(Originals::new(
            Arc::clone(&link),
            services.dirs.clone(),
            capacities.originals,
        ));
        let (shelf, orders) = ThumbnailShelf::new(
            Arc::clone(&link),
            services.dirs.clone(),
            capacities.thumbnails,
        );
        let shelf = Arc::new(shelf);
        let thumbnails = Arc::new(ThumbnailSources::new());
        let people = PeopleDesk::kept_in(Arc::clone(&library));
        let workshop = Arc::new(Workshop {
            link: Arc::clone(&link),
            originals: Arc::clone(&originals),
            thumbnails: Arc::clone(&thumbnails),
            shelf: Arc::clone(&shelf),
            decoders: Decoders::new(decoder_count(), link.timings.decode_limit),
            canvases: Canvases::default(),
            reels: Reels::default(),
            precedence: Precedence::default(),
        });
        let listing = ListingLane::new(
            Arc::clone(&link),
            wanted.clone(),
            requests,
            people.clone(),
            Arc::clone(&thumbnails),
            Arc::clone(&library),
        );
        let pipeline = ImagePipeline::new(Arc::clone(&workshop), wanted.clone());
        run(jobs, Arc::clone(&link).watch_over(services.http.clone()));
        follow_rooms(jobs, &link, wanted, (&rooms, room_questions), &library);
        run(jobs, listing.run());
        run(jobs, pipeline.run());
        run(jobs, Arc::clone(&shelf).run(orders));
        run(jobs, people.clone().run(Arc::clone(&link)));
        let (served, cancel, served_people) =
            (Arc::clone(&library), link.cancel.clone(), people.clone());
        run(jobs, async move {
            cancel
                .run_until_cancelled(served.serve(served_people))
                .await;
        });
        run(
            jobs,
            thumbnails.run(Arc::clone(&link), people, wanted.clone()),
        );
        let saves = SaveDesk::new(
            Arc::clone(&link),
            Arc::clone(&originals),
            Arc::clone(&library),
            lane,
        );
        let messages = Arc::new(MessageFinder::new(Arc::clone(&link), services.dirs.clone()));
        Self {
            link,
            originals,
            library,
            shelf,
            saves,
            workshop,
            messages,
            rooms,
        }
    }

    pub(super) fn load_rooms(&self, generation: Generation) {
        if let Err(error) = self.rooms.try_send(generation) {
            // As many questions wait already; the last of them gets the answer.
            tracing::debug!(%error, "rooms are asked for too often");
        }
    }
}

/// Reads the list of rooms when it is asked for, and listens to what the server tells of them.
fn follow_rooms(
    jobs: &mut JoinSet<JobEnd>,
    link: &Arc<SessionLink>,
    wanted: &watch::Receiver<Wanted>,
    (asking, questions): (&mpsc::Sender<Generation>, mpsc::Receiver<Generation>),
    library: &Arc<LibraryDesk>,
) {
    let (changes, changed) = mpsc::channel(CHANGE_CAPACITY);
    let updates = LiveUpdates::new(Arc::clone(link), wanted.clone(), asking.clone(), changes);
    run(jobs, updates.run());
    let rooms = rooms::run(Arc::clone(link), questions, changed, Arc::clone(library));
    run(jobs, rooms);
}

/// Finds the saves of earlier runs, and which rooms were saved. For a session that the window
/// knows of: it forgets all that came before.
pub(super) async fn left_saves(link: Arc<SessionLink>, library: Arc<LibraryDesk>) -> JobEnd {
    let find = async {
        if let Some(opened) = library.library().await {
            let read = tokio::task::spawn_blocking(move || opened.saved_rooms()).await;
            let rooms = read.unwrap_or_default();
            link.events.send(Event::SavedRoomsKnown(rooms)).await;
        }
        SaveDesk::left(library).await
    };
    let left = link.cancel.run_until_cancelled(find).await.flatten();
    left.map_or(JobEnd::Nothing, |left| JobEnd::SavesLeft(Box::new(left)))
}

fn run(jobs: &mut JoinSet<JobEnd>, work: impl Future<Output = ()> + Send + 'static) {
    jobs.spawn(async move {
        work.await;
        JobEnd::Nothing
    });
}

/// One core is left for the window.
fn decoder_count() -> usize {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    cores.saturating_sub(1).max(1)
}
