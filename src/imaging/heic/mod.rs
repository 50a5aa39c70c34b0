//! HEIC, by `heifer`, where this build has it: upright, as the format turns by itself, and in the
//! colours of the file.

mod budget;
mod colors;

use heifer::heifer_isobmff::{Error as BoxError, HeifFile};
use heifer::{Error, Options};
use image::{DynamicImage, RgbaImage};

use super::decode::{MAX_BYTES, Picture, no_decoder_of_kind};
use super::light::{self, Curve};
use super::{ImageError, alpha, cicp};
use crate::domain::PixelSize;

/// The primary picture.
pub(super) fn decode(
    bytes: &[u8],
    announced: Option<PixelSize>,
    format: &str,
) -> Result<Picture, ImageError> {
    let explain = |error: Error| explained(error, bytes, format);
    let file = HeifFile::parse(bytes).map_err(|error| explain(error.into()))?;
    let max_pixels = MAX_BYTES / budget::bytes_of_a_pixel(&file);
    if let Some(size) = announced.filter(|size| size.area() > max_pixels) {
        return Err(ImageError::TooLarge(format!("{size} pixels")));
    }
    let size = announced.unwrap_or(PixelSize::new(0, 0));
    budget::check(&file, bytes.len(), size, max_pixels)?;
    // As many pictures are decoded at a time as there are processors.
    let options = Options {
        max_threads: 1,
        max_pixels,
    };
    let picture = heifer::decode_rgba8(bytes, &options).map_err(explain)?;
    let size = PixelSize::new(picture.width, picture.height);
    if size.area() == 0 {
        return Err(ImageError::NoPixels);
    }
    let pixels = RgbaImage::from_raw(size.width, size.height, picture.data);
    let mut image = DynamicImage::ImageRgba8(pixels.ok_or(ImageError::DecoderCrashed)?);
    if is_premultiplied(&file) {
        image = alpha::divided(image)?;
    }
    let mut profile = colors::profile(&file);
    if profile.is_none()
        && let Some((primaries, transfer)) = colors::numbers(&file)
    {
        match Curve::of(transfer) {
            Some(curve) => light::to_srgb(&mut image, curve, primaries),
            None => profile = cicp::profile(primaries, transfer),
        }
    }
    Ok(Picture {
        image,
        profile,
        original_size: size,
    })
}

fn explained(error: Error, bytes: &[u8], format: &str) -> ImageError {
    use heifer::heifer_hevc_dec::Error as Hevc;
    match error {
        Error::Unsupported(_) | Error::Hevc(Hevc::Unimplemented(_)) => no_decoder_of_kind(format),
        // A film has its pictures elsewhere.
        Error::Container(BoxError::MissingBox(_)) if has_film(bytes) => no_decoder_of_kind(format),
        Error::Container(BoxError::UnexpectedEof) => ImageError::Truncated,
        other => ImageError::Corrupt(other.to_string()),
    }
}

fn has_film(bytes: &[u8]) -> bool {
    super::header::isobmff::find(bytes, *b"moov").is_some()
}

/// Whether the colours are multiplied by alpha already.
fn is_premultiplied(file: &HeifFile<'_>) -> bool {
    !file.referenced_items(file.primary_id, b"prem").is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::{Target, decode};

    const FULL: Target = Target::Full { max_edge_px: 4096 };

    pub(super) fn file(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/heic/");
        std::fs::read(format!("{folder}{name}.heic")).unwrap()
    }

    #[test]
    fn what_the_decoder_cannot_do_is_said_and_not_taken_for_damage() {
        let mut other_codec = file("420");
        while let Some(at) = other_codec.windows(4).position(|kind| kind == b"hvc1") {
            other_codec[at..at + 4].copy_from_slice(b"vvc1");
        }
        let film = b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc\0\0\0\x10moov\0\0\0\x08free".to_vec();
        for bytes in [other_codec, film] {
            let refused = decode(&bytes, FULL).unwrap_err();
            assert_eq!(refused.to_string(), "no decoder for this kind of HEIC");
        }
    }
}
