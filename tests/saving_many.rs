//! Ten thousand small files, and three hundred of the sizes that cameras make, arrive complete
//! and identical, without anybody watching.
#![expect(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "these are tests, which share more than each of them needs"
)]

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest as _, Sha256};

#[path = "support/salon_command.rs"]
mod salon_command;

use salon_command::{Bench, contents, image};

type Digests = BTreeMap<String, [u8; 32]>;

/// A different length for each, between the two.
fn length(n: u32, shortest: usize, longest: usize) -> usize {
    // A multiplicative hash: neighbours differ by much.
    let spread = u64::from(n.wrapping_mul(2_654_435_761)) * (longest - shortest) as u64;
    shortest + usize::try_from(spread >> 32).unwrap()
}

fn files(count: u32, shortest: usize, longest: usize) -> Vec<(String, Vec<u8>)> {
    (0..count)
        .map(|n| {
            let bytes = image(n.into(), length(n, shortest, longest));
            (format!("image {n:05}.png"), bytes)
        })
        .collect()
}

fn digests(folder: &Path) -> Digests {
    let files = contents(folder).into_iter();
    files
        .map(|(name, bytes)| (name, Sha256::digest(bytes).into()))
        .collect()
}

/// Saves a room of these files, and then once more.
fn arrive(files: &[(String, Vec<u8>)]) {
    let count = files.len();
    let named: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let bench = Bench::new(&named);
    drop(named);
    let wanted = digests(bench.source.path());
    assert_eq!(wanted.len(), count);

    let saved = bench.save(&[]);
    saved.assert_code(0);
    assert_eq!(saved.count("saved"), count);
    // Not by `assert_eq`, which would print all of them.
    assert!(
        digests(&bench.folder()) == wanted,
        "something arrived changed"
    );

    let fetched = bench.fetches();
    let again = bench.save(&[]);
    again.assert_code(0);
    assert_eq!(again.count("there"), count);
    assert_eq!(bench.fetches(), fetched, "something was fetched twice");
}

#[test]
fn ten_thousand_small_files_arrive_identical() {
    arrive(&files(10_000, 200, 2_000));
}

#[test]
fn three_hundred_files_of_real_sizes_arrive_identical() {
    arrive(&files(300, 200_000, 5_000_000));
}
