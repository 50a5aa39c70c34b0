//! Saving into a folder, on the real file system: nothing is ever overwritten, nothing
//! incomplete stays, whatever the names and whoever else writes there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Barrier;

use jiff::{SignedDuration, Timestamp};
use salon::domain::{RoomId, Upload, UploadId};
use salon::storage::{Finished, SaveFolder, StorageError};

/// The folder a test is to use in a process of its own.
const CHILD_FOLDER: &str = "SALON_TEST_CHILD_FOLDER";

const PNG_HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn upload(name: &str) -> Upload {
    Upload {
        id: UploadId::from("u1"),
        room: RoomId::from("r1"),
        name: name.to_owned(),
        media_type: "image/png".to_owned(),
        size: None,
        dimensions: None,
        identified_format: None,
        user: None,
        uploader: None,
        uploaded_at: None,
        updated_at: None,
        store: None,
        description: None,
        path: None,
        etag: None,
    }
}

fn save(folder: &SaveFolder, name: &str, bytes: &[u8]) -> Result<Finished, StorageError> {
    let mut part = folder.begin(&upload(name))?;
    part.write(bytes)?;
    part.finish(None)
}

fn saved(folder: &SaveFolder, name: &str, bytes: &[u8]) -> String {
    match save(folder, name, bytes).unwrap() {
        Finished::Saved(path) => {
            assert_eq!(fs::read(&path).unwrap(), bytes);
            path.strip_prefix(folder.path())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        }
        Finished::AlreadyThere(path) => panic!("{} was there", path.display()),
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn temp() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_saved_file_has_its_bytes_its_name_and_the_time_it_was_posted() {
    let root = temp();
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
    let root = temp();
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
    let root = temp();
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
    let root = temp();
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
    let root = temp();
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
    let root = temp();
    let folder = SaveFolder::open(root.path()).unwrap();
    let emoji = "🌄".repeat(64);
    assert!(emoji.len() >= 255);
    for bytes in [b"1", b"2", b"3"] {
        let name = saved(&folder, &format!("{emoji}.png"), bytes);
        assert!(name.len() <= 240 && name.ends_with(".png"), "{name}");
    }
    assert_eq!(names(root.path()).len(), 3);
}

#[test]
fn a_name_without_extension_gets_the_one_of_its_content() {
    let root = temp();
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
    let root = temp();
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
    let root = temp();
    fs::write(root.path().join("a.png"), b"theirs").unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    fs::remove_file(root.path().join("a.png")).unwrap();
    assert_eq!(saved(&folder, "a.png", b"ours"), "a.png");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_replaced_or_waited_for() {
    let root = temp();
    let path = |name: &str| root.path().join(name);
    fs::create_dir(path("folder.png")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("dangling.png")).unwrap();
    std::os::unix::fs::symlink(path("folder.png"), path("link.png")).unwrap();
    let made = Command::new("mkfifo")
        .arg(path("pipe.png"))
        .status()
        .unwrap();
    assert!(made.success());
    let folder = SaveFolder::open(root.path()).unwrap();
    for name in ["folder", "dangling", "link", "pipe"] {
        // A pipe, a folder's entry and an empty file may all have no length.
        for bytes in [&b""[..], b"bytes"] {
            let name = saved(&folder, &format!("{name}.png"), bytes);
            assert!(name.contains(" ("), "{name}");
        }
    }
    assert!(path("dangling.png").is_symlink());
    assert!(!path("nowhere").exists());
}

#[test]
fn what_is_not_finished_leaves_no_trace() {
    let root = temp();
    let folder = SaveFolder::open(root.path()).unwrap();
    let mut part = folder.begin(&upload("a.png")).unwrap();
    part.write(b"half").unwrap();
    let while_writing = names(root.path());
    assert_eq!(while_writing.len(), 1);
    assert!(
        while_writing.first().unwrap().ends_with(".part"),
        "{while_writing:?}"
    );
    drop(part);
    assert!(names(root.path()).is_empty());
}

#[test]
fn parts_of_a_crash_are_removed_after_a_day_and_no_others() {
    let root = temp();
    let old = Timestamp::now() - SignedDuration::from_hours(30);
    let make = |name: &str, is_old: bool| {
        let file = File::create(root.path().join(name)).unwrap();
        if is_old {
            file.set_modified(old.into()).unwrap();
        }
        file
    };
    drop(make(".salon-stale.part", true));
    drop(make(".salon-fresh.part", false));
    drop(make("foreign.part", true));
    let written = make(".salon-written.part", true);
    written.lock().unwrap();
    drop(SaveFolder::open(root.path()).unwrap());
    let left = names(root.path());
    let expected = [".salon-fresh.part", ".salon-written.part", "foreign.part"];
    assert_eq!(left, expected.map(str::to_owned).into());
}

#[cfg(unix)]
#[test]
fn others_may_read_a_saved_file_as_far_as_the_umask_says() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = temp();
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
    let root = temp();
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
    let root = temp();
    assert_eq!(save_from_threads(root.path(), 8, |_| "same".to_owned()), 1);
    assert_eq!(names(root.path()).len(), 1);
}

#[test]
fn two_processes_may_save_the_same_names_at_once() {
    const TEST: &str = "two_processes_may_save_the_same_names_at_once";
    if let Some(path) = child_folder() {
        let folder = SaveFolder::open(&path).unwrap();
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
    let root = temp();
    let mut children: Vec<_> = (0..3)
        .map(|_| child(TEST, root.path()).spawn().unwrap())
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let contents: Vec<_> = fs::read_dir(root.path())
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let distinct: BTreeSet<_> = contents.iter().collect();
    assert_eq!(distinct.len(), 3 * 50 + 50);
    assert_eq!(contents.len(), distinct.len(), "a file is there twice");
}

#[test]
fn a_folder_that_is_removed_while_saving_is_an_error_and_not_made_again() {
    let root = temp();
    let path = root.path().join("folder");
    let folder = SaveFolder::open(&path).unwrap();
    let mut part = folder.begin(&upload("a.png")).unwrap();
    part.write(b"bytes").unwrap();
    fs::remove_dir_all(&path).unwrap();
    let gone = StorageError::FolderGone { path: path.clone() };
    assert_eq!(part.finish(None), Err(gone.clone()));
    assert_eq!(folder.begin(&upload("b.png")).map(drop), Err(gone));
    assert!(!path.exists());
}

#[test]
fn a_folder_that_is_a_file_is_an_error() {
    let root = temp();
    let path = root.path().join("file");
    fs::write(&path, "x").unwrap();
    for path in [path.clone(), path.join("below")] {
        let error = SaveFolder::open(&path).map(drop).unwrap_err();
        assert!(matches!(error, StorageError::Io { .. }), "{error:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"x");
}

/// Modes do not bind root, so the folder is on a file system that is mounted read-only, in a
/// mount namespace of the child's own.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_an_error_before_anything_is_fetched() {
    const TEST: &str = "a_read_only_folder_is_an_error_before_anything_is_fetched";
    let not_writable = |path: PathBuf| Err(StorageError::NotWritable { path });
    if let Some(path) = child_folder() {
        assert_eq!(
            SaveFolder::open(&path).map(drop),
            not_writable(path.clone())
        );
        let below = path.join("new");
        assert_eq!(SaveFolder::open(&below).map(drop), not_writable(below));
        return;
    }
    let root = temp();
    assert_passed(&on_a_disk_of_its_own(TEST, root.path(), "ro"));
}

/// A real full disk: 64 KiB of it, in a mount namespace of the child's own.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_costs_nothing_that_was_saved() {
    const TEST: &str = "a_full_disk_is_an_error_that_costs_nothing_that_was_saved";
    if let Some(path) = child_folder() {
        let folder = SaveFolder::open(&path).unwrap();
        let bytes = vec![7; 20 * 1024];
        assert_eq!(saved(&folder, "a.png", &bytes), "a.png");
        let error = save(&folder, "b.png", &[8; 128 * 1024]).unwrap_err();
        assert!(matches!(error, StorageError::DiskFull { .. }), "{error:?}");
        assert_eq!(names(&path), ["a.png".to_owned()].into());
        assert_eq!(fs::read(path.join("a.png")).unwrap(), bytes);
        assert_eq!(saved(&folder, "c.png", b"there is room again"), "c.png");
        return;
    }
    let root = temp();
    assert_passed(&on_a_disk_of_its_own(TEST, root.path(), "size=64k"));
}

fn child_folder() -> Option<PathBuf> {
    std::env::var_os(CHILD_FOLDER).map(PathBuf::from)
}

/// This test again, in another process that does the part for `folder`.
fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture"])
        .env(CHILD_FOLDER, folder);
    command
}

/// The same with a small file system mounted at `folder` that nobody else sees and that goes
/// with the process. Everybody may do that in a user namespace of their own.
#[cfg(target_os = "linux")]
fn on_a_disk_of_its_own(test: &str, folder: &Path, options: &str) -> Output {
    use std::os::unix::fs::MetadataExt as _;

    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = Command::new("unshare");
    if !is_root {
        command.arg("--map-root-user");
    }
    command
        .args(["--mount", "--", "sh", "-ec"])
        .arg("mount -t tmpfs -o \"$1\" salon-test \"$2\"; shift 2; exec \"$@\"")
        .args(["sh", options])
        .arg(folder)
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD_FOLDER, folder);
    command
        .output()
        .expect("unshare (package util-linux) is needed")
}

#[cfg(target_os = "linux")]
fn assert_passed(output: &Output) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "in the child: {text}"
    );
}
