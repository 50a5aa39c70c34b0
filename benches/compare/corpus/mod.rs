//! The corpus: 300 files as people post them, made once from a seed and kept.

mod formats;
mod jpeg;
mod recipes;
mod scene;
mod screenshot;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use fastrand::Rng;
use filetime::FileTime;

use crate::Outcome;
use recipes::{Kind, Kitchen, PLAN};
use scene::Scenes;
use screenshot::Letters;

/// Another number makes the corpus anew: to be changed with anything that changes its files.
const VERSION: &str = "2";

const SEED: u64 = 2026;

/// The files, newest first; all within one day, so that the grid has one header.
pub(crate) struct Corpus {
    pub(crate) folder: PathBuf,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bytes: u64,
}

/// Noon of 2026-10-14 in UTC; each image is a minute older than the one before.
const NEWEST: i64 = 1_791_979_200;

/// Makes the corpus unless it is there.
pub(crate) fn corpus(root: &Path, target: &Path) -> Outcome<Corpus> {
    let folder = target.join("corpus");
    let stamp = target.join("corpus.version");
    if fs::read_to_string(&stamp).is_ok_and(|version| version == VERSION) {
        return listed(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let began = Instant::now();
    let kitchen = Kitchen {
        scenes: Scenes::load(root)?,
        letters: Letters::new(),
    };
    make_all(&kitchen, &folder)?;
    fs::write(&stamp, VERSION)?;
    let corpus = listed(folder)?;
    crate::say(&format!(
        "corpus: {} files, {:.0} MB, made in {:.0} s",
        corpus.files.len(),
        corpus.bytes as f64 / 1e6,
        began.elapsed().as_secs_f64()
    ));
    Ok(corpus)
}

fn make_all(kitchen: &Kitchen, folder: &Path) -> Outcome<()> {
    let mut kinds: Vec<Kind> = PLAN
        .iter()
        .flat_map(|(count, kind)| std::iter::repeat_n(*kind, *count))
        .collect();
    Rng::with_seed(SEED).shuffle(&mut kinds);
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(kind) = kinds.get(place) else {
                        return;
                    };
                    if let Err(error) = make_one(kitchen, folder, place, *kind) {
                        let text = format!("{kind:?}: {error}");
                        failed.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n").into())
    }
}

fn make_one(kitchen: &Kitchen, folder: &Path, place: usize, kind: Kind) -> Outcome<()> {
    let mut rng = Rng::with_seed(SEED ^ (place as u64 + 1) << 16);
    let (ending, bytes) = kitchen.make(kind, &mut rng)?;
    let label = format!("{kind:?}").to_lowercase();
    let label = label.split('(').next().unwrap_or_default();
    let path = folder.join(format!("{place:03}-{label}.{ending}"));
    fs::write(&path, bytes)?;
    let age = 60 * i64::try_from(place)?;
    filetime::set_file_mtime(&path, FileTime::from_unix_time(NEWEST - age, 0))?;
    Ok(())
}

fn listed(folder: PathBuf) -> Outcome<Corpus> {
    let mut files = Vec::new();
    let mut bytes = 0;
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        bytes += entry.metadata()?.len();
        files.push(entry.path());
    }
    // Their names begin with their place.
    files.sort();
    Ok(Corpus {
        folder,
        files,
        bytes,
    })
}
