//! A room of three files, and what is true of it in the end.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use salon::demo_server::{Fault, FaultKind};

use crate::salon_command::{Bench, contents, image};

pub(crate) fn three() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.png", image(1, 50_000)),
        ("b.png", image(2, 700_000)),
        ("c.png", image(3, 3_000)),
    ]
}

/// Files come in pieces of so many bytes, with pauses between them.
pub(crate) fn slowly(piece_bytes: usize, pause_millis: u64) -> Fault {
    let pause = Duration::from_millis(pause_millis);
    Fault::on("/file-upload", FaultKind::Throttle { piece_bytes, pause })
}

/// The room is in the folder, and nothing else.
pub(crate) fn assert_whole(bench: &Bench) {
    assert_eq!(contents(&bench.folder()), contents(bench.source.path()));
}

/// Whether a file is under way, of which at least so many bytes are there.
pub(crate) fn has_part(folder: &Path, at_least: usize) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with(".salon-resume-")
        })
        .filter_map(|entry| entry.metadata().ok())
        .any(|part| part.len() >= at_least as u64)
}

pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: it never came to that");
        std::thread::sleep(Duration::from_millis(5));
    }
}
