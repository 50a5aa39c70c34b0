//! EXIF, XMP, IPTC and the structure of every format.
#![no_main]

mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::reads(bytes));
