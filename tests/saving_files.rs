//! Saving into a folder, on the real file system: nothing is ever overwritten and no two
//! names clash, whatever the names are and whoever else writes there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "these are tests"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::sync::Barrier;

use jiff::Timestamp;
use salon::storage::{Finished, SaveFolder};

#[path = "support/child_process.rs"]
mod child_process;
#[path = "support/saving.rs"]
mod saving;

use child_process::{assert_passed, this_test};
use saving::{names, save, saved, upload};

/// The folder to use in a process of its own.
const CHILD_FOLDER: &str = "SALON_TEST_CHILD_FOLDER";

const PNG_HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

#[test]
fn a_saved_file_has_its_bytes_its_name_and_the_time_it_was_posted() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("not/there/yet");
    let folder = SaveFolder::open(&path).unwrap();
    let posted_at: Timestamp = "2019-03-04T05:06:07.089Z".parse().unwrap();
    let mut part = folder.begin(&upload("a.png")).unwrap();
    part.write(b"first ").unwrap();
    part.write(b"second").unwrap();
    let finished = part.finish(Some(posted_at)).unwrap();
    assert_eq!(finished, Finished::Saved(path.join("a.png")));
    assert_eq!(fs::read(path.join("a.png")).unwrap(), b"first second");
    let modified = fs::metadata(path.join("a.png"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(Timestamp::try_from(modified).unwrap(), posted_at);
    assert_eq!(names(&path).len(), 1);
}

#[test]
fn another_file_of_the_same_name_gets_a_number_and_the_same_file_is_not_saved_twice() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("a.png"), b"theirs").unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    assert_eq!(saved(&folder, "a.png", b"one"), "a (2).png");
    assert_eq!(saved(&folder, "a.png", b"two"), "a (3).png");
    for (bytes, name) in [
        ("theirs", "a.png"),
        ("one", "a (2).png"),
        ("two", "a (3).png"),
    ] {
        let again = save(&folder, "a.png", bytes.as_bytes()).unwrap();
        assert_eq!(again, Finished::AlreadyThere(root.path().join(name)));
    }
    let reopened = SaveFolder::open(root.path()).unwrap();
    let again = save(&reopened, "a.png", b"two").unwrap();
    assert_eq!(again, Finished::AlreadyThere(root.path().join("a (3).png")));
    assert_eq!(saved(&reopened, "a.png", b"six"), "a (4).png");
    assert_eq!(fs::read(root.path().join("a.png")).unwrap(), b"theirs");
    assert_eq!(names(root.path()).len(), 4);
}

#[test]
fn names_that_some_system_takes_for_one_are_kept_apart() {
    let root = tempfile::tempdir().unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    assert_eq!(saved(&folder, "image.png", b"1"), "image.png");
    assert_eq!(saved(&folder, "IMAGE.PNG", b"2"), "IMAGE (2).PNG");
    assert_eq!(saved(&folder, "caf\u{e9}.png", b"3"), "caf\u{e9}.png");
    assert_eq!(saved(&folder, "CAFE\u{301}.png", b"4"), "CAF\u{c9} (2).png");
    assert_eq!(saved(&folder, "image (2).png", b"5"), "image (2) (2).png");
    assert_eq!(saved(&folder, "image.png", b"6"), "image (3).png");
}

#[test]
fn a_file_of_another_spelling_that_is_the_same_is_found() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("CAFE\u{301}.PNG"), b"same").unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    let again = save(&folder, "caf\u{e9}.png", b"same").unwrap();
    assert!(matches!(again, Finished::AlreadyThere(_)));
    assert_eq!(
        saved(&folder, "caf\u{e9}.png", b"else"),
        "caf\u{e9} (2).png"
    );
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("inside");
    let folder = SaveFolder::open(&path).unwrap();
    let bad = [
        "../out.png",
        "/tmp/out.png",
        "a/../../out.png",
        "..\\out.png",
        "..",
        ".",
        "",
        "a/b.png",
        "\0.png",
    ];
    for (n, name) in bad.iter().enumerate() {
        let Finished::Saved(saved) = save(&folder, name, &[u8::try_from(n).unwrap()]).unwrap()
        else {
            panic!("{name:?} was there");
        };
        assert_eq!(saved.parent(), Some(path.as_path()), "{name:?}");
    }
    assert_eq!(names(&path).len(), bad.len());
    assert_eq!(names(root.path()).len(), 1);
}

#[test]
fn names_longer_than_the_system_allows_are_cut() {
    let root = tempfile::tempdir().unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    let emoji = "🌄".repeat(64);
    assert!(emoji.len() >= 255);
    for bytes in [b"1", b"2", b"3"] {
        let name = saved(&folder, &format!("{emoji}.png"), bytes);
        assert!(name.len() <= 240, "{name}");
        assert_eq!(Path::new(&name).extension().unwrap(), "png");
    }
    assert_eq!(names(root.path()).len(), 3);
}

#[test]
fn a_name_without_extension_gets_the_one_of_its_content() {
    let root = tempfile::tempdir().unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    let mut undeclared = upload("photo");
    undeclared.media_type = "application/octet-stream".to_owned();
    let mut part = folder.begin(&undeclared).unwrap();
    for byte in PNG_HEAD {
        part.write(&[*byte]).unwrap();
    }
    let finished = part.finish(None).unwrap();
    assert_eq!(finished, Finished::Saved(root.path().join("photo.png")));
}

#[test]
fn a_name_that_somebody_takes_meanwhile_is_left_to_them() {
    let root = tempfile::tempdir().unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    let mut part = folder.begin(&upload("a.png")).unwrap();
    part.write(b"ours").unwrap();
    fs::write(root.path().join("a.png"), b"theirs").unwrap();
    let finished = part.finish(None).unwrap();
    assert_eq!(finished, Finished::Saved(root.path().join("a (2).png")));
    assert_eq!(fs::read(root.path().join("a.png")).unwrap(), b"theirs");

    let mut part = folder.begin(&upload("b.png")).unwrap();
    part.write(b"same").unwrap();
    fs::write(root.path().join("b.png"), b"same").unwrap();
    let finished = part.finish(None).unwrap();
    assert_eq!(finished, Finished::AlreadyThere(root.path().join("b.png")));
    assert_eq!(names(root.path()).len(), 3);
}

#[test]
fn a_name_that_becomes_free_is_used() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("a.png"), b"theirs").unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    fs::remove_file(root.path().join("a.png")).unwrap();
    assert_eq!(saved(&folder, "a.png", b"ours"), "a.png");
}

#[cfg(unix)]
#[test]
fn others_may_read_a_saved_file_as_far_as_the_umask_says() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = tempfile::tempdir().unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    drop(File::create(root.path().join("plain")).unwrap());
    saved(&folder, "a.png", b"x");
    let mode = |name: &str| {
        root.path()
            .join(name)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("a.png"), mode("plain"));
}

/// Saves files of one name from many threads, each with its own job.
fn save_from_threads(
    path: &Path,
    n_threads: usize,
    content: impl Fn(usize) -> String + Sync,
) -> usize {
    let barrier = Barrier::new(n_threads);
    let outcomes: Vec<Finished> = std::thread::scope(|scope| {
        let run = |thread: usize| {
            let folder = SaveFolder::open(path).unwrap();
            let name = if thread.is_multiple_of(2) {
                "image.png"
            } else {
                "IMAGE.png"
            };
            barrier.wait();
            (0..10)
                .map(|n| save(&folder, name, content(thread * 10 + n).as_bytes()).unwrap())
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..n_threads)
            .map(|thread| scope.spawn(move || run(thread)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    outcomes
        .iter()
        .filter(|finished| matches!(finished, Finished::Saved(_)))
        .count()
}

#[test]
fn many_jobs_may_save_the_same_name_at_once() {
    let root = tempfile::tempdir().unwrap();
    let saved_count = save_from_threads(root.path(), 8, |n| format!("file {n:03}"));
    assert_eq!(saved_count, 80);
    let contents: BTreeSet<_> = fs::read_dir(root.path())
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(contents.len(), 80);
    let keys: BTreeSet<_> = names(root.path())
        .iter()
        .map(|name| salon::storage::name_key(name))
        .collect();
    assert_eq!(keys.len(), 80, "two names that some system takes for one");
}

#[test]
fn the_same_file_saved_by_many_jobs_at_once_is_there_once() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(save_from_threads(root.path(), 8, |_| "same".to_owned()), 1);
    assert_eq!(names(root.path()).len(), 1);
}

#[test]
fn two_processes_may_save_the_same_names_at_once() {
    const TEST: &str = "two_processes_may_save_the_same_names_at_once";
    if let Some(path) = std::env::var_os(CHILD_FOLDER) {
        let folder = SaveFolder::open(path.as_ref()).unwrap();
        for n in 0..50 {
            let own = format!("{} {n}", std::process::id());
            let Finished::Saved(_) = save(&folder, "own.png", own.as_bytes()).unwrap() else {
                panic!("nobody else has these bytes");
            };
            let same = format!("same {n}");
            let (Finished::Saved(_) | Finished::AlreadyThere(_)) =
                save(&folder, "same.png", same.as_bytes()).unwrap();
        }
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let mut command = this_test(TEST);
    command.env(CHILD_FOLDER, root.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let children = [(); 3].map(|()| command.spawn().unwrap());
    for child in children {
        assert_passed(&child.wait_with_output().unwrap());
    }
    let contents: Vec<_> = fs::read_dir(root.path())
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let distinct: BTreeSet<_> = contents.iter().collect();
    assert_eq!(distinct.len(), 3 * 50 + 50);
    assert_eq!(contents.len(), distinct.len(), "a file is there twice");
}
