//! JPEG, PNG and WebP as lists of parts, of which a few are metadata.

use bytes::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment};
use img_parts::png::{Png, PngChunk};
use img_parts::webp::WebP;

use super::{CopyError, exif, jpeg, png_text, webp};

/// A file taken apart.
pub(in crate::saving) enum Container {
    /// With the file that it was, for what follows the first scan.
    Jpeg(Jpeg, Bytes),
    /// With what follows the last chunk.
    Png(Png, Bytes),
    /// With what follows the list.
    WebP(WebP, Bytes),
}

/// Whether a packet found its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::saving) enum XmpPlace {
    Written,
    /// It would be too long, or move what other parts point at.
    NoRoom,
}

impl Container {
    pub(in crate::saving) fn open(file: &[u8]) -> Result<Self, CopyError> {
        let damaged = |_error| CopyError::Damaged("its parts cannot be told apart");
        let bytes = Bytes::copy_from_slice(file);
        if file.starts_with(b"\xFF\xD8\xFF") {
            let jpeg = Jpeg::from_bytes(bytes.clone()).map_err(damaged)?;
            let has_picture = jpeg.segments().iter().any(JpegSegment::has_entropy);
            let jpeg = has_picture.then_some(Self::Jpeg(jpeg, bytes));
            jpeg.ok_or(CopyError::Damaged("it has no picture"))
        } else if file.starts_with(b"\x89PNG\r\n\x1A\n") {
            let png = Png::from_bytes(bytes.clone()).map_err(damaged)?;
            let tail = bytes.slice(png.len().min(bytes.len())..);
            let is_whole = png.chunk_by_type(*b"IEND").is_some();
            let png = is_whole.then_some(Self::Png(png, tail));
            png.ok_or(CopyError::Damaged("it ends early"))
        } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
            let length = file.get(4..8).and_then(|it| it.try_into().ok());
            let length = usize::try_from(u32::from_le_bytes(length.unwrap_or_default()));
            let end = length.unwrap_or(usize::MAX).saturating_add(8);
            let webp = WebP::from_bytes(bytes.clone()).map_err(damaged)?;
            Ok(Self::WebP(webp, bytes.slice(end.min(bytes.len())..)))
        } else {
            Err(CopyError::OtherFormat)
        }
    }

    /// The file again.
    pub(in crate::saving) fn close(self) -> Vec<u8> {
        let joined = |parts: Bytes, tail: &Bytes| [parts.as_ref(), tail.as_ref()].concat();
        match self {
            Self::Jpeg(jpeg, _) => jpeg.encoder().bytes().to_vec(),
            Self::Png(png, tail) => joined(png.encoder().bytes(), &tail),
            Self::WebP(webp, tail) => joined(webp.encoder().bytes(), &tail),
        }
    }

    /// Takes every position out of EXIF and XMP. Says whether there was any.
    pub(in crate::saving) fn remove_position(&mut self) -> Result<bool, CopyError> {
        let mut has_changed = false;
        match self {
            Self::Jpeg(jpeg, file) => {
                for segment in jpeg.segments_mut() {
                    has_changed |= jpeg::clean_segment(segment, file)?;
                }
            }
            Self::Png(png, _) => {
                for chunk in png.chunks_mut() {
                    has_changed |= clean_chunk(chunk)?;
                }
            }
            Self::WebP(webp, _) => {
                for chunk in webp.chunks_mut() {
                    has_changed |= webp::clean_chunk(chunk)?;
                }
            }
        }
        Ok(has_changed)
    }

    /// The XMP packet.
    pub(in crate::saving) fn xmp(&self) -> Option<Bytes> {
        match self {
            Self::Jpeg(jpeg, _) => jpeg::packet(jpeg),
            Self::Png(png, _) => {
                let mut chunks = png.chunks().iter();
                chunks.find_map(|chunk| png_text::packet(chunk.kind(), chunk.contents()))
            }
            Self::WebP(webp, _) => webp::packet(webp),
        }
    }

    /// Writes a packet in place of the one that was there.
    pub(in crate::saving) fn set_xmp(&mut self, packet: &str) -> XmpPlace {
        match self {
            Self::Jpeg(jpeg, _) => jpeg::set_packet(jpeg, packet),
            Self::Png(png, _) => {
                let chunks = png.chunks_mut();
                chunks.retain(|chunk| png_text::packet(chunk.kind(), chunk.contents()).is_none());
                let before_pixels = chunks.iter().position(|chunk| chunk.kind() == *b"IDAT");
                let chunk = PngChunk::new(png_text::TEXT, png_text::of_packet(packet));
                chunks.insert(before_pixels.unwrap_or(1).min(chunks.len()), chunk);
                XmpPlace::Written
            }
            Self::WebP(webp, _) => webp::set_packet(webp, packet),
        }
    }
}

fn clean_chunk(chunk: &mut PngChunk) -> Result<bool, CopyError> {
    let kind = chunk.kind();
    let cleaned = if kind == *b"eXIf" {
        let mut contents = chunk.contents().to_vec();
        exif::clean_block(&mut contents)?.then_some(contents)
    } else {
        png_text::without_position(kind, chunk.contents())?
    };
    let has_changed = cleaned.is_some();
    if let Some(contents) = cleaned {
        *chunk = PngChunk::new(kind, contents.into());
    }
    Ok(has_changed)
}
