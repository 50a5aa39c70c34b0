//! The rows of the comparison, what they must not exceed, and how they are written down.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Outcome;

/// One line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    /// What it is measured against, with its version.
    pub(crate) peer: Option<(String, f64)>,
    pub(crate) runs: usize,
    /// More that was measured, for the JSON.
    pub(crate) more: Map<String, Value>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        let (_, peer) = self.peer.as_ref()?;
        Some(self.value / peer)
    }

    fn json(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), json!(self.name));
        fields.insert("value".to_owned(), json!(self.value));
        fields.insert("unit".to_owned(), json!(self.unit));
        let peer = self.peer.as_ref();
        fields.insert("peer".to_owned(), json!(peer.map(|(name, _)| name)));
        fields.insert("peer_value".to_owned(), json!(peer.map(|(_, value)| value)));
        fields.insert("ratio".to_owned(), json!(self.ratio()));
        fields.insert("runs".to_owned(), json!(self.runs));
        fields.extend(self.more.clone());
        Value::Object(fields)
    }
}

/// What a row must not exceed.
#[derive(Debug, Clone, Copy)]
enum Limit {
    /// Value divided by the peer's.
    Ratio(f64),
    Value(f64),
    /// Median and 99th percentile.
    Percentiles(f64, f64),
}

/// Every row that a whole run has, in the order of the table.
const LIMITS: [(&str, Limit); 26] = [
    ("thumbnails_cpu_vs_vipsthumbnail", Limit::Ratio(0.50)),
    ("thumbnails_cpu_vs_image_crate", Limit::Ratio(0.33)),
    ("grid_first_screen_vs_chromium", Limit::Ratio(0.25)),
    ("grid_all_tiles_vs_chromium", Limit::Ratio(0.20)),
    ("grid_all_tiles_cpu_vs_chromium", Limit::Ratio(0.30)),
    ("grid_peak_memory_vs_chromium", Limit::Ratio(0.30)),
    (
        "grid_all_tiles_cpu_vs_chromium_server_thumbs",
        Limit::Ratio(0.10),
    ),
    (
        "grid_all_tiles_cpu_server_thumbs_vs_chromium_originals",
        Limit::Value(f64::INFINITY),
    ),
    ("second_start_first_screen_vs_cold", Limit::Ratio(0.15)),
    ("scroll_frame_cpu_100k", Limit::Percentiles(1.0, 4.0)),
    ("scroll_frame_cpu_1m", Limit::Percentiles(1.0, 4.0)),
    ("viewer_first_pixels_vs_quarter_decode", Limit::Ratio(1.5)),
    ("viewer_full_sharpness_vs_full_decode", Limit::Ratio(1.3)),
    ("viewer_opened_at_100_vs_both_decodes", Limit::Ratio(1.3)),
    ("viewer_held_arrow_12mp", Limit::Value(100.0)),
    ("viewer_longest_frame_108mp", Limit::Value(50.0)),
    ("viewer_longest_frame_wall_108mp", Limit::Value(50.0)),
    ("index_bytes_per_upload", Limit::Value(200.0)),
    ("library_first_page_1m", Limit::Value(150.0)),
    ("search_1m", Limit::Value(30.0)),
    ("idle_cpu", Limit::Value(0.1)),
    ("save_wall_vs_curl", Limit::Ratio(1.0)),
    ("save_cpu_vs_curl", Limit::Ratio(0.8)),
    ("save_wall_vs_curl_20ms", Limit::Ratio(0.95)),
    ("save_peak_memory", Limit::Value(60.0)),
    ("thumbnails_ssim", Limit::Value(f64::INFINITY)),
];

/// Whether a run that is limited to rows whose names contain this wants any of these.
pub(crate) fn is_wanted(filter: &str, names: &[&str]) -> bool {
    names.iter().any(|name| name.contains(filter))
}

/// All that was measured, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) rows: Vec<Row>,
    /// What the run could not measure, and why.
    pub(crate) missing: Vec<String>,
    /// What was measured and is not good enough, beside the limits of the rows.
    pub(crate) failures: Vec<String>,
    /// Machine and versions, one fact each.
    pub(crate) facts: Vec<String>,
}

impl Results {
    pub(crate) fn add(&mut self, row: Row) {
        crate::say(&format!("  {}", line(&row, " · ")));
        self.rows.push(row);
    }

    /// Takes in the rows that other benches wrote, one JSON object a line.
    pub(crate) fn read_lines(&mut self, path: &Path, filter: &str) -> Outcome<()> {
        for line in fs::read_to_string(path)?.lines() {
            let Value::Object(mut fields) = serde_json::from_str(line)? else {
                return Err(format!("no object: {line}").into());
            };
            let text = |field: Option<Value>| match field {
                Some(Value::String(text)) => text,
                _ => String::new(),
            };
            let name = text(fields.remove("name"));
            if !name.contains(filter) {
                continue;
            }
            let value = fields.remove("value").and_then(|value| value.as_f64());
            let runs = fields.remove("runs").and_then(|runs| runs.as_u64());
            let peer = text(fields.remove("peer"));
            let peer_value = fields.remove("peer_value").and_then(|value| value.as_f64());
            self.add(Row {
                value: value.ok_or_else(|| format!("no value: {line}"))?,
                unit: text(fields.remove("unit")),
                peer: peer_value.map(|value| (peer, value)),
                runs: usize::try_from(runs.unwrap_or(1))?,
                more: fields,
                name,
            });
        }
        Ok(())
    }

    /// Notes every wanted row that nobody measured.
    pub(crate) fn note_missing(&mut self, filter: &str) {
        for (name, _) in LIMITS.iter().filter(|(name, _)| name.contains(filter)) {
            let is_there = self.rows.iter().any(|row| row.name == *name);
            let is_explained = self.missing.iter().any(|text| text.contains(name));
            if !is_there && !is_explained {
                self.missing.push(format!("{name}: not measured"));
            }
        }
    }

    /// Everything that makes the run a failure.
    pub(crate) fn verdicts(&self) -> Vec<String> {
        let exceeded = self.rows.iter().filter_map(exceeded);
        let missing = self.missing.iter().map(|text| format!("missing: {text}"));
        exceeded
            .chain(self.failures.iter().cloned())
            .chain(missing)
            .collect()
    }

    /// Writes `results.json` and `results.md`; gives the table.
    pub(crate) fn write(&mut self, folder: &Path) -> Outcome<String> {
        let place = |row: &Row| LIMITS.iter().position(|(name, _)| *name == row.name);
        self.rows
            .sort_by_key(|row| place(row).unwrap_or(usize::MAX));
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        fs::write(
            folder.join("results.json"),
            serde_json::to_string_pretty(&rows)?,
        )?;
        let table = self.table();
        fs::write(folder.join("results.md"), &table)?;
        Ok(table)
    }

    fn table(&self) -> String {
        let mut table = String::from(
            "| what | Salon | peer | ratio | must be | runs |\n\
             | --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for row in &self.rows {
            writeln!(table, "| {} |", line(row, " | ")).ok();
        }
        for text in &self.missing {
            writeln!(table, "| missing: {text} | | | | | |").ok();
        }
        writeln!(table, "\n{}.", self.facts.join("; ")).ok();
        table
    }
}

fn line(row: &Row, between: &str) -> String {
    let limit = match limit(&row.name) {
        Some(Limit::Ratio(most)) => format!("≤ {most:.2}"),
        Some(Limit::Value(most)) if most.is_finite() => format!("≤ {most}"),
        Some(Limit::Percentiles(median, p99)) => format!("≤ {median} / {p99}"),
        _ => String::new(),
    };
    let p99 = row.more.get("p99").and_then(Value::as_f64);
    let value = match p99 {
        Some(p99) => format!("{} / {} {}", figures(row.value), figures(p99), row.unit),
        None => format!("{} {}", figures(row.value), row.unit),
    };
    let peer = row.peer.as_ref().map_or(String::new(), |(name, value)| {
        format!("{name}: {} {}", figures(*value), row.unit)
    });
    let ratio = row
        .ratio()
        .map_or(String::new(), |ratio| format!("{ratio:.3}"));
    [
        format!("`{}`", row.name),
        value,
        peer,
        ratio,
        limit,
        row.runs.to_string(),
    ]
    .join(between)
}

/// Three figures, as far as there are any.
fn figures(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        large if large >= 10.0 => format!("{value:.1}"),
        large if large >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn limit(name: &str) -> Option<Limit> {
    LIMITS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, limit)| *limit)
}

fn exceeded(row: &Row) -> Option<String> {
    let (found, most) = match limit(&row.name)? {
        Limit::Ratio(most) => (row.ratio().unwrap_or(f64::INFINITY), most),
        Limit::Value(most) => (row.value, most),
        Limit::Percentiles(median, p99) => {
            if row.value <= median {
                let found = row.more.get("p99").and_then(Value::as_f64);
                (found.unwrap_or(f64::INFINITY), p99)
            } else {
                (row.value, median)
            }
        }
    };
    // Not `found > most`: what is no number is not within a limit.
    let is_within = found <= most;
    (!is_within).then(|| {
        format!(
            "exceeded: {} is {}, must be ≤ {most}",
            row.name,
            figures(found)
        )
    })
}
