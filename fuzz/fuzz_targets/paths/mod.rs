//! What the targets run, and `tests/imaging/fuzzing.rs` without a fuzzer.

use salon::imaging::{
    Early, ImageError, Target, decode, early_thumbnail, peek_size, read_metadata, sniff,
};

/// A picture in full and a thumbnail. `imaging` turns a panic into an error, which is one here.
pub fn decodes(bytes: &[u8], formats: &[&str]) {
    let error = decode_twice(bytes, formats);
    assert_ne!(error, Some(ImageError::DecoderCrashed));
}

/// The same for a decoder that is known to panic: what matters is that it ends.
pub fn ends(bytes: &[u8], formats: &[&str]) {
    decode_twice(bytes, formats);
}

fn decode_twice(bytes: &[u8], formats: &[&str]) -> Option<ImageError> {
    // What became another format is another target's.
    if !sniff(bytes).is_some_and(|format| formats.contains(&format)) {
        return None;
    }
    let full = Target::Full { max_edge_px: 2048 };
    for target in [full, Target::Thumbnail { edge_px: 20 }] {
        match decode(bytes, target) {
            Ok(image) => {
                assert_eq!(image.pixels.len() as u64, 4 * image.size.area());
                // Shrinking what is announced and empty takes longer than it is worth.
                if image.original_size.area() > 1_000_000 {
                    return None;
                }
            }
            Err(error) => return Some(error),
        }
    }
    None
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
    assert!(
        metadata
            .title
            .is_none_or(|title| title.chars().count() <= 2000)
    );
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
