//! JPEG at a fraction of its size, from the lowest coefficients alone.
//!
//! A block's mean is the picture at an eighth of its size, its lowest 2 × 2 coefficients are the
//! picture at a quarter, its lowest 4 × 4 at a half. All others are passed over without being
//! decoded, several at a time, which costs a fifth of decoding everything; a progressive file has
//! the means in its first tenth. Each colour plane is resized on its own, and only the pixels
//! that remain become colours.
//!
//! Takes 8 bits, Huffman coding, gray or three components: what cameras, phones and programs
//! write. Anything else, and anything broken, is a [`Refusal`]: the general decoder judges it.

mod baseline;
mod bits;
mod huffman;
mod planes;
mod progressive;
mod restarts;
mod segments;
mod spectrum;
mod transform;

use image::DynamicImage;

use self::planes::Colors;
use self::segments::{Component, Frame, Scan, Segments};
use crate::domain::PixelSize;

/// A chroma plane may be this much smaller than the picture and still not be seen to be.
const LEAST_CHROMA: f64 = 0.7;

/// Why there is no picture from this decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The bytes end before enough of the picture came.
    Incomplete,
    /// Not for this decoder, or broken.
    Unsuitable,
}

/// A file of which all before its first scan was read.
pub(super) struct Jpeg<'a> {
    segments: Segments<'a>,
    scan: Scan<'a>,
    size: PixelSize,
}

impl<'a> Jpeg<'a> {
    /// Reads what comes before the first scan.
    ///
    /// # Errors
    ///
    /// [`Refusal::Incomplete`] when the bytes end before it.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let mut segments = Segments::new(bytes);
        let scan = segments.next_scan()?.ok_or(Refusal::Unsuitable)?;
        let size = segments.frame.as_ref().ok_or(Refusal::Unsuitable)?.size;
        Ok(Self {
            segments,
            scan,
            size,
        })
    }

    /// Columns and rows as stored.
    pub(super) fn size(&self) -> PixelSize {
        self.size
    }

    /// The embedded ICC profile.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        self.segments.profile()
    }

    /// Whether the picture comes in scans, each of which adds to all of it.
    pub(super) fn is_progressive(&self) -> bool {
        self.segments
            .frame
            .as_ref()
            .is_some_and(|frame| frame.is_progressive)
    }

    /// The picture in this size, which is its own made smaller: neither turned nor converted.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unsuitable`] also when `size` is so large that all coefficients are needed.
    pub(super) fn shrunk(mut self, size: PixelSize) -> Result<DynamicImage, Refusal> {
        let frame = self.segments.frame.as_ref().ok_or(Refusal::Unsuitable)?;
        let colors = match self.segments.adobe_transform {
            Some(0) => Colors::Rgb,
            _ if frame.is_named_rgb() => Colors::Rgb,
            _ => Colors::YCbCr,
        };
        let sides = sides(frame, colors, size).ok_or(Refusal::Unsuitable)?;
        let planes = if frame.is_progressive {
            progressive::decode(&mut self.segments, self.scan, &sides)?
        } else {
            baseline::decode(frame, &self.segments.tables, &self.scan, &sides)?
        };
        planes::join(&planes, colors, size)
    }
}

/// How many samples of each block's side every component needs: 1, 2 or 4.
fn sides(frame: &Frame, colors: Colors, size: PixelSize) -> Option<Vec<usize>> {
    let is_enough = |component: &Component, side: u32, least: f64| {
        let samples = |length: u32, sampling: u32, largest: u32| {
            f64::from(length * sampling * side) / f64::from(8 * largest)
        };
        let (h, v) = component.sampling;
        // Sides are rounded: half a sample that is missing is no reason to decode four times more.
        samples(frame.size.width, h, frame.largest.0) + 0.5 >= least * f64::from(size.width)
            && samples(frame.size.height, v, frame.largest.1) + 0.5
                >= least * f64::from(size.height)
    };
    let components = frame.components.iter().enumerate();
    let sides = components.map(|(index, component)| {
        let is_chroma = colors == Colors::YCbCr && index > 0;
        let least = if is_chroma { LEAST_CHROMA } else { 1.0 };
        [1, 2, 4]
            .into_iter()
            .find(|side| is_enough(component, *side, least))
    });
    sides.map(|side| Some(side? as usize)).collect()
}
