//! Where and how each room was saved last.

use std::path::PathBuf;

use crate::domain::{Room, RoomId};
use crate::protocol::{KnownAccount, SaveChoices};
use crate::state::AppState;
use crate::state::save_sheet::SaveTarget;

impl AppState {
    fn account_key(&self) -> Option<String> {
        self.settings.accounts.first().map(KnownAccount::key)
    }

    /// The folder this room was saved into last.
    pub(super) fn remembered_folder(&self, room: &RoomId) -> Option<PathBuf> {
        let folders = self.settings.save_folders.get(&self.account_key()?)?;
        folders.get(room.as_str()).cloned()
    }

    /// A folder for each room, so that two rooms are not mixed by pressing Enter twice.
    pub(super) fn default_folder_of(&self, room: &Room) -> PathBuf {
        self.default_folder.join(folder_name(&room.title))
    }

    /// How this room was saved last, else how any was.
    pub(super) fn remembered_choices(&self, room: &RoomId) -> SaveChoices {
        let of_account = self
            .account_key()
            .and_then(|key| self.settings.save_choices.get(&key));
        let of_room = of_account.and_then(|choices| choices.get(room.as_str()));
        of_room.unwrap_or(&self.settings.last_save_choices).clone()
    }

    pub(super) fn remember_folder(&mut self, room: &RoomId, folder: PathBuf) {
        if let Some(key) = self.account_key() {
            let folders = self.settings.save_folders.entry(key).or_default();
            folders.insert(room.to_string(), folder);
        }
    }

    pub(super) fn remember_save(&mut self, room: &RoomId, target: &SaveTarget) {
        let SaveTarget { folder, choices } = target;
        self.settings.last_save_choices = choices.clone();
        self.remember_folder(room, folder.clone());
        if let Some(key) = self.account_key() {
            let of_rooms = self.settings.save_choices.entry(key).or_default();
            of_rooms.insert(room.to_string(), choices.clone());
        }
    }

    /// What was remembered of the rooms of this account.
    pub(super) fn forget_saves_of(&mut self, account_key: &str) {
        self.settings.save_folders.remove(account_key);
        self.settings.save_choices.remove(account_key);
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
