//! A save that waits for its turn, and then has a thread of its own.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::{AcquireError, Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::library::LibraryDesk;
use super::link::SessionLink;
use super::listing_choice::WindowRequest;
use super::originals::Originals;
use super::runner::JobEnd;
use super::save_job::{Control, EndedSave, SaveJob, Wish};
use super::save_source::SourceStart;
use super::save_tally::SaveTally;
use crate::domain::SaveJobId;
use crate::storage::{Library, StoredSave};

/// Waits for its turn, and ends when the save has ended.
pub(super) type Running = Pin<Box<dyn Future<Output = Option<EndedSave>> + Send>>;

/// A save that needs neither a thread nor a connection yet.
pub(super) struct WaitingSave {
    pub(super) save: Arc<StoredSave>,
    pub(super) start: SourceStart,
    pub(super) control: watch::Receiver<Control>,
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) library: Arc<LibraryDesk>,
    pub(super) lane: mpsc::Sender<WindowRequest>,
    pub(super) turn: Arc<Semaphore>,
    pub(super) tally: SaveTally,
}

impl WaitingSave {
    /// Takes its place in the queue, and waits there when others are before it.
    pub(super) fn begin(mut self, keeping: Arc<Mutex<()>>) -> Running {
        let mut turn = Box::pin(Arc::clone(&self.turn).acquire_owned());
        // What asks first has its turn first: the place in the queue is taken here, and not when
        // some task happens to run.
        let at_once = match turn.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn.ok()),
            Poll::Pending => None,
        };
        Box::pin(async move {
            if let Some(turn) = at_once {
                return self.run(turn).await;
            }
            self.keep(&keeping).await;
            match self.wait_for(turn).await {
                Some(turn) => self.run(turn).await,
                None => Some(self.left()),
            }
        })
    }

    /// The end of the program may come before its turn. One after the other: each blocks a
    /// thread for a moment.
    async fn keep(&self, keeping: &Mutex<()>) {
        let _one = keeping.lock().await;
        let Some(library) = self.library.library().await else {
            return;
        };
        let save = Arc::clone(&self.save);
        let keep = move || keep_save(&library, &save);
        if let Err(error) = tokio::task::spawn_blocking(keep).await {
            tracing::error!(%error, "keeping a save failed");
        }
    }

    /// Its session is over before it began.
    fn left(self) -> EndedSave {
        EndedSave {
            job: self.save.job,
            tally: self.tally,
            is_over: false,
        }
    }

    /// `None` when the session is left; no turn when the person wants something else meanwhile.
    async fn wait_for(
        &mut self,
        turn: impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>>,
    ) -> Option<Option<OwnedSemaphorePermit>> {
        tokio::select! {
            biased;
            () = self.link.cancel.cancelled() => None,
            changed = self.control.wait_for(|control| control.wish != Wish::Run) => {
                // Nobody can say anything to it any longer: another has its name.
                changed.ok().map(|_| None)
            }
            turn = turn => Some(turn.ok()),
        }
    }

    /// Runs on a thread of its own: bytes are written from the task that receives them.
    async fn run(self, turn: Option<OwnedSemaphorePermit>) -> Option<EndedSave> {
        let (done, ended) = oneshot::channel();
        // Not all of it can be handed from thread to thread, and so it begins there.
        let run = move || {
            let work = async move {
                let library = self.library.library().await;
                if let Some(library) = &library {
                    keep_save(library, &self.save);
                }
                let job = SaveJob {
                    save: self.save,
                    start: self.start,
                    control: self.control,
                    link: self.link,
                    originals: self.originals,
                    library,
                    lane: self.lane,
                    turn: self.turn,
                    first_turn: turn,
                    tally: self.tally,
                };
                // Nobody waits for it when the program has ended.
                drop(done.send(job.run().await));
            };
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(work),
                Err(error) => tracing::error!(%error, "a save has no event queue"),
            }
        };
        if let Err(error) = thread::Builder::new()
            .name("salon-saver".to_owned())
            .spawn(run)
        {
            tracing::error!(%error, "a save has no thread");
        }
        ended.await.ok()
    }
}

fn keep_save(library: &Library, save: &StoredSave) {
    if let Err(error) = library.keep_save(save.clone()) {
        tracing::warn!(%error, "a save will not be offered again");
    }
}

/// What the runner hears of a save that ended.
pub(super) async fn end_of(job: SaveJobId, running: Running) -> JobEnd {
    let ended = running.await;
    ended.map_or(JobEnd::SaveBroke(job), |ended| {
        JobEnd::Saved(Box::new(ended))
    })
}
