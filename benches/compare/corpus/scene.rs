//! Photographs of any size, made of the small ones in `assets/photos`: cut, enlarged, and given
//! the fine detail and the sensor noise that make an entropy decoder work as hard as on real ones.

use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use fastrand::Rng;
use image::RgbImage;

use crate::Outcome;

/// Edge of the square of noise that is laid over a picture again and again, each time from
/// another place.
const FIELD_EDGE: usize = 512;

/// The photographs and the noise.
pub(super) struct Scenes {
    photos: Vec<RgbImage>,
    /// Grain from pixel to pixel: a sensor's.
    grain: Vec<i8>,
    /// Structure of 2, 4, 8 and 16 pixels: leaves, hair, cloth.
    structure: Vec<i8>,
}

/// How much there is to see in the small, in steps of 1/64 of the noise fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail {
    pub(super) grain: i32,
    pub(super) structure: i32,
}

impl Scenes {
    pub(super) fn load(root: &Path) -> Outcome<Self> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(root.join("assets/photos"))? {
            let path = entry?.path();
            // The monochrome ones are for the grey pictures, which are made of the others too.
            if path.extension().is_some_and(|ending| ending == "jpg") {
                paths.push(path);
            }
        }
        paths.sort();
        let photos = paths
            .iter()
            .map(|path| Ok(image::open(path)?.into_rgb8()))
            .collect::<Outcome<_>>()?;
        let mut rng = Rng::with_seed(41);
        Ok(Self {
            photos,
            grain: (0..FIELD_EDGE * FIELD_EDGE)
                .map(|_| bell(&mut rng, 40.0))
                .collect(),
            structure: structure(&mut rng),
        })
    }

    /// One of the photographs, cut and enlarged to this size.
    pub(super) fn picture(&self, rng: &mut Rng, size: (u32, u32), detail: Detail) -> RgbImage {
        let photo = &self.photos[rng.usize(0..self.photos.len())];
        let (width, height) = (f64::from(photo.width()), f64::from(photo.height()));
        let aspect = f64::from(size.0) / f64::from(size.1);
        let most_wide = width.min(height * aspect) * (0.55 + 0.45 * rng.f64());
        let cut = (most_wide.max(1.0), (most_wide / aspect).max(1.0));
        let left = (width - cut.0).max(0.0) * rng.f64();
        let top = (height - cut.1).max(0.0) * rng.f64();
        let mut picture = resized(photo, (left, top, cut.0, cut.1), size);
        if rng.bool() {
            image::imageops::flip_horizontal_in_place(&mut picture);
        }
        self.add_detail(rng, &mut picture, detail);
        picture
    }

    fn add_detail(&self, rng: &mut Rng, picture: &mut RgbImage, detail: Detail) {
        let offsets: [usize; 4] = std::array::from_fn(|_| rng.usize(0..FIELD_EDGE));
        let stride = picture.width() as usize * 3;
        // Grain does not repeat with the field: each row takes it from another place.
        for (y, row) in picture.chunks_exact_mut(stride).enumerate() {
            let shift = rng.usize(0..FIELD_EDGE);
            let of = |field: &[i8], down: usize, x: usize| {
                let row = (y + down) % FIELD_EDGE;
                i32::from(field[row * FIELD_EDGE + x % FIELD_EDGE])
            };
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let luma = i32::from(pixel[1]);
                // Nothing is seen in the deepest shadow and the brightest light.
                let visible = (luma * (255 - luma) / 64).min(255);
                let both = of(&self.grain, offsets[0], x + shift) * detail.grain
                    + of(&self.structure, offsets[1], x + offsets[2]) * detail.structure;
                let color = of(&self.grain, offsets[3], x + shift + 97) * detail.grain / 4;
                let shades = [both + color, both, both - color];
                for (level, shade) in pixel.iter_mut().zip(shades) {
                    let value = i32::from(*level) + shade * visible / (64 * 255);
                    *level = u8::try_from(value.clamp(0, 255)).unwrap_or(255);
                }
            }
        }
    }
}

/// Part of a picture (left, top, width, height) in another size.
pub(super) fn resized(
    picture: &RgbImage,
    part: (f64, f64, f64, f64),
    size: (u32, u32),
) -> RgbImage {
    let (width, height) = picture.dimensions();
    let source = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).unwrap();
    let mut target = Image::new(size.0, size.1, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .crop(part.0, part.1, part.2, part.3);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .unwrap();
    RgbImage::from_raw(size.0, size.1, target.into_vec()).unwrap()
}

/// A number around 0 as a sensor's error is, `spread` wide.
fn bell(rng: &mut Rng, spread: f64) -> i8 {
    let sum: f64 = (0..6).map(|_| rng.f64()).sum::<f64>() - 3.0;
    to_i8(sum * spread)
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
fn to_i8(value: f64) -> i8 {
    value.clamp(-127.0, 127.0) as i8
}

fn structure(rng: &mut Rng) -> Vec<i8> {
    let mut sum = vec![0.0; FIELD_EDGE * FIELD_EDGE];
    // Twice the size, one and a half times the contrast: as in photographs, roughly.
    for (edge, weight) in [(2, 10.0), (4, 16.0), (8, 22.0), (16, 28.0)] {
        let cells = FIELD_EDGE / edge;
        let lattice: Vec<f64> = (0..cells * cells)
            .map(|_| (rng.f64() - 0.5) * 2.0 * weight)
            .collect();
        let at = |x: usize, y: usize| lattice[(y % cells) * cells + x % cells];
        for y in 0..FIELD_EDGE {
            for x in 0..FIELD_EDGE {
                let (cell_x, cell_y) = (x / edge, y / edge);
                let right = (x % edge) as f64 / edge as f64;
                let down = (y % edge) as f64 / edge as f64;
                let upper = at(cell_x, cell_y) * (1.0 - right) + at(cell_x + 1, cell_y) * right;
                let lower =
                    at(cell_x, cell_y + 1) * (1.0 - right) + at(cell_x + 1, cell_y + 1) * right;
                sum[y * FIELD_EDGE + x] += upper * (1.0 - down) + lower * down;
            }
        }
    }
    sum.into_iter().map(to_i8).collect()
}
