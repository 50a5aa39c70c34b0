use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{AccountId, ByteCount, ServerUrl, UploadId, UserId};

use super::super::{Dirs, DiskCache, StorageError, remove_account_caches};

fn account(user: &str) -> AccountId {
    AccountId {
        server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
        user: UserId::from(user),
    }
}

fn dirs() -> (tempfile::TempDir, Dirs) {
    let root = tempfile::tempdir().unwrap();
    let dirs = Dirs::under(root.path());
    (root, dirs)
}

fn open(dirs: &Dirs, capacity: u64) -> DiskCache {
    DiskCache::open(dirs, &account("u1"), ByteCount(capacity))
}

fn id(n: usize) -> UploadId {
    UploadId::from(format!("upload{n}"))
}

fn files_under(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_under(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn what_was_written_is_read_also_by_the_next_start() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    assert_eq!(cache.read(&id(1)), None);
    cache.write(&id(1), b"one").unwrap();
    cache.write(&id(1), b"other").unwrap();
    assert_eq!(cache.read(&id(1)).unwrap(), b"other");
    assert_eq!(cache.len_bytes(), ByteCount(5));
    let reopened = open(&dirs, 1000);
    assert_eq!(reopened.read(&id(1)).unwrap(), b"other");
    assert_eq!(reopened.len_bytes(), ByteCount(5));
    assert_eq!(fs::read(reopened.path(&id(1)).unwrap()).unwrap(), b"other");
}

#[test]
fn the_least_recently_used_go_first_and_the_limit_holds() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    for n in 0..10 {
        cache.write(&id(n), &[0; 100]).unwrap();
    }
    assert!(cache.read(&id(0)).is_some());
    cache.write(&id(10), &[0; 100]).unwrap();
    assert!(cache.read(&id(0)).is_some(), "it was just used");
    assert!(cache.read(&id(1)).is_none(), "it was the oldest");
    assert!(cache.len_bytes().0 <= 1000);
    let on_disk: u64 = files_under(&dirs.cache)
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum();
    assert_eq!(ByteCount(on_disk), cache.len_bytes());
}

#[test]
fn the_order_of_use_survives_a_restart() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 300);
    let old = Timestamp::now() - SignedDuration::from_hours(5);
    for n in 0..3 {
        cache.write(&id(n), &[0; 100]).unwrap();
        let file = fs::File::options()
            .append(true)
            .open(cache.path(&id(n)).unwrap())
            .unwrap();
        file.set_modified(old.into()).unwrap();
    }
    assert!(cache.read(&id(0)).is_some());
    let reopened = open(&dirs, 300);
    reopened.write(&id(3), &[0; 50]).unwrap();
    assert!(reopened.read(&id(0)).is_some());
    assert!(reopened.read(&id(3)).is_some());
}

#[test]
fn a_cache_that_became_too_large_shrinks() {
    let (_root, dirs) = dirs();
    let large = open(&dirs, 1000);
    for n in 0..10 {
        large.write(&id(n), &[0; 100]).unwrap();
    }
    let small = open(&dirs, 200);
    small.write(&id(10), &[0; 100]).unwrap();
    assert!(small.len_bytes().0 <= 200);
    assert!(small.read(&id(10)).is_some());
}

#[test]
fn what_never_fits_is_not_kept_and_throws_nothing_out() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 100);
    cache.write(&id(1), &[1; 60]).unwrap();
    cache.write(&id(2), &[2; 101]).unwrap();
    cache.write(&id(3), &[]).unwrap();
    assert!(cache.read(&id(1)).is_some());
    assert!(cache.read(&id(2)).is_none());
    assert!(cache.read(&id(3)).is_none());
    open(&dirs, 0).write(&id(4), &[1]).unwrap();
}

#[test]
fn ids_are_opaque_and_accounts_apart() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    let ids = [
        "aB",
        "Ab",
        "../../x",
        "/etc/passwd",
        "CON",
        "",
        "a\0b",
        "🌄",
    ];
    for (n, id) in ids.iter().enumerate() {
        cache
            .write(&UploadId::from(*id), format!("file {n}").as_bytes())
            .unwrap();
    }
    for (n, id) in ids.iter().enumerate() {
        let read = cache.read(&UploadId::from(*id)).unwrap();
        assert_eq!(read, format!("file {n}").as_bytes());
    }
    let names: Vec<_> = files_under(&dirs.cache);
    assert_eq!(names.len(), ids.len());
    let other = DiskCache::open(&dirs, &account("u2"), ByteCount(1000));
    assert_eq!(other.read(&UploadId::from("aB")), None);
}

#[test]
fn damage_is_answered_with_nothing_here() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    for n in 0..3 {
        cache.write(&id(n), b"bytes").unwrap();
    }
    fs::write(cache.path(&id(0)).unwrap(), b"").unwrap();
    let path = cache.path(&id(1)).unwrap();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(cache.path(&id(2)).unwrap(), [0; 5000]).unwrap();
    for n in 0..3 {
        assert_eq!(cache.read(&id(n)), None);
        cache.write(&id(n), b"again").unwrap();
        assert_eq!(cache.read(&id(n)).unwrap(), b"again");
    }
    assert_eq!(cache.len_bytes(), ByteCount(15));
}

#[test]
fn a_cache_folder_that_vanishes_is_made_again() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    cache.write(&id(1), b"one").unwrap();
    fs::remove_dir_all(&dirs.cache).unwrap();
    assert_eq!(cache.read(&id(1)), None);
    assert_eq!(cache.len_bytes(), ByteCount(0));
    cache.write(&id(2), b"two").unwrap();
    assert_eq!(cache.read(&id(2)).unwrap(), b"two");
}

#[test]
fn clearing_frees_what_was_there_and_the_cache_goes_on() {
    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    cache.write(&id(1), b"one").unwrap();
    assert_eq!(cache.clear(), Ok(ByteCount(3)));
    assert_eq!(cache.clear(), Ok(ByteCount(0)));
    assert_eq!(cache.read(&id(1)), None);
    cache.write(&id(1), b"again").unwrap();
    assert_eq!(cache.len_bytes(), ByteCount(5));
}

#[test]
fn signing_out_removes_only_the_caches_of_that_account() {
    let (_root, dirs) = dirs();
    let mine = open(&dirs, 1000);
    let other = DiskCache::open(&dirs, &account("u2"), ByteCount(1000));
    mine.write(&id(1), b"mine").unwrap();
    other.write(&id(1), b"other").unwrap();
    remove_account_caches(&dirs, &account("u1")).unwrap();
    remove_account_caches(&dirs, &account("u1")).unwrap();
    assert_eq!(mine.read(&id(1)), None);
    assert_eq!(other.read(&id(1)).unwrap(), b"other");
}

#[test]
fn a_cache_that_cannot_be_written_says_so() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "x").unwrap();
    let cache = open(&Dirs::under(&file), 1000);
    let failed = cache.write(&id(1), b"x");
    assert!(matches!(failed, Err(StorageError::Io { .. })), "{failed:?}");
    assert_eq!(cache.read(&id(1)), None);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_the_cache() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_root, dirs) = dirs();
    let cache = open(&dirs, 1000);
    cache.write(&id(1), b"one").unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o077;
    assert_eq!(mode(&dirs.cache), 0);
    assert_eq!(mode(&cache.path(&id(1)).unwrap()), 0);
}
