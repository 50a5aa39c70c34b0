//! How large the colour profile is that a file has in its header. The decoder unpacks it at once,
//! up to 256 megabytes of it, and counts it nowhere.

use jxl_bitstream::{Bitstream, ContainerParser, ParseEvent};
use jxl_oxide::ImageHeader;
use jxl_oxide_common::Bundle as _;

/// Profiles of printing presses have two.
const MAX_PROFILE_BYTES: u64 = 4 * 1024 * 1024;

/// What stands before the profile: some bytes, with names of 256 channels a quarter of this.
const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// Whether the profile is one that may be unpacked; so is none, and one of a file that is damaged
/// before it, which the decoder refuses.
pub(super) fn is_bearable(bytes: &[u8]) -> bool {
    let start = start_of_codestream(bytes);
    let mut bits = Bitstream::new(&start);
    let header = match ImageHeader::parse(&mut bits, ()) {
        Ok(header) => header,
        Err(error) => return !error.unexpected_eof() || start.len() < MAX_HEADER_BYTES,
    };
    if !header.metadata.colour_encoding.want_icc() {
        return true;
    }
    match bits.read_u64() {
        // As it is packed: what it becomes is no more than some times as much.
        Ok(length) => length <= MAX_PROFILE_BYTES,
        Err(_) => start.len() < MAX_HEADER_BYTES,
    }
}

/// Out of its boxes, if it is in some.
fn start_of_codestream(bytes: &[u8]) -> Vec<u8> {
    let mut start = Vec::new();
    let mut boxes = ContainerParser::new();
    for event in boxes.feed_bytes(bytes).map_while(Result::ok) {
        let ParseEvent::Codestream(part) = event else {
            continue;
        };
        let wanted = MAX_HEADER_BYTES.saturating_sub(start.len());
        start.extend_from_slice(part.get(..wanted).unwrap_or(part));
        if start.len() >= MAX_HEADER_BYTES {
            break;
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::super::decode::Source;
    use super::super::super::{ImageError, fixture, read_metadata};
    use super::*;

    /// Bits as they are read, the lowest of each number first.
    struct Bits(Vec<u8>, usize);

    impl Bits {
        fn with(mut self, number: u64, length: usize) -> Self {
            for n in 0..length {
                if self.1.is_multiple_of(8) {
                    self.0.push(0);
                }
                let bit = u8::try_from(number >> n & 1).unwrap();
                *self.0.last_mut().unwrap() |= bit << (self.1 % 8);
                self.1 += 1;
            }
            self
        }
    }

    /// The head of a picture of 8 × 8 pixels with a profile of so many bytes, after an extension of
    /// so many bits.
    fn with_profile(length: u64, extension: u64) -> Vec<u8> {
        let size = Bits(b"\xFF\x0A".to_vec(), 16)
            .with(1, 1)
            .with(0, 5)
            .with(1, 3);
        // Not as usual, nothing rare, eight bits, small buffers, no channels beside, XYB; a profile.
        let mut bits = size.with(0, 2).with(0, 3).with(1, 1).with(0, 2).with(1, 1);
        bits = bits.with(0, 1).with(1, 1).with(0, 2);
        bits = if extension == 0 {
            bits.with(0, 2)
        } else {
            let named = bits.with(1, 2).with(0, 4);
            let mut bits = number(named, extension);
            let whole = usize::try_from(extension / 8).unwrap();
            for _ in 0..whole {
                bits = bits.with(0, 8);
            }
            bits
        };
        let mut file = number(bits.with(1, 1), length).0;
        file.extend([0; 64]);
        file
    }

    fn number(bits: Bits, number: u64) -> Bits {
        let bits = bits.with(3, 2).with(number, 12);
        let bits = bits.with(1, 1).with(number >> 12, 8);
        bits.with(1, 1).with(number >> 20, 8).with(0, 1)
    }

    fn is_too_large(file: &[u8]) -> bool {
        read_metadata(file);
        let refused = Source::open(file).unwrap().decode().err();
        matches!(refused, Some(ImageError::TooLarge(_)))
    }

    #[test]
    fn a_profile_of_a_hundred_megabytes_is_refused_before_it_is_unpacked() {
        assert!(is_bearable(&with_profile(MAX_PROFILE_BYTES, 0)));
        assert!(!is_too_large(&with_profile(3000, 0)));
        let bomb = with_profile(100_000_000, 0);
        assert!(!is_bearable(&bomb));
        assert!(is_too_large(&bomb));
        let length = u32::try_from(bomb.len() + 8).unwrap().to_be_bytes();
        let in_boxes = [
            &b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl "[..],
            &length,
            b"jxlc",
            &bomb,
        ];
        assert!(is_too_large(&in_boxes.concat()));
    }

    #[test]
    fn one_behind_an_extension_without_end_is_refused_unseen() {
        let bits = 8 * (MAX_HEADER_BYTES as u64 + 100);
        assert!(!is_bearable(&with_profile(3000, bits)));
        assert!(is_bearable(&with_profile(3000, 800)));
        assert!(!is_bearable(&with_profile(100_000_000, 800)));
    }

    #[test]
    fn what_real_files_have_is_borne_even_where_they_are_cut() {
        for name in ["display-p3.jxl", "recoded.jxl", "rgb16.jxl", "gray.jxl"] {
            let file = fixture(name);
            assert!(is_bearable(&file), "{name}");
            for n in 0..60.min(file.len()) {
                assert!(is_bearable(&file[..n]), "{name}, {n}");
            }
        }
    }
}
