use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;
use crate::domain::{ServerUrl, UserId};

const MEBIBYTE: u64 = 1024 * 1024;
const LARGE: ByteCount = ByteCount(256 * MEBIBYTE);
const FOLDER: &str = "SALON_TEST_THUMBNAILS";
const KILLED: &str = "storage::thumbnail_cache::tests::a_killed_writer_leaves_whole_thumbnails";

fn account() -> AccountId {
    AccountId {
        server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
        user: UserId::from("u1"),
    }
}

type Damage<'a> = &'a dyn Fn(&Path);

struct Machine {
    _root: TempDir,
    dirs: Dirs,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(root.path());
        Self { _root: root, dirs }
    }

    fn open(&self, capacity: ByteCount) -> ThumbnailCache {
        ThumbnailCache::open(&self.dirs, &account(), capacity)
    }

    fn file(&self) -> PathBuf {
        account_folder(&self.dirs, &account()).join(FILE_NAME)
    }
}

fn key(n: usize) -> ThumbnailKey {
    ThumbnailKey {
        upload: UploadId::from(format!("upload{n}")),
        version: 1,
    }
}

/// Bytes by which a mixture of two thumbnails would be seen.
fn content(n: usize, length: usize) -> Vec<u8> {
    (n..n + length).map(|at| at.to_le_bytes()[0]).collect()
}

fn thumbnail(n: usize, length: usize) -> StoredThumbnail {
    StoredThumbnail {
        bytes: content(n, length),
        edge_px: 256,
        original_size: PixelSize::new(4000, 3000),
        format: "JPEG".to_owned(),
        is_animated: false,
    }
}

fn keep(cache: &ThumbnailCache, numbers: std::ops::Range<usize>, length: usize) {
    for n in numbers {
        cache.keep(key(n), thumbnail(n, length));
    }
    cache.flush();
}

fn has(cache: &ThumbnailCache, n: usize) -> bool {
    cache.read(&key(n), 256).is_some()
}

#[test]
fn what_was_kept_is_there_the_next_time() {
    let machine = Machine::new();
    let animated = StoredThumbnail {
        format: "GIF".to_owned(),
        is_animated: true,
        original_size: PixelSize::new(300, 7000),
        ..thumbnail(7, 20_000)
    };
    let cache = machine.open(LARGE);
    cache.keep(key(7), animated.clone());
    drop(cache);
    let cache = machine.open(LARGE);
    assert_eq!(cache.read(&key(7), 256), Some(animated));
    assert_eq!(cache.read(&key(8), 256), None);
}

#[test]
fn the_smallest_one_that_serves_is_found_and_none_that_is_too_small() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    for edge_px in [512, 256] {
        let sized = StoredThumbnail {
            edge_px,
            ..thumbnail(1, 5000)
        };
        cache.keep(key(1), sized);
    }
    // All the pixels that the file has.
    let small = StoredThumbnail {
        edge_px: 90,
        original_size: PixelSize::new(90, 40),
        ..thumbnail(2, 900)
    };
    cache.keep(key(2), small);
    cache.flush();
    let edge = |n, wanted| cache.read(&key(n), wanted).map(|found| found.edge_px);
    assert_eq!(edge(1, 128), Some(256));
    assert_eq!(edge(1, 256), Some(256));
    assert_eq!(edge(1, 257), Some(512));
    assert_eq!(edge(1, 768), None);
    assert_eq!(edge(2, 768), Some(90));
}

#[test]
fn an_upload_that_changed_has_no_thumbnail_until_one_is_kept() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    keep(&cache, 1..2, 5000);
    let changed = ThumbnailKey {
        version: 2,
        ..key(1)
    };
    assert_eq!(cache.read(&changed, 256), None);
    cache.keep(changed.clone(), thumbnail(50, 6000));
    cache.flush();
    assert_eq!(cache.read(&changed, 256), Some(thumbnail(50, 6000)));
    assert!(!has(&cache, 1));
}

#[test]
fn the_file_stays_within_its_bound_and_the_least_recently_used_go() {
    let machine = Machine::new();
    let capacity = ByteCount(4 * MEBIBYTE);
    let cache = machine.open(capacity);
    keep(&cache, 0..100, 20_000);
    assert!(has(&cache, 0));
    assert!(has(&cache, 1));
    for batch in 1..6 {
        keep(&cache, batch * 100..(batch + 1) * 100, 20_000);
        assert!(has(&cache, 0), "what was just read went in batch {batch}");
        assert!(cache.len_bytes() <= capacity, "{}", cache.len_bytes());
    }
    let there: Vec<usize> = (1..600).filter(|n| has(&cache, *n)).collect();
    // The rest is exactly the newest ones, and most of the room is used.
    assert_eq!(there, (600 - there.len()..600).collect::<Vec<_>>());
    assert!(there.len() > 110, "{}", there.len());
}

#[test]
fn a_smaller_bound_counts_at_once_and_a_larger_one_too() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    keep(&cache, 0..400, 20_000);
    let before = cache.len_bytes();
    assert!(before.0 > 8 * MEBIBYTE || cache.read(&key(399), 256).is_some());
    let small = ByteCount(2 * MEBIBYTE);
    cache.set_capacity(small);
    cache.flush();
    assert!(cache.len_bytes() <= small, "{}", cache.len_bytes());
    assert!(has(&cache, 399));
    assert!(!has(&cache, 0));
    cache.set_capacity(LARGE);
    keep(&cache, 1000..1400, 20_000);
    assert!(has(&cache, 399));
    assert!(has(&cache, 1000));
}

#[test]
fn a_bound_of_nothing_keeps_nothing() {
    let machine = Machine::new();
    let cache = machine.open(ByteCount(0));
    keep(&cache, 0..10, 5000);
    assert!((0..10).all(|n| !has(&cache, n)));
}

#[test]
fn clearing_removes_all_of_it_and_tells_how_much_it_was() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    keep(&cache, 0..200, 20_000);
    let freed = cache.clear().unwrap();
    assert_eq!(freed, ByteCount(200 * 20_000));
    assert!(cache.len_bytes().0 < 200_000, "{}", cache.len_bytes());
    assert!(!has(&cache, 3));
    let folder = machine.file().parent().unwrap().to_path_buf();
    let left: u64 = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(left < 500_000, "{left} bytes are left");
    keep(&cache, 0..5, 20_000);
    assert!(has(&cache, 3));
}

#[test]
fn what_turned_out_to_be_damaged_is_forgotten() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    keep(&cache, 0..3, 5000);
    cache.forget(&key(1));
    cache.flush();
    assert!(!has(&cache, 1));
    assert!(has(&cache, 2));
}

#[test]
fn an_account_that_is_removed_leaves_nothing() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    keep(&cache, 0..3, 5000);
    cache.close();
    assert!(!has(&cache, 1));
    super::super::remove_account_caches(&machine.dirs, &account()).unwrap();
    assert!(!machine.file().exists());
}

#[test]
fn two_programs_share_the_file() {
    let machine = Machine::new();
    let (one, other) = (machine.open(LARGE), machine.open(LARGE));
    std::thread::scope(|scope| {
        scope.spawn(|| keep(&one, 0..300, 8000));
        scope.spawn(|| keep(&other, 300..600, 8000));
    });
    for cache in [&one, &other] {
        for n in 0..600 {
            assert_eq!(cache.read(&key(n), 256), Some(thumbnail(n, 8000)), "{n}");
        }
    }
    one.clear().unwrap();
    assert!(!has(&other, 400));
}

#[test]
fn a_file_that_is_none_of_ours_is_replaced() {
    let other_text = b"no database at all, but long enough to be one".repeat(99);
    let damages: [Damage<'_>; 6] = [
        &|file| fs::write(file, &other_text).unwrap(),
        &|file| fs::write(file, b"").unwrap(),
        &|file| {
            let file = fs::File::options().write(true).open(file).unwrap();
            file.set_len(5000).unwrap();
        },
        &|file| {
            let other = rusqlite::Connection::open(file).unwrap();
            other.execute_batch("DROP TABLE image").unwrap();
        },
        &|file| {
            let newer = rusqlite::Connection::open(file).unwrap();
            newer.pragma_update(None, "user_version", 99).unwrap();
        },
        &|file| {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let machine = Machine::new();
        let cache = machine.open(LARGE);
        keep(&cache, 0..50, 20_000);
        drop(cache);
        damage(&machine.file());
        let cache = machine.open(LARGE);
        keep(&cache, 60..70, 20_000);
        assert!(has(&cache, 65), "damage {number}");
    }
}

#[test]
fn damage_that_is_found_while_reading_costs_what_was_kept_and_nothing_else() {
    let machine = Machine::new();
    let cache = machine.open(LARGE);
    keep(&cache, 0..200, 20_000);
    drop(cache);
    let mut file = fs::File::options()
        .write(true)
        .open(machine.file())
        .unwrap();
    // All but the first page: who it is and what tables it has.
    file.seek(SeekFrom::Start(8192)).unwrap();
    file.write_all(&vec![0xa5; 4_000_000]).unwrap();
    drop(file);
    let cache = machine.open(LARGE);
    for n in 0..200 {
        let found = cache.read(&key(n), 256);
        assert!(found.is_none_or(|found| found == thumbnail(n, 20_000)));
    }
    cache.flush();
    keep(&cache, 300..310, 20_000);
    assert!(has(&cache, 305));
}

#[test]
fn without_a_place_for_the_file_nothing_is_found_and_nothing_breaks() {
    let machine = Machine::new();
    fs::create_dir_all(&machine.dirs.cache).unwrap();
    fs::write(machine.dirs.cache.join(THUMBNAILS), "in the way").unwrap();
    let cache = machine.open(LARGE);
    keep(&cache, 0..10, 5000);
    assert!(!has(&cache, 5));
    cache.set_capacity(ByteCount(5));
    cache.clear().ok();
}

/// Keeps thumbnails until it is killed; says so after each hundred.
fn keep_until_killed(folder: &str) {
    let dirs = Dirs::under(Path::new(folder));
    let cache = ThumbnailCache::open(&dirs, &account(), ByteCount(8 * MEBIBYTE));
    for round in 0.. {
        keep(&cache, round * 100..(round + 1) * 100, 15_000);
        println!("kept {round}");
    }
}

#[test]
fn a_killed_writer_leaves_whole_thumbnails() {
    if let Ok(folder) = std::env::var(FOLDER) {
        keep_until_killed(&folder);
        return;
    }
    for kills in 0..4_usize {
        let machine = Machine::new();
        let root = machine.dirs.cache.parent().unwrap().to_path_buf();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([KILLED, "--exact", "--nocapture"])
            .env(FOLDER, &root)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines =
            std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        // Once before it was full, then while the oldest go.
        let rounds = 2 + kills * 4;
        let written = format!("kept {rounds}");
        while !lines.next().unwrap().unwrap().contains(&written) {}
        child.kill().unwrap();
        child.wait().unwrap();

        let begun = Instant::now();
        let cache = machine.open(ByteCount(8 * MEBIBYTE));
        let newest = rounds * 100 + 99;
        let found = cache.read(&key(newest), 256);
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(found, Some(thumbnail(newest, 15_000)));
        for n in 0..newest + 300 {
            let found = cache.read(&key(n), 256);
            assert!(
                found.is_none_or(|found| found == thumbnail(n, 15_000)),
                "{n}"
            );
        }
        keep(&cache, 90_000..90_010, 15_000);
        assert!(has(&cache, 90_005));
    }
}

#[test]
fn a_cache_of_200_000_thumbnails_opens_at_once() {
    let machine = Machine::new();
    drop(machine.open(LARGE));
    let filler = rusqlite::Connection::open(machine.file()).unwrap();
    filler
        .execute_batch(
            "BEGIN;
             WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 199999)
             INSERT INTO entry SELECT n + 1, 'upload' || n, 256, 1, n, 800, 4000, 3000, 'JPEG', 0, 0 FROM n;
             INSERT INTO image SELECT id, randomblob(800) FROM entry;
             COMMIT;",
        )
        .unwrap();
    drop(filler);
    // The least of some: what else the machine does only ever adds to it.
    let times = (0..5).map(|_| {
        let begun = Instant::now();
        let cache = machine.open(ByteCount(1024 * MEBIBYTE));
        let opened = begun.elapsed();
        assert!(has(&cache, 123_456));
        (opened, begun.elapsed())
    });
    let (opened, read) = times.min().unwrap();
    println!("opened in {opened:?}, first thumbnail after {read:?}");
    assert!(opened < Duration::from_millis(100), "{opened:?}");
    assert!(read < Duration::from_millis(200), "{read:?}");
}
