//! Kinds of a format that are rare: shown, or refused by their name.

use salon::imaging::{Early, ImageError, Target, decode, early_thumbnail, read_metadata};

use super::{FULL, fixture};

fn refusal(kind: &str) -> ImageError {
    ImageError::UnknownKind {
        kind: kind.to_owned(),
    }
}

/// A JPEG whose frame has another marker and precision.
fn with_frame(name: &str, marker: u8, precision: u8) -> Vec<u8> {
    let mut file = fixture(name);
    let is_frame = |pair: &[u8]| matches!(pair, [0xFF, 0xC0..=0xC2]);
    let frame = file.windows(2).position(is_frame).unwrap();
    file[frame + 1] = marker;
    file[frame + 4] = precision;
    file
}

#[test]
fn a_jpeg_that_nobody_decodes_is_refused_by_its_kind() {
    for (file, kind) in [
        (with_frame("baseline.jpg", 0xC1, 12), "12-bit JPEG"),
        (with_frame("progressive.jpg", 0xC2, 12), "12-bit JPEG"),
        (with_frame("baseline.jpg", 0xC3, 8), "lossless JPEG"),
        (with_frame("baseline.jpg", 0xC5, 8), "hierarchical JPEG"),
        (
            fixture("detail-arithmetic.jpg"),
            "JPEG with arithmetic coding",
        ),
    ] {
        for target in [FULL, Target::Thumbnail { edge_px: 20 }] {
            assert_eq!(decode(&file, target), Err(refusal(kind)));
        }
        assert_eq!(early_thumbnail(&file, 20), Early::NeedsWhole);
        // What it says about itself is told all the same.
        assert!(read_metadata(&file).dimensions.is_some(), "{kind}");
    }
    let bits = read_metadata(&with_frame("baseline.jpg", 0xC1, 12)).bits_per_channel;
    assert_eq!(bits, Some(12));
}

#[test]
fn the_usual_precision_is_decoded_in_an_extended_frame_too() {
    assert!(decode(&with_frame("baseline.jpg", 0xC1, 8), FULL).is_ok());
}

#[test]
fn a_tiff_with_a_palette_has_its_colors() {
    let image = decode(&fixture("palette.tiff"), FULL).unwrap();
    let pixel = |x: usize, y: usize| -> [u8; 4] {
        let at = 4 * (y * 48 + x);
        image.pixels[at..at + 4].try_into().unwrap()
    };
    let corners = [(2, 2), (45, 2), (2, 29), (45, 29)].map(|(x, y)| pixel(x, y));
    let expected = [[220, 40, 40], [40, 180, 60], [40, 80, 220], [240, 210, 40]];
    for (found, expected) in corners.iter().zip(expected) {
        assert_eq!(found[..3], expected);
        assert_eq!(found[3], 255);
    }
    let small = decode(&fixture("palette.tiff"), Target::Thumbnail { edge_px: 12 });
    assert_eq!(small.unwrap().size.width, 12);
}

#[test]
fn a_palette_of_eight_bits_in_sixteen_is_as_bright() {
    let file = fixture("palette.tiff");
    let little_endian = file.starts_with(b"II");
    // Colours, 768 shorts: tag 320, type 3.
    let (field, place): (&[u8], _) = if little_endian {
        (&[0x40, 1, 3, 0, 0, 3, 0, 0], 1)
    } else {
        (&[1, 0x40, 0, 3, 0, 0, 3, 0], 0)
    };
    let at = file.windows(8).position(|part| part == field).unwrap();
    let start: [u8; 4] = file[at + 8..at + 12].try_into().unwrap();
    let start = if little_endian {
        u32::from_le_bytes(start)
    } else {
        u32::from_be_bytes(start)
    };
    let mut old = file.clone();
    let start = usize::try_from(start).unwrap();
    for sample in old[start..start + 2 * 768].chunks_exact_mut(2) {
        let high = sample[place];
        sample[place] = 0;
        sample[1 - place] = high;
    }
    assert_eq!(decode(&old, FULL).unwrap(), decode(&file, FULL).unwrap());
}

#[test]
fn a_damaged_palette_is_an_error_or_a_picture() {
    let file = fixture("palette.tiff");
    let mut random = fastrand::Rng::with_seed(11);
    for n in 0..2000 {
        let mut damaged = file.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..damaged.len());
            damaged[at] = random.u8(..);
        }
        let ended = decode(&damaged, FULL);
        assert_ne!(ended, Err(ImageError::DecoderCrashed), "{n}");
    }
    for end in 0..file.len() {
        assert!(decode(&file[..end], FULL).is_err(), "{end}");
    }
}

#[test]
fn a_palette_of_few_bits_is_refused_by_its_kind() {
    let mut file = fixture("palette.tiff");
    // Bits per sample, one short: tag 258, type 3.
    let field = [2, 1, 3, 0, 1, 0, 0, 0];
    let at = file.windows(8).position(|part| part == field).unwrap();
    file[at + 8] = 4;
    assert_eq!(decode(&file, FULL), Err(refusal("this kind of TIFF")));
}
