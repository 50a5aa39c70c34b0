//! PNG and APNG.
#![no_main]

mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::decodes(bytes, &["PNG"]));
