//! What a piece of AV1 makes its decoder hold, told from the heads of its parts. The decoder keeps
//! every frame that a piece shows, and a frame of three bytes may repeat one that was kept.

use oxideav_av1::sequence_header::parse_sequence_header;
use oxideav_av1::{ObuDescriptor, ObuIter, ObuType};

use super::super::ImageError;

/// What the decoder knows from the pieces before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Headers {
    /// The most that a frame may have, of whatever header: a larger one may have been kept.
    area: Option<u64>,
    /// What a frame has that has no header; the decoder refuses those that have more.
    max_pixels: u64,
    /// Whether every frame is shown, and none says so.
    is_still: bool,
    /// Which layers are decoded, where not all are.
    layers: u16,
}

/// What a piece costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Coded {
    pub(super) pixels: u64,
    /// Whether a frame is shown without doubt, unless the piece is damaged.
    pub(super) is_shown: bool,
}

impl Headers {
    /// After what the box for the decoder has, which may be headers but no frames.
    pub(super) fn of_config(config_obus: &[u8], max_pixels: u64) -> Result<Self, ImageError> {
        let mut headers = Self {
            area: None,
            max_pixels,
            is_still: false,
            layers: 0,
        };
        if headers.read(config_obus).pixels > 0 {
            let text = "frames among the headers".to_owned();
            return Err(ImageError::Corrupt(text));
        }
        Ok(headers)
    }

    /// Counts the frames of the next piece, each as large as it may be.
    pub(super) fn read(&mut self, data: &[u8]) -> Coded {
        let mut coded = Coded::default();
        // A frame of which the header was read, and is shown once its tiles come.
        let mut is_awaited = false;
        for unit in ObuIter::new(data).map_while(Result::ok) {
            match unit.obu_type {
                ObuType::SequenceHeader => self.read_header(unit.payload),
                ObuType::Frame => {
                    coded.pixels = coded.pixels.saturating_add(self.area());
                    coded.is_shown |= self.shows(&unit);
                    is_awaited = false;
                }
                ObuType::FrameHeader => {
                    coded.pixels = coded.pixels.saturating_add(self.area());
                    is_awaited = self.shows(&unit);
                    coded.is_shown |= is_awaited && repeats(unit.payload) && !self.is_still;
                }
                ObuType::TileGroup => coded.is_shown |= is_awaited && self.is_decoded(&unit),
                _ => {}
            }
        }
        coded
    }

    /// Pixels of the largest frame that was announced; `None` before the first header.
    pub(super) const fn largest(&self) -> Option<u64> {
        self.area
    }

    fn area(&self) -> u64 {
        self.area.unwrap_or(self.max_pixels)
    }

    fn read_header(&mut self, payload: &[u8]) {
        // The decoder refuses what cannot be read.
        let Ok(header) = parse_sequence_header(payload) else {
            return;
        };
        let width = u64::from(header.max_frame_width_minus_1) + 1;
        let height = u64::from(header.max_frame_height_minus_1) + 1;
        self.area = self.area.max(Some(width * height));
        self.is_still = header.reduced_still_picture_header;
        let first = header.operating_points.first();
        self.layers = first.map_or(0, |point| point.operating_point_idc);
    }

    /// Whether this header of a frame has it shown.
    fn shows(&self, unit: &ObuDescriptor<'_>) -> bool {
        /// After the two bits of what kind of frame it is.
        const SHOW_FRAME: u8 = 0x10;
        let first = unit.payload.first().copied().unwrap_or_default();
        let is_said = repeats(unit.payload) || first & SHOW_FRAME != 0;
        self.is_decoded(unit) && (self.is_still || is_said)
    }

    /// Parts of other layers are passed over.
    const fn is_decoded(&self, unit: &ObuDescriptor<'_>) -> bool {
        let (temporal, spatial) = (self.layers >> unit.temporal_id, self.layers >> 8);
        let is_of_layers = temporal & 1 != 0 && (spatial >> unit.spatial_id) & 1 != 0;
        self.layers == 0 || !unit.extension_flag || is_of_layers
    }
}

/// Whether this header is one of a frame that was kept.
fn repeats(payload: &[u8]) -> bool {
    const SHOW_EXISTING_FRAME: u8 = 0x80;
    payload
        .first()
        .is_some_and(|it| it & SHOW_EXISTING_FRAME != 0)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::tests::{coded, split};
    use super::*;

    const MAX_PIXELS: u64 = 1_000_000;
    const AREA: u64 = 48 * 32;

    fn fresh() -> Headers {
        Headers::of_config(&[], MAX_PIXELS).unwrap()
    }

    /// The headers and the frames of a picture of [`AREA`].
    fn parts() -> (Vec<u8>, Vec<u8>) {
        split(&coded(&fixture("chroma-420.avif")))
    }

    #[test]
    fn every_frame_counts_as_large_as_it_may_be() {
        let (head, frame) = parts();
        let data = [head.clone(), frame].concat();
        assert_eq!(fresh().read(&data).pixels, AREA);
        assert_eq!(fresh().read(&data.repeat(1000)).pixels, 1000 * AREA);
        assert_eq!(fresh().read(&head).pixels, 0);
    }

    #[test]
    fn a_header_counts_for_all_that_comes_after_it_wherever_it_stands() {
        let (head, frame) = parts();
        let mut by_config = Headers::of_config(&head, MAX_PIXELS).unwrap();
        assert_eq!(by_config.read(&frame.repeat(3)).pixels, 3 * AREA);
        let mut by_sample = fresh();
        by_sample.read(&head);
        assert_eq!(by_sample.read(&frame.repeat(3)).pixels, 3 * AREA);
        // None at all: as large as anything may be.
        assert_eq!(fresh().read(&frame.repeat(3)).pixels, 3 * MAX_PIXELS);
    }

    #[test]
    fn frames_that_are_repeated_count() {
        let (head, frame) = parts();
        // The header of a frame, one byte: the first of those that were kept.
        let repeated = [0x1A, 0x01, 0x80].repeat(500);
        let data = [head, frame, repeated].concat();
        assert_eq!(fresh().read(&data).pixels, 501 * AREA);
    }

    #[test]
    fn a_smaller_header_does_not_make_frames_smaller_that_were_kept() {
        let small = split(&coded(&fixture("gray.avif"))).0;
        let large = split(&coded(&fixture("display-p3.avif"))).0;
        let mut headers = fresh();
        headers.read(&large);
        let area = headers.area();
        headers.read(&small);
        assert_eq!(headers.area(), area);
    }

    #[test]
    fn frames_among_the_headers_are_refused() {
        let (head, frame) = parts();
        for config in [
            frame.clone(),
            [head.clone(), frame].concat(),
            [head, vec![0x1A, 0x01, 0x80]].concat(),
        ] {
            let refused = Headers::of_config(&config, MAX_PIXELS).err();
            assert!(matches!(refused, Some(ImageError::Corrupt(_))));
        }
    }

    #[test]
    fn only_a_frame_with_its_tiles_is_shown_without_doubt() {
        let (head, frame) = parts();
        let mut headers = fresh();
        assert!(!headers.read(&head).is_shown);
        headers.is_still = false;
        let of = |kind: u8, first: u8| vec![kind << 3 | 2, 1, first];
        let (key_hidden, key_shown) = (0x00, 0x10);
        for (data, expected) in [
            (of(6, key_shown), true),
            (of(6, key_hidden), false),
            (of(3, key_shown), false),
            ([of(3, key_shown), of(4, 0)].concat(), true),
            ([of(3, key_hidden), of(4, 0)].concat(), false),
            (of(3, 0x80), true),
        ] {
            assert_eq!(headers.read(&data).is_shown, expected, "{data:?}");
        }
        // Of another layer than the one that is decoded.
        headers.layers = 0x0101;
        assert!(!headers.read(&[0x36, 0x08, 1, key_shown]).is_shown);
        assert!(headers.read(&[0x36, 0x00, 1, key_shown]).is_shown);
        assert!(fresh().read(&[head, frame].concat()).is_shown);
    }
}
