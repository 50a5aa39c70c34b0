//! From "save" to a running job: which images, which folder.

use std::path::PathBuf;

use crate::domain::SaveJobId;
use crate::protocol::{Command, FolderChoice};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::notices::NoticeLevel;
use crate::state::saves::{FolderQuestion, PendingSave};
use crate::state::user_message::UserMessage;

/// When to ask for a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskFolder {
    /// When none is remembered for the room.
    IfUnknown,
    /// Always.
    Always,
}

impl AppState {
    /// Saves into the folder remembered for the room; asks when there is none, or always.
    pub(super) fn save_selected(&mut self, ask: AskFolder) -> Vec<Effect> {
        // One question at a time: the answer to the first must not be taken for this one.
        if self.saves.pending.is_some() {
            return Vec::new();
        }
        let Some(gallery) = &self.gallery else {
            return Vec::new();
        };
        let Some((selection, count, bytes)) = gallery.save_selection() else {
            return Vec::new();
        };
        let remembered = self.remembered_folder();
        // A folder for each room, so that two rooms are not mixed by pressing Enter twice.
        let of_this_room = || self.default_folder.join(folder_name(&gallery.room.title));
        let suggested = remembered.clone().unwrap_or_else(of_this_room);
        self.saves.pending = Some(PendingSave {
            room: gallery.room.clone(),
            selection,
            bytes,
            count,
            suggested: suggested.clone(),
            question: FolderQuestion::Dialog,
        });
        match remembered {
            Some(folder) if ask == AskFolder::IfUnknown => self.begin_pending_save(folder),
            _ => vec![Effect::Send(Command::PickFolder {
                start: Some(suggested),
            })],
        }
    }

    pub(super) fn browse_folder(&self) -> Vec<Effect> {
        let start = self
            .saves
            .pending
            .as_ref()
            .map(|pending| pending.suggested.clone());
        vec![Effect::Send(Command::PickFolder { start })]
    }

    pub(super) fn folder_picked(&mut self, choice: FolderChoice) -> Vec<Effect> {
        let Some(pending) = &mut self.saves.pending else {
            return Vec::new();
        };
        match choice {
            FolderChoice::Picked(folder) => self.begin_pending_save(folder),
            // In the window's own field, closing the system's dialog only means "not that one".
            FolderChoice::Cancelled if pending.question == FolderQuestion::Field => Vec::new(),
            FolderChoice::Cancelled => {
                self.saves.pending = None;
                Vec::new()
            }
            FolderChoice::NoDialog => {
                pending.question = FolderQuestion::Field;
                Vec::new()
            }
        }
    }

    pub(super) fn begin_pending_save(&mut self, folder: PathBuf) -> Vec<Effect> {
        let Some(pending) = self.saves.pending.take() else {
            return Vec::new();
        };
        self.remember_folder(&pending, &folder);
        if let Some(gallery) = &mut self.gallery
            && gallery.room.id == pending.room.id
            && gallery.must_list_before_saving()
            && !gallery.is_viewer_open
        {
            gallery.save_when_known = Some(folder);
            let message = UserMessage::listing_before_saving(pending.count);
            self.notices.push(NoticeLevel::Info, message, None);
            return vec![self.keep_settings()];
        }
        self.start_save(&pending, folder)
    }

    /// Begins the save that waited until every chosen image was listed.
    pub(super) fn save_what_is_known_now(&mut self) -> Vec<Effect> {
        let Some(gallery) = &mut self.gallery else {
            return Vec::new();
        };
        if gallery.save_when_known.is_none() || gallery.must_list_before_saving() {
            return Vec::new();
        }
        // A choice that was cleared meanwhile is not saved.
        let (Some(folder), Some((selection, count, bytes))) =
            (gallery.save_when_known.take(), gallery.save_choice())
        else {
            return Vec::new();
        };
        let pending = PendingSave {
            room: gallery.room.clone(),
            selection,
            bytes,
            count,
            suggested: folder.clone(),
            question: FolderQuestion::Dialog,
        };
        self.start_save(&pending, folder)
    }

    fn start_save(&mut self, pending: &PendingSave, folder: PathBuf) -> Vec<Effect> {
        let job = self.saves.start(pending, folder.clone());
        let selection = pending.selection.clone();
        vec![
            self.keep_settings(),
            Effect::Send(Command::StartSave {
                job,
                order: Box::new(crate::protocol::SaveOrder {
                    room: Box::new(pending.room.clone()),
                    selection,
                    folder,
                    choices: self.settings.last_save_choices.clone(),
                }),
            }),
        ]
    }

    pub(super) fn retry_save(&mut self, job: SaveJobId) -> Vec<Effect> {
        let Some((pending, folder)) = self.saves.retry(job) else {
            return Vec::new();
        };
        self.saves.pending = Some(pending);
        self.begin_pending_save(folder)
    }

    fn account_key(&self) -> Option<String> {
        self.settings
            .accounts
            .first()
            .map(crate::protocol::KnownAccount::key)
    }

    fn remembered_folder(&self) -> Option<PathBuf> {
        let room = self.gallery.as_ref()?.room.id.as_str();
        self.settings
            .save_folders
            .get(&self.account_key()?)?
            .get(room)
            .cloned()
    }

    fn remember_folder(&mut self, pending: &PendingSave, folder: &std::path::Path) {
        if let Some(key) = self.account_key() {
            let room = pending.room.id.to_string();
            let folders = self.settings.save_folders.entry(key).or_default();
            folders.insert(room, folder.to_path_buf());
        }
    }
}

/// A room's title as the name of a folder, on any system.
fn folder_name(title: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ',' | '(' | ')');
    let plain = title.chars().map(|c| if is_plain(c) { c } else { '_' });
    let name: String = plain.take(80).collect();
    let name = name.trim();
    if name.is_empty() {
        "room".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::folder_name;

    #[test]
    fn a_room_s_title_makes_a_folder_that_every_system_takes() {
        assert_eq!(folder_name("team-offsite"), "team-offsite");
        assert_eq!(folder_name("../a/b: \"c\"?"), "___a_b_ _c__");
        assert_eq!(folder_name("会议 室"), "会议 室");
        assert_eq!(folder_name(" "), "room");
    }
}
