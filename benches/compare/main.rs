//! The whole comparison in one run: Salon, a browser and two thumbnailers on the same files, on
//! the same machine, in turns. Prints a table, writes `results.json` and `results.md`, and fails
//! when a limit is exceeded or a peer is missing.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is a program of its own"
)]

mod corpus;

use std::path::Path;
use std::process::ExitCode;

/// What stops the run.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("compare: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target/bench");
    std::fs::create_dir_all(&target)?;
    let corpus = corpus::corpus(root, &target)?;
    say(&format!(
        "{} files in {}",
        corpus.files.len(),
        corpus.folder.display()
    ));
    Ok(())
}

/// A line for whoever watches.
pub(crate) fn say(text: &str) {
    println!("{text}");
}
