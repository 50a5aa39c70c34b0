//! The frames of an animation, one after another: never more than one at a time. Only of JPEG XL
//! whose frames build on others all are kept, in no more memory than a decode may take.
//!
//! Each comes composed, as it is shown: what frames leave of the ones before them (disposal and
//! blending) is done for GIF and WebP by `image`, for PNG by [`png_frames`], else
//! by the decoder of their format.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder as _, DynamicImage, Frames, ImageDecoder, ImageFormat, Limits};

#[cfg(feature = "avif")]
use super::avif::{self, AvifFrames};
use super::color::Conversion;
use super::decode::{Finish, MAX_BYTES, MAX_SIDE_PX, Source, caught, no_decoder};
use super::jxl::{self, JxlFrames};
use super::png_frames::{self, PngFrames};
use super::sniff::{Codec, sniff};
use super::{DecodedImage, ImageError, light, peek_size, scale};
use crate::domain::PixelSize;

/// See the [module documentation](self).
pub struct FrameReader {
    frames: Box<dyn Iterator<Item = Result<DynamicImage, ImageError>>>,
    finish: Finish,
    size: PixelSize,
    edge_px: u32,
    is_over: bool,
}

impl FrameReader {
    /// The canvas twice, and a frame on its way.
    const BYTES_OF_A_PIXEL: u64 = 12;

    /// What playing this file takes beside the file; `None` where it does not say.
    pub fn working_bytes(bytes: &[u8]) -> Option<u64> {
        match sniff(bytes) {
            Some("JPEG XL") => caught(|| Ok(jxl::bytes_to_play(bytes))).ok().flatten(),
            #[cfg(feature = "avif")]
            Some("AVIF") => caught(|| Ok(avif::bytes_to_play(bytes))).ok().flatten(),
            Some("PNG") => Self::bytes_of_canvas(bytes, png_frames::BYTES_OF_A_PIXEL),
            _ => Self::bytes_of_canvas(bytes, Self::BYTES_OF_A_PIXEL),
        }
    }

    fn bytes_of_canvas(bytes: &[u8], of_a_pixel: u64) -> Option<u64> {
        Some(peek_size(bytes)?.area().saturating_mul(of_a_pixel))
    }

    /// Refuses frames that would take more than a decode may, of which GIF, PNG and WebP have one
    /// at a time.
    pub(super) fn check(size: PixelSize, of_a_pixel: u64) -> Result<(), ImageError> {
        if size.area() == 0 {
            return Err(ImageError::NoPixels);
        }
        if size.longer_side() > MAX_SIDE_PX || size.area().saturating_mul(of_a_pixel) > MAX_BYTES {
            return Err(ImageError::TooLarge(format!("frames of {size} pixels")));
        }
        Ok(())
    }

    /// Reads what comes before the first frame. No side of a frame will exceed `edge_px`.
    ///
    /// # Errors
    ///
    /// As [`decode`](super::decode()); [`ImageError::NoDecoder`] for a format that is not played.
    pub fn open(
        bytes: impl AsRef<[u8]> + Clone + 'static,
        edge_px: u32,
    ) -> Result<Self, ImageError> {
        caught(|| {
            let source = Source::open(bytes.as_ref())?;
            let cursor = Cursor::new(bytes.clone());
            let explained = |error: image::ImageError| source.explain(&error);
            match source.codec {
                Codec::Image(ImageFormat::Gif) => {
                    let decoder = GifDecoder::new(cursor).map_err(explained)?;
                    Self::new(&source, decoder, GifDecoder::into_frames, edge_px)
                }
                Codec::Image(ImageFormat::WebP) => {
                    let decoder = WebPDecoder::new(cursor).map_err(explained)?;
                    Self::new(&source, decoder, WebPDecoder::into_frames, edge_px)
                }
                Codec::Image(ImageFormat::Png) => {
                    let frames = PngFrames::open(&source, cursor)?;
                    let bright = source.high_dynamic_range();
                    let profile = source.profile_beside(frames.profile());
                    let profile = profile.filter(|_| bright.is_none());
                    let frames = frames.map(move |frame| {
                        let mut image = frame?;
                        if let Some((curve, primaries)) = bright {
                            light::to_srgb(&mut image, curve, primaries);
                        }
                        Ok(image)
                    });
                    Ok(Self::of_frames(
                        &source,
                        frames,
                        profile.as_deref(),
                        edge_px,
                    ))
                }
                Codec::JpegXl => {
                    let frames = JxlFrames::open(source.bytes)?;
                    let profile = frames.profile();
                    Ok(Self::of_frames(&source, frames, Some(&profile), edge_px))
                }
                #[cfg(feature = "avif")]
                Codec::Avif => {
                    let frames = AvifFrames::open(bytes.clone(), source.format())?;
                    let profile = frames.profile();
                    let profile = profile.as_deref();
                    Ok(Self::of_frames(&source, frames, profile, edge_px))
                }
                _ => Err(no_decoder(source.format())),
            }
        })
    }

    /// Of a decoder whose frames say themselves how large they are and what channels they have.
    fn of_frames(
        source: &Source<'_>,
        frames: impl Iterator<Item = Result<DynamicImage, ImageError>> + 'static,
        profile: Option<&[u8]>,
        edge_px: u32,
    ) -> Self {
        let mut frames = frames.peekable();
        // All of them are as the first one.
        let any = DynamicImage::new_rgba8(1, 1);
        let first = match frames.peek() {
            Some(Ok(first)) => first,
            _ => &any,
        };
        Self {
            finish: Finish::new(source, Conversion::new(profile, first)),
            size: PixelSize::new(first.width(), first.height()),
            frames: Box::new(frames),
            edge_px,
            is_over: false,
        }
    }

    fn new<D: ImageDecoder>(
        source: &Source<'_>,
        mut decoder: D,
        into_frames: impl FnOnce(D) -> Frames<'static>,
        edge_px: u32,
    ) -> Result<Self, ImageError> {
        let (width, height) = decoder.dimensions();
        let size = PixelSize::new(width, height);
        Self::check(size, Self::BYTES_OF_A_PIXEL)?;
        decoder
            .set_limits(limits(MAX_BYTES))
            .map_err(|error| source.explain(&error))?;
        let profile = source.profile(&mut decoder);
        let any = DynamicImage::new_rgba8(1, 1);
        let conversion = Conversion::new(profile.as_deref(), &any);
        let frames = into_frames(decoder).map(|frame| {
            let frame = frame.map_err(|error| ImageError::Corrupt(error.to_string()))?;
            Ok(DynamicImage::ImageRgba8(frame.into_buffer()))
        });
        Ok(Self {
            frames: Box::new(frames),
            finish: Finish::new(source, conversion),
            size,
            edge_px,
            is_over: false,
        })
    }

    /// The next frame, ready for the screen; `None` after the last one, and after one that
    /// failed: what follows a damaged frame is built upon it.
    pub fn next_frame(&mut self) -> Option<Result<DecodedImage, ImageError>> {
        if self.is_over {
            return None;
        }
        let frame = caught(|| {
            let Some(frame) = self.frames.next() else {
                return Ok(None);
            };
            let image = scale::shrink(frame?, self.size.fit_within(self.edge_px.max(1)))?;
            self.finish.picture(image, self.size).map(Some)
        });
        let frame = frame.map_err(|error| match error {
            // It would panic at the same frame another time.
            ImageError::DecoderCrashed => ImageError::Corrupt("the decoder crashed".to_owned()),
            other => other,
        });
        self.is_over = !matches!(frame, Ok(Some(_)));
        frame.transpose()
    }
}

fn limits(max_alloc: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    limits.max_alloc = Some(max_alloc);
    limits
}

#[cfg(test)]
mod tests {
    use super::super::{Target, decode, fixture, read_metadata};
    use super::*;

    fn moving() -> impl Iterator<Item = &'static str> {
        let names = [
            "animated.gif",
            "animated.png",
            "animated.webp",
            "animated.jxl",
        ];
        let avif = cfg!(feature = "avif").then_some("animated.avif");
        names.into_iter().chain(avif)
    }

    fn all(file: Vec<u8>) -> Vec<Result<DecodedImage, ImageError>> {
        let mut reader = FrameReader::open(file, 4096).unwrap();
        std::iter::from_fn(|| reader.next_frame()).collect()
    }

    #[test]
    fn every_frame_comes_that_the_file_announces_and_the_first_is_the_still() {
        for name in moving() {
            let file = fixture(name);
            let frames = all(file.clone());
            let n_delays = read_metadata(&file).playback.unwrap().delays.len();
            assert_eq!(frames.len(), n_delays, "{name}");
            let still = decode(&file, Target::Full { max_edge_px: 4096 }).unwrap();
            let first = frames[0].clone().unwrap();
            assert_eq!(first.pixels, still.pixels, "{name}");
            assert_eq!(first.original_size, still.original_size, "{name}");
            assert_ne!(frames[1], frames[0], "{name}");
        }
    }

    #[test]
    fn a_picture_before_the_animation_is_no_frame_of_it() {
        let file = fixture("animation-after-picture.png");
        let n_frames = read_metadata(&file).animation.map(|it| it.n_frames);
        let n_decoded = all(file).len();
        assert_eq!(n_frames.map(|n| n as usize), Some(n_decoded));
    }

    /// Formats of which a file that was cut off at three quarters does not open.
    const NEED_THEIR_END: [&str; 1] = ["animated.avif"];

    #[test]
    fn a_damaged_end_leaves_the_frames_before_it() {
        for name in moving() {
            let mut file = fixture(name);
            file.truncate(file.len() * 3 / 4);
            let mut reader = match FrameReader::open(file, 4096) {
                Ok(reader) => reader,
                // These have their frames behind what was cut off.
                Err(_) if NEED_THEIR_END.contains(&name) => continue,
                Err(error) => panic!("{name}: {error}"),
            };
            assert!(!NEED_THEIR_END.contains(&name), "{name} opens");
            let frames: Vec<_> = std::iter::from_fn(|| reader.next_frame()).collect();
            let n_whole = frames.iter().filter(|frame| frame.is_ok()).count();
            assert!(n_whole >= 1, "{name}: {frames:?}");
            // Nothing comes after a failure.
            assert!(frames.iter().rev().skip(1).all(Result::is_ok), "{name}");
        }
    }

    #[test]
    fn frames_are_no_larger_than_asked_for() {
        let mut reader = FrameReader::open(fixture("animated.gif"), 8).unwrap();
        let frame = reader.next_frame().unwrap().unwrap();
        assert_eq!(frame.size.longer_side(), 8);
        assert!(frame.original_size.longer_side() > 8);
    }

    #[test]
    fn a_canvas_without_end_is_refused_and_a_photograph_is_not_played() {
        let mut file = fixture("animated.gif");
        file[6..10].fill(0xFF);
        let refused = FrameReader::open(file, 100).err();
        assert!(
            matches!(refused, Some(ImageError::TooLarge(_))),
            "{refused:?}"
        );
        let refused = FrameReader::open(fixture("baseline.jpg"), 100).err();
        assert!(
            matches!(refused, Some(ImageError::NoDecoder { .. })),
            "{refused:?}"
        );
    }
}
