//! HEIF and AVIF: boxes in boxes. Only what the panel shows is read; nothing here is decoded.

use super::super::bytes::{array, be32, byte, position};
use super::super::{ColorModel, Colors};
use super::Header;
use crate::domain::PixelSize;

/// Real files have tens of properties; a hostile one may have as many as it likes.
pub(in super::super) const MAX_BOXES: usize = 4096;

/// What the item properties say, of the largest item: tiles and thumbnails are smaller.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let brand = array::<4>(bytes, 8).unwrap_or_default();
    let meta = find(bytes, *b"meta").and_then(|meta| meta.get(4..));
    let mut header = Header {
        is_animated: matches!(&brand, b"avis" | b"hevc" | b"hevx" | b"msf1"),
        is_incomplete: meta.is_none() || goes_on_past_end(bytes),
        ..Header::default()
    };
    #[cfg(feature = "avif")]
    if matches!(&brand, b"avis" | b"msf1") {
        header.timing = super::super::avif::timing(bytes);
    }
    // One frame alone does not move, whatever the file is called.
    if &brand == b"avis" && !header.is_incomplete {
        let timing = header.timing.as_ref();
        header.is_animated = timing.is_none_or(|timing| timing.delays.len() != 1);
    }
    let properties = find(meta.unwrap_or_default(), *b"iprp").and_then(|iprp| find(iprp, *b"ipco"));
    let mut has_alpha = false;
    let mut swaps_sides = false;
    let mut cropped = None;
    for (kind, content) in boxes(properties.unwrap_or_default()) {
        match &kind {
            b"ispe" => {
                let sides = be32(content, 4).zip(be32(content, 8));
                let size = sides.map(|(width, height)| PixelSize::new(width, height));
                header.size = header
                    .size
                    .into_iter()
                    .chain(size)
                    .max_by_key(|size| size.area());
            }
            b"pixi" if header.bits_per_channel.is_none() => {
                header.bits_per_channel = byte(content, 5);
            }
            b"av1C" if header.chroma.is_none() => {
                header.compression = Some("AV1");
                header.chroma = byte(content, 2).map(av1_chroma);
            }
            b"hvcC" if header.chroma.is_none() => {
                header.compression = Some("HEVC");
                header.chroma = byte(content, 16).map(|format| chroma(format & 3));
            }
            b"auxC" => has_alpha |= is_alpha(content),
            b"clap" => cropped = clean_aperture(content),
            b"irot" => swaps_sides = byte(content, 0).is_some_and(|turns| turns & 1 == 1),
            _ => {}
        }
    }
    header.colors = header.chroma.map(|chroma| Colors {
        model: match chroma {
            "4:0:0" => ColorModel::Gray,
            _ => ColorModel::Rgb,
        },
        has_alpha,
    });
    // Coded sides are multiples of a block's; what is beyond the picture is cut off before it turns.
    let fits = |part: &PixelSize| {
        let whole = header.size;
        whole.is_some_and(|whole| part.width <= whole.width && part.height <= whole.height)
    };
    if let Some(part) = cropped.filter(fits) {
        header.size = Some(part);
    }
    if swaps_sides {
        header.size = header
            .size
            .map(|size| PixelSize::new(size.height, size.width));
    }
    header
}

/// Whether what lies beside the picture says how transparent it is.
fn is_alpha(content: &[u8]) -> bool {
    let name = content.get(4..).unwrap_or_default();
    name.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
        || name.starts_with(b"urn:mpeg:hevc:2015:auxid:1\0")
}

/// Whether the last box announces more than there is.
fn goes_on_past_end(bytes: &[u8]) -> bool {
    let mut at = 0_usize;
    while let Some(length) = be32(bytes, at).filter(|length| *length > 1) {
        at = at.saturating_add(position(length));
    }
    at > bytes.len()
}

/// Sides as fractions.
fn clean_aperture(content: &[u8]) -> Option<PixelSize> {
    let side = |at| be32(content, at)?.checked_div(be32(content, at + 4)?);
    Some(PixelSize::new(side(0)?, side(8)?)).filter(|size| size.area() > 0)
}

/// Monochrome and the two ways to halve the colours are bits of the configuration.
const fn av1_chroma(flags: u8) -> &'static str {
    match (flags & 0x10 != 0, flags & 0x08 != 0, flags & 0x04 != 0) {
        (true, ..) => chroma(0),
        (_, true, true) => chroma(1),
        (_, true, false) => chroma(2),
        _ => chroma(3),
    }
}

/// As the standards count them.
const fn chroma(format: u8) -> &'static str {
    match format {
        0 => "4:0:0",
        1 => "4:2:0",
        2 => "4:2:2",
        _ => "4:4:4",
    }
}

pub(in super::super) fn find(bytes: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    boxes(bytes)
        .find(|(kind, _)| *kind == wanted)
        .map(|(_, content)| content)
}

/// The boxes in `bytes` with their content; a box that goes on past the end is cut there.
pub(in super::super) fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (length, kind) = (be32(bytes, 0)?, array::<4>(bytes, 4)?);
        let (header_len, end) = match length {
            0 => (8, bytes.len()),
            1 => (
                16,
                usize::try_from(u64::from_be_bytes(array(bytes, 8)?)).unwrap_or(usize::MAX),
            ),
            _ => (8, position(length)),
        };
        let end = end.min(bytes.len());
        let content = bytes.get(header_len..end)?;
        bytes = bytes.get(end..)?;
        Some((kind, content))
    })
    .take(MAX_BOXES)
}
