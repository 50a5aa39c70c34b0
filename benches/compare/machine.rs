//! What a table of figures must say about the machine it was made on.

use std::fs;

use crate::{browser, thumbnails};

/// Date, processor, load and versions.
pub(crate) fn facts() -> Vec<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model);
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let version = |found: Option<String>, name: &str| {
        found.unwrap_or_else(|| format!("{name} is not installed"))
    };
    vec![
        format!("{}", jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC")),
        format!("{n_cores} × {model}, no GPU, load {load} at the beginning"),
        format!("Salon {} in release", env!("CARGO_PKG_VERSION")),
        version(browser::version(), "Chromium"),
        version(thumbnails::vips_version(), "vipsthumbnail"),
    ]
}
