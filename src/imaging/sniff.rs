//! What a file is, by its content: names and declared types lie.

use image::ImageFormat;

use super::bytes::{array, be32, byte, le16, le32, position};
use super::markup::is_svg;

/// The format by content, such as "JPEG", "PNG" or "HEIC"; `None` when it is none of the known.
///
/// Names formats that [`decode`](super::decode()) cannot read, too.
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

/// The media type of a format named by [`sniff`], where files of it have a usual extension.
pub fn media_type(format: &str) -> Option<&'static str> {
    Some(match format {
        "JPEG" => "image/jpeg",
        "PNG" => "image/png",
        "GIF" => "image/gif",
        "WebP" => "image/webp",
        "BMP" => "image/bmp",
        "ICO" | "CUR" => "image/x-icon",
        "TIFF" => "image/tiff",
        "QOI" => "image/qoi",
        "PNM" => "image/x-portable-anymap",
        "TGA" => "image/x-tga",
        "HDR" => "image/vnd.radiance",
        "SVG" => "image/svg+xml",
        "HEIC" => "image/heic",
        "HEIF" => "image/heif",
        "AVIF" => "image/avif",
        "JPEG XL" => "image/jxl",
        "PSD" => "image/vnd.adobe.photoshop",
        "XCF" => "image/x-xcf",
        _ => return None,
    })
}

/// Who decodes a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// The crate `image`.
    Image(ImageFormat),
    JpegXl,
    Svg,
    /// Not in every build.
    #[cfg(feature = "heic")]
    Heic,
    /// Not in every build.
    #[cfg(feature = "avif")]
    Avif,
}

/// The decoder for a format named by [`sniff`].
pub(super) fn codec(format: &str) -> Option<Codec> {
    Some(Codec::Image(match format {
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
        "JPEG XL" => return Some(Codec::JpegXl),
        "SVG" => return Some(Codec::Svg),
        #[cfg(feature = "heic")]
        "HEIC" | "HEIF" => return Some(Codec::Heic),
        #[cfg(feature = "avif")]
        "AVIF" => return Some(Codec::Avif),
        _ => return None,
    }))
}

/// Where it starts, what it is, and the name of the format.
pub(super) type Signature = (usize, &'static [u8], &'static str);

/// In this order: what is more exact comes first.
pub(super) const SIGNATURES: &[Signature] = &[
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_do_not_make_an_image() {
        for text in [
            "BMW is a car",
            "P2P networks",
            "GIFs are fun",
            "MM",
            "II",
            "RIFFs",
            "8BPS",
        ] {
            assert_eq!(sniff(text.as_bytes()), None, "{text}");
        }
        assert_eq!(sniff(b"RIFF\x24\0\0\0WAVEfmt "), None);
        assert_eq!(sniff(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), None);
        assert_eq!(sniff(&[0; 64]), None);
    }

    #[test]
    fn brands_tell_the_formats_of_one_container_apart() {
        let file = |brands: &[u8]| {
            let length = u32::try_from(8 + brands.len()).unwrap();
            [&length.to_be_bytes(), b"ftyp".as_slice(), brands].concat()
        };
        assert_eq!(sniff(&file(b"heic\0\0\0\0mif1heic")), Some("HEIC"));
        assert_eq!(sniff(&file(b"mif1\0\0\0\0mif1heix")), Some("HEIC"));
        assert_eq!(sniff(&file(b"mif1\0\0\0\0mif1avif")), Some("AVIF"));
        assert_eq!(sniff(&file(b"mif1\0\0\0\0miaf")), Some("HEIF"));
        assert_eq!(sniff(&file(b"crx \0\0\0\0crx isom")), Some("CR3"));
    }

    #[test]
    fn formats_without_a_decoder_are_known_by_name() {
        assert_eq!(sniff(b"v/1\x01\x02\0\0\0"), Some("OpenEXR"));
        assert_eq!(sniff(b"gimp xcf v011\0"), Some("XCF"));
        assert_eq!(sniff(b"II*\0\x10\0\0\0CR\x02\0"), Some("CR2"));
        assert_eq!(
            sniff(b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjp2 "),
            Some("JPEG 2000")
        );
        assert_eq!(sniff(b"II\xBC\x01\x08\0\0\0"), Some("JPEG XR"));
    }
}
