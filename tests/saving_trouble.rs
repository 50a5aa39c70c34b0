//! What goes wrong while saving, on real file systems: it is told apart, leaves no trace and
//! touches nothing that was there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "these are tests"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::{SignedDuration, Timestamp};
use salon::storage::{SaveFolder, StorageError};

#[path = "support/child_process.rs"]
mod child_process;
#[path = "support/saving.rs"]
mod saving;

use child_process::{assert_passed, this_test};
use saving::{names, save, saved, upload};

/// The folder to use in a process of its own.
const CHILD_FOLDER: &str = "SALON_TEST_CHILD_FOLDER";

#[test]
fn what_is_not_finished_leaves_no_trace() {
    let root = tempfile::tempdir().unwrap();
    let folder = SaveFolder::open(root.path()).unwrap();
    let mut part = folder.begin(&upload("a.png")).unwrap();
    part.write(b"half").unwrap();
    let while_writing = names(root.path());
    assert_eq!(while_writing.len(), 1);
    let shown = Path::new(while_writing.first().unwrap());
    assert_eq!(shown.extension().unwrap(), "part");
    drop(part);
    assert!(names(root.path()).is_empty());
}

#[test]
fn parts_of_a_crash_are_removed_after_a_day_and_no_others() {
    let root = tempfile::tempdir().unwrap();
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

#[test]
fn a_folder_that_is_removed_while_saving_is_an_error_and_not_made_again() {
    let root = tempfile::tempdir().unwrap();
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
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("file");
    fs::write(&path, "x").unwrap();
    for path in [path.clone(), path.join("below")] {
        let error = SaveFolder::open(&path).map(drop).unwrap_err();
        assert!(matches!(error, StorageError::Io { .. }), "{error:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"x");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_replaced_or_waited_for() {
    let root = tempfile::tempdir().unwrap();
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
    let root = tempfile::tempdir().unwrap();
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
        let error = save(&folder, "b.png", &vec![8; 128 * 1024]).unwrap_err();
        assert!(matches!(error, StorageError::DiskFull { .. }), "{error:?}");
        assert_eq!(names(&path), ["a.png".to_owned()].into());
        assert_eq!(fs::read(path.join("a.png")).unwrap(), bytes);
        assert_eq!(saved(&folder, "c.png", b"there is room again"), "c.png");
        return;
    }
    let root = tempfile::tempdir().unwrap();
    assert_passed(&on_a_disk_of_its_own(TEST, root.path(), "size=64k"));
}

fn child_folder() -> Option<PathBuf> {
    std::env::var_os(CHILD_FOLDER).map(PathBuf::from)
}

/// The same with a small file system mounted at `folder` that nobody else sees and that goes
/// with the process. Everybody may do that in a user namespace of their own.
#[cfg(target_os = "linux")]
fn on_a_disk_of_its_own(test: &str, folder: &Path, options: &str) -> Output {
    use std::os::unix::fs::MetadataExt as _;

    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let again = this_test(test);
    let mut command = Command::new("unshare");
    if !is_root {
        command.arg("--map-root-user");
    }
    command
        .args(["--mount", "--", "sh", "-ec"])
        .arg("mount -t tmpfs -o \"$1\" salon-test \"$2\"; shift 2; exec \"$@\"")
        .args(["sh", options])
        .arg(folder)
        .arg(again.get_program())
        .args(again.get_args())
        .env(CHILD_FOLDER, folder);
    command
        .output()
        .expect("unshare (package util-linux) is needed")
}
