//! The program is killed at hundreds of random places. No file that is cut off ever carries a
//! final name, and in the end all is as if nobody had killed it.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "these are tests, which share more than each of them needs"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use salon::demo_server::{Fault, FaultKind, Quirks, Ranges, Storage};

#[path = "support/salon_command.rs"]
mod salon_command;

use salon_command::{Bench, ROOM, contents, image};

/// How often the program is killed before the test is content.
const KILLS: usize = 200;

/// How many machines save at the same time: most of it is waiting for a slow server.
const LANES: usize = 4;

#[test]
fn killed_at_any_byte_it_goes_on_and_no_truncated_file_ever_has_a_name() {
    let mut files: Vec<(String, Vec<u8>)> = (0..14)
        .map(|n| {
            (
                format!("image {n}.png"),
                image(n, 2_000 + 23_000 * usize::try_from(n).unwrap()),
            )
        })
        .collect();
    files.push(("large.png".to_owned(), image(99, 1_500_000)));
    let named: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let quirks = Quirks {
        limiter: None,
        storage: Storage::GridFs,
        ranges: Ranges::Rfc,
        ..Quirks::default()
    };
    let bench = Bench::with(&named, quirks);
    let whole: BTreeMap<_, _> = files.into_iter().collect();
    let clean = bench.machine.path().join("clean");
    let status = save(&bench, &clean).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    let uninterrupted = contents(&clean.join("pictures"));
    assert_eq!(uninterrupted, whole);

    bench.faults().arm(Fault::on(
        "/file-upload",
        FaultKind::Throttle {
            piece_bytes: 8_000,
            pause: Duration::from_millis(3),
        },
    ));
    let kills: Vec<Lane<'_>> = std::thread::scope(|scope| {
        let run = |n: usize| {
            let (bench, whole) = (&bench, &whole);
            scope.spawn(move || Lane::new(bench, n).run(whole))
        };
        let lanes: Vec<_> = (0..LANES).map(run).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).collect()
    });
    let sum = |count: fn(&Lane<'_>) -> usize| kills.iter().map(count).sum::<usize>();
    let (kills, in_files, rounds) = (
        sum(|lane| lane.kills),
        sum(|lane| lane.kills_in_files),
        sum(|lane| lane.rounds),
    );
    println!("{kills} kills, {in_files} of them with parts on disk, {rounds} whole saves");
    assert!(kills >= KILLS);
    assert!(in_files >= KILLS / 4, "only {in_files} kills hit a file");
    assert!(rounds >= LANES);
    let resumed = bench.admin().requests();
    let resumed = resumed.iter().filter(|it| it.status == 206).count();
    assert!(resumed > 0, "nothing was resumed");
}

/// A machine that saves, is killed, and saves again.
struct Lane<'a> {
    bench: &'a Bench,
    root: PathBuf,
    random: fastrand::Rng,
    kills: usize,
    kills_in_files: usize,
    rounds: usize,
}

impl<'a> Lane<'a> {
    fn new(bench: &'a Bench, n: usize) -> Self {
        Self {
            bench,
            root: bench.machine.path().join(format!("lane {n}")),
            random: fastrand::Rng::new(),
            kills: 0,
            kills_in_files: 0,
            rounds: 0,
        }
    }

    /// Until it was killed often enough; and then until all is saved.
    fn run(mut self, whole: &BTreeMap<String, Vec<u8>>) -> Self {
        // Killed before it has done anything it would never get on.
        let longest = self.how_long_to_begin() + Duration::from_millis(250);
        loop {
            let is_enough = self.kills >= KILLS.div_ceil(LANES);
            let mut child = save(self.bench, &self.root)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            if !is_enough {
                let pause = longest.mul_f64(self.random.f64());
                std::thread::sleep(pause);
                child.kill().unwrap();
            }
            let status = child.wait().unwrap();
            let there = contents(&self.root.join("pictures"));
            for (name, bytes) in &there {
                let is_part = name.starts_with(".salon-resume-");
                assert!(
                    is_part || whole.get(name) == Some(bytes),
                    "{name} is there with {} bytes",
                    bytes.len()
                );
            }
            if status.success() {
                assert_eq!(there, *whole, "after {} kills", self.kills);
                self.rounds += 1;
                if is_enough {
                    return self;
                }
                std::fs::remove_dir_all(&self.root).unwrap();
            } else {
                assert_eq!(status.code(), None, "it failed by itself");
                self.kills += 1;
                let has_parts = there.keys().any(|name| name.starts_with(".salon-"));
                self.kills_in_files += usize::from(has_parts);
            }
        }
    }

    /// From the start of the program to its first file.
    fn how_long_to_begin(&self) -> Duration {
        let root = self.root.with_extension("first");
        let started = Instant::now();
        let mut child = save(self.bench, &root)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = started + Duration::from_secs(30);
        // Not by what is in the files: they get other names meanwhile.
        let is_empty = || {
            let files = std::fs::read_dir(root.join("pictures"));
            files.map_or(true, |mut files| files.next().is_none())
        };
        while is_empty() {
            assert!(Instant::now() < deadline, "nothing was begun");
            assert!(child.try_wait().unwrap().is_none_or(|it| it.success()));
            std::thread::sleep(Duration::from_millis(2));
        }
        let took = started.elapsed();
        child.kill().unwrap();
        child.wait().unwrap();
        took
    }
}

fn save(bench: &Bench, root: &Path) -> Command {
    let folder = root.join("pictures");
    let folder = folder.to_str().unwrap();
    let arguments = ["save", "--room", ROOM, "--to", folder, "--json"];
    bench.command_of(&root.join("data"), &arguments)
}
