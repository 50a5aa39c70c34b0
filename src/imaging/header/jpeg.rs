//! JPEG: a list of marked segments, then the entropy-coded data.

use super::super::bytes::{be16, byte};
use super::super::{ColorModel, Colors};
use super::Header;
use crate::domain::PixelSize;

const EXIF: &[u8] = b"Exif\0\0";

/// What the segments before the first scan say.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let mut header = Header {
        is_incomplete: true,
        ..Header::default()
    };
    let mut has_colors_as_they_are = false;
    let mut is_ycck = false;
    let mut at = 2;
    while let Some((marker, content_at)) = next_marker(bytes, at) {
        // Standing alone, without a length.
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            at = content_at;
            continue;
        }
        let Some(length) = be16(bytes, content_at).map(usize::from).filter(|n| *n >= 2) else {
            break;
        };
        let end = (content_at + length).min(bytes.len());
        let segment = bytes.get(content_at + 2..end).unwrap_or_default();
        match marker {
            0xE1 if header.exif.is_none() => header.exif = segment.strip_prefix(EXIF),
            0xEE => {
                has_colors_as_they_are |= adobe_transform(segment) == Some(0);
                is_ycck |= adobe_transform(segment) == Some(2);
            }
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                frame(&mut header, marker, segment);
            }
            0xDA => {
                header.is_incomplete = false;
                header.scan = bytes.get(end..);
                break;
            }
            0xD9 => break,
            _ => {}
        }
        at = content_at + length;
    }
    if has_colors_as_they_are {
        header.chroma = None;
    }
    if is_ycck && header.colors == Some(Colors::opaque(ColorModel::Cmyk)) {
        header.colors = Some(Colors::opaque(ColorModel::Ycck));
    }
    header
}

/// What was done with the colours: 0 is nothing, so that red, green and blue, or inks, are stored
/// as such and there is no chroma; 2 is done with inks.
fn adobe_transform(segment: &[u8]) -> Option<u8> {
    byte(segment, 11).filter(|_| segment.starts_with(b"Adobe"))
}

const fn colors(n_components: u8) -> Option<Colors> {
    Some(Colors::opaque(match n_components {
        1 => ColorModel::Gray,
        3 => ColorModel::Rgb,
        4 => ColorModel::Cmyk,
        _ => return None,
    }))
}

/// The next marker's code and what follows it. Bytes that belong to nothing are passed over, as
/// decoders do.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(at..)?;
    let start = rest
        .windows(2)
        .position(|pair| matches!(pair, [0xFF, code] if !matches!(code, 0 | 0xFF)))?;
    Some((byte(rest, start + 1)?, at + start + 2))
}

/// SOF: precision, rows, columns, and for each component its sampling.
fn frame(header: &mut Header<'_>, marker: u8, segment: &[u8]) {
    let (Some(height), Some(width)) = (be16(segment, 1), be16(segment, 3)) else {
        return;
    };
    let size = PixelSize::new(width.into(), height.into());
    header.size = Some(size);
    header.bits_per_channel = byte(segment, 0);
    header.colors = byte(segment, 5).and_then(colors);
    header.chroma = chroma(segment);
    header.compression = Some(match marker {
        0xC0 => "Baseline",
        0xC1 => "Extended sequential",
        0xC2 => "Progressive",
        0xC9 => "Arithmetic",
        0xCA => "Arithmetic, progressive",
        0xC3 | 0xCB => "Lossless",
        _ => "Hierarchical",
    });
    header.undecoded = undecoded(marker, header.bits_per_channel);
    let is_progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
    if is_progressive {
        header.working_bytes = coefficient_bytes(size, segment);
    }
}

/// What cameras and browsers do not write: for medicine, archives and the 1990s.
const fn undecoded(marker: u8, bits_per_channel: Option<u8>) -> Option<&'static str> {
    match (marker, bits_per_channel) {
        (0xC3, _) => Some("lossless JPEG"),
        (0xC5..=0xC7, _) => Some("hierarchical JPEG"),
        (0xC9..=0xCF, _) => Some("JPEG with arithmetic coding"),
        (_, Some(12)) => Some("12-bit JPEG"),
        _ => None,
    }
}

/// The sampling of brightness against that of both colours.
fn chroma(segment: &[u8]) -> Option<&'static str> {
    // Three components, of which the ids may be letters: then they are no colour differences.
    if byte(segment, 5) != Some(3) || byte(segment, 6) == Some(b'R') {
        return None;
    }
    let [luma, blue, red] = [7, 10, 13].map(|at| byte(segment, at));
    if blue != red {
        return None;
    }
    let ((luma_h, luma_v), (h, v)) = (nibbles(luma?), nibbles(blue?));
    match (luma_h.checked_div(h)?, luma_v.checked_div(v)?) {
        (1, 1) => Some("4:4:4"),
        (2, 1) => Some("4:2:2"),
        (2, 2) => Some("4:2:0"),
        (1, 2) => Some("4:4:0"),
        (4, 1) => Some("4:1:1"),
        (4, 2) => Some("4:1:0"),
        _ => None,
    }
}

const fn nibbles(sampling: u8) -> (u8, u8) {
    (sampling >> 4, sampling & 0xF)
}

/// Two bytes a sample of every component: a progressive file keeps them all until its end.
fn coefficient_bytes(size: PixelSize, segment: &[u8]) -> u64 {
    let samplings = || {
        let components = segment.get(6..).unwrap_or_default().chunks_exact(3);
        components.filter_map(|component| {
            let sampling = byte(component, 1)?;
            Some((u64::from(sampling >> 4), u64::from(sampling & 0xF)))
        })
    };
    let largest_h = samplings().map(|(h, _)| h).max().unwrap_or(1).max(1);
    let largest_v = samplings().map(|(_, v)| v).max().unwrap_or(1).max(1);
    let samples: u64 = samplings().map(|(h, v)| size.area() * h * v).sum();
    2 * samples / (largest_h * largest_v)
}

/// In the coded data 0xFF is always followed by 0, so only the real end matches.
pub(super) fn has_end_marker(data: &[u8]) -> bool {
    data.windows(2).any(|pair| pair == [0xFF, 0xD9])
}
