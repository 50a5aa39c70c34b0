//! The one loop: takes commands, starts a task for each, hears how they ended.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::link::SessionLink;
use super::live::Live;
use super::session::{Attempt, Services, SignedIn};
use super::settings_writer::SettingsWriter;
use super::{BackendConfig, CLOSING_TIME, desktop, rooms};
use crate::domain::{ByteCount, SaveJobId, ServerUrl};
use crate::protocol::{
    BackendEnd, ClientError, Command, DownloadError, Event, Generation, KeyringStatus,
    KnownAccount, SaveFailure, SaveReport, SaveSelection, ServerIdentity, Settings, Wanted,
};
use crate::rocketchat::{probe, resend_email_code};
use crate::storage::StoredSession;

/// What the runner wants to know about a task that ended.
pub(super) enum JobEnd {
    Nothing,
    Probed(Box<ServerIdentity>),
    SignIn(Box<Attempt>),
    Saved(SaveJobId),
}

/// Runs until the window is gone or `root` is cancelled.
pub(super) async fn run(config: BackendConfig, end: BackendEnd, root: CancellationToken) {
    let BackendEnd {
        mut commands,
        wanted,
        events,
    } = end;
    let mut changes = wanted.clone();
    let services = Services::new(&config, events);
    let mut runner = Runner::new(config, services, wanted, root);
    loop {
        tokio::select! {
            () = runner.root.cancelled() => break,
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

struct Runner {
    config: BackendConfig,
    services: Services,
    wanted: watch::Receiver<Wanted>,
    root: CancellationToken,
    jobs: JoinSet<JobEnd>,
    /// The highest generation seen.
    generation: Arc<AtomicU64>,
    live: Option<Live>,
    probing: Option<AbortHandle>,
    signing_in: Option<AbortHandle>,
    /// The server that answered last, for its name.
    identity: Option<ServerIdentity>,
    /// What the keyring gave, while its server is away.
    stored: Option<(KnownAccount, StoredSession)>,
    saves: HashMap<SaveJobId, CancellationToken>,
    settings: watch::Sender<Option<Settings>>,
}

impl Runner {
    fn new(
        config: BackendConfig,
        services: Services,
        wanted: watch::Receiver<Wanted>,
        root: CancellationToken,
    ) -> Self {
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
        if config.follows_system_theme {
            let (events, closing) = (services.events.clone(), root.clone());
            jobs.spawn(async move {
                desktop::follow_theme(events, closing).await;
                JobEnd::Nothing
            });
        }
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
            saves: HashMap::new(),
            settings,
        }
    }

    fn note(&self, generation: Generation) {
        self.generation.fetch_max(generation.0, Ordering::AcqRel);
    }

    /// Runs until it is done or the program ends.
    fn spawn(&mut self, work: impl Future<Output = JobEnd> + Send + 'static) -> AbortHandle {
        let root = self.root.clone();
        self.jobs.spawn(async move {
            let end = root.run_until_cancelled(work).await;
            end.unwrap_or(JobEnd::Nothing)
        })
    }

    fn spawn_quiet(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(async move {
            work.await;
            JobEnd::Nothing
        });
    }

    /// Runs to its end, for which the program waits a little.
    fn spawn_to_the_end(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.jobs.spawn(async move {
            work.await;
            JobEnd::Nothing
        });
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::ProbeServer { server, typed } => self.probe(server, typed),
            Command::LogIn {
                request,
                generation,
            } => {
                self.note(generation);
                let known = self.identity.clone();
                let log_in = self.services.clone().log_in(request, known, generation);
                self.sign_in(log_in);
            }
            Command::ResendCode {
                server,
                email_or_username,
            } => self.resend_code(server, email_or_username),
            Command::ResumeSession {
                account,
                generation,
            } => {
                self.note(generation);
                let stored = self.stored.take_if(|(known, _)| known.key() == account.key());
                let stored = stored.map(|(_, stored)| stored);
                let resume = self.services.clone().resume(account, stored, generation);
                self.sign_in(resume);
            }
            Command::KeepSession => {
                if let Some(live) = &self.live {
                    let session = live.link.last_client().session().clone();
                    let keep = self.services.clone().keep(session);
                    self.spawn_to_the_end(keep);
                }
            }
            Command::SignOut => self.sign_out(),
            Command::LoadRooms { generation } => self.load_rooms(generation),
            Command::FindRoom { name, generation } => self.find_room(name, generation),
            Command::PickFolder { start } => {
                let dialog = self.config.folder_dialog.clone();
                let events = self.services.events.clone();
                self.spawn_quiet(desktop::pick_folder(dialog, start, events));
            }
            Command::StartSave {
                job,
                selection,
                folder,
            } => self.start_save(job, selection, folder),
            Command::CancelSave(job) => {
                if let Some(save) = self.saves.get(&job) {
                    save.cancel();
                }
            }
            Command::KeepSettings(settings) => {
                self.settings.send_replace(Some(*settings));
            }
            Command::Open(target) => {
                let events = self.services.events.clone();
                self.spawn_quiet(desktop::open(target, events));
            }
            Command::ClearCache => self.clear_cache(),
        }
    }

    fn probe(&mut self, server: ServerUrl, typed: String) {
        if let Some(older) = self.probing.take() {
            older.abort();
        }
        let services = self.services.clone();
        self.probing = Some(self.spawn(async move {
            tokio::time::sleep(services.timings.probe_debounce).await;
            let result = probe(&services.http, &server).await;
            let identity = result.clone().ok();
            let event = Event::ServerProbed { typed, result };
            services.events.send(event).await;
            identity.map_or(JobEnd::Nothing, |identity| {
                JobEnd::Probed(Box::new(identity))
            })
        }));
    }

    fn resend_code(&mut self, server: ServerUrl, email_or_username: String) {
        let services = self.services.clone();
        self.spawn_quiet(async move {
            let sent = resend_email_code(&services.http, &server, &email_or_username).await;
            services.events.send(Event::CodeResent(sent)).await;
        });
    }

    fn sign_in(&mut self, attempt: impl Future<Output = Attempt> + Send + 'static) {
        if let Some(older) = self.signing_in.take() {
            older.abort();
        }
        let attempt = async move { JobEnd::SignIn(Box::new(attempt.await)) };
        self.signing_in = Some(self.spawn(attempt));
    }

    fn sign_out(&mut self) {
        if let Some(attempt) = self.signing_in.take() {
            attempt.abort();
        }
        let stored = self.stored.take();
        let services = self.services.clone();
        if let Some(Live {
            link, originals, ..
        }) = self.live.take()
        {
            link.cancel.cancel();
            self.spawn_to_the_end(services.sign_out(link, originals));
        } else if let Some((account, _)) = stored {
            self.spawn_to_the_end(services.forget(account));
        } else {
            self.spawn_quiet(async move {
                let event = Event::SignedOut { keyring: None };
                services.events.send(event).await;
            });
        }
    }

    fn load_rooms(&mut self, generation: Generation) {
        self.note(generation);
        if let Some(live) = &self.live {
            live.load_rooms(generation);
            return;
        }
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let result = Err(ClientError::SessionExpired);
            let event = Event::RoomsLoaded { generation, result };
            events.send(event).await;
        });
    }

    fn find_room(&mut self, name: String, generation: Generation) {
        self.note(generation);
        if let Some(live) = &self.live {
            let find = rooms::find(Arc::clone(&live.link), name, generation);
            self.spawn_quiet(find);
            return;
        }
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let event = Event::RoomFound {
                generation,
                name,
                result: Err(ClientError::SessionExpired),
            };
            events.send(event).await;
        });
    }

    fn start_save(&mut self, id: SaveJobId, selection: SaveSelection, folder: PathBuf) {
        let Some(live) = &self.live else {
            let events = self.services.events.clone();
            self.spawn_quiet(async move {
                let report = Box::new(no_session(folder));
                let event = Event::SaveFinished { job: id, report };
                events.send(event).await;
            });
            return;
        };
        let cancel = live.link.cancel.child_token();
        let save = live.save_job(id, folder, cancel.clone());
        self.saves.insert(id, cancel);
        self.jobs.spawn(async move {
            save.run(selection).await;
            JobEnd::Saved(id)
        });
    }

    fn clear_cache(&mut self) {
        let originals = self.live.as_ref().map(|live| Arc::clone(&live.originals));
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let cleared = match originals {
                Some(originals) => originals.clear_cache().await,
                None => Ok(ByteCount(0)),
            };
            let event = match cleared {
                Ok(freed) => Event::CacheCleared { freed },
                Err(error) => Event::StorageTrouble(error),
            };
            events.send(event).await;
        });
    }

    fn on_end(&mut self, ended: Result<JobEnd, JoinError>) {
        match ended {
            Ok(JobEnd::Nothing) => {}
            Ok(JobEnd::Probed(identity)) => self.identity = Some(*identity),
            Ok(JobEnd::Saved(job)) => {
                self.saves.remove(&job);
            }
            Ok(JobEnd::SignIn(attempt)) => match *attempt {
                Attempt::Accepted(signed_in) => self.signed_in(signed_in),
                Attempt::Failed(stored) => self.stored = stored,
            },
            Err(error) if error.is_panic() => tracing::error!(%error, "a task panicked"),
            Err(_) => {}
        }
    }

    fn signed_in(&mut self, signed_in: SignedIn) {
        let SignedIn {
            client,
            info,
            generation,
        } = signed_in;
        let session = client.session().clone();
        let same = self.live.as_ref().filter(|live| live.link.account == info.account);
        if let Some(live) = same {
            live.link.renew(client);
        } else {
            if let Some(other) = self.live.take() {
                other.link.cancel.cancel();
            }
            let link = SessionLink::new(
                client,
                self.services.events.clone(),
                self.services.timings,
                Arc::clone(&self.generation),
                self.root.child_token(),
            );
            self.live = Some(Live::begin(
                Arc::new(link),
                &self.services,
                self.config.disk_cache_capacity,
                &self.wanted,
                &mut self.jobs,
            ));
        }
        let services = self.services.clone();
        let is_to_be_kept = info.keyring == KeyringStatus::Waiting;
        self.spawn_to_the_end(async move {
            let event = Event::SessionStarted {
                generation,
                session: info,
            };
            services.events.send(event).await;
            if is_to_be_kept {
                services.keep(session).await;
            }
        });
    }

    /// Ends everything. What is unfinished then is dropped, and leaves nothing half-done.
    async fn close(mut self, mut commands: mpsc::Receiver<Command>) {
        while let Ok(command) = commands.try_recv() {
            if let Command::KeepSettings(settings) = command {
                self.settings.send_replace(Some(*settings));
            }
        }
        self.root.cancel();
        let jobs = &mut self.jobs;
        let ended = async { while jobs.join_next().await.is_some() {} };
        if tokio::time::timeout(CLOSING_TIME, ended).await.is_err() {
            tracing::warn!(left = self.jobs.len(), "tasks did not end in time");
        }
    }
}

fn no_session(folder: PathBuf) -> SaveReport {
    let error = DownloadError::Client(ClientError::SessionExpired);
    SaveReport {
        folder,
        saved: Vec::new(),
        already_there: Vec::new(),
        failed: Vec::new(),
        saved_bytes: ByteCount(0),
        is_cancelled: false,
        stopped_by: Some(SaveFailure::Download(error)),
    }
}
