//! What the person does with saves, and what the backend says about them.

use std::path::PathBuf;

use crate::domain::SaveJobId;
use crate::protocol::{Command, Event, UnfinishedSave};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::effect::Effect;
use crate::state::notices::{NoticeLevel, NoticeOffer};
use crate::state::saving::ShowSheet;
use crate::state::user_message;

impl AppState {
    pub(super) fn act_on_saves(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::SaveSelected => self.save_selected(ShowSheet::IfUnknown),
            Action::SaveSelectedAs => self.save_selected(ShowSheet::Always),
            Action::ChangeSaveFolder(folder) => self.change_sheet(|sheet| sheet.folder = folder),
            Action::ChangeSaveChoices(choices) => {
                self.change_sheet(|sheet| sheet.choices = *choices)
            }
            Action::BrowseFolder => self.browse_folder(),
            Action::ConfirmSave => self.confirm_save(),
            Action::LeaveSaveSheet => {
                self.saves.sheet = None;
                Vec::new()
            }
            Action::PauseSave(job) => {
                self.saves.pause(job);
                vec![Effect::Send(Command::PauseSave(job))]
            }
            Action::ResumeSaves(jobs) => self.resume_saves(&jobs),
            Action::CancelSave(job) => {
                self.saves.stop(job);
                vec![Effect::Send(Command::CancelSave(job))]
            }
            Action::AnswerClash { job, rule } => {
                self.saves.go_on(job);
                vec![Effect::Send(Command::AnswerClash { job, rule })]
            }
            Action::RetrySave(job) => {
                self.saves.go_on(job);
                vec![Effect::Send(Command::RetrySave(job))]
            }
            Action::DismissSaves(jobs) => self.dismiss_saves(jobs),
            Action::SaveNews => self.save_news(),
            Action::HideNews => {
                self.hide_news();
                Vec::new()
            }
            Action::UpdateFolders => self.update_folders(),
            _ => Vec::new(),
        }
    }

    pub(super) fn receive_about_saves(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::FolderPicked(choice) => self.folder_picked(choice),
            Event::SaveSurveyed { survey, result } => self.surveyed(survey, result),
            Event::SaveAdvanced { job, progress } => {
                self.saves.advance(job, progress);
                Vec::new()
            }
            Event::SaveAsks { job, path } => {
                self.saves.ask(job, path);
                Vec::new()
            }
            Event::SaveFolderFound { job, folder } => self.save_folder_found(job, folder),
            Event::SaveFinished { job, report } => {
                self.saves.finish(job, report);
                let retired = self.saves.retire(job).into_iter();
                retired
                    .map(|job| {
                        self.notices.withdraw_resume(job);
                        Effect::Send(Command::ForgetSave(job))
                    })
                    .collect()
            }
            Event::SavesRestored(unfinished) => {
                self.saves_restored(unfinished);
                Vec::new()
            }
            Event::SavedRoomsKnown(rooms) => {
                self.saved_rooms.know(rooms);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn dismiss_saves(&mut self, jobs: Vec<SaveJobId>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for job in jobs {
            self.notices.withdraw_resume(job);
            if self.saves.dismiss(job) {
                effects.push(Effect::Send(Command::ForgetSave(job)));
            }
        }
        effects
    }

    fn resume_saves(&mut self, jobs: &[SaveJobId]) -> Vec<Effect> {
        let mut resumed = Vec::new();
        for job in jobs {
            self.notices.withdraw_resume(*job);
            // It may have been dismissed while the offer was on screen.
            if self.saves.job(*job).is_some_and(|job| job.is_paused()) {
                self.saves.go_on(*job);
                resumed.push(*job);
            }
        }
        if resumed.is_empty() {
            return Vec::new();
        }
        vec![Effect::Send(Command::ResumeSaves(resumed))]
    }

    /// From now on the folder has the name that the ledger has for it.
    fn save_folder_found(&mut self, job: SaveJobId, folder: PathBuf) -> Vec<Effect> {
        let Some((room, typed)) = self.saves.rename_folder(job, folder.clone()) else {
            return Vec::new();
        };
        if self.remembered_folder(&room) != Some(typed) {
            return Vec::new();
        }
        self.remember_folder(&room, folder);
        vec![self.keep_settings()]
    }

    fn saves_restored(&mut self, unfinished: Vec<UnfinishedSave>) {
        let jobs = self.saves.restore(unfinished);
        let message = match &jobs[..] {
            [] => return,
            [job] => match self.saves.job(*job) {
                Some(job) => user_message::save_to_resume(&job.room, &job.progress),
                None => return,
            },
            several => user_message::saves_to_resume(several.len()),
        };
        let offer = Some(NoticeOffer::ResumeSaves(jobs));
        self.notices.push(NoticeLevel::Info, message, offer);
    }
}
