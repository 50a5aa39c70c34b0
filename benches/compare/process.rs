//! What processes cost, read from `/proc`.

use std::collections::HashMap;
use std::fs;

/// `sysconf(_SC_CLK_TCK)`: the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds, user and system, of a process and all that it started, ended ones included as
/// far as somebody waited for them.
pub(crate) fn cpu_seconds(root: u32) -> f64 {
    let ticks = tree(root).into_iter().filter_map(stat);
    ticks
        .map(|stat| stat.own_ticks + stat.waited_ticks)
        .sum::<f64>()
        / TICKS_PER_SECOND
}

/// CPU seconds of all ended processes that this one started and waited for.
pub(crate) fn cpu_seconds_of_ended() -> f64 {
    stat(std::process::id()).map_or(0.0, |stat| stat.waited_ticks / TICKS_PER_SECOND)
}

/// Memory of a process and all that it started, in MiB: pages that several share are divided
/// among them.
pub(crate) fn pss_mib(root: u32) -> f64 {
    let kib: f64 = tree(root).into_iter().filter_map(pss_kib).sum();
    kib / 1024.0
}

/// The most memory that a process had so far, in MB; `None` once it has ended.
pub(crate) fn peak_memory_mb(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// A process and all that live below it.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        if let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
            && let Some(stat) = stat(pid)
        {
            children.entry(stat.parent).or_default().push(pid);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        found.extend(children.remove(pid).unwrap_or_default());
        next += 1;
    }
    found
}

struct Stat {
    parent: u32,
    own_ticks: f64,
    waited_ticks: f64,
}

/// Fields 4 and 14 to 17 of `/proc/<pid>/stat`.
fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in front may hold blanks and brackets.
    let (_, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own_ticks: ticks(11)? + ticks(12)?,
        waited_ticks: ticks(13)? + ticks(14)?,
    })
}

fn pss_kib(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find(|line| line.starts_with("Pss:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}
