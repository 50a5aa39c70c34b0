//! JPEG XL. `jxl-oxide` panics on some files, which Salon survives and a fuzzer does not.
#![no_main]

#[expect(dead_code, reason = "each target runs one of them")]
mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::ends(bytes, &["JPEG XL"]));
