//! What the corpus is made of: how many files of which kind, and how each is made.

use fastrand::Rng;
use image::{DynamicImage, ImageFormat, RgbImage};
use jpeg_encoder::SamplingFactor;

use super::formats::{animated_webp, converted, gif, png, webp, written};
use super::jpeg::Baseline;
use super::scene::{Detail, Scenes};
use super::screenshot::{Letters, screenshot, window};
use crate::Outcome;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 12 megapixels, as phones write them.
    Phone,
    /// 8 to 18 megapixels, 4:2:2 or 4:2:0, some with restart markers.
    Camera,
    /// 2 to 3 megapixels, as messengers shrink them.
    Resized,
    Progressive,
    LargeProgressive,
    Screenshot(u32, u32),
    /// A screenshot of a window, with transparency.
    Window,
    PngPhoto,
    Gif,
    LossyWebP(u32, u32),
    LosslessWebP,
    AnimatedWebP,
    Tiff(u8),
    Bmp,
    Tiny,
    /// 101.8 megapixels.
    Huge,
    Odd(u8),
}

/// 300 files in the proportions of what rooms hold.
pub(super) const PLAN: &[(usize, Kind)] = &[
    (70, Kind::Phone),
    (43, Kind::Camera),
    (58, Kind::Resized),
    (20, Kind::Progressive),
    (3, Kind::LargeProgressive),
    (16, Kind::Screenshot(1580, 884)),
    (10, Kind::Screenshot(2560, 1440)),
    (6, Kind::Screenshot(1170, 2532)),
    (6, Kind::Window),
    (3, Kind::PngPhoto),
    (12, Kind::Gif),
    (11, Kind::LossyWebP(1600, 1200)),
    (1, Kind::LossyWebP(4000, 3000)),
    (6, Kind::LosslessWebP),
    (2, Kind::AnimatedWebP),
    (1, Kind::Tiff(0)),
    (1, Kind::Tiff(1)),
    (1, Kind::Tiff(2)),
    (2, Kind::Bmp),
    (15, Kind::Tiny),
    (1, Kind::Huge),
    (2, Kind::Odd(0)),
    (2, Kind::Odd(1)),
    (2, Kind::Odd(2)),
    (2, Kind::Odd(3)),
    (1, Kind::Odd(4)),
    (1, Kind::Odd(5)),
    (1, Kind::Odd(6)),
    (1, Kind::Odd(7)),
];

/// What everything is made of.
pub(super) struct Kitchen {
    pub(super) scenes: Scenes,
    pub(super) letters: Letters,
}

impl Kitchen {
    /// The ending and the bytes of a file; the same for the same random numbers.
    pub(super) fn make(&self, kind: Kind, rng: &mut Rng) -> Outcome<(&'static str, Vec<u8>)> {
        Ok(match kind {
            Kind::Phone => ("jpg", self.phone(rng)?),
            Kind::Camera => ("JPG", self.camera(rng)?),
            Kind::Resized => (
                "jpg",
                Baseline::plain(rng.u8(78..86)).file(self.shrunk(rng))?,
            ),
            Kind::Progressive => {
                let picture = self.shrunk(rng);
                ("jpg", converted(&picture, PROGRESSIVE, "jpg")?)
            }
            Kind::LargeProgressive => {
                let picture = self.photo(rng, (4032, 3024));
                ("jpg", converted(&picture, PROGRESSIVE, "jpg")?)
            }
            Kind::Screenshot(width, height) => {
                ("png", png(&self.screenshot(rng, (width, height)).into())?)
            }
            Kind::Window => {
                let size = (rng.u32(700..1300), rng.u32(500..900));
                ("png", png(&window(&self.screenshot(rng, size)).into())?)
            }
            Kind::PngPhoto => {
                let picture = self.photo(rng, (1920, 1440));
                ("png", png(&picture.into())?)
            }
            Kind::Gif => ("gif", gif(rng, &self.scenes)?),
            Kind::LossyWebP(width, height) => {
                let picture = self.photo(rng, (width, height));
                ("webp", webp(&picture, "-q 80")?)
            }
            Kind::LosslessWebP => {
                let shot = self.screenshot(rng, (1280, 800));
                ("webp", webp(&shot, "-lossless -z 6")?)
            }
            Kind::AnimatedWebP => ("webp", animated_webp(&gif(rng, &self.scenes)?)?),
            Kind::Tiff(n) => ("tif", self.tiff(n, rng)?),
            Kind::Bmp => {
                let picture = self.photo(rng, (1600, 1200));
                ("bmp", written(&picture.into(), ImageFormat::Bmp)?)
            }
            Kind::Tiny => self.tiny(rng)?,
            Kind::Huge => {
                let picture = self.photo(rng, (11_648, 8736));
                ("jpg", Baseline::plain(88).file(picture)?)
            }
            Kind::Odd(n) => self.odd(n, rng)?,
        })
    }

    fn phone(&self, rng: &mut Rng) -> Outcome<Vec<u8>> {
        let orientation = match rng.u8(0..100) {
            0..45 => 1,
            45..85 => 6,
            85..93 => 3,
            _ => 8,
        };
        let upright = if matches!(orientation, 6 | 8) {
            (3024, 4032)
        } else {
            (4032, 3024)
        };
        let picture = self.photo(rng, upright);
        let sizes = [160, 160, 320, 512];
        Baseline {
            orientation: Some(orientation),
            preview_px: (rng.u8(0..100) < 60).then(|| sizes[rng.usize(0..sizes.len())]),
            ..Baseline::plain(rng.u8(85..93))
        }
        .file(picture)
    }

    fn camera(&self, rng: &mut Rng) -> Outcome<Vec<u8>> {
        let sizes = [
            (3264, 2448),
            (3888, 2592),
            (4272, 2848),
            (4608, 3456),
            (5184, 3456),
        ];
        let size = sizes[rng.usize(0..sizes.len())];
        let picture = self.photo(rng, size);
        Baseline {
            sampling: if rng.bool() {
                SamplingFactor::R_4_2_2
            } else {
                SamplingFactor::R_4_2_0
            },
            restart_interval: rng.bool().then(|| [4, 63, 252][rng.usize(0..3)]),
            orientation: Some(if rng.u8(0..10) == 0 { 8 } else { 1 }),
            preview_px: (rng.u8(0..100) < 60).then_some(160),
            ..Baseline::plain(rng.u8(88..94))
        }
        .file(picture)
    }

    /// As sharp and as noisy as light and lens were.
    fn photo(&self, rng: &mut Rng, size: (u32, u32)) -> RgbImage {
        let detail = Detail {
            grain: rng.i32(5..11),
            structure: rng.i32(24..64),
        };
        self.scenes.picture(rng, size, detail)
    }

    fn shrunk(&self, rng: &mut Rng) -> RgbImage {
        let sizes = [
            (2048, 1536),
            (1600, 1200),
            (1536, 2048),
            (1920, 1080),
            (2048, 1365),
        ];
        let size = sizes[rng.usize(0..sizes.len())];
        let detail = Detail {
            grain: rng.i32(3..9),
            structure: rng.i32(24..56),
        };
        self.scenes.picture(rng, size, detail)
    }

    fn screenshot(&self, rng: &mut Rng, size: (u32, u32)) -> RgbImage {
        screenshot(rng, &self.letters, &self.scenes, size)
    }

    fn tiff(&self, n: u8, rng: &mut Rng) -> Outcome<Vec<u8>> {
        let picture = self.photo(rng, (1600, 1200));
        match n {
            0 => converted(&picture, "-compress LZW", "tif"),
            1 => written(&picture.into(), ImageFormat::Tiff),
            // A scanned page, as fax machines write it.
            _ => {
                let page = self.screenshot(rng, (2480, 3508));
                converted(
                    &page,
                    "-threshold 60% -type bilevel -compress Group4",
                    "tif",
                )
            }
        }
    }

    fn tiny(&self, rng: &mut Rng) -> Outcome<(&'static str, Vec<u8>)> {
        let size = (rng.u32(16..129), rng.u32(16..129));
        let detail = Detail {
            grain: 2,
            structure: 20,
        };
        let picture = self.scenes.picture(rng, size, detail);
        Ok(match rng.u8(0..3) {
            0 => ("png", png(&picture.into())?),
            1 => ("gif", written(&picture.into(), ImageFormat::Gif)?),
            _ => ("jpg", Baseline::plain(85).file(picture)?),
        })
    }

    fn odd(&self, n: u8, rng: &mut Rng) -> Outcome<(&'static str, Vec<u8>)> {
        let picture = self.photo(rng, (2000, 1500));
        let sampled = |sampling| Baseline {
            sampling,
            ..Baseline::plain(88)
        };
        Ok(match n {
            0 => (
                "jpg",
                converted(&picture, "-colorspace Gray -quality 88", "jpg")?,
            ),
            1 => (
                "jpg",
                converted(&picture, "-colorspace CMYK -quality 88", "jpg")?,
            ),
            2 => ("jpg", sampled(SamplingFactor::R_4_4_4).file(picture)?),
            3 => ("jpg", sampled(SamplingFactor::R_4_2_2).file(picture)?),
            4 => {
                let deep = DynamicImage::from(picture).into_rgb16();
                ("png", png(&deep.into())?)
            }
            5 => (
                "png",
                converted(&self.screenshot(rng, (1280, 800)), "-colors 200", "png")?,
            ),
            6 => ("png", Baseline::plain(85).file(picture)?),
            _ => ("jpg", png(&self.screenshot(rng, (1280, 800)).into())?),
        })
    }
}

/// What libjpeg writes when asked for progressive files.
const PROGRESSIVE: &str = "-interlace JPEG -sampling-factor 2x2 -quality 85";
