//! What the colours of HEIF and AVIF are called, without decoding one.

use super::super::bytes::be16;
use super::super::{cicp, color};
use super::isobmff::{boxes, find};

/// The name of the embedded profile, else that of the numbers that stand for one.
pub(in super::super) fn name(bytes: &[u8]) -> Option<String> {
    let meta = find(bytes, *b"meta")?.get(4..)?;
    let properties = find(find(meta, *b"iprp")?, *b"ipco")?;
    if let Some(profile) = profile(properties) {
        return color::profile_name(profile);
    }
    let number = |content, at| u8::try_from(be16(content, at)?).ok();
    colors(properties)
        .filter(|content| content.starts_with(b"nclx"))
        .find_map(|content| cicp::name(number(content, 4)?, number(content, 6)?))
        .map(str::to_owned)
}

/// The profile among these boxes.
pub(in super::super) fn profile(properties: &[u8]) -> Option<&[u8]> {
    colors(properties).find_map(|content| {
        let is_profile = matches!(content.get(..4)?, b"prof" | b"rICC");
        content.get(4..).filter(|_| is_profile)
    })
}

fn colors(properties: &[u8]) -> impl Iterator<Item = &[u8]> {
    boxes(properties)
        .filter(|(kind, _)| kind == b"colr")
        .map(|(_, content)| content)
}
