//! What a thumbnail of 320 px costs on the CPU, by kind of file: as Salon makes it, against
//! decoding everything with `image` and shrinking with its `thumbnail()` or by Lanczos3.
//!
//! Takes a folder of files, whose names up to the first digit are their kind; prints milliseconds
//! (the median of five interleaved rounds) and how like the Lanczos3 reference Salon's is.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench is a program of its own"
)]

#[path = "../tests/imaging/likeness.rs"]
mod likeness;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ThreadTime;
use image::{DynamicImage, ImageReader};
use salon::imaging::{Target, decode};

use likeness::{lanczos, least_channel_ssim, luma_ssim};

const EDGE_PX: u32 = 320;
const ROUNDS: usize = 5;

/// Medians of one file, or sums over the files of a kind.
#[derive(Default)]
struct Costs {
    n_files: usize,
    salon: Duration,
    thumbnail: Duration,
    lanczos: Duration,
    likenesses: Vec<(f64, f64)>,
}

fn main() {
    // Cargo adds `--bench`.
    let folder = std::env::args().skip(1).find(|it| !it.starts_with("--"));
    let folder = folder.map_or_else(|| PathBuf::from("target/bench/corpus"), PathBuf::from);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut kinds: BTreeMap<String, Costs> = BTreeMap::new();
    for file in &files {
        if let Some(costs) = measure(file) {
            for kind in [kind(file), "~ all".to_owned()] {
                kinds.entry(kind).or_default().add(&costs);
            }
        }
    }
    println!(
        "{:<24} {:>5} {:>9} {:>9} {:>9} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "kind",
        "files",
        "salon",
        "thumb()",
        "lanczos",
        "/thumb",
        "median",
        "worst",
        "channel",
        "worst"
    );
    for (kind, costs) in &kinds {
        costs.print(kind);
    }
}

fn kind(file: &Path) -> String {
    let name = file.file_name().unwrap().to_string_lossy();
    let word = name.split(|c: char| c.is_ascii_digit()).next();
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    format!(
        "{}.{extension}",
        word.unwrap_or_default().trim_end_matches(['-', '_', '.'])
    )
}

fn measure(file: &Path) -> Option<Costs> {
    let bytes = std::fs::read(file).unwrap();
    let target = Target::Thumbnail { edge_px: EDGE_PX };
    let salon = decode(&bytes, target).ok()?;
    let whole = decoded(&bytes)?;
    let mut times = [vec![], vec![], vec![]];
    for _ in 0..ROUNDS {
        times[0].push(timed(|| decode(&bytes, target).unwrap()));
        times[1].push(timed(|| {
            decoded(&bytes).unwrap().thumbnail(EDGE_PX, EDGE_PX)
        }));
        times[2].push(timed(|| {
            let whole = decoded(&bytes).unwrap();
            lanczos(&whole, whole.width(), whole.height(), EDGE_PX)
        }));
    }
    let [salon_time, thumbnail, lanczos_time] = times.map(|mut times| {
        times.sort();
        times[ROUNDS / 2]
    });
    // Only what is neither turned nor of other colours can be compared by pixels.
    let reference = lanczos(&whole, whole.width(), whole.height(), EDGE_PX);
    let is_comparable = (salon.size.width, salon.size.height)
        == (reference.width(), reference.height())
        && salon.original_size.width == whole.width();
    let likeness = is_comparable.then(|| {
        (
            luma_ssim(&salon.pixels, &reference),
            least_channel_ssim(&salon.pixels, &reference),
        )
    });
    Some(Costs {
        n_files: 1,
        salon: salon_time,
        thumbnail,
        lanczos: lanczos_time,
        likenesses: likeness.into_iter().collect(),
    })
}

fn decoded(bytes: &[u8]) -> Option<DynamicImage> {
    let reader = ImageReader::new(std::io::Cursor::new(bytes));
    reader.with_guessed_format().ok()?.decode().ok()
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = ThreadTime::now();
    std::hint::black_box(work());
    start.elapsed()
}

impl Costs {
    fn add(&mut self, other: &Self) {
        self.n_files += other.n_files;
        self.salon += other.salon;
        self.thumbnail += other.thumbnail;
        self.lanczos += other.lanczos;
        self.likenesses.extend(&other.likenesses);
    }

    fn print(&self, kind: &str) {
        let per_file = |time: Duration| 1000.0 * time.as_secs_f64() / self.n_files as f64;
        let spread = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            let middle = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
            (middle, values.first().copied().unwrap_or(f64::NAN))
        };
        let luma = spread(self.likenesses.iter().map(|it| it.0).collect());
        let channel = spread(self.likenesses.iter().map(|it| it.1).collect());
        println!(
            "{kind:<24} {:>5} {:>9.2} {:>9.2} {:>9.2} {:>7.3} {:>7.4} {:>7.4} {:>7.4} {:>7.4}",
            self.n_files,
            per_file(self.salon),
            per_file(self.thumbnail),
            per_file(self.lanczos),
            self.salon.as_secs_f64() / self.thumbnail.as_secs_f64(),
            luma.0,
            luma.1,
            channel.0,
            channel.1,
        );
    }
}
