//! The frames of an animation in PNG, one after another, of eight bits a channel or of sixteen.
//!
//! `png` unpacks them; what they leave of each other is done here, as the third edition of PNG's
//! standard has it in 11.3.6: `image` composes only those of eight bits, and where a frame is to be
//! taken away again brings back what had been cleared before it. A frame is drawn row by row, so
//! that there is no more of it than that beside the canvas.

use std::io::{BufRead, Seek};

use image::error::{DecodingError, ImageFormatHint, LimitError, LimitErrorKind};
use image::{DynamicImage, ImageFormat, RgbaImage};
use png::{BitDepth, BlendOp, ColorType, DisposeOp, FrameControl, Reader, Transformations};

use super::ImageError;
use super::bytes::position;
use super::decode::{MAX_PNG_CHUNK_BYTES, Source};
use super::frames::FrameReader;
use crate::domain::PixelSize;

/// The canvas, what was there before the frame, the canvas as it is shown, and that in other
/// channels.
pub(super) const BYTES_OF_A_PIXEL: u64 = 16;

/// Red, green, blue and alpha.
type Pixel = [u8; 4];

/// See the [module documentation](self).
pub(super) struct PngFrames<R: BufRead + Seek> {
    reader: Reader<R>,
    canvas: RgbaImage,
    leaves: Leaves,
    n_left: u32,
    has_begun: bool,
}

/// What the last frame leaves for the next one, where it was drawn.
enum Leaves {
    Everything,
    Nothing(Area),
    /// What was there before it, row by row.
    Before(Area, Vec<u8>),
}

/// A part of the canvas, in pixels.
#[derive(Clone, Copy)]
struct Area {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl<R: BufRead + Seek> PngFrames<R> {
    /// Reads what comes before the first frame. A file without an animation has no frames.
    pub(super) fn open(source: &Source<'_>, file: R) -> Result<Self, ImageError> {
        // The reader's own buffers are a row and the profile; the canvas is counted apart.
        let bytes = usize::try_from(MAX_PNG_CHUNK_BYTES).unwrap_or(usize::MAX);
        let mut decoder = png::Decoder::new_with_limits(file, png::Limits { bytes });
        decoder.set_ignore_text_chunk(true);
        decoder.set_transformations(Transformations::EXPAND);
        let reader = decoder.read_info();
        let reader = reader.map_err(|error| source.explain(&as_by_image(error)))?;
        let info = reader.info();
        let size = PixelSize::new(info.width, info.height);
        FrameReader::check(size, BYTES_OF_A_PIXEL)?;
        Ok(Self {
            canvas: RgbaImage::new(size.width, size.height),
            leaves: Leaves::Everything,
            n_left: info.animation_control.map_or(0, |it| it.num_frames),
            has_begun: false,
            reader,
        })
    }

    /// The embedded profile.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        let profile = self.reader.info().icc_profile.as_ref();
        profile.map(|profile| profile.to_vec())
    }

    /// The canvas once the next frame is on it.
    fn composed(&mut self) -> Result<DynamicImage, png::DecodingError> {
        // A picture without a control before it is none of the frames.
        let is_at_frame = !self.has_begun && self.reader.info().frame_control.is_some();
        self.has_begun = true;
        let control = if is_at_frame {
            self.reader.info().frame_control
        } else {
            Some(*self.reader.next_frame_info()?)
        };
        // There always is one by now.
        let control = control.unwrap_or_default();
        let area = Area::of(&control);
        self.clear_up();
        self.leaves = match control.dispose_op {
            DisposeOp::None => Leaves::Everything,
            DisposeOp::Background => Leaves::Nothing(area),
            DisposeOp::Previous => {
                let rows: Vec<_> = area.rows(&mut self.canvas).collect();
                Leaves::Before(area, rows.concat())
            }
        };
        self.draw(&control, area)?;
        let canvas = DynamicImage::ImageRgba8(self.canvas.clone());
        Ok(match self.reader.output_color_type() {
            // Such as their profiles are for.
            (ColorType::Grayscale | ColorType::GrayscaleAlpha, _) => {
                canvas.into_luma_alpha8().into()
            }
            _ => canvas,
        })
    }

    fn clear_up(&mut self) {
        match std::mem::replace(&mut self.leaves, Leaves::Everything) {
            Leaves::Everything => {}
            Leaves::Nothing(area) => area.rows(&mut self.canvas).for_each(|row| row.fill(0)),
            Leaves::Before(area, before) => {
                let rows = area.rows(&mut self.canvas);
                for (row, before) in rows.zip(before.chunks_exact(4 * area.width)) {
                    row.copy_from_slice(before);
                }
            }
        }
    }

    fn draw(&mut self, control: &FrameControl, area: Area) -> Result<(), png::DecodingError> {
        let (color, depth) = self.reader.output_color_type();
        let passes: &[_] = if self.reader.info().interlaced {
            &INTERLACED
        } else {
            &IN_ORDER
        };
        let mut rows: Vec<&mut [u8]> = area.rows(&mut self.canvas).collect();
        let mut narrow = Vec::new();
        for line in lines(area, passes) {
            let Some(row) = self.reader.next_interlaced_row()? else {
                break;
            };
            let samples = match depth {
                BitDepth::Sixteen => {
                    narrow.clear();
                    narrow.extend(row.data().as_chunks().0.iter().copied().map(narrowed));
                    &narrow[..]
                }
                _ => row.data(),
            };
            let Some(canvas) = rows.get_mut(line.y) else {
                continue;
            };
            let below = canvas.as_chunks_mut::<4>().0.iter_mut();
            let below = below.skip(line.x).step_by(line.step);
            for (below, above) in below.zip(samples.chunks_exact(color.samples())) {
                *below = match control.blend_op {
                    BlendOp::Source => pixel(above),
                    BlendOp::Over => over(*below, pixel(above)),
                };
            }
        }
        // Only then the frame is over.
        while self.reader.next_interlaced_row()?.is_some() {}
        Ok(())
    }
}

impl<R: BufRead + Seek> Iterator for PngFrames<R> {
    type Item = Result<DynamicImage, ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.n_left = self.n_left.checked_sub(1)?;
        let composed = self.composed();
        Some(composed.map_err(|error| ImageError::Corrupt(error.to_string())))
    }
}

impl Area {
    fn of(control: &FrameControl) -> Self {
        Self {
            left: position(control.x_offset),
            top: position(control.y_offset),
            width: position(control.width),
            height: position(control.height),
        }
    }

    /// Its rows on the canvas, of four bytes a pixel; of what is beyond the canvas there are none.
    fn rows(self, canvas: &mut RgbaImage) -> impl Iterator<Item = &mut [u8]> {
        let row_len = 4 * position(canvas.width());
        let start = 4 * self.left;
        let end = start + 4 * self.width;
        canvas
            .chunks_exact_mut(row_len)
            .skip(self.top)
            .take(self.height)
            .filter_map(move |row| row.get_mut(start..end))
    }
}

/// A line as the file has it: from a pixel on every so many, all counted in the frame.
struct Line {
    x: usize,
    y: usize,
    step: usize,
}

/// The first pixel and line of each pass, and the steps to the next ones: Adam7, in 8.3 of the
/// standard.
const INTERLACED: [[usize; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

const IN_ORDER: [[usize; 4]; 1] = [[0, 0, 1, 1]];

/// Where the lines of a frame belong, in the order in which they come.
fn lines(frame: Area, passes: &'static [[usize; 4]]) -> impl Iterator<Item = Line> {
    let passes = passes.iter().filter(move |[x, ..]| *x < frame.width);
    passes.flat_map(move |[x, y, step, step_down]| {
        let lines = (*y..frame.height).step_by(*step_down);
        lines.map(|y| Line {
            x: *x,
            y,
            step: *step,
        })
    })
}

/// The nearest of eight bits, as `image` has it for still pictures.
fn narrowed(sample: [u8; 2]) -> u8 {
    let nearest = (u32::from(u16::from_be_bytes(sample)) + 128) / 257;
    u8::try_from(nearest).unwrap_or(u8::MAX)
}

/// Of as many samples as the kind of picture has.
const fn pixel(samples: &[u8]) -> Pixel {
    match *samples {
        [gray] => [gray, gray, gray, u8::MAX],
        [gray, alpha] => [gray, gray, gray, alpha],
        [red, green, blue] => [red, green, blue, u8::MAX],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => [0; 4],
    }
}

/// Colours are not multiplied by alpha, neither before nor after.
fn over(below: Pixel, above: Pixel) -> Pixel {
    const FULL: u32 = 255;
    let [.., alpha_below] = below.map(u32::from);
    let [.., alpha_above] = above.map(u32::from);
    if alpha_above == FULL || alpha_below == 0 {
        return above;
    }
    if alpha_above == 0 {
        return below;
    }
    let weight_above = alpha_above * FULL;
    let weight_below = alpha_below * (FULL - alpha_above);
    let weight = weight_above + weight_below;
    let mixed = |below: u8, above: u8| {
        let sum = u32::from(above) * weight_above + u32::from(below) * weight_below;
        u8::try_from((sum + weight / 2) / weight).unwrap_or(u8::MAX)
    };
    let ([red, green, blue, _], [red_above, green_above, blue_above, _]) = (below, above);
    [
        mixed(red, red_above),
        mixed(green, green_above),
        mixed(blue, blue_above),
        u8::try_from((weight + FULL / 2) / FULL).unwrap_or(u8::MAX),
    ]
}

fn as_by_image(error: png::DecodingError) -> image::ImageError {
    match error {
        png::DecodingError::IoError(error) => image::ImageError::IoError(error),
        png::DecodingError::LimitsExceeded => {
            let kind = LimitErrorKind::InsufficientMemory;
            image::ImageError::Limits(LimitError::from_kind(kind))
        }
        other => {
            let png = ImageFormatHint::Exact(ImageFormat::Png);
            image::ImageError::Decoding(DecodingError::new(png, other))
        }
    }
}
