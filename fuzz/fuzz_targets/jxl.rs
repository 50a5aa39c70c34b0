//! JPEG XL. `jxl-oxide` panics on some files, which Salon survives and a fuzzer does not.
#![no_main]

mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::decodes(bytes, &["JPEG XL"]));
