//! What a picture may take: a thumbnail less than one that is looked at.

use salon::imaging::{ImageError, Target, decode};

use super::FULL;

/// The head of a PNG of eight bits with three channels, and nothing behind it.
fn announcing(width: u32, height: u32) -> Vec<u8> {
    let head = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ];
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(super::png_colors::chunk(&(b"IHDR", head.concat())));
    file.extend(super::png_colors::chunk(&(b"IDAT", vec![0x78, 1])));
    file
}

fn is_too_large(file: &[u8], target: Target) -> bool {
    matches!(decode(file, target), Err(ImageError::TooLarge(_)))
}

#[test]
fn a_thumbnail_may_take_less_than_a_picture_in_full() {
    let small = Target::Thumbnail { edge_px: 256 };
    for (width, height, in_full, as_thumbnail) in [
        // 108 megapixels, the most that phones write as they are.
        (12_000, 9000, true, true),
        (13_000, 11_000, true, false),
        (14_000, 13_000, false, false),
    ] {
        let file = announcing(width, height);
        assert_eq!(!is_too_large(&file, FULL), in_full, "{width} x {height}");
        assert_eq!(
            !is_too_large(&file, small),
            as_thumbnail,
            "{width} x {height}"
        );
    }
}
