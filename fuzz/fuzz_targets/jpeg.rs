//! JPEG: Salon's own decoder for thumbnails, `image` for the whole.
#![no_main]

mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::decodes(bytes, &["JPEG"]));
