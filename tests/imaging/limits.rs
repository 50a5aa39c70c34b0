//! What a picture may take: a thumbnail as much as one that is looked at.

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
fn a_thumbnail_may_take_as_much_as_a_picture_in_full() {
    let small = Target::Thumbnail { edge_px: 256 };
    for (width, height, is_shown) in [
        // 108 megapixels, the most that phones write as they are.
        (12_000, 9000, true),
        (13_000, 11_000, true),
        (14_000, 13_000, false),
    ] {
        let file = announcing(width, height);
        for target in [FULL, small] {
            let refused = is_too_large(&file, target);
            assert_eq!(refused, !is_shown, "{width} x {height}, {target:?}");
        }
    }
}
