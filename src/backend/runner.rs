//! The one loop: takes commands, starts a task for each, hears how they ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::errand_desk::{ErrandDesk, RunningErrands};
use super::library::LibraryDesk;
use super::library_start::{Restored, keep_session_notes};
use super::link::SessionLink;
use super::live::{Capacities, Live, left_saves};
use super::save_desk::LeftSaves;
use super::save_job::EndedSave;
use super::session::{Attempt, Failure, Services, SignedIn};
use super::settings_writer::SettingsWriter;
use super::{BackendConfig, CLOSING_TIME, desktop};
use crate::domain::SaveJobId;
use crate::protocol::{
    BackendEnd, Command, Event, Generation, KeyringStatus, KnownAccount, ServerIdentity, Settings,
    Wanted,
};
use crate::rocketchat::Client;
use crate::storage::StoredSession;

/// What the runner wants to know about a task that ended.
pub(super) enum JobEnd {
    Nothing,
    Probed(Box<ServerIdentity>),
    SignIn(Box<Attempt>),
    Saved(Box<EndedSave>),
    SaveBroke(SaveJobId),
    SavesLeft(Box<LeftSaves>),
}

/// Runs until the window is gone or `stop` is cancelled.
pub(super) async fn run(config: BackendConfig, end: BackendEnd, stop: CancellationToken) {
    let BackendEnd {
        mut commands,
        wanted,
        events,
    } = end;
    let mut changes = wanted.clone();
    let services = Services::new(&config, events);
    let mut runner = Runner::new(config, services, wanted);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            command = commands.recv() => match command {
                Some(command) => runner.on_command(command),
                None => break,
            },
            Some(ended) = runner.jobs.join_next() => runner.on_end(ended),
            Ok(()) = changes.changed() => {
                let generation = changes.borrow_and_update().generation;
                runner.note(generation);
            }
        }
    }
    runner.close(commands).await;
}

pub(super) struct Runner {
    pub(super) config: BackendConfig,
    pub(super) services: Services,
    pub(super) wanted: watch::Receiver<Wanted>,
    /// Cancelled when the last commands were taken.
    pub(super) root: CancellationToken,
    pub(super) jobs: JoinSet<JobEnd>,
    /// The highest generation seen.
    pub(super) generation: Arc<AtomicU64>,
    pub(super) live: Option<Live>,
    pub(super) probing: Option<AbortHandle>,
    pub(super) signing_in: Option<AbortHandle>,
    /// The server that answered last, for its name.
    pub(super) identity: Option<ServerIdentity>,
    /// What the keyring gave, while its server is away.
    pub(super) stored: Option<(KnownAccount, StoredSession)>,
    /// Tells the survey of a save that a newer one was asked for.
    pub(super) surveying: Arc<AtomicBool>,
    pub(super) settings: watch::Sender<Option<Settings>>,
    /// How far all saves are.
    pub(super) taskbar: watch::Sender<Option<f32>>,
    pub(super) errands: Arc<ErrandDesk>,
    pub(super) running_errands: RunningErrands,
}

impl Runner {
    fn new(config: BackendConfig, services: Services, wanted: watch::Receiver<Wanted>) -> Self {
        let root = CancellationToken::new();
        let (settings, latest) = watch::channel(None);
        let mut jobs = JoinSet::new();
        let writer = SettingsWriter {
            dirs: config.dirs.clone(),
            delay: config.timings.settings_delay,
            events: services.events.clone(),
            latest,
        };
        let closing = root.clone();
        jobs.spawn(async move {
            writer.run(closing).await;
            JobEnd::Nothing
        });
        let (taskbar, shares) = watch::channel(None);
        let closing = root.clone();
        jobs.spawn(async move {
            super::taskbar::follow(shares, closing).await;
            JobEnd::Nothing
        });
        if config.follows_system_theme {
            let (events, closing) = (services.events.clone(), root.clone());
            jobs.spawn(async move {
                desktop::follow_theme(events, closing).await;
                JobEnd::Nothing
            });
        }
        let errands = Arc::new(ErrandDesk::new(config.dirs.clone()));
        let desk = Arc::clone(&errands.handing);
        jobs.spawn(async move {
            desk.clear_left_files().await;
            JobEnd::Nothing
        });
        Self {
            config,
            services,
            wanted,
            root,
            jobs,
            generation: Arc::default(),
            live: None,
            probing: None,
            signing_in: None,
            identity: None,
            stored: None,
            surveying: Arc::default(),
            settings,
            taskbar,
            errands,
            running_errands: RunningErrands::default(),
        }
    }

    pub(super) fn note(&self, generation: Generation) {
        self.generation.fetch_max(generation.0, Ordering::AcqRel);
    }

    /// Runs until it is done or the program ends.
    pub(super) fn spawn(
        &mut self,
        work: impl Future<Output = JobEnd> + Send + 'static,
    ) -> AbortHandle {
        let root = self.root.clone();
        self.jobs.spawn(async move {
            let end = root.run_until_cancelled(work).await;
            end.unwrap_or(JobEnd::Nothing)
        })
    }

    pub(super) fn spawn_quiet(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(async move {
            work.await;
            JobEnd::Nothing
        });
    }

    /// Runs to its end, for which the program waits a little.
    pub(super) fn spawn_to_the_end(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.jobs.spawn(async move {
            work.await;
            JobEnd::Nothing
        });
    }

    fn on_end(&mut self, ended: Result<JobEnd, JoinError>) {
        match ended {
            Ok(JobEnd::Probed(identity)) => self.identity = Some(*identity),
            Ok(JobEnd::Saved(ended)) => {
                let job = ended.job;
                let running = self.live.as_mut().and_then(|live| live.saves.ended(*ended));
                self.follow_save(job, running);
            }
            Ok(JobEnd::SaveBroke(job)) => self.save_broke(job),
            Ok(JobEnd::SavesLeft(left)) => {
                if let Some(live) = &mut self.live {
                    let event = live.saves.take_over(*left);
                    let events = self.services.events.clone();
                    self.spawn_quiet(async move { events.send(event).await });
                }
            }
            Ok(JobEnd::SignIn(attempt)) => match *attempt {
                Attempt::Accepted(signed_in) => self.signed_in(*signed_in),
                Attempt::Restored(restored) => self.restored(*restored),
                Attempt::Failed(failure) => {
                    let Failure { event, stored } = *failure;
                    self.stored = stored;
                    let events = self.services.events.clone();
                    self.spawn_quiet(async move { events.send(event).await });
                }
            },
            Err(error) if error.is_panic() => tracing::error!(%error, "a task panicked"),
            Ok(JobEnd::Nothing) | Err(_) => {}
        }
    }

    fn signed_in(&mut self, signed_in: SignedIn) {
        let SignedIn {
            client,
            info,
            generation,
        } = signed_in;
        let session = client.session().clone();
        let is_new = self.live.as_ref().map(|live| &live.link.account) != Some(&info.account);
        let (link, library) = self.go_live(client, None);
        let services = self.services.clone();
        let is_to_be_kept = info.keyring != KeyringStatus::Kept;
        self.jobs.spawn(async move {
            keep_session_notes(&library, &info).await;
            let event = Event::SessionStarted {
                generation,
                session: info,
            };
            services.events.send(event).await;
            let keep = async {
                if is_to_be_kept {
                    services.keep(session).await;
                }
            };
            let offer = async {
                if is_new {
                    left_saves(link, library).await
                } else {
                    JobEnd::Nothing
                }
            };
            tokio::join!(keep, offer).1
        });
    }

    /// Shows what is known, and then asks the server.
    fn restored(&mut self, restored: Restored) {
        let Restored {
            client,
            info,
            generation,
            rooms,
            people,
            library,
            account,
            stored,
        } = restored;
        let (link, library) = self.go_live(client, Some(library));
        let services = self.services.clone();
        self.spawn(async move {
            let event = Event::SessionRestored {
                generation,
                session: info,
                rooms,
                people,
            };
            services.events.send(event).await;
            let cancel = link.cancel.clone();
            let offer = left_saves(Arc::clone(&link), library);
            let confirm = Box::pin(services.confirm(link, account, stored));
            let confirm = cancel.run_until_cancelled(confirm);
            tokio::join!(confirm, offer).1
        });
    }

    /// Everything that runs for this account goes on with this client, or starts.
    fn go_live(
        &mut self,
        client: Client,
        library: Option<Arc<LibraryDesk>>,
    ) -> (Arc<SessionLink>, Arc<LibraryDesk>) {
        self.stored = None;
        let account = client.session().account();
        if let Some(live) = &self.live
            && live.link.account == account
        {
            live.link.renew(client);
            return (Arc::clone(&live.link), Arc::clone(&live.library));
        }
        if let Some(other) = self.live.take() {
            other.link.cancel.cancel();
            self.errands.handing.clear();
        }
        let library = library.unwrap_or_else(|| Arc::new(self.services.library(account)));
        let link = Arc::new(SessionLink::new(
            client,
            self.services.events.clone(),
            self.services.timings,
            Arc::clone(&self.generation),
            self.root.child_token(),
        ));
        self.live = Some(Live::begin(
            Arc::clone(&link),
            &self.services,
            Capacities {
                originals: self.config.disk_cache_capacity,
                thumbnails: self.config.thumbnail_cache_capacity,
            },
            &self.wanted,
            &mut self.jobs,
            Arc::clone(&library),
        ));
        (link, library)
    }

    /// Ends everything. What is unfinished then is dropped, and leaves nothing half-done.
    async fn close(mut self, mut commands: mpsc::Receiver<Command>) {
        while let Ok(command) = commands.try_recv() {
            if let Command::KeepSettings(settings) = command {
                self.settings.send_replace(Some(*settings));
            } else if matches!(command, Command::ForgetSave(_) | Command::CancelSave(_)) {
                // Or it would be offered again.
                self.on_command(command);
            }
        }
        self.root.cancel();
        let jobs = &mut self.jobs;
        let live = self.live.take();
        let ended = async {
            while jobs.join_next().await.is_some() {}
            if let Some(live) = live {
                live.library.close().await;
            }
        };
        if tokio::time::timeout(CLOSING_TIME, ended).await.is_err() {
            tracing::warn!(left = self.jobs.len(), "tasks did not end in time");
        }
    }
}
