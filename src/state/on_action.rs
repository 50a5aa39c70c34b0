//! What each action of the person changes: one match that delegates.

use crate::protocol::Command;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::effect::Effect;
use crate::state::user_message::UserMessage;

impl AppState {
    /// Takes in one action. The wish list is renewed behind it.
    pub fn on_action(&mut self, action: Action) -> Vec<Effect> {
        let mut effects = self.act(action);
        self.search_again();
        effects.extend(self.renew_wanted());
        effects.extend(self.renew_taskbar());
        effects
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::TypeServer(_)
            | Action::AgreeToInsecure
            | Action::ProbeAgain
            | Action::SubmitPassword { .. }
            | Action::SubmitCode(_)
            | Action::ResendCode
            | Action::LeaveCodeQuestion
            | Action::SubmitToken(_) => self.act_in_form(action),
            Action::RetryResume => self.retry_resume(),
            Action::UseAnotherAccount => self.use_another_account(),
            Action::ResumeAccount(account) => self.resume(account),
            Action::ForgetAccount(account) => self.forget_known(account),
            Action::SignOut => self.sign_out(Command::SignOut),
            Action::SignOutAndForget => self.sign_out(Command::SignOutAndForget),
            Action::KeepSession => self.keep_session(),
            Action::OpenRoom(room) => self.open_room(&room),
            Action::FindRoom(name) => self.find_room(name),
            Action::Reload => self.reload(),
            Action::Reconnect => vec![Effect::Send(Command::Reconnect)],
            Action::Show(_)
            | Action::RetryImages(_)
            | Action::RetryAllFailed
            | Action::Find(_)
            | Action::ShowOnly(_)
            | Action::EndSearch
            | Action::GoToDate(_)
            | Action::StayHere
            | Action::Select { .. }
            | Action::MoveFocus { .. }
            | Action::StartBand(_)
            | Action::Band { .. }
            | Action::EndBand(_)
            | Action::ToggleRange(_)
            | Action::SelectAll
            | Action::ClearSelection
            | Action::InvertSelection
            | Action::UndoClear => self.act_in_gallery(action),
            Action::OpenViewer(_)
            | Action::StepViewer(_)
            | Action::CloseViewer
            | Action::TurnedView
            | Action::EndSlideShow
            | Action::Compare
            | Action::DropCompared(_)
            | Action::LeaveComparison => self.act_in_viewer(action),
            Action::TogglePanel
            | Action::SetTileEdge(_)
            | Action::SetLayout(_)
            | Action::SetViewer(_)
            | Action::SetTheme(_)
            | Action::SetThumbnailCache(_)
            | Action::RememberWindowSize(_) => self.act_on_settings(&action),
            Action::SaveSelected
            | Action::SaveSelectedAs
            | Action::ChangeSaveFolder(_)
            | Action::ChangeSaveChoices(_)
            | Action::BrowseFolder
            | Action::ConfirmSave
            | Action::LeaveSaveSheet
            | Action::PauseSave(_)
            | Action::ResumeSaves(_)
            | Action::CancelSave(_)
            | Action::AnswerClash { .. }
            | Action::RetrySave(_)
            | Action::DismissSaves(_)
            | Action::SaveNews
            | Action::HideNews
            | Action::UpdateFolders => self.act_on_saves(action),
            Action::OnImage(action) => self.act_on_image(action),
            Action::ComputeSha256(upload) => self.compute_sha256(upload),
            Action::FocusGained(_)
            | Action::FocusLost
            | Action::Open(_)
            | Action::DismissNotice(_)
            | Action::Copied(_)
            | Action::ClearCache => self.act_on_window(action),
        }
    }

    fn act_on_window(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::FocusGained(at) => self.focus_gained(at),
            Action::FocusLost => self.focus_lost(),
            Action::Open(target) => vec![Effect::Send(Command::Open(target))],
            Action::DismissNotice(id) => {
                self.notices.dismiss(id);
                Vec::new()
            }
            Action::Copied(what) => {
                self.tell(Some(UserMessage::copied(what)));
                Vec::new()
            }
            Action::ClearCache => vec![Effect::Send(Command::ClearCache)],
            _ => Vec::new(),
        }
    }
}
