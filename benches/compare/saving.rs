//! Saving a room against `curl --parallel` with the same files from the same server, in turns:
//! on this machine, and over a line on which an answer takes 20 ms longer.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, json};

use crate::Outcome;
use crate::corpus::Corpus;
use crate::grid::spread;
use crate::latency::SlowLine;
use crate::process::{cpu_seconds_of_ended, peak_memory_mb};
use crate::results::{Results, Row, is_wanted};
use crate::server::{SALON, Server, Thumbnails};
use crate::stats::{goes_first, median};

const WALL: &str = "save_wall_vs_curl";
const CPU: &str = "save_cpu_vs_curl";
const WALL_20MS: &str = "save_wall_vs_curl_20ms";
const MEMORY: &str = "save_peak_memory";

/// There and back together.
const LATENCY: Duration = Duration::from_millis(20);

/// The window of the server's limiter, and a moment.
const MINUTE: Duration = Duration::from_secs(61);

/// How often to look how much memory a process has taken at most.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Who saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saver {
    Salon,
    Curl,
}

/// What saving all files once took.
#[derive(Debug, Clone, Copy)]
struct Run {
    wall_secs: f64,
    cpu_secs: f64,
    peak_mb: f64,
}

/// Measures every row about saving that is wanted.
pub(crate) fn measure(
    results: &mut Results,
    corpus: &Corpus,
    target: &Path,
    (filter, n_runs): (&str, usize),
) -> Outcome<()> {
    if !is_wanted(filter, &[WALL, CPU, WALL_20MS, MEMORY]) {
        return Ok(());
    }
    crate::say("saving the whole corpus");
    let Some(curl) = version() else {
        for name in [WALL, CPU, WALL_20MS] {
            results
                .missing
                .push(format!("{name}: curl is not installed"));
        }
        return Ok(());
    };
    let server = Server::start(&corpus.folder, Thumbnails::Off)?;
    let line = SlowLine::to(&server.url, LATENCY)?;
    let bench = Bench {
        server: &server,
        corpus,
        target,
    };
    let mut began = Instant::now();
    let mut runs: [[Vec<Run>; 2]; 2] = Default::default();
    for round in 0..n_runs {
        std::thread::sleep(MINUTE.saturating_sub(began.elapsed()));
        began = Instant::now();
        for (place, url) in [&server.url, &line.url].into_iter().enumerate() {
            for is_salon in [goes_first(round), !goes_first(round)] {
                let saver = if is_salon { Saver::Salon } else { Saver::Curl };
                let run = bench.run(saver, url)?;
                crate::say(&format!(
                    "  {saver:?} {}: {:.3} s, CPU {:.2} s, {:.0} MB",
                    ["here", "with 20 ms"][place],
                    run.wall_secs,
                    run.cpu_secs,
                    run.peak_mb
                ));
                runs[place][usize::from(!is_salon)].push(run);
            }
        }
    }
    let numbers = |place: usize, side: usize, of: fn(&Run) -> f64| -> Vec<f64> {
        runs[place][side].iter().map(of).collect()
    };
    let wall = |run: &Run| run.wall_secs;
    let rows = [
        (WALL, 0, wall as fn(&Run) -> f64, "s"),
        (CPU, 0, |run: &Run| run.cpu_secs, "CPU s"),
        (WALL_20MS, 1, wall, "s"),
    ];
    for (name, place, of, unit) in rows {
        let (ours, theirs) = (numbers(place, 0, of), numbers(place, 1, of));
        results.add(Row {
            name: name.to_owned(),
            value: median(&ours).unwrap_or(f64::NAN),
            unit: unit.to_owned(),
            peer: Some((curl.clone(), median(&theirs).unwrap_or(f64::NAN))),
            runs: ours.len(),
            more: spread(&ours, &theirs),
        });
    }
    let mut peaks = numbers(0, 0, |run| run.peak_mb);
    peaks.extend(numbers(1, 0, |run| run.peak_mb));
    let most = peaks.iter().copied().fold(f64::NAN, f64::max);
    let mut more = Map::new();
    more.insert("every_run".to_owned(), json!(peaks));
    results.add(Row {
        name: MEMORY.to_owned(),
        value: most,
        unit: "MB".to_owned(),
        peer: None,
        runs: peaks.len(),
        more,
    });
    Ok(())
}

struct Bench<'a> {
    server: &'a Server,
    corpus: &'a Corpus,
    target: &'a Path,
}

impl Bench<'_> {
    /// Saves all files into an empty folder, and looks whether they are there.
    fn run(&self, saver: Saver, url: &str) -> Outcome<Run> {
        let folder = self.target.join(format!("saved-by-{saver:?}"));
        let data = self.target.join("saving-data");
        for folder in [&folder, &data] {
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
            fs::create_dir_all(folder)?;
        }
        // What was saved and removed before is not to be put on the disk in the middle of this.
        let synced = Command::new("sync").status()?;
        if !synced.success() {
            return Err("the disk could not be synced".into());
        }
        let mut command = match saver {
            Saver::Salon => self.salon(url, &folder, &data),
            Saver::Curl => self.curl(url, &folder, &data)?,
        };
        let before = cpu_seconds_of_ended();
        let began = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let peak_mb = wait(child, saver)?;
        let run = Run {
            wall_secs: began.elapsed().as_secs_f64(),
            cpu_secs: cpu_seconds_of_ended() - before,
            peak_mb,
        };
        self.check(&folder)?;
        Ok(run)
    }

    fn salon(&self, url: &str, folder: &Path, data: &Path) -> Command {
        let mut command = Command::new(SALON);
        command
            .args(["save", "--room", "corpus", "--server", url, "--to"])
            .arg(folder)
            .arg("--data-dir")
            .arg(data)
            .env("SALON_USER_ID", &self.server.user)
            .env("SALON_TOKEN", &self.server.token);
        command
    }

    fn curl(&self, url: &str, folder: &Path, data: &Path) -> Outcome<Command> {
        let mut list = String::new();
        for (place, path) in self.server.shown.iter().enumerate() {
            let output = folder.join(place.to_string());
            writeln!(list, "url = \"{url}{path}\"")?;
            writeln!(list, "output = \"{}\"", output.display())?;
        }
        let config = data.join("curl.config");
        fs::write(&config, list)?;
        let mut command = Command::new("curl");
        command
            .args(["--parallel", "--no-progress-meter", "--fail", "--config"])
            .arg(config);
        Ok(command)
    }

    /// As many files as there are, and as many bytes.
    fn check(&self, folder: &Path) -> Outcome<()> {
        let files: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        let mut bytes = 0;
        for file in &files {
            bytes += fs::metadata(file)?.len();
        }
        let (n_files, all_bytes) = (self.corpus.files.len(), self.corpus.bytes);
        if files.len() != n_files || bytes != all_bytes {
            let (found, path) = (files.len(), folder.display());
            let text = format!("{path}: {found} files, {bytes} bytes; not {n_files}, {all_bytes}");
            return Err(text.into());
        }
        Ok(())
    }
}

/// Waits for the end; answers how much memory was taken at most, in MB.
fn wait(mut child: Child, saver: Saver) -> Outcome<f64> {
    let mut peak_mb = 0.0_f64;
    loop {
        peak_mb = peak_mb.max(peak_memory_mb(child.id()).unwrap_or(0.0));
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                return Err(format!("{saver:?} ended with {status}").into());
            }
            return Ok(peak_mb);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// `curl 7.88.1`.
fn version() -> Option<String> {
    let output = Command::new("curl").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = text.split_ascii_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}
