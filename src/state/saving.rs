//! From "save" to a running job: which images, which folder, how.

use crate::domain::ByteCount;
use crate::protocol::{Command, FolderChoice, SaveOrder, SaveSurvey, SurveyError};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::notices::NoticeLevel;
use crate::state::save_sheet::{SaveSheet, SaveTarget};
use crate::state::saves::SaveOrigin;
use crate::state::user_message::UserMessage;

/// When to show the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShowSheet {
    /// When no folder is remembered for the room.
    IfUnknown,
    /// Always.
    Always,
}

impl AppState {
    /// Saves as the room was saved last; shows the sheet when it never was, or always.
    pub(super) fn save_selected(&mut self, show: ShowSheet) -> Vec<Effect> {
        // One at a time: what is being chosen for the first must not be taken for this one.
        if self.saves.sheet.is_some() {
            return Vec::new();
        }
        let Some(gallery) = &self.gallery else {
            return Vec::new();
        };
        let Some(chosen) = gallery.save_selection() else {
            return Vec::new();
        };
        let room = gallery.room.clone();
        let remembered = self.remembered_folder(&room.id);
        let is_known = remembered.is_some();
        let target = SaveTarget {
            folder: remembered.unwrap_or_else(|| self.default_folder_of(&room)),
            choices: self.remembered_choices(&room.id),
        };
        let sheet = SaveSheet::new(room, chosen, target);
        if is_known && show == ShowSheet::IfUnknown {
            return self.begin(&sheet);
        }
        self.saves.sheet = Some(sheet);
        self.survey()
    }

    /// Something on the sheet changed.
    pub(super) fn change_sheet(&mut self, change: impl FnOnce(&mut SaveSheet)) -> Vec<Effect> {
        let Some(sheet) = &mut self.saves.sheet else {
            return Vec::new();
        };
        let before = (sheet.folder.clone(), sheet.choices.clone());
        change(sheet);
        if before == (sheet.folder.clone(), sheet.choices.clone()) {
            return Vec::new();
        }
        self.survey()
    }

    pub(super) fn browse_folder(&self) -> Vec<Effect> {
        let start = self.saves.sheet.as_ref().map(|sheet| sheet.folder.clone());
        vec![Effect::Send(Command::PickFolder { start })]
    }

    pub(super) fn folder_picked(&mut self, choice: FolderChoice) -> Vec<Effect> {
        match choice {
            FolderChoice::Picked(folder) => self.change_sheet(|sheet| {
                sheet.folder = folder;
                sheet.n_picks += 1;
            }),
            FolderChoice::Cancelled => Vec::new(),
            FolderChoice::NoDialog => self.change_sheet(|sheet| sheet.has_no_dialog = true),
        }
    }

    /// Asks what the save on the sheet would do.
    fn survey(&mut self) -> Vec<Effect> {
        let survey = self.saves.next_survey();
        let Some(sheet) = &mut self.saves.sheet else {
            return Vec::new();
        };
        sheet.ask(survey);
        let order = Box::new(sheet.order());
        vec![Effect::Send(Command::SurveySave { survey, order })]
    }

    pub(super) fn surveyed(
        &mut self,
        survey: u64,
        result: Result<Box<SaveSurvey>, SurveyError>,
    ) -> Vec<Effect> {
        let sheet = self.saves.sheet.as_mut();
        match sheet.map(|sheet| sheet.answer(survey, result)) {
            Some(true) => self.confirm_save(),
            Some(false) | None => Vec::new(),
        }
    }

    /// Begins the save on the sheet.
    pub(super) fn confirm_save(&mut self) -> Vec<Effect> {
        match self.saves.sheet.take_if(SaveSheet::confirm) {
            Some(sheet) => self.begin(&sheet),
            None => Vec::new(),
        }
    }

    fn begin(&mut self, sheet: &SaveSheet) -> Vec<Effect> {
        let target = SaveTarget {
            folder: sheet.folder.clone(),
            choices: sheet.choices.clone(),
        };
        self.remember_save(&sheet.room.id, &target);
        if let Some(gallery) = &mut self.gallery
            && gallery.room.id == sheet.room.id
            && gallery.must_list_before_saving()
            && !gallery.is_viewer_open
        {
            gallery.save_when_known = Some(target);
            let message = UserMessage::listing_before_saving(sheet.count);
            self.notices.push(NoticeLevel::Info, message, None);
            return vec![self.keep_settings()];
        }
        let size = (sheet.count, sheet.bytes);
        vec![
            self.keep_settings(),
            self.start_save(sheet.order(), SaveOrigin::Choice, size),
        ]
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
        let (Some(target), Some(chosen)) = (gallery.save_when_known.take(), gallery.save_choice())
        else {
            return Vec::new();
        };
        let sheet = SaveSheet::new(gallery.room.clone(), chosen, target);
        let size = (sheet.count, sheet.bytes);
        vec![self.start_save(sheet.order(), SaveOrigin::Choice, size)]
    }

    pub(super) fn start_save(
        &mut self,
        order: SaveOrder,
        origin: SaveOrigin,
        size: (usize, ByteCount),
    ) -> Effect {
        let job = self.saves.start(&order, origin, size);
        let order = Box::new(order);
        Effect::Send(Command::StartSave { job, order })
    }
}
