//! How large the colour profile is that a file has in its header. The decoder unpacks it at once,
//! up to 256 megabytes of it, and counts it nowhere.
//!
//! It is packed twice (ISO/IEC 18181-1, annex E.4): an entropy code, in which four megabytes may be
//! a few bytes, of a stream that begins with the length of the profile and that of the commands to
//! make it. `jxl-color` 0.11 makes room for that length, and compares it with what came out only
//! when all commands were followed, of which one byte may be 36 bytes of a profile.

use jxl_bitstream::{Bitstream, ContainerParser, ParseEvent};
use jxl_coding::Decoder;
use jxl_oxide::ImageHeader;
use jxl_oxide_common::Bundle as _;

/// Profiles of printing presses have two.
const MAX_PROFILE_BYTES: u64 = 4 * 1024 * 1024;

/// A command is for a tag or for thousands of bytes: real profiles have some hundreds of bytes of
/// them.
const MAX_COMMAND_BYTES: u64 = 64 * 1024;

/// Of the entropy code. For its first 129 symbols the first one counts.
const N_CONTEXTS: u32 = 41;

/// What stands before the profile: some bytes, with names of 256 channels a quarter of this.
const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// Whether the profile is one that may be unpacked; so is none, and one of a file that is damaged
/// or cut off before that is told, which the decoder refuses.
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
    // The length of the stream, outside of the code.
    match bits.read_u64() {
        Ok(length) if length > MAX_PROFILE_BYTES => return false,
        Ok(_) => {}
        Err(_) => return start.len() < MAX_HEADER_BYTES,
    }
    match lengths(&mut bits) {
        Ok((profile, commands)) => profile <= MAX_PROFILE_BYTES && commands <= MAX_COMMAND_BYTES,
        Err(error) => !error.unexpected_eof() || start.len() < MAX_HEADER_BYTES,
    }
}

/// Of the profile once it is unpacked, and of its commands, both in bytes.
fn lengths(bits: &mut Bitstream<'_>) -> Result<(u64, u64), jxl_coding::Error> {
    let mut decoder = Decoder::parse(bits, N_CONTEXTS)?;
    decoder.begin(bits)?;
    let mut length = || -> Result<u64, jxl_coding::Error> {
        let mut length = 0;
        // Seven bits each, the lowest first; the decoder reads no more of them.
        for place in 0..9 {
            let symbol = u64::from(decoder.read_varint(bits, 0)?);
            length |= (symbol & 0x7F) << (7 * place);
            if symbol & 0x80 == 0 {
                break;
            }
        }
        Ok(length)
    };
    Ok((length()?, length()?))
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
        let mut file = head(length, extension).0;
        file.extend([0; 64]);
        file
    }

    fn head(length: u64, extension: u64) -> Bits {
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
        number(bits.with(1, 1), length)
    }

    /// The same with the beginning of a stream, of bytes out of [`SYMBOLS`], that announces to be
    /// three million bytes.
    fn with_stream(stream: &[u8]) -> Vec<u8> {
        let bits = head(3_000_000, 0);
        // No repetitions, all contexts alike, prefix codes, symbols as they are: 256 of them.
        let bits = bits.with(0, 1).with(1, 1).with(0, 2).with(1, 1).with(15, 4);
        let bits = bits.with(1, 1).with(7, 4).with(127, 7);
        // Four are used, each of two bits.
        let bits = bits.with(1, 2).with(3, 2);
        let bits = SYMBOLS
            .iter()
            .fold(bits, |bits, it| bits.with((*it).into(), 8));
        let bits = stream.iter().fold(bits.with(0, 1), |bits, symbol| {
            let place = SYMBOLS.iter().position(|it| it == symbol).unwrap();
            // From the highest bit on, as codes are.
            bits.with([0b00, 0b10, 0b01, 0b11][place], 2)
        });
        let mut file = bits.0;
        file.extend([0; 64]);
        file
    }

    const SYMBOLS: [u8; 4] = [0x00, 0x01, 0x7F, 0xFF];

    #[test]
    fn what_a_stream_becomes_is_judged_by_what_it_says() {
        // Of 255 bytes, by one of commands.
        assert!(is_bearable(&with_stream(&[0xFF, 0x01, 0x01])));
        assert!(!is_too_large(&with_stream(&[0xFF, 0x01, 0x01])));
        // Of two million bytes.
        assert!(is_bearable(&with_stream(&[0xFF, 0xFF, 0x7F, 0x01])));
        // Of 268 million, and of as many commands as would make a hundred million.
        for bomb in [
            &[0xFF, 0xFF, 0xFF, 0x7F, 0x01][..],
            &[0xFF, 0x01, 0xFF, 0xFF, 0x7F],
            // More than there are numbers for.
            &[0xFF; 20],
        ] {
            let bomb = with_stream(bomb);
            assert!(bomb.len() < 200);
            assert!(!is_bearable(&bomb));
            assert!(is_too_large(&bomb));
        }
    }

    #[test]
    fn what_real_profiles_say_is_read() {
        let file = fixture("display-p3.jxl");
        let start = start_of_codestream(&file);
        let mut bits = Bitstream::new(&start);
        let header = ImageHeader::parse(&mut bits, ()).unwrap();
        assert!(header.metadata.colour_encoding.want_icc());
        bits.read_u64().unwrap();
        let (profile, commands) = lengths(&mut bits).unwrap();
        assert!((400..700).contains(&profile), "{profile}");
        assert!(commands < profile, "{commands}");
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
