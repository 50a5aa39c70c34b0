//! The frames of a sequence in AVIF, one after another. `oxideav-avif` would decode all of them at
//! once; so its decoder of AV1 is asked directly, which keeps those that others are built upon:
//! eight at the most.

use std::time::Duration;

use image::DynamicImage;
use oxideav_av1::Av1CodecConfig;
use oxideav_av1::decoder::{SpecDecodeSession, SpecFrame};
use oxideav_avif::{
    AvifError, AvifImage, AvifPixelFormat as Format, AvifPlane, AvisMeta, ColorInfo,
    color_signal_for, sample_bytes,
};

use super::super::ImageError;
use super::super::animation::Timing;
use super::super::decode::{MAX_BYTES, no_decoder_of_kind};
use super::super::header::isobmff::find;
use super::coded::Headers;
use super::{budget, bytes_of_a_pixel, in_srgb, tracks};
use crate::domain::PixelSize;

/// How many frames AV1 keeps for others.
const MOST_KEPT: u64 = 8;

/// Of a kept one: three planes of sixteen bits, and what moved where.
const KEPT_BYTES_OF_A_PIXEL: u64 = 8;

/// See the [module documentation](self).
pub(in super::super) struct AvifFrames<B> {
    bytes: B,
    sequence: AvisMeta,
    next: usize,
    session: SpecDecodeSession,
    headers: Headers,
    color: ColorInfo,
    /// Embedded, and so what counts.
    profile: Option<Vec<u8>>,
    max_pixels: u64,
}

/// `None` where there is no sequence.
pub(in super::super) fn timing(bytes: &[u8]) -> Option<Timing> {
    let sequence = tracks::sequence(bytes).ok()?;
    let ticks = sequence.media_timescale.unwrap_or(sequence.timescale);
    let delay = |ticks_shown: u32| {
        let seconds = f64::from(ticks_shown) / f64::from(ticks.max(1));
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    };
    let delays = sequence.samples.iter().map(|it| delay(it.duration));
    let area = sequence
        .display_dims
        .map_or(0, |(width, height)| u64::from(width) * u64::from(height));
    Some(Timing {
        delays: delays.collect(),
        n_plays: n_plays(bytes),
        is_played: (1..=max_pixels(&sequence)).contains(&area),
    })
}

/// What it takes to play this file, beside the file itself.
pub(in super::super) fn bytes_to_play(bytes: &[u8]) -> Option<u64> {
    let sequence = tracks::sequence(bytes).ok()?;
    let (width, height) = sequence.display_dims?;
    let area = u64::from(width) * u64::from(height);
    Some(area.saturating_mul(playing_bytes_of_a_pixel(&sequence)))
}

impl<B: AsRef<[u8]>> AvifFrames<B> {
    /// Reads everything but pixels.
    pub(in super::super) fn open(bytes: B, format: &str) -> Result<Self, ImageError> {
        let sequence = tracks::sequence(bytes.as_ref())?;
        let max_pixels = max_pixels(&sequence);
        let mut session = SpecDecodeSession::new();
        session.set_max_picture_size(u32::try_from(max_pixels).unwrap_or(u32::MAX));
        let config = sequence.av1_codec_config.as_deref();
        let config = config.and_then(Av1CodecConfig::parse);
        let config = config.ok_or_else(|| no_decoder_of_kind(format))?;
        let headers = Headers::of_config(&config.config_obus, max_pixels)?;
        if !config.config_obus.is_empty() {
            let told = session.decode_temporal_unit(&config.config_obus);
            told.map_err(|error| ImageError::Corrupt(error.to_string()))?;
        }
        let color = ColorInfo::from(color_signal_for(sequence.colr.as_ref()));
        Ok(Self {
            profile: tracks::profile(bytes.as_ref()).map(<[u8]>::to_vec),
            bytes,
            sequence,
            next: 0,
            session,
            headers,
            color,
            max_pixels,
        })
    }

    /// The profile that stands for the colours of all frames.
    pub(in super::super) fn profile(&self) -> Option<Vec<u8>> {
        let of_numbers = || super::profile_of(self.color.primaries, self.color.transfer);
        self.profile.clone().or_else(of_numbers)
    }

    /// What the next sample shows; nothing where it only prepares others.
    fn decoded(&mut self) -> Option<Result<Option<DynamicImage>, ImageError>> {
        let sample = *self.sequence.samples.get(self.next)?;
        self.next += 1;
        Some(self.shown(&sample))
    }

    fn shown(&mut self, sample: &oxideav_avif::Sample) -> Result<Option<DynamicImage>, ImageError> {
        let cut = |_outside: AvifError| ImageError::Truncated;
        let data = sample_bytes(self.bytes.as_ref(), sample).map_err(cut)?;
        let (width, height) = self.sequence.display_dims.unwrap_or_default();
        budget::check_coded(&mut self.headers, data, PixelSize::new(width, height))?;
        let decoded = self.session.decode_temporal_unit(data);
        let decoded = decoded.map_err(|error| ImageError::Corrupt(error.to_string()))?;
        // There is one, unless it is a sequence in layers, of which the last is the best.
        let Some(frame) = decoded.into_iter().next_back() else {
            return Ok(None);
        };
        let size = PixelSize::new(frame.width, frame.height);
        if size.area() > self.max_pixels {
            return Err(ImageError::TooLarge(format!("a frame of {size} pixels")));
        }
        let corrupt = |error: AvifError| ImageError::Corrupt(error.to_string());
        let mut picture = picture(frame).map_err(corrupt)?.with_color(self.color);
        let image = super::pixels(&mut picture).map_err(corrupt)?;
        if self.profile.is_some() {
            return Ok(Some(image));
        }
        Ok(Some(in_srgb(image, self.color)))
    }
}

impl<B: AsRef<[u8]>> Iterator for AvifFrames<B> {
    type Item = Result<DynamicImage, ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.decoded()? {
                Ok(Some(image)) => return Some(Ok(image)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn picture(frame: SpecFrame) -> Result<AvifImage, AvifError> {
    let bytes_of_a_sample = if frame.bit_depth > 8 { 2 } else { 1 };
    let (whole, colors) = match frame.plane_dims[..] {
        [whole] => (whole, None),
        [whole, colors, ..] => (whole, Some(colors)),
        [] => return Err(AvifError::invalid("a frame without a plane")),
    };
    let is_halved = colors.map(|colors| (colors.0 < whole.0, colors.1 < whole.1));
    let format = match (is_halved, frame.bit_depth) {
        (None, 8) => Format::Gray8,
        (None, 10) => Format::Gray10Le,
        (None, _) => Format::Gray12Le,
        (Some((true, true)), 8) => Format::Yuv420P,
        (Some((true, true)), 10) => Format::Yuv420P10Le,
        (Some((true, true)), _) => Format::Yuv420P12Le,
        (Some((true, false)), 8) => Format::Yuv422P,
        (Some((true, false)), 10) => Format::Yuv422P10Le,
        (Some((true, false)), _) => Format::Yuv422P12Le,
        (Some(_), 8) => Format::Yuv444P,
        (Some(_), 10) => Format::Yuv444P10Le,
        (Some(_), _) => Format::Yuv444P12Le,
    };
    let planes = frame.planes.into_iter().zip(&frame.plane_dims);
    let planes = planes.map(|(data, (width, _))| AvifPlane {
        stride: *width as usize * bytes_of_a_sample,
        data,
    });
    AvifImage::new(frame.width, frame.height, format, planes.collect())
}

fn max_pixels(sequence: &AvisMeta) -> u64 {
    MAX_BYTES / playing_bytes_of_a_pixel(sequence)
}

fn playing_bytes_of_a_pixel(sequence: &AvisMeta) -> u64 {
    let config = sequence.av1_codec_config.as_deref();
    let config = config.and_then(Av1CodecConfig::parse);
    let format = match config.map(|it| (it.monochrome, it.chroma_subsampling_y, it.high_bitdepth)) {
        Some((true, _, false)) => Format::Gray8,
        Some((_, true, false)) => Format::Yuv420P,
        Some((_, false, false)) => Format::Yuv444P,
        Some((_, true, true)) => Format::Yuv420P10Le,
        _ => Format::Yuv444P12Le,
    };
    bytes_of_a_pixel(format) + MOST_KEPT * KEPT_BYTES_OF_A_PIXEL
}

/// How often a sequence is shown: its edit list repeats the whole until the length of its track
/// is over. Where nothing is said, for ever, as in browsers.
fn n_plays(bytes: &[u8]) -> Option<u32> {
    let track = find(find(bytes, *b"moov")?, *b"trak")?;
    let edits = find(find(track, *b"edts")?, *b"elst")?;
    let repeats = edits.get(3)? & 1 == 1;
    if !repeats {
        return Some(1);
    }
    let header = find(track, *b"tkhd")?;
    let number = |bytes: &[u8], at: usize, is_long: bool| {
        if is_long {
            let number = bytes.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_be_bytes(number))
        } else {
            let number: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u64::from(u32::from_be_bytes(number)))
        }
    };
    let is_long = *header.first()? == 1;
    let duration = number(header, if is_long { 28 } else { 20 }, is_long)?;
    let endless = if is_long { u64::MAX } else { u32::MAX.into() };
    let once = number(edits, 8, *edits.first()? == 1)?;
    if duration == endless {
        return None;
    }
    u32::try_from(duration.div_ceil(once.max(1)).max(1)).ok()
}
