//! One run of the engine for a save of the window: what is open is handed over, what is listed
//! is planned, and what happens is told.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::link::SessionLink;
use super::originals::{Originals, StoredFile};
use super::room_lister::Batch;
use super::save_job::{Control, Wish};
use super::save_names::Names;
use super::save_source::Source;
use super::save_tally::SaveTally;
use crate::domain::{ServerUrl, Upload, links};
use crate::protocol::{ClashRule, Event, SaveActivity, SaveFailure, SaveProgress};
use crate::rocketchat::{Client, DownloadError};
use crate::saving::{
    self, Checked, CopyChanges, Extras, JobEnd, JobReport, LocalCopies, Naming, Planned, Presence,
    SaveEvent, SaveOptions, Survey, TargetFolder, free_at, save_all,
};
use crate::storage::{Library, OnClash, SaveScope, StoredSave};

/// What is planned may be ahead of what is saved by so many files.
const QUEUE: usize = 64;

/// How long the engine tries to reach a server that is away. Then the save waits with all else
/// that wants to reach it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is written down how far a save is.
const NOTED_EVERY: Duration = Duration::from_secs(1);

/// Why a run of the engine was over, and what to do next.
pub(super) enum Run {
    /// Everything was tried.
    Tried,
    /// The person wants something else, or the program ends.
    Interrupted,
    /// Wait for the network or a session, then go on.
    Again,
    /// The rest would fail in the same way.
    Stopped(SaveFailure),
}

/// What a run works with.
pub(super) struct Engine<'a> {
    pub(super) save: &'a StoredSave,
    pub(super) link: &'a Arc<SessionLink>,
    pub(super) originals: &'a Arc<Originals>,
    pub(super) library: Option<&'a Arc<Library>>,
    pub(super) control: &'a watch::Receiver<Control>,
    pub(super) client: &'a Arc<Client>,
    pub(super) target: &'a Arc<TargetFolder>,
    pub(super) naming: &'a Naming,
    /// The server's address for links that are handed on.
    pub(super) for_others: &'a ServerUrl,
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
    /// Saves until all is tried, or something else has to be done first.
    pub(super) async fn run(
        &self,
        source: &mut Source,
        names: &mut Names,
        tally: &mut SaveTally,
        extras: &mut Option<Extras>,
    ) -> Run {
        let stop = self.link.cancel.child_token();
        let (sender, receiver) = mpsc::channel(QUEUE);
        let job = saving::SaveJob {
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
        let saved = Box::pin(save_all(job, receiver, |event| {
            self.take_in(&event, &shared);
        }));
        let feed = Box::pin(async {
            let fed = self.feed(source, names, sender, &shared).await;
            if matches!(fed, Fed::OtherRule | Fed::Failed(_)) {
                stop.cancel();
            }
            fed
        });
        let interrupt = async {
            let mut control = self.control.clone();
            let other = control.wait_for(|control| control.wish != Wish::Run);
            other.await.ok();
            // What is under way ends by itself, and with it this run.
            stop.cancel();
        };
        let beside = async { tokio::join!(interrupt, self.keep_telling(&shared)).1 };
        let (report, fed) = tokio::select! {
            both = async { tokio::join!(saved, feed) } => both,
            never = beside => match never {},
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
            needs_sha256: self.save.choices.needs_sha256(),
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
        let link = || links::room_link(self.for_others, room);
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
            SaveEvent::AlreadyThere { .. }
            | SaveEvent::NameTaken { .. }
            | SaveEvent::Failed { .. }
            | SaveEvent::Advanced { .. } => {}
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
            let planned: Vec<_> = planned
                .filter(|planned| self.is_asked_for(planned))
                .collect();
            let mut shared = shared.borrow_mut();
            shared.tally.promised_count = promised_count;
            for planned in planned {
                shared.tally.plan(&planned);
                ready.push_back(planned);
            }
        }
    }

    /// What is new is looked for from a day before on: what is there of that day is no news.
    fn is_asked_for(&self, planned: &Planned) -> bool {
        self.save.scope != SaveScope::News || !self.target.has_copy(&planned.upload.id)
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
    #[expect(
        clippy::infinite_loop,
        reason = "whoever waits for it waits for the end of the run as well"
    )]
    async fn keep_telling(&self, shared: &RefCell<Shared<'_>>) -> Infallible {
        let mut told: Option<SaveProgress> = None;
        let mut noted: Option<Instant> = None;
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
            let counts = shared.borrow().tally.counts();
            let is_due = noted.is_none_or(|noted| noted.elapsed() >= NOTED_EVERY);
            if counts.total > 0
                && is_due
                && let Some(library) = self.library
            {
                noted = Some(Instant::now());
                library.keep_save_counts(self.save.job, counts);
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
