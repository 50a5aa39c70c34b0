//! How a save shows: a bar on a terminal, lines elsewhere, or JSON.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::survey_line::survey_line;
use super::trouble::Trouble;
use crate::domain::{ByteCount, Upload, safe_display_name};
use crate::protocol::SaveFailure;
use crate::saving::{JobReport, Planned, SaveEvent, Survey};
use crate::state::user_message::{self, duration, grouped, images};
use crate::storage::hexadecimal;

/// Where what happens is told.
pub(super) enum Show {
    /// One line that moves, and the failures above it.
    Bar(ProgressBar),
    /// A line for each file.
    Plain,
    /// An object for each event.
    Json,
}

impl Show {
    /// For a person, at a terminal or later in a log.
    pub(super) fn text() -> Self {
        if io::stderr().is_terminal() {
            Self::Bar(ProgressBar::hidden())
        } else {
            Self::Plain
        }
    }

    /// The server wants to be left alone.
    pub(super) fn waiting(&self, pause: Duration) {
        let text = format!("The server asks for a pause of {}", duration(pause));
        match self {
            Self::Bar(bar) if !bar.is_hidden() => bar.set_message(text),
            Self::Bar(_) | Self::Plain => note(&text),
            Self::Json => object(&json!({"event": "waiting", "seconds": pause.as_secs_f64()})),
        }
    }

    /// What there is to do, before it begins.
    pub(super) fn plan(
        &mut self,
        room: &str,
        folder: &Path,
        survey: &Survey,
        free: Option<ByteCount>,
    ) {
        let text = survey_line(survey, room, free);
        match self {
            Self::Bar(bar) => {
                note(&text);
                *bar = ProgressBar::new(survey.missing_bytes.0);
                let style = "{prefix} {bar:30} {decimal_bytes} of {decimal_total_bytes}, \
                             {decimal_bytes_per_sec}, {eta} left {wide_msg}";
                if let Ok(style) = ProgressStyle::with_template(style) {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(Duration::from_millis(250));
            }
            Self::Plain => line(&text),
            Self::Json => object(&json!({
                "event": "plan",
                "room": room,
                "folder": folder.to_string_lossy(),
                "count": survey.count,
                "isPartial": survey.is_partial,
                "expectedCount": survey.expected_count,
                "bytes": survey.bytes.0,
                "thereCount": survey.there_count,
                "missingBytes": survey.missing_bytes.0,
                "clashCount": survey.clash_count,
                "freeBytes": free.map(|free| free.0),
            })),
        }
    }

    /// More was listed meanwhile.
    pub(super) fn grown(&self, survey: &Survey) {
        if let Self::Bar(bar) = self {
            bar.set_length(survey.missing_bytes.0);
        }
    }

    /// Something happened.
    pub(super) fn event(&self, event: &SaveEvent) {
        match event {
            SaveEvent::Advanced {
                received,
                settled_count,
            } => {
                if let Self::Bar(bar) = self {
                    bar.set_position(received.0);
                    bar.set_prefix(images(*settled_count));
                    bar.set_message("");
                }
            }
            SaveEvent::Waiting { pause } => self.waiting(*pause),
            SaveEvent::Saved {
                planned,
                path,
                size,
                sha256,
                is_repair,
            } => {
                let event = if *is_repair { "repaired" } else { "saved" };
                let mut json = described(event, planned, Some(path));
                put(&mut json, "size", size.0.into());
                if let Some(sha256) = sha256 {
                    put(&mut json, "sha256", hexadecimal(sha256).into());
                }
                self.file(event, path, &json);
            }
            SaveEvent::AlreadyThere { planned, path } => {
                self.file("there", path, &described("there", planned, Some(path)));
            }
            SaveEvent::NameTaken { planned, path } => {
                let json = described("nameTaken", planned, Some(path));
                self.file("name taken", path, &json);
            }
            SaveEvent::Failed { planned, failure } => self.failed(planned, failure),
        }
    }

    fn file(&self, what: &str, path: &Path, json: &Value) {
        match self {
            Self::Bar(_) => {}
            Self::Plain => line(&format!("{what}: {}", path.display())),
            Self::Json => object(json),
        }
    }

    fn failed(&self, planned: &Planned, failure: &SaveFailure) {
        let reason = reason(failure);
        let name = safe_display_name(&planned.upload.name);
        let text = format!("failed: {name}: {reason}");
        match self {
            Self::Bar(bar) => bar.println(text),
            Self::Plain => line(&text),
            Self::Json => {
                let mut json = described("failed", planned, None);
                put(&mut json, "reason", reason.into());
                object(&json);
            }
        }
    }

    /// Something beside the pictures was not written.
    pub(super) fn not_written(&self, reason: &str) {
        match self {
            Self::Bar(bar) => bar.println(reason),
            Self::Plain => line(reason),
            Self::Json => object(&json!({"event": "notWritten", "reason": reason})),
        }
    }

    /// How it went.
    pub(super) fn summary(&self, report: &JobReport, trouble: Option<&Trouble>) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
        if matches!(self, Self::Json) {
            object(&json!({
                "event": "summary",
                "saved": report.saved_count,
                "savedBytes": report.saved_bytes,
                "repaired": report.repaired_count,
                "there": report.there_count,
                "nameTaken": report.taken_count,
                "failed": report.failed.len(),
                "notTried": report.left_count,
                "stoppedBy": trouble.map(Trouble::text),
            }));
            return;
        }
        line(&summary_text(report));
        for (reason, uploads) in by_reason(report) {
            line(&format!("{} failed: {reason}", images(uploads.len())));
            for upload in uploads {
                line(&format!(
                    "  {} ({})",
                    safe_display_name(&upload.name),
                    upload.id
                ));
            }
        }
    }
}

fn summary_text(report: &JobReport) -> String {
    let saved = images(report.saved_count);
    let mut text = format!("{saved} saved, {}", ByteCount(report.saved_bytes));
    let others = [
        (report.repaired_count, "of them repaired"),
        (report.there_count, "there already"),
        (report.taken_count, "left out because of their name"),
        (report.failed.len(), "failed"),
        (report.left_count, "not tried"),
    ];
    for (count, what) in others {
        if count > 0 {
            text = format!("{text}; {} {what}", grouped(count));
        }
    }
    text
}

/// The failures, those of one reason together, in the order they came in.
fn by_reason(report: &JobReport) -> Vec<(String, Vec<&Upload>)> {
    let mut reasons: Vec<(String, Vec<&Upload>)> = Vec::new();
    for (upload, failure) in &report.failed {
        let reason = reason(failure);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, uploads)) => uploads.push(upload),
            None => reasons.push((reason, vec![upload])),
        }
    }
    reasons
}

fn reason(failure: &SaveFailure) -> String {
    let message = user_message::save(failure);
    if message.advice.is_empty() {
        message.headline
    } else {
        format!("{}. {}", message.headline, message.advice)
    }
}

fn described(event: &str, planned: &Planned, path: Option<&Path>) -> Value {
    let mut json = json!({"event": event});
    for (key, value) in upload_fields(&planned.upload) {
        put(&mut json, key, value);
    }
    if let Some(path) = path {
        put(&mut json, "path", path.to_string_lossy().into());
    }
    json
}

/// What scripts want to know of an upload.
pub(super) fn upload_fields(upload: &Upload) -> Vec<(&'static str, Value)> {
    vec![
        ("id", upload.id.as_str().into()),
        ("name", upload.name.as_str().into()),
        ("size", upload.size.map(|size| size.0).into()),
        (
            "postedAt",
            upload.uploaded_at.map(|at| at.to_string()).into(),
        ),
    ]
}

pub(super) fn put(json: &mut Value, key: &str, value: Value) {
    if let Some(fields) = json.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// One object on one line.
pub(super) fn object(json: &Value) {
    line(&json.to_string());
}

/// A line about a save, which goes on when nobody reads it.
pub(super) fn line(text: &str) {
    if let Err(error) = result(text) {
        tracing::debug!(%error, "standard output is closed");
    }
}

/// A line of a list.
///
/// # Errors
///
/// When standard output is closed: nobody wants more.
pub(super) fn result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// A line about how it goes on.
pub(super) fn note(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}
