//! One save of the window, from its turn to its end: through pauses, lost networks and dead
//! tokens, with the engine of [`saving`](crate::saving).
//!
//! Each run of the engine ends early for a reason: the person pauses, the server is away, the
//! token is dead, another rule for names. What is open then is handed to the next run, which
//! goes on from the parts on the disk. What is over is written in the ledger, so that the next
//! start of the program goes on, too.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::link::SessionLink;
use super::listing_choice::WindowRequest;
use super::originals::Originals;
use super::save_names::Names;
use super::save_run::{Engine, Run};
use super::save_source::{Source, SourceStart};
use super::save_tally::{EarlyEnd, SaveTally};
use crate::domain::{SaveJobId, ServerUrl};
use crate::protocol::{ClashRule, Event, SaveActivity, SaveFailure};
use crate::rocketchat::Client;
use crate::saving::{Extras, Naming, Planned, TargetFolder};
use crate::storage::{Library, SaveScope, SavedUntil, StorageError, StoredSave};

/// What the person wants of a save.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) wish: Wish,
    /// The answer to the question about names.
    pub(super) clash: Option<ClashRule>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Wish {
    #[default]
    Run,
    Pause,
    Cancel,
}

/// A save that is to run.
pub(super) struct SaveJob {
    pub(super) save: Arc<StoredSave>,
    pub(super) start: SourceStart,
    pub(super) control: watch::Receiver<Control>,
    pub(super) link: Arc<SessionLink>,
    pub(super) originals: Arc<Originals>,
    pub(super) library: Option<Arc<Library>>,
    pub(super) lane: mpsc::Sender<WindowRequest>,
    /// One save at a time: one server, one disk.
    pub(super) turn: Arc<Semaphore>,
    /// The turn it began with.
    pub(super) first_turn: Option<OwnedSemaphorePermit>,
    /// What became of it before, when it is tried again.
    pub(super) tally: SaveTally,
}

/// How a save ended.
pub(super) struct EndedSave {
    pub(super) job: SaveJobId,
    pub(super) tally: SaveTally,
    /// Nothing is left to be done, or wanted.
    pub(super) is_over: bool,
}

/// What a save works with once it had its turn.
struct Begun {
    target: Arc<TargetFolder>,
    source: Source,
    extras: Option<Extras>,
    /// The server's address for links that are handed on: the same for all files.
    for_others: ServerUrl,
}

impl SaveJob {
    /// Saves and reports.
    pub(super) async fn run(mut self) -> EndedSave {
        let job = self.save.job;
        let end = Box::pin(self.work()).await;
        let is_over = match end {
            // Whoever signed out waits for nothing; the program may be ending.
            None => false,
            Some((end, not_written)) => self.report(end, not_written).await,
        };
        EndedSave {
            job,
            tally: self.tally,
            is_over,
        }
    }

    /// `None` when the session is left or the program ends.
    async fn work(&mut self) -> Option<(EarlyEnd, Vec<String>)> {
        let naming = Naming::new(
            &self.save.choices.template,
            &self.save.room,
            self.link.account.server.clone(),
        );
        let naming = match naming {
            Ok(naming) => naming,
            Err(error) => return Some(self.stopped(SaveFailure::Template(error.to_string()))),
        };
        let mut names = Names::new(&self.save.choices, self.library.as_ref());
        let mut begun: Option<Begun> = None;
        loop {
            if self.control.has_changed().is_err() {
                // Nobody can say anything to it any longer: another has its name.
                return None;
            }
            let wish = self.control.borrow_and_update().wish;
            if wish == Wish::Cancel {
                return Some(self.cancelled(begun));
            }
            if wish == Wish::Pause {
                self.first_turn = None;
                self.tell(SaveActivity::Paused).await;
                self.wait(self.control.clone().changed()).await?.ok();
                continue;
            }
            let Some(ready) = self.ready().await? else {
                continue;
            };
            let place = match begun.take().map_or_else(|| self.begin(&ready), Ok) {
                Ok(place) => begun.insert(place),
                Err(error) => return Some(self.stopped(SaveFailure::Storage(error))),
            };
            let engine = Engine {
                save: &self.save,
                link: &self.link,
                originals: &self.originals,
                library: self.library.as_ref(),
                control: &self.control,
                client: &ready.client,
                target: &place.target,
                naming: &naming,
                for_others: &place.for_others,
            };
            let Begun { source, extras, .. } = place;
            let run = Box::pin(engine.run(source, &mut names, &mut self.tally, extras)).await;
            drop(ready);
            self.note_counts();
            if self.link.cancel.is_cancelled() {
                if self.control.borrow().wish == Wish::Cancel {
                    return Some(self.cancelled(begun));
                }
                return None;
            }
            match run {
                Run::Tried => return Some(self.tried(begun).await),
                Run::Stopped(failure) => {
                    self.tally.fail_open(&failure);
                    let end = EarlyEnd {
                        is_cancelled: false,
                        stopped_by: Some(failure),
                    };
                    return Some((end, finish(begun)));
                }
                Run::Interrupted | Run::Again => {}
            }
        }
    }

    /// Nothing is left to try.
    async fn tried(&mut self, begun: Option<Begun>) -> (EarlyEnd, Vec<String>) {
        // Whatever broke there, it is not saved.
        self.tally.fail_open(&crashed(&self.save));
        let source = begun.as_ref().map(|begun| &begun.source);
        let stopped_by = source.and_then(Source::failure);
        let lost = source.and_then(Source::lost_words);
        let newest = source.and_then(Source::newest);
        let target = begun.as_ref().map(|begun| Arc::clone(&begun.target));
        let mut not_written = finish(begun);
        not_written.extend(lost);
        if let Some(target) = target.filter(|_| stopped_by.is_none() && not_written.is_empty()) {
            self.remember_mark(&target, newest).await;
        }
        let end = EarlyEnd {
            is_cancelled: false,
            stopped_by,
        };
        (end, not_written)
    }

    /// Opens the folder and begins to list.
    fn begin(&mut self, ready: &Ready) -> Result<Begun, StorageError> {
        let target = self.open()?;
        let for_others = ready.for_others.clone();
        let extras = self.extras(&target, for_others.clone());
        let start = std::mem::take(&mut self.start);
        let library = self.library.as_ref();
        let source = Source::begin(start, &self.save, &target, library, &self.lane);
        Ok(Begun {
            target,
            source,
            extras,
            for_others,
        })
    }

    /// The person wants no more of it: what was begun leaves no trace.
    fn cancelled(&self, begun: Option<Begun>) -> (EarlyEnd, Vec<String>) {
        if let Some(Begun { target, .. }) = &begun {
            for planned in self.tally.open() {
                target.discard_part(&planned);
            }
        }
        let end = EarlyEnd {
            is_cancelled: true,
            stopped_by: None,
        };
        (end, finish(begun))
    }

    /// It cannot even begin. What is known of its images is named, so that it can be tried again.
    fn stopped(&mut self, failure: SaveFailure) -> (EarlyEnd, Vec<String>) {
        if let SourceStart::Uploads(uploads) = &self.start {
            for upload in uploads {
                self.tally.plan(&Planned {
                    upload: Arc::clone(upload),
                    path: PathBuf::from(&upload.name),
                });
            }
        }
        self.tally.fail_open(&failure);
        let end = EarlyEnd {
            is_cancelled: false,
            stopped_by: Some(failure),
        };
        (end, Vec::new())
    }

    /// Waits for a turn, a session and the network, and asks where others find the server. `None`
    /// when the session is left; `Some(None)` when the person wants something else meanwhile.
    async fn ready(&mut self) -> Option<Option<Ready>> {
        self.tell(SaveActivity::Queued).await;
        let turn = if let Some(turn) = self.first_turn.take() {
            Ok(turn)
        } else {
            let turn = Arc::clone(&self.turn).acquire_owned();
            let Some(turn) = self.unless_changed(turn).await? else {
                return Some(None);
            };
            turn
        };
        if !self.link.is_alive() {
            self.tell(SaveActivity::SignedOut).await;
        }
        let link = Arc::clone(&self.link);
        let Some(client) = self.unless_changed(link.client()).await? else {
            return Some(None);
        };
        if self.link.monitor.is_offline() {
            self.tell(SaveActivity::Offline).await;
        }
        let Some(()) = self.unless_changed(link.monitor.online()).await? else {
            return Some(None);
        };
        let for_others = self.unless_changed(self.for_others(&client)).await?;
        Some(for_others.map(|for_others| Ready {
            client,
            for_others,
            _turn: turn.ok(),
        }))
    }

    async fn for_others(&self, client: &Client) -> ServerUrl {
        if self.save.choices.has_links() {
            Box::pin(client.address_for_others()).await
        } else {
            self.link.account.server.clone()
        }
    }

    /// `None` when the session is left, `Some(None)` when the person's wish has changed.
    async fn unless_changed<T>(&self, wait: impl Future<Output = T>) -> Option<Option<T>> {
        let mut control = self.control.clone();
        let wait = async {
            tokio::select! {
                done = wait => Some(done),
                _ = control.wait_for(|control| control.wish != Wish::Run) => None,
            }
        };
        self.wait(wait).await
    }

    async fn wait<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        self.link.cancel.run_until_cancelled(wait).await
    }

    fn open(&self) -> Result<Arc<TargetFolder>, StorageError> {
        let StoredSave { folder, room, .. } = &*self.save;
        let account = self.link.account.clone();
        let library = self.library.clone();
        let was_there = self.save.scope == SaveScope::News
            || self.save.counts.saved > 0
            || self.tally.has_saved();
        let open = if was_there {
            TargetFolder::open_again
        } else {
            TargetFolder::open
        };
        open(folder, account, room.id.clone(), library).map(Arc::new)
    }

    fn extras(&self, target: &TargetFolder, for_others: ServerUrl) -> Option<Extras> {
        let StoredSave { choices, room, .. } = &*self.save;
        let library = self.library.clone();
        Extras::new(choices, for_others, room.clone(), target.path(), library)
    }

    async fn tell(&mut self, activity: SaveActivity) {
        let progress = self.tally.progress(activity);
        let job = self.save.job;
        let event = Event::SaveAdvanced { job, progress };
        self.link.events.send(event).await;
    }

    fn note_counts(&self) {
        if let Some(library) = &self.library {
            library.keep_save_counts(self.save.job, self.tally.counts());
        }
    }

    /// Everything until then is in the folder: the next time only what is new need be saved.
    async fn remember_mark(&self, target: &TargetFolder, newest: Option<Timestamp>) {
        let is_everything = match &self.save.scope {
            SaveScope::AllBut(except) => except.is_empty(),
            SaveScope::News => true,
            SaveScope::Uploads(_) => false,
        };
        let Some(newest) = newest.filter(|_| is_everything && self.tally.is_without_gap()) else {
            return;
        };
        let until = target
            .saved_until()
            .map_or(newest, |known| known.max(newest));
        target.remember_saved_until(until, self.save.choices.clone());
        if let Some(library) = &self.library {
            let rooms: Vec<SavedUntil> = library.saved_rooms();
            self.link.events.send(Event::SavedRoomsKnown(rooms)).await;
        }
    }

    /// Tells the end; whether nothing is left to do.
    async fn report(&self, end: EarlyEnd, not_written: Vec<String>) -> bool {
        let job = self.save.job;
        let is_over = end.is_cancelled || (end.stopped_by.is_none() && !self.tally.has_failed());
        if let Some(library) = self.library.as_ref().filter(|_| is_over)
            && let Err(error) = library.forget_save(job)
        {
            tracing::warn!(%error, "a save that is over will be offered again");
        }
        let folder = self.save.folder.clone();
        let report = Box::new(self.tally.report(folder, end, not_written));
        tracing::debug!(
            ?job,
            saved = report.saved.len(),
            failed = report.failed.len(),
            is_cancelled = report.is_cancelled,
            stopped_by = ?report.stopped_by,
            "save finished"
        );
        let event = Event::SaveFinished { job, report };
        self.link.events.send(event).await;
        is_over
    }
}

fn crashed(save: &StoredSave) -> SaveFailure {
    SaveFailure::Storage(StorageError::Io {
        path: save.folder.clone(),
        cause: "saving this file crashed".to_owned(),
    })
}

/// Writes what is about the whole folder; why something was not written.
fn finish(begun: Option<Begun>) -> Vec<String> {
    let extras = begun.and_then(|begun| begun.extras);
    extras.map_or_else(Vec::new, Extras::finish)
}

/// What a run of the engine needs.
struct Ready {
    client: Arc<Client>,
    for_others: ServerUrl,
    _turn: Option<OwnedSemaphorePermit>,
}
