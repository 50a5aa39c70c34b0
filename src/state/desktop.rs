//! What the desktop is told of saves: a notification when nobody looks at the window, and how
//! far they are for the taskbar.

use std::time::Instant;

use crate::domain::{Room, SaveJobId, safe_display_name};
use crate::protocol::{Command, Event, SaveReport};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::saves::{SaveOrigin, Saves};
use crate::state::user_message::{self, grouped, images};

/// See the [module documentation](self).
#[derive(Debug)]
pub(super) struct Desktop {
    /// Whether the window has the keyboard.
    pub(super) has_focus: bool,
    /// When the disk was looked at because the window got the keyboard.
    pub(super) looked_at: Option<Instant>,
    /// What the taskbar was told last, in percent.
    taskbar: Option<u8>,
}

impl Default for Desktop {
    fn default() -> Self {
        Self {
            has_focus: true,
            looked_at: None,
            taskbar: None,
        }
    }
}

impl AppState {
    /// What to tell a person who looks elsewhere. Called before anything else hears of the
    /// event: a job may be taken off the list with it.
    pub(super) fn tell_desktop(&self, event: &Event) -> Option<Effect> {
        if self.desktop.has_focus {
            return None;
        }
        let (title, text) = match event {
            // Who stopped it knows.
            Event::SaveFinished { report, .. } if report.is_cancelled => return None,
            Event::SaveFinished { job, report } if self.is_quiet(*job, report) => return None,
            Event::SaveFinished { job, report } => (
                report_title(report),
                report_text(self.room_of(*job), report),
            ),
            Event::SaveAsks { job, .. } => {
                let room = self.room_of(*job).map(title_of).unwrap_or_default();
                ("A save waits for your answer".to_owned(), room)
            }
            _ => return None,
        };
        Some(Effect::Send(Command::NotifyDesktop { title, text }))
    }

    /// Many folders are brought up to date at once, and most of them are already.
    fn is_quiet(&self, job: SaveJobId, report: &SaveReport) -> bool {
        let job = self.saves.job(job);
        job.is_some_and(|job| job.origin == SaveOrigin::Update)
            && report.saved.is_empty()
            && report.failed.is_empty()
            && report.not_written.is_empty()
            && report.stopped_by.is_none()
    }

    /// What the taskbar is to show, if that is something else than before.
    pub(super) fn renew_taskbar(&mut self) -> Option<Effect> {
        let percent = percent_of(&self.saves);
        if percent == self.desktop.taskbar {
            return None;
        }
        self.desktop.taskbar = percent;
        let share = percent.map(|percent| f32::from(percent) / 100.0);
        Some(Effect::Send(Command::ShowTaskbarProgress(share)))
    }
}

/// How far all saves are that run or wait for something, by files: bytes are not always known.
/// Nothing when none does; one that the person lets rest does not.
fn percent_of(saves: &Saves) -> Option<u8> {
    let mut running = saves.running().peekable();
    running.peek()?;
    let (mut done, mut total) = (0, 0);
    for job in running {
        done += job.progress.saved_count + job.progress.failed_count;
        total += job.progress.total_count;
    }
    let percent = (done * 100).checked_div(total).unwrap_or(0).min(100);
    u8::try_from(percent).ok()
}

/// "1,240 images saved, 17 already there, 3 failed".
fn report_title(report: &SaveReport) -> String {
    let (saved, there) = (report.saved.len(), report.already_there.len());
    let mut parts = Vec::new();
    if saved > 0 || there == 0 {
        parts.push(format!("{} saved", images(saved)));
        if there > 0 {
            parts.push(format!("{} already there", grouped(there)));
        }
    } else {
        parts.push(format!("{} already there", images(there)));
    }
    if report.left_out_count > 0 {
        parts.push(format!("{} left out", grouped(report.left_out_count)));
    }
    if !report.failed.is_empty() {
        parts.push(format!("{} failed", grouped(report.failed.len())));
    }
    let words = parts.join(", ");
    if report.stopped_by.is_some() {
        format!("Stopped: {words}")
    } else {
        words
    }
}

/// The room, and why the save stopped if it did.
fn report_text(room: Option<&Room>, report: &SaveReport) -> String {
    let room = room.map(title_of);
    let reason = report.stopped_by.as_ref();
    let reason = reason.map(|failure| user_message::save(failure).headline);
    let parts: Vec<String> = room.into_iter().chain(reason).collect();
    parts.join(" \u{b7} ")
}

fn title_of(room: &Room) -> String {
    safe_display_name(&room.title)
}
