//! What each command about a save starts.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::real_folder::real_folder;
use super::runner::Runner;
use super::save_desk::SaveDesk;
use super::save_survey;
use super::waiting_save::{Running, end_of};
use crate::domain::SaveJobId;
use crate::protocol::{
    ClientError, Command, DownloadError, Event, SaveFailure, SaveOrder, SaveReport, StorageError,
};

impl Runner {
    pub(super) fn on_save_command(&mut self, command: Command) {
        if let Command::SurveySave { survey, order } = command {
            self.survey_save(survey, *order);
        } else if let Command::StartSave { job, order } = command {
            self.start_save(job, *order);
        } else if let Command::StartSaves(saves) = command {
            for (job, order) in saves {
                self.start_save(job, order);
            }
        } else if let Command::PauseSave(job) = command {
            self.with_saves(|saves| saves.pause(job));
        } else if let Command::CancelSave(job) = command {
            self.with_saves(|saves| saves.cancel(job));
        } else if let Command::AnswerClash { job, rule } = command {
            self.with_saves(|saves| saves.answer(job, rule));
        } else if let Command::ResumeSaves(jobs) = command {
            for job in jobs {
                self.go_on_with(job, SaveDesk::resume);
            }
        } else if let Command::RetrySave(job) = command {
            self.go_on_with(job, SaveDesk::retry);
        } else if let Command::ForgetSave(job) = command
            && let Some(forget) = self.with_saves(|saves| saves.forget(job)).flatten()
        {
            self.spawn_to_the_end(forget);
        }
    }

    fn with_saves<T>(&mut self, act: impl FnOnce(&mut SaveDesk) -> T) -> Option<T> {
        self.live.as_mut().map(|live| act(&mut live.saves))
    }

    fn start_save(&mut self, job: SaveJobId, order: SaveOrder) {
        let Some(live) = &mut self.live else {
            self.refuse_save(job, order.folder);
            return;
        };
        let folder = order.folder.clone();
        let running = live.saves.start(job, order);
        self.follow_save(job, running);
        self.find_folder(job, folder);
    }

    fn find_folder(&mut self, job: SaveJobId, typed: PathBuf) {
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            // A network disk may take its time.
            let find = move || real_folder(&typed).filter(|real| *real != typed);
            match tokio::task::spawn_blocking(find).await {
                Ok(Some(folder)) => events.send(Event::SaveFolderFound { job, folder }).await,
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "finding a folder failed"),
            }
        });
    }

    fn go_on_with(
        &mut self,
        job: SaveJobId,
        how: impl FnOnce(&mut SaveDesk, SaveJobId) -> Option<Running>,
    ) {
        if self.with_saves(|saves| saves.has(job)) == Some(true) {
            let running = self.with_saves(|saves| how(saves, job));
            self.follow_save(job, running.flatten());
        } else {
            // It could not even be begun.
            self.refuse_save(job, PathBuf::new());
        }
    }

    /// Tells that a save ended in a way that nobody foresaw.
    pub(super) fn save_broke(&mut self, job: SaveJobId) {
        let Some(folder) = self.with_saves(|saves| saves.broke(job)).flatten() else {
            return;
        };
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let failure = SaveFailure::Storage(StorageError::Io {
                path: folder.clone(),
                cause: "saving crashed".to_owned(),
            });
            let report = Box::new(SaveReport {
                stopped_by: Some(failure),
                ..no_session(folder)
            });
            events.send(Event::SaveFinished { job, report }).await;
        });
    }

    /// Nobody is signed in.
    fn refuse_save(&mut self, job: SaveJobId, folder: PathBuf) {
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let report = Box::new(no_session(folder));
            events.send(Event::SaveFinished { job, report }).await;
        });
    }

    /// The program waits a little for saves when it ends: they close their files.
    pub(super) fn follow_save(&mut self, job: SaveJobId, running: Option<Running>) {
        if let Some(running) = running {
            self.jobs.spawn(end_of(job, running));
        }
    }

    fn survey_save(&mut self, survey: u64, order: SaveOrder) {
        self.surveying.store(true, Ordering::Relaxed);
        let stop = Arc::new(AtomicBool::new(false));
        self.surveying = Arc::clone(&stop);
        let Some(live) = &self.live else { return };
        let (desk, account) = (Arc::clone(&live.library), live.link.account.clone());
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let library = desk.library().await;
            let look = move || save_survey::survey(&order, &account, library, &stop);
            match tokio::task::spawn_blocking(look).await {
                Ok(Some(result)) => events.send(Event::SaveSurveyed { survey, result }).await,
                // A newer one was asked for.
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "looking at a save failed"),
            }
        });
    }
}

fn no_session(folder: PathBuf) -> SaveReport {
    let error = DownloadError::Client(ClientError::SessionExpired);
    SaveReport {
        stopped_by: Some(SaveFailure::Download(error)),
        ..SaveReport::of_nothing(folder)
    }
}
