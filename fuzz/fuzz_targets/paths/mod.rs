//! What the targets run. `tests/imaging/fuzzing.rs` does the same without a fuzzer.

#![expect(dead_code, reason = "each target runs one of them")]

use salon::imaging::{
    Early, ImageError, Target, decode, early_thumbnail, peek_size, read_metadata, sniff,
};

/// A picture in full and a thumbnail. `imaging` turns a panic into an error, which is one here.
pub fn decodes(bytes: &[u8], formats: &[&str]) {
    // What became another format is another target's.
    if !sniff(bytes).is_some_and(|format| formats.contains(&format)) {
        return;
    }
    let full = Target::Full { max_edge_px: 2048 };
    for target in [full, Target::Thumbnail { edge_px: 20 }] {
        match decode(bytes, target) {
            Ok(image) => {
                assert_eq!(image.pixels.len() as u64, 4 * image.size.area());
                // Shrinking what is announced and empty takes longer than it is worth.
                if image.original_size.area() > 1_000_000 {
                    return;
                }
            }
            Err(error) => assert_ne!(error, ImageError::DecoderCrashed),
        }
    }
}

/// What a file says of itself.
pub fn reads(bytes: &[u8]) {
    let metadata = read_metadata(bytes);
    peek_size(bytes);
    if let Some(position) = metadata.position {
        assert!((-90.0..=90.0).contains(&position.latitude));
        assert!((-180.0..=180.0).contains(&position.longitude));
    }
    assert!(metadata.keywords.len() <= 200);
    assert!(metadata.rating.is_none_or(|stars| stars <= 5));
}

/// A thumbnail before the whole file is there.
pub fn looks_early(bytes: &[u8]) {
    match early_thumbnail(bytes, 20) {
        Early::Ready(image) => assert!(image.size.longer_side() <= 20),
        Early::AskAgainAt(next) => assert!(next > bytes.len() as u64),
        Early::NeedsWhole => {}
    }
}
