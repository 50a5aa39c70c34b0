//! The whole comparison in one run: Salon, a browser and two thumbnailers on the same files, on
//! the same machine, in turns. Prints a table, writes `results.json` and `results.md`, and fails
//! when a limit is exceeded or a peer is missing, after all is measured.
//!
//! Run by `.ci/bench`, which gives it a screen, a keyring and an empty home.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is a program of its own"
)]

mod browser;
mod corpus;
mod grid;
mod latency;
mod machine;
mod making;
mod process;
mod results;
mod saving;
mod server;
mod ssim;
mod stats;
mod thumbnails;
mod window;

use std::path::Path;
use std::process::ExitCode;

use results::Results;

/// What stops the run.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// As often as the median needs at least.
const RUNS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((first, rest)) if first == thumbnails::CHILD => {
            thumbnails::child(rest).map(|()| ExitCode::SUCCESS)
        }
        _ => compare(&arguments),
    };
    result.unwrap_or_else(|error| {
        say(&format!("compare: {error}"));
        ExitCode::FAILURE
    })
}

fn compare(arguments: &[String]) -> Outcome<ExitCode> {
    // Cargo adds `--bench`.
    let mut words = arguments.iter().filter(|word| !word.starts_with("--"));
    let filter = words.next().map_or("", String::as_str);
    let n_runs = match std::env::var("SALON_BENCH_RUNS") {
        Ok(text) => text.parse()?,
        Err(_) => RUNS,
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target/bench");
    std::fs::create_dir_all(&target)?;
    let corpus = corpus::corpus(root, &target)?;
    let mut results = Results {
        facts: machine::facts(),
        ..Results::default()
    };
    let (n_files, megabytes) = (corpus.files.len(), corpus.bytes as f64 / 1e6);
    results
        .facts
        .push(format!("{n_files} files, {megabytes:.0} MB"));
    for fact in &results.facts {
        say(fact);
    }
    let how = (filter, n_runs);
    let mut parts = [
        (
            "thumbnails",
            making::measure(&mut results, &corpus, &target, how),
        ),
        ("grid", grid::measure(&mut results, &corpus, &target, how)),
        (
            "saving",
            saving::measure(&mut results, &corpus, &target, how),
        ),
    ];
    for (part, result) in &mut parts {
        if let Err(error) = result {
            results.failures.push(format!("{part}: {error}"));
        }
    }
    if let Some(lines) = std::env::var_os("SALON_BENCH_JSON") {
        results.read_lines(Path::new(&lines), filter)?;
    }
    results.note_missing(filter);
    say("");
    say(&results.write(&target)?);
    let verdicts = results.verdicts();
    for verdict in &verdicts {
        say(verdict);
    }
    Ok(if verdicts.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A line for whoever watches.
pub(crate) fn say(text: &str) {
    println!("{text}");
}
