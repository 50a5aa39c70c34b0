//! When to look which images of the open room have a copy on this machine, and what is found.

use std::time::{Duration, Instant};

use crate::domain::{Room, SaveJobId};
use crate::protocol::{Command, Event, SavedFiles};
use crate::state::AppState;
use crate::state::effect::Effect;

/// Who comes back to the window may have deleted files meanwhile; who only passes by has not.
const LOOKS_APART: Duration = Duration::from_secs(2);

impl AppState {
    /// Whether the window has the keyboard.
    pub const fn has_focus(&self) -> bool {
        self.desktop.has_focus
    }

    /// Asks which images of the open room have a copy, unless an answer is to come.
    pub(super) fn look_for_copies(&mut self) -> Option<Effect> {
        let gallery = self.gallery.as_mut()?;
        let is_to_ask = gallery.copies.wants_look();
        let room = gallery.room.id.clone();
        is_to_ask.then_some(Effect::Send(Command::FindSavedFiles { room }))
    }

    /// Somebody came back to the window.
    pub(super) fn focus_gained(&mut self, at: Instant) -> Vec<Effect> {
        let was_away = !std::mem::replace(&mut self.desktop.has_focus, true);
        let last = self.desktop.looked_at;
        let is_soon = last.is_some_and(|last| at.duration_since(last) < LOOKS_APART);
        if !was_away || is_soon {
            return Vec::new();
        }
        self.desktop.looked_at = Some(at);
        self.look_for_copies().into_iter().collect()
    }

    pub(super) fn focus_lost(&mut self) -> Vec<Effect> {
        self.desktop.has_focus = false;
        Vec::new()
    }

    pub(super) fn saved_files_found(&mut self, found: SavedFiles) -> Vec<Effect> {
        let SavedFiles { room, files } = found;
        let gallery = self.gallery.as_mut();
        let Some(gallery) = gallery.filter(|gallery| gallery.room.id == room) else {
            return Vec::new();
        };
        let again = gallery.copies.looked(files);
        let again = again.then_some(Effect::Send(Command::FindSavedFiles { room }));
        again.into_iter().collect()
    }

    /// Keeps the ticks of the room up with its saves. Called before anything else hears of the
    /// event: a job may be taken off the list with it.
    pub(super) fn follow_saves(&mut self, event: &Event) -> Option<Effect> {
        match event {
            Event::SaveAdvanced { job, progress } => {
                let room = self.room_of(*job)?.id.clone();
                let gallery = self.gallery.as_mut()?;
                let is_due =
                    gallery.room.id == room && gallery.copies.advanced(progress.saved_count);
                is_due.then_some(Effect::Send(Command::FindSavedFiles { room }))
            }
            Event::SaveFinished { job, report } => {
                let room = self.room_of(*job)?.id.clone();
                let mut galleries = self.gallery.iter_mut().chain(&mut self.kept);
                let gallery = galleries.find(|gallery| gallery.room.id == room)?;
                let there = report.saved.iter().chain(&report.already_there);
                gallery.copies.saved(there.cloned());
                let is_open = self.gallery.as_ref().map(|open| &open.room.id) == Some(&room);
                is_open.then(|| self.look_for_copies()).flatten()
            }
            _ => None,
        }
    }

    /// The room of a save.
    pub(super) fn room_of(&self, job: SaveJobId) -> Option<&Room> {
        let mut jobs = self.saves.jobs.iter();
        let job = jobs.find(|other| other.id == job)?;
        Some(&job.room)
    }
}
