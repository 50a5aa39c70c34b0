//! All pixels of a picture, decoded once: whatever part of it is looked at is cut out of it.
//!
//! Kept as the file has it, three bytes a pixel for most: what is cut out is turned, converted
//! and multiplied by alpha, a tile at a time. Smaller levels are made when they are first needed;
//! together they take a third of the picture.
//!
//! A drawing has no pixels: each part of it is drawn when it is looked at, as closely as it is.

use std::sync::OnceLock;

use image::DynamicImage;
use image::metadata::Orientation;

use super::color::Conversion;
use super::decode::{Finish, Picture, Source, caught, finish};
use super::sniff::Codec;
use super::svg::{self, Drawing};
use super::tile::{Tile, TileArea};
use super::{DecodedImage, ImageError, oriented, scale, thumbnail};
use crate::domain::PixelSize;

/// See the [module documentation](self).
pub struct Canvas {
    content: Content,
    finish: Finish,
    original_size: PixelSize,
}

enum Content {
    Pixels(Pixels),
    Drawing(Box<Drawing>),
}

struct Pixels {
    /// As stored.
    image: DynamicImage,
    /// The picture halved once, twice and so on; `None` where that failed.
    smaller: Vec<OnceLock<Option<DynamicImage>>>,
}

/// A picture in about the size in which it is looked at.
pub struct View {
    /// What to show.
    pub image: DecodedImage,
    /// All of its pixels, where every one had to be decoded and there are more of them.
    pub canvas: Option<Canvas>,
}

/// The picture of a file with no side above `edge_px`, as quickly as its format allows: a JPEG
/// may be up to a quarter smaller than that.
///
/// # Errors
///
/// As [`decode`](super::decode()).
pub fn decode_view(bytes: &[u8], edge_px: u32) -> Result<View, ImageError> {
    caught(|| {
        let source = Source::open(bytes)?;
        let edge_px = edge_px.max(1);
        let picture = match thumbnail::quick(&source, edge_px) {
            Some(picture) => Some(picture),
            // A drawing is drawn in the size in which it is looked at.
            None if source.codec == Codec::Svg => Some(svg::sharp(bytes, edge_px)?),
            None => None,
        };
        if let Some(picture) = picture {
            let image = finish(&source, picture)?;
            let canvas = None;
            return Ok(View { image, canvas });
        }
        let picture = source.decode()?;
        let size = picture.original_size.fit_within(edge_px);
        if size == picture.original_size {
            let image = finish(&source, picture)?;
            let canvas = None;
            return Ok(View { image, canvas });
        }
        let smaller = scale::shrunk(&picture.image, size)?;
        let canvas = Canvas::new(&source, picture);
        Ok(View {
            image: canvas.finish.picture(smaller, canvas.original_size)?,
            canvas: Some(canvas),
        })
    })
}

impl Canvas {
    /// Decodes every pixel of a file: for a worker thread.
    ///
    /// # Errors
    ///
    /// As [`decode`](super::decode()).
    pub fn decode(bytes: &[u8]) -> Result<Self, ImageError> {
        caught(|| {
            let source = Source::open(bytes)?;
            if source.codec == Codec::Svg {
                let drawing = Drawing::open(bytes)?;
                let any = DynamicImage::new_rgba8(1, 1);
                return Ok(Self {
                    finish: Finish::new(&source, Conversion::new(None, &any)),
                    original_size: drawing.size(),
                    content: Content::Drawing(Box::new(drawing)),
                });
            }
            let picture = source.decode()?;
            Ok(Self::new(&source, picture))
        })
    }

    fn new(source: &Source<'_>, picture: Picture) -> Self {
        let conversion = Conversion::new(picture.profile.as_deref(), &picture.image);
        Self {
            finish: Finish::new(source, conversion),
            original_size: picture.original_size,
            content: Content::Pixels(Pixels {
                image: picture.image,
                smaller: (0..Tile::MAX_LEVEL).map(|_| OnceLock::new()).collect(),
            }),
        }
    }

    /// Columns and rows as shown.
    pub fn size(&self) -> PixelSize {
        oriented(self.original_size, self.finish.orientation)
    }

    /// What it takes at most, with all levels.
    pub fn len_bytes(&self) -> usize {
        match &self.content {
            Content::Pixels(pixels) => {
                let own = pixels.image.as_bytes().len();
                own + own.div_ceil(3)
            }
            Content::Drawing(drawing) => drawing.len_bytes(),
        }
    }

    /// What it takes to draw one of its parts, in bytes, where they are drawn, which may take
    /// seconds, and not cut out.
    pub fn bytes_to_draw(&self) -> Option<u64> {
        match &self.content {
            Content::Pixels(_) => None,
            Content::Drawing(drawing) => Some(drawing.part_bytes()),
        }
    }

    /// One part, ready for the screen. The first one of a level takes as long as
    /// [making it](Self::make_level).
    ///
    /// # Errors
    ///
    /// When there is no such tile.
    pub fn tile(&self, tile: Tile) -> Result<DecodedImage, ImageError> {
        caught(|| {
            let area = tile
                .area_with_margin(self.size())
                .ok_or(ImageError::NoPixels)?;
            let level_size = Tile::level_size(self.size(), tile.level);
            let part = match &self.content {
                Content::Pixels(pixels) => {
                    let level = pixels.level(tile.level).ok_or(ImageError::NoPixels)?;
                    let stored = as_stored(area, level_size, self.finish.orientation);
                    let PixelSize { width, height } = stored.size;
                    level.crop_imm(stored.x, stored.y, width, height)
                }
                // Upright as it is.
                Content::Drawing(drawing) => drawing.part(level_size, area)?,
            };
            self.finish.picture(part, self.original_size)
        })
    }

    /// Whether the parts of this level can be had without [making it](Self::make_level).
    pub fn has_level(&self, level: i8) -> bool {
        match &self.content {
            Content::Pixels(pixels) => pixels.has_level(level),
            Content::Drawing(_) => true,
        }
    }

    /// Makes this level and those before it, where they are not there yet: for a worker thread.
    pub fn make_level(&self, level: i8) {
        if let Content::Pixels(pixels) = &self.content {
            pixels.level(level);
        }
    }
}

impl Pixels {
    fn has_level(&self, level: i8) -> bool {
        level
            .checked_sub(1)
            .and_then(|index| self.smaller.get(usize::try_from(index).ok()?))
            .is_none_or(|smaller| smaller.get().is_some())
    }

    /// `None` where it could not be made, and for those that only drawings have.
    fn level(&self, level: i8) -> Option<&DynamicImage> {
        let mut image = &self.image;
        for smaller in self.smaller.iter().take(usize::try_from(level).ok()?) {
            let halved = smaller.get_or_init(|| scale::halved(image).ok());
            image = halved.as_ref()?;
        }
        Some(image)
    }
}

/// Where the pixels of this area of a picture, which is `shown` large once it is turned, are in
/// the picture as stored.
fn as_stored(area: TileArea, shown: PixelSize, orientation: Orientation) -> TileArea {
    let PixelSize { width, height } = area.size;
    let (left, top) = (area.x, area.y);
    let right = shown.width.saturating_sub(left + width);
    let bottom = shown.height.saturating_sub(top + height);
    let (x, y) = match orientation {
        Orientation::NoTransforms => (left, top),
        Orientation::FlipHorizontal => (right, top),
        Orientation::FlipVertical => (left, bottom),
        Orientation::Rotate180 => (right, bottom),
        Orientation::Rotate90 => (top, right),
        Orientation::Rotate270 => (bottom, left),
        Orientation::Rotate90FlipH => (top, left),
        Orientation::Rotate270FlipH => (bottom, right),
    };
    let size = oriented(area.size, orientation);
    TileArea { x, y, size }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::super::{Target, decode, fixture};
    use super::*;

    const ALL: Target = Target::Full {
        max_edge_px: u32::MAX,
    };

    fn tile(level: i8, column: u16, row: u16) -> Tile {
        Tile { level, column, row }
    }

    fn large_png() -> Vec<u8> {
        let image = RgbImage::from_fn(1100, 700, |x, y| {
            let byte = |value: u32| u8::try_from(value % 251).unwrap();
            Rgb([byte(x), byte(y), byte(x / 7 + y / 3)])
        });
        let mut file = Vec::new();
        let mut to = std::io::Cursor::new(&mut file);
        image.write_to(&mut to, ImageFormat::Png).unwrap();
        file
    }

    /// The same pixels, cut out of the whole picture.
    fn part_of(whole: &DecodedImage, area: TileArea) -> Vec<u8> {
        let rows = area.y..area.y + area.size.height;
        let row_bytes = 4 * whole.size.width as usize;
        let (start, length) = (4 * area.x as usize, 4 * area.size.width as usize);
        rows.flat_map(|row| {
            let at = row as usize * row_bytes + start;
            whole.pixels[at..at + length].to_vec()
        })
        .collect()
    }

    #[test]
    fn tiles_are_the_picture_itself() {
        let file = large_png();
        let whole = decode(&file, ALL).unwrap();
        let canvas = Canvas::decode(&file).unwrap();
        for (column, row) in [(0, 0), (1, 0), (2, 1)] {
            let tile = tile(0, column, row);
            let area = tile.area_with_margin(canvas.size()).unwrap();
            let cut = canvas.tile(tile).unwrap();
            assert_eq!(cut.size, area.size);
            assert_eq!(cut.original_size, PixelSize::new(1100, 700));
            assert_eq!(cut.pixels[..], part_of(&whole, area)[..], "{tile:?}");
        }
        assert_eq!(canvas.tile(tile(0, 3, 0)), Err(ImageError::NoPixels));
    }

    #[test]
    fn tiles_are_turned_as_the_picture_is() {
        let mut n_turned = 0;
        for number in 1..=8 {
            let file = fixture(&format!("orientation-{number}.jpg"));
            let whole = decode(&file, ALL).unwrap();
            let canvas = Canvas::decode(&file).unwrap();
            assert_eq!(canvas.size(), whole.size, "{number}");
            let cut = canvas.tile(tile(0, 0, 0)).unwrap();
            assert_eq!(cut.pixels, whole.pixels, "{number}");
            n_turned += 1;
        }
        assert_eq!(n_turned, 8);
    }

    #[test]
    fn an_area_is_found_again_in_each_orientation() {
        let stored = DynamicImage::ImageRgb8(RgbImage::from_fn(40, 24, |x, y| {
            Rgb([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 0])
        }));
        let area = TileArea {
            x: 3,
            y: 5,
            size: PixelSize::new(11, 7),
        };
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut shown = stored.clone();
            shown.apply_orientation(orientation);
            let expected = shown.crop_imm(area.x, area.y, 11, 7);
            let size = PixelSize::new(shown.width(), shown.height());
            let found = as_stored(area, size, orientation);
            let PixelSize { width, height } = found.size;
            let mut cut = stored.crop_imm(found.x, found.y, width, height);
            cut.apply_orientation(orientation);
            assert_eq!(cut, expected, "{exif}");
        }
    }

    #[test]
    fn a_smaller_level_shows_all_of_it_in_fewer_pixels() {
        let canvas = Canvas::decode(&large_png()).unwrap();
        assert!(canvas.has_level(0) && !canvas.has_level(2));
        canvas.make_level(2);
        assert!(canvas.has_level(2) && !canvas.has_level(3));
        let cut = canvas.tile(tile(2, 0, 0)).unwrap();
        assert_eq!(cut.size, PixelSize::new(275, 175));
        assert_eq!(canvas.tile(tile(2, 1, 0)), Err(ImageError::NoPixels));
    }

    #[test]
    fn a_view_keeps_the_pixels_only_where_all_were_decoded_and_there_are_more() {
        let file = large_png();
        let small = decode_view(&file, 500).unwrap();
        assert_eq!(small.image.size, PixelSize::new(500, 318));
        assert!(small.canvas.is_some());
        let whole = decode_view(&file, 2000).unwrap();
        assert_eq!(whole.image.size, PixelSize::new(1100, 700));
        assert!(whole.canvas.is_none());
    }

    #[test]
    fn a_photograph_comes_at_the_scale_that_is_nearest() {
        let image = RgbImage::from_fn(1600, 1203, |x, y| {
            let byte = |value: u32| u8::try_from(value % 256).unwrap();
            Rgb([byte(x / 6), byte(y / 5), 120])
        });
        let mut file = Vec::new();
        let mut to = std::io::Cursor::new(&mut file);
        image.write_to(&mut to, ImageFormat::Jpeg).unwrap();
        for (asked, expected) in [(200, 200), (250, 200), (300, 400), (530, 400), (900, 800)] {
            let view = decode_view(&file, asked).unwrap();
            let edge = view.image.size.width;
            assert_eq!(edge, expected.min(asked), "asked for {asked}");
            assert_eq!(view.image.original_size, PixelSize::new(1600, 1203));
            assert!(view.canvas.is_none());
        }
        let whole = decode_view(&file, 1500).unwrap();
        assert_eq!(whole.image.size.width, 1500);
        assert!(whole.canvas.is_some());
    }
}
