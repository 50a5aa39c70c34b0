//! What the targets run, and `tests/imaging/fuzzing.rs` without a fuzzer.

use salon::imaging::{
    Canvas, Early, FrameReader, ImageError, Target, Tile, decode, early_thumbnail, peek_size,
    read_metadata, sniff,
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

/// An animation, as far as a viewer plays it at once.
pub fn plays(bytes: &[u8], formats: &[&str]) {
    const EDGE_PX: u32 = 64;
    const N_FRAMES: usize = 12;
    if !is_small_one(bytes, formats) {
        return;
    }
    FrameReader::working_bytes(bytes);
    let mut reader = match FrameReader::open(bytes.to_vec(), EDGE_PX) {
        Ok(reader) => reader,
        Err(error) => return assert_ne!(error, ImageError::DecoderCrashed),
    };
    let mut first = None;
    for frame in std::iter::from_fn(|| reader.next_frame()).take(N_FRAMES) {
        match frame {
            Ok(frame) => {
                assert!(frame.size.longer_side() <= EDGE_PX);
                assert_eq!(frame.pixels.len() as u64, 4 * frame.size.area());
                assert_eq!(*first.get_or_insert(frame.size), frame.size);
            }
            Err(error) => return assert_ne!(error, ImageError::DecoderCrashed),
        }
    }
}

/// The parts in which an image is shown from close by: the last tile of some levels, which is the
/// one with odd sides.
pub fn parts(bytes: &[u8], formats: &[&str]) {
    if !is_small_one(bytes, formats) {
        return;
    }
    let canvas = match Canvas::decode(bytes) {
        Ok(canvas) => canvas,
        Err(error) => return assert_ne!(error, ImageError::DecoderCrashed),
    };
    for level in [-1, 0, 2] {
        let size = Tile::level_size(canvas.size(), level);
        let last = |side: u32| u16::try_from((side - 1) / Tile::EDGE_PX).unwrap_or(u16::MAX);
        let (column, row) = (last(size.width), last(size.height));
        let tile = Tile { level, column, row };
        canvas.make_level(level);
        let Some(area) = tile.area_with_margin(canvas.size()) else {
            continue;
        };
        match canvas.tile(tile) {
            Ok(part) => assert_eq!(part.size, area.size),
            Err(error) => assert_ne!(error, ImageError::DecoderCrashed),
        }
    }
}

/// Large canvases take long, and nothing else.
fn is_small_one(bytes: &[u8], formats: &[&str]) -> bool {
    sniff(bytes).is_some_and(|format| formats.contains(&format))
        && peek_size(bytes).is_some_and(|size| size.area() <= 1_000_000)
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
