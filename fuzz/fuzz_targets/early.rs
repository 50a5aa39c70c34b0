//! Thumbnails from the first bytes of a file.
#![no_main]

mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::looks_early(bytes));
