//! Disks that go away, fill up or cannot be written to.

use std::fs;
#[cfg(target_os = "linux")]
use std::process::Command;

use crate::room::{assert_whole, slowly, three, wait_until};
use crate::salon_command::{Bench, Saved};

#[test]
fn a_folder_that_goes_away_and_comes_back_loses_nothing() {
    let bench = Bench::new(&three());
    bench.faults().arm(slowly(20_000, 20));
    let child = bench.start_save(&[]);
    wait_until("a file is there", || bench.folder().join("c.png").exists());
    let elsewhere = bench.machine.path().join("unplugged");
    fs::rename(bench.folder(), &elsewhere).unwrap();
    let gone = Saved::of(&child.wait_with_output().unwrap());
    gone.assert_code(5);
    assert!(gone.errors.contains("The folder is gone"), "{gone:#?}");
    assert!(!bench.folder().exists(), "it was made anew");
    fs::rename(&elsewhere, bench.folder()).unwrap();
    bench.faults().clear();
    let next = bench.save(&[]);
    next.assert_code(0);
    assert_eq!(next.count("there"), gone.count("saved"));
    assert_whole(&bench);
}

/// A real disk of its own, in a mount namespace of the program's own: read-only, or too small.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_read_only_or_too_small_is_told_before_anything_is_fetched() {
    for (options, words) in [("ro", "cannot be written to"), ("size=600k", "do not fit")] {
        let bench = Bench::new(&three());
        let saved = on_a_disk_of_its_own(&bench, options, "exec \"$@\"");
        saved.assert_code(5);
        assert!(saved.errors.contains(words), "{saved:#?}");
        assert_eq!(bench.fetches(), 0);
    }
}

/// Somebody else fills the disk while a file is under way.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_ends_it_and_what_was_saved_is_whole() {
    let bench = Bench::new(&three());
    let id = bench.id_of("b.png");
    bench.faults().arm(slowly(20_000, 40).of_upload(&id));
    let script = "\"$@\" & pid=$!
        until [ -f \"$folder/a.png\" ] && [ -f \"$folder/c.png\" ]; do sleep 0.01; done
        head -c 2000000 /dev/zero > \"$folder/other\" 2> /dev/null || true
        code=0; wait $pid || code=$?
        cd \"$folder\"; sha256sum a.png c.png >&2; ls -A >&2; exit $code";
    let saved = on_a_disk_of_its_own(&bench, "size=1m", script);
    saved.assert_code(5);
    assert!(saved.errors.contains("The disk is full"), "{saved:#?}");
    let left = saved.errors.lines().rev().take(3).collect::<Vec<_>>();
    assert_eq!(left, ["other", "c.png", "a.png"], "{saved:#?}");
    let hashes = saved.events.iter().filter_map(|it| it["sha256"].as_str());
    let hashes: Vec<_> = hashes.collect();
    assert_eq!(hashes.len(), 2, "{saved:#?}");
    for hash in hashes {
        assert!(saved.errors.contains(hash), "{saved:#?}");
    }
}

/// Saves on a small file system that nobody else sees, by a script that has the command as its
/// arguments.
#[cfg(target_os = "linux")]
fn on_a_disk_of_its_own(bench: &Bench, options: &str, script: &str) -> Saved {
    use std::os::unix::fs::MetadataExt as _;
    let folder = bench.folder();
    fs::create_dir(&folder).unwrap();
    let command = bench.save_command(&[]);
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut own = Command::new("unshare");
    if !is_root {
        own.arg("--map-root-user");
    }
    own.args(["--mount", "--", "sh", "-ec"])
        .arg(format!(
            "folder=$2; mount -t tmpfs -o \"$1\" salon-test \"$folder\"; shift 2; {script}"
        ))
        .args(["sh", options])
        .arg(folder)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        own.env(name, value.unwrap());
    }
    Saved::of(&own.output().unwrap())
}
