//! Saves in words: how far they are, what they wait for, what became of them.

use std::time::{Duration, Instant};

use crate::domain::{ByteCount, safe_display_name};
use crate::protocol::{SaveActivity, SaveProgress, SaveReport};
use crate::state::{SaveJob, SaveOrigin, UserMessage, user_message};

/// "Saving 311 of 1,243 · 412 MB · 8.1 MB/s · 3 min left", over all these jobs.
pub(super) fn running_words(jobs: &[&SaveJob]) -> String {
    let sums = Sums::of(jobs);
    let mut words = vec![format!("{}{}", lead(jobs), sums.place())];
    words.extend(sums.bytes());
    words.extend(sums.speed());
    words.extend(sums.time_left());
    words.join(" · ")
}

/// "311 of 1,243 · 412 MB · 3 min left", of one job.
pub(super) fn progress_words(job: &SaveJob) -> String {
    let sums = Sums::of(&[job]);
    let mut words = vec![sums.place()];
    words.extend(sums.bytes());
    words.extend(sums.time_left());
    words.join(" · ")
}

/// What a job that is not over is doing.
pub(super) fn activity_words(job: &SaveJob, now: Instant) -> String {
    match job.progress.activity {
        _ if job.is_stopping => "Stopping…".to_owned(),
        SaveActivity::Queued => "Waits for the save before it".to_owned(),
        SaveActivity::Running if waits_for_list(&job.progress) => {
            "Reading the rest of the room's list".to_owned()
        }
        SaveActivity::Running => match Sums::of(&[job]).speed() {
            Some(speed) => format!("Saving, {speed}"),
            None => "Saving".to_owned(),
        },
        SaveActivity::Waiting { until } => match until.saturating_duration_since(now) {
            rest if rest.is_zero() => "Waiting for the server, goes on now".to_owned(),
            rest => format!(
                "The server asks for a pause, goes on in {}",
                user_message::duration(rest)
            ),
        },
        SaveActivity::Offline => "Offline, goes on by itself".to_owned(),
        SaveActivity::SignedOut => "Goes on after you have signed in again".to_owned(),
        SaveActivity::Asking => "Waits for your answer".to_owned(),
        SaveActivity::Paused if job.origin == SaveOrigin::EarlierRun => {
            "Paused, of an earlier run".to_owned()
        }
        SaveActivity::Paused => "Paused".to_owned(),
    }
}

/// Whether all that is known is settled, and more is to come: a server gives ten pages a minute.
fn waits_for_list(progress: &SaveProgress) -> bool {
    !progress.is_total_final && progress.saved_count + progress.failed_count >= progress.total_count
}

/// For jobs that rest: "Paused at 311 of 1,243", "2 saves are paused".
pub(super) fn paused_words(jobs: &[&SaveJob]) -> String {
    match jobs {
        [_one] => format!("Paused at {}", Sums::of(jobs).place()),
        several => format!("{} saves are paused", user_message::grouped(several.len())),
    }
}

/// About the last save that ended; the others are in the queue.
pub(super) fn finished_words(jobs: &[SaveJob]) -> String {
    let mut ended = jobs.iter().rev();
    let ended = ended.find_map(|job| Some((job, job.report.as_ref()?)));
    let Some((job, report)) = ended else {
        return String::new();
    };
    let mut words = what_became(job, report);
    if let Some(failure) = &report.stopped_by {
        let reason = user_message::save(failure).headline;
        words.push(format!("stopped: {reason}"));
    } else if report.is_cancelled {
        words.push("stopped".to_owned());
    }
    words.join(" · ")
}

/// What became of a save, for a card of its own.
pub(super) fn report_words(job: &SaveJob, report: &SaveReport) -> UserMessage {
    let words = ended_words(job, report);
    if report.stopped_by.is_some() {
        return words;
    }
    let room = safe_display_name(&job.room.title);
    let advice = format!("{room} · {}", words.advice);
    UserMessage { advice, ..words }
}

/// The same beside the name of the room.
pub(super) fn ended_words(job: &SaveJob, report: &SaveReport) -> UserMessage {
    let words = what_became(job, report).join(", ");
    let headline = if report.is_cancelled || report.stopped_by.is_some() {
        format!("Stopped: {words}")
    } else {
        words
    };
    let advice = match &report.stopped_by {
        Some(failure) => {
            let UserMessage { headline, advice } = user_message::save(failure);
            format!("{headline}. {advice}")
        }
        None => report.saved_bytes.to_string(),
    };
    UserMessage { headline, advice }
}

/// For screen readers, who are told at the beginning, at each quarter and at the end, and never
/// of every file.
pub(super) fn spoken_words(jobs: &[SaveJob]) -> String {
    let running: Vec<_> = jobs.iter().filter(|job| job.is_running()).collect();
    if running.is_empty() {
        return match finished_words(jobs) {
            words if words.is_empty() => words,
            words => format!("Save is over: {words}"),
        };
    }
    let sums = Sums::of(&running);
    let quarters = sums.done * 4 / sums.total.max(1);
    format!(
        "{}: {} %",
        lead(&running).trim_end_matches([' ', ':']),
        quarters.min(4) * 25
    )
}

/// Whether a save ended with less than was asked for.
pub(super) fn has_trouble(job: &SaveJob) -> bool {
    let report = job.report.as_ref();
    report.is_some_and(|report| {
        !report.failed.is_empty() || report.stopped_by.is_some() || !report.not_written.is_empty()
    })
}

/// How far the jobs are, by files: bytes are not always known.
pub(super) fn share(jobs: &[&SaveJob]) -> f32 {
    let sums = Sums::of(jobs);
    sums.done as f32 / sums.total.max(1) as f32
}

/// What comes before the numbers: what most of it is doing.
fn lead(jobs: &[&SaveJob]) -> &'static str {
    // Those that only wait for another one say nothing about the whole.
    let rank = |activity: &SaveActivity| match activity {
        SaveActivity::Running => 0,
        SaveActivity::Asking => 1,
        SaveActivity::Waiting { .. } => 2,
        SaveActivity::Offline => 3,
        SaveActivity::SignedOut => 4,
        SaveActivity::Queued | SaveActivity::Paused => 5,
    };
    let activities = jobs.iter().map(|job| job.progress.activity);
    match activities.min_by_key(rank) {
        Some(SaveActivity::Asking) => "Waiting for your answer: ",
        Some(SaveActivity::Waiting { .. }) => "Waiting for the server: ",
        Some(SaveActivity::Offline) => "Offline: ",
        Some(SaveActivity::SignedOut) => "Signed out: ",
        Some(SaveActivity::Running | SaveActivity::Queued | SaveActivity::Paused) | None => {
            "Saving "
        }
    }
}

fn what_became(job: &SaveJob, report: &SaveReport) -> Vec<String> {
    let (saved, there) = (report.saved.len(), report.already_there.len());
    let mut words = Vec::new();
    let is_empty = saved == 0 && there == 0;
    if is_empty && job.origin == SaveOrigin::Update && report.failed.is_empty() {
        words.push("Nothing new".to_owned());
    } else if saved > 0 || there == 0 {
        words.push(format!("{} saved", user_message::images(saved)));
    }
    if report.repaired_count > 0 {
        let repaired = user_message::grouped(report.repaired_count);
        words.push(format!("{repaired} of them repaired"));
    }
    for (count, what) in [
        (there, "already there"),
        (report.left_out_count, "left out"),
        (report.failed.len(), "failed"),
    ] {
        if count > 0 {
            words.push(format!("{} {what}", user_message::grouped(count)));
        }
    }
    words
}

/// The numbers of some jobs together.
struct Sums {
    done: usize,
    total: usize,
    saved_bytes: ByteCount,
    total_bytes: ByteCount,
    bytes_per_second: u64,
    is_final: bool,
}

impl Sums {
    fn of(jobs: &[&SaveJob]) -> Self {
        let all = || jobs.iter().map(|job| &job.progress);
        Self {
            done: all().map(|it| it.saved_count + it.failed_count).sum(),
            total: all().map(|it| it.total_count).sum(),
            saved_bytes: all().map(|it| it.saved_bytes).sum(),
            total_bytes: all().map(|it| it.total_bytes).sum(),
            bytes_per_second: all().map(|it| it.bytes_per_second).sum(),
            is_final: all().all(|it| it.is_total_final),
        }
    }

    fn place(&self) -> String {
        let at_least = if self.is_final { "" } else { "at least " };
        let (done, total) = (self.done, self.total.max(self.done));
        format!(
            "{} of {at_least}{}",
            user_message::grouped(done),
            user_message::grouped(total)
        )
    }

    /// Nothing while there is nothing: of an earlier run it is not known.
    fn bytes(&self) -> Option<String> {
        (self.saved_bytes.0 > 0).then(|| self.saved_bytes.to_string())
    }

    fn speed(&self) -> Option<String> {
        (self.bytes_per_second > 0).then(|| format!("{}/s", ByteCount(self.bytes_per_second)))
    }

    fn time_left(&self) -> Option<String> {
        let left = self.total_bytes.0.saturating_sub(self.saved_bytes.0);
        let secs = left.checked_div(self.bytes_per_second)?;
        let left = Duration::from_secs(secs);
        (self.is_final && secs > 0).then(|| format!("{} left", user_message::duration(left)))
    }
}
