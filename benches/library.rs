//! What this machine knows of a room of a million images: how long until the first page is
//! there, any page, all of it; how large the file is. Each opening is measured in a process of
//! its own. Prints a table; fails when a limit is exceeded.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is a program of its own"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use salon::domain::{
    AccountId, ByteCount, ListingWindow, PageIndex, PixelSize, RoomId, ServerUrl, Upload, UploadId,
    UploadPage, UserId,
};
use salon::storage::{Dirs, Library, PageReading};

const IMAGES: usize = 1_000_000;
const PAGE: usize = 100;
const RUNS: usize = 5;
/// Waits for the writer from time to time: what does not fit into its queue is given up.
const PAGES_A_FLUSH: usize = 100;
const FIRST_PAGE_LIMIT: Duration = Duration::from_millis(150);
/// The argument of the process that opens the file.
const OPEN: &str = "--open";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == OPEN) {
        let folder = arguments.into_iter().nth(at + 1);
        open(Path::new(&folder.unwrap()));
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let bytes = fill(folder.path());
    println!("{IMAGES} images written in {:.1?}", begun.elapsed());
    println!(
        "{:<34} {:>8} bytes",
        "file, for each image",
        bytes / IMAGES as u64
    );
    let mut first_pages: Vec<Duration> =
        (0..RUNS).map(|_| open_in_process(folder.path())).collect();
    first_pages.sort();
    let median = first_pages.get(RUNS / 2).copied().unwrap();
    row("open, first page (median)", median);
    row(
        "open, first page (worst)",
        first_pages.last().copied().unwrap(),
    );
    read(folder.path());
    report("library_first_page_1m", median);
    if median > FIRST_PAGE_LIMIT {
        println!("the first page takes longer than {FIRST_PAGE_LIMIT:?}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn row(what: &str, took: Duration) {
    println!("{what:<34} {:>8.2} ms", millis(took));
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// One line of JSON for the table of all benches.
fn report(name: &str, took: Duration) {
    let Some(path) = std::env::var_os("SALON_BENCH_JSON") else {
        return;
    };
    let line = serde_json::json!({ "name": name, "value": millis(took), "unit": "ms" });
    let mut file = std::fs::File::options();
    let mut file = file.create(true).append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}

fn account() -> AccountId {
    AccountId {
        server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
        user: UserId::from("me"),
    }
}

fn library(folder: &Path) -> Library {
    Library::open(&Dirs::under(folder), &account(), |trouble| {
        println!("{trouble}");
    })
    .unwrap()
}

fn room() -> RoomId {
    RoomId::from("GENERAL")
}

/// Names and sizes as phones give them, thirty people, ids that are in no order.
fn upload(position: usize) -> Upload {
    let number = u64::try_from(position).unwrap();
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let seconds = 1_760_000_000 - i64::try_from(position).unwrap() * 37;
    let at = Timestamp::from_second(seconds).unwrap();
    let id = format!("{mixed:016x}{:08x}", number & 0xffff_ffff);
    let name = format!("IMG_{}_{number:06}.jpg", at.strftime("%Y%m%d"));
    Upload {
        path: Some(format!("/ufs/GridFS:Uploads/{id}/{name}")),
        id: UploadId::from(id),
        room: room(),
        name,
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(1_500_000 + mixed % 3_000_000)),
        dimensions: Some(PixelSize::new(4032, 3024)),
        identified_format: Some("jpeg".to_owned()),
        user: Some(UserId::from(format!("user{:02}aBcDeFgHiJ", mixed % 30))),
        uploader: None,
        uploaded_at: Some(at),
        updated_at: Some(at),
        store: Some("GridFS:Uploads".to_owned()),
        description: None,
        etag: Some(format!("{:017x}", mixed.rotate_left(17))),
    }
}

/// Writes the whole room and returns the size of the file.
fn fill(folder: &Path) -> u64 {
    let library = library(folder);
    let mut anchor = None;
    for page in 0..IMAGES / PAGE {
        let positions = page * PAGE..(page + 1) * PAGE;
        let uploads: Vec<Upload> = positions.map(upload).collect();
        let newest = uploads.first().map(|upload| upload.id.clone());
        library.keep_page(PageReading {
            room: room(),
            anchor: anchor.clone(),
            window: ListingWindow::Page(PageIndex(page)),
            page: UploadPage {
                uploads,
                total: IMAGES,
                hidden_count: 0,
                is_anchor_lost: false,
            },
        });
        anchor = anchor.or(newest);
        if page % PAGES_A_FLUSH == 0 {
            library.flush();
        }
    }
    library.close();
    std::fs::metadata(library.path()).unwrap().len()
}

fn open_in_process(folder: &Path) -> Duration {
    let child = Command::new(std::env::current_exe().unwrap())
        .arg(OPEN)
        .arg(folder)
        .output()
        .unwrap();
    let nanos = String::from_utf8(child.stdout).unwrap();
    Duration::from_nanos(nanos.trim().parse().unwrap())
}

fn open(folder: &Path) {
    let begun = Instant::now();
    let library = library(folder);
    let first = library
        .listing(&room(), 0..1, &AtomicBool::new(false))
        .unwrap();
    let took = begun.elapsed();
    assert_eq!((first.len(), first.known_count()), (IMAGES, PAGE));
    println!("{}", took.as_nanos());
}

fn read(folder: &Path) {
    let library = library(folder);
    let stop = AtomicBool::new(false);
    let mut worst = Duration::ZERO;
    for page in (0..IMAGES / PAGE).step_by(997) {
        let begun = Instant::now();
        let some = library.listing(&room(), page..page + 3, &stop).unwrap();
        worst = worst.max(begun.elapsed());
        assert!(some.known_count() >= PAGE);
    }
    row("three pages anywhere (worst)", worst);
    let begun = Instant::now();
    let whole = library.whole_listing(&room(), &stop).unwrap();
    row("all of it", begun.elapsed());
    assert_eq!(whole.known_count(), IMAGES);
}
