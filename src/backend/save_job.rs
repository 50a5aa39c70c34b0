//! One save of the window, from its turn to its end: through pauses, lost networks and dead
//! tokens, with the engine of [`saving`](crate::saving).
//!
//! Each run of the engine ends early for a reason: the person pauses, the server is away, the
//! token is dead, another rule for names. What is open then is handed to the next run, which
//! goes on from the parts on the disk. What is over is written in the ledger, so that the next
//! start of the program goes on, too.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, watch};

use super::link::SessionLink;
use super::listing_choice::WindowRequest;
use super::originals::{Originals, StoredFile};
use super::room_lister::Batch;
use super::save_names::Names;
use super::save_source::{Source, SourceStart};
use super::save_tally::{EarlyEnd, SaveTally};
use crate::domain::{SaveJobId, Upload};
use crate::protocol::{ClashRule, Event, SaveActivity, SaveFailure, SaveProgress};
use crate::rocketchat::{Client, DownloadError};
use crate::saving::{
    Checked, CopyChanges, Extras, JobEnd, JobReport, LocalCopies, Naming, Planned, Presence,
    SaveEvent, SaveOptions, Survey, TargetFolder, free_at, save_all,
};
use crate::storage::{Library, OnClash, SaveScope, SavedUntil, StorageError, StoredSave};

/// What is planned may be ahead of what is saved by so many files.
const QUEUE: usize = 64;

/// How long the engine tries to reach a server that is away. Then the save waits with all else
/// that wants to reach it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is written down how far a save is.
const NOTED_EVERY: Duration = Duration::from_secs(1);

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

/// Why a run of the engine was over, and what to do next.
enum Run {
    /// Everything was tried.
    Tried,
    /// The person wants something else, or the program ends.
    Interrupted,
    /// Wait for the network or a session, then go on.
    Again,
    /// The rest would fail in the same way.
    Stopped(SaveFailure),
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
        let mut source: Option<Source> = None;
        let mut extras: Option<Extras> = None;
        let mut target: Option<Arc<TargetFolder>> = None;
        let mut names = Names::new(&self.save.choices, self.library.as_ref());
        loop {
            let wish = self.control.borrow_and_update().wish;
            match wish {
                Wish::Cancel => {
                    if let Some(target) = &target {
                        self.discard_parts(target);
                    }
                    let end = EarlyEnd {
                        is_cancelled: true,
                        stopped_by: None,
                    };
                    let not_written = extras.map_or_else(Vec::new, Extras::finish);
                    return Some((end, not_written));
                }
                Wish::Pause => {
                    self.tell(SaveActivity::Paused).await;
                    self.wait(self.control.clone().changed()).await?.ok();
                    continue;
                }
                Wish::Run => {}
            }
            let Some(ready) = self.ready().await? else {
                continue;
            };
            let folder = match &target {
                Some(folder) => Arc::clone(folder),
                None => match self.open() {
                    Ok(folder) => Arc::clone(target.insert(folder)),
                    Err(error) => return Some(self.stopped(SaveFailure::Storage(error))),
                },
            };
            if extras.is_none() {
                extras = self.extras(&folder);
            }
            let source = source.get_or_insert_with(|| {
                Source::begin(
                    std::mem::take(&mut self.start),
                    &self.save,
                    &folder,
                    self.library.as_ref(),
                    &self.lane,
                )
            });
            let Ready { client, _turn } = ready;
            let run = Engine {
                save: &self.save,
                link: &self.link,
                originals: &self.originals,
                library: self.library.as_ref(),
                control: &self.control,
                client: &client,
                target: &folder,
                naming: &naming,
            };
            let run = Box::pin(run.run(source, &mut names, &mut self.tally, &mut extras)).await;
            self.note_counts();
            match run {
                Run::Tried => {
                    let not_written = extras.map_or_else(Vec::new, Extras::finish);
                    let stopped_by = source.failure();
                    if stopped_by.is_none() && not_written.is_empty() {
                        self.remember_mark(&folder, source.newest()).await;
                    }
                    let end = EarlyEnd {
                        is_cancelled: false,
                        stopped_by,
                    };
                    return Some((end, not_written));
                }
                Run::Stopped(failure) => {
                    self.tally.fail_open(&failure);
                    let not_written = extras.map_or_else(Vec::new, Extras::finish);
                    let end = EarlyEnd {
                        is_cancelled: false,
                        stopped_by: Some(failure),
                    };
                    return Some((end, not_written));
                }
                Run::Interrupted | Run::Again => {
                    if self.link.cancel.is_cancelled() {
                        return None;
                    }
                }
            }
        }
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

    /// Waits for a turn, a session and the network. `None` when the session is left;
    /// `Some(None)` when the person wants something else meanwhile.
    async fn ready(&mut self) -> Option<Option<Ready>> {
        self.tell(SaveActivity::Queued).await;
        let turn = Arc::clone(&self.turn).acquire_owned();
        let Some(turn) = self.unless_changed(turn).await? else {
            return Some(None);
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
        let online = self.unless_changed(link.monitor.online()).await?;
        Some(online.map(|()| Ready {
            client,
            _turn: turn.ok(),
        }))
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
        TargetFolder::open(folder, account, room.id.clone(), library).map(Arc::new)
    }

    fn extras(&self, target: &TargetFolder) -> Option<Extras> {
        let StoredSave { choices, room, .. } = &*self.save;
        let server = self.link.account.server.clone();
        let library = self.library.clone();
        Extras::new(choices, server, room.clone(), target.path(), library)
    }

    /// What was begun and is not wanted any longer leaves no trace.
    fn discard_parts(&self, target: &TargetFolder) {
        for planned in self.tally.open() {
            target.discard_part(&planned);
        }
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
        let is_gone = |failure: &SaveFailure| {
            matches!(
                failure,
                SaveFailure::Download(DownloadError::Deleted | DownloadError::Empty)
            )
        };
        let Some(newest) = newest.filter(|_| is_everything && !self.tally.has_gap(is_gone)) else {
            return;
        };
        let until = target
            .saved_until()
            .map_or(newest, |known| known.max(newest));
        target.remember_saved_until(until);
        if let Some(library) = &self.library {
            let rooms: Vec<SavedUntil> = library.saved_rooms();
            self.link.events.send(Event::SavedRoomsKnown(rooms)).await;
        }
    }

    /// Tells the end; whether nothing is left to do.
    async fn report(&mut self, end: EarlyEnd, not_written: Vec<String>) -> bool {
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

/// What a run of the engine needs.
struct Ready {
    client: Arc<Client>,
    _turn: Option<tokio::sync::OwnedSemaphorePermit>,
}

/// One run of the engine.
struct Engine<'a> {
    save: &'a StoredSave,
    link: &'a Arc<SessionLink>,
    originals: &'a Arc<Originals>,
    library: Option<&'a Arc<Library>>,
    control: &'a watch::Receiver<Control>,
    client: &'a Arc<Client>,
    target: &'a Arc<TargetFolder>,
    naming: &'a Naming,
}

/// How handing over ended.
enum Fed {
    All,
    /// Whoever saves wants no more.
    Enough,
    /// The person has said what to do about names: the engine is to know it.
    OtherRule,
    Failed(SaveFailure),
}

/// What the parts of a run share. They take turns, and nobody holds it while waiting.
struct Shared<'a> {
    tally: &'a mut SaveTally,
    extras: &'a mut Option<Extras>,
    waiting_until: Option<Instant>,
    is_asking: bool,
}

impl Engine<'_> {
    async fn run(
        &self,
        source: &mut Source,
        names: &mut Names,
        tally: &mut SaveTally,
        extras: &mut Option<Extras>,
    ) -> Run {
        let stop = self.link.cancel.child_token();
        let (sender, receiver) = mpsc::channel(QUEUE);
        let job = crate::saving::SaveJob {
            client: (**self.client).clone(),
            target: Arc::clone(self.target),
            options: self.options(),
            changes: self.changes(),
            local_copies: Some(Arc::new(Cached(Arc::clone(self.originals)))),
            cancel: stop.clone(),
        };
        let shared = RefCell::new(Shared {
            tally,
            extras,
            waiting_until: None,
            is_asking: false,
        });
        let saved = save_all(job, receiver, |event| self.take_in(&event, &shared));
        let feed = async {
            let fed = self.feed(source, names, sender, &shared).await;
            if matches!(fed, Fed::OtherRule | Fed::Failed(_)) {
                stop.cancel();
            }
            fed
        };
        let both = async { tokio::join!(saved, feed) };
        let interrupted = async {
            let mut control = self.control.clone();
            control
                .wait_for(|control| control.wish != Wish::Run)
                .await
                .ok();
            stop.cancel();
            std::future::pending::<()>().await;
        };
        let (report, fed) = tokio::select! {
            both = both => both,
            () = interrupted => return Run::Interrupted,
            () = self.keep_telling(&shared) => return Run::Interrupted,
        };
        shared.borrow_mut().tally.run_ended();
        self.sort(&report, fed)
    }

    /// What comes after this.
    fn sort(&self, report: &JobReport, fed: Fed) -> Run {
        match fed {
            Fed::Failed(failure) => return Run::Stopped(failure),
            Fed::OtherRule => return Run::Again,
            Fed::All | Fed::Enough => {}
        }
        match &report.early_end {
            None => Run::Tried,
            Some(JobEnd::Cancelled) => Run::Interrupted,
            Some(JobEnd::SignedOut) => {
                self.link.end(self.client);
                Run::Again
            }
            Some(JobEnd::ServerLost(error)) => {
                tracing::debug!(%error, "a save waits for the server");
                self.link.monitor.lost();
                Run::Again
            }
            Some(JobEnd::Storage(error)) => Run::Stopped(SaveFailure::Storage(error.clone())),
            Some(JobEnd::NoAccess) => Run::Stopped(SaveFailure::Download(DownloadError::Forbidden)),
        }
    }

    fn options(&self) -> SaveOptions {
        SaveOptions {
            on_clash: self.clash(),
            patience: PATIENCE,
            first_pause: self.link.timings.retry_first,
            is_extension_corrected: self.save.choices.corrects_extensions,
            ..SaveOptions::default()
        }
    }

    /// The rule as long as nobody has answered: the question comes before the first clash.
    fn clash(&self) -> OnClash {
        match (self.save.choices.on_clash, self.control.borrow().clash) {
            (ClashRule::Skip, _) | (ClashRule::Ask, Some(ClashRule::Skip)) => OnClash::Skip,
            (ClashRule::Overwrite, _) | (ClashRule::Ask, Some(ClashRule::Overwrite)) => {
                OnClash::Overwrite
            }
            (ClashRule::Number | ClashRule::Ask, _) => OnClash::Number,
        }
    }

    fn changes(&self) -> CopyChanges {
        let StoredSave { choices, room, .. } = self.save;
        let link = || format!("{}{}", self.link.account.server, room.web_path());
        CopyChanges {
            is_position_removed: choices.strips_position,
            credit_link: choices.has_credit.then(link),
        }
    }

    fn take_in(&self, event: &SaveEvent, shared: &RefCell<Shared<'_>>) {
        let mut shared = shared.borrow_mut();
        shared.tally.take_in(event);
        if let Some(extras) = shared.extras.as_mut() {
            extras.take_in(event);
        }
        match event {
            SaveEvent::Saved { planned, .. } => {
                shared.waiting_until = None;
                self.link.bytes_came(&planned.upload.room);
            }
            SaveEvent::Waiting { pause } => shared.waiting_until = Some(Instant::now() + *pause),
            _ => {}
        }
    }

    /// Plans and hands over what is open from before and what is listed.
    async fn feed(
        &self,
        source: &mut Source,
        names: &mut Names,
        sender: mpsc::Sender<Checked>,
        shared: &RefCell<Shared<'_>>,
    ) -> Fed {
        let free = free_at(self.target.path());
        let mut survey = Survey::default();
        let mut ready: VecDeque<Planned> = shared.borrow().tally.open().into();
        loop {
            while let Some(planned) = ready.pop_front() {
                let checked = survey.take(planned, Some(self.target), self.clash());
                if let Some(lack) = survey.lack(free) {
                    return Fed::Failed(SaveFailure::DoesNotFit(lack));
                }
                if let Some(fed) = self.ask_about(&checked, &sender, shared).await {
                    return fed;
                }
                if sender.send(checked).await.is_err() {
                    return Fed::Enough;
                }
            }
            let batch = tokio::select! {
                () = sender.closed() => return Fed::Enough,
                batch = source.next() => batch,
            };
            let Some(batch) = batch else {
                let mut shared = shared.borrow_mut();
                shared.tally.is_total_final = source.failure().is_none();
                shared.tally.promised_count = 0;
                return Fed::All;
            };
            let Batch {
                uploads,
                promised_count,
            } = batch;
            let (uploads, places): (Vec<_>, Vec<_>) = uploads.into_iter().unzip();
            let named = tokio::select! {
                () = sender.closed() => {
                    // What was listed is not lost.
                    source.put_back(uploads.into_iter().zip(places).collect(), promised_count);
                    return Fed::Enough;
                }
                named = names.name(uploads.clone(), self.link) => named,
            };
            let planned = named.into_iter().zip(places);
            let planned = planned.map(|(upload, place)| self.naming.plan(upload, place));
            let mut shared = shared.borrow_mut();
            shared.tally.promised_count = promised_count;
            for planned in planned {
                shared.tally.plan(&planned);
                ready.push_back(planned);
            }
        }
    }

    /// Asks once what to do about names that other files have. `None` to go on.
    async fn ask_about(
        &self,
        checked: &Checked,
        sender: &mpsc::Sender<Checked>,
        shared: &RefCell<Shared<'_>>,
    ) -> Option<Fed> {
        let is_to_be_asked =
            self.save.choices.on_clash == ClashRule::Ask && self.control.borrow().clash.is_none();
        if !is_to_be_asked || checked.presence != Presence::Missing {
            return None;
        }
        let path: PathBuf = self.target.taken_name(&checked.planned.path)?;
        shared.borrow_mut().is_asking = true;
        let job = self.save.job;
        self.link.events.send(Event::SaveAsks { job, path }).await;
        let mut control = self.control.clone();
        let is_answered = tokio::select! {
            () = sender.closed() => false,
            answered = control.wait_for(|control| control.clash.is_some()) => answered.is_ok(),
        };
        shared.borrow_mut().is_asking = false;
        if !is_answered {
            return Some(Fed::Enough);
        }
        // With numbers the engine runs already.
        (self.clash() != OnClash::Number).then_some(Fed::OtherRule)
    }

    /// Tells how far it is, ten times a second at most, and notes it now and then.
    async fn keep_telling(&self, shared: &RefCell<Shared<'_>>) {
        let mut told: Option<SaveProgress> = None;
        let mut noted = Instant::now();
        loop {
            let progress = {
                let mut shared = shared.borrow_mut();
                let waiting = shared.waiting_until.filter(|until| *until > Instant::now());
                let activity = match waiting {
                    _ if shared.is_asking => SaveActivity::Asking,
                    Some(until) => SaveActivity::Waiting { until },
                    None => SaveActivity::Running,
                };
                shared.tally.progress(activity)
            };
            if told.as_ref() != Some(&progress) {
                told = Some(progress.clone());
                let job = self.save.job;
                let event = Event::SaveAdvanced { job, progress };
                self.link.events.send(event).await;
            }
            if noted.elapsed() >= NOTED_EVERY
                && let Some(library) = self.library
            {
                noted = Instant::now();
                library.keep_save_counts(self.save.job, shared.borrow().tally.counts());
            }
            tokio::time::sleep(self.link.timings.progress_interval).await;
        }
    }
}

/// The originals that were looked at in full.
struct Cached(Arc<Originals>);

impl LocalCopies for Cached {
    fn copy_of<'a>(
        &'a self,
        upload: &'a Upload,
    ) -> futures_util::future::BoxFuture<'a, Option<bytes::Bytes>> {
        let file = StoredFile {
            id: &upload.id,
            room: &upload.room,
            name: &upload.name,
        };
        Box::pin(self.0.cached(file))
    }
}
