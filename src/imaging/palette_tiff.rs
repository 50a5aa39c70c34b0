//! TIFF with a palette: `image` and `tiff` do not expand it. To them it is a gray picture, of which
//! each level stands for a colour.

use exif::Tag;
use image::{DynamicImage, GrayImage, Rgb, RgbImage};

use super::ImageError;
use super::decode::{MAX_BYTES, Picture, Source};
use super::header::tiff;

/// Fields of TIFF and what they say.
const PHOTOMETRIC_INTERPRETATION: u16 = 262;
const COLOR_MAP: u16 = 320;
const BY_PALETTE: u32 = 3;
const BLACK_IS_ZERO: u8 = 1;

/// Colours of eight-bit indices, which are those that programs write.
const N_COLORS: usize = 256;

pub(super) struct Palette {
    colors: Vec<Rgb<u8>>,
    /// Of the file, in which it says that it has a palette.
    place: usize,
    profile: Option<Vec<u8>>,
}

impl Palette {
    /// That of a TIFF, if it has one of eight bits.
    pub(super) fn read(source: &Source<'_>) -> Option<Self> {
        let fields = source.fields()?;
        let is_palette = fields.number(Tag::PhotometricInterpretation) == Some(BY_PALETTE)
            && fields.number(Tag::BitsPerSample) == Some(8);
        if !is_palette {
            return None;
        }
        // All reds, all greens, all blues, of sixteen bits.
        let map = fields.shorts(COLOR_MAP)?;
        let (reds, rest) = map.split_at_checked(N_COLORS)?;
        let (greens, blues) = rest.split_at_checked(N_COLORS)?;
        // Old programs wrote eight bits into sixteen: taken as sixteen, every colour is black.
        let mut samples = [reds, greens, blues].into_iter().flatten();
        let has_eight_bits = samples.all(|sample| *sample < 256);
        let sample = |sample: u16| {
            let [high, low] = sample.to_be_bytes();
            if has_eight_bits { low } else { high }
        };
        let colors = reds.iter().zip(greens).zip(blues);
        let colors = colors.map(|((red, green), blue)| Rgb([*red, *green, *blue].map(sample)));
        Some(Self {
            colors: colors.collect(),
            place: tiff::low_byte_at(source.bytes, PHOTOMETRIC_INTERPRETATION)?,
            profile: fields.icc_profile(),
        })
        .filter(|palette| palette.colors.len() == N_COLORS)
    }

    /// The picture in its colours.
    pub(super) fn decode(&self, source: &Source<'_>) -> Result<Picture, ImageError> {
        let mut gray = source.bytes.to_vec();
        if let Some(byte) = gray.get_mut(self.place) {
            *byte = BLACK_IS_ZERO;
        }
        let indices = Source::open(&gray)?.decode_by_image()?;
        let size = indices.original_size;
        if size.area() * 4 > MAX_BYTES {
            return Err(ImageError::TooLarge(format!("{size} pixels")));
        }
        let DynamicImage::ImageLuma8(image) = indices.image else {
            return Err(ImageError::Corrupt("a palette of other samples".to_owned()));
        };
        Ok(Picture {
            image: self.colored(&image).into(),
            profile: self.profile.clone(),
            ..indices
        })
    }

    fn colored(&self, indices: &GrayImage) -> RgbImage {
        let color = |index: u8| self.colors.get(usize::from(index)).copied();
        RgbImage::from_fn(indices.width(), indices.height(), |x, y| {
            color(indices.get_pixel(x, y).0[0]).unwrap_or(Rgb([0; 3]))
        })
    }
}
