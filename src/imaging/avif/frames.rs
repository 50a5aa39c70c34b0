//! The frames of a sequence in AVIF, one after another. `oxideav-avif` would decode all of them at
//! once, and without their alpha; so its decoder of AV1 is asked directly, which keeps those that
//! others are built upon: eight at the most.

use image::{DynamicImage, RgbaImage};
use oxideav_av1::Av1CodecConfig;
use oxideav_av1::decoder::{SpecDecodeSession, SpecFrame};
use oxideav_avif::{AvifError, AvifImage, AvifPixelFormat as Format, AvifPlane, ColorInfo};
use oxideav_heif::sequence::Sample;

use super::super::animation::Timing;
use super::super::decode::{MAX_BYTES, Picture, caught, no_decoder_of_kind};
use super::super::{ImageError, alpha};
use super::budget::Costs;
use super::coded::Headers;
use super::tracks::{Pictures, Sequence, sample};
use super::{bytes_of_a_pixel, in_srgb};
use crate::domain::PixelSize;

/// How many frames AV1 keeps for others.
const MOST_KEPT: u64 = 8;

/// Of a plane that is kept: sixteen bits.
const KEPT_BYTES_OF_A_SAMPLE: u64 = 2;

/// Of a kept frame beside its planes: what moved where.
const KEPT_BYTES_BESIDE: u64 = 2;

/// A plane of alpha, and the colours once more while both are put together.
const BYTES_OF_ALPHA: u64 = 8;

/// Pixels of a frame for each that is shown. Eight such frames may be kept, and what is reserved
/// for them is for those that are shown.
const MOST_OF_A_FRAME: u64 = 2;

/// What small frames may have beside that: blocks are larger than they are.
const PIXELS_FOR_FREE: u64 = 65_536;

/// See the [module documentation](self).
pub(in super::super) struct AvifFrames<B> {
    bytes: B,
    size: PixelSize,
    next: usize,
    colors: Coded,
    alpha: Option<Alpha>,
    color: ColorInfo,
    /// Embedded, and so what counts.
    profile: Option<Vec<u8>>,
}

/// A track that is decoded.
struct Coded {
    samples: Vec<Sample>,
    session: SpecDecodeSession,
    headers: Headers,
    /// Since a picture was shown: any number of samples may show none.
    costs: Costs,
}

/// How opaque the frames are.
struct Alpha {
    coded: Coded,
    /// As many as were counted when it was judged what playing takes.
    most_planes: u64,
    /// Of the last frame that had one, in eight bits.
    plane: Vec<u8>,
    size: PixelSize,
    is_premultiplied: bool,
    /// A sample is damaged, and those after it are built upon it.
    is_over: bool,
}

/// `None` where there is no sequence.
pub(in super::super) fn timing(bytes: &[u8]) -> Option<Timing> {
    let sequence = Sequence::read(bytes).ok()?;
    Some(Timing {
        is_played: (1..=max_pixels(&sequence)).contains(&sequence.size.area()),
        delays: sequence.delays,
        n_plays: sequence.n_plays,
    })
}

/// What it takes to play this file, beside the file itself.
pub(in super::super) fn bytes_to_play(bytes: &[u8]) -> Option<u64> {
    let sequence = Sequence::read(bytes).ok()?;
    let of_a_pixel = playing_bytes_of_a_pixel(&sequence);
    Some(sequence.size.area().saturating_mul(of_a_pixel))
}

/// The first frame with the alpha that is in a track beside it, which `oxideav-avif` leaves out.
/// `None` where there is no such track, it takes more than may be played, or the colours fail.
pub(super) fn first_with_alpha(bytes: &[u8], format: &str) -> Option<Picture> {
    let sequence = Sequence::read(bytes).ok()?;
    if sequence.alpha.is_none() || sequence.size.area() > max_pixels(&sequence) {
        return None;
    }
    let mut frames = AvifFrames::of(sequence, bytes, format).ok()?;
    let profile = frames.profile();
    let image = frames.next()?.ok()?;
    Some(Picture {
        original_size: PixelSize::new(image.width(), image.height()),
        profile,
        image,
    })
}

impl<B: AsRef<[u8]>> AvifFrames<B> {
    /// Reads everything but pixels.
    pub(in super::super) fn open(bytes: B, format: &str) -> Result<Self, ImageError> {
        let sequence = Sequence::read(bytes.as_ref())?;
        Self::of(sequence, bytes, format)
    }

    fn of(sequence: Sequence, bytes: B, format: &str) -> Result<Self, ImageError> {
        let costs = Costs::new(bytes.as_ref().len(), sequence.size, max_pixels(&sequence));
        let is_premultiplied = sequence.is_premultiplied;
        // The colours are shown without alpha that is damaged.
        let alpha = sequence.alpha.and_then(|pictures| {
            Some(Alpha {
                most_planes: n_planes(pictures.config.as_ref()),
                coded: Coded::open(pictures, costs.clone(), format).ok()?,
                plane: Vec::new(),
                size: PixelSize::new(0, 0),
                is_premultiplied,
                is_over: false,
            })
        });
        Ok(Self {
            bytes,
            size: sequence.size,
            next: 0,
            colors: Coded::open(sequence.colors, costs, format)?,
            alpha,
            color: sequence.color,
            profile: sequence.profile,
        })
    }

    /// The profile that stands for the colours of all frames.
    pub(in super::super) fn profile(&self) -> Option<Vec<u8>> {
        let of_numbers = || super::profile_of(self.color.primaries, self.color.transfer);
        self.profile.clone().or_else(of_numbers)
    }

    /// What the next sample shows; nothing where it only prepares others.
    fn decoded(&mut self) -> Option<Result<Option<DynamicImage>, ImageError>> {
        if self.next >= self.colors.samples.len() {
            return None;
        }
        let shown = self.shown(self.next);
        self.next += 1;
        Some(shown)
    }

    fn shown(&mut self, index: usize) -> Result<Option<DynamicImage>, ImageError> {
        let bytes = self.bytes.as_ref();
        if let Some(alpha) = &mut self.alpha {
            alpha.go_on(bytes, index, self.size)?;
        }
        let Some(frame) = self.colors.frame(bytes, index, self.size)? else {
            return Ok(None);
        };
        let corrupt = |error: AvifError| ImageError::Corrupt(error.to_string());
        let mut picture = picture(frame).map_err(corrupt)?.with_color(self.color);
        let mut image = super::pixels(&mut picture).map_err(corrupt)?;
        drop(picture);
        self.colors.costs.restart();
        if let Some(alpha) = &mut self.alpha {
            alpha.coded.costs.restart();
            image = alpha.onto(image)?;
        }
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

impl Coded {
    fn open(pictures: Pictures, mut costs: Costs, format: &str) -> Result<Self, ImageError> {
        let config = pictures.config.ok_or_else(|| no_decoder_of_kind(format))?;
        let mut session = SpecDecodeSession::new();
        session.set_max_picture_size(u32::try_from(costs.max_pixels).unwrap_or(u32::MAX));
        let headers = costs.headers(&config.config_obus)?;
        if !config.config_obus.is_empty() {
            let told = session.decode_temporal_unit(&config.config_obus);
            told.map_err(|error| ImageError::Corrupt(error.to_string()))?;
        }
        Ok(Self {
            samples: pictures.samples,
            session,
            headers,
            costs,
        })
    }

    /// What this sample shows; nothing where it only prepares others, or there is none. `size` is
    /// what the file announces.
    fn frame(
        &mut self,
        bytes: &[u8],
        index: usize,
        size: PixelSize,
    ) -> Result<Option<SpecFrame>, ImageError> {
        let Some(place) = self.samples.get(index) else {
            return Ok(None);
        };
        let data = sample(bytes, place).ok_or(ImageError::Truncated)?;
        self.costs.add(&mut self.headers, data)?;
        let most = size.area().saturating_mul(MOST_OF_A_FRAME);
        let most = most.saturating_add(PIXELS_FOR_FREE);
        if let Some(n_pixels) = self.headers.largest().filter(|it| *it > most) {
            let text = format!("frames of {n_pixels} pixels for a picture of {size}");
            return Err(ImageError::TooLarge(text));
        }
        let decoded = self.session.decode_temporal_unit(data);
        let decoded = decoded.map_err(|error| ImageError::Corrupt(error.to_string()))?;
        // There is one, unless it is a sequence in layers, of which the last is the best.
        let Some(frame) = decoded.into_iter().next_back() else {
            return Ok(None);
        };
        let size = PixelSize::new(frame.width, frame.height);
        if size.area() > self.costs.max_pixels {
            return Err(ImageError::TooLarge(format!("a frame of {size} pixels")));
        }
        Ok(Some(frame))
    }
}

impl Alpha {
    /// Reads this sample. Damage leaves the plane that is there; too much to decode is refused.
    fn go_on(&mut self, bytes: &[u8], index: usize, size: PixelSize) -> Result<(), ImageError> {
        if self.is_over {
            return Ok(());
        }
        let read = caught(|| self.read(bytes, index, size));
        self.is_over = read.is_err();
        match read {
            Err(refused @ ImageError::TooLarge(_)) => Err(refused),
            _ => Ok(()),
        }
    }

    /// Makes the plane that of this sample, if that shows one.
    fn read(&mut self, bytes: &[u8], index: usize, size: PixelSize) -> Result<(), ImageError> {
        let Some(frame) = self.coded.frame(bytes, index, size)? else {
            return Ok(());
        };
        if frame.planes.len() as u64 > self.most_planes {
            let text = "an alpha of more channels than it announces".to_owned();
            return Err(ImageError::Corrupt(text));
        }
        self.size = PixelSize::new(frame.width, frame.height);
        let depth = frame.bit_depth;
        let plane = frame.planes.into_iter().next().unwrap_or_default();
        self.plane = if depth > 8 {
            let samples = plane.as_chunks().0.iter();
            samples.map(|it| narrowed(*it, depth)).collect()
        } else {
            plane
        };
        Ok(())
    }

    /// The picture with this alpha; opaque, though with as many channels, where there is none of
    /// its size.
    fn onto(&self, image: DynamicImage) -> Result<DynamicImage, ImageError> {
        if PixelSize::new(image.width(), image.height()) != self.size {
            return Ok(image.into_rgba8().into());
        }
        let colors = image.into_rgb8();
        let (width, height) = colors.dimensions();
        let pixels = colors.as_chunks::<3>().0.iter().zip(&self.plane);
        let pixels = pixels.flat_map(|([red, green, blue], alpha)| [*red, *green, *blue, *alpha]);
        let image = RgbaImage::from_raw(width, height, pixels.collect());
        let image = DynamicImage::ImageRgba8(image.ok_or(ImageError::DecoderCrashed)?);
        if self.is_premultiplied {
            return alpha::divided(image);
        }
        Ok(image)
    }
}

/// The nearest of eight bits, as `oxideav-avif` has it for still pictures.
fn narrowed(sample: [u8; 2], depth: u8) -> u8 {
    let most = (1_u32 << depth.min(16)) - 1;
    let sample = u32::from(u16::from_le_bytes(sample)).min(most);
    u8::try_from((sample * 255 + most / 2) / most).unwrap_or(u8::MAX)
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

fn max_pixels(sequence: &Sequence) -> u64 {
    MAX_BYTES / playing_bytes_of_a_pixel(sequence)
}

/// Both tracks keep frames; alpha is a picture beside the colours.
fn playing_bytes_of_a_pixel(sequence: &Sequence) -> u64 {
    let config = sequence.colors.config.as_ref();
    let format = match config.map(|it| (it.monochrome, it.chroma_subsampling_y, it.high_bitdepth)) {
        Some((true, _, false)) => Format::Gray8,
        Some((_, true, false)) => Format::Yuv420P,
        Some((_, false, false)) => Format::Yuv444P,
        Some((_, true, true)) => Format::Yuv420P10Le,
        _ => Format::Yuv444P12Le,
    };
    let kept = |n_planes: u64| MOST_KEPT * (n_planes * KEPT_BYTES_OF_A_SAMPLE + KEPT_BYTES_BESIDE);
    let of_alpha = match &sequence.alpha {
        None => 0,
        Some(alpha) => BYTES_OF_ALPHA + kept(n_planes(alpha.config.as_ref())),
    };
    bytes_of_a_pixel(format) + kept(3) + of_alpha
}

/// Of a frame at the most.
fn n_planes(config: Option<&Av1CodecConfig>) -> u64 {
    if config.is_some_and(|config| config.monochrome) {
        1
    } else {
        3
    }
}
