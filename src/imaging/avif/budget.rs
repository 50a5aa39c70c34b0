//! What a file may cost. The boxes announce one size, but the coded pictures in them have sizes
//! of their own, and any number of frames each, all of which are decoded and held: a few
//! kilobytes can be a thousand pictures of 35 megapixels.

use oxideav_av1::sequence_header::parse_sequence_header;
use oxideav_av1::{ObuIter, ObuType};

use super::super::ImageError;
use super::tracks;
use crate::domain::PixelSize;

/// Coded pixels for each that is shown: the picture and its alpha in two layers each, a
/// thumbnail, a gain map.
const MOST_CODED_FOR_SHOWN: u64 = 6;

/// What small pictures may have beside that: blocks and tiles are larger than they are.
const PIXELS_FOR_FREE: u64 = 4_000_000;

/// Refuses a file that has far more coded pixels than it announces.
pub(super) fn check(bytes: &[u8], announced: PixelSize) -> Result<(), ImageError> {
    allow(
        of_items(bytes).saturating_add(of_first_sample(bytes)),
        announced,
    )
}

/// Refuses a frame of a sequence that has far more coded pixels than are announced.
pub(super) fn check_coded(data: &[u8], announced: PixelSize) -> Result<(), ImageError> {
    allow(coded_pixels(data), announced)
}

fn allow(coded: u64, announced: PixelSize) -> Result<(), ImageError> {
    let most = announced
        .area()
        .saturating_mul(MOST_CODED_FOR_SHOWN)
        .saturating_add(PIXELS_FOR_FREE);
    if coded > most {
        let text = format!("{coded} pixels for a picture of {announced}");
        return Err(ImageError::TooLarge(text));
    }
    Ok(())
}

fn of_items(bytes: &[u8]) -> u64 {
    let Ok(header) = oxideav_avif::parse_header(bytes) else {
        return 0;
    };
    let coded = header.meta.items.iter();
    coded
        .filter(|item| &item.item_type == b"av01")
        .filter_map(|item| header.item_data(item.id).ok())
        .fold(0, |sum: u64, data| sum.saturating_add(coded_pixels(&data)))
}

fn of_first_sample(bytes: &[u8]) -> u64 {
    let sample = tracks::sequence(bytes)
        .ok()
        .and_then(|sequence| sequence.samples.first().copied());
    let data = sample.and_then(|sample| {
        let start = usize::try_from(sample.offset).ok()?;
        let len = usize::try_from(sample.size).ok()?;
        bytes.get(start..start.checked_add(len)?)
    });
    data.map_or(0, coded_pixels)
}

/// The frames of a piece of AV1, each as large as the piece says that they may be.
fn coded_pixels(data: &[u8]) -> u64 {
    let mut area = 0;
    let mut sum = 0_u64;
    for unit in ObuIter::new(data).map_while(Result::ok) {
        match unit.obu_type {
            ObuType::SequenceHeader => {
                let sides = parse_sequence_header(unit.payload).map_or((0, 0), |header| {
                    (
                        header.max_frame_width_minus_1,
                        header.max_frame_height_minus_1,
                    )
                });
                area = (u64::from(sides.0) + 1) * (u64::from(sides.1) + 1);
            }
            ObuType::Frame | ObuType::FrameHeader => sum = sum.saturating_add(area),
            _ => {}
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::*;

    /// The coded picture of a file, which stands at its end.
    fn coded(file: &[u8]) -> Vec<u8> {
        let header = oxideav_avif::parse_header(file).unwrap();
        let id = header.meta.primary_item_id.unwrap();
        header.item_data(id).unwrap().into_owned()
    }

    #[test]
    fn every_frame_counts_as_large_as_it_may_be() {
        let data = coded(&fixture("chroma-420.avif"));
        assert_eq!(coded_pixels(&data), 48 * 32);
        assert_eq!(coded_pixels(&data.repeat(1000)), 1000 * 48 * 32);
        assert_eq!(coded_pixels(&data[..data.len() / 4]), 0);
    }

    #[test]
    fn what_real_files_have_is_allowed() {
        for name in ["grid.avif", "rgba.avif", "animated.avif", "painting-6.avif"] {
            let file = fixture(name);
            let announced = oxideav_avif::info(&file).unwrap();
            let size = PixelSize::new(announced.width, announced.height);
            assert_eq!(check(&file, size), Ok(()), "{name}");
            let coded = of_items(&file) + of_first_sample(&file);
            assert!(coded >= size.area(), "{name}: {coded}");
        }
    }
}
