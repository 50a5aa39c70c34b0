//! The parts of which large images, and drawings from close by, are shown.
#![no_main]

#[expect(dead_code, reason = "each target runs one of them")]
mod paths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| paths::parts(
    bytes,
    &["SVG", "JPEG", "PNG", "TIFF", "WebP"]
));
