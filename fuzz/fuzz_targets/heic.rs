//! HEIC.
#![no_main]

#[expect(dead_code, reason = "each target runs one of them")]
mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::decodes(bytes, &["HEIC", "HEIF"]));
