//! Text in PNG: XMP, and the EXIF of programs older than the chunk for it.

use std::io::Read as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};

use super::exif::clean_block;
use super::{CopyError, packet};

/// International text, the chunk that XMP is in.
pub(super) const TEXT: [u8; 4] = *b"iTXt";

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp";

/// How `ImageMagick` keeps what PNG had no chunk for: as text in hexadecimal digits.
const RAW_PROFILE: &[u8] = b"Raw profile type ";
const RAW_EXIF: [&[u8]; 2] = [b"exif", b"APP1"];

/// A few kilobytes can unfold to as many gigabytes; no packet is that long.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// The XMP packet of a chunk that is one.
pub(super) fn packet(kind: [u8; 4], contents: &[u8]) -> Option<Bytes> {
    let text = Text::read(kind, contents)?;
    (text.keyword == XMP_KEYWORD && kind == TEXT)
        .then(|| text.unfolded().ok().map(Bytes::from))
        .flatten()
}

/// The contents of a chunk with this packet.
pub(super) fn of_packet(packet: &str) -> Bytes {
    // Not compressed, in no language, without a translated keyword.
    [XMP_KEYWORD, b"\0\0\0\0\0", packet.as_bytes()]
        .concat()
        .into()
}

/// The contents of the chunk once no position is in it; `None` when none was.
pub(super) fn without_position(
    kind: [u8; 4],
    contents: &[u8],
) -> Result<Option<Vec<u8>>, CopyError> {
    let Some(text) = Text::read(kind, contents) else {
        return Ok(None);
    };
    let raw = text.keyword.strip_prefix(RAW_PROFILE);
    let has_changed = |value: &mut Vec<u8>| match raw {
        Some(b"xmp") => clean_digits(value, packet::remove_position),
        Some(profile) if RAW_EXIF.contains(&profile) => clean_digits(value, clean_block),
        _ if text.keyword == XMP_KEYWORD => packet::remove_position(value),
        _ => Ok(false),
    };
    if raw.is_none() && text.keyword != XMP_KEYWORD {
        return Ok(None);
    }
    let mut value = text.unfolded()?;
    Ok(has_changed(&mut value)?.then(|| text.with_value(&value)))
}

/// One of the three kinds of text, taken apart.
struct Text<'a> {
    keyword: &'a [u8],
    /// All before the text itself.
    head: &'a [u8],
    value: &'a [u8],
    is_compressed: bool,
}

impl<'a> Text<'a> {
    fn read(kind: [u8; 4], contents: &'a [u8]) -> Option<Self> {
        let keyword_end = memchr::memchr(0, contents)?;
        let (value_at, is_compressed) = match &kind {
            b"tEXt" => (keyword_end + 1, false),
            b"zTXt" => (keyword_end + 2, true),
            b"iTXt" => {
                let language_at = keyword_end + 3;
                let language = contents.get(language_at..)?;
                let translated_at = language_at + memchr::memchr(0, language)? + 1;
                let translated = contents.get(translated_at..)?;
                let value_at = translated_at + memchr::memchr(0, translated)? + 1;
                (value_at, contents.get(keyword_end + 1) == Some(&1))
            }
            _ => return None,
        };
        let (head, value) = contents.split_at_checked(value_at)?;
        Some(Self {
            keyword: contents.get(..keyword_end)?,
            head,
            value,
            is_compressed,
        })
    }

    fn unfolded(&self) -> Result<Vec<u8>, CopyError> {
        if !self.is_compressed {
            return Ok(self.value.to_vec());
        }
        let mut text = Vec::new();
        let read = ZlibDecoder::new(self.value)
            .take(MAX_TEXT_BYTES + 1)
            .read_to_end(&mut text);
        match read {
            Ok(n_bytes) if n_bytes as u64 <= MAX_TEXT_BYTES => Ok(text),
            Ok(_) => Err(CopyError::Stuck("a text in it is too long")),
            Err(_broken) => Err(CopyError::Damaged("a text in it cannot be unfolded")),
        }
    }

    fn with_value(&self, value: &[u8]) -> Vec<u8> {
        let mut contents = self.head.to_vec();
        if self.is_compressed {
            let folded = ZlibEncoder::new(value, Compression::default()).read_to_end(&mut contents);
            // Reading from memory and writing to memory does not fail.
            folded.ok();
        } else {
            contents.extend_from_slice(value);
        }
        contents
    }
}

/// Empty line, name, number of bytes, then digits with breaks: cleans what these stand for.
fn clean_digits(
    text: &mut [u8],
    clean: impl FnOnce(&mut [u8]) -> Result<bool, CopyError>,
) -> Result<bool, CopyError> {
    let broken = CopyError::Damaged("a text in it is no profile");
    let mut breaks = memchr::memchr_iter(b'\n', text);
    let digits_at = breaks.nth(2).ok_or(broken)?;
    let places: Vec<usize> = (digits_at..text.len())
        .filter(|at| text.get(*at).is_some_and(u8::is_ascii_hexdigit))
        .collect();
    let digit = |at: usize| {
        let digit = char::from(*text.get(at)?).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    let mut block: Vec<u8> = places
        .chunks_exact(2)
        .filter_map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect();
    if !clean(&mut block)? {
        return Ok(false);
    }
    let digits = block.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    for (at, digit) in places.iter().zip(digits) {
        if let (Some(place), Some(digit)) = (text.get_mut(*at), char::from_digit(digit.into(), 16))
        {
            *place = if digit.is_ascii() { digit as u8 } else { b'0' };
        }
    }
    Ok(true)
}
