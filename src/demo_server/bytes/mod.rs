//! What uploads are made of, and the files they become when somebody asks.

mod cache;
mod encode;
mod odd;
mod photos;

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageReader, ImageResult};

use super::paint::{Canvas, Motif, paint};

pub(crate) use cache::ByteCache;
pub(crate) use encode::{Encoding, encoded};
pub(crate) use odd::ODD_FILES;
pub(crate) use photos::PHOTOS;

/// What an upload is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// Painted on request.
    Painted(Painting),
    /// A real photograph, by its place in the list.
    Photo(usize),
    /// A strange file, by its place in the list.
    Odd(usize),
    /// A file of this machine.
    File { path: Arc<Path>, byte_len: u64 },
    /// The server's thumbnail of a picture.
    Thumbnail {
        of: Box<Self>,
        width: u32,
        height: u32,
        encoding: Encoding,
    },
    /// Noise that announces to be a picture, or the ciphertext of one.
    Noise { seed: u64, byte_len: u64 },
    /// The document exists, the bytes do not.
    Missing,
}

/// A picture that is painted on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Painting {
    pub(crate) motif: Motif,
    pub(crate) seed: u64,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) encoding: Encoding,
    pub(crate) byte_len: u64,
}

impl Painting {
    /// A picture whose length follows from its seed.
    pub(crate) fn new(motif: Motif, seed: u64, size: (u32, u32), encoding: Encoding) -> Self {
        let share = fastrand::Rng::with_seed(seed).f64();
        let byte_len = encoding.announced_length(size.0, size.1, share);
        Self {
            motif,
            seed,
            width: size.0,
            height: size.1,
            encoding,
            byte_len,
        }
    }
}

impl Content {
    /// How long the file is, without making it.
    pub(crate) fn byte_len(&self) -> u64 {
        match self {
            Self::Painted(painting) => painting.byte_len,
            Self::Photo(index) => PHOTOS
                .get(*index)
                .map_or(0, |photo| photo.file.len() as u64),
            Self::Odd(index) => ODD_FILES.get(*index).map_or(0, |odd| odd.file.len() as u64),
            Self::Thumbnail {
                of,
                width,
                height,
                encoding,
            } => of.thumb_len(*width, *height, *encoding),
            Self::Noise { byte_len, .. } | Self::File { byte_len, .. } => *byte_len,
            Self::Missing => 48_213,
        }
    }

    /// The file itself; `None` where the store has lost it. Takes tens of milliseconds.
    pub(crate) fn file(&self) -> Option<Bytes> {
        match self {
            Self::Painted(painting) => {
                let canvas = self.picture()?;
                Some(encoded(&canvas, painting.encoding, painting.byte_len).into())
            }
            Self::Photo(index) => PHOTOS
                .get(*index)
                .map(|photo| Bytes::from_static(photo.file)),
            Self::Odd(index) => ODD_FILES
                .get(*index)
                .map(|odd| Bytes::from_static(odd.file)),
            Self::File { path, .. } => match std::fs::read(path) {
                Ok(file) => Some(file.into()),
                Err(error) => {
                    tracing::warn!(%error, "a file of the folder is gone: {}", path.display());
                    None
                }
            },
            Self::Thumbnail {
                of,
                width,
                height,
                encoding,
            } => {
                let canvas = of.picture()?.shrunk(*width, *height);
                let byte_len = of.thumb_len(*width, *height, *encoding);
                Some(encoded(&canvas, *encoding, byte_len).into())
            }
            Self::Noise { seed, byte_len } => {
                let mut noise = vec![0; usize::try_from(*byte_len).unwrap_or(0)];
                fastrand::Rng::with_seed(*seed).fill(&mut noise);
                Some(noise.into())
            }
            Self::Missing => None,
        }
    }

    /// The length of a thumbnail of this. Thumbnails hold more detail for each pixel than what
    /// they were made from, and photographs compress worse without loss than paintings.
    fn thumb_len(&self, width: u32, height: u32, encoding: Encoding) -> u64 {
        let announced = encoding.announced_length(width, height, 1.0);
        match (encoding, self) {
            (Encoding::Jpeg, _) => announced,
            (_, Self::File { .. }) => announced * 5,
            _ => announced * 2,
        }
    }

    /// The pixels, for thumbnails.
    fn picture(&self) -> Option<Canvas> {
        match self {
            Self::Painted(painting) => Some(paint(
                painting.motif,
                painting.seed,
                painting.width,
                painting.height,
            )),
            Self::Photo(_) | Self::Odd(_) | Self::File { .. } => {
                let decoded = upright(&self.file()?).ok()?.into_rgb8();
                Some(Canvas::from_pixels(
                    decoded.width(),
                    decoded.height(),
                    decoded.into_raw(),
                ))
            }
            Self::Thumbnail { .. } | Self::Noise { .. } | Self::Missing => None,
        }
    }
}

/// Turned as EXIF says, which the scaler of the server does too.
fn upright(file: &[u8]) -> ImageResult<DynamicImage> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut decoded = DynamicImage::from_decoder(decoder)?;
    decoded.apply_orientation(orientation);
    Ok(decoded)
}
