//! The frames of an animation in JPEG XL, one after another.
//!
//! The decoder keeps every frame that it has rendered, for others may be built upon it. So where
//! no frame is, each is forgotten before the next; where frames are, all of them have to fit into
//! the memory that a decode may take, and otherwise the animation is not played.

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use jxl_oxide::{
    AllocTracker, CropInfo, EnumColourEncoding, InitializeResult, JxlImage, Render, RenderingIntent,
};

use super::super::ImageError;
use super::super::decode::MAX_BYTES;
use super::super::header::jxl::without_packed;
use super::profile::is_bearable;
use super::{MAX_HEADER_BYTES, WORKING_BYTES};

/// One that is rendered, and the same in the colours of the file.
const FRAMES_AT_A_TIME: u64 = 2;

/// See the [module documentation](self).
pub(in super::super) struct JxlFrames {
    image: JxlImage,
    next: usize,
    are_kept: bool,
}

impl JxlFrames {
    /// Reads everything but pixels.
    pub(in super::super) fn open(bytes: &[u8]) -> Result<Self, ImageError> {
        let mut image = read(bytes, MAX_BYTES, |_| true).ok_or(ImageError::Truncated)?;
        let needed = working_bytes(&image);
        if needed > MAX_BYTES {
            return Err(ImageError::TooLarge(format!("frames of {needed} bytes")));
        }
        if image.pixel_format().has_black() {
            image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
        }
        Ok(Self {
            are_kept: are_kept(&image),
            image,
            next: 0,
        })
    }

    pub(in super::super) fn profile(&self) -> Vec<u8> {
        self.image.rendered_icc()
    }

    fn forget(&mut self) {
        // There is no other way to say it.
        let whole = CropInfo {
            width: self.image.width(),
            height: self.image.height(),
            left: 0,
            top: 0,
        };
        self.image.set_image_region(whole);
    }
}

impl Iterator for JxlFrames {
    type Item = Result<DynamicImage, ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.image.num_loaded_keyframes() {
            return None;
        }
        if !self.are_kept && self.next > 0 {
            self.forget();
        }
        let rendered = self.image.render_frame(self.next);
        self.next += 1;
        let corrupt = |error: Box<dyn std::error::Error + Send + Sync>| {
            ImageError::Corrupt(error.to_string())
        };
        Some(rendered.map_err(corrupt).and_then(|frame| pixels(&frame)))
    }
}

/// The header of a file, and where they are wanted its frames without their pixels, within so many
/// bytes; of one that was cut off what is there.
pub(super) fn read(
    bytes: &[u8],
    max_bytes: u64,
    wants_frames: impl FnOnce(&JxlImage) -> bool,
) -> Option<JxlImage> {
    let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let bytes = &*without_packed(bytes);
    if !is_bearable(bytes) {
        return None;
    }
    let tracker = AllocTracker::with_limit(max_bytes);
    let mut image = JxlImage::builder().alloc_tracker(tracker).build_uninit();
    let n_read = image.feed_bytes(bytes).ok()?;
    let InitializeResult::Initialized(mut image) = image.try_init().ok()? else {
        return None;
    };
    if !wants_frames(&image) {
        return Some(image);
    }
    let rest = bytes.get(n_read..).unwrap_or_default();
    if let Err(error) = image.feed_bytes(rest) {
        tracing::debug!(%error, "frames of an animation are lost");
    }
    Some(image)
}

/// What it takes to play this file, beside the file itself.
pub(in super::super) fn bytes_to_play(bytes: &[u8]) -> Option<u64> {
    read(bytes, MAX_HEADER_BYTES as u64, |_| true).map(|image| working_bytes(&image))
}

pub(super) fn working_bytes(image: &JxlImage) -> u64 {
    let n_kept = if are_kept(image) {
        image.num_loaded_frames() as u64
    } else {
        0
    };
    let area = u64::from(image.width()) * u64::from(image.height());
    let of_a_frame = area.saturating_mul(image.pixel_format().channels() as u64 * WORKING_BYTES);
    of_a_frame.saturating_mul(n_kept + FRAMES_AT_A_TIME)
}

/// Whether frames are built upon others.
fn are_kept(image: &JxlImage) -> bool {
    let n_frames = image.num_loaded_frames();
    let mut frames = (0..n_frames).filter_map(|index| image.frame(index));
    n_frames > image.num_loaded_keyframes() || frames.any(|frame| frame.header().can_reference())
}

/// In eight bits a channel, whatever the file has.
fn pixels(frame: &Render) -> Result<DynamicImage, ImageError> {
    let mut stream = frame.stream();
    let (width, height, n_channels) = (stream.width(), stream.height(), stream.channels());
    let length = [width, height, n_channels]
        .into_iter()
        .try_fold(1_usize, |product, part| {
            product.checked_mul(usize::try_from(part).ok()?)
        });
    let mut samples = vec![0_u8; length.ok_or(ImageError::DecoderCrashed)?];
    stream.write_to_buffer(&mut samples);
    let image = match n_channels {
        1 => GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        2 => GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::ImageLumaA8),
        3 => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
        4 => RgbaImage::from_raw(width, height, samples).map(DynamicImage::ImageRgba8),
        _ => None,
    };
    image.ok_or(ImageError::DecoderCrashed)
}
