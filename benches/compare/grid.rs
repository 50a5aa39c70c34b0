//! Salon's window against the browser: the same 300 files from the same server, in turns.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, json};

use crate::Outcome;
use crate::browser::{self, Tiles};
use crate::corpus::Corpus;
use crate::results::{Results, Row, is_wanted};
use crate::server::{Server, Thumbnails};
use crate::stats::{extremes, goes_first, median};
use crate::window::{Home, Visit};

const FIRST: &str = "grid_first_screen_vs_chromium";
const ALL: &str = "grid_all_tiles_vs_chromium";
const CPU: &str = "grid_all_tiles_cpu_vs_chromium";
const MEMORY: &str = "grid_peak_memory_vs_chromium";
const CPU_THUMBS: &str = "grid_all_tiles_cpu_vs_chromium_server_thumbs";
/// Salon with the server's thumbnails, the browser without.
const CPU_THUMBS_ALONE: &str = "grid_all_tiles_cpu_server_thumbs_vs_chromium_originals";
const SECOND: &str = "second_start_first_screen_vs_cold";
const IDLE: &str = "idle_cpu";

/// Columns of Salon in a window of 1280 by 800, beside the list of rooms, at the usual size.
const COLUMNS: usize = 5;

/// The window of the server's limiter, and a moment.
const MINUTE: Duration = Duration::from_secs(61);

/// As long as the limit of idle time speaks of.
const IDLE_LASTS: Duration = Duration::from_secs(30);

/// Measures every row of the grid that is wanted.
pub(crate) fn measure(
    results: &mut Results,
    corpus: &Corpus,
    target: &Path,
    (filter, n_runs): (&str, usize),
) -> Outcome<()> {
    let wants = |names: &[&str]| is_wanted(filter, names);
    let originals = [FIRST, ALL, CPU, MEMORY, CPU_THUMBS_ALONE, SECOND, IDLE];
    let chromium = browser::version();
    if chromium.is_none() {
        for name in [FIRST, ALL, CPU, MEMORY, CPU_THUMBS, CPU_THUMBS_ALONE] {
            if wants(&[name]) {
                results
                    .missing
                    .push(format!("{name}: Chromium is not installed"));
            }
        }
    }
    let mut browser_of_originals = Vec::new();
    if wants(&originals) {
        let room = Room::open(corpus, target, Thumbnails::Off)?;
        if wants(&[FIRST, ALL, CPU, MEMORY, CPU_THUMBS_ALONE])
            && let Some(peer) = &chromium
        {
            let rounds = room.rounds(n_runs)?;
            rounds.add_rows(results, peer);
            browser_of_originals = rounds.browser;
        }
        if wants(&[SECOND]) {
            room.second_start(results, n_runs)?;
        }
        if wants(&[IDLE]) {
            room.idle(results)?;
        }
    }
    if wants(&[CPU_THUMBS, CPU_THUMBS_ALONE])
        && let Some(peer) = &chromium
    {
        let room = Room::open(corpus, target, Thumbnails::On)?;
        let rounds = room.rounds(n_runs)?;
        rounds.add_row(results, CPU_THUMBS, "s", peer, |visit| visit.cpu_secs);
        // What Salon does with the server's thumbnails against what a browser does without.
        let against_originals = Rounds {
            browser: browser_of_originals,
            ..rounds
        };
        if !against_originals.browser.is_empty() {
            let peer = format!("{peer}, originals");
            against_originals.add_row(results, CPU_THUMBS_ALONE, "s", &peer, |visit| {
                visit.cpu_secs
            });
        }
    }
    Ok(())
}

/// A server, and a Salon that is signed in to it.
struct Room {
    server: Server,
    home: Home,
    round_began: Cell<Instant>,
}

impl Room {
    fn open(corpus: &Corpus, target: &Path, thumbnails: Thumbnails) -> Outcome<Self> {
        crate::say(&format!("the grid, server thumbnails {thumbnails:?}"));
        let server = Server::start(&corpus.folder, thumbnails)?;
        let home = Home::sign_in(&target.join(format!("home-{thumbnails:?}")), &server)?;
        Ok(Self {
            server,
            home,
            round_began: Cell::new(Instant::now()),
        })
    }

    /// The server takes ten calls of each kind in a minute, and this asks for no more: a round
    /// begins a minute after the one before it, or after somebody signed in.
    fn wait_for_the_limiter(&self) {
        std::thread::sleep(MINUTE.saturating_sub(self.round_began.get().elapsed()));
        self.round_began.set(Instant::now());
    }

    fn rounds(&self, n_runs: usize) -> Outcome<Rounds> {
        let total = self.server.shown.len();
        let mut rounds = Rounds::default();
        for round in 0..n_runs {
            self.wait_for_the_limiter();
            for is_salon in [goes_first(round), !goes_first(round)] {
                if is_salon {
                    self.home.make_cold()?;
                    let visit = self.home.all_tiles(total)?;
                    note("Salon", &visit);
                    rounds.salon.push(visit);
                } else {
                    // The first round is Salon's, so its tiles are known.
                    let n_first = rounds.salon.first().map_or(24, |visit| visit.n_first);
                    let tiles = Tiles {
                        columns: COLUMNS,
                        rows: n_first.div_ceil(COLUMNS),
                    };
                    let visit = browser::visit(&self.server, tiles)?;
                    note("Chromium", &visit);
                    rounds.browser.push(visit);
                }
            }
        }
        Ok(rounds)
    }

    /// The same home again, with whatever the start before left in it.
    fn second_start(&self, results: &mut Results, n_runs: usize) -> Outcome<()> {
        let total = self.server.shown.len();
        let (mut cold, mut warm) = (Vec::new(), Vec::new());
        let mut n_asked = 0;
        for round in 0..n_runs {
            self.wait_for_the_limiter();
            self.home.make_cold()?;
            // Goes through the room, so that all of it is kept.
            cold.push(self.home.all_tiles(total)?.first_secs);
            let began = Timestamp::now();
            let second = self.home.first_screen(total)?;
            warm.push(second.first_secs);
            let asked = self.server.paths_since(began)?;
            let is_file =
                |path: &&String| path.starts_with("/file-upload/") || path.starts_with("/ufs/");
            n_asked += asked.iter().filter(is_file).count();
            crate::say(&format!(
                "  cold {:.3} s, warm {:.3} s",
                cold[round], second.first_secs
            ));
        }
        if n_asked > 0 {
            let text = format!("{SECOND}: a second start asked the server for {n_asked} images");
            results.failures.push(text);
        }
        let mut more = spread(&warm, &cold);
        more.insert("images_asked".to_owned(), json!(n_asked));
        let peer = (
            "the first start".to_owned(),
            median(&cold).unwrap_or(f64::NAN),
        );
        results.add(Row {
            name: SECOND.to_owned(),
            value: median(&warm).unwrap_or(f64::NAN),
            unit: "s".to_owned(),
            peer: Some(peer),
            runs: warm.len(),
            more,
        });
        Ok(())
    }

    fn idle(&self, results: &mut Results) -> Outcome<()> {
        let percent = self
            .home
            .idle_percent(self.server.shown.len(), IDLE_LASTS)?;
        results.add(Row {
            name: IDLE.to_owned(),
            value: percent,
            unit: "%".to_owned(),
            peer: None,
            runs: 1,
            more: Map::new(),
        });
        Ok(())
    }
}

fn note(who: &str, visit: &Visit) {
    crate::say(&format!(
        "  {who:<8}  {} tiles after {:.3} s, {} after {:.3} s, CPU {:.2} s, {:.0} MiB",
        visit.n_first,
        visit.first_secs,
        visit.n_painted,
        visit.all_secs,
        visit.cpu_secs,
        visit.pss_mib
    ));
}

/// What both sides did, in turns.
#[derive(Debug, Default)]
struct Rounds {
    salon: Vec<Visit>,
    browser: Vec<Visit>,
}

impl Rounds {
    fn add_rows(&self, results: &mut Results, peer: &str) {
        self.add_row(results, FIRST, "s", peer, |visit| visit.first_secs);
        self.add_row(results, ALL, "s", peer, |visit| visit.all_secs);
        self.add_row(results, CPU, "s", peer, |visit| visit.cpu_secs);
        self.add_row(results, MEMORY, "MiB", peer, |visit| visit.pss_mib);
    }

    fn add_row(
        &self,
        results: &mut Results,
        name: &str,
        unit: &str,
        peer: &str,
        of: impl Fn(&Visit) -> f64,
    ) {
        let salon: Vec<f64> = self.salon.iter().map(&of).collect();
        let browser: Vec<f64> = self.browser.iter().map(&of).collect();
        results.add(Row {
            name: name.to_owned(),
            value: median(&salon).unwrap_or(f64::NAN),
            unit: unit.to_owned(),
            peer: Some((peer.to_owned(), median(&browser).unwrap_or(f64::NAN))),
            runs: salon.len().min(browser.len()),
            more: spread(&salon, &browser),
        });
    }
}

/// The extremes of both sides, for the JSON.
pub(crate) fn spread(ours: &[f64], theirs: &[f64]) -> Map<String, serde_json::Value> {
    let mut more = Map::new();
    for (name, numbers) in [("value_range", ours), ("peer_range", theirs)] {
        if let Some((smallest, largest)) = extremes(numbers) {
            more.insert(name.to_owned(), json!([smallest, largest]));
        }
    }
    more
}
