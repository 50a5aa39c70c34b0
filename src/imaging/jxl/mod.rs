//! JPEG XL, by `jxl-oxide`. Its frames are upright: the format turns by itself, and EXIF's
//! orientation is a record of that.

mod frames;
mod profile;

use std::io::Cursor;
use std::time::Duration;

use image::ImageDecoder;
use image::error::{LimitError, LimitErrorKind};
use jxl_oxide::JxlImage;
use jxl_oxide::integration::JxlDecoder;

pub(super) use self::frames::{JxlFrames, bytes_to_play};
use super::animation::Timing;
use super::decode::MAX_BYTES;
use super::header::jxl::without_packed;
use super::{cicp, color};

/// The decoder works on floating point, whatever the file has.
pub(super) const WORKING_BYTES: u64 = 4;

/// What a header may take, beside the colour profile.
const MAX_HEADER_BYTES: usize = 64 * 1024 * 1024;

/// The image without its frames; of an animation with them, but without a pixel.
pub(super) fn announced(bytes: &[u8]) -> Option<JxlImage> {
    let is_animated = |image: &JxlImage| image.image_header().metadata.animation.is_some();
    frames::read(bytes, MAX_HEADER_BYTES as u64, is_animated)
}

/// `None` where nothing is animated.
pub(super) fn timing(image: &JxlImage) -> Option<Timing> {
    let animation = image.image_header().metadata.animation.as_ref()?;
    let ticks_per_second =
        f64::from(animation.tps_numerator) / f64::from(animation.tps_denominator.max(1));
    let delay = |index| {
        let ticks = image.frame_header(index).map_or(0, |frame| frame.duration);
        let seconds = f64::from(ticks) / ticks_per_second;
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    };
    Some(Timing {
        delays: (0..image.num_loaded_keyframes()).map(delay).collect(),
        n_plays: (animation.num_loops > 0).then_some(animation.num_loops),
        is_played: frames::working_bytes(image) <= MAX_BYTES,
    })
}

/// What the colours are called: the profile's name, or that of the numbers that stand for one.
pub(super) fn profile_name(bytes: &[u8]) -> Option<String> {
    let image = frames::read(bytes, MAX_HEADER_BYTES as u64, |_| false)?;
    if let Some(profile) = image.original_icc() {
        return color::profile_name(profile);
    }
    // Primaries and curve, as H.273 counts them.
    let [primaries, curve, ..] = image.rendered_cicp()?;
    cicp::name(primaries, curve).map(str::to_owned)
}

/// A decoder of the first frame.
pub(super) fn decoder(bytes: &[u8]) -> image::ImageResult<Box<dyn ImageDecoder + '_>> {
    let too_large = || {
        let kind = LimitErrorKind::InsufficientMemory;
        image::ImageError::Limits(LimitError::from_kind(kind))
    };
    let bytes = without_packed(bytes);
    if !profile::is_bearable(&bytes) {
        return Err(too_large());
    }
    let mut decoder = JxlDecoder::new(Cursor::new(bytes))?;
    let (width, height) = decoder.dimensions();
    let area = u64::from(width) * u64::from(height);
    let channels = u64::from(decoder.color_type().channel_count());
    if area.saturating_mul(channels * WORKING_BYTES) > MAX_BYTES {
        return Err(too_large());
    }
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(MAX_BYTES);
    decoder.set_limits(limits)?;
    Ok(Box::new(decoder))
}
