//! What a file is, by its content: names and declared types lie.

use image::ImageFormat;

use super::bytes::{array, be32, byte, le16, le32, position};

/// The format by content, such as "JPEG", "PNG" or "HEIC"; `None` when it is none of the known.
///
/// Names formats that [`decode`](super::decode) cannot read, too.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    by_signature(bytes)
        .or_else(|| iso_media(bytes))
        .or_else(|| is_bmp(bytes).then_some("BMP"))
        .or_else(|| icon(bytes))
        .or_else(|| is_pnm(bytes).then_some("PNM"))
        .or_else(|| is_svg(bytes).then_some("SVG"))
        .or_else(|| by_infer(bytes))
        // The only format without a signature comes last.
        .or_else(|| is_tga(bytes).then_some("TGA"))
}

/// Whether the bytes start as an image of any format people post, decodable here or not.
pub fn is_known_image(bytes: &[u8]) -> bool {
    sniff(bytes).is_some()
}

/// Whether the bytes are a web page: a log-in form or an error where an image should be.
pub fn looks_like_html(bytes: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<body",
        b"<title",
        b"<meta",
        b"<script",
        b"<center",
        b"<h1",
        b"<div",
        b"<p>",
    ];
    let start = after_xml_prolog(bytes);
    STARTS
        .iter()
        .any(|tag| starts_with_ignoring_case(start, tag))
        || starts_with_ignoring_case(after_blanks_and_comments(bytes), b"<!doctype html")
}

/// The decoder for a format named by [`sniff`].
pub(super) fn codec(format: &str) -> Option<ImageFormat> {
    Some(match format {
        "JPEG" => ImageFormat::Jpeg,
        "PNG" => ImageFormat::Png,
        "GIF" => ImageFormat::Gif,
        "WebP" => ImageFormat::WebP,
        "BMP" => ImageFormat::Bmp,
        "ICO" => ImageFormat::Ico,
        "TIFF" => ImageFormat::Tiff,
        "QOI" => ImageFormat::Qoi,
        "PNM" => ImageFormat::Pnm,
        "TGA" => ImageFormat::Tga,
        "HDR" => ImageFormat::Hdr,
        _ => return None,
    })
}

/// Where it starts, what it is, and the name of the format.
type Signature = (usize, &'static [u8], &'static str);

/// In this order: what is more exact comes first.
const SIGNATURES: &[Signature] = &[
    (0, b"\xFF\xD8\xFF", "JPEG"),
    (0, b"\x89PNG\r\n\x1A\n", "PNG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (0, b"qoif", "QOI"),
    (8, b"CR\x02", "CR2"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0\x08\0\0\0", "TIFF"),
    (0, b"MM\0+\0\x08\0\0", "TIFF"),
    (0, b"#?RADIANCE", "HDR"),
    (0, b"#?RGBE", "HDR"),
    (0, b"8BPS\0\x01", "PSD"),
    (0, b"8BPS\0\x02", "PSB"),
    (0, b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"),
    (0, b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xFF\x4F\xFF\x51\0", "JPEG 2000"),
    (0, b"gimp xcf ", "XCF"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"DDS \x7C\0\0\0", "DDS"),
    (0, b"farbfeld", "farbfeld"),
    (0, b"icns", "ICNS"),
    (0, b"FLIF", "FLIF"),
    (0, b"BPG\xFB", "BPG"),
    (0, b"\x8AMNG\r\n\x1A\n", "MNG"),
    (0, b"\x8BJNG\r\n\x1A\n", "JNG"),
    (0, b"FUJIFILMCCD-RAW", "RAF"),
    (0, b"IIRO\x08\0\0\0", "ORF"),
    (0, b"IIU\0\x18\0\0\0", "RW2"),
    (0, b"/* XPM */", "XPM"),
    (0, b"\xD7\xCD\xC6\x9A\0\0", "WMF"),
    (40, b" EMF\0\0\x01\0", "EMF"),
];

fn by_signature(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("WebP");
    }
    // A bare JPEG XL codestream is marked by two bytes only; a file of less is something else.
    if bytes.starts_with(b"\xFF\x0A") && bytes.len() > 12 {
        return Some("JPEG XL");
    }
    SIGNATURES
        .iter()
        .find(|(at, signature, name)| {
            bytes
                .get(*at..)
                .is_some_and(|rest| rest.starts_with(signature))
                && (*name != "CR2" || bytes.starts_with(b"II*\0"))
        })
        .map(|(_, _, name)| *name)
}

/// HEIC, AVIF and their like: told apart by the brands of the `ftyp` box.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let end = position(be32(bytes, 0)?).min(bytes.len());
    let major = array::<4>(bytes, 8)?;
    let compatible = bytes.get(16..end).unwrap_or_default();
    let brands = std::iter::once(major).chain(
        compatible
            .chunks_exact(4)
            .filter_map(|brand| array(brand, 0)),
    );
    let mut generic = None;
    for brand in brands {
        match &brand {
            b"avif" | b"avis" => return Some("AVIF"),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
                return Some("HEIC");
            }
            b"crx " => return Some("CR3"),
            b"mif1" | b"msf1" | b"mif2" => generic = Some("HEIF"),
            _ => {}
        }
    }
    generic
}

/// "BM" alone is too common: the size of the second header must be one that exists.
fn is_bmp(bytes: &[u8]) -> bool {
    const HEADER_SIZES: [u32; 8] = [12, 16, 40, 52, 56, 64, 108, 124];
    bytes.starts_with(b"BM") && le32(bytes, 14).is_some_and(|size| HEADER_SIZES.contains(&size))
}

/// Icons and cursors: a first entry with its reserved byte and a place behind the directory.
fn icon(bytes: &[u8]) -> Option<&'static str> {
    let kind = array::<4>(bytes, 0)?;
    let (n_entries, first_offset) = (le16(bytes, 4)?, le32(bytes, 18)?);
    let directory_end = 6 + 16 * u32::from(n_entries);
    if n_entries == 0 || byte(bytes, 9)? != 0 || first_offset < directory_end {
        return None;
    }
    match kind {
        [0, 0, 1, 0] => Some("ICO"),
        [0, 0, 2, 0] => Some("CUR"),
        _ => None,
    }
}

fn is_pnm(bytes: &[u8]) -> bool {
    let is_number = |at| {
        byte(bytes, at).is_some_and(|c| c.is_ascii_digit() || c == b'#' || c.is_ascii_whitespace())
    };
    match array::<3>(bytes, 0) {
        Some([b'P', b'1'..=b'6', space]) => space.is_ascii_whitespace() && is_number(3),
        Some([b'P', b'7', b'\n']) => true,
        _ => false,
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = after_xml_prolog(bytes);
    let is_element = |name: &[u8]| {
        start
            .strip_prefix(name)
            .and_then(<[u8]>::first)
            .is_some_and(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'))
    };
    is_element(b"<svg") || is_element(b"<svg:svg")
}

/// Formats that are only named, never decoded: their signatures are `infer`'s.
fn by_infer(bytes: &[u8]) -> Option<&'static str> {
    let kind = infer::get(bytes)?;
    match kind.extension() {
        "jxr" => Some("JPEG XR"),
        "djvu" => Some("DjVu"),
        "ora" => Some("OpenRaster"),
        "dwg" => Some("DWG"),
        _ => None,
    }
}

/// TGA has a signature at its end since version 2; before, only a header that makes sense.
fn is_tga(bytes: &[u8]) -> bool {
    if bytes.len() > 44 && bytes.ends_with(b"TRUEVISION-XFILE.\0") {
        return true;
    }
    let Some([_, map_type, image_type]) = array(bytes, 0) else {
        return false;
    };
    let has_no_map = array::<5>(bytes, 3) == Some([0; 5]);
    let (Some(width), Some(height)) = (le16(bytes, 12), le16(bytes, 14)) else {
        return false;
    };
    let depth = byte(bytes, 16).unwrap_or_default();
    let is_sane = match image_type {
        1 | 9 => map_type == 1 && depth == 8 && matches!(byte(bytes, 7), Some(15 | 16 | 24 | 32)),
        2 | 10 => map_type == 0 && has_no_map && matches!(depth, 15 | 16 | 24 | 32),
        3 | 11 => map_type == 0 && has_no_map && matches!(depth, 8 | 16),
        _ => false,
    };
    let descriptor = byte(bytes, 17).unwrap_or(u8::MAX);
    is_sane && width > 0 && height > 0 && descriptor & 0b1100_0000 == 0
}

/// What follows byte order mark, XML declaration, document type and comments.
fn after_xml_prolog(bytes: &[u8]) -> &[u8] {
    let mut rest = after_blanks_and_comments(bytes);
    if rest.starts_with(b"<?xml") {
        rest = after_blanks_and_comments(after(rest, b"?>"));
    }
    if starts_with_ignoring_case(rest, b"<!doctype svg") {
        let subset = rest.iter().position(|c| matches!(c, b'[' | b'>'));
        let has_subset = subset.and_then(|at| byte(rest, at)) == Some(b'[');
        let end: &[u8] = if has_subset { b"]>" } else { b">" };
        rest = after_blanks_and_comments(after(rest, end));
    }
    rest
}

fn after_blanks_and_comments(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    while rest.starts_with(b"<!--") {
        rest = after(rest, b"-->").trim_ascii_start();
    }
    rest
}

/// What follows the first `mark`; nothing when there is none.
///
/// A prolog of more than 64 KiB is not searched: a file of random bytes must not cost its length.
fn after<'a>(bytes: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let searched = bytes.get(..64 * 1024).unwrap_or(bytes);
    searched
        .windows(mark.len())
        .position(|window| window == mark)
        .and_then(|at| bytes.get(at + mark.len()..))
        .unwrap_or_default()
}

fn starts_with_ignoring_case(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
