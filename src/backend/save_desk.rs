//! All saves of an account: those that run, one after the other, and those that rest.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, mpsc, watch};

use super::library::LibraryDesk;
use super::link::SessionLink;
use super::listing_choice::WindowRequest;
use super::originals::Originals;
use super::real_folder::real_folder;
use super::save_job::{Control, EndedSave, Wish};
use super::save_source::SourceStart;
use super::save_tally::SaveTally;
use super::session::Leaving;
use super::waiting_save::{Running, WaitingSave};
use crate::domain::{SaveJobId, Upload};
use crate::protocol::{ClashRule, Event, SaveOrder, SaveSelection, UnfinishedSave};
use crate::storage::{SaveCounts, SaveScope, SavesLock, StoredSave, remove_resumable_parts};

/// How long who signs out waits for files that are put on a slow disk: longer than who closes the
/// window, because nothing shall be written any more once Salon says that it is over.
const ENDING_TIME: Duration = Duration::from_secs(10);

/// See the [module documentation](self).
pub(super) struct SaveDesk {
    link: Arc<SessionLink>,
    originals: Arc<Originals>,
    library: Arc<LibraryDesk>,
    lane: mpsc::Sender<WindowRequest>,
    /// One save at a time; first come, first served.
    turn: Arc<Semaphore>,
    /// Held by the one that writes down what it is to do.
    keeping: Arc<Mutex<()>>,
    saves: HashMap<SaveJobId, Entry>,
    /// Held as long as the saves of earlier runs are ours to offer.
    lock: Option<SavesLock>,
}

/// A save that is not forgotten.
struct Entry {
    save: Arc<StoredSave>,
    control: watch::Sender<Control>,
    is_running: bool,
    /// It is to be tried again, and has not quite ended.
    is_wanted_again: bool,
    /// The images, where they were given with the order.
    uploads: Option<Vec<Arc<Upload>>>,
    tally: SaveTally,
}

/// What an earlier run has left.
pub(super) struct LeftSaves {
    pub(super) saves: Vec<StoredSave>,
    pub(super) lock: SavesLock,
}

impl SaveDesk {
    pub(super) fn new(
        link: Arc<SessionLink>,
        originals: Arc<Originals>,
        library: Arc<LibraryDesk>,
        lane: mpsc::Sender<WindowRequest>,
    ) -> Self {
        Self {
            link,
            originals,
            library,
            lane,
            turn: Arc::new(Semaphore::new(1)),
            keeping: Arc::default(),
            saves: HashMap::new(),
            lock: None,
        }
    }

    /// Begins a save.
    pub(super) fn start(&mut self, job: SaveJobId, order: SaveOrder) -> Option<Running> {
        let SaveOrder {
            room,
            selection,
            folder,
            choices,
        } = order;
        let (scope, start, uploads) = match selection {
            SaveSelection::Uploads(uploads) => {
                let ids = uploads.iter().map(|upload| upload.id.clone()).collect();
                let start = SourceStart::Uploads(uploads.clone());
                (SaveScope::Uploads(ids), start, Some(uploads))
            }
            SaveSelection::WholeRoom { listing, except } => {
                let except = except.into_iter().collect();
                (
                    SaveScope::AllBut(except),
                    SourceStart::Listing(listing),
                    None,
                )
            }
            SaveSelection::News { listing } => {
                (SaveScope::News, SourceStart::Listing(listing), None)
            }
        };
        let save = StoredSave {
            job,
            room: *room,
            folder,
            choices,
            scope,
            counts: SaveCounts::default(),
        };
        let entry = Entry {
            save: Arc::new(save),
            control: watch::Sender::new(Control::default()),
            is_running: false,
            is_wanted_again: false,
            uploads,
            tally: SaveTally::default(),
        };
        self.saves.insert(job, entry);
        self.begin(job, start)
    }

    /// Lets a save rest.
    pub(super) fn pause(&self, job: SaveJobId) {
        self.wish(job, Wish::Pause);
    }

    /// Ends a save without a trace of what is unfinished.
    pub(super) fn cancel(&self, job: SaveJobId) {
        self.wish(job, Wish::Cancel);
    }

    /// Goes on with a save that rests.
    pub(super) fn resume(&mut self, job: SaveJobId) -> Option<Running> {
        self.wish(job, Wish::Run);
        let entry = self.saves.get(&job)?;
        if entry.is_running {
            return None;
        }
        self.begin_again(job)
    }

    /// Tries again what has failed.
    pub(super) fn retry(&mut self, job: SaveJobId) -> Option<Running> {
        let entry = self.saves.get_mut(&job)?;
        if entry.is_running {
            entry.is_wanted_again = true;
            return None;
        }
        self.begin_again(job)
    }

    fn begin_again(&mut self, job: SaveJobId) -> Option<Running> {
        let entry = self.saves.get(&job)?;
        // What was said to the run before came too late for it.
        entry.control.send_replace(Control::default());
        let start = match &entry.uploads {
            Some(uploads) => SourceStart::Uploads(uploads.clone()),
            None => SourceStart::Library,
        };
        self.begin(job, start)
    }

    /// The person's answer about names.
    pub(super) fn answer(&self, job: SaveJobId, rule: ClashRule) {
        if let Some(entry) = self.saves.get(&job) {
            entry
                .control
                .send_modify(|control| control.clash = Some(rule));
        }
    }

    /// Forgets a save that rests: nothing of it is left but what is complete.
    pub(super) fn forget(
        &mut self,
        job: SaveJobId,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        if self.saves.get(&job)?.is_running {
            self.cancel(job);
            return None;
        }
        let entry = self.saves.remove(&job)?;
        let library = Arc::clone(&self.library);
        Some(async move {
            let library = library.library().await;
            let forget = move || {
                remove_resumable_parts(&entry.save.folder);
                if let Some(library) = library
                    && let Err(error) = library.forget_save(job)
                {
                    tracing::warn!(%error, "a save will be offered again");
                }
            };
            if let Err(error) = tokio::task::spawn_blocking(forget).await {
                tracing::error!(%error, "forgetting a save failed");
            }
        })
    }

    /// Waits until no save writes any longer, [`ENDING_TIME`] at most: its session is over. What is to
    /// be forgotten leaves no part behind.
    pub(super) async fn close(self, leaving: Leaving) {
        let turn = tokio::time::timeout(ENDING_TIME, self.turn.acquire()).await;
        if turn.is_err() {
            tracing::warn!("a save has not ended in time");
        }
        if leaving == Leaving::SavesStay {
            return;
        }
        let folders: Vec<PathBuf> = self
            .saves
            .values()
            .map(|entry| entry.save.folder.clone())
            .collect();
        let remove = move || folders.iter().for_each(|it| remove_resumable_parts(it));
        if let Err(error) = tokio::task::spawn_blocking(remove).await {
            tracing::error!(%error, "parts are left");
        }
    }

    /// Whether there is such a save.
    pub(super) fn has(&self, job: SaveJobId) -> bool {
        self.saves.contains_key(&job)
    }

    /// The thread of a save broke, or could not be made: where its files would go.
    pub(super) fn broke(&mut self, job: SaveJobId) -> Option<PathBuf> {
        let entry = self.saves.get_mut(&job)?;
        entry.is_running = false;
        Some(entry.save.folder.clone())
    }

    /// A save has ended. It may be wanted again already.
    pub(super) fn ended(&mut self, ended: EndedSave) -> Option<Running> {
        let EndedSave {
            job,
            tally,
            is_over,
        } = ended;
        if is_over {
            self.saves.remove(&job);
            return None;
        }
        let entry = self.saves.get_mut(&job)?;
        entry.is_running = false;
        entry.tally = tally;
        // The next run asks again.
        entry.control.send_replace(Control::default());
        if std::mem::take(&mut entry.is_wanted_again) {
            return self.begin_again(job);
        }
        None
    }

    /// What earlier runs have left, if no other program offers it.
    pub(super) async fn left(library: Arc<LibraryDesk>) -> Option<LeftSaves> {
        let library = library.library().await?;
        let read = move || {
            let lock = library.lock_saves()?;
            let mut saves = library.unfinished_saves();
            for save in &mut saves {
                if let Some(real) = real_folder(&save.folder) {
                    save.folder = real;
                }
            }
            Some(LeftSaves { saves, lock })
        };
        tokio::task::spawn_blocking(read).await.ok()?
    }

    /// Takes over what earlier runs have left.
    pub(super) fn take_over(&mut self, left: LeftSaves) -> Event {
        self.lock = Some(left.lock);
        let mut unfinished = Vec::new();
        for save in left.saves {
            // One that was begun a moment ago is no earlier one.
            if self.saves.contains_key(&save.job) {
                continue;
            }
            unfinished.push(UnfinishedSave {
                job: save.job,
                room: Box::new(save.room.clone()),
                folder: save.folder.clone(),
                choices: save.choices.clone(),
                saved_count: save.counts.saved,
                failed_count: save.counts.failed,
                total_count: save.counts.total,
            });
            let entry = Entry {
                control: watch::Sender::new(Control::default()),
                is_running: false,
                is_wanted_again: false,
                uploads: None,
                tally: SaveTally::after(save.counts),
                save: Arc::new(save),
            };
            self.saves.insert(entry.save.job, entry);
        }
        Event::SavesRestored(unfinished)
    }

    fn wish(&self, job: SaveJobId, wish: Wish) {
        if let Some(entry) = self.saves.get(&job) {
            entry.control.send_if_modified(|control| {
                let is_new = control.wish != wish;
                control.wish = wish;
                is_new
            });
        }
    }

    /// Begins a save when those before it leave the turn to it.
    fn begin(&mut self, job: SaveJobId, start: SourceStart) -> Option<Running> {
        let entry = self.saves.get_mut(&job)?;
        entry.is_running = true;
        let waiting = WaitingSave {
            save: Arc::clone(&entry.save),
            start,
            control: entry.control.subscribe(),
            link: Arc::clone(&self.link),
            originals: Arc::clone(&self.originals),
            library: Arc::clone(&self.library),
            lane: self.lane.clone(),
            turn: Arc::clone(&self.turn),
            tally: std::mem::take(&mut entry.tally),
        };
        Some(waiting.begin(Arc::clone(&self.keeping)))
    }
}
